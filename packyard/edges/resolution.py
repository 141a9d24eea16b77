"""From a project's demands to proven versions: which registries are asked for what, until nothing is missing."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from functools import partial
from typing import NamedTuple

from packyard.client.consult import Answer, Pins, Step
from packyard.client.lock import Lock, LockedPack
from packyard.client.offers import Demand, Key, Offer, Offers, offers_of
from packyard.client.releases import Opened
from packyard.client.resolving import Resolved, missing, resolve
from packyard.edges.registries import Registries
from packyard.errors import BadChecksum, NotFound, PackyardError
from packyard.model import Pack


class Chosen(NamedTuple):
    """What was resolved, and the files of each chosen version, by registry and name."""

    resolved: Resolved
    opened: Mapping[Key, Opened]


class Locked(NamedTuple):
    """What a registry says now of the locked packs, and the files of each locked version, by registry and name."""

    packs: Mapping[Key, Pack]
    opened: Mapping[Key, Opened]


class Resolver:
    """One resolution over some registries. `known` are the offers that were asked for, None where there is no pack."""

    def __init__(self, registries: Registries, lock: Lock | None, update: Collection[str]) -> None:
        self.registries, self.lock, self.update = registries, lock, update
        self.known: dict[Key, Offers | None] = {}
        self.opened: dict[tuple[str, str, str], Opened] = {}

    def resolve(self, demands: tuple[Demand, ...], *, ahead: bool = False) -> Resolved:
        """One version of each pack; `ahead`: the chosen versions are opened as soon as they are known. Raises what
        `packyard.client.resolving.resolve` raises, `TrustError` and `WorldError`.
        """
        while needed := missing(demands, self.known, self.registries.known, self.lock, self.update):
            for registry in sorted({key[0] for key in needed}):
                self._ask(registry, tuple(sorted(name for each, name in needed if each == registry)), demands, ahead)
        return resolve(demands, self.known, self.registries.known, self.lock, self.update)

    def choose(self, demands: tuple[Demand, ...]) -> Chosen:
        """One version of each pack, opened."""
        resolved = self.resolve(demands, ahead=True)
        wanted = {(offer.registry, offer.name): offer for offer in resolved.offers}
        for registry in sorted({key[0] for key in wanted}):
            pins = tuple((offer.name, offer.version) for offer in wanted.values() if offer.registry == registry)
            if any((registry, *pin) not in self.opened for pin in pins):
                names = tuple(name for name, _ in pins)
                self._take(registry, names, self.registries.session(registry).ask(names, partial(_there, pins)))
        opened = {key: self.opened[(*key, offer.version)] for key, offer in wanted.items()}
        for key, offer in wanted.items():
            _check(offer.identity, opened[key], f"{offer.name} {offer.version} changed while it was fetched")
        return Chosen(resolved, opened)

    def absent(self) -> tuple[Key, ...]:
        """The packs that were looked for and that their registry does not have."""
        return tuple(sorted(key for key, offers in self.known.items() if offers is None))

    def _ask(self, registry: str, names: tuple[str, ...], demands: tuple[Demand, ...], ahead: bool) -> None:
        """Asks a registry for packs, and for what they lead to there."""

        def choose(packs: Mapping[str, Pack]) -> Step:
            here = {(registry, name): offers_of(registry, pack) for name, pack in packs.items()}
            step = self._next(registry, {**self.known, **here}, demands)
            return step if ahead else Step(step.names)

        self._take(registry, names, self.registries.session(registry).ask(names, choose))

    def _next(self, registry: str, known: Mapping[Key, Offers | None], demands: tuple[Demand, ...]) -> Step:
        """What is wanted next of a registry, going by what is known. What cannot be resolved is told at the end."""
        try:
            if needed := missing(demands, known, self.registries.known, self.lock, self.update):
                return Step(tuple(sorted(name for each, name in needed if each == registry)))
            resolved = resolve(demands, known, self.registries.known, self.lock, self.update)
        except PackyardError:
            return Step()
        return Step((), tuple(_pin(each) for each in resolved.offers if each.registry == registry))

    def _take(self, registry: str, names: Iterable[str], answer: Answer) -> None:
        for name, proven in answer.packs.items():
            self.known[registry, name] = offers_of(registry, proven.pack)
        for name in (*answer.absent, *names):
            self.known.setdefault((registry, name), None)
        self.opened |= {(registry, *pin): opened for pin, opened in answer.opened.items()}


def open_locked(registries: Registries, lock: Lock) -> Locked:
    """Every locked version, proven anew. Raises `BadChecksum` for one that is not what was locked."""
    packs, found = dict[Key, Pack](), dict[Key, Opened]()
    for registry in sorted({pack.registry for pack in lock.packs}):
        locked = [pack for pack in lock.packs if pack.registry == registry]
        pins: Pins = tuple((pack.name, pack.version) for pack in locked)
        answer = registries.session(registry).ask(tuple(pack.name for pack in locked), partial(_there, pins))
        for pack in locked:
            if pack.name in answer.absent:
                hint = "the lock names it; is this the registry that the lock was made with?"
                message = f"there is no pack {pack.name} in the registry {registry}"
                raise NotFound("pack-unknown", message, found=pack.name, help=hint)
            opened, proven = answer.opened[pack.name, pack.version], answer.packs[pack.name].pack
            check_locked(pack, proven, registry)
            _check(pack.identity, opened, f"{pack.name} {pack.version} is not what was locked")
            found[registry, pack.name], packs[registry, pack.name] = opened, proven
    return Locked(packs, found)


def check_locked(pack: LockedPack, proven: Pack, registry: str) -> None:
    """Returns when the registry says of the locked version what the lock says. Raises `BadChecksum`."""
    for offer in offers_of(registry, proven).versions:
        if offer.version != pack.version:
            continue
        pairs: list[tuple[str, object, object]] = [
            ("identity", pack.identity, offer.identity),
            ("place in the log", pack.log_index, offer.log_index),
            ("publisher", pack.publisher, offer.publisher),
        ]
        if not offer.withdrawn:
            pairs += [("tarball", pack.sha256, offer.sha256), ("size", pack.size, offer.size)]
            pairs += [("dependencies", dict(pack.dependencies), dict(offer.dependencies))]
        for what, locked, found in pairs:
            if locked != found:
                message = f"{pack.name} {pack.version} is not what was locked: its {what} is another"
                raise BadChecksum("locked-changed", message, expected=str(locked), found=str(found))


def _pin(offer: Offer) -> tuple[str, str]:
    return offer.name, offer.version


def _there(pins: Pins, packs: Mapping[str, Pack]) -> Step:
    """The pins of packs that are known; those of others are wanted once they are."""
    return Step((), tuple(pin for pin in pins if pin[0] in packs))


def _check(identity: str, opened: Opened, message: str) -> None:
    if opened.identity != identity:
        raise BadChecksum("locked-changed", message, expected=identity, found=opened.identity)
