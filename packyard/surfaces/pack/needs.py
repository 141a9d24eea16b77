"""What a version depends on, and who depends on a pack."""

from __future__ import annotations

from collections.abc import Iterator

from packyard.model import Pack, VersionState
from packyard.recipe import Recipe
from packyard.surfaces.pack.values import Hand


def plan(hand: Hand, pack: Pack) -> Iterator[Recipe]:
    """The pages of a pack."""
    yield from ()


def plan_version(hand: Hand, pack: Pack, state: VersionState, before: VersionState | None) -> Iterator[Recipe]:
    """The pages of a version."""
    yield from ()
