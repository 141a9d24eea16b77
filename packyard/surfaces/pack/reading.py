"""In which order the files that a version changed are to be read, so that what can do harm is not behind what cannot.

0 ITSELF   code that runs by itself, in this version or the one before
1          what says that the version can do something new, or something no longer
2          what says that it acts, reaches the network, or uses tools without asking
3          what says that it can do something else
4          files that can be run
5 PROMPTS  prompts
6 REST     the rest
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING

from packyard.model import Release
from packyard.surfaces.pack import abilities
from packyard.surfaces.pack.places import EXECUTABLE, IMAGES
from packyard.surfaces.pack.values import Hand

if TYPE_CHECKING:
    from packyard.gate.report.diffs import FileChange
    from packyard.gate.values import Content

ITSELF, PROMPTS, REST = 0, 5, 6
#: What nothing runs by its name: prompts, what people read, settings, pictures.
_NO_CODE = (".md", ".mdx", ".json", *IMAGES)
#: A version with none of these, and no file that can be run, starts no file of its own.
_STARTING = abilities.ACTS | {abilities.UNREAD, "script", "command"}


def ranks(hand: Hand, sides: tuple[Release, Release], differing: Iterable[FileChange]) -> dict[str, int]:
    """The rank of every file that differs between two releases, by its path; of a renamed one that of either name."""
    from packyard.gate.running.runs import is_prompt

    differing = tuple(differing)
    old, new = (abilities.found(hand, side).capabilities for side in sides)
    had, has = ({(each.kind, each.what) for each in every} for every in (old, new))
    both = {*old, *new}
    executable = {file.path for side in sides for file in side.files if file.mode == EXECUTABLE}
    starts = executable or any(each.kind in _STARTING for each in both)
    named = b"\n".join(abilities.running_text(hand, side) for side in sides) if starts else b""
    levels = (
        _itself([abilities.content_of(hand.files(side), side.manifest) for side in sides], differing) if starts else (),
        {each.where for each in both if ((each.kind, each.what) in had) is not ((each.kind, each.what) in has)},
        {each.where for each in both if each.kind in abilities.WHOLE}
        | {path for each in differing for path in _paths(each) if path.rpartition("/")[2].encode() in named},
        {each.where for each in both},
        executable,
    )

    def rank(path: str) -> int:
        found = (number for number, paths in enumerate(levels) if path in paths)
        return next(found, PROMPTS if is_prompt(path) else REST)

    return {each.path: min(map(rank, _paths(each))) for each in differing}


def _itself(sides: Iterable[Content], differing: Iterable[FileChange]) -> Collection[str]:
    """The files that run by themselves on the sides that have one of those that differ and may be code."""
    from packyard.gate.running.started import started

    doubted = {path for each in differing for path in _paths(each) if not path.endswith(_NO_CODE)}
    found = (started(side) for side in sides if not doubted.isdisjoint(side.files))
    return frozenset[str]().union(*found)


def _paths(each: FileChange) -> set[str]:
    return {each.path, each.old_path or each.path}
