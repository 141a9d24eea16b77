"""From a project's demands to proven versions: which registries are asked for what, until nothing is missing."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from functools import partial
from typing import NamedTuple

from packyard.client.consult import Answer, Pins, Step
from packyard.client.lock import Lock, LockedPack
from packyard.client.offers import Demand, Key, Offers, offers_of
from packyard.client.releases import Opened
from packyard.client.resolving import Resolved, missing, resolve
from packyard.edges.registries import Registries
from packyard.errors import BadChecksum, NotFound, PackyardError
from packyard.model import Pack


class Chosen(NamedTuple):
    """What was resolved, the proven packs, and the files of each chosen version, by registry and name."""

    resolved: Resolved
    packs: Mapping[Key, Pack]
    opened: Mapping[Key, Opened]


class Resolver:
    """One resolution over some registries."""

    def __init__(self, registries: Registries, lock: Lock | None, update: Collection[str]) -> None:
        self.registries, self.lock, self.update = registries, lock, update
        self.known: dict[Key, Offers | None] = {}
        self.packs: dict[Key, Pack] = {}
        self.opened: dict[tuple[str, str, str], Opened] = {}

    def choose(self, demands: tuple[Demand, ...]) -> Chosen:
        """One version of each pack, opened. Raises what `resolve` raises, `TrustError` and `WorldError`."""
        while needed := missing(demands, self.known, self.registries.known, self.lock, self.update):
            for registry in sorted({key[0] for key in needed}):
                self._ask(registry, tuple(sorted(name for each, name in needed if each == registry)), demands)
        resolved = resolve(demands, self.known, self.registries.known, self.lock, self.update)
        wanted = {(offer.registry, offer.name): offer.version for offer in resolved.offers}
        for registry in sorted({key[0] for key in wanted}):
            pins = tuple((name, version) for (each, name), version in wanted.items() if each == registry)
            if any((registry, *pin) not in self.opened for pin in pins):
                names = tuple(name for name, _ in pins)
                self._take(registry, names, self.registries.session(registry).ask(names, partial(_there, pins)))
        opened = {key: self.opened[(*key, version)] for key, version in wanted.items()}
        return Chosen(resolved, self.packs, opened)

    def _ask(self, registry: str, names: tuple[str, ...], demands: tuple[Demand, ...]) -> None:
        """Asks a registry for packs, and for what they lead to there."""

        def choose(packs: Mapping[str, Pack]) -> Step:
            here = {(registry, name): offers_of(registry, pack) for name, pack in packs.items()}
            return self._next(registry, {**self.known, **here}, demands)

        self._take(registry, names, self.registries.session(registry).ask(names, choose))

    def _next(self, registry: str, known: Mapping[Key, Offers | None], demands: tuple[Demand, ...]) -> Step:
        """What is wanted next of a registry, going by what is known. What cannot be resolved is told at the end."""
        try:
            if needed := missing(demands, known, self.registries.known, self.lock, self.update):
                return Step(tuple(sorted(name for each, name in needed if each == registry)))
            resolved = resolve(demands, known, self.registries.known, self.lock, self.update)
        except PackyardError:
            return Step()
        return Step((), tuple((each.name, each.version) for each in resolved.offers if each.registry == registry))

    def _take(self, registry: str, names: Iterable[str], answer: Answer) -> None:
        for name, proven in answer.packs.items():
            self.packs[registry, name] = proven.pack
            self.known[registry, name] = offers_of(registry, proven.pack)
        for name in (*answer.absent, *names):
            self.known.setdefault((registry, name), None)
        self.opened |= {(registry, *pin): opened for pin, opened in answer.opened.items()}


def open_locked(registries: Registries, lock: Lock) -> Mapping[Key, Opened]:
    """The files of every locked version, proven anew. Raises `BadChecksum` for one that is not what was locked."""
    found = dict[Key, Opened]()
    for registry in sorted({pack.registry for pack in lock.packs}):
        packs = [pack for pack in lock.packs if pack.registry == registry]
        pins: Pins = tuple((pack.name, pack.version) for pack in packs)
        answer = registries.session(registry).ask(tuple(pack.name for pack in packs), partial(_there, pins))
        for pack in packs:
            if pack.name in answer.absent:
                raise NotFound("pack-unknown", f"{registry} has no pack {pack.name}", help="the lock names it")
            found[registry, pack.name] = _as_locked(pack, answer.opened[pack.name, pack.version])
    return found


def _there(pins: Pins, packs: Mapping[str, Pack]) -> Step:
    """The pins of packs that are known; those of others are wanted once they are."""
    return Step((), tuple(pin for pin in pins if pin[0] in packs))


def _as_locked(pack: LockedPack, opened: Opened) -> Opened:
    if opened.identity != pack.identity:
        message = f"{pack.name} {pack.version} is not what was locked"
        raise BadChecksum("locked-changed", message, expected=pack.identity, found=opened.identity)
    return opened
