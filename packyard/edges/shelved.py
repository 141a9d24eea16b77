"""The search index as the memory of a build keeps it (`packyard.edges.memory`), and what a change does to it.

    search_entries  a pack's id, its name, whether it is over, and its row as the index has it
    search_terms    the lines of the dictionary
    search_borders  where its shards begin, once the registry is large

Each table is that of all packs, whatever came when: `whole` and any number of `update` give the same.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterable, Iterator, Sequence

from packyard.facts import row_from
from packyard.model import Row
from packyard.search import index
from packyard.search.cut import cut, recut
from packyard.search.dictionary import Change, Collected, changed_line, difference, respelt
from packyard.search.entry import Entry, entry_of
from packyard.search.terms import terms_of

#: Where in rows, which are kept as JSON, the first version and what is sorted by stand.
_BORN = f"$[{Row._fields.index('born')}]"
_COLUMNS = tuple(f"$[{Entry._fields.index(name)}]" for name in index.COLUMNS)


TABLES = """
CREATE TABLE search_entries (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, over INTEGER NOT NULL,
    entry TEXT NOT NULL);
CREATE TABLE search_terms (term TEXT PRIMARY KEY, line TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE search_borders (border TEXT PRIMARY KEY) WITHOUT ROWID;
"""


class Shelved:
    """The index in a memory, as `packyard.surfaces.search` sees it."""

    def __init__(self, memory: sqlite3.Connection) -> None:
        self._db = memory

    # --- what is there ---

    def count(self) -> int:
        """How many packs there are."""
        return int(self._db.execute("SELECT coalesce(max(id) + 1, 0) FROM search_entries").fetchone()[0])

    def over(self) -> tuple[int, ...]:
        """The packs that nobody should begin to use."""
        return tuple(ident for (ident,) in self._db.execute("SELECT id FROM search_entries WHERE over ORDER BY id"))

    def is_border(self, border: str) -> bool:
        """Whether a shard begins there."""
        return bool(self._db.execute("SELECT 1 FROM search_borders WHERE border = ?", (border,)).fetchone())

    def borders(self) -> tuple[str, ...]:
        """Where shards begin."""
        return tuple(border for (border,) in self._db.execute("SELECT border FROM search_borders ORDER BY border"))

    def rows(self, first: int, count: int) -> tuple[str, ...]:
        """The rows of so many packs from one on."""
        query = "SELECT entry FROM search_entries WHERE id >= ? ORDER BY id LIMIT ?"
        return tuple(entry for (entry,) in self._db.execute(query, (first, count)))

    def columns(self, first: int, count: int) -> tuple[Sequence[object], ...]:
        """What so many packs from one on are sorted by."""
        query = """SELECT json_extract(entry, ?), json_extract(entry, ?), json_extract(entry, ?),
            json_extract(entry, ?), json_extract(entry, ?)
            FROM search_entries WHERE id >= ? ORDER BY id LIMIT ?"""
        return tuple(self._db.execute(query, (*_COLUMNS, first, count)))

    def lines(self, border: str) -> tuple[str, ...]:
        """The lines of the shard that begins there; "" gives all as long as there are no others."""
        after = self._db.execute("SELECT min(border) FROM search_borders WHERE border > ?", (border,)).fetchone()[0]
        until = b"" if after is None else after  # every text is less than any bytes
        query = "SELECT line FROM search_terms WHERE term >= ? AND term < ? ORDER BY term"
        return tuple(line for (line,) in self._db.execute(query, (border, until)))

    # --- what changes ---

    def whole(self) -> set[str]:
        """Makes the index of all packs anew; gives every unit."""
        gone = {f"search terms {border}" for border in self.borders()}
        for query in ("DELETE FROM search_entries", "DELETE FROM search_terms", "DELETE FROM search_borders"):
            self._db.execute(query)
        collected = Collected()
        rows = self._db.execute("SELECT row FROM packs ORDER BY json_extract(row, ?)", (_BORN,))
        for ident, (row,) in enumerate(rows):
            entry = entry_of(row_from(row))
            self._set(ident, entry)
            collected.add(ident, terms_of(entry))
        self._db.executemany("INSERT INTO search_terms VALUES (?, ?)", collected.lines())
        return gone | self._everything(self.count())

    def update(self, names: Iterable[str]) -> set[str]:
        """Takes in what has become of these packs; gives the units that change."""
        before = self.count()
        units, changed = set[str](), set[str]()
        for row in sorted(self._named(names), key=lambda row: row.born):
            entry = entry_of(row)
            known = self._db.execute(
                "SELECT id, entry, over FROM search_entries WHERE name = ?", (row.name,)
            ).fetchone()
            ident, text, over = known or (self.count(), "", None)
            if text == index.entry_text(entry):
                continue
            self._set(ident, entry)
            units |= {f"search rows {ident // index.CHUNK}", f"search columns {ident // index.COLUMN}"}
            units |= {"search"} if over != entry.over else set()
            old = terms_of(index.entry_from(text)) if text else {}
            changed |= set(self._respell(ident, difference(old, terms_of(entry))))
        if not units:
            return set()
        count = self.count()
        if count < index.SMALL:
            return {"search"}
        if before < index.SMALL:
            return self._everything(count)
        return units | self._recut(changed)

    def _named(self, names: Iterable[str]) -> Iterator[Row]:
        for name in set(names):
            for (row,) in self._db.execute("SELECT row FROM packs WHERE name = ?", (name,)):
                yield row_from(row)

    def _set(self, ident: int, entry: Entry) -> None:
        values = (ident, entry.name, entry.over, index.entry_text(entry))
        self._db.execute("INSERT OR REPLACE INTO search_entries VALUES (?, ?, ?, ?)", values)

    def _respell(self, ident: int, changes: Iterable[Change]) -> Iterator[str]:
        """Changes lines of terms; gives every term with another line."""
        for change in changes:
            found = self._db.execute("SELECT line FROM search_terms WHERE term = ?", (change.term,)).fetchone()
            before = found[0] if found else ""
            after = changed_line(before, ident, change)
            for term, line in {change.term: after, **respelt(change.term, before, after)}.items():
                if line:
                    self._db.execute("INSERT OR REPLACE INTO search_terms VALUES (?, ?)", (term, line))
                else:
                    self._db.execute("DELETE FROM search_terms WHERE term = ?", (term,))
                yield term

    def _recut(self, changed: Collection[str]) -> set[str]:
        """Moves the borders of shards; gives the units that change by it and by changed terms."""
        before = self.borders()
        cuts = recut(before, changed, self._sizes)
        self._db.executemany("DELETE FROM search_borders WHERE border = ?", ((border,) for border in cuts.gone))
        self._db.executemany("INSERT OR IGNORE INTO search_borders VALUES (?)", ((border,) for border in cuts.made))
        moved = {"search"} if self.borders() != before else set()
        return moved | {f"search terms {border}" for border in (*cuts.made, *cuts.gone)}

    def _everything(self, count: int) -> set[str]:
        """Every unit, after cutting everything."""
        if count < index.SMALL:
            return {"search"}
        borders = [border.text for border in cut(self._sizes(""))]
        self._db.executemany("INSERT INTO search_borders VALUES (?)", ((border,) for border in borders))
        units = {"search", *(f"search terms {border}" for border in borders)}
        units |= {f"search rows {chunk}" for chunk in range(-(-count // index.CHUNK))}
        return units | {f"search columns {chunk}" for chunk in range(-(-count // index.COLUMN))}

    def _sizes(self, first: str) -> Iterator[tuple[str, int]]:
        return self._db.execute(
            "SELECT term, length(line) + 1 FROM search_terms WHERE term >= ? ORDER BY term", (first,)
        )
