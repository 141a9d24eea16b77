"""The page of how well a pack is described, and how to do better."""

from __future__ import annotations

from collections.abc import Iterator

from packyard.model import Pack
from packyard.recipe import Recipe
from packyard.surfaces.pack.values import Hand


def plan(hand: Hand, pack: Pack) -> Iterator[Recipe]:
    """The pages of a pack."""
    yield from ()
