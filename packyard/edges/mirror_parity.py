"""Asking several places what they have of one registry, to hold it against each other."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from hashlib import sha256
from itertools import combinations, islice
from typing import NamedTuple

from packyard.audit.reading import FILE_LIMIT
from packyard.edges.mirror_heads import by_path, fetch_heads, verify_heads
from packyard.edges.mirror_log import log_of
from packyard.edges.mirror_source import HeadSite, Source, Unlike, open_source, streamed
from packyard.errors import BadChecksum, FormatError, NotFound, PackyardError, Problem, WorldError
from packyard.formats import inventory, layout, sums, tlog
from packyard.formats.tiles import TileReader
from packyard.head import Head
from packyard.mirror.parity import (
    DIFFERS,
    UNKNOWN,
    Catalogue,
    Cell,
    Found,
    Listed,
    Many,
    Matrix,
    Mirror,
    Row,
    judge,
    read_catalogue,
)

Pairs = tuple[tuple[str, str], ...]
#: Calls a function with each task, at once, and gives the cells in their order.
ManyTasks = Callable[[Callable[["_Task"], Cell], Iterable["_Task"]], Iterable[Cell]]


#: What stands for a version.
_COMPARED = ("/SHA256SUMS", ".tar.gz")
FIRST_TRUST = f"{layout.TRUST}1.json"


class _Place(NamedTuple):
    """A place, and its head if there is one to believe; `root` is its first trust file."""

    name: str
    source: Source | None
    head: Head | None
    problem: Problem | None
    root: bytes = b""


def compare(places: Sequence[str], now: int, root_key: str = "", jobs: int = 8, quick: bool = False) -> Matrix:
    """The matrix of the places at the time `now`; `quick` compares what they list, and reads no archive.

    A place that cannot be asked, or that is not to be believed, is unknown; that is never raised.
    """
    asked = tuple(_of_one_registry([_open(place, root_key) for place in places]))
    whole = [place for place in asked if place.head]
    newest = max(whole, key=_age, default=None)
    forks, doubts = _forks(whole)
    mirrors = tuple(_mirror(place, forks, doubts, now) for place in asked)
    with ThreadPoolExecutor(jobs) as pool:
        catalogues = _catalogues(sorted(whole, key=_age, reverse=True), partial(streamed, pool, jobs))
        rows = tuple(_rows(asked, _behind(whole, forks), catalogues, partial(streamed, pool, jobs), quick))
    origin = newest.head.snapshot.origin if newest and newest.head else None
    read = "lists" if quick else "archives"
    return Matrix(origin, newest.name if newest else None, read, now, mirrors, rows, forks)


def _open(place: str, root_key: str) -> _Place:
    """A place, when its head can be verified."""
    try:
        source = open_source(place)
        site = HeadSite(source, None, by_path(fetch_heads(source)))
        return _Place(place, source, verify_heads(site, root_key), None, site.trust[FIRST_TRUST])
    except Unlike as error:
        return _Place(place, None, None, error.cause.problem)
    except PackyardError as error:
        return _Place(place, None, None, error.problem)


def _of_one_registry(places: Sequence[_Place]) -> Iterator[_Place]:
    """The places; those whose first trust file is not that of the first of them are not to be believed."""
    first = next((place for place in places if place.head), None)
    for place in places:
        if first and place.head and place.root != first.root:
            message = f"this is another registry than the one at {first.name}"
            yield _Place(place.name, None, None, Problem("trust-pinned", FIRST_TRUST, message))
        else:
            yield place


def _age(place: _Place) -> tuple[int, int]:
    assert place.head is not None
    return place.head.snapshot.number, place.head.snapshot.issued


def _behind(places: Sequence[_Place], forks: Iterable[tuple[str, str]]) -> frozenset[str]:
    """The places that have an older snapshot of the newest one's log, and may be excused by that."""
    newest = max(places, key=_age, default=None)
    if newest is None:
        return frozenset()
    others = {name for pair in forks if newest.name in pair for name in pair}
    return frozenset(place.name for place in places if _age(place)[0] < _age(newest)[0] and place.name not in others)


# --- logs ---


def _forks(places: Sequence[_Place]) -> tuple[tuple[tuple[str, str], ...], frozenset[str]]:
    """The pairs of places whose logs are not one, and the places of which it cannot be told."""
    forks, doubts = list[tuple[str, str]](), set[str]()
    readers: dict[str, TileReader] = {}
    for one, other in combinations(places, 2):
        shorter, longer = sorted((one, other), key=_size)
        try:
            if not _goes_on(shorter, longer, readers):
                forks.append((one.name, other.name))
        except (FormatError, PackyardError):
            doubts.add(longer.name)
    return tuple(forks), frozenset(doubts)


