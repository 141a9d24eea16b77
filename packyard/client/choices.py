"""Which versions may be taken for a demand, and which of them sooner: the rules that a resolution searches by.

A withdrawn version is never taken, a yanked one only where it is locked already. Of the others that are in the range,
the locked one comes first, then the highest; versions that a channel other than `stable` offers come after all others,
so that they are taken for a range only where nothing else is left. A channel asked for by name offers one version:
`latest` the newest, `stable` the same unless something was promoted to it. Who asked for a channel when the lock was
made goes on with the locked version.

A demand for a pack that goes on under another name is one for that name, unless the old one is locked. A locked version
that no longer is what was locked is refused, and never replaced.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import NamedTuple

from packyard.client.lock import Lock
from packyard.client.offers import Demand, Key, Offer, Offers, latest
from packyard.client.project import KnownRegistry, home
from packyard.client.references import LATEST, range_of
from packyard.errors import BadChecksum
from packyard.formats import semver


class Unknown(LookupError):
    """The offers of a pack are needed that nobody has asked its registry for; `key` says which."""

    def __init__(self, key: Key) -> None:
        super().__init__(*key)
        self.key = key


class Need(NamedTuple):
    """What a demand comes to: one of these versions of a pack; `label` is the demand as its author wrote it."""

    name: str
    registry: str
    versions: frozenset[str]
    label: str


class Pick(NamedTuple):
    """A version of a pack, or its absence: then registry and version are ""."""

    name: str
    registry: str
    version: str


class Clash(NamedTuple):
    """Needs of one pack that no version of it fits, each with who has it; None for the project."""

    name: str
    needs: tuple[tuple[Need, Pick | None], ...]


class Impossible(Exception):
    """No versions fit all needs; `clashes` are those that were met, in that order."""

    def __init__(self, clashes: Sequence[Clash]) -> None:
        super().__init__("nothing fits together")
        self.clashes = clashes


class Choices:
    """What can be chosen, as far as the offers are `known`; None stands for a pack that its registry does not have."""

    def __init__(
        self,
        known: Mapping[Key, Offers | None],
        registries: tuple[KnownRegistry, ...],
        lock: Lock | None = None,
        update: Collection[str] = (),
    ) -> None:
        self.known, self.registries = known, registries
        self.locked = {pack.name: pack for pack in lock.packs} if lock else {}
        self.held = frozenset(lock.demands) if lock else frozenset()
        freed = {*update, *(lock.renames.get(name, name) for name in update)} if lock else set()
        self.kept = {name: (pack.registry, pack.version) for name, pack in self.locked.items() if name not in freed}
        self._offers: dict[Key, tuple[Offer, ...]] = {}
        self._versions: dict[tuple[Key, str], frozenset[str]] = {}

    def needs(self, demands: Iterable[Demand]) -> tuple[Need, ...]:
        """What the project's own demands come to, ordered by name. Raises `Unknown`."""
        return tuple(self.need(demand) for demand in sorted(demands, key=lambda demand: demand.name))

    def needs_of(self, offer: Offer) -> tuple[Need, ...]:
        """What the version depends on. Raises `Unknown`."""
        return tuple(map(self.need, self.dependencies(offer)))

    def need(self, demand: Demand) -> Need:
        """What one demand comes to. Raises `Unknown`."""
        registry, name = key = self.follow(demand.key)
        versions = self._matching(key, demand.range)
        if demand in self.held and self._keeps(key) and range_of(demand.range) is None:
            versions |= {offer.version for offer in self.offers(key)} & {self.kept[name][1]}
        prefix = f"{demand.registry}:" if len(self.registries) > 1 else ""
        suffix = f" (now {name})" if name != demand.name else ""
        return Need(name, registry, versions, f"{prefix}{demand.name} {demand.range}{suffix}")

    def dependencies(self, offer: Offer) -> tuple[Demand, ...]:
        """What the version depends on, each of its registry."""
        return tuple(
            Demand(home(self.registries, name, beside=offer.registry), name, wanted)
            for name, wanted in sorted(offer.dependencies)
        )

    def follow(self, key: Key) -> Key:
        """The pack under the name under which it goes on. Of names that lead round in a circle, one that has no offers.
        Raises `Unknown`.
        """
        met = {key}
        while (offers := self._known(key)) and offers.renamed and not self._keeps(key):
            key = home(self.registries, offers.renamed, beside=key[0]), offers.renamed
            if key in met:
                break
            met.add(key)
        return key

    def offers(self, key: Key) -> tuple[Offer, ...]:
        """The versions of a pack that may be taken at all, the one to be tried first in front. Raises `Unknown`."""
        if key not in self._offers:
            offers = self._known(key)
            going = offers is not None and (not offers.renamed or self._keeps(key))
            self._offers[key] = self._ordered(offers) if offers and going else ()
        return self._offers[key]

    def offer(self, key: Key, version: str) -> Offer:
        """One of `offers`."""
        return next(offer for offer in self.offers(key) if offer.version == version)

    def _known(self, key: Key) -> Offers | None:
        if key not in self.known:
            raise Unknown(key)
        return self.known[key]

    def _keeps(self, key: Key) -> bool:
        return self.kept.get(key[1], ("", ""))[0] == key[0]

    def _ordered(self, offers: Offers) -> tuple[Offer, ...]:
        kept = self.kept.get(offers.name)
        for offer in offers.versions:
            self._check_unchanged(offer)
        may = [o for o in offers.versions if o.alive or (not o.withdrawn and (o.registry, o.version) == kept)]
        return tuple(sorted(may, key=lambda offer: ((offer.registry, offer.version) != kept, not offer.plain)))

    def _check_unchanged(self, offer: Offer) -> None:
        locked = self.locked.get(offer.name)
        if locked is None or (locked.registry, locked.version) != (offer.registry, offer.version):
            return
        pairs = [(locked.identity, offer.identity)]
        pairs += [] if offer.withdrawn else [(locked.sha256, offer.sha256)]
        for expected, found in pairs:
            if expected != found:
                message = f"{offer.name} {offer.version} is not what was locked"
                raise BadChecksum("locked-changed", message, expected=expected, found=found)

    def _matching(self, key: Key, wanted: str) -> frozenset[str]:
        if (key, wanted) not in self._versions:
            self._versions[key, wanted] = frozenset(self._match(key, wanted))
        return self._versions[key, wanted]

    def _match(self, key: Key, wanted: str) -> Collection[str]:
        span = _parsed(wanted)
        if span is not None:
            return [offer.version for offer in self.offers(key) if semver.satisfies(offer.version, span)]
        offers = self._known(key)
        if offers is None or not self.offers(key):
            return ()
        newest = latest(offers)
        offered = {"stable": newest.version, **offers.channels, LATEST: newest.version} if newest else offers.channels
        return {offered.get(wanted, "")} & {offer.version for offer in self.offers(key)}


def absence(name: str) -> Need:
    """The need that no version of a pack is there."""
    return Need(name, "", frozenset({""}), f"no {name}")


def fitting(choices: Choices, name: str, needs: Sequence[Need]) -> Iterator[Pick]:
    """What fits all these needs of one pack, the best first."""
    versions = frozenset.intersection(*(need.versions for need in needs))
    registries = {need.registry for need in needs}
    if versions == {""}:
        yield Pick(name, "", "")
    elif len(registries) == 1:
        for offer in choices.offers((registries.pop(), name)):
            if offer.version in versions:
                yield Pick(name, offer.registry, offer.version)


@cache
def _parsed(wanted: str) -> semver.Range | None:
    return range_of(wanted)
