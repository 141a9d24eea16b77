"""From what a project asks for to one version of each pack: what must be known for it, and the answer.

    known = {}
    while needed := missing(demands, known, registries, lock):
        known |= fetch(needed)                  # all at once
    resolved = resolve(demands, known, registries, lock)

`known` maps a registry and a name to what is offered, or to None where the registry has no such pack. `missing` follows
the versions that will most likely be taken, so that as a rule each round is one step down the tree of dependencies and
nothing is fetched in vain. Which versions may be taken is said in `packyard.client.choices`.

Everything is a function of its arguments, their order aside.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import NamedTuple

from packyard.client.choices import Choices, Impossible, Need, Unknown
from packyard.client.lock import Lock
from packyard.client.offers import Demand, Key, Offer, Offers
from packyard.client.project import KnownRegistry
from packyard.client.references import range_of
from packyard.errors import PackyardError, Problem


class Resolved(NamedTuple):
    """One version of each pack, by name; under which name a pack is there that was asked for under another; and what
    somebody should know about it.
    """

    offers: tuple[Offer, ...]
    renames: Mapping[str, str]
    notes: tuple[Problem, ...]


def resolve(
    demands: Iterable[Demand],
    known: Mapping[Key, Offers | None],
    registries: tuple[KnownRegistry, ...],
    lock: Lock | None = None,
    update: Collection[str] = (),
) -> Resolved:
    """One version of each pack, such that every demand and dependency is met and no two are in conflict.

    Locked versions stay where they can, but for the packs named in `update`; without a lock all are the newest that
    fit. Raises `NotFound` for a pack or version that does not exist, `PackyardError` when nothing fits together or it
    cannot be found out, `BadChecksum` when a locked version changed, and `LookupError` when `missing` was not heeded.
    """
    from packyard.client.explaining import explain, too_hard
    from packyard.client.solving import TooHard, solve

    choices, demands = Choices(known, registries, lock, update), sorted(set(demands))
    try:
        chosen = solve(choices, choices.needs(demands))
    except TooHard:
        raise too_hard() from None
    except Impossible as impossible:
        raise explain(choices, demands, impossible.clashes) from None
    offers = tuple(offer for _, offer in sorted(chosen.items()))
    return Resolved(offers, _renames(choices, demands, offers), tuple(_notes(choices, demands, offers)))


def missing(
    demands: Iterable[Demand],
    known: Mapping[Key, Offers | None],
    registries: tuple[KnownRegistry, ...],
    lock: Lock | None = None,
    update: Collection[str] = (),
) -> frozenset[Key]:
    """The packs whose offers are needed next; none when `resolve` has all that it will ask for.

    Raises `BadChecksum` when a locked version changed.
    """
    choices, demands = Choices(known, registries, lock, update), sorted(set(demands))
    if needed := _next(choices, demands, every=False):
        return needed
    try:
        resolve(demands, known, registries, lock, update)
    except Unknown as unknown:
        return _next(choices, demands, every=True) | {unknown.key}
    except PackyardError:
        pass
    return frozenset()


def _next(choices: Choices, demands: Iterable[Demand], every: bool) -> frozenset[Key]:
    """The unknown packs to which the demands lead, through every version that fits one of them or the likeliest one."""
    needed: set[Key] = set()
    wanted: dict[str, list[Need]] = {}
    waiting, met = deque(demands), set[Offer]()
    while waiting:
        try:
            (need,) = choices.needs([waiting.popleft()])
        except Unknown as unknown:
            needed.add(unknown.key)
            continue
        wanted.setdefault(need.name, []).append(need)
        for offer in _fitting(choices, need, wanted[need.name], every):
            if offer not in met:
                met.add(offer)
                waiting += choices.dependencies(offer)
    return frozenset(needed)


def _fitting(choices: Choices, need: Need, all_needs: list[Need], every: bool) -> list[Offer]:
    fits = [offer for offer in choices.offers((need.registry, need.name)) if offer.version in need.versions]
    if every:
        return fits
    likely = [offer for offer in fits if all(offer.version in each.versions for each in all_needs)]
    return (likely or fits)[:1]


def _renames(choices: Choices, demands: Iterable[Demand], offers: Iterable[Offer]) -> dict[str, str]:
    asked = [*demands, *(demand for offer in offers for demand in choices.dependencies(offer))]
    names = {demand.name: choices.follow(demand.key)[1] for demand in asked}
    return {old: new for old, new in sorted(names.items()) if old != new}


def _notes(choices: Choices, demands: Iterable[Demand], offers: tuple[Offer, ...]) -> Iterator[Problem]:
    """What should be known about what was chosen, by pack."""
    for old, new in _renames(choices, demands, offers).items():
        message = f"{old} goes on as {new}, which is taken in its place"
        yield Problem("follows-rename", "", message, help=f"ask for {new}")
    from_channel = {choices.follow(demand.key) for demand in demands if range_of(demand.range) is None}
    for offer in offers:
        pack = choices.known[offer.registry, offer.name]
        if pack is not None:
            yield from _notes_on_pack(choices, pack, offer)
        yield from _notes_on(offer, (offer.registry, offer.name) in from_channel)


def _notes_on_pack(choices: Choices, pack: Offers, offer: Offer) -> Iterator[Problem]:
    if pack.archived is not None:
        yield Problem("uses-archived", "", f"{pack.name} is archived: nothing new will come", found=pack.archived)
    if pack.renamed:
        message, hint = f"{pack.name} goes on as {pack.renamed}", f"`packyard update {pack.name}` follows"
        yield Problem("follows-rename", "", f"{message}, and the lock keeps it", help=hint)
    kept = choices.kept.get(pack.name)
    if kept in [(each.registry, each.version) for each in pack.versions if each.withdrawn]:
        message = f"{pack.name} {kept[1]} was locked, and is withdrawn"
        yield Problem("locked-withdrawn", "", message, expected=kept[1], found=offer.version)


def _notes_on(offer: Offer, from_channel: bool) -> Iterator[Problem]:
    what = f"{offer.name} {offer.version}"
    if offer.yanked is not None:
        message, hint = f"{what} is locked, and was yanked", f"`packyard update {offer.name}` takes another"
        yield Problem("locked-yanked", "", message, found=offer.yanked, help=hint)
    if offer.deprecated is not None:
        yield Problem("uses-deprecated", "", f"{what} is deprecated", found=offer.deprecated)
    if not (offer.plain or from_channel):
        yield Problem("uses-channel", "", f"{what} is of the channel {offer.channel}, which nobody asked for")
