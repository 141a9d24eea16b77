"""The log of a site that is about to be: that it goes on where it ended, and that what it grew by is right."""

from __future__ import annotations

from typing import NamedTuple

from packyard.audit.ledger import Ledger
from packyard.audit.log import BUNDLE_LIMIT, entries_digest
from packyard.audit.reading import Reading
from packyard.errors import FormatError, NotFound
from packyard.formats import entries, layout, tlog
from packyard.formats.snapshot import Snapshot
from packyard.formats.tiles import ENTRIES, WIDTH, TileReader, parse_entries, parse_tile_path, tile_of


class Growth(NamedTuple):
    """The log, every hash of which is proven from the signed root when it is asked for, and its new entries."""

    tiles: TileReader
    ledger: Ledger


def read_growth(reading: Reading, value: Snapshot, before: Snapshot | None) -> Growth | None:
    """The log of a snapshot, with its entries since the one before; None, and a problem, when it is not as it should
    be.
    """

    def read(path: str, limit: int) -> bytes:
        data = reading.find(layout.LOG + path, limit)
        if data is None:
            raise NotFound("file-missing", "the file is missing", path=layout.LOG + path)
        return data

    try:
        tiles = TileReader(value.log_size, value.log_root, read)
        _check_ends(tiles, value, before)
        return Growth(tiles, _read_new(reading, tiles, before.log_size if before else 0))
    except FormatError as error:
        reading.problems.append(error.at(layout.CHECKPOINT))
    except NotFound as error:
        reading.problems.append(error.problem)
    return None


def check_tile(reading: Reading, tiles: TileReader, path: str) -> None:
    """A staged tile or bundle must be one of the log, or the beginning of one."""
    data = reading.read(path, BUNDLE_LIMIT)
    if data is not None:
        reading.attempt(path, _check_tile, tiles, path, data)


def _check_ends(tiles: TileReader, value: Snapshot, before: Snapshot | None) -> None:
    if before and (before.log_size > tiles.size or tlog.tree_hash(before.log_size, tiles.hash) != before.log_root):
        message = "the log does not go on where the one of the site that is there ended"
        raise FormatError("log-inconsistent", message, expected=f"the first {before.log_size} entries as they were")
    last, wanted = (
        tiles.entries((tiles.size - 1) // WIDTH)[-1],
        entries.index_entry(value.number, entries_digest(value)),
    )
    if last != wanted:
        message = "the log does not end with the entry of this snapshot"
        raise FormatError("log-order", message, expected=wanted.decode(), found=last.decode("utf-8", "replace"))


def _read_new(reading: Reading, tiles: TileReader, start: int) -> Ledger:
    ledger = Ledger(start, tiles.size)
    for number in range(start // WIDTH, -(-tiles.size // WIDTH)):
        for at, entry in enumerate(tiles.entries(number), number * WIDTH):
            if at >= start:
                ledger.leaves += tlog.leaf_hash(entry)
                reading.attempt(layout.CHECKPOINT, ledger.take, at, entry)
    return ledger


def _check_tile(tiles: TileReader, path: str, data: bytes) -> None:
    tile = parse_tile_path(path.removeprefix(layout.LOG))
    level = max(tile.level, 0)
    if (tile.number * WIDTH + tile.width) << 8 * level > tiles.size:
        raise FormatError("log-range", "the log does not reach that far")
    bundle = parse_entries(data) if tile.level == ENTRIES else []
    hashes = b"".join(map(tlog.leaf_hash, bundle)) if bundle else data
    whole = tiles.tile(tile_of(8 * level, tile.number * WIDTH, tiles.size))
    if len(hashes) != tile.width * tlog.HASH_SIZE or not whole.startswith(hashes):
        raise FormatError("log-inconsistent", "the file does not have the hashes of the log")
