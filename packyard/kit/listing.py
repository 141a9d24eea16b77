"""The files that a site consists of, sorted by the bytes of their paths: what its lists name, and what stands beside
them.

    SNAPSHOT SNAPSHOT.bundle SNAPSHOT.minisig    the heads
    index.json index.sums site.sums              and all that hangs on them, see `packyard.audit.chain`
    trust/N.json (.KEYID.minisig)                for every N up to the snapshot's
    log/checkpoint log/tile/…                    every tile and bundle of the log, and the partial ones of the snapshot
                                                 before
    by-hash/index.json by-hash/SHA256            what that document lists

It asks for nothing but lists, so it holds for a site at an address as well, and a folder and an address that hold the
same site give the same files. What takes memory is the names of the packs, the lists of one pack or large folder at a
time, and what the folders of other programs' formats have of all packs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial

from packyard.audit.chain import Chain
from packyard.audit.kept import read_kept
from packyard.audit.log import row_tiles
from packyard.audit.reading import Reading
from packyard.errors import FormatError, NotFound
from packyard.formats import entries, inventory, layout, minisign, snapshot, trustfile
from packyard.formats.snapshot import Snapshot
from packyard.formats.tiles import ENTRIES, WIDTH, Tile, TileReader, edge_tiles, tile_path

#: Of a log that has not grown by more than so many entries since they saw it, clients read the new ones.
TAIL = 16_384

HEADS = (layout.SNAPSHOT, layout.SNAPSHOT_SIGNATURE, layout.SNAPSHOT_BUNDLE, layout.CHECKPOINT)

#: (path, hash) of a file; the hash is "" where no list has it.
Listed = tuple[str, str]


def site_files(reading: Reading, value: Snapshot) -> Iterator[Listed]:
    """Every file of the site with the snapshot `value`. Lists that are missing or not as they were sealed are problems
    of `reading`, and what hangs on them is left out.
    """
    chain = Chain(reading, value)
    parts: dict[str, Callable[[], Iterable[Listed]]] = {
        "index/": lambda: chain.lines(layout.INDEX_SUMS).items(),
        "packs/": lambda: _packs(chain),
        layout.TRUST: lambda: ((path, "") for path in trust_files(reading, value.trust)),
        layout.LOG: lambda: ((path, "") for path in sorted(log_files(reading, value))),
        layout.BY_HASH: lambda: _kept(reading),
    }
    tops: dict[str, list[Listed]] = {path: [(path, "")] for path in HEADS[:3]}
    for path, digest in (*value.sums, *chain.lines(layout.SITE_SUMS).items()):
        folder, slash, _ = path.partition("/")
        tops.setdefault(folder + slash, []).append((path, digest))
        if large := inventory.folder_of(path):
            tops[folder + slash] += chain.lines(path).items()
            parts[f"{large}/"] = partial(_inside, chain, large)
    spoken = _spoken(chain)
    for part in sorted({*parts, *tops, *spoken}):
        own = parts[part]() if part in parts else tops.get(part, ())
        yield from sorted([*own, *spoken[part]]) if part in spoken else own if part in parts else sorted(own)


def _spoken(chain: Chain) -> dict[str, list[Listed]]:
    """What the folders of other programs' formats have of packs, by folder."""
    found: dict[str, list[Listed]] = {}
    for name, _ in chain.packs():
        for path, digest in chain.files(name):
            folder, _, _ = path.partition("/")
            if folder != "packs":
                found.setdefault(f"{folder}/", []).append((path, digest))
    return found


def _inside(chain: Chain, folder: str) -> list[Listed]:
    """A folder that has shards of its own, and does not stand in `site.sums`."""
    return sorted(chain.inside(folder))


def _packs(chain: Chain) -> Iterator[Listed]:
    lists = sorted((layout.pack(name), digest) for name, digest in chain.packs())
    for root, digest in lists:
        files = [(root + layout.FILES_SUMS, digest), *chain.files(inventory.pack_of(root))]
        yield from sorted(each for each in files if each[0].startswith("packs/"))


