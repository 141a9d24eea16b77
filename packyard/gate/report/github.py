"""A verdict as annotations of GitHub Actions: lines that a step prints and the runner takes as commands.

    ::error file=registry-src/packs/he/hello/1.1.0/README.md,line=3,title=sums-mismatch::the file is not what was signed

What blocks is an error, what asks for a person a warning, the rest a notice. In the message `%`, CR and LF are escaped
as `%25`, `%0D` and `%0A`, in properties also `:` and `,` (`actions/toolkit`, `core/src/command.ts`), and nothing that
is not printable is left: one finding is one line.

GitHub shows ten annotations of each kind for a step and leaves the rest in the log. So the errors and warnings come
first, worst first, then the verdict as one notice, which is always among the ten, then the notes.
"""

from __future__ import annotations

from collections.abc import Iterator

from packyard.errors import Problem
from packyard.gate.report.shown import (
    TEXT_LENGTH,
    VALUE_LENGTH,
    count,
    headline,
    printable,
    problems,
    unfinished,
)
from packyard.gate.values import Verdict

#: How many annotations of one kind GitHub shows for a step.
SHOWN = 10

_COMMANDS = {"block": "error", "review": "warning", "note": "notice"}


def format_github(verdict: Verdict) -> str:
    """One command a finding and one for the verdict, a line each; what the versions can do is left to the summary."""
    return "".join(f"{line}\n" for line in _lines(verdict))


def _lines(verdict: Verdict) -> Iterator[str]:
    for outcome, command in _COMMANDS.items():
        if outcome == "note":
            yield _command("notice", {"title": "packyard check"}, _summary(verdict))
        for problem in problems(verdict, outcome):
            yield _annotation(command, problem)


def _annotation(command: str, problem: Problem) -> str:
    place = {"file": problem.path, "line": str(problem.line) if problem.line else ""} if problem.path else {}
    details = (
        ("expected: ", problem.expected, VALUE_LENGTH),
        ("found: ", problem.found, VALUE_LENGTH),
        ("help: ", problem.help, TEXT_LENGTH),
    )
    lines = [
        printable(problem.message, TEXT_LENGTH),
        *(name + printable(value, limit) for name, value, limit in details if value),
    ]
    return _command(command, {**place, "title": problem.code}, "\n".join(lines))


def _summary(verdict: Verdict) -> str:
    parts = [headline(verdict)]
    if missing := unfinished(verdict):
        parts.append(f"{count(len(missing), 'check')} did not run to the end")
    beyond = sum(max(0, len(problems(verdict, outcome)) + (outcome == "note") - SHOWN) for outcome in _COMMANDS)
    if beyond:
        parts.append(f"{beyond:,} more in the log of this step")
    return "; ".join(parts)


def _command(name: str, properties: dict[str, str], message: str) -> str:
    shown = ",".join(f"{key}={_property(value)}" for key, value in properties.items() if value)
    return f"::{name} {shown}::{_data(message)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(printable(text)).replace(":", "%3A").replace(",", "%2C")
