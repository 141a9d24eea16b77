"""The tables of the exports: their columns, how rows come from the documents of the site and the entries of the log,
and how rows are written.

    packs       a row for each pack, by name: what the catalogue's row of it says
    versions    a row for each version, by pack, the highest first: what the pack's document says of it
    events      a row for each event of the log, in its order: what the entry says, and who signed

A column has a kind, which says what a value is in each form; what is not known is null, in CSV the empty text:

    kind       JSON                          SQLite      CSV
    text       text                          TEXT        as it is
    integer    whole number                  INTEGER     digits
    flag       true, false                   INTEGER     `true`, `false`; 1 and 0 in SQLite
    time       RFC 3339 in UTC               TEXT        as in JSON, such as 2026-03-01T09:00:00Z
    day        YYYY-MM-DD                    TEXT        as in JSON
    list       list of texts, or null in it  TEXT        JSON on one line
    map        object of texts               TEXT        JSON on one line

**CSV** is that of RFC 4180: UTF-8, a line of names first, lines end in CR LF, and what holds a comma, a quote or a line
end is quoted.  A spreadsheet takes a cell for a formula that begins with `=`, `+`, `-`, `@`, a tab or a line end, or
with one of the four signs in full width.  Such a text gets an apostrophe before it, and so does one that begins with
apostrophes and then such a sign; so whoever takes away one apostrophe where such a sign follows the apostrophes has the
text again (`plain`).  Numbers and days are no such texts.

**JSON lines** are objects with all columns in their order, one a line, and no sign that a page would act on.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from packyard.errors import FormatError
from packyard.formats import layout
from packyard.formats.fields import shown
from packyard.surfaces.dialects.values import encode

_FORMULA = re.compile(r"'*[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]")
_QUOTED = re.compile(r'[",\r\n]')
_MOST = 2**63

#: A value of a row, as JSON has it.
Value = str | int | bool | list[Any] | dict[str, Any] | None
Row = tuple[Value, ...]


class Column(NamedTuple):
    """A column, its kind, and what it is."""

    name: str
    kind: str
    about: str


class Table(NamedTuple):
    """A table; rows are unique by their first `key` columns."""

    name: str
    key: int
    columns: tuple[Column, ...]


def _columns(text: str) -> tuple[Column, ...]:
    return tuple(Column(*line.split(maxsplit=2)) for line in text.strip().splitlines())


PACKS = Table(
    "packs",
    1,
    _columns("""
        name               text     the pack's name, with its scope
        latest             text     the version that whoever asks for none gets
        description        text     of the latest version
        owner              text     the principal owner: a publisher, or the organisation of the scope
        owners             list     all owners, the principal one first
        tags               list     of the latest version
        targets            list     programs that the pack is for; `*` is every program
        features           list     kinds of things in it, such as skills
        license            text     as the manifest says
        updated            time     when a version was last published
        deprecated         day      since when the pack should not be used any more
        deprecated_reason  text     why
        replacement        text     the pack to use in its place
        archived           flag     whether nothing new will come
        renamed            text     the name under which it goes on
        channels           map      the version that each channel offers
        routing            list     dimensions by which its models.json chooses models
        quality            integer  how completely it is described, 0 to 100
        path               text     its folder, from the site's root
    """),
)
VERSIONS = Table(
    "versions",
    2,
    _columns("""
        pack               text     the pack's name, with its scope
        version            text     the version
        published          time     when it came
        publisher          text     who signed it
        key                text     the id of the key that signed it
        identity           text     SHA-256 of its SHA256SUMS
        channel            text     the channel that it is in
        yanked             day      since when it must not be installed any more
        yanked_reason      text     why
        deprecated         day      since when it should not be used any more
        deprecated_reason  text     why
        replacement        text     the pack to use in its place
        withdrawn          day      since when its content is gone
        withdrawn_reason   text     why
        dependencies       map      the range of each pack that it depends on
        conflicts          list     packs that it cannot be together with
        tarball            text     the path of its tarball, from the site's root
        tarball_sha256     text     SHA-256 of the tarball
        tarball_size       integer  bytes of the tarball
        log_index          integer  the number of its entry in the log
    """),
)
EVENTS = Table(
    "events",
    1,
    _columns("""
        log_index          integer  the number of the entry in the log
        time               time     when it came
        type               text     publish, yank and the like; publisher and org for their files
        pack               text     the pack that it is about
        version            text     the version that it is about
        publisher          text     the publisher whose file it is
        org                text     the organisation whose file it is
        sequence           integer  the number of the statement among the pack's
        sha256             text     SHA-256 of what was signed
        keys               list     the ids of the keys that signed it
        actors             list     whose the keys are, in their order; null for a root key of the registry
    """),
)
TABLES: Mapping[str, Table] = {table.name: table for table in (PACKS, VERSIONS, EVENTS)}


# --- rows ---


def pack_row(found: Mapping[str, Any]) -> Row:
    """The row of a pack, from its row of `index.json`. Raises `FormatError` for what is none."""
    deprecated = found.get("deprecated") or {}
    marks = {"deprecated": _of(deprecated, "date"), "deprecated_reason": _of(deprecated, "reason")}
    return _row(PACKS, {**found, **marks, "replacement": _of(deprecated, "replacement")})


def version_row(pack: str, found: Mapping[str, Any]) -> Row:
    """The row of a version, from what the pack's document says of it. Raises `FormatError` for what is none."""
    marks = {name: found.get(name) or {} for name in ("yanked", "deprecated", "withdrawn")}
    said = {name: _of(mark, "date") for name, mark in marks.items()}
    why = {f"{name}_reason": _of(mark, "reason") for name, mark in marks.items()}
    tarball = found.get("tarball") or {}
    held = {"tarball": _of(tarball, "path"), **{f"tarball_{name}": _of(tarball, name) for name in ("sha256", "size")}}
    more = {"identity": _of(found.get("identity"), "sha256"), "replacement": _of(marks["deprecated"], "replacement")}
    return _row(VERSIONS, {**found, "pack": pack, **said, **why, **held, **more})


