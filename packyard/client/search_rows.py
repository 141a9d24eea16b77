"""A catalogue prepared for searching: what words and filters are compared with, folded once and for all.

    packyard/prepared/1
    greeting⇥hello⇥python                                     every word of names and tags
    hello⇥no⇥2026-11-20t06:00:00z⇥␟greeting␟python␟⇥greets whoever…⇥alice⇥mit⇥…
    …                                                         a line for each row, in their order

It is made of the bytes of `index.json` (`packyard/index/1`), one of 20,000 packs in a quarter of a second, and read in
a fiftieth of that; so it is worth keeping. Fields stand between tabs (⇥), the values of a field that can have many
between unit separators (␟, U+001F). White space in what strangers wrote is a space here. The last two fields say where
the row begins and ends in `index.json`: whatever is shown is taken from there.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from packyard.client.search_text import SEPARATOR, fold, vocabulary
from packyard.errors import FormatError
from packyard.formats.names import parse_name

_TEXTS, _LISTS = ("name", "latest", "description", "owner", "updated", "path"), ("tags", "targets", "features")
INDEX_FORMAT, FORMAT = "packyard/index/1", "packyard/prepared/1"
#: Fields with numbers.
FIGURES = ("downloads", "weekly", "quality")

#: Between the rows of `index.json`, and after the last.
_NEXT, _CLOSE = b",\n", b"\n]}\n"
_BATCH = 500  # rows that a processor's cache holds when they are parsed

Row = Mapping[str, Any]


class Entry(NamedTuple):
    """A row, folded: flags are `yes` or `no`, what is absent or not known is empty. A pack is `over` that nobody should
    begin to use.
    """

    name: str
    over: str
    updated: str
    tags: str
    description: str
    owner: str
    license: str
    targets: str
    features: str
    channels: str
    routing: str
    deprecated: str
    archived: str
    renamed: str
    downloads: str
    weekly: str
    quality: str
    begin: str
    end: str


class Outline(NamedTuple):
    """The first fields of an entry, by which it is ranked, and the others as they stand."""

    name: str
    over: str
    updated: str
    tags: str
    description: str
    rest: str


class Pack(NamedTuple):
    """A row of the catalogue, its types checked. What strangers wrote is as they wrote it. `license`, `deprecated` (an
    object with `reason` and `date`), `renamed` and the figures are None when they are absent or not known.
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


def prepare(data: bytes, start: int) -> bytes:
    """The prepared form of a catalogue whose rows begin at the byte `start`. Raises `FormatError`: `text-not-utf8`,
    `document-invalid`.
    """
    try:
        entries = list(_entries(data, start))
        words = vocabulary((entry.name, entry.tags) for entry in entries)
        return "\n".join((FORMAT, "\t".join(sorted(words)), *map("\t".join, entries))).encode()
    except UnicodeError:
        raise FormatError("text-not-utf8", "not UTF-8") from None
    except (KeyError, TypeError, AttributeError):
        raise no_row() from None


def is_prepared(data: bytes) -> bool:
    """Whether the bytes are of this format."""
    return data.startswith(FORMAT.encode() + b"\n")


def read_prepared(prepared: bytes) -> tuple[str, list[str]]:
    """The words, with tabs between them, and the lines of the rows."""
    words, _, rest = prepared.decode("utf-8", "replace").removeprefix(FORMAT + "\n").partition("\n")
    return words, rest.split("\n") if rest else []


def entry_of(line: str) -> Entry:
    """The entry on a line."""
    return Entry._make(line.split("\t"))


def outline_of(line: str) -> Outline:
    """The entry on a line, at a third of the cost."""
    return Outline._make(line.split("\t", 5))


def parse_rows(lines: Sequence[bytes]) -> list[Row]:
    """The rows on these lines of a catalogue. Raises `FormatError`."""
    try:
        rows: list[Row] = json.loads(b"[%b]" % b",".join(lines))
    except (ValueError, RecursionError):
        raise no_row() from None
    if len(rows) != len(lines) or not all(type(row) is dict for row in rows):
        raise no_row()
    return rows


def pack_of(row: Row) -> Pack:
    """A row with its types checked. Raises `FormatError`."""
    texts, lists = [row.get(field) for field in _TEXTS], [row.get(field) for field in _LISTS]
    optional, mark = [row.get("license"), row.get("renamed")], row.get("deprecated")
    texts += [item for each in lists if isinstance(each, list) for item in each]
    kinds = ((texts, str), (lists, list), (optional, str | None), ([mark], dict | None))
    if not all(isinstance(each, kind) for values, kind in kinds for each in values):
        raise no_row()
    parse_name(row["name"])
    chosen: dict[str, Any] = {field: row.get(field) for field in Pack._fields}
    figures = {field: figure(row.get(field)) for field in FIGURES}
    return Pack(**chosen | figures | {"archived": bool(row.get("archived"))})


def figure(value: Any) -> float | None:
    """A number that can be compared with others, if it is known."""
    return value if type(value) in (int, float) and 0 <= value < 1e15 else None


def no_row() -> FormatError:
    """What is said of a row that is none."""
    return FormatError("document-invalid", "a line is not the row of a pack", expected=INDEX_FORMAT)


def _entries(data: bytes, start: int) -> Iterator[Entry]:
    data.decode()
    body = data[start : len(data) - len(_CLOSE)]
    lines = body.split(_NEXT) if body else []
    for first in range(0, len(lines), _BATCH):
        batch = lines[first : first + _BATCH]
        for line, (row, one) in zip(batch, _folded(batch), strict=True):
            yield _entry(row, one, start, start + len(line))
            start += len(line) + len(_NEXT)


def _folded(lines: Sequence[bytes]) -> Iterator[tuple[Row, Callable[[str], str]]]:
    """The rows on these lines, each with what is still to be done to its texts: most are folded as a whole."""
    plain = [line.isascii() and b"\\" not in line for line in lines]
    try:
        rows = parse_rows([line.lower() if each else line for line, each in zip(lines, plain, strict=True)])
    except FormatError:  # nobody writes NaN in small letters
        rows, plain = parse_rows(lines), [False] * len(lines)
    return zip(rows, (str if each else _one for each in plain), strict=True)


def _entry(row: Row, one: Callable[[str], str], begin: int, end: int) -> Entry:
    tags, targets, features = row["tags"], row["targets"], row["features"]
    if not type(tags) is type(targets) is type(features) is list:
        raise no_row()
    deprecated, archived, renamed = row["deprecated"], row.get("archived"), row.get("renamed")
    return Entry(
        one(row["name"]),
        _flag(deprecated or archived or renamed),
        one(row["updated"]),
        _many(tags, one),
        one(row["description"]),
        one(row["owner"]),
        one(row["license"] or ""),
        _many(targets, one),
        _many(features, one),
        _many(row.get("channels") or (), one),
        _many(row.get("routing") or (), one),
        _flag(deprecated),
        _flag(archived),
        _flag(renamed),
        _number(row.get("downloads")),
        _number(row.get("weekly")),
        _number(row.get("quality")),
        str(begin),
        str(end),
    )


def _one(text: str) -> str:
    folded = fold(text)
    return folded if folded.isprintable() else " ".join(folded.split())


def _many(values: Iterable[str], one: Callable[[str], str]) -> str:
    return SEPARATOR.join(("", *map(one, values), "")) if values else ""


def _flag(value: object) -> str:
    return "yes" if value else "no"


def _number(value: object) -> str:
    known = figure(value)
    return "" if known is None else str(known)
