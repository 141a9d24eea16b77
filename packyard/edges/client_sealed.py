"""Reading more of a site once its head is proven: files by the hashes that the head seals, wherever they have them.

No place has to be trusted for this. A file that has not its hash is looked for among what was replaced lately
(`by-hash/`) and at the next place; when it is nowhere, that is said, and who has another one in its place.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import TypeVar

from packyard.client.wanted import Files, Want, Wanted
from packyard.edges.mirrored import Mirrored
from packyard.edges.session import MOST_ROUNDS, Session, fetch_sealed, format_evidence
from packyard.edges.transport import in_parallel
from packyard.errors import NotFound, TrustError, WorldError

T = TypeVar("T")


def reading(session: Session, step: Callable[[Files], T]) -> T:
    """What a step gives that reads files of the session's registry; those that it reads by their hash are kept in the
    cache. Raises `NotFound`, `BadChecksum`, `WorldError`, and what the step raises.
    """
    try:
        return _read(session, step)
    except TrustError as error:
        if error.evidence:
            with suppress(WorldError):  # what is wrong must be said, also where nothing can be written
                kept = session.memory.keep_evidence(error.problem.code, format_evidence(error))
                error.problem = error.problem._replace(help=f"the evidence is kept in {kept}")
        raise


def _read(session: Session, step: Callable[[Files], T]) -> T:
    places = session.places
    files = Files(places.name, session.cache.get)
    for _ in range(MOST_ROUNDS):
        try:
            found = step(files)
        except Wanted as wanted:
            with places.traffic.together():
                files.take(dict(zip(wanted.wants, in_parallel(partial(_fetch, places), wanted.wants), strict=True)))
        else:
            for data in files.new.values():
                session.cache.put(data)
            return found
    raise WorldError("site-unsteady", "the site changes faster than it can be read", path=places.name)


def _fetch(places: Mirrored, want: Want) -> bytes | None:
    """A file; None when no place has it."""
    try:
        return fetch_sealed(places, want) if want.sha256 else places.read(want.path, want.limit)
    except NotFound:
        return None
