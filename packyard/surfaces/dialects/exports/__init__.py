"""The catalogue for people who query it: CSV, and every event as JSON lines.

    exports/index.json          which files there are, and the columns of each table
    exports/packs.csv           every pack, and
    exports/versions.csv        every version of every pack, in a registry of at most `LIMIT` packs
    exports/packs/3f.csv        in a larger one those whose names' SHA-256 begins so, as in `index/3f.sums`
    exports/versions/3f.csv     their versions
    exports/events/0000.jsonl   the events 0 to 249 of the log, one a line; file N has those from 250 * N on

Tables, columns and their forms are those of `tables`. So a new version costs its pack's part of two tables, and the
last file of events: a file of events that is full never changes. Where a pack belongs is decided by its name alone, so
that no build has to read the names of all others to find out.

There is no SQLite file: its bytes are those of the program that wrote it, whose version stands in its head, and this
site is the same wherever it is built. `packyard export sqlite` makes one of any site.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from hashlib import sha256

from packyard.formats import canonical, documents, layout
from packyard.formats.foreign import EXPORTS
from packyard.model import Pack, Row
from packyard.recipe import Recipe
from packyard.surfaces.dialects.exports import tables
from packyard.surfaces.dialects.exports.tables import PACKS, TABLES, VERSIONS
from packyard.surfaces.dialects.values import Dialect, Event, Said, Size, View, nothing
from packyard.surfaces.pack.values import Hand, all_facts
from packyard.surfaces.site import Site

#: The most packs of a registry whose tables are whole, and events in a file.
LIMIT, LINES = 1_000, 250
#: The list that all packs are in; the others are those of the parts.
ALL, PART, FILE = "all", "part ", "events "
INDEX, EVENTS = EXPORTS + "index.json", EXPORTS + "events/"


def said(_: Hand, pack: Pack) -> Said:
    """A pack's lines in the table of versions, and what stands for all that its line in that of packs says."""
    rows = (tables.version_row(pack.name, documents.version_object(state)) for state in pack.versions)
    lines = "".join(map(tables.csv_line, rows))
    facts = sha256(repr(all_facts(pack)).encode("utf-8", "surrogateescape")).hexdigest()
    return Said(json.dumps([facts, lines], ensure_ascii=False), ((ALL, ""), (PART + tables.part_of(pack.name), "")))


def plan_list(_: Site, view: View, name: str) -> Iterator[Recipe]:
    """The whole tables, a part of them, or the index."""
    whole = view.extent().packs <= LIMIT
    if name.startswith(FILE):
        number = int(name.removeprefix(FILE))
        yield plan_events(number, view.events(number * LINES, (number + 1) * LINES))
    elif not name:
        yield _index(whole, [each.removeprefix(PART) for each, _ in view.sizes(PART)])
    elif whole == (name == ALL):
        yield from _tables(view, name, "" if whole else "/" + name.removeprefix(PART))


def grown(before: Size, now: Size) -> Iterator[str]:
    """The files of events that have others than before, and all tables when there are too many packs for whole ones."""
    if before.events < now.events:
        yield from (f"{FILE}{number}" for number in range(before.events // LINES, -(-now.events // LINES)))
    if before.packs <= LIMIT < now.packs:
        yield ALL
        yield from (f"{PART}{number:02x}" for number in range(layout.SHARDS))


def plan_events(number: int, events: Sequence[Event]) -> Recipe:
    """The file of events with this number."""
    found = tuple(events)
    return Recipe(events_path(number), (found,), partial(_events, found))


def events_path(number: int) -> str:
    """The path of a file of events."""
    return f"{EVENTS}{number:04}.jsonl"


def _tables(view: View, name: str, file: str) -> Iterator[Recipe]:
    listed = view.each(name, "", LIMIT if name == ALL else 1 << 30)
    if not listed:
        return
    rows = tuple(row for pack, _ in listed if (row := view.row(pack)))
    texts = tuple(text for _, text in listed)
    yield Recipe(f"{EXPORTS}packs{file}.csv", rows, partial(_packs, rows))
    yield Recipe(f"{EXPORTS}versions{file}.csv", texts, partial(_versions, texts))


def _packs(rows: Iterable[Row]) -> bytes:
    lines = (tables.csv_line(tables.pack_row(json.loads(documents.index_row(row)))) for row in rows)
    return (tables.csv_head(PACKS) + "".join(lines)).encode()


def _versions(texts: Iterable[str]) -> bytes:
    return (tables.csv_head(VERSIONS) + "".join(json.loads(text)[1] for text in texts)).encode()


def _events(events: Iterable[Event]) -> bytes:
    lines = list[str]()
    for index, data, actors in events:
        entry = json.loads(data)
        holders = dict(zip(entry["keys"] if "keys" in entry else [entry["key"]], actors, strict=True))
        row = tables.event_row(index, entry, holders.__getitem__)
        lines.append(tables.json_line(tables.EVENTS, row))
    return "".join(lines).encode()


def _index(whole: bool, parts: Sequence[str]) -> Recipe:
    found = tuple(parts)
    return Recipe(INDEX, (whole, found), partial(_document, whole, found))


def _document(whole: bool, parts: Sequence[str]) -> bytes:
    """`packyard/exports/1`. Files of events are not listed: they are there from 0 on, until one is missing."""
    files = {
        table.name: [f"{EXPORTS}{table.name}.csv"] if whole else [f"{EXPORTS}{table.name}/{part}.csv" for part in parts]
        for table in (PACKS, VERSIONS)
    }
    return canonical.pretty(
        {
            "format": "packyard/exports/1",
            "files": files if parts else {name: [] for name in files},
            "events": {"first": events_path(0), "lines": LINES},
            "columns": {
                table.name: [
                    {"name": column.name, "type": column.kind, "about": column.about} for column in table.columns
                ]
                for table in TABLES.values()
            },
        }
    )


DIALECT = Dialect("exports", nothing, said, plan_list, grown=grown)
