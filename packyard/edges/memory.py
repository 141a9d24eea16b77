"""What a build remembers for the next one, in one SQLite file beside the site: losing it costs time, never correctness.

    meta       the commit, tool and log that the rest is about
    events     history so far: what appeared when, and where in the log it stands
    revisions  the accepted revisions of publishers and organisations, and trust files; `holders` says whose a key is
    units      what was written: a unit of output (a pack, a listing, a page) → its files with keys, hashes and sizes
    files …    the files of no pack, by where they are listed: see `packyard.edges.folders`
    packs      a pack's line in `index.json`, its row for listings, and the hash of its `files.sums`
    facts      a pack's releases, from which unchanged versions are taken
    facets     which pack is listed under which tag, target, feature, letter, owner
    acts …     what is counted and numbered: see `packyard.edges.chronicle`
    needs      which pack depends on which, in which versions (NULL: only older ones of it do), and who owns it
    search_ …  the search index: see `packyard.edges.shelved`
    spoken …   lists in other programs' formats: see `packyard.edges.spoken`
    kept       what `by-hash/` holds, until when

A build writes all of it in one transaction that is committed, marked `pending`, when the new site is staged, audited
and sure to be activated, and unmarked when activation is done: see `packyard.edges.store`. Everything is stored as text
or JSON: a memory from a stranger could make a build wrong, but not run code.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator
from pathlib import Path

from packyard.edges.chronicle import TABLES, Chronicle
from packyard.edges.folders import TABLES as FOLDER_TABLES
from packyard.edges.folders import Folders
from packyard.edges.relations import Relations
from packyard.edges.shelved import TABLES as SEARCH_TABLES
from packyard.edges.spoken import TABLES as SPOKEN_TABLES
from packyard.edges.spoken import Spoken
from packyard.errors import WorldError
from packyard.facts import event_from, row_from
from packyard.model import Event, Output, Row

SCHEMA = "9"

#: The unit of the lists themselves and of `index.json`, and how the names of units of packs begin.
CHAIN, PACKS = "chain", "pack "

_TABLES = """
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE events (seq INTEGER PRIMARY KEY, kind TEXT NOT NULL, subject TEXT NOT NULL, ident TEXT NOT NULL,
    objects TEXT NOT NULL, commit_id TEXT NOT NULL, time INTEGER NOT NULL, log_index INTEGER NOT NULL);
CREATE INDEX events_of ON events (subject, kind);
CREATE INDEX events_published ON events (kind, seq);
CREATE TABLE leaves (seq INTEGER PRIMARY KEY, entry BLOB NOT NULL);
CREATE TABLE revisions (kind TEXT NOT NULL, name TEXT NOT NULL, seq INTEGER NOT NULL, revision TEXT NOT NULL,
    PRIMARY KEY (kind, name, seq)) WITHOUT ROWID;
