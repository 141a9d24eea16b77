"""Offers written in a line: worlds of packs for tests of resolution and locks."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256

from packyard.client.lock import Lock, LockedRegistry, lock_of
from packyard.client.offers import Demand, Key, Offer, Offers
from packyard.client.project import KnownRegistry
from packyard.client.resolving import Resolved, missing, resolve
from packyard.formats import semver

MAIN = KnownRegistry("main", "https://packs.example.org/")
WORK = KnownRegistry("work", "https://packs.work.example/", scopes=("@acme",))
REGISTRIES = {
    "main": LockedRegistry("packs.example.org", MAIN.place, "0123456789ABCDEF"),
    "work": LockedRegistry("packs.work.example", WORK.place, "FEDCBA9876543210"),
}
World = dict[Key, Offers | None]


def offer(name: str, version: str, needs: str = "", conflicts: str = "", registry: str = "main") -> Offer:
    """A version; `needs` is such as `base ^1, tools *`."""
    pairs = tuple((pair.split(" ", 1)[0], pair.split(" ", 1)[1]) for pair in needs.split(", ") if pair)
    digest = sha256(f"{registry}:{name}@{version}".encode()).hexdigest()
    return Offer(
        registry,
        name,
        version,
        digest,
        digest[::-1],
        1000 + len(needs),
        0,
        "alice",
        int(digest[:4], 16),
        dependencies=pairs,
        conflicts=tuple(conflicts.split()),
    )


def world(*offers: Offer, channels: Mapping[str, Mapping[str, str]] | None = None) -> World:
    """All packs of these versions."""
    packs: dict[Key, list[Offer]] = {}
    for each in offers:
        packs.setdefault((each.registry, each.name), []).append(each)
    found: World = {}
    for (registry, name), versions in packs.items():
        ordered = sorted(versions, key=lambda each: semver.sort_key(each.version), reverse=True)
        found[registry, name] = Offers(registry, name, tuple(ordered), (channels or {}).get(name, {}))
    return found


def demands(text: str, registry: str = "main") -> list[Demand]:
    """Such as `hello ^1, base *`."""
    pairs = [pair.split(" ", 1) for pair in text.split(", ") if pair]
    return [Demand(registry, name, wanted) for name, wanted in pairs]


def chosen(asked: str, known: World, lock: Lock | None = None, *update: str) -> str:
    """What a resolution comes to, such as `base 1.2.0, hello 1.0.0`."""
    resolved = resolve(demands(asked), known, (MAIN,), lock, update)
    return ", ".join(f"{each.name} {each.version}" for each in resolved.offers)


def locked(asked: str, known: World, lock: Lock | None = None) -> Lock:
    """The lock for these demands."""
    resolved = resolve(demands(asked), known, (MAIN,), lock)
    return lock_for(demands(asked), resolved)


def lock_for(asked: list[Demand], resolved: Resolved) -> Lock:
    """The lock for a resolution."""
    return lock_of(asked, resolved.offers, resolved.renames, REGISTRIES)


def fetched(asked: list[Demand], everything: World, registries: tuple[KnownRegistry, ...] = (MAIN,)) -> list[int]:
    """How many packs each round of `missing` needs until nothing is missing."""
    known: World = {}
    rounds = []
    while needed := missing(asked, known, registries):
        assert not needed & known.keys()
        known |= {key: everything.get(key) for key in needed}
        rounds.append(len(needed))
    return rounds
