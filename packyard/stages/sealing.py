"""Stage 6, seal: the checksum chain over everything, the log's new entries, and the snapshot that points at both."""

from __future__ import annotations

import time
from collections.abc import Iterator
from hashlib import sha256
from typing import NamedTuple

from packyard import seal
from packyard.edges.cosignatures import collect
from packyard.edges.memory import CHAIN, PACKS, Memory
from packyard.edges.opening import Edges
from packyard.edges.previous import TILE_LIMIT, Recorded
from packyard.edges.store import HEADS
from packyard.emitter import Emitter
from packyard.formats import documents, inventory, layout, note, sums
from packyard.formats.snapshot import Snapshot
from packyard.formats.tiles import Edge
from packyard.formats.times import DAY
from packyard.recorded import new_entries, partial_files, partial_paths, size_before
from packyard.stages.continuing import carry_over, remember_kept
from packyard.stages.making import Making
from packyard.stages.reading import Reading
from packyard.stages.units import unclaimed


class Sealing(NamedTuple):
    """The snapshot, whether there is anything to activate, and everything that is to be removed from the site."""

    snapshot: Snapshot
    changed: bool
    removals: tuple[str, ...]


def finish(edges: Edges, reading: Reading, making: Making) -> Sealing:
    """Stages the chain and, when it is not the one that the previous snapshot seals, the log's growth and a new
    snapshot.

    The same content keeps its number and its place in the log, also when it is made again in an empty folder.
    """
    memory, recorded = edges.memory, reading.recorded
    before = recorded.snapshot if recorded else None
    output = Emitter(edges.staging, edges.tool, memory.unit(CHAIN))
    lists = _lists(edges, reading, making, output)
    new = tuple(new_entries(recorded.log if recorded else None, reading.log_start, memory.leaves()))
    chain = _chain(edges, output, lists, before) if before and not new else None
    if before is None or chain is None:
        number = before.number + 1 if before else 1
        output.emit(layout.INDEX, _index(edges, number))
        chain = seal.Chain(output.files[layout.INDEX].sha256, *lists)
        size, root = _extend(edges, recorded, new, number, chain)
        snapshot = _sign(edges, number, size, root, chain)
    else:
        snapshot = before
        if recorded and _copy_log(edges, recorded):
            for path, data in partial_files(recorded.log, size_before(recorded.log)):
                edges.staging.write(layout.LOG + path, data)
            snapshot = _sign(edges, before.number, before.log_size, before.log_root, chain)
    older = recorded.log.size if recorded else 0
    if before and snapshot.number == before.number and recorded:
        older = size_before(recorded.log)
    memory.set_unit(CHAIN, output.files.values())
    _stage_trust(edges)
    if recorded and recorded.site.name != edges.staging.name:
        carry_over(edges, recorded, int(time.time()))
    elif recorded and reading.forgotten:
        remember_kept(edges, recorded)
    gone = [*making.removals, *unclaimed(output.before.values(), output.files.values())]
    gone += [*_old_tiles(edges, older, snapshot.log_size), *_by_hash(edges), *_strangers(edges, reading)]
    return Sealing(snapshot, bool(gone) or any(edges.staging.paths()), tuple(gone))


def _chain(edges: Edges, output: Emitter, lists: tuple[str, str], before: Snapshot) -> seal.Chain | None:
    """The chain, if it is the one that the snapshot before seals."""
    if before.commit != edges.head.id or lists != (before.index_sums, before.site_sums):
        return None
    data = _index(edges, before.number)
    if sha256(data).hexdigest() != before.index_json:
        return None
    output.emit(layout.INDEX, data)
    return seal.Chain(before.index_json, *lists)


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
    _site_lists(edges.memory, reading.fresh, output)
    return output.files[layout.INDEX_SUMS].sha256, output.files[layout.SITE_SUMS].sha256


def _site_lists(memory: Memory, fresh: bool, output: Emitter) -> None:
    """Emits the lists of all files outside of packs, as `seal.site_lists` gives them: of large folders only those in
    which something changed, unless all is made `fresh`.
    """
    touched, top = memory.touched(), list[tuple[str, str]]()
    for folder, count in memory.folders().items():
        if not seal.is_large(folder, count):
            top += memory.files_in(folder)
            continue
        own = inventory.folder_sums(folder)
        whole = fresh or own not in output.before  # it may just have become large
        for number in range(layout.SHARDS):
            path = inventory.folder_shard(folder, number)
            if whole or (folder, number) in touched:
                if listed := memory.files_at(folder, number):
                    output.emit(path, sums.format(listed))
            elif path in output.before:
                output.files[path] = output.before[path]
        shards = (inventory.folder_shard(folder, number) for number in range(layout.SHARDS))
        output.emit(own, sums.format((path, output.files[path].sha256) for path in shards if path in output.files))
        top.append((own, output.files[own].sha256))
    output.emit(layout.SITE_SUMS, sums.format(top))
    memory.settle()


