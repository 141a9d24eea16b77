"""Several copies of one site as one `Fetcher`: asked in turn, none of them trusted more than another.

A file that a place does not have, or cannot give, is asked for at the next. The order is the one that was given, but a
place that failed comes last for five minutes. A place that lied is set `aside` for good: only the caller can know that,
since only the caller knows what bytes should have come, and `source` says where they came from.

When no place has a file, all saying that it is missing, it is missing (`NotFound`); as soon as one of them could not be
asked, nothing is known (`WorldError`).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from packyard.edges.transport import (
    Answer,
    Fetcher,
    FolderPlace,
    Traffic,
    Validator,
    WebSite,
    fetch_all,
    folder_of,
    on_web,
    open_site,
)
from packyard.errors import NotFound, WorldError

if TYPE_CHECKING:
    from packyard.edges.tokens import Token
    from packyard.edges.web import Web

#: How long a place that failed comes last.
LATER_SECONDS = 300

#: How often a place is tried when there are others.
ATTEMPTS = 2


class Source(NamedTuple):
    """Where a file came from: the `name` of the place, and the address there."""

    place: str
    address: str


class Mirrored:
    """The places in turn, as a `Fetcher` whose name is that of the first. Threads may share it."""

    def __init__(self, places: Sequence[Fetcher], clock: Callable[[], float] = time.monotonic) -> None:
        self.name, self.traffic = places[0].name, places[0].traffic
        self.aside = dict[str, str]()
        self._places, self._clock = tuple(places), clock
        self._failed, self._sources = dict[str, float](), dict[str, Source]()

    def places(self) -> tuple[str, ...]:
        """The names of the places in the order in which they are asked now, without those that were set aside."""
        return tuple(place.name for place in self._order())

    def source(self, path: str) -> Source:
        """Where the file at the path came from last. Raises `KeyError` if it never came."""
        return self._sources[path]

    def without(self, place: str, reason: str) -> None:
        """Sets the place with this name aside, so that it is never asked again; `aside` keeps the first reason."""
        self.aside.setdefault(place, reason)

    def read(self, path: str, limit: int) -> bytes:
        """A file's bytes, from the first place that has it."""
        return self.fetch(path, limit).data

    def fetch(self, path: str, limit: int, *, start: int = 0, known: Validator | None = None) -> Answer:
        """A file, or what is new of it, from the first place that has it; `known` counts at its own place only."""
        failures = list[NotFound | WorldError]()
        for place in self.each():
            try:
                return place.fetch(path, limit, start=start, known=known)
            except (NotFound, WorldError) as failure:
                failures.append(failure)
        raise self._nowhere(path, failures)

    def each(self) -> tuple[Place, ...]:
        """The places in the order in which they are asked now, for a caller that knows which bytes it wants."""
        return tuple(Place(self, place) for place in self._order())

    def ask(self, place: Fetcher, path: str, limit: int, start: int, known: Validator | None) -> Answer:
        """A file from this place, or its failure, which is remembered."""
        try:
            answer = place.fetch(path, limit, start=start, known=known)
        except WorldError:
            self._failed[place.name] = self._clock()
            raise
        self._sources[path] = Source(place.name, answer.address)
        return answer

    def fetch_many(self, wanted: Mapping[str, int]) -> dict[str, bytes]:
        """The files at the paths, each with its limit, in parallel; see `fetch_all`."""
        return fetch_all(self, wanted)

    def _order(self) -> list[Fetcher]:
        since = self._clock() - LATER_SECONDS
        here = [place for place in self._places if place.name not in self.aside]
        return sorted(here, key=lambda place: self._failed.get(place.name, since) > since)

    def _nowhere(self, path: str, failures: Sequence[NotFound | WorldError]) -> NotFound | WorldError:
        if len(failures) == 1 and not self.aside:
            return failures[0]
        told = [f"{each.problem.path}: {each.problem.message}" for each in failures]
        told += [f"{place}: set aside, {reason}" for place, reason in self.aside.items()]
        if failures and all(isinstance(each, NotFound) for each in failures):
            return NotFound("file-missing", "no place has the file", path=path, found="; ".join(told))
        return WorldError("places-failed", "no place can give the file", path=path, found="; ".join(told))


class Place(NamedTuple):
    """One of the places of a `Mirrored`, whose failures count there."""

    among: Mirrored
    site: Fetcher

    @property
    def name(self) -> str:
        """The address or the folder."""
        return self.site.name

    def fetch(self, path: str, limit: int, *, start: int = 0, known: Validator | None = None) -> Answer:
        """A file, or what is new of it, from here only."""
        return self.among.ask(self.site, path, limit, start, known)


def open_mirrored(places: Sequence[str], *, token: Token | None = None, web: Web | None = None) -> Mirrored:
    """The copies of a site at addresses and in folders, in this order. Raises `UsageError` for what is neither.

    They may redirect to each other's servers. The token goes to its own server only. A folder that is not there is a
    failure only when it is the one place.
    """
    if len(places) == 1 and not on_web(places[0]):
        return Mirrored([open_site(places[0])])
    if web is None and any(map(on_web, places)):
        from packyard.edges.web import Patience, Web

        web = Web(Patience(attempts=ATTEMPTS)) if len(places) > 1 else Web()
    return Mirrored([_open(place, places, token, web) for place in places])


def _open(place: str, all_places: Sequence[str], token: Token | None, web: Web | None) -> Fetcher:
    if on_web(place):
        return WebSite(place, web=web, token=token, allowed=all_places)
    return FolderPlace(folder_of(place), web.traffic if web else Traffic())
