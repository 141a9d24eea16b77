"""What there is to say about each text that a pack runs."""

from __future__ import annotations

from collections.abc import Iterator

from packyard.gate.running import fetched, harm, leaks, prose, sources, spoken
from packyard.gate.running.command import Command, Script, commands
from packyard.gate.running.marks import HARM, SYSTEM, UNPINNED, UNREAD, Mark
from packyard.gate.running.nested import inline_of, scripts_of
from packyard.gate.running.packages import is_of_system, pins_clone, unpinned
from packyard.gate.running.passages import CODE, PROSE, QUOTED
from packyard.gate.running.runs import UNREAD as NOT_READ
from packyard.gate.running.runs import Run
from packyard.gate.running.shell import read

_TOO_LARGE = "the file is too large to be read, or not text"


def risks(run: Run) -> tuple[Mark, ...]:
    """The marks of a text, each once, by line; those of a text that is not whole are on its line."""
    found = {mark if run.whole else mark._replace(line=run.line) for mark in _marks(run)}
    return tuple(sorted(found, key=lambda mark: (mark.line, mark)))


def _marks(run: Run) -> Iterator[Mark]:
    if run.language == NOT_READ:
        yield Mark(UNREAD, 0, "a program or an archive cannot be read" if run.text else _TOO_LARGE)
    elif run.language in (PROSE, QUOTED):
        yield from prose.marks(run.text, run.line, _in_prose)
        yield from spoken.marks(run.text, run.line, run.language == QUOTED)
    elif run.language == CODE:
        yield from sources.marks(run.text, run.line)
    for script in scripts_of(run):
        yield from _judged(script)


def _judged(script: Script) -> Iterator[Mark]:
    for judge in (fetched.marks, leaks.marks, harm.marks):
        yield from judge(script)
    for command, code in inline_of(script):
        yield from (mark._replace(line=command.line) for mark in sources.marks(code, inline=True))
    every = tuple(commands(script))
    is_at_commit = any(map(pins_clone, every))
    for command in every:
        if command.writes and (text := _text(command)):
            yield from (mark for mark in fetched.marks(read(text, command.line)) if mark.kind != HARM)
        for spec in unpinned(command, is_at_commit):
            kind = SYSTEM if is_of_system(command) else UNPINNED
            yield Mark(kind, command.line, "what is fetched is not said exactly", spec)


def _text(command: Command) -> str:
    """What the command writes into a file that may be run later."""
    return " ".join(command.words[1:]) if command.program in ("echo", "printf") else command.body


def _in_prose(script: Script) -> Iterator[Mark]:
    """What is told of commands in the middle of a text, where anything might look like one."""
    yield from (mark for mark in _judged(script) if mark.kind not in (HARM, UNREAD))