def _kept(reading: Reading) -> Iterator[Listed]:
    yield from ((layout.by_hash(digest), digest) for digest in sorted(read_kept(reading) or ()))
    yield layout.BY_HASH_INDEX, ""


def trust_files(reading: Reading, number: int) -> list[str]:
    """The trust files up to `number` and those of their signatures that are there, sorted."""
    found, before = list[str](), tuple[str, ...]()
    for each in range(1, number + 1):
        path = f"{layout.TRUST}{each}.json"
        text = reading.read(path, trustfile.LIMIT)
        trust = reading.attempt(path, trustfile.parse_trust, text) if text is not None else None
        if trust is None:
            break
        keys = {minisign.parse_public_key(key).key_id for key in (*before, *trust.root_keys)}
        signatures = (f"{path}.{key}.minisig" for key in keys)
        found += [path, *(name for name in signatures if reading.find(name, minisign.LIMIT) is not None)]
        before = trust.root_keys
    return sorted(found)


def log_files(reading: Reading, value: Snapshot) -> set[str]:
    """The checkpoint, every tile and bundle of the log, and the partial ones that it had at the snapshot before."""
    tiles = set(log_tiles(value.log_size))
    before = _size_before(reading, value)
    for tile in edge_tiles(before) if before else ():
        tiles |= {tile, tile._replace(level=ENTRIES)} if tile.level == 0 else {tile}
    return {layout.CHECKPOINT, *(layout.LOG + tile_path(tile) for tile in tiles)}


def log_tiles(size: int, since: int = 0) -> Iterator[Tile]:
    """Every tile of a log of `size` entries, and the bundles of its entries from entry `since` on."""
    for level in range(max(1, (size.bit_length() + 7) // 8)):
        for tile in row_tiles(size >> 8 * level):
            yield tile._replace(level=level)
            if level == 0 and tile.number * WIDTH + tile.width > since:
                yield tile._replace(level=ENTRIES)


def open_log(reading: Reading, value: Snapshot) -> TileReader:
    """The log of a snapshot. Raises `FormatError`, and `NotFound` when a file of its right edge is missing."""

    def read(path: str, limit: int) -> bytes:
        data = reading.find(layout.LOG + path, limit)
        if data is None:
            raise NotFound("file-missing", "the file is missing", path=layout.LOG + path)
        return data

    return TileReader(value.log_size, value.log_root, read)


def _size_before(reading: Reading, value: Snapshot) -> int:
    """How many entries the log had at the snapshot before; 0 when there was none, or the log is not at hand."""
    try:
        tiles, found = open_log(reading, value), 0
        for number in reversed(range(-(-tiles.size // WIDTH))):
            bundle = tiles.entries(number)
            for at in reversed(range(len(bundle))):
                if entries.is_index(bundle[at]):
                    found += 1
                    if found == 2:
                        return number * WIDTH + at + 1
    except (FormatError, NotFound):
        pass
    return 0


def is_site_file(path: str, value: Snapshot) -> bool:
    """Whether a path outside the checksum chain may be one of a site with this snapshot."""
    if path in (*HEADS, layout.BY_HASH_INDEX):
        return True
    if path.startswith(layout.BY_HASH):
        return _is_hex(path.removeprefix(layout.BY_HASH), 64, "0123456789abcdef")
    if path.startswith(layout.TRUST):
        stem, _, rest = path.removeprefix(layout.TRUST).partition(".json")
        named = stem.isdecimal() and stem.isascii() and str(int(stem[:9])) == stem and 1 <= int(stem) <= value.trust
        key = rest.removeprefix(".").removesuffix(".minisig")
        return named and (not rest or (rest == f".{key}.minisig" and _is_hex(key, 16, "0123456789ABCDEF")))
    return False


def _is_hex(text: str, length: int, digits: str) -> bool:
    return len(text) == length and set(text) <= set(digits)


def snapshot_at(reading: Reading) -> Snapshot | None:
    """What `SNAPSHOT` says, not verified; None when there is none."""
    text = reading.find(layout.SNAPSHOT, snapshot.LIMIT)
    return snapshot.parse_snapshot(text) if text is not None else None