CREATE TABLE holders (key_id TEXT PRIMARY KEY, handle TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE units (unit TEXT PRIMARY KEY, files TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE packs (name TEXT PRIMARY KEY, shard INTEGER NOT NULL, sums TEXT NOT NULL, line BLOB NOT NULL,
    row TEXT NOT NULL) WITHOUT ROWID;
CREATE INDEX packs_of ON packs (shard, name, sums);
CREATE TABLE facts (name TEXT PRIMARY KEY, tree TEXT NOT NULL, releases TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE facets (family TEXT NOT NULL, item TEXT NOT NULL, name TEXT NOT NULL,
    PRIMARY KEY (family, item, name)) WITHOUT ROWID;
CREATE INDEX facets_of ON facets (name);
CREATE TABLE needs (name TEXT NOT NULL, needed TEXT NOT NULL, range TEXT, owner TEXT NOT NULL,
    PRIMARY KEY (name, needed)) WITHOUT ROWID;
CREATE INDEX needed_by ON needs (needed, name, range, owner);
CREATE TABLE kept (sha256 TEXT PRIMARY KEY, until INTEGER NOT NULL) WITHOUT ROWID;
"""


class Memory(Chronicle, Relations, Folders, Spoken):
    """One open memory. Nothing is durable before `commit`."""

    def __init__(self, path: Path) -> None:
        """Opens or makes the memory; one that is damaged or of another schema is forgotten."""
        path.parent.mkdir(parents=True, exist_ok=True)
        self._path = path
        self.db = self._open()
        try:
            known = self.get("schema") == SCHEMA
        except sqlite3.DatabaseError:
            known = False
        if not known:
            self.forget()

    def _open(self) -> sqlite3.Connection:
        try:
            db = sqlite3.connect(self._path, isolation_level=None)
        except sqlite3.Error as error:
            raise WorldError(
                "disk-failed", "the memory cannot be opened", path=str(self._path), found=str(error)
            ) from None
        db.execute("PRAGMA cache_size = -16000")
        return db

    def forget(self) -> None:
        """Starts from nothing."""
        self.db.close()
        for suffix in ("", "-journal", "-wal", "-shm"):
            self._path.with_name(self._path.name + suffix).unlink(missing_ok=True)
        self.db = self._open()
        self.db.executescript("BEGIN;" + _TABLES + TABLES + FOLDER_TABLES + SEARCH_TABLES + SPOKEN_TABLES + "COMMIT;")
        self.put("schema", SCHEMA)

    def begin(self) -> None:
        """Starts the transaction of a build."""
        self.db.execute("BEGIN IMMEDIATE")

    def commit(self) -> None:
        """Makes what was said since `begin` durable."""
        self.db.execute("COMMIT")

    def close(self) -> None:
        """Closes the file; what was not committed is gone."""
        self.db.close()

    # --- meta ---

    def get(self, name: str, default: str = "") -> str:
        """A remembered word."""
        found = self.db.execute("SELECT value FROM meta WHERE name = ?", (name,)).fetchone()
        return str(found[0]) if found else default

    def put(self, name: str, value: str) -> None:
        """Remembers a word."""
        self.db.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (name, value))

    # --- history ---

    def add_events(self, events: Iterable[Event]) -> None:
        """Adds events, with their numbers and log indexes."""
        self.db.executemany(
            "INSERT INTO events VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            ((*event[:4], json.dumps(event.objects), *event[5:]) for event in events),
        )

    def events_of(self, pack: str) -> tuple[Event, ...]:
        """The versions and statements of a pack, oldest first."""
        query = "SELECT * FROM events WHERE subject = ? AND kind IN ('version', 'statement') ORDER BY seq"
        return tuple(map(event_from, self.db.execute(query, (pack,))))

    def newest(self, count: int) -> tuple[Event, ...]:
        """The versions published last, newest first."""
        query = "SELECT * FROM events WHERE kind = 'version' ORDER BY seq DESC LIMIT ?"
        return tuple(map(event_from, self.db.execute(query, (count,))))

    def add_leaves(self, leaves: Iterable[tuple[int, bytes]]) -> None:
        """Keeps the log entries of events (by number) until the log is extended, and what they say for good."""
        leaves = list(leaves)
        self.db.executemany("INSERT INTO leaves VALUES (?, ?)", leaves)
        self.add_acts(leaves)

    def leaves(self) -> Iterator[tuple[int, bytes]]:
        """The kept entries with the log indexes of their events, in order."""
        return self.db.execute("SELECT log_index, entry FROM leaves JOIN events USING (seq) ORDER BY seq")

    def drop_leaves(self) -> None:
        """Forgets the kept entries."""
        self.db.execute("DELETE FROM leaves")

    # --- output ---

    def unit(self, name: str) -> tuple[Output, ...]:
        """What was written for a unit."""
        found = self.db.execute("SELECT files FROM units WHERE unit = ?", (name,)).fetchone()
        return _outputs(found[0]) if found else ()

    def set_unit(self, name: str, files: Iterable[Output]) -> None:
        """Remembers what a unit consists of now; nothing at all forgets the unit."""
        files = tuple(files)
        if name != CHAIN and not name.startswith(PACKS):
            self.set_files(name, self.unit(name), files)
        text = "\n".join(f"{file.sha256} {file.key or '-'} {file.size} {file.path}" for file in files)
        if text:
            self.db.execute("INSERT OR REPLACE INTO units VALUES (?, ?)", (name, text))
        else:
            self.db.execute("DELETE FROM units WHERE unit = ?", (name,))

    def names_of_units(self, prefix: str) -> set[str]:
        """The names of the units that begin so."""
        query = "SELECT unit FROM units WHERE unit >= ? AND unit < ?"
        return {str(name) for (name,) in self.db.execute(query, (prefix, prefix + "\U0010ffff"))}

    def units(self, but: str = "") -> Iterator[tuple[str, tuple[Output, ...]]]:
        """All units, but those whose name begins with `but`."""
        query = "SELECT unit, files FROM units"
        if but:
            query += " WHERE unit < ? OR unit >= ?"
            upper = but[:-1] + chr(ord(but[-1]) + 1)
            return ((name, _outputs(files)) for name, files in self.db.execute(query, (but, upper)))
        return ((name, _outputs(files)) for name, files in self.db.execute(query))

    # --- packs ---

    def set_pack(self, row: Row, shard: int, sums: str, line: bytes) -> None:
        """Remembers a pack's row, the hash of its `files.sums`, and its line of `index.json`."""
        self.db.execute(
            "INSERT OR REPLACE INTO packs VALUES (?, ?, ?, ?, ?)", (row.name, shard, sums, line, json.dumps(row))
        )

    def row(self, name: str) -> Row | None:
        """A pack's row."""
        found = self.db.execute("SELECT row FROM packs WHERE name = ?", (name,)).fetchone()
        return row_from(found[0]) if found else None

    def lines(self) -> Iterator[bytes]:
        """Every pack's line of `index.json`, by name."""
        return (line for (line,) in self.db.execute("SELECT line FROM packs ORDER BY name"))

    def shard(self, number: int) -> list[tuple[str, str]]:
        """(name, hash of `files.sums`) of the packs of a shard, by name."""
        query = "SELECT name, sums FROM packs WHERE shard = ? ORDER BY name"
        return [(str(name), str(sums)) for name, sums in self.db.execute(query, (number,))]

    def facts(self, name: str) -> str:
        """A pack's releases as the JSON that `facts` made of them, or ""."""
        found = self.db.execute("SELECT releases FROM facts WHERE name = ?", (name,)).fetchone()
        return str(found[0]) if found else ""

    def set_facts(self, name: str, tree: str, releases: str) -> None:
        """Remembers a pack's tree and releases."""
        self.db.execute("INSERT OR REPLACE INTO facts VALUES (?, ?, ?)", (name, tree, releases))

    def knows(self, name: str) -> bool:
        """Whether the pack is remembered."""
        return self.db.execute("SELECT 1 FROM facts WHERE name = ?", (name,)).fetchone() is not None

    def tree(self, name: str) -> str:
        """A pack's tree."""
        return str(self.db.execute("SELECT tree FROM facts WHERE name = ?", (name,)).fetchone()[0])

    def count(self) -> int:
        """How many packs there are."""
        return int(self.db.execute("SELECT count(*) FROM packs").fetchone()[0])

    # --- authority ---

    def add_revision(self, kind: str, name: str, seq: int, revision: str, key_ids: Iterable[str]) -> None:
        """Remembers an accepted revision (as JSON) and whose the keys in it are."""
        self.db.execute("INSERT INTO revisions VALUES (?, ?, ?, ?)", (kind, name, seq, revision))
        self.db.executemany("INSERT OR IGNORE INTO holders VALUES (?, ?)", ((key_id, name) for key_id in key_ids))
        self.add_people(kind, revision)

    def revisions(self, kind: str, name: str = "") -> list[str]:
        """The revisions of one publisher or organisation, oldest first; of all when no name is given."""
        query = "SELECT revision FROM revisions WHERE kind = ?"
        if name:
            found = self.db.execute(query + " AND name = ? ORDER BY seq", (kind, name))
        else:
            found = self.db.execute(query + " ORDER BY seq", (kind,))
        return [str(revision) for (revision,) in found]

    def revised(self, kind: str) -> list[str]:
        """The names of all publishers, or of all organisations."""
        query = "SELECT DISTINCT name FROM revisions WHERE kind = ? ORDER BY name"
        return [str(name) for (name,) in self.db.execute(query, (kind,))]

    # --- by-hash ---

    def keep(self, digest: str, until: int) -> None:
        """Remembers that `by-hash/` holds this, until then."""
        self.db.execute("INSERT OR REPLACE INTO kept VALUES (?, ?)", (digest, until))

    def kept(self) -> dict[str, int]:
        """What `by-hash/` holds, and until when."""
        return {str(digest): int(until) for digest, until in self.db.execute("SELECT sha256, until FROM kept")}

    def drop(self, digests: Iterable[str]) -> None:
        """Forgets that `by-hash/` holds these."""
        self.db.executemany("DELETE FROM kept WHERE sha256 = ?", ((digest,) for digest in digests))


def _outputs(text: str) -> tuple[Output, ...]:
    lines = (line.split(" ", 3) for line in text.split("\n"))
    return tuple(Output(path, "" if key == "-" else key, digest, int(size)) for digest, key, size, path in lines)
