"""The recorded log against history: which entries are there already, which are new, and whether history was rewritten.

Without its `index` entries the log is a function of git history: event after event, in the order of
`packyard.history`. So the n-th entry that is not an `index` belongs to the n-th event, whatever lies between them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from packyard.errors import Stale
from packyard.formats import entries
from packyard.formats.tiles import ENTRIES, WIDTH, Tile, TileReader, edge_tiles, format_entries, tile_path
from packyard.formats.tlog import HASH_SIZE


def recorded_entries(log: TileReader | None, start: int) -> Iterator[tuple[int, bytes]]:
    """(index, entry) of what the log has from entry `start` on."""
    if log is None:
        return
    for bundle in range(start // WIDTH, -(-log.size // WIDTH)):
        for offset, entry in enumerate(log.entries(bundle)):
            if bundle * WIDTH + offset >= start:
                yield bundle * WIDTH + offset, entry


def log_positions(log: TileReader | None, start: int) -> Iterator[int]:
    """The log indexes of the events after entry `start`: those that the log already has, then those it will get."""
    for index, entry in recorded_entries(log, start):
        if not entries.is_index(entry):
            yield index
    index = max(log.size if log else 0, start)
    while True:
        yield index
        index += 1


def new_entries(log: TileReader | None, start: int, wanted: Iterable[tuple[int, bytes]]) -> Iterator[bytes]:
    """Of the entries that history demands (with their indexes, in order) those that the log does not have yet.

    Raises `Stale` when an entry from `start` on is not the one that history demands there, or is demanded no longer.
    """
    demanded = iter(wanted)
    for index, entry in recorded_entries(log, start):
        if not entries.is_index(entry):
            found = next(demanded, None)
            if found != (index, entry):
                raise _rewritten(index, entry, found[1] if found else b"nothing")
    for _, entry in demanded:
        yield entry


def size_before(log: TileReader) -> int:
    """The size of the log at the checkpoint before this one: where the `index` entry before the last one ends it; 0 at
    first.
    """
    last = log.size - 1
    for number in range(last // WIDTH, -1, -1):
        for index, entry in reversed(tuple(enumerate(log.entries(number), number * WIDTH))):
            if index < last and entries.is_index(entry):
                return index + 1
    return 0


def partial_paths(size: int) -> list[str]:
    """The paths of the tiles and the bundle that are not full in a log of this size."""
    return [tile_path(tile) for tile in _partials(size)]


def partial_files(log: TileReader, size: int) -> Iterator[tuple[str, bytes]]:
    """(path, bytes) of what was not full when the log had this size: the beginnings of what is there now."""
    for tile in _partials(size):
        if tile.level == ENTRIES:
            yield tile_path(tile), format_entries(log.entries(tile.number)[: tile.width])
        else:
            width = min(WIDTH, (log.size >> 8 * tile.level) - tile.number * WIDTH)
            yield tile_path(tile), log.tile(tile._replace(width=width))[: tile.width * HASH_SIZE]


def _partials(size: int) -> list[Tile]:
    bundle = [Tile(ENTRIES, size // WIDTH, size % WIDTH)] if size % WIDTH else []
    return [*edge_tiles(size), *bundle]


def _rewritten(index: int, entry: bytes, wanted: bytes) -> Stale:
    return Stale(
        "history-rewritten",
        f"the history of the repository is not the one that entry {index} of the log was made from",
        expected=entry.decode("utf-8", "replace"),
        found=wanted.decode("utf-8", "replace"),
        help="restore the published history: a registry's main branch is never rebased, amended or force-pushed",
    )
