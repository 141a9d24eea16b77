"""Searching in a site's index: few small files, each as the proven snapshot seals it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import NamedTuple

from packyard.client.refusals import attempt
from packyard.client.searching import Hit, shown
from packyard.client.wanted import Files, Want, Wanted, need
from packyard.edges.client_catalogue import listed_in_site
from packyard.edges.client_sealed import reading
from packyard.edges.mirrored import Mirrored
from packyard.edges.session import MOST_ROUNDS, Session, fetch_sealed
from packyard.edges.transport import Fetcher, in_parallel
from packyard.errors import NotFound, WorldError
from packyard.formats.snapshot import Snapshot
from packyard.search import engine, index, paths
from packyard.search.engine import Found
from packyard.search.query import SORTS, Query
from packyard.search.shelf import open_shelf


class Asked(NamedTuple):
    """What is searched for, in which order, and the page that is wanted."""

    query: Query
    sort: str = SORTS[0]
    page: int = 1
    limit: int = 20


def search_registry(session: Session, stated: Snapshot, asked: Asked) -> Found[Hit] | None:
    """What the index of the session's registry finds; None when it has none. Raises what `reading` raises."""
    return reading(session, partial(_search, stated, asked))


def search_site(site: Fetcher, stated: Snapshot, asked: Asked) -> Found[Hit] | None:
    """What the index of a site finds, as its snapshot seals it; None when it has none. Raises `NotFound`,
    `BadChecksum`, `WorldError`, and `TrustError` for files that are none of an index.
    """
    places, files = Mirrored([site]), Files(site.name)
    for _ in range(MOST_ROUNDS):
        try:
            return _search(stated, asked, files)
        except Wanted as wanted:
            found = in_parallel(partial(fetch_sealed, places), wanted.wants)
            files.take(dict(zip(wanted.wants, found, strict=True)))
    raise WorldError("site-unsteady", "the site changes faster than it can be read", path=site.name)


def _search(stated: Snapshot, asked: Asked, files: Files) -> Found[Hit] | None:
    if paths.CATALOGUE not in listed_in_site(files, stated, [paths.CATALOGUE]):
        return None

    def read(wanted: Sequence[str]) -> list[bytes]:
        listed = listed_in_site(files, stated, wanted)
        for path in wanted:
            if path not in listed:
                raise NotFound("file-missing", "the site's list does not name it", path=f"{files.name}/{path}")
        need(files, (Want(path, index.LIMIT, listed[path]) for path in wanted))
        return [files.sealed(path, listed[path], index.LIMIT) for path in wanted]

    def find() -> Found[Hit]:
        return shown(engine.search(open_shelf(read), *asked))

    return attempt(f"{files.name}/{paths.CATALOGUE}", {}, find)
