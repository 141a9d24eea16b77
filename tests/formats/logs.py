"""Logs in memory, for tests: a store that minds its rules, and logs that grew in it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from hashlib import sha256

from packyard.errors import NotFound
from packyard.formats.tiles import Edge
from packyard.formats.tlog import leaf_hash, node_hash


class Store:
    """The files of a log. An immutable path never changes, a read keeps its limit, and every read is remembered."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.reads: list[str] = []

    def read(self, path: str, limit: int) -> bytes:
        self.reads.append(path)
        if path not in self.files:
            raise NotFound("not-found", "no such file", path=path)
        assert len(self.files[path]) <= limit
        return self.files[path]

    def write(self, files: Iterable[tuple[str, bytes]]) -> list[str]:
        written = []
        for path, data in files:
            assert path not in self.files, f"{path} was written again"
            self.files[path] = data
            written.append(path)
        return written


def entries(count: int, start: int = 0) -> list[bytes]:
    """Entries that tell their index, some of them empty."""
    return [b"" if index % 97 == 5 else b"entry %d" % index for index in range(start, start + count)]


def grown(sizes: Sequence[int]) -> tuple[Store, Edge]:
    """A log that grew to each of these sizes in turn, by loading its edge from the store every time."""
    store, edge = Store(), Edge()
    for size in sizes:
        edge = Edge.load(edge.size, edge.root, store.read)
        store.write(edge.append(entries(size - edge.size, edge.size)))
    return store, edge


def naive_root(leaves: Sequence[bytes]) -> bytes:
    """MTH of RFC 6962 section 2.1, word by word."""
    if len(leaves) < 2:
        return leaf_hash(leaves[0]) if leaves else sha256(b"").digest()
    k = naive_split(len(leaves))
    return node_hash(naive_root(leaves[:k]), naive_root(leaves[k:]))


def naive_split(length: int) -> int:
    """The largest power of two smaller than `length`."""
    k = 1
    while k * 2 < length:
        k *= 2
    return k
