"""What can be ruled out before anything is tried, for it can be part of no solution.

What the project asks for is in every solution, and so is what all versions of such a pack need, as long as they are
possible: such packs are *certain*. A certain pack has a version that fits whatever is certain to be asked of it; others
are impossible. So is a version that needs something of which no possible version fits. Each finding can lead to more,
and all are followed to the end. Where a certain pack has no possible version left, nothing fits at all.

Packs of which nothing is known yet rule out nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import TypeAlias

from packyard.client.choices import Choices, Clash, Impossible, Need, Pick, Unknown, fitting
from packyard.client.offers import Key, Offer

#: The versions of a pack that nothing rules out.
Possible: TypeAlias = Mapping[Key, set[str]]


def narrow(choices: Choices, needs: Sequence[Need]) -> Possible:
    """The possible versions of the packs to which the needs lead. Raises `Impossible` when nothing fits."""
    narrowing = _Narrowing(choices)
    for need in needs:
        narrowing.demand(need, need.versions, None)
    narrowing.settle()
    return narrowing.possible


class _Narrowing:
    def __init__(self, choices: Choices) -> None:
        self.choices = choices
        self.possible: dict[Key, set[str]] = {}
        self.needs: dict[Pick, tuple[Need, ...]] = {}
        self.users: dict[Key, list[tuple[Pick, Need]]] = defaultdict(list)
        self.certain: dict[Key, dict[str, tuple[Need, Pick | None]]] = {}
        self.ruled_out: dict[Pick, Clash] = {}
        self.changed: dict[Key, None] = {}

    def demand(self, need: Need, versions: frozenset[str], parent: Pick | None) -> None:
        """Take in that one of `versions` is certain to be needed, as `need` of `parent` shows by example."""
        key = need.registry, need.name
        self._load(key)
        if key not in self.certain or not self.possible[key] <= versions:
            self.possible[key] &= versions
            self.changed[key] = None
        self.certain.setdefault(key, {})[parent.name if parent else need.label] = need, parent
        if not self.possible[key]:
            raise Impossible([self._reason(key)])

    def settle(self) -> None:
        """Follow every finding to its end."""
        while self.changed:
            key = next(iter(self.changed))
            del self.changed[key]
            for pick, need in self.users[key]:
                self._check(pick, need)
            if key in self.certain:
                self._pass_on(key)

    def _load(self, first: Key) -> None:
        """Take in the versions of a pack, and of all to which they lead."""
        waiting = [first]
        while waiting:
            key = waiting.pop()
            if key in self.possible:
                continue
            offers = self.choices.offers(key)
            self.possible[key] = {offer.version for offer in offers}
            for offer in offers:
                waiting += self._index(offer)
            self.changed[key] = None

    def _index(self, offer: Offer) -> list[Key]:
        pick = Pick(offer.name, offer.registry, offer.version)
        self.needs[pick] = tuple(self._known_needs(offer))
        keys = [(need.registry, need.name) for need in self.needs[pick]]
        for key, need in zip(keys, self.needs[pick], strict=True):
            self.users[key].append((pick, need))
        return keys

    def _known_needs(self, offer: Offer) -> Iterator[Need]:
        for demand in self.choices.dependencies(offer):
            try:
                yield self.choices.need(demand)
            except Unknown:
                continue

    def _check(self, pick: Pick, need: Need) -> None:
        """Rule a version out that needs what is not possible."""
        key, needed = (pick.registry, pick.name), (need.registry, need.name)
        if pick.version not in self.possible[key] or not self.possible[needed].isdisjoint(need.versions):
            return
        self.possible[key].remove(pick.version)
        self.ruled_out[pick] = Clash(need.name, ((need, pick), *self.certain.get(needed, {}).values()))
        self.changed[key] = None
        if key in self.certain and not self.possible[key]:
            raise Impossible([self._reason(key)])

    def _pass_on(self, key: Key) -> None:
        """What all possible versions of a certain pack need is certain, too."""
        picks = [
            Pick(key[1], key[0], offer.version)
            for offer in self.choices.offers(key)
            if offer.version in self.possible[key]
        ]
        best, others = picks[0], picks[1:]
        for need in self.needs[best]:
            needed = need.registry, need.name
            sets = [
                each.versions for pick in others for each in self.needs[pick] if (each.registry, each.name) == needed
            ]
            if len(sets) == len(others):
                self.demand(need, need.versions.union(*sets), best)

    def _reason(self, key: Key) -> Clash:
        """Why a certain pack has no possible version: the clash that the newest ones lead to."""
        clash = Clash(key[1], tuple(self.certain[key].values()))
        while pick := next(fitting(self.choices, clash.name, [need for need, _ in clash.needs]), None):
            clash = self.ruled_out[pick]
        return clash
