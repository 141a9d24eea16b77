"""Units of output: what is planned, made and remembered together."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from packyard.edges.opening import Edges
from packyard.emitter import Emitter
from packyard.errors import Stale
from packyard.formats import layout
from packyard.model import Output
from packyard.recipe import Recipe


def make_unit(edges: Edges, unit: str, recipes: Iterable[Recipe]) -> list[str]:
    """Makes a unit; gives the paths that it does not have any more. Without a recipe the unit is forgotten."""
    output = Emitter(edges.staging, edges.tool, edges.memory.unit(unit))
    for recipe in recipes:
        output.make(recipe)
    edges.memory.set_unit(unit, output.files.values())
    return unclaimed(output.before.values(), output.files.values())


def unclaimed(before: Iterable[Output], now: Iterable[Output], withdrawn: Collection[str] = ()) -> list[str]:
    """The paths that were claimed before and are not now. What never changes is never removed, unless `withdrawn`."""
    claimed = {file.path for file in now}
    gone = [file.path for file in before if file.path not in claimed]
    for path in gone:
        if layout.immutable(path) and path not in withdrawn:
            raise Stale("immutable-lost", "a published file is no longer made, and may not be removed", path=path)
    return gone
