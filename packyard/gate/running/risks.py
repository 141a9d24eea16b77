"""What there is to say about each text that a pack runs."""

from __future__ import annotations

from collections.abc import Iterator

from packyard.gate.running import fetched, harm, leaks, prose, sources
from packyard.gate.running.command import Command, Script, commands
from packyard.gate.running.marks import HARM, UNPINNED, UNREAD, Mark
from packyard.gate.running.packages import unpinned
from packyard.gate.running.passages import CODE, PROSE
from packyard.gate.running.runs import UNREAD as NOT_READ
from packyard.gate.running.runs import Run
from packyard.gate.running.shell import read


def risks(run: Run) -> tuple[Mark, ...]:
    """The marks of a text, each once, by line; those of a text that is not whole are on its line."""
    found = {mark if run.whole else mark._replace(line=run.line) for mark in _marks(run)}
    return tuple(sorted(found, key=lambda mark: (mark.line, mark)))


def scripts_of(run: Run) -> Iterator[Script]:
    """The commands in a text."""
    if run.language == CODE:
        yield from (read(text, line) for line, text in sources.started(run.text, run.line))
    elif run.language not in (PROSE, NOT_READ):
        yield read(run.text, run.line)


def _marks(run: Run) -> Iterator[Mark]:
    if run.language == NOT_READ:
        yield Mark(UNREAD, 0, "the file is too large to be read, or not text")
    elif run.language == PROSE:
        yield from prose.marks(run.text, run.line, _in_prose)
    elif run.language == CODE:
        yield from sources.marks(run.text, run.line)
    for script in scripts_of(run):
        yield from _judged(script)


def _judged(script: Script) -> Iterator[Mark]:
    for judge in (fetched.marks, leaks.marks, harm.marks):
        yield from judge(script)
    for command in commands(script):
        if command.writes and (text := _text(command)):
            yield from (mark for mark in fetched.marks(read(text, command.line)) if mark.kind != HARM)
        for spec in unpinned(command.words):
            yield Mark(UNPINNED, command.line, "what is fetched is not said exactly", spec)


def _text(command: Command) -> str:
    """What the command writes into a file that may be run later."""
    return " ".join(command.words[1:]) if command.program in ("echo", "printf") else command.body


def _in_prose(script: Script) -> Iterator[Mark]:
    """What is told of commands in the middle of a text, where anything might look like one."""
    yield from (mark for mark in _judged(script) if mark.kind not in (HARM, UNREAD))
