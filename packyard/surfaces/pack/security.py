"""The page of a pack's advisories: which of its versions they touch, where to go from there, how to report and be told.

It is there without any advisory too, and says then that nothing is known, which is not that nothing is wrong.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from packyard.formats import layout, semver
from packyard.formats.advisory import Advisory, affects
from packyard.model import Pack, VersionState
from packyard.recipe import Recipe
from packyard.surfaces.advisorypages import Span, of_pack, spans
from packyard.surfaces.pack.values import Hand, standing
from packyard.surfaces.site import HOME

PAGE = "security/index.html"
#: How many versions of one advisory are listed; the newest come first.
MOST = 100


class Touched(NamedTuple):
    """An advisory and what it means for this pack: ranges and versions as it says, the published versions that it is
    about, highest first, and the one to take instead, "" when there is none.
    """

    advisory: Advisory
    spans: tuple[Span, ...]
    named: tuple[str, ...]
    versions: tuple[VersionState, ...]
    better: str


def plan(hand: Hand, pack: Pack) -> Iterator[Recipe]:
    """`packs/NAME/security/index.html`."""
    latest = pack.latest.release
    links = (latest.version, latest.manifest.homepage, latest.manifest.repository, "models" in latest.features)
    states = tuple((state.release.version, state.alive, state.yanked, state.withdrawn) for state in pack.versions)
    inputs = (hand.site, *standing(pack), states, links, hand.around.advisories)
    yield Recipe(layout.pack(pack.name, PAGE), inputs, lambda: security_page(hand, pack))


def touched(advisory: Advisory, pack: Pack) -> Touched:
    """What an advisory means for a pack; one that is withdrawn is about no version."""
    about = tuple(state for state in pack.versions if affects(advisory, pack.name, state.release.version))
    parts = [part for part in advisory.affected if part.name == pack.name]
    return Touched(
        advisory,
        tuple(span for part in parts for events in part.ranges for span in spans(events)),
        tuple(version for part in parts for version in part.versions),
        about,
        _better(pack, about),
    )


def _better(pack: Pack, about: tuple[VersionState, ...]) -> str:
    """The lowest version to go on to, else the highest to go back to; of those that are offered and no pre-releases."""
    offered = [state for state in pack.versions if state.alive and "-" not in state.release.version]
    good = [state.release.version for state in offered if state not in about]
    if not about or not good:
        return ""
    highest = semver.sort_key(about[0].release.version)
    above = [version for version in good if semver.sort_key(version) > highest]
    return above[-1] if above else good[0]


def security_page(hand: Hand, pack: Pack) -> bytes:
    """`packs/NAME/security/index.html`."""
    latest, say = pack.latest.release, hand.templates.say
    found = [touched(each, pack) for each in of_pack(hand.around.advisories, pack.name)]
    return hand.templates.page(
        "pack/security.html",
        hand.site,
        layout.pack(pack.name, PAGE),
        say("Security of {name}", name=pack.name),
        say("Advisories about {name}, the versions that they touch, and how to report what is wrong.", name=pack.name),
        section=HOME,
        pack=pack,
        latest=latest,
        latest_state=pack.latest,
        has_models="models" in latest.features,
        found=found,
        safe=not any(pack.latest in each.versions for each in found),
        most=MOST,
    )
