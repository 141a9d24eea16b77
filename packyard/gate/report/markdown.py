"""A verdict as GitHub-flavoured Markdown, for the summary of a job or a comment on a pull request.

    ## Reject: 1 problem in 1 place
    …what the change set does
    ### `hello 1.1.0` can do what `1.0.0` could not
    …tables of capabilities, and the cost
    ### 1 problem to put right
    …the findings by outcome, each with its place
    ### What changed in `hello 1.1.0` since `1.0.0`
    …every file that differs, as a unified diff

A reviewer reads from the top, so what can do harm comes first; the differences begin with the files that gain a
capability or have a finding. Everything of a pack stands in code, and characters that nobody would see as their names;
see `quoting`.

GitHub takes 65,536 characters for a comment. The page keeps to 60,000: each part has its share, what does not fit is
counted in a plain note, and a block of code is closed before it is cut.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from hashlib import sha256

from packyard.errors import Problem
from packyard.gate.capabilities import Capability
from packyard.gate.report.diffs import FileChange, differences, is_long, unified
from packyard.gate.report.quoting import block_line, cell, code, fenced, prose
from packyard.gate.report.shown import (
    VALUE_LENGTH,
    Deltas,
    claim,
    count,
    headline,
    help_of,
    place,
    problems,
    tokens,
    unfinished,
)
from packyard.gate.values import Candidate, Verdict

#: Characters of the whole page, and of its parts before the differences, which have the rest.
LIMIT = 60_000
_OPENING, _ABILITIES, _FINDINGS = 4_000, 14_000, 16_000
#: Characters of a line of a difference; what a part keeps for its note; the least that a version or a file is given.
_LINE, _NOTE, _LEAST = 1_000, 200, 1_000

_TITLES = {"block": ("problem", " to put right"), "review": ("thing", " a person must look at"), "note": ("note", "")}


class _Part:
    """Blocks of Markdown that together stay within `room` characters; what finds no room is counted in `left`."""

    def __init__(self, room: int) -> None:
        self.blocks: list[str] = []
        self.left: Counter[str] = Counter()
        self.room = room - _NOTE

    def add(self, *blocks: str) -> bool:
        """Adds the blocks if there is room for all of them; says whether there was."""
        fits = _size(blocks) <= self.room
        if fits:
            self.room -= _size(blocks)
            self.blocks += blocks
        return fits

    def add_rows(self, head: tuple[str, ...], rows: Sequence[str], noun: str) -> None:
        """Adds a list, or a table with its head, of as many rows as fit."""
        fitting = _fitting(rows, self.room - _size(head) - 1)
        if fitting:
            self.add("\n".join([*head, *fitting]))
        self.left[noun] += len(rows) - len(fitting)

    def close(self) -> list[str]:
        """The blocks, and the note of what is left, if anything is."""
        left = [count(number, noun) for noun, number in self.left.items() if number]
        return [*self.blocks, *([f"**Not shown, for want of room:** {', '.join(left)}."] if left else [])]


def format_markdown(verdict: Verdict, deltas: Deltas) -> str:
    """The page, of at most `LIMIT` characters, ending with a newline."""
    blocks = [*_opening(verdict), *_abilities(verdict, deltas), *_findings(verdict)]
    blocks += _differences(verdict, deltas, LIMIT - _size(blocks))
    return "\n\n".join(blocks) + "\n"


def _opening(verdict: Verdict) -> list[str]:
    part = _Part(_OPENING)
    part.add(f"## {_capital(headline(verdict))}")
    part.add(f"From {code(verdict.base, VALUE_LENGTH)} to {code(verdict.head, VALUE_LENGTH)}.")
    if missing := unfinished(verdict):
        names = ", ".join(code(name, VALUE_LENGTH) for name in missing[:8])
        part.add(f"**{count(len(missing), 'check')} did not run to the end:** {names}{'…' if missing[8:] else ''}")
    part.add_rows((), [f"- {prose(change)}" for change in verdict.changes], "change")
    return part.close()


def _by_release(verdict: Verdict, room: int, fill: Callable[[_Part, Candidate], None]) -> list[str]:
    """The blocks of every release, each with an equal share of the room; what one leaves is for those after it."""
    blocks: list[str] = []
    room -= _NOTE
    for number, release in enumerate(verdict.releases):
        ahead = len(verdict.releases) - number
        if room < _LEAST:
            return [*blocks, f"**Not shown, for want of room:** {count(ahead, 'version')}."]
        part = _Part(max(room // ahead, _LEAST))
        fill(part, release)
        made = part.close()
        room -= _size(made)
        blocks += made
    return blocks


# --- what the versions can do ---


def _abilities(verdict: Verdict, deltas: Deltas) -> list[str]:
    def fill(part: _Part, release: Candidate) -> None:
        delta = deltas.get((release.name, release.version))
        before = code(release.before_version, VALUE_LENGTH) if release.before_version else ""
        part.add(f"### {_capital(claim(_version(release), before, delta))}")
        if delta is not None:
            part.add(f"{_capital(tokens(delta.before, delta.after))}.")
            part.add_rows(_head("new"), list(map(_row, delta.added)), "new ability")
            part.add_rows(_head("no longer"), list(map(_row, delta.removed)), "lost ability")

    return _by_release(verdict, _ABILITIES, fill)


def _version(release: Candidate) -> str:
    return code(f"{release.name} {release.version}", VALUE_LENGTH)


def _head(title: str) -> tuple[str, ...]:
    return f"| {title} | what | where |", "|---|---|---|"


def _row(capability: Capability) -> str:
    return f"| {cell(capability.kind, VALUE_LENGTH)} | {cell(capability.what)} | {cell(capability.where)} |"


# --- what was found ---


def _findings(verdict: Verdict) -> list[str]:
    part = _Part(_FINDINGS)
    for outcome, (noun, task) in _TITLES.items():
        if found := problems(verdict, outcome):
            part.add(f"### {count(len(found), noun)}{task}")
            part.add_rows((), [_finding(problem) for problem in found], noun)
    return part.close()


def _finding(problem: Problem) -> str:
    where = f"{code(place(problem))}: " if problem.path else ""
    lines = [f"- {where}{prose(problem.message)} ({code(problem.code, VALUE_LENGTH)})"]
    lines += [f"  - expected {code(problem.expected, VALUE_LENGTH)}"] if problem.expected else []
    lines += [f"  - found {code(problem.found, VALUE_LENGTH)}"] if problem.found else []
    lines += [f"  - {prose(hint)}" for hint in [help_of(problem)] if hint]
    return "\n".join(lines)


# --- what changed ---


def _differences(verdict: Verdict, deltas: Deltas, room: int) -> list[str]:
    def fill(part: _Part, release: Candidate) -> None:
        since = f" since {code(release.before_version, VALUE_LENGTH)}" if release.before_version else ""
        part.add(f"### {'What changed in' if since else 'The files of'} {_version(release)}{since}")
        changes = _ordered(release, verdict, deltas)
        for number, change in enumerate(changes):
            share = max(part.room // (len(changes) - number), 3 * _LEAST)
            if part.room < _LEAST or not part.add(*_change(change, min(share, part.room))):
                part.left["file"] += 1

    return _by_release(verdict, room, fill)


def _ordered(release: Candidate, verdict: Verdict, deltas: Deltas) -> list[FileChange]:
    """The files that differ; those that gain a capability or have a finding come first."""
    delta = deltas.get((release.name, release.version))
    first = {release.content.at(each.where) for each in (delta.added if delta else ())}
    first |= {finding.problem.path for finding in verdict.findings}
    changes = differences(release.before, release.content)
    return sorted(changes, key=lambda change: release.content.at(change.path) not in first)


def _change(change: FileChange, room: int) -> list[str]:
    title = f"#### {code(change.path)}: {_summary(change)}"
    lines = unified(change) if change.new is not None else ()
    if lines is None:
        long = is_long(change.old or b"") or is_long(change.new or b"")
        return [f"{title}, {'too long to compare by lines' if long else 'not text'}", _digests(change)]
    shown = _fitting((block_line(line, _LINE) for line in lines), room - len(title) - _NOTE)
    rest = f"The difference goes on for {count(len(lines) - len(shown), 'line')}, not shown for want of room."
    return [title, *([fenced(shown, "diff")] if shown else []), *([rest] if len(shown) < len(lines) else [])]


def _summary(change: FileChange) -> str:
    old, new = len(change.old or b""), len(change.new or b"")
    if change.kind == "renamed":
        size = f"{new:,} bytes as before" if change.old == change.new else f"{old:,} → {new:,} bytes"
        return f"renamed from {code(change.old_path)}, {size}"
    sizes = {"added": f"new, {new:,} bytes", "removed": f"removed, {old:,} bytes"}
    return sizes.get(change.kind, f"{old:,} → {new:,} bytes")


def _digests(change: FileChange) -> str:
    sides = (("before", change.old), ("now", change.new))
    return "\n".join(f"- SHA-256 {name}: `{sha256(data).hexdigest()}`" for name, data in sides if data is not None)


# --- room ---


def _size(blocks: Iterable[str]) -> int:
    return sum(len(block) + 2 for block in blocks)


def _fitting(items: Iterable[str], room: int) -> list[str]:
    """As many of the first items as fit, each on a line."""
    taken: list[str] = []
    for item in items:
        room -= len(item) + 1
        if room < 0:
            break
        taken.append(item)
    return taken


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
