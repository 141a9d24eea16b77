"""The registry as it is at a commit, for the gate: read from git as far as it is asked for, and no further.

Publishers and organisations are followed through all of history, since rights depend on what was so when. A pack is
followed only when a change set touches it; the commits in which it changed are found by bisection, because what a pack
holds is only ever added to, so no tree of it occurs twice. What is there was judged when it came, so its signatures are
not verified again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import cached_property, lru_cache
from itertools import accumulate
from typing import Any

from packyard.catalogue import fold
from packyard.edges.git import Repository
from packyard.edges.opening import SETTINGS_LIMIT
from packyard.errors import FormatError, Problem, ProblemsFound
from packyard.formats import manifest as manifests
from packyard.formats import minisign, names, org, publisher
from packyard.formats.fields import errors_of
from packyard.formats.registry import parse_registry
from packyard.gate.proposal import Past
from packyard.history import SOURCE, TREE, compare, compare_pack, compare_people
from packyard.model import Commit, Entry, Event, Manifest, Pack, Release, Tarball
from packyard.registry import Registry
from packyard.rules.authority import FILE_LIMIT, Revision, Revisions
from packyard.rules.folder import SIGNATURE
from packyard.rules.statements import check_statement
from packyard.rules.trust import follow_trust
from packyard.rules.version import MANIFESTS

#: Numbers of events: the commit's place on the line, the kind, and the place among those of the kind.
_COMMIT, _KIND = 1 << 24, {"publisher": 0, "org": 1 << 22, "version": 2 << 22, "statement": 3 << 22}

#: A release of which nothing is known yet.
UNREAD = Release(
    "",
    "",
    "",
    "",
    "",
    "",
    "",
    0,
    0,
    0,
    Manifest("", "", "", "", "", "", "", "", (), (), (), (), (), {}),
    (),
    (),
    Tarball("", "", 0, "", ""),
)


class Base:
    """A `gate.proposal.World` over a repository at a commit."""

    def __init__(self, repository: Repository, commit: Commit) -> None:
        self.source = repository
        self.commit = commit
        self.line = repository.since(commit, "") or []
        self.trees = [repository.subtree(each.tree, SOURCE) for each in self.line]
        self.tree = self.trees[-1]
        #: When each commit came, by the clock of those before it: who dates a commit back hides nothing.
        self.times = list(accumulate((each.time for each in self.line), max))
        self.past = lru_cache(maxsize=None)(self._past)
        self.standing = lru_cache(maxsize=None)(self._standing)

    # --- settings ---

    @cached_property
    def registry(self) -> Registry:
        """The settings. Raises `ProblemsFound`."""
        path = f"{SOURCE}/registry.yaml"
        entry = self._entry(self.tree, "registry.yaml")
        if entry is None or entry.mode == TREE:
            raise ProblemsFound([Problem("settings-missing", path, "the registry's settings are missing")])
        try:
            return parse_registry(self.source.blob(entry.oid, SETTINGS_LIMIT))
        except FormatError as error:
            raise ProblemsFound(each.at(path) for each in errors_of(error)) from None

    @cached_property
    def reserved(self) -> bytes:
        """The names that nobody may take, as the registry lists them."""
        entry = self._entry(self.tree, "reserved-names.txt")
        return self.source.blob(entry.oid, SETTINGS_LIMIT) if entry and entry.mode != TREE else b""

    # --- people ---

    @cached_property
    def authority(self) -> Revisions:
        """Every revision of publishers and organisations there ever was, and every trust file."""
        found = Revisions()
        for at, (before, after) in enumerate(zip(["", *self.trees], self.trees, strict=False)):
            self._follow_trust(found, at, before, after)
            if self._people(before) != self._people(after):
                events = compare_people(self.source, self.line[at], before, after).events
                for event in numbered(events, at):
                    found.add(self._revision(event))
        return found

    def _follow_trust(self, found: Revisions, at: int, before: str, after: str) -> None:
        if (folder := self._subtree(after, "trust")) != self._subtree(before, "trust"):
            for trust in follow_trust(self.source, folder, self.registry.origin, found.chain())[0]:
                found.add_trust(first_of(at), trust)

    def first_seen(self, key: str) -> int:
        """When the key was first registered, 0 when it is not."""
        revisions = self.authority.publishers.get(self.authority.holder(key), [])
        first = (each for each in revisions if any(own.key_id == key for own in getattr(each.value, "keys", ())))
        return next((self.times[each.event.seq // _COMMIT] for each in first), 0)

    def _people(self, tree: str) -> list[str]:
        return [entry.oid for entry in self.source.tree(tree) if entry.name in ("publishers", "orgs")] if tree else []

    def _revision(self, event: Event) -> Revision:
        text = self.source.blob(dict(event.objects)[f"{event.subject}.yaml"], FILE_LIMIT)
        parse: Callable[..., Any] = publisher.parse_publisher if event.kind == "publisher" else org.parse_org
        return Revision(event, parse(text, event.subject), "", ())

    # --- packs ---

    @cached_property
    def packs(self) -> dict[str, str]:
        """The tree of every pack, by name."""
        found = {}
        for folder in self._children(self._subtree(self.tree, "packs")):
            for entry in self._children(folder.oid):
                found[f"{folder.name}/{entry.name}" if folder.name.startswith("@") else entry.name] = entry.oid
        return found

    def names(self) -> tuple[str, ...]:
        """Every pack's name."""
        return tuple(self.packs)

    def _past(self, name: str) -> Past:
        events = tuple(self._events(name))
        releases = [self._release(event) for event in events if event.kind == "version"]
        origin = self.registry.origin
        said = [
            check_statement(self.source, each, self.authority, origin)[0] for each in events if each.kind != "version"
        ]
        return Past(self.packs.get(name, ""), events, tuple(releases), tuple(each for each in said if each))

    def _events(self, name: str) -> Iterator[Event]:
        path = names.folder(names.parse_name(name))
        tree_at = lru_cache(maxsize=None)(lambda at: self._subtree(self.trees[at], path) if at >= 0 else "")
        for at in _changes(tree_at, -1, len(self.line) - 1):
            yield from numbered(compare_pack(self.source, self.line[at], name, tree_at(at - 1), tree_at(at)).events, at)

    def _release(self, event: Event) -> Release:
        tree = event.objects[0][1]
        key = self._key(tree)
        return UNREAD._replace(
            pack=event.subject,
            version=event.ident,
            tree=tree,
            key=key,
            publisher=self.authority.holder(key),
            commit=event.commit,
            published=event.time,
            seq=event.seq,
            log_index=event.seq,
        )

    def _key(self, tree: str) -> str:
        entry = self._entry(tree, SIGNATURE)
        return minisign.parse_signature(self.source.blob(entry.oid, FILE_LIMIT)).key_id if entry else ""

    def _standing(self, name: str) -> Pack | None:
        past = self.past(name)
        return fold(name, past.releases, past.spoken, self.authority)[0] if past.releases else None

    def manifest_of(self, name: str, version: str) -> Manifest | None:
        """The manifest of a published version, None when it is not there."""
        tree = next((entry.oid for entry in self._children(self.packs.get(name, "")) if entry.name == version), "")
        return self.manifest(tree) if tree else None

    def dependents(self, name: str) -> Iterator[tuple[str, str, str]]:
        """(pack, version, range) of every published version that depends on a pack."""
        for pack, tree in self.packs.items():
            for version in self._children(tree):
                found = self.manifest(version.oid, name.encode()) if pack != name else None
                wanted = dict(found.dependencies).get(name) if found else None
                if wanted is not None:
                    yield pack, version.name, wanted

    def published_since(self, time: int) -> Iterator[tuple[str, int]]:
        """(key, time) of the versions published at `time` or later."""
        for at in range(len(self.line) - 1, -1, -1):
            if self.times[at] < time:
                return
            found = compare(self.source, self.line[at], self.trees[at - 1] if at else "", self.trees[at])
            for event in found.events:
                if event.kind == "version":
                    yield self._key(event.objects[0][1]), self.times[at]

    def has_released(self, key: str, packs: Iterable[str]) -> bool:
        """Whether the key has signed a published version; `packs` are where to look first."""
        first = [self.packs[name] for name in packs if name in self.packs]
        return any(
            self._key(version.oid) == key
            for tree in (*first, *self.packs.values())
            for version in self._children(tree)
            if version.name != "statements"
        )

    def manifest(self, tree: str, about: bytes = b"") -> Manifest | None:
        """The manifest in the tree of a version, if it mentions `about`."""
        for file in MANIFESTS:
            if entry := self._entry(tree, file):
                data = self.source.blob(entry.oid, manifests.LIMIT)
                return manifests.parse_manifest(data, file)[0] if about in data or b"\\" in data else None
        return None

    # --- trees ---

    def _subtree(self, tree: str, path: str) -> str:
        return self.source.subtree(tree, path) if tree else ""

    def _children(self, tree: str) -> list[Entry]:
        return [entry for entry in self.source.tree(tree) if entry.mode == TREE] if tree else []

    def _entry(self, tree: str, name: str) -> Entry | None:
        return next((entry for entry in self.source.tree(tree) if entry.name == name), None)


def first_of(at: int) -> int:
    """The least number that an event of the commit at place `at` of the line can have."""
    return at * _COMMIT


def numbered(events: Iterable[Event], at: int) -> Iterator[Event]:
    """The events of the commit at place `at` of the line with numbers in the order of the log."""
    for count, event in enumerate(events):
        yield event._replace(seq=first_of(at) + _KIND[event.kind] + count)


def _changes(tree_at: Callable[[int], str], low: int, high: int) -> Iterator[int]:
    """The places from `low` (not included) to `high` at which a tree is not what it was one place before, in order.

    Where both ends of a stretch have the same tree nothing has changed in it: no tree occurs twice.
    """
    if tree_at(low) == tree_at(high):
        return
    if high - low == 1:
        yield high
        return
    middle = (low + high) // 2
    yield from _changes(tree_at, low, middle)
    yield from _changes(tree_at, middle, high)
