"""Who has what: every version at every mirror, as the parity matrix of StellaOps has it.

A row is `pack@version`, a column a mirror, a cell what was found there and when:

    same      the bytes that the newest head lists
    differs   other bytes
    missing   no file, or no line in lists that are as new as the newest
    stale     what an older snapshot of the same log lists, which did not know better
    unknown   the mirror could not be asked, or what it says cannot be believed; nothing is guessed

The bytes are those of the tarball, of a version without one those of `SHA256SUMS`. All mirrors are of one registry when
their logs are one: of any two, the longer begins with the shorter. Mirrors of which that is not true are `forked`; they
are compared with the newest head all the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from typing import Any, NamedTuple

from packyard.errors import Problem
from packyard.formats import inventory, layout
from packyard.formats.snapshot import Snapshot
from packyard.formats.times import format_time

SAME, MISSING, DIFFERS, STALE, UNKNOWN = STATES = ("same", "missing", "differs", "stale", "unknown")

#: The lines of the list at a path that has this hash, as (path, hash); None when it cannot be read as it should be.
Lines = Callable[[str, str], tuple[tuple[str, str], ...] | None]


#: Calls a function with each item, as `map` does.
Many = Callable[[Callable[[tuple[str, str]], "Catalogue"], Iterable[tuple[str, str]]], Iterable["Catalogue"]]


class Listed(NamedTuple):
    """What the lists of a mirror say of a version: the file that stands for it, and its hash."""

    path: str
    digest: str


class Catalogue(NamedTuple):
    """What the lists of a mirror say: of (pack, version), and of which shards and packs nothing is known."""

    versions: Mapping[tuple[str, str], Listed]
    unknown: frozenset[str]

    def knows(self, pack: str) -> bool:
        """Whether it can be said what the mirror lists of a pack."""
        return self.unknown.isdisjoint((layout.INDEX_SUMS, layout.shard_sums(layout.shard(pack)), pack))


class Found(NamedTuple):
    """What was found when a file was asked for: its hash, "" when it is missing, None when nobody knows."""

    digest: str | None
    checked_at: int


class Cell(NamedTuple):
    """What a mirror has of a version."""

    digest: str | None
    state: str
    checked_at: int | None


class Row(NamedTuple):
    """A version at all mirrors, in their order; `digest` is what the newest head lists, None when it does not."""

    pack: str
    version: str
    digest: str | None
    cells: tuple[Cell, ...]


class Mirror(NamedTuple):
    """A place, its head (None, and the problem, when there is none to believe), and whether its log is that of the
    others: `consistent`, `forked` or `unknown`. `expired` at the time of checking.
    """

    place: str
    snapshot: Snapshot | None
    log: str
    expired: bool
    problem: Problem | None
    checked_at: int


class Matrix(NamedTuple):
    """The whole comparison, made at a time; `newest` is the place whose head the others are held against, `read` what
    was read of each version: `archives` or, of what lists promise, `lists` only. `forks` are pairs of places.
    """

    origin: str | None
    newest: str | None
    read: str
    made_at: int
    mirrors: tuple[Mirror, ...]
    rows: tuple[Row, ...]
    forks: tuple[tuple[str, str], ...]

    def counts(self, column: int) -> dict[str, int]:
        """How many cells of a mirror are in each state."""
        states = [row.cells[column].state for row in self.rows]
        return {state: states.count(state) for state in STATES}


def read_catalogue(snapshot: Snapshot, lines: Lines, many: Many = map) -> Catalogue:
    """What the lists below a snapshot say of versions. `many` is `map`, or does the same at once."""
    shards = lines(layout.INDEX_SUMS, snapshot.index_sums)
    if shards is None:
        return Catalogue({}, frozenset({layout.INDEX_SUMS}))
    versions, unknown = dict[tuple[str, str], Listed](), set[str]()
    for part in many(partial(_read_shard, lines), shards):
        versions |= part.versions
        unknown |= part.unknown
    return Catalogue(versions, frozenset(unknown))


def _read_shard(lines: Lines, shard: tuple[str, str]) -> Catalogue:
    packs = lines(*shard)
    if packs is None:
        return Catalogue({}, frozenset({shard[0]}))
    lists = {inventory.pack_of(path): lines(path, digest) for path, digest in packs}
    versions = (pair for pack, files in lists.items() for pair in versions_in(pack, files or ()))
    return Catalogue(dict(versions), frozenset(pack for pack, files in lists.items() if files is None))


def versions_in(pack: str, files: Iterable[tuple[str, str]]) -> Iterator[tuple[tuple[str, str], Listed]]:
    """The versions that a pack's list has; see the module for what stands for each."""
    listed = dict(files)
    root = layout.pack(pack)
    for path, digest in listed.items():
        version, _, name = path.removeprefix(root).partition("/")
        if name == "SHA256SUMS" and path.startswith(root):
            tarball = layout.tarball(pack, version)
            whole = Listed(tarball, listed[tarball]) if tarball in listed else Listed(path, digest)
            yield (pack, version), whole


