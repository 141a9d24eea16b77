"""A verdict of the gate as something to read: five formats of the same value.

    text       for a terminal; `text.format_text` takes the colours
    json       `packyard/verdict/1`, for programs
    github     annotations: what a step of GitHub Actions prints
    markdown   for the summary of a job or a comment, with readable differences
    sarif      SARIF 2.1.0, for code scanning

Each is a function of the verdict and of what its versions can do, and tells that before anything that was found: it is
what a reviewer has to read first. Paths, messages and contents are other people's; in
no format can they act, end a line, or hide.
"""

from __future__ import annotations

from packyard.gate.report.shown import Deltas
from packyard.gate.values import Verdict


def format_verdict(verdict: Verdict, format: str, deltas: Deltas) -> str:
    """The verdict in one of `FORMATS`, ending with a newline; `deltas` has what a release can do by name and version,
    and what it lacks is told to be unknown. Raises `KeyError` for another format.
    """
    return _FORMATTERS[format](verdict, deltas)


def _text(verdict: Verdict, deltas: Deltas) -> str:
    from packyard.gate.report.text import format_text

    return format_text(verdict, deltas)


def _json(verdict: Verdict, deltas: Deltas) -> str:
    from packyard.gate.report.jsondoc import format_json

    return format_json(verdict, deltas)


def _github(verdict: Verdict, deltas: Deltas) -> str:
    from packyard.gate.report.github import format_github

    return format_github(verdict, deltas)


def _markdown(verdict: Verdict, deltas: Deltas) -> str:
    from packyard.gate.report.markdown import format_markdown

    return format_markdown(verdict, deltas)


def _sarif(verdict: Verdict, deltas: Deltas) -> str:
    from packyard.gate.report.sarif import format_sarif

    return format_sarif(verdict, deltas)


#: Each imports its module when it is asked: a run needs one or two of them.
_FORMATTERS = {"text": _text, "json": _json, "github": _github, "markdown": _markdown, "sarif": _sarif}
FORMATS = tuple(_FORMATTERS)
