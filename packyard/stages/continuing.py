"""What a site takes over from the one before it: files kept under `by-hash/`, and everything that never changes.

In place both are there already. A site that is made in an empty folder, from a previous one at an address, has to
look: at the lists that differ, and from there at the packs that differ, so the cost follows the difference.
"""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256

from packyard.edges.opening import Edges
from packyard.edges.previous import Recorded
from packyard.errors import FormatError, NotFound, Stale
from packyard.formats import layout, strict, sums
from packyard.formats.times import DAY, parse_time

LIST_LIMIT = 1 << 30
DOCUMENT_LIMIT = 1 << 28


def remember_kept(edges: Edges, recorded: Recorded) -> dict[str, int]:
    """What the previous site keeps under `by-hash/`, and until when; it goes into memory."""
    try:
        document = strict.load_json(recorded.site.read(layout.BY_HASH_INDEX, DOCUMENT_LIMIT), DOCUMENT_LIMIT).value
        kept = {str(entry["sha256"]): parse_time(entry["until"]) for entry in document["kept"]}
    except (NotFound, FormatError, KeyError, TypeError):
        return {}
    for digest, until in kept.items():
        edges.memory.keep(digest, until)
    return kept


def carry_over(edges: Edges, recorded: Recorded, now: int) -> None:
    """Stages under `by-hash/` what the previous site keeps there, and the metadata that the new site replaces.

    Raises `Stale` when a file that never changes would change, or be lost.
    """
    for digest, until in remember_kept(edges, recorded).items():
        if until > now:
            _stage(edges, digest, recorded.site.read(layout.by_hash(digest), LIST_LIMIT), until)
    until = now + edges.registry.expires_days * DAY
    for path, digest in _replaced(edges, recorded):
        _stage(edges, digest, recorded.site.read(path, LIST_LIMIT), until)


def _replaced(edges: Edges, recorded: Recorded) -> Iterator[tuple[str, str]]:
    """(path, hash) of the metadata of the previous site that is other now: heads, lists, documents."""
    for path, digest in recorded.snapshot.sums:
        if digest != _now(edges, path):
            yield path, digest
    for shard, digest in _differing(edges, recorded, layout.INDEX_SUMS, recorded.snapshot.index_sums):
        yield shard, digest
        for listed, inner in _differing(edges, recorded, shard, digest):
            yield listed, inner
            for path, old in _differing(edges, recorded, listed, inner):
                if layout.immutable(path) and not _is_withdrawn(edges, path):
                    raise Stale(
                        "immutable-changed",
                        "the build made other bytes than the previous site has under this path, or none",
                        path=path,
                        expected=old,
                        found=_now(edges, path) or "no file",
                        help="copy the published site to the output first, or build with the locked dependencies",
                    )
                if path.endswith(".json"):
                    yield path, old


def _is_withdrawn(edges: Edges, path: str) -> bool:
    """Whether `path` is the tarball of a version of which the new site says that it is withdrawn."""
    *folder, name = path.split("/")
    try:
        data = edges.staging.read("/".join([*folder, "metadata.json"]), DOCUMENT_LIMIT)
    except NotFound:
        return False
    return name.endswith(".tar.gz") and strict.load_json(data, DOCUMENT_LIMIT).value["withdrawn"] is not None


def _differing(edges: Edges, recorded: Recorded, listing: str, digest: str) -> list[tuple[str, str]]:
    """(path, hash) of the lines of a list of the previous site that the new list does not have."""
    if digest == _now(edges, listing):
        return []
    old = _checked(recorded.site.read(listing, LIST_LIMIT), digest, listing)
    try:
        new = set(sums.parse(edges.staging.read(listing, LIST_LIMIT)))
    except NotFound:
        new = set()
    return [line for line in sums.parse(old) if line not in new]


def _now(edges: Edges, path: str) -> str:
    try:
        return sha256(edges.staging.read(path, LIST_LIMIT)).hexdigest()
    except NotFound:
        return ""


def _stage(edges: Edges, digest: str, data: bytes, until: int) -> None:
    edges.staging.write(layout.by_hash(digest), _checked(data, digest, layout.by_hash(digest)))
    edges.memory.keep(digest, until)


def _checked(data: bytes, digest: str, path: str) -> bytes:
    found = sha256(data).hexdigest()
    if found != digest:
        raise Stale("log-unreadable", "the previous site is damaged", path=path, expected=digest, found=found)
    return data
