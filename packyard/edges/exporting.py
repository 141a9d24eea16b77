"""A site's catalogue as rows of tables: each file that is read is traced to the signed snapshot, each event of the log
to its signed root, before a row of it is given out. Rows come pack by pack and bundle by bundle, so no table is held
in memory.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from functools import cache
from itertools import islice
from typing import Any, TypeVar

from packyard.audit.reading import DOCUMENT_LIMIT, INDEX_LIMIT
from packyard.client.refusals import attempt
from packyard.client.wanted import Want
from packyard.edges.mirrored import Mirrored
from packyard.edges.session import fetch_sealed
from packyard.edges.transport import Fetcher, in_parallel
from packyard.errors import FormatError, NotFound
from packyard.formats import entries, inventory, layout, sums
from packyard.formats.snapshot import Snapshot
from packyard.formats.tiles import WIDTH, TileReader
from packyard.head import read_head
from packyard.surfaces.dialects.exports.tables import (
    EVENTS,
    PACKS,
    VERSIONS,
    Row,
    Table,
    event_row,
    pack_row,
    version_row,
)

T = TypeVar("T")

#: How many packs are read at once.
AT_ONCE = 64
_SUMS_LIMIT = 1 << 26


class Catalogue:
    """What a site's snapshot seals. Its age is not looked at. `root_key`, if given, must be a root key of it.

    Raises `TrustError` for whatever is not as it was signed, or is none of a registry's documents, and `WorldError`.
    """

    def __init__(self, site: Fetcher, root_key: str = "") -> None:
        self._site, self._places = site, Mirrored([site])
        self.snapshot: Snapshot = read_head(site, root_key).snapshot
        self._shards = cache(self._listed)

    def rows(self, wanted: Collection[Table]) -> Iterator[tuple[Table, Row]]:
        """The rows of these tables: those of packs and versions by the packs' names, then the events."""
        packs = self._packs() if {PACKS, VERSIONS} & set(wanted) else iter(())
        for batch in _batches(packs):
            found = in_parallel(self._versions, [str(row[0]) for row in batch]) if VERSIONS in wanted else []
            for at, row in enumerate(batch):
                yield from [(PACKS, row)] if PACKS in wanted else []
                yield from ((VERSIONS, version) for version in (found[at] if found else ()))
        if EVENTS in wanted:
            yield from ((EVENTS, row) for row in self._events())

    # --- packs ---

    def _packs(self) -> Iterator[Row]:
        """The catalogue has a pack on each line but the first and the last."""
        data = self._sealed(layout.INDEX, self.snapshot.index_json, INDEX_LIMIT)
        start = data.find(b"\n") + 1
        while (end := data.find(b"\n", start)) > 0 and not data.startswith(b"]", start):
            yield self._told(layout.INDEX, _pack, data[start:end].removesuffix(b","))
            start = end + 1

    def _versions(self, name: str) -> list[Row]:
        path, listing = layout.pack(name, "index.json"), layout.pack(name, layout.FILES_SUMS)
        shard = layout.shard_sums(layout.shard(name))
        listed = self._shards(shard, self._digest(self._shards(layout.INDEX_SUMS, self.snapshot.index_sums), shard))
        digest = self._digest(self._listed(listing, self._digest(listed, listing)), path)
        return self._told(path, _pack_versions, name, self._sealed(path, digest, DOCUMENT_LIMIT))

    # --- events ---

    def _events(self) -> Iterator[Row]:
        size, holder = self.snapshot.log_size, self._holders()
        tiles = self._told(layout.CHECKPOINT, TileReader, size, self.snapshot.log_root, self._tile)
        for at in range(-(-size // WIDTH)):
            for index, entry in enumerate(self._told(layout.CHECKPOINT, tiles.entries, at), at * WIDTH):
                if not entries.is_index(entry):
                    yield self._told(f"{layout.LOG}entry {index}", _event, index, entry, holder)

    def _tile(self, path: str, limit: int) -> bytes:
        return self._site.read(layout.LOG + path, limit)

    def _holders(self) -> Mapping[str, str]:
        """Whose each key is, by its id."""
        lines = self._listed(layout.SITE_SUMS, self.snapshot.site_sums)
        own = inventory.folder_sums("publishers")
        for path, digest in self._listed(own, lines[own]).items() if own in lines else ():
            lines.update(self._listed(path, digest))
        paths = [path for path in lines if path.startswith("publishers/") and path.endswith("/index.json")]
        found = in_parallel(lambda path: self._sealed(path, lines[path], DOCUMENT_LIMIT), paths)
        pairs = (self._told(path, _keys, path.split("/")[1], data) for path, data in zip(paths, found, strict=True))
        return {key: handle for each in pairs for key, handle in each}

    # --- reading ---

    def _listed(self, path: str, digest: str) -> dict[str, str]:
        return dict(self._told(path, sums.parse, self._sealed(path, digest, _SUMS_LIMIT)))

    def _digest(self, listed: Mapping[str, str], path: str) -> str:
        if path not in listed:
            raise NotFound("file-missing", "no list of the site names it", path=self._at(path))
        return listed[path]

    def _sealed(self, path: str, digest: str, limit: int) -> bytes:
        return fetch_sealed(self._places, Want(path, limit, digest))

    def _told(self, path: str, check: Callable[..., T], *arguments: object) -> T:
        return attempt(self._at(path), {}, check, *arguments)

    def _at(self, path: str) -> str:
        return f"{self._site.name}/{path}"


def _batches(rows: Iterable[Row]) -> Iterator[list[Row]]:
    left = iter(rows)
    while batch := list(islice(left, AT_ONCE)):
        yield batch


def _pack(line: bytes) -> Row:
    return pack_row(_object(line))


def _pack_versions(name: str, data: bytes) -> list[Row]:
    return [version_row(name, found) for found in _objects(data, "versions")]


def _event(index: int, entry: bytes, holder: Mapping[str, str]) -> Row:
    return event_row(index, entries.parse_entry(entry), lambda key: holder.get(key, ""))


def _keys(handle: str, data: bytes) -> list[tuple[str, str]]:
    return [(str(key.get("key_id")), handle) for key in _objects(data, "keys")]


def _objects(data: bytes, name: str) -> list[dict[str, Any]]:
    found = _object(data).get(name)
    if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
        raise FormatError("document-invalid", "the document is none of a registry", expected=f"a list `{name}`")
    return found


def _object(data: bytes) -> dict[str, Any]:
    try:
        found = json.loads(data)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise FormatError("document-invalid", "the document is none of a registry", expected="a JSON object")
    return found
