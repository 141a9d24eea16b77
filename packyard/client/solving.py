"""The search for one version of each pack that fits all demands, by resolvelib.

Three things are said to resolvelib in a way of our own, for it to be right in every case:

- A chosen version needs itself. Otherwise resolvelib exchanges a chosen version for another without looking at what the
  first had brought along, and passes over it when it goes back (resolvelib issue 206).
- That two packs conflict is the need of each for the absence of the other; absence is something that can be chosen.
- Its leaps back ("optimistic backjumping") can miss a solution. What it calls impossible is searched again without.

The search is bounded by its work, counted and not timed, so that the same demands always have the same answer.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from resolvelib import AbstractProvider, BaseReporter
from resolvelib.resolvers import Criterion, Resolution, ResolutionImpossible, ResolutionTooDeep
from resolvelib.structs import RequirementInformation

from packyard.client.choices import Choices, Need
from packyard.client.offers import Offer

#: What a search may cost: checks of a need against a pack's versions.
WORK = 200_000

_ROUNDS, _CONFLICTS = 20_000, 200


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
        super().__init__("impossible")
        self.clashes = clashes


class TooHard(Exception):
    """The search was given up."""


def solve(choices: Choices, needs: Sequence[Need], work: int = WORK) -> Mapping[str, Offer]:
    """One version of each pack that is needed, by name. Raises `Impossible`, `TooHard`, or `Unknown` of `choices`."""
    try:
        chosen = _search(choices, needs, work, leaping=True)
    except (Impossible, TooHard):
        chosen = _search(choices, needs, work, leaping=False)
    found: dict[str, Offer] = {}
    waiting = [need.name for need in needs]
    while waiting:
        pick = chosen[waiting.pop()]
        if pick.name not in found:
            found[pick.name] = choices.offer((pick.registry, pick.name), pick.version)
            waiting += [need.name for need in choices.needs_of(found[pick.name])]
    return found


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


def _search(choices: Choices, needs: Sequence[Need], work: int, leaping: bool) -> Mapping[str, Pick]:
    provider, witness = _Provider(choices, work), _Witness()
    resolution = Resolution(provider, witness)
    if not leaping:
        # There is no public way to say this; where the attribute is unknown, it is without effect.
        resolution._optimistic_backjumping_ratio = 0.0
    try:
        return resolution.resolve(needs, max_rounds=_ROUNDS).mapping
    except ResolutionTooDeep:
        raise TooHard from None
    except ResolutionImpossible as error:
        witness.note(error.causes)
        raise Impossible(witness.clashes) from None


class _Provider(AbstractProvider[Need, Pick, str]):
    """The choices in resolvelib's words. Packs that were in the last clash are chosen first, then those by name."""

    def __init__(self, choices: Choices, work: int) -> None:
        self.choices, self.work = choices, work
        self.brought: dict[Pick, tuple[Need, ...]] = {}

    def identify(self, requirement_or_candidate: Need | Pick) -> str:
        return requirement_or_candidate.name

    def narrow_requirement_selection(
        self,
        identifiers: Iterable[str],
        resolutions: Mapping[str, Pick],
        candidates: Mapping[str, Iterator[Pick]],
        information: Mapping[str, Iterator[RequirementInformation[Need, Pick]]],
        backtrack_causes: Sequence[RequirementInformation[Need, Pick]],
    ) -> Iterable[str]:
        names = sorted(identifiers)
        blamed = {each.requirement.name for each in backtrack_causes}
        blamed |= {each.parent.name for each in backtrack_causes if each.parent}
        return next(([name] for name in names if name in blamed), names[:1])

    def get_preference(
        self,
        identifier: str,
        resolutions: Mapping[str, Pick],
        candidates: Mapping[str, Iterator[Pick]],
        information: Mapping[str, Iterator[RequirementInformation[Need, Pick]]],
        backtrack_causes: Sequence[RequirementInformation[Need, Pick]],
    ) -> str:
        return identifier

    def find_matches(
        self,
        identifier: str,
        requirements: Mapping[str, Iterator[Need]],
        incompatibilities: Mapping[str, Iterator[Pick]],
    ) -> list[Pick]:
        needs, tried = list(requirements[identifier]), list(incompatibilities[identifier])
        self.work -= len(needs) + len(tried)
        if self.work < 0:
            raise TooHard
        return [pick for pick in fitting(self.choices, identifier, needs) if pick not in tried] if needs else []

    def is_satisfied_by(self, requirement: Need, candidate: Pick) -> bool:
        return candidate.version in requirement.versions and candidate.registry == requirement.registry

    def get_dependencies(self, candidate: Pick) -> tuple[Need, ...]:
        if candidate not in self.brought:
            self.brought[candidate] = tuple(self._brings(candidate))
        return self.brought[candidate]

    def _brings(self, pick: Pick) -> Iterator[Need]:
        yield Need(pick.name, pick.registry, frozenset({pick.version}), "")
        if pick.version:
            offer = self.choices.offer((pick.registry, pick.name), pick.version)
            yield from self.choices.needs_of(offer)
            yield from (absence(name) for name in sorted(offer.conflicts) if name != pick.name)


class _Witness(BaseReporter[Need, Pick, str]):
    """Remembers the first clashes, without what is there only because it was chosen."""

    def __init__(self) -> None:
        self.clashes: list[Clash] = []

    def rejecting_candidate(self, criterion: Criterion[Need, Pick], candidate: Pick) -> None:
        self.note(criterion.information)

    def note(self, information: Iterable[RequirementInformation[Need, Pick]]) -> None:
        by_name: dict[str, list[tuple[Need, Pick | None]]] = {}
        for need, parent in information:
            if need.label:
                by_name.setdefault(need.name, []).append((need, parent))
        if len(self.clashes) < _CONFLICTS:
            self.clashes += [Clash(name, tuple(needs)) for name, needs in by_name.items()]
