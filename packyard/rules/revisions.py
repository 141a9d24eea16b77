"""What is known at each point of history of those who may sign: publishers, organisations, and the registry's roots.

Publishers and organisations are sequences of accepted revisions, each brought by an event; trust files, which name the
roots, are no events themselves, so each is known by the number of the first event that it is there for.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from typing import NamedTuple, Protocol

from packyard.formats import publisher
from packyard.model import Event, Org, Publisher
from packyard.registry import Trust


class Revision(NamedTuple):
    """One accepted revision: what it says, which event brought it, and the keys and hash that the log names."""

    event: Event
    value: Publisher | Org
    sha256: str
    keys: tuple[str, ...]


class Authority(Protocol):
    """The revisions accepted so far, as they stood before an event; a missing one is None."""

    def publisher(self, handle: str, before: int) -> Publisher | None: ...

    def org(self, name: str, before: int) -> Org | None: ...

    def holder(self, mark: str) -> str: ...

    def revised(self, handle: str, before: int) -> int: ...

    def revisions(self, kind: str, name: str) -> tuple[Revision, ...]: ...

    def roots(self, at: int) -> tuple[Trust, ...]: ...


class Revisions:
    """An `Authority` in memory. `holders` maps key ids, and keys (see `publisher.marks_of`), to handles; `trusts` are
    the trust files, each with the number of the first event that it is there for.
    """

    def __init__(self) -> None:
        self.publishers: dict[str, list[Revision]] = {}
        self.orgs: dict[str, list[Revision]] = {}
        self.holders: dict[str, str] = {}
        self.trusts: list[tuple[int, Trust]] = []

    def publisher(self, handle: str, before: int) -> Publisher | None:
        """The publisher as of the last revision with a number below `before`."""
        found = _before(self.publishers.get(handle, []), before)
        return found if isinstance(found, Publisher) else None

    def org(self, name: str, before: int) -> Org | None:
        """The organisation as of the last revision with a number below `before`."""
        found = _before(self.orgs.get(name, []), before)
        return found if isinstance(found, Org) else None

    def revisions(self, kind: str, name: str) -> tuple[Revision, ...]:
        """Every revision of a publisher or an organisation so far, oldest first."""
        return tuple((self.publishers if kind == "publisher" else self.orgs).get(name, ()))

    def holder(self, mark: str) -> str:
        """The handle that a key id or a key belongs to, or ""."""
        return self.holders.get(mark, "")

    def revised(self, handle: str, before: int) -> int:
        """The time of the publisher's last revision with a number below `before`, 0 when there is none."""
        revisions = self.publishers.get(handle, [])
        at = bisect_left(revisions, before, key=lambda revision: revision.event.seq)
        return revisions[at - 1].event.time if at else 0

    def roots(self, at: int) -> tuple[Trust, ...]:
        """The trust files whose root keys may speak at the event `at`: the newest there was, or none."""
        found = bisect_right(self.trusts, at, key=lambda each: each[0])
        return (self.trusts[found - 1][1],) if found else ()

    def chain(self) -> tuple[Trust, ...]:
        """The trust files so far, in their order."""
        return tuple(trust for _, trust in self.trusts)

    def add(self, revision: Revision) -> None:
        """Takes one more accepted revision, newer than all before it."""
        value = revision.value
        if isinstance(value, Publisher):
            self.publishers.setdefault(value.handle, []).append(revision)
            self.holders.update((mark, value.handle) for key in value.keys for mark in publisher.marks_of(key))
        else:
            self.orgs.setdefault(value.org, []).append(revision)

    def add_trust(self, first: int, trust: Trust) -> None:
        """Takes the next trust file, which is there from the event `first` on."""
        self.trusts.append((first, trust))


def _before(revisions: list[Revision], seq: int) -> Publisher | Org | None:
    at = bisect_left(revisions, seq, key=lambda revision: revision.event.seq)
    return revisions[at - 1].value if at else None
