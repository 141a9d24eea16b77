"""The search index as recipes, in units of which a change touches few.

    search                  search/catalogue.gz
    search rows K           search/rows/K.gz
    search columns K        search/columns/K.gz
    search terms BORDER     the shard of the dictionary that begins at BORDER

A new version of a pack that says the same of itself touches its row, the columns, and nothing else; in a registry of
fewer than `index.SMALL` packs there is `search` alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Protocol

from packyard.recipe import Recipe
from packyard.search import index, paths


class View(Protocol):
    """What is remembered of the index; `borders` are none in a small registry."""

    def count(self) -> int: ...

    def over(self) -> tuple[int, ...]: ...

    def borders(self) -> tuple[str, ...]: ...

    def is_border(self, border: str) -> bool: ...

    def rows(self, first: int, count: int) -> tuple[str, ...]: ...

    def columns(self, first: int, count: int) -> tuple[Sequence[object], ...]: ...

    def lines(self, border: str) -> tuple[str, ...]: ...


def plan_search(unit: str, view: View) -> Iterator[Recipe]:
    """The recipes of a unit, by its name; none of one that is gone."""
    _, _, rest = unit.partition(" ")
    kind, _, name = rest.partition(" ")
    small = view.count() < index.SMALL
    if not rest:
        yield _catalogue(view, small)
    elif small:
        return
    elif kind == "rows":
        rows = view.rows(int(name) * index.CHUNK, index.CHUNK)
        yield Recipe(paths.rows(int(name)), rows, partial(index.rows_chunk, rows))
    elif kind == "columns":
        values = view.columns(int(name) * index.COLUMN, index.COLUMN)
        yield Recipe(paths.columns(int(name)), values, partial(index.columns_chunk, values))
    elif view.is_border(name):
        lines = view.lines(name)
        yield Recipe(paths.terms(name), lines, partial(index.shard, lines))


def _catalogue(view: View, small: bool) -> Recipe:
    count, over = view.count(), view.over()
    if small:
        facts = (count, over, view.rows(0, count), view.lines(""))
        return Recipe(paths.CATALOGUE, facts, partial(index.small_catalogue, *facts))
    parts = (count, over, view.borders())
    return Recipe(paths.CATALOGUE, parts, partial(index.large_catalogue, *parts))
