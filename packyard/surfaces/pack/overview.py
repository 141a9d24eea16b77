"""The page of a pack, which is about its latest version, and the pages of its versions."""

from __future__ import annotations

from collections.abc import Iterator

from packyard.formats import layout
from packyard.model import Pack, Release, VersionState
from packyard.recipe import Recipe
from packyard.surfaces import pages
from packyard.surfaces.pack.files import IMAGES
from packyard.surfaces.pack.values import Hand, all_facts, alone, facts, standing
from packyard.surfaces.readme import Readme, render_readme

#: A larger image is not shown among text.
IMAGE_LIMIT = 1_000_000
READMES = ("README.md", "readme.md", "Readme.md")


def plan(hand: Hand, pack: Pack) -> Iterator[Recipe]:
    """`packs/NAME/index.html`."""
    signers = tuple(sorted(hand.publishers.items()))
    yield Recipe(
        layout.pack(pack.name, "index.html"),
        (hand.site, *all_facts(pack), signers, hand.around.advisories),
        lambda: pages.pack_page(hand, pack, _readme(hand, pack.latest.release)),
    )


def plan_version(hand: Hand, pack: Pack, state: VersionState, before: VersionState | None) -> Iterator[Recipe]:
    """`packs/NAME/VERSION/index.html`."""
    release, publisher = state.release, hand.publishers[state.release.publisher]
    yield Recipe(
        layout.version(pack.name, release.version, "index.html"),
        (hand.site, *standing(pack), facts(state), publisher, hand.around.advisories),
        lambda: pages.version_page(hand, alone(pack, state), state),
    )


def _readme(hand: Hand, release: Release) -> Readme | None:
    paths = {file.path for file in release.files if file.size <= IMAGE_LIMIT or not file.path.lower().endswith(IMAGES)}
    name = next((name for name in READMES if name in paths), None)
    if name is None:
        return None
    contents = hand.files(release)
    base = f"{release.version}/raw/"
    return render_readme(contents[name], base, paths, lambda path: contents[path])
