"""The whole log, made again from its entries: every hash of every tile follows from them, and so does the signed root.

Every tile and bundle of the log must be there, and the partial ones of the snapshot before, for whose checkpoint
caches may still ask. Those of earlier snapshots may be there.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from hashlib import sha256
from typing import NamedTuple

from packyard.audit.ledger import Ledger
from packyard.audit.reading import Reading
from packyard.errors import FormatError, Problem
from packyard.formats import entries, layout
from packyard.formats.snapshot import Snapshot, sum_lines
from packyard.formats.tiles import (
    ENTRIES,
    MAX_ENTRY,
    WIDTH,
    Tile,
    edge_root,
    edge_tiles,
    parse_entries,
    parse_tile_path,
    subtree_hash,
    tile_of,
    tile_path,
)
from packyard.formats.tlog import HASH_SIZE, leaf_hash

FULL = WIDTH * HASH_SIZE
#: With more bundles missing than this, the rest of the log is not asked for: it may be of any size.
MOST_GAPS = 64
BUNDLE_LIMIT = WIDTH * (MAX_ENTRY + 2)


class Log(NamedTuple):
    """The log's entries, and the hashes of its complete subtrees of height 0, 8, 16 and so on, each row end to end."""

    ledger: Ledger
    rows: list[bytes]


def read_log(reading: Reading, snapshot: Snapshot) -> Log | None:
    """The log that has the snapshot's size and root; None, and problems, when its entries are not those."""
    size = snapshot.log_size
    ledger, doubts, refused, gaps = Ledger(0, size), dict[int, bytes](), list[Problem](), 0
    for tile in row_tiles(size):
        stored, bundle = _stored(reading, tile), _bundle(reading, tile)
        leaves = b"".join(map(leaf_hash, bundle))
        refused += _take(ledger, tile, bundle)
        gaps += not bundle
        if gaps > MOST_GAPS:
            return None
        if leaves and stored and leaves != stored:
            doubts[tile.number] = stored
        ledger.leaves += leaves or stored or bytes(tile.width * HASH_SIZE)
    rows = rows_above(bytes(ledger.leaves))
    if root_of(rows) == snapshot.log_root:
        _blame(reading, size, 0, doubts)
        _check_rows(reading, rows)
        reading.problems += refused if not gaps else ()
        return Log(ledger, rows) if not gaps else None
    for number, stored in doubts.items():
        ledger.leaves[number * FULL : number * FULL + len(stored)] = stored
    _blame(reading, size, ENTRIES, doubts)
    if (found := root_of(rows_above(bytes(ledger.leaves)))) != snapshot.log_root and not gaps:
        message = "the entries of the log do not have the root that was signed"
        reading.report("log-inconsistent", layout.CHECKPOINT, message, snapshot.log_root.hex(), found.hex())
    return None


def _blame(reading: Reading, size: int, level: int, numbers: Iterable[int]) -> None:
    """Says of tiles (level 0) or bundles (level ENTRIES) that they are what is wrong where the two disagree."""
    for number in numbers:
        path = layout.LOG + tile_path(tile_of(0, number * WIDTH, size)._replace(level=level))
        reading.report("log-inconsistent", path, "the entries and the hashes of the log are not about the same")


