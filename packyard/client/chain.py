"""From a snapshot down to a pack: `index.sums`, the shard, the pack's `files.sums`, and its document.

Each list counts only when it has the hash that the one above it promises. The paths are known before their hashes are,
so they can all be asked for at once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from packyard.client.documents import LIMIT, Document, parse_document
from packyard.client.refusals import attempt
from packyard.client.wanted import Files, Want
from packyard.errors import NotFound
from packyard.formats import layout, sums
from packyard.formats.snapshot import Snapshot

#: The most bytes of the list of shards, of a shard, and of a file that is fetched before its hash is known.
INDEX_SUMS_LIMIT, SHARD_LIMIT, HINT_LIMIT = 1 << 16, 1 << 26, 1 << 21


def hints(name: str) -> Iterator[Want]:
    """What will be needed of a pack, as long as nothing is known of its hashes."""
    for path in (
        layout.shard_sums(layout.shard(name)),
        layout.pack(name, layout.FILES_SUMS),
        layout.pack(name, "index.json"),
    ):
        yield Want(path, HINT_LIMIT, hint=True)


def read_document(files: Files, head: Snapshot, name: str) -> Document:
    """The document of a pack, and the hashes of its files, as the snapshot seals them. Raises `Wanted`, `NotFound` for
    a pack that there is not, and `TrustError`.
    """
    path = layout.pack(name, "index.json")
    listed = pack_files(files, head, name)
    if path not in listed:
        raise NotFound("file-missing", "the pack's list does not name its document", path=f"{files.name}/{path}")
    data = files.sealed(path, listed[path], LIMIT)
    document = attempt(f"{files.name}/{path}", {"index.json": data}, parse_document, data, name)
    return document._replace(listed=listed)


def pack_files(files: Files, head: Snapshot, name: str) -> Mapping[str, str]:
    """The hash of every file of a pack, by path."""
    shard, own = layout.shard_sums(layout.shard(name)), layout.pack(name, layout.FILES_SUMS)
    shards = _lines(files, layout.INDEX_SUMS, head.index_sums, INDEX_SUMS_LIMIT)
    if shard not in shards:
        raise NotFound("file-missing", "the list of shards is not whole", path=f"{files.name}/{layout.INDEX_SUMS}")
    packs = _lines(files, shard, shards[shard], SHARD_LIMIT)
    if own not in packs:
        raise NotFound("pack-unknown", f"{head.origin} has no pack {name}", path=f"{files.name}/{shard}")
    return _lines(files, own, packs[own], LIMIT)


def _lines(files: Files, path: str, digest: str, limit: int) -> dict[str, str]:
    data = files.sealed(path, digest, limit)
    return dict(attempt(f"{files.name}/{path}", {path.replace("/", "-"): data}, sums.parse, data))
