"""How the log has grown since it was seen last.

Usually by a few entries. They are fetched, from the byte on that was last known, and hashed; with the frontier of the
tree that was seen they must give the root of the checkpoint. This shows at once that nothing before has changed and
that nothing of the new was left out. A short log is read whole on first contact too. Of a long one that was never seen,
or not for long, only the right edge is read, with what proves that it grew from the one before.

When entries do not give the root, either they are not those of the log, or the log is not the one that was seen. The
tiles, which anybody can check against the root, tell which.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from hashlib import sha256
from typing import NamedTuple

from packyard.client.refusals import refusal
from packyard.client.state import State
from packyard.client.wanted import Files, Want, need
from packyard.errors import FormatError, NotFound
from packyard.formats import entries, layout, snapshot
from packyard.formats.fields import shown
from packyard.formats.frontier import Frontier, extend, frontier_of, root
from packyard.formats.snapshot import Snapshot
from packyard.formats.tiles import (
    ENTRIES,
    WIDTH,
    Tile,
    TileReader,
    edge_tiles,
    parse_entries,
    tile_of,
    tile_path,
)
from packyard.formats.tlog import (
    HASH_SIZE,
    consistency_proof,
    consistency_ranges,
    leaf_hash,
    subtrees,
    verify_consistency,
)

#: A log of at most so many entries is read whole on first contact; at most so many new ones are read later.
SCAN, TAIL = 2_048, 16_384

#: The most bytes of a bundle and of a tile. Entries are names, keys and hashes: a few hundred bytes each.
BUNDLE_LIMIT = WIDTH * 4_096
TILE_LIMIT = WIDTH * HASH_SIZE


class Grown(NamedTuple):
    """The log now: its frontier, the length of its last bundle that is not full (0 when it is not known), the entry
    from which on all have been read, and the entries that are new, by index. `anew`: it is another log than before.
    """

    frontier: Frontier
    partial: int
    scanned: int
    entries: Mapping[int, bytes]
    anew: bool = False


def log_wants(before: State | None, stated: Snapshot) -> Iterator[Want]:
    """What must be fetched to see how the log has grown to the one that a snapshot states."""
    size, known = stated.log_size, before.frontier.size if before else 0
    if size > known:
        yield from _entry_wants(before, size) if _is_read(before, size) else _edge_wants(known, size)


def _entry_wants(before: State | None, size: int) -> Iterator[Want]:
    known = before.frontier.size if before else 0
    for number in range(known // WIDTH, -(-size // WIDTH)):
        start = before.partial if before and number == known // WIDTH else 0
        yield Want(_bundle(number, size), BUNDLE_LIMIT, "", start)


def _edge_wants(known: int, size: int) -> Iterator[Want]:
    ranges = consistency_ranges(known, size) if known else []
    yield from tile_wants([(0, size - 1), *(part for each in ranges for part in subtrees(*each))], size)
    if size % WIDTH:  # so that only what is new of it need be read next time
        yield Want(_bundle(size // WIDTH, size), BUNDLE_LIMIT, hint=True)


def tile_wants(parts: Iterable[tuple[int, int]], size: int) -> Iterator[Want]:
    """The tiles of a log of `size` entries that prove the hashes of complete subtrees, given as (level, index)."""
    tiles = dict.fromkeys(edge_tiles(size))
    for level, index in parts:
        tile = tile_of(level, index, size)
        while tile.width == WIDTH:  # a partial tile is a part of the right edge, which needs no other
            tiles[tile] = None
            tile = tile_of(8 * (tile.level + 1), tile.number, size)
    yield from (Want(layout.LOG + tile_path(tile), TILE_LIMIT) for tile in tiles)


def grow(files: Files, before: State | None, stated: Snapshot) -> Grown:
    """The log as the snapshot states it, if it grew from the one before and ends with the snapshot's own entry.

    Raises `Wanted`, and `FormatError`: `log-forked` when it did not, `log-inconsistent` when tiles and root differ.
    """
    size = stated.log_size
    if before and size <= before.frontier.size:
        return _same(before, stated)
    return _by_entries(files, before, stated) if _is_read(before, size) else _by_tiles(files, before, stated)


def read_tiles(files: Files, size: int, expected: bytes) -> TileReader:
    """The tiles of the log with this size and root."""
    return TileReader(size, expected, lambda path, limit: files.read(layout.LOG + path, limit))


def reads_from(before: State | None, stated: Snapshot) -> int:
    """The entry from which on every one will have been read once the log has grown to what a snapshot states."""
    if _is_read(before, stated.log_size):
        return before.scanned if before else 0
    return stated.log_size


def _is_read(before: State | None, size: int) -> bool:
    """Whether the new entries are few enough to be read."""
    return size <= SCAN if before is None else size - before.frontier.size <= TAIL


def _bundle(number: int, size: int) -> str:
    return layout.LOG + tile_path(Tile(ENTRIES, number, min(WIDTH, size - number * WIDTH)))


def _same(before: State, stated: Snapshot) -> Grown:
    known = before.head
    if (stated.log_size, stated.log_root) != (known.log_size, known.log_root):
        raise _forked(before, stated, "the log is shorter than the one that was seen before, or another one")
    if stated.number != known.number:
        raise _forked(before, stated, "the log has not grown, and so cannot tell of this snapshot")
    return Grown(before.frontier, before.partial, before.scanned, {})


def _by_entries(files: Files, before: State | None, stated: Snapshot) -> Grown:
    base, new, partial = _base(before), list[bytes](), 0
    for want in log_wants(before, stated):
        data = _read_bundle(files, want)
        partial = want.start + len(data)
        try:
            new += parse_entries(data)
        except FormatError as error:
            _judge(files, before, stated)
            raise refusal(error.at(f"{files.name}/{want.path}"), {want.path: data}) from None
    size = stated.log_size
    if surplus := new[size - base.size :]:  # of a full bundle in place of one that was not
        partial -= sum(2 + len(entry) for entry in surplus)
        new = new[: size - base.size]
    frontier = extend(base, map(leaf_hash, new))
    if frontier.size != size or root(frontier) != stated.log_root:
        _judge(files, before, stated)
        raise FormatError("log-inconsistent", "the entries of the log do not have the root of its checkpoint")
    if new[-1] != _own_entry(stated):
        raise _untold(stated, new[-1])
    if any(b"\n" in entry for entry in new):
        raise FormatError("log-entry-invalid", "an entry of the log is not one line")
    known, scanned = (before.frontier.size, before.scanned) if before else (0, 0)
    found = {index: entry for index, entry in enumerate(new, base.size) if index >= known}
    return Grown(frontier, partial if size % WIDTH else 0, scanned, found)


def _base(before: State | None) -> Frontier:
    """The tree from which on entries are read: all that is known, or its full bundles when the last one is read again,
    which then is checked as a whole.
    """
    known = before.frontier if before else Frontier()
    if before and before.partial:
        return known
    size = known.size - known.size % WIDTH
    return Frontier(size, known.hashes[: size.bit_count()])


def _judge(files: Files, before: State | None, stated: Snapshot) -> None:
    """Returns when the log grew as it should, or nobody can tell: then it is entries that are wrong. Raises what the
    tiles show.
    """
    try:
        need(files, _edge_wants(before.frontier.size if before else 0, stated.log_size))
        _by_tiles(files, before, stated)
    except NotFound:
        return


def _read_bundle(files: Files, want: Want) -> bytes:
    """A bundle; one that was not full and is gone is read from the full one."""
    try:
        return files.read(want.path, want.limit, want.start)
    except NotFound:
        path, partial, _ = want.path.partition(".p/")
        if not partial:
            raise
        return files.read(path, want.limit, want.start)


def _by_tiles(files: Files, before: State | None, stated: Snapshot) -> Grown:
    size = stated.log_size
    tiles = read_tiles(files, size, stated.log_root)
    if before:
        known = before.head
        try:
            proof = consistency_proof(known.log_size, size, tiles.hash)
            verify_consistency(known.log_size, known.log_root, size, stated.log_root, proof)
        except FormatError as error:
            if error.code == "log-inconsistent":
                raise
            raise _forked(before, stated, "the log did not grow from the one that was seen before") from None
    last = _own_entry(stated)
    if tiles.hash(0, size - 1) != leaf_hash(last):
        raise _untold(stated, b"another entry")
    return Grown(frontier_of(size, tiles.hash), _last_bundle(files, tiles, size), size, {size - 1: last})


def _last_bundle(files: Files, tiles: TileReader, size: int) -> int:
    """The length of the last bundle that is not full, if it came along and has the entries of the log; else 0."""
    begin, data = size - size % WIDTH, files.seen(_bundle(size // WIDTH, size)) if size % WIDTH else None
    if data is None:
        return 0
    try:
        found = parse_entries(data)
    except FormatError:
        return 0
    same = all(tiles.hash(0, index) == leaf_hash(entry) for index, entry in enumerate(found[: size - begin], begin))
    return len(data) if same and len(found) == size - begin else 0


def _own_entry(stated: Snapshot) -> bytes:
    return entries.index_entry(stated.number, sha256(snapshot.sum_lines(stated.sums)).hexdigest())


def _untold(stated: Snapshot, found: bytes) -> FormatError:
    message = "the log does not end with the entry of this snapshot: it may have been made for you alone"
    expected = _own_entry(stated).decode()
    return FormatError("log-hidden", message, expected=expected, found=shown(found.decode("utf-8", "replace")))


def _forked(before: State, stated: Snapshot, message: str) -> FormatError:
    known = before.head
    hint = "keep both checkpoints: they prove it; show them to the registry's operator and to others who use it"
    expected, found = (f"{each.log_size} entries with the root {each.log_root.hex()}" for each in (known, stated))
    return FormatError("log-forked", message, expected=f"a log that begins with {expected}", found=found, help=hint)