def judge(wanted: Listed | None, listed: Listed | None, behind: bool, found: Found | None) -> Cell:
    """What a mirror has of a version, when it is known whether it lists it.

    `wanted` is what the newest head lists, `listed` what the mirror does, `behind` whether its snapshot is older,
    `found` what it gave for the file.
    """
    if listed is None or found is None:
        return Cell(None, STALE if behind else MISSING, None)
    if not found.digest:
        return Cell(None, UNKNOWN if found.digest is None else MISSING, found.checked_at)
    if wanted is not None and found.digest == wanted.digest:
        return Cell(found.digest, SAME, found.checked_at)
    # A mirror that is behind has what its own lists promise: of a version that has been withdrawn since, the tarball.
    return Cell(found.digest, STALE if behind and found.digest == listed.digest else DIFFERS, found.checked_at)


def document(matrix: Matrix) -> dict[str, Any]:
    """The matrix for programs, without `format`."""
    return {
        "origin": matrix.origin,
        "newest": matrix.newest,
        "read": matrix.read,
        "checkedAt": format_time(matrix.made_at),
        "mirrors": [_mirror(matrix, column) for column in range(len(matrix.mirrors))],
        "forks": [list(pair) for pair in matrix.forks],
        "rows": [
            {"pack": row.pack, "version": row.version, "digest": row.digest, "cells": list(map(_cell, row.cells))}
            for row in matrix.rows
        ],
    }


def _mirror(matrix: Matrix, column: int) -> dict[str, Any]:
    mirror = matrix.mirrors[column]
    head, problem = mirror.snapshot, mirror.problem
    return {
        "place": mirror.place,
        "snapshot": head.number if head else None,
        "issued": format_time(head.issued) if head else None,
        "expires": format_time(head.expires) if head else None,
        "expired": mirror.expired if head else None,
        "log_size": head.log_size if head else None,
        "log": mirror.log,
        "checkedAt": format_time(mirror.checked_at),
        "problem": {"code": problem.code, "message": problem.message, "path": problem.path or None}
        if problem
        else None,
        "counts": matrix.counts(column),
    }


def _cell(cell: Cell) -> dict[str, Any]:
    return {
        "digest": cell.digest,
        "state": cell.state,
        "checkedAt": format_time(cell.checked_at) if cell.checked_at is not None else None,
    }


def summary(matrix: Matrix) -> Iterator[str]:
    """A line for each mirror."""
    for column, mirror in enumerate(matrix.mirrors):
        head = mirror.snapshot
        if head is None:
            yield f"{mirror.place}: unknown, {mirror.problem.message if mirror.problem else 'nothing is known'}"
            continue
        counts = ", ".join(f"{number} {state}" for state, number in matrix.counts(column).items() if number)
        age = "expired" if mirror.expired else "issued"
        when = format_time(head.expires if mirror.expired else head.issued)
        yield (
            f"{mirror.place}: snapshot {head.number}, {age} {when}, log {head.log_size} {mirror.log}, "
            f"{counts or 'no versions'}"
        )