def _size(place: _Place) -> int:
    assert place.head is not None
    return place.head.snapshot.log_size


def _goes_on(shorter: _Place, longer: _Place, readers: dict[str, TileReader]) -> bool:
    assert shorter.head and longer.head and longer.source
    before, after = shorter.head.snapshot, longer.head.snapshot
    if before.origin != after.origin:
        return False
    if before.log_size == after.log_size:
        return before.log_root == after.log_root
    if longer.name not in readers:
        found = log_of(longer.source, after)
        if found is None:
            raise NotFound("log-inconsistent", "the log cannot be read", path=longer.name)
        readers[longer.name] = found
    return tlog.tree_hash(before.log_size, readers[longer.name].hash) == before.log_root


def _mirror(place: _Place, forks: Iterable[tuple[str, str]], doubts: frozenset[str], now: int) -> Mirror:
    snapshot = place.head.snapshot if place.head else None
    forked = any(place.name in pair for pair in forks)
    log = "unknown" if snapshot is None else "forked" if forked else "unknown" if place.name in doubts else "consistent"
    return Mirror(place.name, snapshot, log, snapshot is not None and snapshot.expires <= now, place.problem, now)


# --- versions ---


def _catalogues(places: Iterable[_Place], many: Many) -> dict[str, Catalogue]:
    """What each place lists; a list that two of them have is read once."""
    known: dict[str, Pairs] = {}
    return {
        place.name: read_catalogue(place.head.snapshot, partial(_lines, place.source, known), many)
        for place in places
        if place.head and place.source
    }


def _lines(source: Source, known: dict[str, Pairs], path: str, digest: str) -> Pairs | None:
    """The lines of a list; of a pack's only those that are compared, for these are what takes memory."""
    if digest not in known:
        try:
            pairs = sums.parse(source.fetch(path, digest))
        except (Unlike, FormatError, WorldError):
            return None
        own = path == layout.pack(inventory.pack_of(path), layout.FILES_SUMS)
        known[digest] = pairs if not own else tuple(pair for pair in pairs if pair[0].endswith(_COMPARED))
    return known[digest]


class _Task(NamedTuple):
    """A version at a place: what the newest head lists, what the place lists, and whether the place is behind."""

    place: _Place
    known: bool
    wanted: Listed | None
    listed: Listed | None
    behind: bool


def _rows(
    asked: Sequence[_Place], behind: frozenset[str], catalogues: dict[str, Catalogue], many: ManyTasks, quick: bool
) -> Iterator[Row]:
    """The rows, by name; the catalogues are the newest first, and the first that knows of a pack is what counts."""
    keys = sorted({key for catalogue in catalogues.values() for key in catalogue.versions})

    def wanted(key: tuple[str, str]) -> Listed | None:
        known = (each.versions.get(key) for each in catalogues.values() if each.knows(key[0]))
        return next(known, None)

    tasks = (
        _task(place, place.name in behind, catalogues.get(place.name), key, wanted(key))
        for key in keys
        for place in asked
    )
    cells = iter(many(partial(_cell, quick), tasks))
    for key in keys:
        listed = wanted(key)
        yield Row(*key, listed.digest if listed else None, tuple(islice(cells, len(asked))))


def _task(place: _Place, behind: bool, mine: Catalogue | None, key: tuple[str, str], wanted: Listed | None) -> _Task:
    if mine is None or not mine.knows(key[0]):
        return _Task(place, False, wanted, None, False)
    return _Task(place, True, wanted, mine.versions.get(key), behind)


def _cell(quick: bool, task: _Task) -> Cell:
    if not task.known or task.place.source is None:
        return Cell(None, UNKNOWN, None)
    now, found = int(time.time()), None
    if task.listed:
        try:
            found = Found(task.listed.digest if quick else _digest(task.place.source, task.listed.path), now)
        except BadChecksum:
            return Cell(None, DIFFERS, now)  # larger than any file may be, and so not read to its end
    return judge(task.wanted, task.listed, task.behind, found)


def _digest(source: Source, path: str) -> str | None:
    """The hash of what a place gives for a file, "" when it has none, None when it cannot be told."""
    try:
        return sha256(source.read(path, FILE_LIMIT)).hexdigest()
    except NotFound:
        return ""
    except WorldError:
        return None