def _extend(
    edges: Edges, recorded: Recorded | None, new: tuple[bytes, ...], number: int, chain: seal.Chain
) -> tuple[int, bytes]:
    """Stages what the log gains; gives its new size and root."""
    edge = Edge()
    if recorded:
        edge = Edge.load(recorded.log.size, recorded.snapshot.log_root, recorded.read_log)
        _copy_log(edges, recorded)
    for path, data in seal.extend_log(edge, new, number, chain):
        edges.staging.write(path, data)
    edges.staging.write(layout.CHECKPOINT, seal.checkpoint(edge, edges.trust.trust.log_origin, edges.keys.log))
    return edge.size, edge.root


def _copy_log(edges: Edges, recorded: Recorded) -> bool:
    """Stages the recorded log when it is not that of the site itself; whether it did."""
    if recorded.site.name == edges.staging.name:
        return False
    for path in (*recorded.tiles(), "checkpoint"):
        edges.staging.write(layout.LOG + path, recorded.read_log(path, TILE_LIMIT))
    return True


def _sign(edges: Edges, number: int, size: int, root: bytes, chain: seal.Chain) -> Snapshot:
    now, registry = int(time.time()), edges.registry
    expires = now + registry.expires_days * DAY
    trust = edges.trust.trust.number
    snapshot = Snapshot(registry.origin, number, now, expires, trust, edges.head.id, size, root, *chain)
    text, signature = seal.sign_snapshot(snapshot, edges.keys.snapshot)
    for path, data in seal.heads(text, signature, _cosigned(edges)):
        edges.staging.write(path, data)
    return snapshot


def _cosigned(edges: Edges) -> bytes:
    """The checkpoint that is about to be published, with what witnesses have published about it."""
    checkpoint = edges.staging.read(layout.CHECKPOINT, note.LIMIT)
    if not edges.registry.witnesses:
        return checkpoint
    found = collect(checkpoint, edges.registry.witnesses, edges.trust.trust)
    edges.staging.write(layout.CHECKPOINT, found.checkpoint)
    return found.checkpoint


def _stage_trust(edges: Edges) -> None:
    for path, data in edges.trust.files:
        if not edges.staging.same(path, data):
            edges.staging.write(path, data)


def _old_tiles(edges: Edges, older: int, size: int) -> set[str]:
    """Partial tiles to remove: all but those of this checkpoint and of the one before, which caches may still serve."""
    known = set(edges.memory.get("partials").split())
    keep = {layout.LOG + path for log_size in (older, size) for path in partial_paths(log_size)}
    edges.memory.put("partials", " ".join(sorted(keep)))
    return known - keep


def _by_hash(edges: Edges) -> Iterator[str]:
    """Writes down what `by-hash/` gains by this build, and gives what it loses: files whose window is over."""
    now, memory = int(time.time()), edges.memory
    kept = memory.kept()
    for path in edges.staging.paths_below(layout.BY_HASH):
        digest = path.rpartition("/")[2]
        memory.keep(digest, max(kept.get(digest, 0), now + edges.registry.expires_days * DAY))
    expired = sorted(digest for digest, until in memory.kept().items() if until <= now)
    memory.drop(expired)
    document = documents.kept_document(memory.kept())
    if not edges.staging.same(layout.BY_HASH_INDEX, document):
        edges.staging.write(layout.BY_HASH_INDEX, document)
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
        self._kept = edges.memory.kept()
        others = (file.path for _, files in edges.memory.units(but=PACKS) for file in files)
        apart = {layout.BY_HASH_INDEX, *HEADS}
        self._others = frozenset(others) | apart | {path for path, _ in edges.trust.files}

    def __contains__(self, path: str) -> bool:
        if pack := inventory.pack_of(path):
            return path in self._of(pack)
        if path.startswith(layout.LOG + "tile/"):
            return "/p/" not in path.replace(".p/", "/p/") or path in self._memory.get("partials").split()
        return path in self._others or path.removeprefix(layout.BY_HASH) in self._kept

    def _of(self, pack: str) -> frozenset[str]:
        if pack != self._pack:
            self._pack = pack
            self._paths = frozenset(file.path for file in self._memory.unit(f"pack {pack}"))
        return self._paths
