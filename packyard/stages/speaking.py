"""The lists in other programs' formats: those that a change touches, made again."""

from __future__ import annotations

import json
from collections.abc import Iterator, Set

from packyard.edges.opening import Edges
from packyard.edges.view import ListView, extent_of
from packyard.stages.units import make_unit
from packyard.surfaces.dialects import dialects
from packyard.surfaces.dialects.values import Dialect, Size

#: How the names of these units begin.
UNITS = "dialect "


def make_lists(edges: Edges, fresh: bool, changed: Set[tuple[str, str]]) -> Iterator[str]:
    """Makes the lists, as (dialect, list), that `changed`, and what is planned in every build; all of them when all is
    made `fresh`. Gives the paths that are gone, also those of formats that are not spoken any more.
    """
    memory, known = edges.memory, {each.name: each for each in dialects(edges.registry)}
    now, before = extent_of(memory), Size(0, 0) if fresh else Size(*json.loads(memory.get("spoken of", "[0, 0]")))
    memory.put("spoken of", json.dumps(now))
    wanted = {each for each in changed if each[0] in known}
    wanted |= {(each.name, name) for each in known.values() for name in standing(each, before, now)}
    if fresh:
        wanted |= {(name, each) for name in known for each in memory.lists(name)}
        for unit in sorted(memory.names_of_units(UNITS) - {_unit_of(*each) for each in wanted}):
            yield from make_unit(edges, unit, ())
    for name, listed in sorted(wanted):
        view = ListView(memory, edges.repository, name)
        there = (name, listed) not in changed or listed in standing(known[name], Size(0, 0), now) or view.size(listed)
        recipes = known[name].plan_list(edges.site, view, listed) if there else ()
        yield from make_unit(edges, _unit_of(name, listed), recipes)


def standing(dialect: Dialect, before: Size, now: Size) -> Iterator[str]:
    """The lists of a dialect that are planned whether or not a pack is in them, when a registry has grown."""
    yield from ("", *dialect.always, *dialect.grown(before, now))


def _unit_of(dialect: str, listed: str) -> str:
    return f"{UNITS}{dialect} {listed}"
