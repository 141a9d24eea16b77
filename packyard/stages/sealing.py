"""Stage 6, seal: the checksum chain over everything, the log's new entries, and the snapshot that points at both."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import NamedTuple

from packyard import seal
from packyard.edges.opening import Edges
from packyard.edges.previous import TILE_LIMIT
from packyard.formats import documents, layout
from packyard.formats.snapshot import Snapshot
from packyard.formats.tiles import ENTRIES, WIDTH, Edge, Tile, edge_tiles, tile_path
from packyard.formats.times import DAY
from packyard.packs import Emitter
from packyard.recorded import new_entries
from packyard.stages.making import Making, unclaimed
from packyard.stages.reading import Reading


class Sealing(NamedTuple):
    """The snapshot, whether it is a new one, and everything that is to be removed from the site."""

    snapshot: Snapshot
    changed: bool
    removals: tuple[str, ...]


def finish(edges: Edges, reading: Reading, making: Making) -> Sealing:
    """Stages the chain, the log's tiles, its checkpoint and the signed snapshot, unless nothing has changed at all."""
    memory, recorded = edges.memory, reading.recorded
    before = recorded.snapshot if recorded else None
    output = Emitter(edges.workshop, memory.unit("chain"))
    lists = _lists(edges, reading, making, output)
    log = recorded.log if recorded else None
    new = tuple(new_entries(log, reading.log_start, memory.leaves()))
    number = before.number if before and _same(edges, before, new, making) else (before.number if before else 0) + 1
    output.emit(layout.INDEX, _index(edges, number))
    if before and before.number == number and edges.staging.staged(layout.INDEX):
        number += 1
        output.emit(layout.INDEX, _index(edges, number))
    memory.set_unit("chain", output.files.values())
    if before and before.number == number:
        return Sealing(before, False, ())
    chain = seal.Chain(output.files[layout.INDEX].sha256, *lists)
    edge = _extend(edges, reading, new, number, chain)
    snapshot = _sign(edges, number, edge, chain)
    _stage_trust(edges)
    gone = (
        *making.removals,
        *unclaimed(output.before.values(), output.files.values()),
        *_old_tiles(edges, reading, edge),
    )
    return Sealing(snapshot, True, (*gone, *_strangers(edges, reading), *_by_hash(edges)))


def _same(edges: Edges, before: Snapshot, new: tuple[bytes, ...], making: Making) -> bool:
    """Whether everything but `index.json` is known to be as it was."""
    return before.commit == edges.head.id and not new and not making.removals and not any(edges.staging.paths())


def _index(edges: Edges, number: int) -> bytes:
    memory = edges.memory
    return b"".join(documents.index_parts(edges.registry, number, edges.head.id, memory.count(), memory.lines()))


def _lists(edges: Edges, reading: Reading, making: Making, output: Emitter) -> tuple[str, str]:
    """Emits the shards that changed and the lists above them; gives the hashes of `index.sums` and `site.sums`."""
    for number in range(layout.SHARDS):
        path = layout.shard_sums(number)
        known = output.before.get(path)
        if known and not reading.fresh and number not in making.shards:
            output.files[path] = known
        else:
            output.emit(path, seal.shard_sums(edges.memory.shard(number)))
    shards = ((number, output.files[layout.shard_sums(number)].sha256) for number in range(layout.SHARDS))
    output.emit(layout.INDEX_SUMS, seal.index_sums(shards))
    files = (
        (file.path, file.sha256) for unit, files in edges.memory.units(but="pack ") if unit != "chain" for file in files
    )
    for path, data in seal.site_lists(files):
        output.emit(path, data)
    return output.files[layout.INDEX_SUMS].sha256, output.files[layout.SITE_SUMS].sha256