def event_row(index: int, entry: Mapping[str, Any], holder: Callable[[str], str]) -> Row:
    """The row of an event, from its entry; `holder` gives the publisher whose key it is, or "". Raises `FormatError`
    for what is no entry.
    """
    keys = entry["keys"] if "keys" in entry else [entry.get("key")]
    if not isinstance(keys, list) or not all(isinstance(key, str) for key in keys):
        raise _refused("keys", keys)
    signed = {"sha256": entry.get("sha256", entry.get("identity")), "publisher": entry.get("handle")}
    return _row(
        EVENTS, {**entry, "log_index": index, **signed, "keys": keys, "actors": [holder(k) or None for k in keys]}
    )


def _of(found: Any, name: str) -> Any:
    if not isinstance(found, Mapping):
        raise _refused(name, found)
    return found.get(name)


def _row(table: Table, found: Mapping[str, Any]) -> Row:
    return tuple(_checked(column, found.get(column.name)) for column in table.columns)


_KINDS: Mapping[str, type] = {"integer": int, "flag": bool, "list": list, "map": dict}


def _checked(column: Column, value: Any) -> Value:
    """A value, when it is one of its column: a site may be wrong in whatever way."""
    if value is None:
        return None
    right = isinstance(value, _KINDS.get(column.kind, str))
    if not right or (column.kind == "integer" and (isinstance(value, bool) or not -_MOST <= value < _MOST)):
        raise _refused(column.name, value)
    found: Value = value
    if not isinstance(value, int):
        _encodable(column, found)
    return found


def _encodable(column: Column, value: Value) -> None:
    try:
        text = flat(value)
        if isinstance(text, str) and not text.isascii():
            text.encode()
    except ValueError:
        raise _refused(column.name, "text that is no Unicode") from None


def _refused(name: str, value: object) -> FormatError:
    return FormatError("document-invalid", f"`{name}` is not what it should be", found=shown(str(value)[:200]))


# --- writing ---


def csv_head(table: Table) -> str:
    """The line of names."""
    return ",".join(column.name for column in table.columns) + "\r\n"


def csv_line(row: Iterable[Value]) -> str:
    """A row as a line of CSV."""
    return ",".join(map(_cell, row)) + "\r\n"


def json_line(table: Table, row: Sequence[Value]) -> str:
    """A row as a line of JSON."""
    return encode({column.name: value for column, value in zip(table.columns, row, strict=True)}).decode()


def flat(value: Value) -> str | int | None:
    """A value as one text or number, for SQLite: flags are 1 and 0, lists and maps are JSON."""
    if isinstance(value, (list, dict)):
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return int(value) if isinstance(value, bool) else value


def harmless(text: str) -> str:
    """A text that no spreadsheet takes for a formula."""
    return f"'{text}" if _FORMULA.match(text) else text


def plain(text: str) -> str:
    """The text that `harmless` gave this one; exact inverse."""
    return text[1:] if text.startswith("'") and _FORMULA.match(text) else text


def _cell(value: Value) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int) or value is None:
        return "" if value is None else str(value)
    text = harmless(str(flat(value)))
    return '"' + text.replace('"', '""') + '"' if _QUOTED.search(text) else text


def part_of(pack: str) -> str:
    """The name of the part that a pack falls into, where tables are cut: as its checksums do, by its shard."""
    return f"{layout.shard(pack):02x}"
