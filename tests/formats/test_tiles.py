"""Tiles: paths, bundles, growth, and a reader that believes nobody."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from packyard.errors import FormatError, NotFound
from packyard.formats import tiles, tlog
from packyard.formats.tiles import ENTRIES, Edge, Tile, TileReader
from tests.formats.logs import Store, entries, grown, naive_root
from tests.refusals import code_of


@pytest.fixture(scope="module")
def large() -> tuple[Store, Edge]:
    """A log with tiles on three levels; not to be changed."""
    return grown([66_000])


def test_the_specifications_examples() -> None:
    assert tiles.tile_path(Tile(0, 1234067)) == "tile/0/x001/x234/067"
    assert tiles.edge_tiles(70_000) == [Tile(0, 273, 112), Tile(1, 1, 17), Tile(2, 0, 1)]
    assert tiles.edge_tiles(256) == [Tile(1, 0, 1)]
    assert tiles.edge_tiles(0) == []
    assert tiles.tile_path(Tile(0, 1234, 17)) in (tiles.__doc__ or "")
    assert tiles.edge_tiles(315_921)[0] == Tile(0, 1234, 17)


@given(st.integers(ENTRIES, 63), st.integers(0, 10**18), st.integers(1, 256))
def test_paths_parse_as_they_format(level: int, number: int, width: int) -> None:
    tile = Tile(level, number, width)
    assert tiles.parse_tile_path(tiles.tile_path(tile)) == tile


@pytest.mark.parametrize(
    "path",
    [
        "",
        "tile/0/0",
        "tile/0/0000",
        "tile/00/000",
        "tile/64/000",
        "tile/-1/000",
        "tile/data/000",
        "tile/0/001/000",
        "tile/0/x000/000",
        "tile/0/x001",
        "tile/0/000.p/0",
        "tile/0/000.p/01",
        "tile/0/000.p/256",
        "tile/0/000.p",
        "tile/0/000\n",
        "tile/0/٠٠٠",
        "/tile/0/000",
    ],
)
def test_what_is_no_path(path: str) -> None:
    assert code_of(tiles.parse_tile_path, path) == "tile-path"


@given(st.lists(st.binary(max_size=300), min_size=1, max_size=20))
def test_bundles_parse_as_they_format(items: list[bytes]) -> None:
    assert tiles.parse_entries(tiles.format_entries(items)) == items


@given(st.binary(max_size=30))
def test_a_bundle_is_a_bundle_or_a_format_error(data: bytes) -> None:
    try:
        assert tiles.format_entries(tiles.parse_entries(data)) == data
    except FormatError as error:
        assert error.code == "entries-invalid"


@pytest.mark.parametrize("data", [b"", b"\0", b"\0\1", b"\0\2a", b"\0\1ab", b"\0\0" * 257])
def test_what_is_no_bundle(data: bytes) -> None:
    assert code_of(tiles.parse_entries, data) == "entries-invalid"


def test_the_longest_entry() -> None:
    longest = bytes(65_535)
    assert tiles.parse_entries(tiles.format_entries([longest])) == [longest]
    assert code_of(tiles.format_entries, [longest + b"x"]) == "entries-invalid"
    assert code_of(list, Edge().append([longest + b"x"])) == "entries-invalid"


def test_what_is_written_when_a_log_grows() -> None:
    store, edge = Store(), Edge()
    assert store.write(edge.append([])) == []
    assert store.write(edge.append(entries(5))) == ["tile/entries/000.p/5", "tile/0/000.p/5"]
    assert store.write(edge.append(entries(251, 5))) == ["tile/entries/000", "tile/0/000", "tile/1/000.p/1"]
    assert store.write(edge.append(entries(1, 256))) == ["tile/entries/001.p/1", "tile/0/001.p/1"]
    assert store.write(edge.append([])) == []
    assert store.write(edge.append(entries(600, 257))) == [
        "tile/entries/001",
        "tile/0/001",
        "tile/entries/002",
        "tile/0/002",
        "tile/entries/003.p/89",
        "tile/0/003.p/89",
        "tile/1/000.p/3",
    ]
    assert edge.root == naive_root(entries(857))


def test_three_levels(large: tuple[Store, Edge]) -> None:
    store, edge = large
    names = {path for path in store.files if not path.startswith(("tile/0/", "tile/entries/"))}
    assert names == {"tile/1/000", "tile/1/001.p/1", "tile/2/000.p/1"}
    assert len(store.files) == 2 * 258 + 3
    assert edge.root == naive_root(entries(66_000))


@settings(max_examples=30)
@given(st.lists(st.integers(0, 900), max_size=8))
def test_a_log_is_the_same_however_it_grew(steps: list[int]) -> None:
    sizes = [sum(steps[: i + 1]) for i in range(len(steps))]
    store, edge = grown(sizes)
    assert edge.size == (sizes or [0])[-1]
    assert edge.root == naive_root(entries(edge.size))
    at_once, whole = grown([edge.size])
    assert whole.root == edge.root
    assert at_once.files.items() <= store.files.items()


@settings(max_examples=30)
@given(st.integers(1, 2_000), st.data())
def test_proofs_from_tiles(size: int, data: st.DataObject) -> None:
    store, edge = grown([size])
    index, old = data.draw(st.integers(0, size - 1)), data.draw(st.integers(1, size))
    reader = TileReader(size, edge.root, store.read)
    proof = tlog.inclusion_proof(index, size, reader.hash)
    tlog.verify_inclusion(tlog.leaf_hash(entries(size)[index]), index, size, edge.root, proof)
    growth = tlog.consistency_proof(old, size, reader.hash)
    tlog.verify_consistency(old, naive_root(entries(old)), size, edge.root, growth)
    assert tlog.tree_hash(size, reader.hash) == edge.root


def test_a_proof_reads_few_tiles(large: tuple[Store, Edge]) -> None:
    store, edge = large
    store.reads.clear()
    reader = TileReader(edge.size, edge.root, store.read)
    tlog.inclusion_proof(777, edge.size, reader.hash)
    assert store.reads == ["tile/0/257.p/208", "tile/1/001.p/1", "tile/2/000.p/1", "tile/1/000", "tile/0/003"]
    reader.entries(3)
    reader.entries(4)
    reader.entries(3)
    assert store.reads[5:] == ["tile/entries/003", "tile/entries/004", "tile/0/004", "tile/entries/003", "tile/0/003"]


def test_entries_from_tiles(large: tuple[Store, Edge]) -> None:
    store, edge = large
    reader = TileReader(edge.size, edge.root, store.read)
    assert reader.entries(3) == entries(256, 768)
    assert reader.entries(257) == entries(208, 257 * 256)
    for index in (258, -1):
        assert code_of(reader.entries, index) == "log-range"
    for level, index in ((0, 66_000), (0, -1), (17, 0), (8, 257)):
        assert code_of(reader.hash, *(level, index)) == "log-range"


def tampered(store: Store, path: str, data: bytes) -> Store:
    copy = Store()
    copy.files = store.files | {path: data}
    return copy


@pytest.mark.parametrize("path", ["tile/0/003", "tile/1/000", "tile/0/257.p/208", "tile/1/001.p/1", "tile/2/000.p/1"])
def test_no_tampered_tile_is_believed(large: tuple[Store, Edge], path: str) -> None:
    store, edge = large
    prove(store, edge.root)
    data = store.files[path]
    flipped = [data[:i] + bytes([data[i] ^ 1]) + data[i + 1 :] for i in range(0, len(data), 977)]
    for bad in (*flipped, data[:-32], data[:-1], b""):
        copy = tampered(store, path, bad)
        assert code_of(prove, copy, edge.root) == "log-inconsistent"


def prove(store: Store, root: bytes) -> None:
    tlog.inclusion_proof(777, 66_000, TileReader(66_000, root, store.read).hash)


def test_no_tampered_bundle_is_believed(large: tuple[Store, Edge]) -> None:
    store, edge = large
    for path, index in (("tile/entries/003", 3), ("tile/entries/257.p/208", 257)):
        items = tiles.parse_entries(store.files[path])
        for bad in ([b"x", *items[1:]], items[:-1], items[::-1]):
            copy = tampered(store, path, tiles.format_entries(bad))
            reader = TileReader(66_000, edge.root, copy.read)
            assert code_of(reader.entries, index) == "log-inconsistent"
    broken = tampered(store, "tile/entries/257.p/208", b"\0")
    assert code_of(Edge.load, 66000, edge.root, broken.read) == "entries-invalid"


def test_nothing_is_appended_to_a_log_that_does_not_fit(large: tuple[Store, Edge]) -> None:
    store, edge = large
    assert code_of(Edge.load, 66000, bytes(32), store.read) == "log-inconsistent"
    with pytest.raises(NotFound):
        Edge.load(65_999, edge.root, store.read)
    copy = tampered(store, "tile/entries/257.p/208", tiles.format_entries([b"x"] * 208))
    assert code_of(Edge.load, 66000, edge.root, copy.read) == "log-inconsistent"
    assert code_of(Edge.load, 0, edge.root, store.read) == "log-inconsistent"


def test_a_full_tile_stands_in_for_a_partial_one_that_is_gone() -> None:
    store, edge = grown([100])
    store.write(edge.append(entries(200, 100)))
    root = naive_root(entries(100))
    del store.files["tile/0/000.p/100"], store.files["tile/entries/000.p/100"]
    reader = TileReader(100, root, store.read)
    assert reader.entries(0) == entries(100)
    assert Edge.load(100, root, store.read).root == root
    del store.files["tile/0/000"]
    with pytest.raises(NotFound):
        TileReader(100, root, store.read)