def _extend(edges: Edges, reading: Reading, new: tuple[bytes, ...], number: int, chain: seal.Chain) -> Edge:
    recorded = reading.recorded
    if recorded is None:
        edge = Edge()
    else:
        edge = Edge.load(recorded.log.size, recorded.snapshot.log_root, recorded.read_log)
        if recorded.site.name != edges.staging.name:
            for path in recorded.tiles():
                edges.staging.write(layout.LOG + path, recorded.read_log(path, TILE_LIMIT))
    for path, data in seal.extend_log(edge, new, number, chain):
        edges.staging.write(path, data)
    edges.staging.write(layout.CHECKPOINT, seal.checkpoint(edge, edges.trust.trust.log_origin, edges.keys.log))
    return edge


def _sign(edges: Edges, number: int, edge: Edge, chain: seal.Chain) -> Snapshot:
    now = int(time.time())
    snapshot = Snapshot(
        edges.registry.origin,
        number,
        now,
        now + edges.registry.expires_days * DAY,
        edges.trust.trust.number,
        edges.head.id,
        edge.size,
        edge.root,
        *chain,
    )
    text, signature = seal.sign_snapshot(snapshot, edges.keys.snapshot)
    edges.staging.write(layout.SNAPSHOT, text)
    edges.staging.write(layout.SNAPSHOT_SIGNATURE, signature)
    return snapshot


def _stage_trust(edges: Edges) -> None:
    for path, data in edges.trust.files:
        if not edges.staging.same(path, data):
            edges.staging.write(path, data)


def _partials(size: int) -> set[str]:
    """The paths of the tiles and the bundle that are not full in a log of this size."""
    tiles = list(edge_tiles(size))
    if size % WIDTH:
        tiles.append(Tile(ENTRIES, size // WIDTH, size % WIDTH))
    return {layout.LOG + tile_path(tile) for tile in tiles}


def _old_tiles(edges: Edges, reading: Reading, edge: Edge) -> set[str]:
    """Partial tiles of checkpoints before the last one: whoever holds such a checkpoint finds the same hashes in wider
    tiles.
    """
    last = reading.recorded.log.size if reading.recorded else 0
    keep = _partials(last) | _partials(edge.size)
    known = set(edges.memory.get("partials").split())
    edges.memory.put("partials", " ".join(sorted(keep)))
    return known - keep


def _by_hash(edges: Edges) -> Iterator[str]:
    """Writes down what `by-hash/` gains by this build, and gives what it loses: files whose window is over."""
    now, memory = int(time.time()), edges.memory
    for path in edges.staging.paths_below(layout.BY_HASH):
        memory.keep(path.rpartition("/")[2], now + edges.registry.expires_days * DAY)
    kept = memory.kept()
    expired = sorted(digest for digest, until in kept.items() if until <= now)
    memory.drop(expired)
    edges.staging.write(layout.BY_HASH_INDEX, documents.kept_document(memory.kept()))
    yield from (layout.by_hash(digest) for digest in expired)


def _strangers(edges: Edges, reading: Reading) -> Iterator[str]:
    """When nothing is remembered: what stands in the site and nobody claims."""
    if not reading.forgotten:
        return
    claimed = _Claims(edges)
    for path in edges.staging.site.paths():
        if path not in claimed:
            yield path


class _Claims:
    """Every path that the new site consists of, asked pack by pack so that it is never held whole."""

    def __init__(self, edges: Edges) -> None:
        self._memory, self._staging = edges.memory, edges.staging
        self._pack, self._paths = "", frozenset[str]()
        others = (file.path for _, files in edges.memory.units(but="pack ") for file in files)
        apart = {layout.SNAPSHOT, layout.SNAPSHOT_SIGNATURE, layout.BY_HASH_INDEX, layout.CHECKPOINT}
        self._others = frozenset(others) | apart | {path for path, _ in edges.trust.files}

    def __contains__(self, path: str) -> bool:
        if path.startswith("packs/"):
            return path in self._of(layout.pack_of(path))
        if path.startswith(layout.LOG + "tile/"):
            return "/p/" not in path.replace(".p/", "/p/") or path in self._memory.get("partials").split()
        return path in self._others or path.startswith(layout.BY_HASH)

    def _of(self, pack: str) -> frozenset[str]:
        if pack != self._pack:
            self._pack = pack
            self._paths = frozenset(file.path for file in self._memory.unit(f"pack {pack}"))
        return self._paths
