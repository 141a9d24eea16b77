"""A transparency log as static files (https://c2sp.org/tlog-tiles): tiles, bundles of entries, how they grow.

A tile at level L holds up to 256 hashes of complete subtrees of height 8 * L; a full tile's own root is one hash of
the tile above. A bundle holds the entries below one tile of level 0, each after its length as two big-endian bytes.
Paths are relative to the log:

    checkpoint
    tile/0/000                 the hashes of entries 0 to 255
    tile/0/x001/234.p/17       the first 17 hashes of tile 1234: what a log of 315,921 entries has there
    tile/1/000                 the roots of the first 256 tiles of level 0
    tile/entries/000           entries 0 to 255

A file never changes. A tile that is not full ends in `.p/WIDTH`, and a wider one gets another path. A log of n
entries has at level L the width n / 256**L mod 256 beyond its full tiles, and these partial tiles together, the
*right edge*, decide its root: nothing else is needed to append, and everything else is authenticated from there.

    edge = Edge.load(size, root, read)
    for path, data in edge.append(entries):
        write(path, data)
    checkpoint = Checkpoint(origin, edge.size, edge.root)
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from hashlib import sha256
from itertools import islice
from typing import NamedTuple

from packyard.errors import FormatError, NotFound
from packyard.formats.tlog import EMPTY_ROOT, HASH_SIZE, leaf_hash, node_hash

WIDTH = 256
#: The level of a tile that stands for a bundle of entries.
ENTRIES = -1
MAX_ENTRY = 65_535

#: Reads a path of the log, at most so many bytes of it; raises `errors.NotFound` when there is none.
Read = Callable[[str, int], bytes]

_PATH = re.compile(r"tile/(entries|[0-9]{1,2})/((?:x[0-9]{3}/){0,6}[0-9]{3})(?:\.p/([1-9][0-9]{0,2}))?", re.ASCII)


class Tile(NamedTuple):
    """The first `width` hashes (1 to 256) of tile `number` at `level`, or that many entries at level ENTRIES."""

    level: int
    number: int
    width: int = WIDTH


def tile_path(tile: Tile) -> str:
    """The path of a tile or bundle in the log."""
    level = "entries" if tile.level == ENTRIES else str(tile.level)
    number, partial = tile.number, "" if tile.width == WIDTH else f".p/{tile.width}"
    digits = f"{number % 1000:03d}"
    while number := number // 1000:
        digits = f"x{number % 1000:03d}/{digits}"
    return f"tile/{level}/{digits}{partial}"


def parse_tile_path(path: str) -> Tile:
    """The exact inverse of `tile_path`. Raises `tile-path`."""
    match = _PATH.fullmatch(path)
    if match:
        level, index, width = match.groups()
        number = int(index.replace("x", "").replace("/", ""))
        tile = Tile(ENTRIES if level == "entries" else int(level), number, int(width or WIDTH))
        if tile.level < 64 and tile_path(tile) == path:
            return tile
    raise FormatError("tile-path", "not the path of a tile", found=path[:80])


def tile_of(level: int, index: int, size: int) -> Tile:
    """The tile of a log of `size` entries that decides the hash of the complete subtree (level, index)."""
    row = level // 8
    number = (index << level % 8) // WIDTH
    return Tile(row, number, min(WIDTH, (size >> 8 * row) - number * WIDTH))


def edge_tiles(size: int) -> list[Tile]:
    """The partial tiles of a log of `size` entries, from level 0 up: its right edge."""
    levels = range((size.bit_length() + 7) // 8)
    tiles = (Tile(level, size >> 8 * level + 8, (size >> 8 * level) % WIDTH) for level in levels)
    return [tile for tile in tiles if tile.width]


def subtree_hash(data: bytes) -> bytes:
    """The root above 2**n hashes that lie one after the other."""
    while len(data) > HASH_SIZE:
        data = b"".join([sha256(b"\1" + data[i : i + 64]).digest() for i in range(0, len(data), 64)])
    return data


def edge_root(tiles: Iterable[bytes]) -> bytes:
    """The root of the log whose right edge has these hashes, from level 0 up."""
    root = b""
    for data in tiles:
        end = len(data)
        while end:
            start = end & end - 1  # without the lowest bit: the last complete subtree of the tile
            part = subtree_hash(data[start:end])
            root = node_hash(part, root) if root else part
            end = start
    return root or EMPTY_ROOT


def format_entries(entries: Iterable[bytes]) -> bytes:
    """A bundle of entries. Raises `entries-invalid` for an entry over 65,535 bytes."""
    parts: list[bytes] = []
    for entry in entries:
        if len(entry) > MAX_ENTRY:
            raise FormatError("entries-invalid", "a log entry is too long", expected="65535", found=str(len(entry)))
        parts += (len(entry).to_bytes(2, "big"), entry)
    return b"".join(parts)


def parse_entries(data: bytes) -> list[bytes]:
    """The exact inverse of `format_entries`, for 1 to 256 entries. Raises `entries-invalid`."""
    entries, start = list[bytes](), 0
    while start < len(data) and len(entries) < WIDTH:
        end = start + 2 + int.from_bytes(data[start : start + 2], "big")
        entries.append(data[start + 2 : end])
        start = end
    if start != len(data) or not entries:
        raise FormatError("entries-invalid", "a bundle is 1 to 256 entries, each after its length in two bytes")
    return entries


class TileReader:
    """The hashes and entries of the log with this size and root, read from tiles that anyone may have tampered with.

    Every tile is checked against the root before anything of it is given out. Raises `FormatError` `log-inconsistent`
    when one does not fit, and what `read` raises. Of the full tiles at level 0, the bulk of a log, it keeps the latest.
    """

    def __init__(self, size: int, root: bytes, read: Read) -> None:
        self.size = size
        self._read = read
        self._latest: Tile | None = None
        self._proven: dict[Tile | None, bytes] = {tile: read_tile(tile, read) for tile in edge_tiles(size)}
        if edge_root(self._proven.values()) != root:
            raise FormatError("log-inconsistent", f"the tiles of {size} entries do not have the root of the checkpoint")

    def hash(self, level: int, index: int) -> bytes:
        """The hash of a complete subtree of the log; see `packyard.formats.tlog`."""
        if index < 0 or (index + 1) << level > self.size:
            raise FormatError("log-range", "the log does not reach that far", found=f"subtree {index} of level {level}")
        start = (index << level % 8) % WIDTH * HASH_SIZE
        data = self.tile(tile_of(level, index, self.size))
        return subtree_hash(data[start : start + (HASH_SIZE << level % 8)])

    def entries(self, index: int) -> list[bytes]:
        """The entries of bundle `index`: from 256 * index, at most 256 of them."""
        if not 0 <= index * WIDTH < self.size:
            raise FormatError("log-range", "the log does not reach that far", found=f"bundle {index}")
        tile = tile_of(0, index * WIDTH, self.size)
        entries = read_entries(tile, self._read)
        if b"".join(map(leaf_hash, entries)) != self.tile(tile):
            raise FormatError("log-inconsistent", f"the entries of bundle {index} do not have the hashes of the log")
        return entries

    def tile(self, tile: Tile) -> bytes:
        """The hashes of a tile of this log, one that `edge_tiles` or `tile_of` names."""
        if tile in self._proven:
            return self._proven[tile]
        # The partial ones are proven from the start; the root of a full one stands in the tile above.
        expected = self.hash(8 * (tile.level + 1), tile.number)
        data = read_tile(tile, self._read)
        if subtree_hash(data) != expected:
            raise FormatError("log-inconsistent", f"{tile_path(tile)} does not have the hash of the log")
        if tile.level == 0:
            self._proven.pop(self._latest, None)
            self._latest = tile
        self._proven[tile] = data
        return data


class Edge:
    """The right edge of a log, and what grows from it. `size` and `root` are true between calls of `append`."""

    def __init__(self) -> None:
        """The edge of an empty log."""
        self.size = 0
        self._entries: list[bytes] = []
        self._tiles: list[bytes] = []

    @classmethod
    def load(cls, size: int, root: bytes, read: Read) -> Edge:
        """The edge of the log with this size and root. Raises as `TileReader` does."""
        edge, reader = cls(), TileReader(size, root, read)
        edge.size = size
        edge._tiles = [b""] * ((size.bit_length() + 7) // 8)
        for tile in edge_tiles(size):
            edge._tiles[tile.level] = reader.tile(tile)
        edge._entries = reader.entries(size // WIDTH) if size % WIDTH else []
        return edge

    @property
    def root(self) -> bytes:
        """The hash of the whole tree."""
        return edge_root(self._tiles)

    def append(self, entries: Iterable[bytes]) -> Iterator[tuple[str, bytes]]:
        """Append entries; give (path, bytes) of each new tile and bundle: full ones as they fill, partial ones last.

        The iterator must be run to its end. Raises `entries-invalid` for an entry over 65,535 bytes.
        """
        before, rest = self.size, iter(entries)
        while batch := list(islice(rest, WIDTH - self.size % WIDTH)):
            self.size += len(batch)
            self._entries += batch
            yield from self._grow(0, b"".join(map(leaf_hash, batch)))
        if self.size % WIDTH and self.size != before:
            yield tile_path(tile_of(0, self.size - 1, self.size)._replace(level=ENTRIES)), format_entries(self._entries)
        for tile in edge_tiles(self.size):
            if tile not in edge_tiles(before):
                yield tile_path(tile), self._tiles[tile.level]

    def _grow(self, level: int, hashes: bytes) -> Iterator[tuple[str, bytes]]:
        """Add hashes to the partial tile of a level, which they at most fill."""
        if level == len(self._tiles):
            self._tiles.append(b"")
        data = self._tiles[level] + hashes
        self._tiles[level] = data
        if len(data) < WIDTH * HASH_SIZE:
            return
        index = (self.size >> 8 * level + 8) - 1
        if level == 0:
            yield tile_path(Tile(ENTRIES, index)), format_entries(self._entries)
            self._entries = []
        yield tile_path(Tile(level, index)), data
        self._tiles[level] = b""
        yield from self._grow(level + 1, subtree_hash(data))


def read_tile(tile: Tile, read: Read) -> bytes:
    """The hashes of a tile, not verified; a partial tile that is gone is read from the full one."""
    size = tile.width * HASH_SIZE
    data = _read_wider(tile, size, WIDTH * HASH_SIZE, read)[:size]
    if len(data) != size:
        raise FormatError("log-inconsistent", f"{tile_path(tile)} has the wrong length", expected=str(size))
    return data


def read_entries(tile: Tile, read: Read) -> list[bytes]:
    """The entries below a tile of level 0, as many as it is wide, not verified; see `read_tile`."""
    bundle = tile._replace(level=ENTRIES)
    entries = parse_entries(_read_wider(bundle, tile.width * (2 + MAX_ENTRY), WIDTH * (2 + MAX_ENTRY), read))
    if len(entries) < tile.width:
        raise FormatError("log-inconsistent", f"{tile_path(bundle)} has too few entries", expected=str(tile.width))
    return entries[: tile.width]


def _read_wider(tile: Tile, limit: int, full: int, read: Read) -> bytes:
    try:
        return read(tile_path(tile), limit)
    except NotFound:
        if tile.width == WIDTH:
            raise
    return read(tile_path(tile._replace(width=WIDTH)), full)
