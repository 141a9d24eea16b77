"""What is to be fetched: exactly the difference, in rounds, with the lists before what they list."""

from __future__ import annotations

from hashlib import sha256

from hypothesis import given
from hypothesis import strategies as st

from packyard import seal
from packyard.audit.reading import Reading
from packyard.emitter import pack_lists
from packyard.formats import entries, inventory, layout
from packyard.formats.snapshot import Snapshot
from packyard.formats.tiles import Edge, TileReader, parse_tile_path, tile_path
from packyard.mirror.planning import Tree, dropped, new_tiles, read_tree, rounds
from packyard.model import Output
from packyard.recorded import size_before
from tests.published import MemorySite

Files = dict[str, bytes]
PATHS = [
    *(
        "packs/hello/index.html",
        "packs/hello/1.0.0/SHA256SUMS",
        "packs/hello/1.0.0/index.html",
        "packs/hello/1.0.0/raw/x.txt",
    ),
    *(
        "packs/hello/2.0.0/index.html",
        "packs/hello/pages/index.html",
        "packs/@acme/more/index.html",
        "index.html",
        "tags/x/index.html",
    ),
]


def hashed(data: bytes) -> str:
    """The SHA-256 of some bytes."""
    return sha256(data).hexdigest()


def listed(files: Files) -> tuple[Files, seal.Chain]:
    """The lists of a site that has these files, and what its snapshot lists."""
    lists, shards = dict[str, bytes](), [dict[str, str]() for _ in range(layout.SHARDS)]
    for name in sorted({inventory.pack_of(path) for path in files} - {""}):
        own = (path for path in files if inventory.pack_of(path) == name)
        lists |= pack_lists(name, [Output(path, "", hashed(files[path]), 0) for path in own])
        shards[layout.shard(name)][name] = hashed(lists[layout.pack(name, layout.FILES_SUMS)])
    made = {layout.shard_sums(at): seal.shard_sums(shard.items()) for at, shard in enumerate(shards)}
    lists |= made
    lists[layout.INDEX_SUMS] = seal.index_sums((at, hashed(data)) for at, data in enumerate(made.values()))
    lists |= seal.site_lists((path, hashed(data)) for path, data in files.items() if not path.startswith("packs/"))
    return lists, seal.Chain(hashed(b""), hashed(lists[layout.INDEX_SUMS]), hashed(lists[layout.SITE_SUMS]))


def tree(files: Files) -> tuple[Tree, MemorySite]:
    """The lists of a site that has these files, and the site, which knows what was read of it."""
    lists, chain = listed(files)
    site = MemorySite(lists)
    return read_tree(Reading(site), Snapshot("packs.example.org", 1, 0, 1, 1, "0" * 40, 1, bytes(32), *chain)), site


@given(
    st.dictionaries(st.sampled_from(PATHS), st.binary(max_size=1)),
    st.dictionaries(st.sampled_from(PATHS), st.binary(max_size=1)),
)
def test_rounds_are_the_difference(before: Files, after: Files) -> None:
    (old, there), (new, here) = tree(before), tree(after)
    one, other = there.files | before, here.files | after
    found = [list(lines) for lines in rounds(new, old)]
    assert len(found) <= 6
    flat = [line for lines in found for line in lines]
    assert sorted(flat) == sorted((path, hashed(data)) for path, data in other.items() if one.get(path) != data)
    assert sorted(dropped(new, old)) == sorted(one.keys() - other.keys())
    assert not [*new.problems, *old.problems]


def test_lists_that_did_not_change_are_not_read() -> None:
    files = dict.fromkeys(PATHS, b"")
    (old, there), (new, here) = tree(files), tree(files | {"packs/hello/2.0.0/index.html": b"new"})
    for _ in rounds(new, old):
        pass
    assert [path for path in here.asked if path.startswith("packs/")] == [
        "packs/hello/files.sums",
        "packs/hello/2.0.0/pages.sums",
    ]
    assert sorted(there.asked) == sorted(here.asked)


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
