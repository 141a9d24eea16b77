"""Search for packs of a registry, as `packyard.search.query` specifies: its search index in, ranked packs out.

    found = shown(engine.search(shelf, parse_query("tag:python review")))
    [hit.pack.name for hit in found.hits]

A site without an index has a catalogue, the rows of `index.json` (`packyard/index/1`, see `formats.documents`). Of that
the dictionary of an index is made, once: it can be kept, and what is shown comes from the rows all the same. There the
ids of packs are their places by name.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, NamedTuple, overload

from packyard.errors import FormatError
from packyard.formats import layout
from packyard.formats.strict import load_json
from packyard.formats.times import format_time, parse_time
from packyard.search import engine, lists
from packyard.search.dictionary import Collected
from packyard.search.engine import Found
from packyard.search.entry import Entry, parse_entry
from packyard.search.query import SORTS, Filter, Query
from packyard.search.shelf import Shelf
from packyard.search.terms import terms_of

INDEX_FORMAT, PREPARED = "packyard/index/1", b"packyard/prepared/3\n"

_OPEN, _NEXT, _CLOSE = b',"packs":[', b",\n", b"\n]}\n"
_HEAD_LIMIT, _LINE_LIMIT = 65_536, 1 << 20
#: Where rows say what filters ask for, when it is not a field of the filter's name.
_FIELDS = {"tag": "tags", "target": "targets", "feature": "features", "channel": "channels"}


class Pack(NamedTuple):
    """A pack as lists show it. What strangers wrote is as they wrote it. `license`, `deprecated` (an object with
    `reason` and `date`), `renamed` and the figures are None when they are absent or not known.
    """

    name: str
    latest: str
    description: str
    owner: str
    tags: list[str]
    targets: list[str]
    features: list[str]
    license: str | None
    updated: str
    deprecated: Mapping[str, Any] | None
    archived: bool
    renamed: str | None
    path: str
    downloads: float | None
    weekly: float | None
    quality: float | None


class Hit(NamedTuple):
    """A pack that was found, and how it matches: see `engine.Hit`."""

    pack: Pack
    match: str


class Searched(NamedTuple):
    """What was found, in which registry and in which snapshot of it."""

    origin: str
    snapshot: int
    found: Found[Hit]


class Catalogue(NamedTuple):
    """A catalogue: whose it is, the fields that its rows have, what is worth keeping of it, and its index."""

    origin: str
    snapshot: int
    fields: frozenset[str]
    prepared: bytes
    shelf: Shelf


def shown(found: Found[engine.Hit]) -> Found[Hit]:
    """What an index gave, as lists show it."""
    return Found(tuple(Hit(_pack(hit.entry), hit.match) for hit in found.hits), *found[1:])


def search(catalogue: Catalogue, query: Query, sort: str = SORTS[0], page: int = 1, limit: int = 20) -> Found[Hit]:
    """A page of the packs of a catalogue that are found; see `engine.search`. Raises `FormatError`: `search-unanswered`
    when the rows do not say what a filter asks for, `document-invalid`.
    """
    if catalogue.shelf.count:
        _check_answerable(query.filters, catalogue.fields)
    return shown(engine.search(catalogue.shelf, query, sort, page, limit))


def read_catalogue(data: bytes, prepared: bytes = b"") -> Catalogue:
    """The catalogue in the bytes of `index.json`; `prepared` is that of an earlier reading of the same bytes. Raises
    `FormatError`: `text-not-utf8`, `json-invalid`, `document-invalid`.
    """
    start = data.find(b"\n") + 1
    head = data[: max(start - 1, 0)]
    if not head.endswith(_OPEN) or start > _HEAD_LIMIT or not data.endswith(_CLOSE, start - 1):
        message = "the document is not a head and one line for each pack"
        raise FormatError("document-invalid", message, expected=INDEX_FORMAT)
    value = load_json(head.removesuffix(_OPEN) + b"}", _HEAD_LIMIT).value
    registry, snapshot = value.get("registry"), value.get("snapshot")
    origin = registry.get("origin") if isinstance(registry, dict) else None
    if value.get("format") != INDEX_FORMAT or not isinstance(origin, str) or not isinstance(snapshot, int):
        found = str(value.get("format"))[:80]
        raise FormatError("document-invalid", "not the catalogue of a site", line=1, expected=INDEX_FORMAT, found=found)
    body = data[start : len(data) - len(_CLOSE)]
    rows = _Rows(body.split(_NEXT) if body else [])
    if not prepared.startswith(PREPARED):
        prepared = _prepare(rows)
    over, _, text = prepared.removeprefix(PREPARED).decode("utf-8", "replace").partition("\n")
    fields = frozenset(_row(rows.lines[0])) if rows.lines else frozenset[str]()
    return Catalogue(origin, snapshot, fields, prepared, Shelf(_nothing, len(rows), over, [""], rows, text))


class _Rows(Sequence[object]):
    """The rows of a catalogue as those of an index, each read when it is asked for. Raises `FormatError`."""

    def __init__(self, lines: Sequence[bytes]) -> None:
        self.lines = lines

    def __len__(self) -> int:
        return len(self.lines)

    @overload
    def __getitem__(self, at: int) -> object: ...
    @overload
    def __getitem__(self, at: slice) -> Sequence[object]: ...
    def __getitem__(self, at: int | slice) -> object:
        """A row as the index has it."""
        return (
            [_values(_row(line)) for line in self.lines[at]] if isinstance(at, slice) else _values(_row(self.lines[at]))
        )


def _prepare(rows: Iterable[object]) -> bytes:
    """What is worth keeping: the packs that are over, and the lines of the dictionary."""
    collected, over = Collected(), list[int]()
    for ident, values in enumerate(rows):
        entry = parse_entry(values)
        collected.add(ident, terms_of(entry))
        over += [ident] if entry.over else []
    lines = "\n".join(line for _, line in collected.lines())
    return PREPARED + f"{lists.format_ids(over)}\n{lines}".encode()


def _nothing(paths: Sequence[str]) -> Sequence[bytes]:
    raise KeyError(*paths)


def _row(line: bytes) -> Mapping[str, Any]:
    try:
        if len(line) > _LINE_LIMIT:
            raise _no_row()
        row = json.loads(line)
    except UnicodeDecodeError:
        raise FormatError("text-not-utf8", "not UTF-8") from None
    except (ValueError, RecursionError):
        raise _no_row() from None
    if type(row) is not dict:
        raise _no_row()
    return row


def _values(row: Mapping[str, Any]) -> list[Any]:
    absent = {"archived": False, "channels": {}, "routing": []}
    values = {**row, **{name: row.get(name) or empty for name, empty in absent.items()}}
    try:
        values["updated"] = parse_time(values["updated"])
        figures = [values.get(name) for name in Entry._fields[-3:]]
        return [values[name] for name in Entry._fields[:-3]] + figures
    except (KeyError, TypeError, FormatError):
        raise _no_row() from None


def _pack(entry: Entry) -> Pack:
    chosen = {name: value for name, value in entry._asdict().items() if name in Pack._fields}
    lists_ = {name: list(chosen[name]) for name in ("tags", "targets", "features")}
    return Pack(**chosen | lists_ | {"updated": format_time(entry.updated), "path": layout.pack(entry.name)})


def _check_answerable(filters: Iterable[Filter], fields: Collection[str]) -> None:
    for wanted in filters:
        field = _FIELDS.get(wanted.fact[0], wanted.fact[0])
        if field not in fields:
            message = f"the catalogue of this registry does not say what `{wanted}` asks for"
            expected = f"a field `{field}` in the rows of index.json"
            hint = "leave the filter out; `packyard info NAME` tells more of one pack"
            raise FormatError("search-unanswered", message, expected=expected, help=hint)


def _no_row() -> FormatError:
    return FormatError("document-invalid", "a line is not the row of a pack", expected=INDEX_FORMAT)
