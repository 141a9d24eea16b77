"""What a deployment is, as values."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple


class Stage(NamedTuple):
    """Files to put, in any order among themselves; `size` is that of all of them, in bytes."""

    name: str
    paths: tuple[str, ...]
    size: int


class Plan(NamedTuple):
    """What turns a target into the site: stages, one after the other, then removals. `unchanged` counts the files that
    are there already.
    """

    content: Stage
    documents: Stage
    lists: Stage
    heads: Stage
    removals: tuple[str, ...]
    unchanged: int

    @property
    def body(self) -> tuple[Stage, ...]:
        """The stages that nothing points at yet."""
        return tuple(stage for stage in (self.content, self.documents, self.lists) if stage.paths)

    @property
    def stages(self) -> tuple[Stage, ...]:
        """The stages in which there is something to do."""
        return (*self.body, self.heads) if self.heads.paths else self.body

    @property
    def files(self) -> int:
        """How many files are to be put."""
        return sum(len(stage.paths) for stage in self.stages)

    @property
    def size(self) -> int:
        """How many bytes are to be put."""
        return sum(stage.size for stage in self.stages)

    @property
    def empty(self) -> bool:
        """Whether there is nothing to do."""
        return not self.stages and not self.removals

    def lines(self) -> Iterator[str]:
        """Every step, as a person reads it: `put PATH` or `remove PATH`."""
        for stage in self.stages:
            yield from (f"put {path}" for path in stage.paths)
        yield from (f"remove {path}" for path in self.removals)
