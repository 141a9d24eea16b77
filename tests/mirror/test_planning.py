"""What is to be fetched: exactly the difference, in rounds, with the lists before what they list."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from packyard.formats import entries
from packyard.formats.tiles import Edge, TileReader, parse_tile_path, tile_path
from packyard.mirror.planning import new_tiles
from packyard.recorded import size_before


@given(st.integers(0, 70_000), st.integers(1, 3_000))
def test_new_tiles_are_what_a_log_gains(old: int, more: int) -> None:
    """Checked against the writer of logs, whose paths follow from sizes alone."""
    new = [tile_path(tile) for tile in new_tiles(old, old + more)]
    assert len(set(new)) == len(new)
    before = {tile_path(tile) for tile in new_tiles(0, old)} if old else set()
    after = {tile_path(tile) for tile in new_tiles(0, old + more)}
    assert set(new) == after - before


def test_new_tiles_are_those_that_a_log_writes() -> None:
    edge, files = Edge(), dict[str, bytes]()
    for size in (1, 255, 300, 700, 1024):
        before = edge.size
        written = dict(edge.append(b"%d" % number for number in range(before, size)))
        files |= written
        levels = [parse_tile_path(path).level for path in map(tile_path, new_tiles(before, size))]
        assert {tile_path(tile) for tile in new_tiles(before, size)} == written.keys()
        assert levels == sorted(levels, key=lambda level: -max(level, 0))


@given(st.lists(st.booleans(), min_size=1, max_size=600))
def test_the_size_before(kinds: list[bool]) -> None:
    log = [entries.index_entry(1, "0" * 64) if is_index else b"{}" for is_index in [*kinds, True]]
    edge = Edge()
    files = dict(edge.append(log))
    tiles = TileReader(edge.size, edge.root, lambda path, limit: files[path])
    assert size_before(tiles) == max((index + 1 for index, is_index in enumerate(kinds) if is_index), default=0)
