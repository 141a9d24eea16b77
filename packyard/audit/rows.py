"""`index.json`, the whole catalogue: a head, then a row for each pack, one a line, by name. And what stands beside it
and is about the registry: `registry.json`, and the advisories with their index.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from itertools import zip_longest
from typing import TypeVar

from packyard.audit.chain import Chain
from packyard.audit.reading import DOCUMENT_LIMIT, INDEX_LIMIT, Reading
from packyard.errors import FormatError
from packyard.formats import layout, strict
from packyard.formats.advisories import parse_advisories
from packyard.formats.advisory import Advisory, format_document, parse_advisory
from packyard.formats.registry_page import parse_registry_page
from packyard.formats.snapshot import Snapshot
from packyard.rules.renames import check_rename

T = TypeVar("T")

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


def audit_beside(reading: Reading, chain: Chain, origin: str) -> None:
    """Whether `registry.json` can be read and is of this registry, every advisory is one and about packs that are
    there, and the index says of each what it says itself.
    """
    page = _document(reading, chain, layout.REGISTRY, parse_registry_page)
    if page is not None and page.origin != origin:
        message = "`origin` is not what the snapshot says"
        reading.report("document-mismatch", layout.REGISTRY, message, origin, page.origin)
    stated = _document(reading, chain, layout.ADVISORIES_INDEX, parse_advisories)
    paths = [path for path in chain.below(layout.ADVISORIES) if path.endswith(".json")]
    found = [_advisory(reading, chain, path) for path in paths if path != layout.ADVISORIES_INDEX]
    if stated is None or None in found:
        return
    for wanted, listed in zip_longest(filter(None, found), stated):
        if wanted != listed:
            message = "the index does not say what the advisories say"
            names = [each.id if each else "nothing" for each in (wanted, listed)]
            reading.report("document-mismatch", layout.ADVISORIES_INDEX, message, *names)
            break


def _advisory(reading: Reading, chain: Chain, path: str) -> Advisory | None:
    def parse(data: bytes) -> Advisory:
        ident = path.removeprefix(layout.ADVISORIES).removesuffix(".json")
        advisory, _ = parse_advisory(
            data, ident, lambda name: chain.digest(layout.pack(name, layout.FILES_SUMS)) is not None
        )
        if data != format_document(data):
            raise FormatError("document-invalid", "the advisory is not in canonical form")
        return advisory

    return _document(reading, chain, path, parse)


def _document(reading: Reading, chain: Chain, path: str, parse: Callable[[bytes], T]) -> T | None:
    """The document at `path`; None, and a problem, when it is not there or not right."""
    digest = chain.digest(path)
    if digest is None and not chain.undecided(path):
        reading.report("file-missing", path, "no list names the document")
    data = reading.intact(path, digest, DOCUMENT_LIMIT) if digest else None
    return reading.attempt(path, parse, data) if data is not None else None


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
