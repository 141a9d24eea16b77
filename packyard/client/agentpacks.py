"""`agentpacks.lock` and `.agentpacks/.curated/`: where the agentpacks client looks for what was installed.

    {
      "lockfileVersion": 1,
      "sources": {
        "registry:hello": {
          "requestedRef": "^1.2.0",
          "resolvedRef": "1.2.0",
          "resolvedAt": "2026-11-21T06:00:00Z",
          "skills": {"__integrity": {"integrity": "sha256-<64 hex digits>"}},
          "packs": {"hello": {"integrity": "sha256-<64 hex digits>"}}
        }
      }
    }

The integrity is that of the tarball as it is downloaded, compressed.  The file is shared: sources of other kinds, packs
that are not ours and fields that we do not know stay as they stood and where they stood.  A pack's time stays, too,
unless the pack changed.  The text is that of `JSON.stringify(…, null, 2)` and a newline.

A pack is unpacked to `.agentpacks/.curated/NAME/`, a scoped one to `.agentpacks/.curated/@acme/hello/`; no two names
have one folder.  In `agentpacks.jsonc` the first is called `hello`.  For a scoped name that client would look in
`.curated/hello/`, where another pack may be, so it is called by its path: `./.agentpacks/.curated/@acme/hello`.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from typing import Any, NamedTuple

from packyard.errors import FormatError
from packyard.formats import canonical
from packyard.formats.fields import Fields, kind_of, shown
from packyard.formats.names import PackName, check_path, parse_name
from packyard.formats.strict import load_json
from packyard.formats.times import format_time

FILE = "agentpacks.lock"
FOLDER = ".agentpacks/.curated"

#: The most bytes of the lock.
LIMIT = 8_000_000

_VERSION = 1
_PREFIX = "registry:"
_INTEGRITY = re.compile("sha256-([0-9a-f]{64})")


class Curated(NamedTuple):
    """A pack as the lock knows it; `sha256` is the hash of the tarball in hex."""

    name: str
    requested: str
    version: str
    sha256: str


def folder(name: str) -> str:
    """The folder of a pack below the project's, without a slash at its end."""
    return f"{FOLDER}/{name}"


def file(name: str, path: str) -> str:
    """A file of a pack below the project's folder. Raises `path-invalid` or `path-too-long`."""
    check_path(path)
    return f"{folder(name)}/{path}"


def reference(name: str) -> str:
    """What `agentpacks.jsonc` calls a pack that is in its folder."""
    return f"./{folder(name)}" if name.startswith("@") else name


def integrity(sha256: str) -> str:
    """A digest in hex as agentpacks writes it; `parse_integrity` is the inverse."""
    return f"sha256-{sha256}"


def parse_integrity(text: str) -> str:
    """The digest in hex. Raises `integrity-invalid`."""
    match = _INTEGRITY.fullmatch(text)
    if not match:
        expected = "sha256- and 64 of 0-9 and a-f"
        raise FormatError("integrity-invalid", "not an integrity", expected=expected, found=shown(text))
    return match[1]


def parse_agentpacks(data: bytes) -> Mapping[str, Any]:
    """The lock as it stands, of which only the outer form is known to be right. Raises `FormatError`."""
    fields = Fields(load_json(data, LIMIT))
    fields.number("lockfileVersion", None, low=_VERSION, high=_VERSION)
    sources = fields.raw("sources")
    if not isinstance(sources, dict):
        fields.refuse("field-type", "is not a mapping", "sources", expected="names and values", found=kind_of(sources))
    else:
        for key in sources:
            fields.mapping("sources").mapping(key)
    fields.finish(keep_unknown=True)
    return fields.value


def format_agentpacks(lock: Mapping[str, Any]) -> bytes:
    """The text of a lock; `parse_agentpacks` gives the same."""
    return canonical.pretty(lock)


def curated(lock: Mapping[str, Any]) -> tuple[Curated, ...]:
    """The packs of registries that are in the lock, in its order; what does not look like one is left out."""
    found = [_curated(key.removeprefix(_PREFIX), source) for key, source in lock["sources"].items() if _ours(key)]
    return tuple(pack for pack in found if pack is not None)


def updated(
    lock: Mapping[str, Any] | None, installed: Iterable[Curated], now: int, gone: Collection[str] = ()
) -> Mapping[str, Any]:
    """The lock with these packs in it and without those that are `gone`; `now` in seconds, for those that are new."""
    lock = lock or {"lockfileVersion": _VERSION, "sources": {}}
    removed = {_PREFIX + name for name in gone}
    sources = {key: source for key, source in lock["sources"].items() if key not in removed}
    for pack in installed:
        before = sources.get(_PREFIX + pack.name, {})
        sources[_PREFIX + pack.name] = before | _source(pack, _since(pack, before) or format_time(now))
    return {**lock, "sources": sources}


def _source(pack: Curated, since: str) -> dict[str, Any]:
    digest = {"integrity": integrity(pack.sha256)}
    return {
        "requestedRef": pack.requested,
        "resolvedRef": pack.version,
        "resolvedAt": since,
        "skills": {"__integrity": digest},
        "packs": {pack.name: digest},
    }


def _since(pack: Curated, source: Mapping[str, Any]) -> str:
    """When the pack came, if it is the same that the source tells of."""
    since = source.get("resolvedAt")
    return since if isinstance(since, str) and _curated(pack.name, source) == pack else ""


def _ours(key: str) -> bool:
    try:
        return key.startswith(_PREFIX) and bool(parse_name(key.removeprefix(_PREFIX)))
    except FormatError:
        return False


def _curated(name: str, source: Mapping[str, Any]) -> Curated | None:
    try:
        digest = parse_integrity(source["skills"]["__integrity"]["integrity"])
        requested, version = source["requestedRef"], source["resolvedRef"]
    except (KeyError, TypeError, FormatError):
        return None
    known = isinstance(requested, str) and isinstance(version, str)
    return Curated(PackName(name), requested, version, digest) if known else None
