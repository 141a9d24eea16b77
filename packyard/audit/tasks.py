"""The parts of an audit that can be done anywhere: packs, and files that only have a hash."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from itertools import chain, islice
from typing import NamedTuple, TypeGuard

from packyard.audit.packs import PackFound, PackTask, audit_pack
from packyard.audit.reading import Reading, fingerprint
from packyard.audit.versions import Judge
from packyard.errors import Problem
from packyard.protocols import Listing, Reader

#: Tasks handed over at once, and how many such parcels wait for each worker.
PARCEL, WAITING = 8, 4


class FilesTask(NamedTuple):
    """Files that must have these hashes, as (path, hash)."""

    files: tuple[tuple[str, str], ...]


class Desk(NamedTuple):
    """What a worker needs: the site, by what to judge (None: only whether files are the sealed ones), and the key of
    fingerprints."""

    site: Reader
    judge: Judge | None
    key: bytes


class Done(NamedTuple):
    """A task that was done: problems, what was there, and, for a pack, its name and what was found."""

    problems: tuple[Problem, ...]
    fingerprint: int
    files: int
    size: int
    pack: str = ""
    found: PackFound = PackFound()


Task = PackTask | FilesTask


def perform(desk: Desk, task: Task) -> Done:
    """Does a task."""
    reading = Reading(desk.site)
    pack, found = "", PackFound()
    if isinstance(task, PackTask):
        pack, found = task.name, audit_pack(reading, desk.judge, task)
    else:
        for path, digest in task.files:
            reading.intact(path, digest)
    present = reading.present
    return Done(tuple(reading.problems), fingerprint(present, desk.key), len(present), reading.size, pack, found)


def perform_all(desk: Desk, tasks: Iterator[Task], workers: int) -> Iterator[Done]:
    """Does tasks, on several processors or over several connections, and gives them in the order in which they came.

    However many there are, only some are held at once; for a few no process is started.
    """
    few = list(islice(tasks, PARCEL))
    tasks = chain(few, tasks)
    if workers < 2 or (len(few) < PARCEL and is_listing(desk.site)):
        yield from (perform(desk, task) for task in tasks)
        return
    from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor

    kind: type[Executor] = ProcessPoolExecutor if is_listing(desk.site) else ThreadPoolExecutor
    with kind(workers, initializer=_enter, initargs=(desk,)) as pool:  # type: ignore[call-arg]  # both kinds take these
        flight: deque[Future[list[Done]]] = deque()
        while True:
            while len(flight) < workers * WAITING and (parcel := list(islice(tasks, PARCEL))):
                flight.append(pool.submit(_perform_parcel, parcel))
            if not flight:
                return
            yield from flight.popleft().result()


def is_listing(site: Reader) -> TypeGuard[Listing]:
    """Whether a site can say which files it has."""
    return hasattr(site, "paths")


_desk: Desk | None = None


def _enter(desk: Desk) -> None:
    global _desk  # noqa: PLW0603 - what an executor's initializer leaves to its tasks
    _desk = desk


def _perform_parcel(parcel: Iterable[Task]) -> list[Done]:
    assert _desk is not None
    return [perform(_desk, task) for task in parcel]
