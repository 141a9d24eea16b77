"""What the memory knows of packs together: under what they are listed, and which needs which."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable

from packyard.facts import event_from, row_from
from packyard.model import Event, Row

#: A facet of so many packs is one that many have.
COMMON = 500


class Relations:
    """The part of an open memory that relates packs to each other."""

    db: sqlite3.Connection

    def set_facets(self, name: str, facets: Iterable[tuple[str, str]]) -> None:
        """Lists a pack under these (family, item) and no others."""
        self.db.execute("DELETE FROM facets WHERE name = ?", (name,))
        self.db.executemany("INSERT INTO facets VALUES (?, ?, ?)", ((*facet, name) for facet in facets))

    def facets(self, name: str) -> frozenset[tuple[str, str]]:
        """What a pack is listed under."""
        found = self.db.execute("SELECT family, item FROM facets WHERE name = ?", (name,))
        return frozenset((str(family), str(item)) for family, item in found)

    def all_facets(self) -> set[tuple[str, str]]:
        """Every facet that any pack is listed under."""
        return {
            (str(family), str(item)) for family, item in self.db.execute("SELECT DISTINCT family, item FROM facets")
        }

    def listed(self, family: str, item: str) -> list[Row]:
        """The rows of the packs under a facet, by name."""
        query = "SELECT row FROM facets JOIN packs USING (name) WHERE family = ? AND item = ? ORDER BY name"
        return [row_from(row) for (row,) in self.db.execute(query, (family, item))]

    def newest_under(self, family: str, item: str, count: int) -> tuple[Event, ...]:
        """The last versions of the packs under a facet, the newest first. Under one that many packs have, they are
        looked for among all versions from the last one on, and else among those of the packs: a cross join is done in
        the order in which it is written.
        """
        many = "SELECT count(*) FROM (SELECT 1 FROM facets WHERE family = ? AND item = ? LIMIT ?)"
        common = self.db.execute(many, (family, item, COMMON)).fetchone()[0] == COMMON
        query = "SELECT events.* FROM facets CROSS JOIN events ON name = subject"
        if common:
            query = "SELECT events.* FROM events CROSS JOIN facets ON name = subject"
        query += " WHERE family = ? AND item = ? AND kind = 'version' ORDER BY seq DESC LIMIT ?"
        return tuple(map(event_from, self.db.execute(query, (family, item, count))))

    def shards(self) -> list[int]:
        """The shards that have packs, each found from the one before by the index."""
        query = (
            "WITH RECURSIVE found(n) AS (SELECT min(shard) FROM packs UNION ALL SELECT (SELECT min(shard) FROM packs "
            "WHERE shard > n) FROM found WHERE n IS NOT NULL) SELECT n FROM found WHERE n IS NOT NULL"
        )
        return [int(number) for (number,) in self.db.execute(query)]

    # --- dependencies ---

    def set_needs(self, name: str, owner: str, needs: Iterable[tuple[str, str]], earlier: Iterable[str]) -> None:
        """Remembers what the latest version of a pack depends on, as (name, range), and what only others of it do."""
        self.db.execute("DELETE FROM needs WHERE name = ?", (name,))
        rows = [(name, needed, wanted, owner) for needed, wanted in (*needs, *((each, None) for each in earlier))]
        self.db.executemany("INSERT INTO needs VALUES (?, ?, ?, ?)", rows)

    def needed_by(self, name: str, latest: bool = True) -> list[str]:
        """The names of what the latest version of a pack depends on, or of what any version does."""
        query = "SELECT needed FROM needs WHERE name = ? AND (range IS NOT NULL OR NOT ?) ORDER BY needed"
        return [str(needed) for (needed,) in self.db.execute(query, (name, latest))]

    def in_need_of(self, needed: str) -> list[str]:
        """The names of the packs of which any version depends on one."""
        query = "SELECT name FROM needs WHERE needed = ? ORDER BY name"
        return [str(name) for (name,) in self.db.execute(query, (needed,))]

    def mentioning(self, name: str) -> list[str]:
        """The names of the packs whose latest version mentions one: see `surfaces.listings.facets`."""
        query = "SELECT name FROM facets WHERE family = 'mentions' AND item = ? ORDER BY name"
        return [str(other) for (other,) in self.db.execute(query, (name,))]

    def dependents(self, needed: str) -> list[tuple[str, str, str]]:
        """(name, range, owner) of the packs whose latest version depends on one, by name."""
        query = "SELECT name, range, owner FROM needs WHERE needed = ? AND range IS NOT NULL ORDER BY name"
        return [(str(name), str(wanted), str(owner)) for name, wanted, owner in self.db.execute(query, (needed,))]
