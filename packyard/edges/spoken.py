"""What the memory knows of the lists in other programs' formats, so that a list is made again only for what it shows.

spoken     what the lists of a dialect say of a pack: one text
listed     which lists of a dialect a pack is in, and where: see `packyard.surfaces.dialects`
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable

from packyard.surfaces.dialects.values import Said

TABLES = """
CREATE TABLE spoken (dialect TEXT NOT NULL, name TEXT NOT NULL, text TEXT NOT NULL,
    PRIMARY KEY (dialect, name)) WITHOUT ROWID;
CREATE TABLE listed (dialect TEXT NOT NULL, list TEXT NOT NULL, rank TEXT NOT NULL, name TEXT NOT NULL,
    PRIMARY KEY (dialect, list, rank, name)) WITHOUT ROWID;
CREATE INDEX listed_of ON listed (name, dialect, list, rank);
CREATE INDEX listed_by_name ON listed (dialect, list, name);
"""


class Spoken:
    """The part of an open memory that knows the lists of dialects."""

    db: sqlite3.Connection

    def set_said(self, name: str, said: Iterable[tuple[str, Said]]) -> set[tuple[str, str]]:
        """Takes in what the dialects' lists say of a pack; gives the (dialect, list) of those that changed by it."""
        now = dict(said)
        texts = dict(self.db.execute("SELECT dialect, text FROM spoken WHERE name = ?", (name,)))
        had = set(self.db.execute("SELECT dialect, list, rank FROM listed WHERE name = ?", (name,)))
        has = {(dialect, *each) for dialect, found in now.items() for each in found.lists}
        told = {dialect for dialect in texts.keys() | now.keys() if texts.get(dialect) != _text(now.get(dialect))}
        self.db.executemany("DELETE FROM spoken WHERE name = ? AND dialect = ?", ((name, each) for each in told))
        new = ((dialect, name, now[dialect].text) for dialect in told & now.keys())
        self.db.executemany("INSERT INTO spoken VALUES (?, ?, ?)", new)
        gone = "DELETE FROM listed WHERE name = ? AND dialect = ? AND list = ? AND rank = ?"
        self.db.executemany(gone, ((name, *each) for each in had - has))
        self.db.executemany("INSERT INTO listed VALUES (?, ?, ?, ?)", ((*each, name) for each in has - had))
        return {(dialect, listed) for dialect, listed, _ in had ^ has | {each for each in has if each[0] in told}}

    def lists(self, dialect: str) -> set[str]:
        """The names of the lists of a dialect that have a pack."""
        return {
            str(name) for (name,) in self.db.execute("SELECT DISTINCT list FROM listed WHERE dialect = ?", (dialect,))
        }


class Lists:
    """What the lists of one dialect see of a memory: a part of `dialects.values.View`."""

    def __init__(self, db: sqlite3.Connection, dialect: str) -> None:
        self._db, self._dialect = db, dialect

    def head(self, name: str, count: int) -> list[str]:
        """The first texts of a list."""
        query = (
            "SELECT text FROM listed JOIN spoken USING (dialect, name) WHERE dialect = ? AND list = ? "
            "ORDER BY rank, name LIMIT ?"
        )
        return [str(text) for (text,) in self._db.execute(query, (self._dialect, name, count))]

    def size(self, name: str) -> int:
        """How many packs a list has."""
        query = "SELECT count(*) FROM listed WHERE dialect = ? AND list = ?"
        return int(self._db.execute(query, (self._dialect, name)).fetchone()[0])

    def sizes(self, prefix: str) -> list[tuple[str, int]]:
        """(name, packs) of the lists whose names begin so, by name."""
        query = (
            "SELECT list, count(*) FROM listed WHERE dialect = ? AND list >= ? AND list < ? GROUP BY list ORDER BY list"
        )
        found = self._db.execute(query, (self._dialect, prefix, prefix + "\U0010ffff"))
        return [(str(name), int(count)) for name, count in found]

    def text(self, pack: str) -> str:
        """What lists say of a pack, "" when none has it."""
        query = "SELECT text FROM spoken WHERE dialect = ? AND name = ?"
        found = self._db.execute(query, (self._dialect, pack)).fetchone()
        return str(found[0]) if found else ""

    def each(self, name: str, after: str, count: int) -> list[tuple[str, str]]:
        """(pack, text) of packs in a list by their names, those behind the name `after`."""
        query = (
            "SELECT name, text FROM listed JOIN spoken USING (dialect, name) WHERE dialect = ? AND list = ? "
            "AND name > ? ORDER BY name LIMIT ?"
        )
        found = self._db.execute(query, (self._dialect, name, after, count))
        return [(str(pack), str(text)) for pack, text in found]


def _text(said: Said | None) -> str | None:
    return said.text if said else None
