"""What a signature over the pack does not hold: what is fetched when it runs; and what runs that may do harm.

What a program starts by itself (hooks, servers, plugins, their scripts) is judged strictly.  What a prompt tells an
agent to run is judged by a person where it fetches and runs, or is grave, and told where it merely names no version.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby

from packyard.errors import Problem
from packyard.formats.fields import shown
from packyard.gate.running.configuration import is_configuration
from packyard.gate.running.harm import opens_doors
from packyard.gate.running.lines import Lines
from packyard.gate.running.marks import (
    DECODED,
    GRAVE,
    HARM,
    INSTALLS,
    LEAK,
    ORDERS,
    REMOTE,
    SYSTEM,
    UNPINNED,
    UNREAD,
    WARNED,
    Mark,
)
from packyard.gate.running.risks import risks
from packyard.gate.running.runs import LIMIT, Run, is_prompt, is_script, runs
from packyard.gate.values import Candidate, Content, ContentCheck

#: No more problems than this are shown of one file, for each code.
MOST = 20

_ALWAYS = {ORDERS: "prompt-orders", WARNED: "prompt-warns", UNREAD: "script-unread"}
#: The code of each kind of mark, when a program starts it by itself, and when an agent is told to.
_STARTED: Mapping[str, str] = {
    **_ALWAYS,
    **dict.fromkeys((REMOTE, INSTALLS), "remote-code"),
    DECODED: "decoded-code",
    LEAK: "command-leaks",
    GRAVE: "command-dangerous",
    HARM: "command-dangerous",
    **dict.fromkeys((UNPINNED, SYSTEM), "pin-missing"),
}
_TOLD: Mapping[str, str] = {
    **_ALWAYS,
    **dict.fromkeys((REMOTE, DECODED, LEAK, GRAVE), "prompt-dangerous"),
    **dict.fromkeys((UNPINNED, INSTALLS), "prompt-unpinned"),
}
_HELP = {
    "remote-code": "put the script into the pack, so that it is signed with it",
    "decoded-code": "write the code in plain text",
    "pin-missing": "name one version exactly, or one content: name@1.2.3, name==1.2.3, image@sha256:…, #COMMIT",
    "prompt-unpinned": "name one version, if it should always be the same",
    "prompt-orders": "put the instructions into the pack",
}


def check_runs(candidate: Candidate) -> Iterator[Problem]:
    """Everything that the pack runs, or tells an agent to run, and that a person should know of."""
    found: list[Problem] = []
    for run in runs(candidate.content):
        codes = _TOLD if run.told else _STARTED
        marks = [mark for mark in risks(run) if mark.kind in codes]
        texts = run.text.split("\n") if marks else []
        found += (_problem(candidate.content, run, texts, mark, codes[mark.kind]) for mark in marks)
    found.sort(key=lambda problem: (problem.path, problem.code, problem.line))
    for (_, code), group in groupby(found, key=lambda problem: (problem.path, problem.code)):
        yield from (_together if code == "prompt-unpinned" else _first)(list(group))


def check_permissions(candidate: Candidate) -> Iterator[Problem]:
    """Whether the pack brings settings by which an agent no longer asks."""
    content = candidate.content
    for name, data in content.files.items():
        if len(data) <= LIMIT and (is_configuration(name) or is_prompt(name) or is_script(name, data)):
            text = data.decode(errors="replace")
            for place, setting in opens_doors(text):
                line = Lines(text).at(place)
                message = "with this setting an agent acts without asking"
                yield Problem("permissions-off", content.at(name), message, line, found=shown(setting))


def _problem(content: Content, run: Run, texts: list[str], mark: Mark, code: str) -> Problem:
    at = mark.line - run.line if run.whole else 0
    text = mark.found or (texts[at].strip() if 0 <= at < len(texts) else "")
    return Problem(code, content.at(run.where), mark.what, mark.line, found=shown(text), help=_HELP.get(code, ""))


def _first(problems: list[Problem]) -> Iterable[Problem]:
    """The problems of one code in one file, up to a number."""
    rest = len(problems) - MOST
    if rest <= 0:
        return dict.fromkeys(problems)
    last = problems[MOST]
    return [*problems[:MOST], Problem(last.code, last.path, f"and {rest} more of this kind", last.line)]


def _together(problems: list[Problem]) -> Iterable[Problem]:
    """One problem for all that a prompt names without a version."""
    names = dict.fromkeys(problem.found for problem in problems)
    return [problems[0]._replace(message="no exact version is named", found=shown(", ".join(names)))]


CHECKS = (
    ContentCheck("what it runs", tuple(sorted({*_STARTED.values(), *_TOLD.values()})), check_runs),
    ContentCheck("permissions", ("permissions-off",), check_permissions),
)
