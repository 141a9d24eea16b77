"""Examples of what a site holds in other programs' formats: made by the dialects themselves, of the small registry of
values that all examples of the interface are about (`packyard.formats.openapi.examples`).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from packyard.formats import foreign, layout
from packyard.formats.featured import Featured
from packyard.model import Row
from packyard.recipe import Recipe, told
from packyard.surfaces.dialects import dialect
from packyard.surfaces.dialects.values import Dialect, Event, Said, Size
from packyard.surfaces.pack.values import Hand
from packyard.surfaces.site import Site, Totals
from packyard.surfaces.templates import Templates

if TYPE_CHECKING:
    from packyard.formats.openapi.operations import Read


class _Alone:
    """A `dialects.values.View` of a registry with one pack, of which these lists say this."""

    def __init__(self, name: str, said: Said | None, row: Row) -> None:
        self._name, self._text, self._row = name, said.text if said else "", row
        self._lists = sorted({each for each, _ in said.lists} if said else ())

    def head(self, name: str, count: int) -> list[str]:
        return [self._text] * self.size(name) if count else []

    def size(self, name: str) -> int:
        return int(name in self._lists)

    def sizes(self, prefix: str) -> list[tuple[str, int]]:
        return [(name, 1) for name in self._lists if name.startswith(prefix)]

    def text(self, pack: str) -> str:
        return self._text if pack == self._name else ""

    def each(self, name: str, after: str, count: int) -> list[tuple[str, str]]:
        return [(self._name, text) for text in self.head(name, count) if after < self._name]

    def featured(self) -> list[Featured]:
        return []

    def totals(self) -> Totals:
        return Totals(1, self._row.versions, 1)

    def row(self, name: str) -> Row | None:
        return self._row if name == self._name else None

    def events(self, start: int, stop: int) -> list[Event]:
        return []

    def extent(self) -> Size:
        return Size(1, 0)


def shown(templates: Templates, site: Site) -> Callable[[Read], Any]:
    """Gives the example of an operation: JSON as a value, other text as it is, None for what is neither."""
    from packyard.formats.openapi import dialects, example_path, examples

    spoken = [name for name in foreign.spoken(site.registry) if name in dialects.DIALECTS]
    made = files(templates, site._replace(registry=examples.REGISTRY), spoken)

    def example(read: Read) -> Any:
        path = example_path(read.path)
        return _readable(path, _data(made, path)) if read.dialect and path in made else examples.example(read.id)

    return example


def files(templates: Templates, site: Site, spoken: Iterable[str]) -> Mapping[str, Recipe]:
    """What the example's pack has in these dialects, by path."""
    found = {recipe.path: recipe for name in spoken for recipe in _planned(templates, site, dialect(name))}
    whole = {path: found.get(recipe.copied) if recipe.copied else recipe for path, recipe in found.items()}
    return {path: recipe for path, recipe in whole.items() if recipe}


def _planned(templates: Templates, site: Site, spoken: Dialect) -> Iterator[Recipe]:
    from packyard.formats.openapi.contents import FILES
    from packyard.formats.openapi.examples import ALICE, PACK, ROW

    hand = Hand(site, templates, {ALICE.handle: ALICE}, lambda release: FILES)
    yield from spoken.plan(hand, PACK)
    said = spoken.said(hand, PACK)
    view = _Alone(PACK.name, said, ROW)
    named = (each for each, _ in (said.lists if said else ()))
    for name in sorted({"", *spoken.always, *spoken.grown(Size(0, 0), view.extent()), *named}):
        yield from spoken.plan_list(site, view, name)


def _data(made: Mapping[str, Recipe], path: str) -> bytes:
    recipe = told(made[path], lambda other: sha256(_data(made, other)).hexdigest())
    return recipe.render()


def _readable(path: str, data: bytes) -> Any:
    if layout.kind(path).content_type == "application/json":
        return json.loads(data)
    try:
        return data.decode()
    except UnicodeDecodeError:
        return None
