"""The search for one version of each pack that fits all demands, by resolvelib.

Three things are said to resolvelib in a way of our own, for it to be right in every case:

- A chosen version needs itself. Otherwise resolvelib exchanges a chosen version for another without looking at what the
  first had brought along, and passes over it when it goes back (resolvelib issue 206).
- That two packs conflict is the need of each for the absence of the other; absence is something that can be chosen.
- Its leaps back ("optimistic backjumping") can miss a solution. What it calls impossible is searched again without.

What can be ruled out is ruled out before (`packyard.client.narrowing`). The search is bounded in rounds, not in time:
the same demands always have the same answer.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from resolvelib import AbstractProvider, BaseReporter
from resolvelib.resolvers import Criterion, Resolution, ResolutionImpossible, ResolutionTooDeep
from resolvelib.structs import RequirementInformation

from packyard.client.choices import Choices, Clash, Impossible, Need, Pick, absence, fitting
from packyard.client.narrowing import Possible, narrow
from packyard.client.offers import Offer

#: How often a search may choose and go back, beyond twice for each pack, and what its memory of that may cost.
ROUNDS, _WORK = 2_000, 1_000_000

_CLASHES = 200


class TooHard(Exception):
    """The search was given up."""


def solve(choices: Choices, needs: Sequence[Need], rounds: int = ROUNDS) -> Mapping[str, Offer]:
    """One version of each pack that is needed, by name. Raises `Impossible`, `TooHard`, or `Unknown` of `choices`."""
    possible = narrow(choices, needs)
    rounds += 2 * len(possible)
    try:
        chosen = _search(_Provider(choices, possible), needs, rounds, leaping=True)
    except (Impossible, TooHard):
        chosen = _search(_Provider(choices, possible), needs, rounds, leaping=False)
    found: dict[str, Offer] = {}
    waiting = [need.name for need in needs]
    while waiting:
        pick = chosen[waiting.pop()]
        if pick.name not in found:
            found[pick.name] = choices.offer((pick.registry, pick.name), pick.version)
            waiting += [need.name for need in choices.needs_of(found[pick.name])]
    return found


def _search(provider: _Provider, needs: Sequence[Need], rounds: int, leaping: bool) -> Mapping[str, Pick]:
    witness = _Witness()
    resolution = Resolution(provider, witness)
    if not leaping:
        # There is no public way to say this; where the attribute is unknown, it is without effect.
        resolution._optimistic_backjumping_ratio = 0.0
    try:
        return resolution.resolve(needs, max_rounds=rounds).mapping
    except ResolutionTooDeep:
        raise TooHard from None
    except ResolutionImpossible as error:
        witness.note(error.causes)
        raise Impossible(witness.clashes) from None


class _Provider(AbstractProvider[Need, Pick, str]):
    """The choices in resolvelib's words. Packs that were in the last clash are chosen first, then those by name."""

    def __init__(self, choices: Choices, possible: Possible) -> None:
        self.choices, self.possible, self.work = choices, possible, _WORK
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
        picks, without = fitting(self.choices, identifier, needs) if needs else (), set(tried)
        return [pick for pick in picks if pick not in without and self._may(pick)]

    def is_satisfied_by(self, requirement: Need, candidate: Pick) -> bool:
        return candidate.version in requirement.versions and candidate.registry == requirement.registry

    def _may(self, pick: Pick) -> bool:
        versions = self.possible.get((pick.registry, pick.name))
        return versions is None or pick.version in versions

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
        if len(self.clashes) < _CLASHES:
            self.clashes += [Clash(name, tuple(needs)) for name, needs in by_name.items()]
