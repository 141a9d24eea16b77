"""What other places show of a pack: badges, card, feeds."""

from __future__ import annotations

from collections.abc import Iterator

from packyard.formats import layout
from packyard.model import Pack
from packyard.recipe import Recipe
from packyard.surfaces.pack.values import Hand
from packyard.surfaces.pages import badge


def plan(hand: Hand, pack: Pack) -> Iterator[Recipe]:
    """The pages of a pack."""
    version = pack.latest.release.version
    yield Recipe(layout.pack(pack.name, "badge.svg"), (version,), lambda: badge(pack.name, version))
