"""Making packs on one processor or on several: the same function, the same results, in the same order."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import Any, NamedTuple

from packyard.packs import Job, Made, Workshop, make_pack

#: Below this many packs, starting processes costs more than it gains.
FEW = 48
#: Packs handed over at once, and how many such parcels wait for each process.
PARCEL, WAITING = 8, 4


class Bench(NamedTuple):
    """How another process gets its workshop: `make` of `facts()`, plain values that can be sent there."""

    make: Callable[..., Workshop]
    facts: Callable[[], tuple[Any, ...]]


def processors() -> int:
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def make_packs(bench: Bench, shop: Workshop, jobs: Iterable[Job], processes: int) -> Iterator[Made]:
    """The made packs, in the order of the jobs. A few are made here, in `shop`; many by `processes` processes."""
    waiting = iter(jobs)
    first = list(islice(waiting, FEW))
    if processes < 2 or len(first) < FEW:
        for job in first:
            yield make_pack(shop, job)
        for job in waiting:
            yield make_pack(shop, job)
    else:
        yield from _spread(bench, _chain(first, waiting), processes)


def _chain(first: list[Job], rest: Iterator[Job]) -> Iterator[Job]:
    yield from first
    yield from rest


def _spread(bench: Bench, jobs: Iterator[Job], processes: int) -> Iterator[Made]:
    from concurrent.futures import Future, ProcessPoolExecutor

    with ProcessPoolExecutor(processes, initializer=_enter, initargs=(bench.make, bench.facts())) as pool:
        flight: deque[Future[list[Made]]] = deque()
        while True:
            while len(flight) < processes * WAITING and (parcel := list(islice(jobs, PARCEL))):
                flight.append(pool.submit(_make, parcel))
            if not flight:
                return
            yield from flight.popleft().result()


_workshop: Workshop | None = None


def _enter(make: Callable[..., Workshop], facts: tuple[Any, ...]) -> None:
    global _workshop  # noqa: PLW0603 - what an executor's initializer leaves to its tasks
    _workshop = make(*facts)


def _make(jobs: list[Job]) -> list[Made]:
    assert _workshop is not None
    found = list[Made]()
    for job in jobs:
        before = _workshop.staging.written
        made = make_pack(_workshop, job)
        found.append(made._replace(elsewhere=_workshop.staging.written - before))
    return found
