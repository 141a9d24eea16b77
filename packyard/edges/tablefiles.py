"""Tables as files, written row by row under names of their own and renamed when all is there: nobody sees half a table,
or one that turned out to be another than what was signed.

    csv      FOLDER/packs.csv, versions.csv, events.csv
    jsonl    FOLDER/packs.jsonl, versions.jsonl, events.jsonl
    sqlite   one file with the tables `packs`, `versions` and `events`, and `about`: names and values

In SQLite lists and maps are JSON, which its `json_each` reads. Nothing in a file depends on a clock; the bytes of one
of SQLite depend on the library that wrote it.
"""

from __future__ import annotations

import os
import sqlite3
import tempfile
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

from packyard.errors import UsageError, WorldError
from packyard.surfaces.dialects.exports.tables import Row, Table, csv_head, csv_line, flat, json_line

#: The forms, and whether each is one file.
FORMS: Mapping[str, bool] = {"csv": False, "sqlite": True, "jsonl": False}
Rows = Iterable[tuple[Table, Row]]

_TYPES = {"integer": "INTEGER", "flag": "INTEGER"}


def paths_of(form: str, out: Path, tables: Collection[Table]) -> list[Path]:
    """The files that would be written."""
    return [out] if FORMS[form] else [out / f"{table.name}.{form}" for table in tables]


def check_free(paths: Iterable[Path]) -> None:
    """Returns when nothing is at these places. Raises `UsageError`."""
    for path in paths:
        if path.is_symlink() or path.exists():
            hint = "name another place with --out, or say --force to replace it"
            raise UsageError("usage-wrong", "something is there already", path=str(path), help=hint)


def write_tables(form: str, out: Path, tables: Sequence[Table], rows: Rows, about: Mapping[str, str]) -> dict[str, int]:
    """Writes the rows; gives how many each table has. `about` is said where the form has a place for it."""
    paths = paths_of(form, out, tables)
    counts = dict.fromkeys((table.name for table in tables), 0)
    with ExitStack() as stack:
        drafts = [stack.enter_context(_draft(path)) for path in paths]
        if FORMS[form]:
            _fill(drafts[0], tables, _counted(rows, counts), about)
        else:
            _write(form, dict(zip(counts, drafts, strict=True)), tables, _counted(rows, counts))
        for draft, path in zip(drafts, paths, strict=True):
            draft.replace(path)
    return counts


def _counted(rows: Rows, counts: dict[str, int]) -> Iterator[tuple[Table, Row]]:
    for table, row in rows:
        counts[table.name] += 1
        yield table, row


@contextmanager
def _draft(path: Path) -> Iterator[Path]:
    """A file beside `path` that is gone at the end unless it was renamed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    umask = os.umask(0)
    os.umask(umask)
    os.fchmod(descriptor, 0o666 & ~umask)
    os.close(descriptor)
    try:
        yield Path(name)
    finally:
        Path(name).unlink(missing_ok=True)


def _write(form: str, drafts: Mapping[str, Path], tables: Sequence[Table], rows: Rows) -> None:
    with ExitStack() as stack:
        files = {
            name: stack.enter_context(draft.open("w", encoding="utf-8", newline="")) for name, draft in drafts.items()
        }
        if form == "csv":
            for table in tables:
                files[table.name].write(csv_head(table))
        line: Callable[[Table, Row], str] = json_line if form == "jsonl" else lambda _, row: csv_line(row)
        for table, row in rows:
            files[table.name].write(line(table, row))


def _fill(path: Path, tables: Sequence[Table], rows: Rows, about: Mapping[str, str]) -> None:
    """Fills a file of SQLite. Raises `WorldError` for rows that no table can have, such as two of one pack."""
    try:
        with closing(sqlite3.connect(path, isolation_level=None)) as db:
            _make(db, tables, about)
            insert = {table.name: _insert(table) for table in tables}
            for table, row in rows:
                db.execute(insert[table.name], list(map(flat, row)))
            for table in tables:
                if any(column.name == "pack" for column in table.columns[table.key :]):
                    db.execute(f"CREATE INDEX {table.name}_pack ON {table.name} (pack)")
            db.execute("COMMIT")
            db.execute("VACUUM")
    except sqlite3.Error as error:
        raise WorldError("disk-failed", "the file cannot be written", path=str(path), found=str(error)) from None


def _make(db: sqlite3.Connection, tables: Sequence[Table], about: Mapping[str, str]) -> None:
    """Pages, encoding and the order of all that is written are fixed."""
    db.executescript("PRAGMA page_size = 4096; PRAGMA encoding = 'UTF-8'; PRAGMA journal_mode = OFF; BEGIN;")
    db.execute("CREATE TABLE about (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID")
    db.executemany("INSERT INTO about VALUES (?, ?)", sorted(about.items()))
    for table in tables:
        columns = ", ".join(f"{column.name} {_TYPES.get(column.kind, 'TEXT')}" for column in table.columns)
        key = ", ".join(column.name for column in table.columns[: table.key])
        db.execute(f"CREATE TABLE {table.name} ({columns}, PRIMARY KEY ({key})) WITHOUT ROWID")


def _insert(table: Table) -> str:
    values = ", ".join("?" * len(table.columns))
    return f"INSERT INTO {table.name} VALUES ({values})"  # noqa: S608 - the names are the program's own
