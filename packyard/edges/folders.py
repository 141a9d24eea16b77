"""What the memory knows of the files outside `packs/`, by where they are listed, so that a list is made again only when
something in it changed.

    files      every such file with its hash, and the unit that it is of, by its place (`inventory.place_of`)
    folders    how many files a folder at the top has; "" is the top
    touched    the places at which something changed since the lists were made

Triggers count and mark, so that nothing is forgotten.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping

from packyard.formats import inventory
from packyard.model import Output

TABLES = """
CREATE TABLE files (folder TEXT NOT NULL, shard INTEGER NOT NULL, path TEXT NOT NULL, sha256 TEXT NOT NULL,
    unit TEXT NOT NULL, PRIMARY KEY (folder, shard, path)) WITHOUT ROWID;
CREATE TABLE folders (folder TEXT PRIMARY KEY, n INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE touched (folder TEXT NOT NULL, shard INTEGER NOT NULL, PRIMARY KEY (folder, shard)) WITHOUT ROWID;
CREATE TRIGGER file_came AFTER INSERT ON files BEGIN
    INSERT INTO folders VALUES (NEW.folder, 1) ON CONFLICT DO UPDATE SET n = n + 1;
    INSERT INTO touched VALUES (NEW.folder, NEW.shard) ON CONFLICT DO NOTHING;
END;
CREATE TRIGGER file_changed AFTER UPDATE ON files BEGIN
    INSERT INTO touched VALUES (NEW.folder, NEW.shard) ON CONFLICT DO NOTHING;
END;
CREATE TRIGGER file_went AFTER DELETE ON files BEGIN
    UPDATE folders SET n = n - 1 WHERE folder = OLD.folder;
    INSERT INTO touched VALUES (OLD.folder, OLD.shard) ON CONFLICT DO NOTHING;
END;
"""


class Folders:
    """The part of an open memory that knows what is to be listed outside of packs."""

    db: sqlite3.Connection

    def set_files(self, unit: str, before: Iterable[Output], now: Iterable[Output]) -> None:
        """Takes in what a unit had and has: the cost is that of the difference. A file that has come to another unit
        meanwhile stays.
        """
        had, has = ({file.path: file.sha256 for file in files} for files in (before, now))
        gone = "DELETE FROM files WHERE folder = ? AND shard = ? AND path = ? AND unit = ?"
        self.db.executemany(gone, ((*inventory.place_of(path), path, unit) for path in had.keys() - has.keys()))
        came = (
            "INSERT INTO files VALUES (?, ?, ?, ?, ?) "
            "ON CONFLICT DO UPDATE SET sha256 = excluded.sha256, unit = excluded.unit"
        )
        new = has.items() - had.items()
        self.db.executemany(came, ((*inventory.place_of(path), path, digest, unit) for path, digest in new))

    def has_file(self, path: str) -> bool:
        """Whether a unit has this file, which is of no pack."""
        query = "SELECT 1 FROM files WHERE folder = ? AND shard = ? AND path = ?"
        return self.db.execute(query, (*inventory.place_of(path), path)).fetchone() is not None

    def folders(self) -> Mapping[str, int]:
        """How many files there are in each folder at the top, by name; "" is the top itself."""
        found = self.db.execute("SELECT folder, n FROM folders WHERE n > 0 ORDER BY folder")
        return {str(folder): int(count) for folder, count in found}

    def files_in(self, folder: str) -> list[tuple[str, str]]:
        """(path, hash) of the files of a folder at the top."""
        found = self.db.execute("SELECT path, sha256 FROM files WHERE folder = ?", (folder,))
        return [(str(path), str(digest)) for path, digest in found]

    def files_at(self, folder: str, shard: int) -> list[tuple[str, str]]:
        """(path, hash) of the files of a folder at the top that fall into a shard."""
        query = "SELECT path, sha256 FROM files WHERE folder = ? AND shard = ?"
        return [(str(path), str(digest)) for path, digest in self.db.execute(query, (folder, shard))]

    def touched(self) -> set[tuple[str, int]]:
        """The places, as (folder, shard), at which something changed since `settle`."""
        return {(str(folder), int(shard)) for folder, shard in self.db.execute("SELECT folder, shard FROM touched")}

    def settle(self) -> None:
        """Says that the lists are made."""
        self.db.execute("DELETE FROM touched")
