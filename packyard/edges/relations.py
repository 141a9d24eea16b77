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

    def set_needs(self, name: str, owner: str, needs: Iterable[tuple[str, str]]) -> None:
        """Remembers what a pack depends on, as (name, range)."""
        self.db.execute("DELETE FROM needs WHERE name = ?", (name,))
        self.db.executemany("INSERT INTO needs VALUES (?, ?, ?, ?)", ((name, *need, owner) for need in needs))

    def needs(self, name: str) -> list[tuple[str, str]]:
        """(name, range) of what a pack depends on."""
        query = "SELECT needed, range FROM needs WHERE name = ? ORDER BY needed"
        return [(str(needed), str(wanted)) for needed, wanted in self.db.execute(query, (name,))]

    def dependents(self, needed: str) -> list[tuple[str, str, str]]:
        """(name, range, owner) of the packs that depend on one, by name."""
        query = "SELECT name, range, owner FROM needs WHERE needed = ? ORDER BY name"
        return [(str(name), str(wanted), str(owner)) for name, wanted, owner in self.db.execute(query, (needed,))]

    def related(self) -> set[str]:
        """The packs that depend on others, or others on them."""
        query = "SELECT name FROM needs UNION SELECT needed FROM needs INTERSECT SELECT name FROM packs"
        return {str(name) for (name,) in self.db.execute(query)}
