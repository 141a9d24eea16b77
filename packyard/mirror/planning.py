"""What a mirror has to fetch, to keep and to remove: the difference between the lists that it has and those to come.

Only what hangs below a list that changed is looked at, so the plan costs what the change costs. A list can be read when
it is there, so the plan comes in rounds, each of which can be fetched at once:

    1   index.json   index.sums   site.sums
    2   the changed shards, the changed files outside of packs, and the lists of large folders
    3   the `files.sums` of the changed packs, the changed shards of those folders
    4   the changed files of those shards and those that clients verify these packs by, the lists of pages that changed
    5   the changed pages of packs

The log has no list: its tiles and bundles follow from its size, and are checked from the top down.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from packyard.audit.chain import Chain
from packyard.audit.reading import Reading
from packyard.errors import Problem
from packyard.formats import layout
from packyard.formats.snapshot import Snapshot
from packyard.formats.tiles import ENTRIES, WIDTH, Tile


class Tree(NamedTuple):
    """The lists of one site: its snapshot, the chain below it, and what was wrong with the lists so far."""

    snapshot: Snapshot
    chain: Chain
    problems: Sequence[Problem]

    def lines(self, listing: str) -> Mapping[str, str]:
        """The hashes that a list has for its paths; none when there is no such list."""
        return dict(self.snapshot.sums) if listing == layout.SNAPSHOT else self.chain.lines(listing)

    def is_list(self, path: str) -> bool:
        """Whether a path is that of a list."""
        return path in (layout.INDEX_SUMS, layout.SITE_SUMS) or self.chain.is_list(path)


def read_tree(reading: Reading, snapshot: Snapshot) -> Tree:
    """The lists below a verified snapshot, which are read when they are asked for."""
    return Tree(snapshot, Chain(reading, snapshot), reading.problems)


def rounds(new: Tree, old: Tree | None) -> Iterator[Iterator[tuple[str, str]]]:
    """(path, hash) of every line of `new` that `old` does not have, in rounds: the lists in one are read for the next.

    Without `old` these are all lines. Nothing is read before the round is asked for.
    """
    lists: list[str] = [layout.SNAPSHOT]
    while lists:
        yield _news(new, old, lists)
        lists = [path for path, _ in _news(new, old, lists) if new.is_list(path)]


def _news(new: Tree, old: Tree | None, lists: Iterable[str]) -> Iterator[tuple[str, str]]:
    for listing in lists:
        before = old.lines(listing) if old else {}
        yield from ((path, digest) for path, digest in new.lines(listing).items() if before.get(path) != digest)


def dropped(new: Tree, old: Tree) -> Iterator[str]:
    """The paths that `old` lists and `new` does not list anywhere."""
    for lines in rounds(old, new):
        yield from (path for path, _ in lines if new.chain.digest(path) is None)


def is_kept(path: str) -> bool:
    """Whether what stood at `path` stays reachable under its hash when something else takes its place."""
    return path.endswith((".json", ".sums"))


def new_tiles(old: int, size: int) -> Iterator[Tile]:
    """The tiles and bundles that a log of `size` entries has and one of `old` entries does not.

    From the top down, so that the hash of each is in one that came before or at the log's right edge.
    """
    for level in reversed(range((size.bit_length() + 7) // 8)):
        before, width = old >> 8 * level, size >> 8 * level
        for number in range(before // WIDTH, -(-width // WIDTH)) if before != width else ():
            tile = Tile(level, number, min(WIDTH, width - number * WIDTH))
            yield tile
            if level == 0:
                yield tile._replace(level=ENTRIES)
