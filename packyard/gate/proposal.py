"""A change set, and the registry that it is proposed to: what the gate is handed by its edges.

The registry is the one before the change: its settings, its names, its publishers, its history. Nothing that the change
set brings has a say in how it is judged.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import NamedTuple, Protocol

from packyard.errors import Problem
from packyard.gate.values import Candidate
from packyard.model import Commit, Event, Manifest, Pack, Release
from packyard.protocols import History
from packyard.registry import Registry, Trust
from packyard.rules.authority import Revisions
from packyard.rules.statements import Spoken


class Proposal(NamedTuple):
    """What merging `head` into `base` would do.

    `before` and `after` are the source trees; `time` is when the merge happens, in seconds. `events` are in the order
    of the log and numbered behind everything that is there. `problems` are changes of what may never change, and
    entries that have no place. `outside` are changed paths beside `registry-src`, `settings` those in it that are of no
    pack, publisher or organisation; `files` counts all changed files. `trusts` are new trust files, each with the
    number of the first event that it is there for. `aside` says that the first parents of `head` do not lead to where
    it left `base`, as after merging `base` into it: to forward `base` to it would take commits out of its history.
    """

    base: Commit
    head: Commit
    before: str
    after: str
    time: int
    events: tuple[Event, ...]
    problems: tuple[Problem, ...]
    outside: tuple[str, ...]
    settings: tuple[str, ...]
    files: int
    trusts: tuple[tuple[int, Trust], ...] = ()
    aside: bool = False

    def of(self, kind: str) -> tuple[Event, ...]:
        """The events of one kind."""
        return tuple(event for event in self.events if event.kind == kind)


class Past(NamedTuple):
    """A pack before the change: its tree ("" when there is no such pack), its events, and what they brought."""

    tree: str
    events: tuple[Event, ...]
    releases: tuple[Release, ...]
    spoken: tuple[Spoken, ...]


class World(Protocol):
    """The registry before the change."""

    @property
    def source(self) -> History:
        """Its objects."""
        ...

    @property
    def registry(self) -> Registry:
        """Its settings."""
        ...

    @property
    def reserved(self) -> bytes:
        """The text of `reserved-names.txt`, empty when there is none."""
        ...

    @property
    def authority(self) -> Revisions:
        """Every revision of publishers and organisations there ever was."""
        ...

    def names(self) -> tuple[str, ...]:
        """Every pack's name."""
        ...

    def past(self, name: str) -> Past:
        """What there is of a pack."""
        ...

    def standing(self, name: str) -> Pack | None:
        """A pack as it stands; of its releases only the numbers and signers are known."""
        ...

    def manifest_of(self, name: str, version: str) -> Manifest | None:
        """The manifest of a published version, None when it is not there."""
        ...

    def dependents(self, name: str) -> Iterator[tuple[str, str, str]]:
        """(pack, version, range) of every published version that depends on a pack."""
        ...

    def published_since(self, time: int) -> Iterable[tuple[str, int]]:
        """(key, time) of the versions published at `time` or later."""
        ...

    def first_seen(self, key: str) -> int:
        """When a key was first registered, 0 when it is not."""
        ...

    def has_released(self, key: str, packs: Iterable[str]) -> bool:
        """Whether a key has signed a published version; `packs` are where to look first."""
        ...


class Judged(NamedTuple):
    """A change set after the rules of the build.

    `authority` are all revisions, those of the change set included. `before` and `packs` map the packs that it touches
    to their states before and after it, where these are sound. `releases` and `spoken` are its new versions and
    statements, `candidates` the versions with their files, where these could be read; `problems` are what a build would
    refuse it for.
    """

    authority: Revisions
    before: Mapping[str, Pack]
    packs: Mapping[str, Pack]
    releases: tuple[Release, ...]
    spoken: tuple[Spoken, ...]
    candidates: tuple[Candidate, ...]
    problems: tuple[Problem, ...]
    notes: tuple[Problem, ...]


class Case(NamedTuple):
    """Everything that a check of the change set as a whole may ask; `source` holds the objects of the change set."""

    proposal: Proposal
    world: World
    source: History
    judged: Judged


class CaseCheck(NamedTuple):
    """A check of the change set as a whole. `codes` are all that it can give."""

    name: str
    codes: tuple[str, ...]
    run: Callable[[Case], Iterable[Problem]]
