"""Why nothing fits, in words: the fewest demands of the project that cannot be met together, and how they collide.

    project -> a 1.2.0 -> base ^2

reads: the project asks for a, of which 1.2.0 would be taken, and that asks for `base ^2`. Of all collisions that the
search met, the first is shown in which no version fits, whatever else is chosen; it is that of the newest versions.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from typing import TypeAlias

from packyard.client.choices import Choices, Clash, Impossible, Need, Pick, Unknown, absence, fitting
from packyard.client.offers import Demand, Key
from packyard.client.solving import TooHard, solve
from packyard.errors import NotFound, PackyardError

#: With how many demands it is tried whether fewer collide, and how long, in rounds of the search.
_TRIED, _ROUNDS = 20, 200

#: The versions that lead from the project to a need, and the need.
Way: TypeAlias = tuple[list[Pick], Need]

#: How many versions, chains and names are listed before the rest is only counted.
_LISTED = 6


def too_hard() -> PackyardError:
    """That the search was given up."""
    message = "too many combinations of versions were tried without finding one that fits"
    return PackyardError("resolution-too-hard", message, help="ask for narrower ranges in packyard.json")


def explain(choices: Choices, demands: Sequence[Demand], clashes: Sequence[Clash]) -> PackyardError:
    """The error for demands that cannot be met together. One that cannot be met by itself is `NotFound`."""
    needs = choices.needs(demands)
    if alone := [need for need in needs if not need.versions]:
        return _not_found(choices, alone[0])
    clash = next((clash for clash in clashes if not any(fitting(choices, clash.name, _needs(clash)))), None)
    if clash is None:
        return PackyardError("resolution-impossible", f"no versions of {_guilty(choices, needs, needs)} fit together")
    came = _ways(choices, needs)
    ways = _enough(choices, [(_way(came, parent), need) for need, parent in clash.needs])
    chains = [
        " -> ".join(["project", *(f"{pick.name} {pick.version}" for pick in way), need.label]) for way, need in ways
    ]
    first = {way[0].name if way else need.name for way, need in ways}
    asked = _guilty(choices, needs, [need for need in needs if need.name in first])
    message = f"no version of {clash.name} fits all that is asked: {'; '.join(_listed(chains))}"
    hint = f"ask for other versions of {asked} in packyard.json, or do without one"
    found = _there(choices, clash.name, _needs(clash))
    return PackyardError("resolution-impossible", message, expected="one version for all", found=found, help=hint)


def _not_found(choices: Choices, need: Need) -> NotFound:
    """The project itself asks for something that is not there."""
    if choices.known[need.registry, need.name] is None:
        hint = "check the spelling, or name another registry in front: REGISTRY:NAME"
        return NotFound("pack-unknown", f"there is no pack {need.name} in the registry {need.registry}", help=hint)
    message, hint = f"there is no version for {need.label}", "ask for a version that is there"
    return NotFound("version-unavailable", message, found=_there(choices, need.name, [need]), help=hint)


def _guilty(choices: Choices, needs: Sequence[Need], suspects: Sequence[Need]) -> str:
    """The names of the fewest suspects that collide, or of the fewest needs where the suspects do not."""
    guilty = list(suspects if _collide(choices, suspects) else needs)
    for need in list(guilty) if len(guilty) <= _TRIED else ():
        rest = [each for each in guilty if each != need]
        if rest and _collide(choices, rest):
            guilty = rest
    return " and ".join(_listed(sorted({need.name for need in guilty})))


def _collide(choices: Choices, needs: Sequence[Need]) -> bool:
    try:
        solve(choices, needs, _ROUNDS)
    except Impossible:
        return True
    except (TooHard, Unknown):
        pass
    return False


def _needs(clash: Clash) -> list[Need]:
    return [need for need, _ in clash.needs]


def _ways(choices: Choices, needs: Sequence[Need]) -> dict[Pick, Pick | None]:
    """For each version that the needs can lead to, the one that leads there by the shortest way."""
    came: dict[Pick, Pick | None] = {}
    waiting: deque[tuple[Pick | None, Sequence[Need]]] = deque([(None, needs)])
    while waiting:
        parent, needs = waiting.popleft()
        for pick in (pick for need in needs for pick in fitting(choices, need.name, [need])):
            if pick not in came:
                came[pick] = parent
                waiting.append((pick, _known_needs(choices, pick)))
    return came


def _known_needs(choices: Choices, pick: Pick) -> Sequence[Need]:
    try:
        return choices.needs_of(choices.offer((pick.registry, pick.name), pick.version))
    except Unknown:
        return ()


def _enough(choices: Choices, ways: Sequence[Way]) -> list[Way]:
    """The fewest needs of a clash that no version fits, rather those that are near to the project."""
    kept = sorted(ways, key=lambda way: (len(way[0]), way))
    for way in kept[::-1]:
        rest = [need for other, need in kept if (other, need) != way]
        if rest and not any(fitting(choices, way[1].name, rest)):
            kept.remove(way)
    return sorted(kept)


def _way(came: dict[Pick, Pick | None], pick: Pick | None) -> list[Pick]:
    way: list[Pick] = []
    while pick is not None:
        way.insert(0, pick)
        pick = came.get(pick)
    return way


def _there(choices: Choices, name: str, needs: Sequence[Need]) -> str:
    """What there is of a pack, in each registry of which it is needed."""
    keys = sorted({(need.registry, name) for need in needs if need != absence(name)})
    return "; ".join(_there_of(choices, key) for key in keys)


def _there_of(choices: Choices, key: Key) -> str:
    offers, may = choices.known[key], {offer.version for offer in choices.offers(key)}
    if offers is None:
        return f"no pack {key[1]} in the registry {key[0]}"
    if offers.renamed and not may:
        return f"{key[1]} is renamed to {offers.renamed}, and that leads back"
    texts = [each.version + ("" if each.version in may else _fate(each.withdrawn)) for each in offers.versions]
    return f"{key[1]} {', '.join(_listed(texts))}"


def _fate(withdrawn: bool) -> str:
    return " (withdrawn)" if withdrawn else " (yanked)"


def _listed(texts: Sequence[str]) -> list[str]:
    more = len(texts) - _LISTED
    return [*texts[:_LISTED], f"{more} more"] if more > 0 else list(texts)