def row_tiles(width: int) -> Iterator[Tile]:
    """The tiles of a row of so many hashes, as tiles of level 0; the partial one last."""
    for number in range(-(-width // WIDTH)):
        yield Tile(0, number, min(WIDTH, width - number * WIDTH))


def rows_above(leaves: bytes) -> list[bytes]:
    """The rows of the tree above the hashes of the leaves, which are the first."""
    rows = [leaves]
    while len(rows[-1]) >= FULL:
        row = rows[-1]
        rows.append(b"".join(subtree_hash(row[at : at + FULL]) for at in range(0, len(row) // FULL * FULL, FULL)))
    return rows


def root_of(rows: list[bytes]) -> bytes:
    """The root of the log with these rows."""
    return edge_root(row[len(row) // FULL * FULL :] for row in rows)


def check_index(reading: Reading, ledger: Ledger, snapshot: Snapshot) -> None:
    """The last entry must be the `index` entry of this snapshot."""
    path, wanted = layout.CHECKPOINT, entries.index_entry(snapshot.number, entries_digest(snapshot))
    last = ledger.last
    if last is None or last.at != snapshot.log_size - 1 or last.entry != wanted:
        message = "the log does not end with the entry of this snapshot"
        reading.report("log-order", path, message, wanted.decode(), last.entry.decode() if last else "nothing")


def entries_digest(snapshot: Snapshot) -> str:
    """What the `index` entry of a snapshot holds."""
    return sha256(sum_lines(snapshot.sums)).hexdigest()


def check_before(reading: Reading, log: Log) -> None:
    """The partial tiles and the bundle of the snapshot before."""
    for size in log.ledger.sizes[-2:-1]:
        for tile in edge_tiles(size):
            levels = (tile.level, ENTRIES) if tile.level == 0 else (tile.level,)
            for path in (layout.LOG + tile_path(tile._replace(level=level)) for level in levels):
                if path not in reading.present:
                    check_earlier(reading, log, path)


def is_earlier(log: Log, path: str) -> bool:
    """Whether `path` is a partial tile or bundle that the log had when it was smaller."""
    try:
        tile = parse_tile_path(path.removeprefix(layout.LOG))
    except FormatError:
        return False
    shift, reach = 8 * max(tile.level, 0), tile.number * WIDTH + tile.width
    at = bisect_left(log.ledger.sizes, reach << shift)
    return tile.width < WIDTH and at < len(log.ledger.sizes) and log.ledger.sizes[at] >> shift == reach


def check_earlier(reading: Reading, log: Log, path: str) -> None:
    """A partial tile or bundle of the log as it was must be the beginning of what it is now."""
    tile = parse_tile_path(path.removeprefix(layout.LOG))
    data = reading.read(path, BUNDLE_LIMIT)
    if tile.level == ENTRIES and data is not None:
        bundle = reading.attempt(path, parse_entries, data)
        data = b"".join(map(leaf_hash, bundle)) if bundle is not None else None
    start = tile.number * FULL
    if data is not None and data != log.rows[max(tile.level, 0)][start : start + tile.width * HASH_SIZE]:
        reading.report("log-inconsistent", path, "an earlier part of the log is not what the log says now")


def _bundle(reading: Reading, tile: Tile) -> list[bytes]:
    """The entries below a tile; none when they are not there."""
    path = layout.LOG + tile_path(tile._replace(level=ENTRIES))
    data = reading.read(path, BUNDLE_LIMIT)
    bundle = reading.attempt(path, parse_entries, data) if data is not None else None
    if bundle and len(bundle) != tile.width:
        reading.report("log-inconsistent", path, "the bundle has another number of entries", tile.width, len(bundle))
        return []
    return bundle or []


def _take(ledger: Ledger, tile: Tile, bundle: list[bytes]) -> Iterator[Problem]:
    for index, entry in enumerate(bundle, tile.number * WIDTH):
        try:
            ledger.take(index, entry)
        except FormatError as error:
            yield error.at(layout.LOG + tile_path(tile._replace(level=ENTRIES)))


def _stored(reading: Reading, tile: Tile) -> bytes | None:
    path, size = layout.LOG + tile_path(tile), tile.width * HASH_SIZE
    data = reading.read(path, FULL)
    if data is not None and len(data) != size:
        reading.report("log-inconsistent", path, "the tile has the wrong length", size, len(data))
        return None
    return data


def _check_rows(reading: Reading, rows: list[bytes]) -> None:
    for level, row in enumerate(rows[1:], 1):
        for tile in row_tiles(len(row) // HASH_SIZE):
            stored = _stored(reading, tile._replace(level=level))
            start = tile.number * FULL
            if stored is not None and stored != row[start : start + FULL]:
                path = layout.LOG + tile_path(tile._replace(level=level))
                reading.report("log-inconsistent", path, "the tile does not have the hashes of the log")
