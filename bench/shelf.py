"""The catalogue of the floor: every pack's row in memory, what listings ask of it (see `listings.View`), and what rows
say besides manifests.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping

from packyard.model import Event, Row
from packyard.rules.authority import Revision
from packyard.surfaces import listings
from packyard.surfaces.site import Totals


class Shelf:
    """A `listings.View`. Packs are added in the order of their names; `close` comes before the questions."""

    def __init__(self, blob: Callable[[str], bytes]) -> None:
        self.blob = blob
        self.people: dict[tuple[str, str], Revision] = {}
        self.rows_by_name: list[Row] = []
        self._facets: dict[tuple[str, str], list[Row]] = {}
        self._newest: list[Event] = []
        self._versions = 0
        self._named: dict[str, Row] = {}

    def add(self, row: Row) -> None:
        """Takes one more pack."""
        self.rows_by_name.append(row)
        self._named[row.name] = row
        for facet in listings.facets(row, ()):
            self._facets.setdefault(facet, []).append(row)

    def close(self, published: list[Event]) -> None:
        """Takes the events of all versions, in the order of the log."""
        self._newest, self._versions = published[: -listings.FED * 2 : -1], len(published)

    def units(self) -> set[str]:
        """The names of all units of listings."""
        orgs = frozenset(name for kind, name in self.people if kind == "org")
        units = {unit for facet in self._facets for unit in listings.units_of(facet, orgs)}
        units |= {f"{kind} {name}" for kind, name in self.people}
        units |= {f"family {family}" for family in (*listings.FAMILIES, "publishers")}
        return units | {*listings.FIXED, "home", "feeds"}

    def listed(self, family: str, item: str) -> list[Row]:
        """The rows under a facet, by name."""
        return self._facets.get((family, item), [])

    def items(self, family: str) -> list[tuple[str, int]]:
        """(item, number of packs) of a family, by item."""
        if family == "publishers":
            handles = sorted(name for kind, name in self.people if kind == "publisher")
            return [(handle, len(self.listed("owners", handle))) for handle in handles]
        return sorted((item, len(rows)) for (kind, item), rows in self._facets.items() if kind == family)

    def newest(self, count: int) -> tuple[Event, ...]:
        """The versions published last, newest first."""
        return tuple(self._newest[:count])

    def row(self, name: str) -> Row | None:
        """A pack's row."""
        return self._named.get(name)

    def rows(self, limit: int) -> list[Row]:
        """The first rows by name."""
        return self.rows_by_name[:limit]

    def totals(self) -> Totals:
        """How much there is."""
        return Totals(len(self.rows_by_name), self._versions, sum(kind == "publisher" for kind, _ in self.people))

    def history(self, kind: str, name: str) -> list[Revision]:
        """The one revision of a publisher or an organisation."""
        return [self.people[kind, name]]


def read_routing(files: Mapping[str, bytes]) -> tuple[str, ...]:
    """The dimensions by which the `models.json` among the files of a version chooses."""
    routes = json.loads(files["models.json"])["routing"] if "models.json" in files else ()
    return tuple(sorted({name for route in routes for name in route["when"]}))
