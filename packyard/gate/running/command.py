"""Commands as values: what `packyard.gate.running.shell` reads, and how to go through all of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple, TypeAlias

from packyard.gate.running.wrappers import program_of

Pipeline: TypeAlias = "tuple[Command, ...]"
Script: TypeAlias = "tuple[Pipeline, ...]"

#: What stands in a word for the output of commands; the word of a group; the command for what was not read.
MADE, GROUP, TANGLED = "$()", "()", "(tangled)"


class Command(NamedTuple):
    """One command. `words` are the program and its arguments, `sets` the variables set for it, `reads` and `writes` the
    files of its redirections, `body` its here-document, `under` the programs that start it, such as `sudo`.

    `made` pairs the place of a word with the commands whose output is in it; -1 is for what is not in `words`.
    """

    words: tuple[str, ...] = ()
    line: int = 0
    sets: tuple[tuple[str, str], ...] = ()
    made: tuple[tuple[int, Script], ...] = ()
    runs: Script = ()
    reads: tuple[str, ...] = ()
    writes: tuple[str, ...] = ()
    body: str = ""
    under: tuple[str, ...] = ()

    @property
    def program(self) -> str:
        """The name of the program, without folder and Windows suffix; "" when there is none."""
        return program_of(self.words[0]) if self.words else ""


def pipelines(script: Script) -> Iterator[Pipeline]:
    """All pipelines in their order; those inside of a command follow the pipeline that it is in."""
    waiting = list(reversed(script))
    while waiting:
        pipeline = waiting.pop()
        yield pipeline
        for command in reversed(pipeline):
            waiting += reversed(command.runs)
            for _, made in reversed(command.made):
                waiting += reversed(made)


def commands(script: Script) -> Iterator[Command]:
    """All commands, in the order of their pipelines."""
    return (command for pipeline in pipelines(script) for command in pipeline)


def inside(command: Command) -> Iterator[Command]:
    """The command, and all that its words are made by and that it runs."""
    return commands(((command,),))


class Draft:
    """A command while it is read; true when there is anything of it. `redirect` is the sign that waits for its file."""

    def __init__(self, head: str, line: int) -> None:
        self.words: list[str] = [head] if head else []
        self.line = line
        self.sets: list[tuple[str, str]] = []
        self.made: list[tuple[int, Script]] = []
        self.runs: Script = ()
        self.reads: list[str] = []
        self.writes: list[str] = []
        self.body = self.redirect = ""

    def __bool__(self) -> bool:
        return bool(self.words or self.sets or self.reads or self.writes or self.made)
