"""The page of a pack's versions and of what was said about them."""

from __future__ import annotations

from collections.abc import Iterator

from packyard.formats import layout
from packyard.formats.advisory import affects
from packyard.model import Pack
from packyard.recipe import Recipe
from packyard.surfaces import views
from packyard.surfaces.pack.values import Hand, all_facts
from packyard.surfaces.site import HOME

#: How many versions the page lists; the rest is in the pack's `index.json`.
VERSIONS = 1000


def plan(hand: Hand, pack: Pack) -> Iterator[Recipe]:
    """`packs/NAME/versions/index.html`."""
    signers = tuple(sorted(hand.publishers.items()))
    path = layout.pack(pack.name, "versions/index.html")
    yield Recipe(
        path, (hand.site, *all_facts(pack), signers, hand.around.advisories), lambda: versions_page(hand, pack)
    )


def versions_page(hand: Hand, pack: Pack) -> bytes:
    """Every version by semver with its state, and every statement, the newest first."""
    shown, say = pack.versions[:VERSIONS], hand.templates.say
    return hand.templates.page(
        "pack/versions.html",
        hand.site,
        layout.pack(pack.name, "versions/index.html"),
        say("Versions of {name}", name=pack.name),
        say("Every version of {name}, with its state, and what its owners said about it.", name=pack.name),
        section=HOME,
        pack=pack,
        latest=pack.latest.release.version,
        has_models="models" in pack.latest.release.features,
        channels=pack.channels,
        versions=[(state, views.key_of(hand.publishers[state.release.publisher], state.release)) for state in shown],
        advised={
            state.release.version: found
            for state in shown
            if (
                found := [each.id for each in hand.around.advisories if affects(each, pack.name, state.release.version)]
            )
        },
        older=len(pack.versions) - len(shown),
        statement_file=views.statement_file,
    )
