"""The log's entries: one line of canonical JSON each, without a newline; names, keys, hashes and times only.

    {"identity":HEX,"key":KEYID,"pack":NAME,"time":RFC3339,"type":"publish","version":V}
    {"keys":[KEYID,…],"pack":NAME,"sequence":N,"sha256":HEX,"time":RFC3339,"type":"yank","version":V}
    {"handle":HANDLE,"keys":[KEYID,…],"sha256":HEX,"time":RFC3339,"type":"publisher"}
    {"keys":[KEYID,…],"org":ORG,"sha256":HEX,"time":RFC3339,"type":"org"}
    {"sha256":HEX,"snapshot":N,"type":"index"}

`sha256` is the hash of the signed file (of the checksum lines of the snapshot, for `index`), `time` the committer time
of the first-parent commit that brought it. A statement's entry has its action as `type`, `version` when it is about
one, and in `keys` all keys that signed it: publishers' keys, or root keys of the registry. Without its `index`
entries the log is a function of git history alone.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from packyard.errors import FormatError
from packyard.formats import canonical, strict
from packyard.formats.times import format_time

#: A C2SP entry bundle gives an entry's length in 16 bits.
LIMIT = 65_535

_INDEX_PREFIX = b'{"sha256":"'
_INDEX_MIDDLE = b'","snapshot":'


def publish_entry(pack: str, version: str, identity: str, key: str, time: int) -> bytes:
    """The entry of a published version."""
    return canonical.encode(
        {
            "type": "publish",
            "pack": pack,
            "version": version,
            "identity": identity,
            "key": key,
            "time": format_time(time),
        }
    )


def statement_entry(
    action: str, pack: str, sequence: int, version: str, digest: str, keys: Iterable[str], time: int
) -> bytes:
    """The entry of a statement; `version` may be ""."""
    about = {"version": version} if version else {}
    return canonical.encode(
        {"type": action, "pack": pack, "sequence": sequence, "sha256": digest, "keys": sorted(keys)}
        | {"time": format_time(time)}
        | about
    )


def revision_entry(kind: str, name: str, digest: str, keys: Iterable[str], time: int) -> bytes:
    """The entry of a publisher's or an organisation's file (`kind` is `publisher` or `org`)."""
    field = "handle" if kind == "publisher" else "org"
    return canonical.encode(
        {"type": kind, field: name, "sha256": digest, "keys": sorted(keys), "time": format_time(time)}
    )


def index_entry(number: int, digest: str) -> bytes:
    """The entry that ends a build: the hash of snapshot `number`'s checksum lines."""
    return canonical.encode({"type": "index", "snapshot": number, "sha256": digest})


def is_index(entry: bytes) -> bool:
    """Whether the entry is of type `index`, told by its canonical form without parsing it."""
    return entry.startswith(_INDEX_PREFIX) and entry[75 : 75 + len(_INDEX_MIDDLE)] == _INDEX_MIDDLE


def parse_entry(data: bytes) -> dict[str, Any]:
    """The entry as a mapping; anything but canonical JSON of an object raises `FormatError`."""
    value = strict.load_json(data, LIMIT).value
    if not isinstance(value, dict) or not _is_canonical(value, data):
        raise FormatError(
            "log-entry-invalid", "a log entry is not canonical JSON", found=data[:80].decode("utf-8", "replace")
        )
    return value


def signers(entry: bytes) -> tuple[str, ...]:
    """The ids of the keys that signed what a canonical entry is about; () of one of type `index`."""
    found = json.loads(entry)
    return tuple(found["keys"] if "keys" in found else [found["key"]] if "key" in found else ())


def _is_canonical(value: dict[str, Any], data: bytes) -> bool:
    try:
        return canonical.encode(value) == data
    except TypeError:  # a number with a fraction has no canonical form
        return False
