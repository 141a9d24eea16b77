"""A verdict as annotations of GitHub Actions: lines that a step prints and the runner takes as commands.

    ::notice title=hello 1.1.0 can do what 1.0.0 could not::+ hook make (hooks/hooks.json)%0Atokens always 120
    ::error file=registry-src/packs/he/hello/1.1.0/README.md,line=3,title=sums-mismatch::the file is not what was signed

What blocks is an error, what asks for a person a warning, the rest a notice. In the message `%`, CR and LF are escaped
as `%25`, `%0D` and `%0A`, in properties also `:` and `,` (`actions/toolkit`, `core/src/command.ts`), and nothing that
is not printable is left: one finding is one line.

What the versions can do comes first, then the errors and warnings, worst first, then the verdict, then the notes.
GitHub shows ten annotations of each kind for a step and leaves the rest in the log: so there is one notice for each of
the first five versions and one for the verdict, which are always among the ten.
"""

from __future__ import annotations

from collections.abc import Iterator

from packyard.errors import Problem
from packyard.gate.capabilities import Delta
from packyard.gate.report.shown import (
    TEXT_LENGTH,
    VALUE_LENGTH,
    Deltas,
    abilities,
    claim,
    count,
    headline,
    printable,
    problems,
    unfinished,
)
from packyard.gate.values import Candidate, Verdict

#: How many annotations of one kind GitHub shows for a step.
SHOWN = 10
#: How many versions are told, and how many abilities of each.
_RELEASES, _ABILITIES = 5, 40

_COMMANDS = {"block": "error", "review": "warning", "note": "notice"}


def format_github(verdict: Verdict, deltas: Deltas) -> str:
    """One command for each of the first versions, one a finding and one for the verdict, a line each."""
    return "".join(f"{line}\n" for line in _lines(verdict, deltas))


def _lines(verdict: Verdict, deltas: Deltas) -> Iterator[str]:
    for release in verdict.releases[:_RELEASES]:
        yield _release(release, deltas.get((release.name, release.version)))
    for outcome, command in _COMMANDS.items():
        if outcome == "note":
            yield _command("notice", {"title": "packyard check"}, _summary(verdict))
        for problem in problems(verdict, outcome):
            yield _annotation(command, problem)


def _release(release: Candidate, delta: Delta | None) -> str:
    name = printable(f"{release.name} {release.version}", VALUE_LENGTH)
    title = claim(name, printable(release.before_version, VALUE_LENGTH), delta)
    lines = abilities(delta, _ABILITIES) if delta else ["see the log of this step"]
    return _command("notice", {"file": release.content.path, "title": title}, "\n".join(lines))


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
    ours = {"note": 1 + min(len(verdict.releases), _RELEASES)}
    beyond = sum(max(0, len(problems(verdict, outcome)) + ours.get(outcome, 0) - SHOWN) for outcome in _COMMANDS)
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
