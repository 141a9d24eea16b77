"""`index.json`, the whole catalogue: a head, then a row for each pack, one a line, by name."""

from __future__ import annotations

import re
from collections.abc import Mapping

from packyard.audit.reading import INDEX_LIMIT, Reading
from packyard.errors import FormatError
from packyard.formats import layout, strict
from packyard.formats.snapshot import Snapshot
from packyard.rules.renames import check_rename

_OPEN, _CLOSE = b',"packs":[', b"]}\n"
# Inside a JSON text a quote is escaped, so what looks like a member is one.
_NAME = re.compile(rb'"name":"([^"\\]+)"')
_RENAMED = re.compile(rb'"renamed":"([^"\\]+)"')


def read_rows(reading: Reading, snapshot: Snapshot) -> dict[str, bytes] | None:
    """The rows by the name of their pack; None, and a problem, when the document is not what the snapshot promises."""
    data = reading.intact(layout.INDEX, dict(snapshot.sums)[layout.INDEX], INDEX_LIMIT)
    return reading.attempt(layout.INDEX, _parse, data, snapshot) if data is not None else None


def check_renames(reading: Reading, rows: Mapping[str, bytes]) -> None:
    """That every renamed pack leads to one that is there. Whether it is renamed is asked with the pack."""
    leads = {name: found[1].decode("utf-8", "replace") for name, row in rows.items() if (found := _RENAMED.search(row))}
    for name in leads:
        path = layout.pack(name, "index.json")
        reading.problems += check_rename(name, path, lambda at: leads.get(at, "" if at in rows else None))


def check_head(reading: Reading, snapshot: Snapshot) -> None:
    """The same without looking at the rows, which are only counted."""
    data = reading.intact(layout.INDEX, dict(snapshot.sums)[layout.INDEX], INDEX_LIMIT)
    if data is not None:
        reading.attempt(layout.INDEX, _check_head, data, snapshot, data.count(b"\n") - 2)


def _parse(data: bytes, snapshot: Snapshot) -> dict[str, bytes]:
    lines = data.split(b"\n")[1:-2]
    _check_head(data, snapshot, len(lines))
    rows = dict[str, bytes]()
    previous = ""
    for line in lines:
        found = _NAME.search(line)
        name = found[1].decode("utf-8", "replace") if found else ""
        if name <= previous:
            raise FormatError("index-row", "the rows are not in the order of their names", found=name[:80])
        rows[name] = line.removesuffix(b",")
        previous = name
    return rows


def _check_head(data: bytes, snapshot: Snapshot, count: int) -> None:
    head, _, _ = data[:65_536].partition(b"\n")
    if not head.endswith(_OPEN) or not data.endswith(b"\n" + _CLOSE):
        raise FormatError("document-invalid", "the document is not a head and one line for each pack")
    value = strict.load_json(head.removesuffix(_OPEN) + b"}").value
    named = value.get("registry")
    origin = named.get("origin") if isinstance(named, dict) else None
    for what, expected, found in (
        ("format", "packyard/index/1", value.get("format")),
        ("registry.origin", snapshot.origin, origin),
        ("snapshot", snapshot.number, value.get("snapshot")),
        ("commit", snapshot.commit, value.get("commit")),
        ("total", count, value.get("total")),
    ):
        if expected != found:
            message = f"`{what}` is not what the snapshot says"
            raise FormatError("document-mismatch", message, expected=str(expected), found=str(found))
