"""Why nothing fits, in words: the fewest demands of the project that cannot be met together, and how they collide.

    project -> a 1.2.0 -> base ^2

reads: the project asks for a, of which 1.2.0 would be taken, and that asks for `base ^2`. Of all collisions that the
search met, the first is shown in which no version fits, whatever else is chosen; it is that of the newest versions.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

from packyard.client.choices import Choices, Need, Unknown
from packyard.client.offers import Demand
from packyard.client.solving import Clash, Impossible, Pick, TooHard, absence, fitting, solve
from packyard.errors import NotFound, PackyardError

#: What each attempt to do with fewer demands may cost, and how many demands are looked at that way.
_WORK, _DEMANDS = 5_000, 100

#: How many versions, chains and names are listed before the rest is only counted.
_LISTED = 6


def too_hard() -> PackyardError:
    """That the search was given up."""
    message = "too many combinations of versions were tried without finding one that fits"
    return PackyardError("resolution-too-hard", message, help="ask for narrower ranges in packyard.json")


def explain(choices: Choices, demands: Sequence[Demand], clashes: Sequence[Clash]) -> PackyardError:
    """The error for demands that cannot be met together. One that cannot be met by itself is `NotFound`."""
    guilty = _fewest(choices, demands)
    if guilty != demands:
        clashes = _clashes(choices, guilty) or clashes
    clash = next((clash for clash in clashes if not any(fitting(choices, clash.name, _needs(clash)))), None)
    asked = " and ".join(_listed([demand.name for demand in guilty]))
    if clash is None:
        return PackyardError("resolution-impossible", f"no versions of {asked} fit together")
    chains = _chains(choices, guilty, clash)
    if len(clash.needs) == 1 and clash.needs[0][1] is None:
        return _not_found(choices, clash)
    message = f"no version of {clash.name} fits all that is asked: {'; '.join(_listed(chains))}"
    hint = f"ask for other versions of {asked} in packyard.json, or do without one"
    found = _there(choices, clash)
    return PackyardError("resolution-impossible", message, expected="one version for all", found=found, help=hint)


def _not_found(choices: Choices, clash: Clash) -> NotFound:
    """The project itself asks for something that is not there."""
    need = clash.needs[0][0]
    if choices.known.get((need.registry, need.name), ()) is None:
        hint = "check the spelling, or name another registry in front: REGISTRY:NAME"
        return NotFound("pack-unknown", f"there is no pack {need.name} in the registry {need.registry}", help=hint)
    message = f"there is no version for {need.label}"
    return NotFound(
        "version-unavailable", message, found=_there(choices, clash), help="ask for a version that is there"
    )


def _fewest(choices: Choices, demands: Sequence[Demand]) -> Sequence[Demand]:
    """Demands that cannot be met together, of which none could be left out, as far as that can be found out soon."""
    guilty = list(demands)
    for demand in demands[:_DEMANDS]:
        rest = [each for each in guilty if each != demand]
        if rest and _clashes(choices, rest):
            guilty = rest
    return guilty


def _clashes(choices: Choices, demands: Sequence[Demand]) -> Sequence[Clash]:
    """The clashes of demands that cannot be met together; () when they can be, or it takes too long to know."""
    try:
        solve(choices, choices.needs(demands), _WORK)
    except Impossible as impossible:
        return impossible.clashes
    except (TooHard, Unknown):
        pass
    return ()


def _needs(clash: Clash) -> list[Need]:
    return [need for need, _ in clash.needs]


def _chains(choices: Choices, demands: Sequence[Demand], clash: Clash) -> list[str]:
    """Each need of the clash with the way that leads to it."""
    came = _ways(choices, demands)
    return [f"{_way(came, parent)} -> {need.label}" for need, parent in clash.needs]


def _ways(choices: Choices, demands: Sequence[Demand]) -> dict[Pick, Pick | None]:
    """For each version that the demands can lead to, the one that leads there by the shortest way."""
    came: dict[Pick, Pick | None] = {}
    waiting: deque[tuple[Pick | None, Sequence[Need]]] = deque([(None, choices.needs(demands))])
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


def _way(came: dict[Pick, Pick | None], pick: Pick | None) -> str:
    steps: list[str] = []
    while pick is not None:
        steps.insert(0, f" -> {pick.name} {pick.version}")
        pick = came.get(pick)
    return "project" + "".join(steps)


def _there(choices: Choices, clash: Clash) -> str:
    """What there is of the pack of a clash."""
    texts = []
    for key in sorted({(need.registry, need.name) for need in _needs(clash) if need != absence(need.name)}):
        offers = choices.known.get(key)
        if offers is None:
            texts.append(f"no pack {key[1]} in the registry {key[0]}")
        elif offers.renamed and not choices.offers(key):
            texts.append(f"{key[1]} is renamed to {offers.renamed}, and that leads back")
        else:
            may = {offer.version for offer in choices.offers(key)}
            versions = [
                offer.version + ("" if offer.version in may else _fate(offer.withdrawn)) for offer in offers.versions
            ]
            texts.append(f"{key[1]} {', '.join(_listed(versions))}")
    return "; ".join(texts)


def _fate(withdrawn: bool) -> str:
    return " (withdrawn)" if withdrawn else " (yanked)"


def _listed(texts: Sequence[str]) -> list[str]:
    more = len(texts) - _LISTED
    return [*texts[:_LISTED], f"{more} more"] if more > 0 else list(texts)
