"""The site that a build continues: its signed snapshot and its log, verified before anything is built on them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from packyard.edges.trustees import Trustees
from packyard.errors import FormatError, NotFound, Stale
from packyard.formats import layout, note
from packyard.formats.checkpoint import Checkpoint, verify_checkpoint
from packyard.formats.snapshot import LIMIT, Snapshot, parse_snapshot
from packyard.formats.tiles import ENTRIES, MAX_ENTRY, WIDTH, Tile, TileReader, tile_path
from packyard.protocols import Reader

CHECKPOINT_LIMIT = 100_000
TILE_LIMIT = WIDTH * (MAX_ENTRY + 2)


class Recorded(NamedTuple):
    """What the previous site says, and the site itself."""

    site: Reader
    snapshot: Snapshot
    log: TileReader

    def read_log(self, path: str, limit: int) -> bytes:
        """A file of the log."""
        return self.site.read(layout.LOG + path, limit)

    def tiles(self) -> Iterator[str]:
        """The paths of all tiles and bundles of the log."""
        size, level = self.log.size, 0
        yield from _row(ENTRIES, size)
        while size:
            yield from _row(level, size)
            size, level = size // WIDTH, level + 1


def read_recorded(site: Reader, trustees: Trustees) -> Recorded:
    """The recorded state of a site. Raises `Stale` when it cannot be continued: the log is never silently restarted."""
    try:
        snapshot = parse_snapshot(site.read(layout.SNAPSHOT, LIMIT))
        head = _verify(site.read(layout.CHECKPOINT, CHECKPOINT_LIMIT), trustees.vkeys)
        if (head.size, head.root) != (snapshot.log_size, snapshot.log_root) or head.origin != snapshot.origin:
            raise FormatError(
                "log-unreadable",
                "the snapshot and the checkpoint are not about the same log",
                expected=f"{snapshot.origin}, {snapshot.log_size} entries",
                found=f"{head.origin}, {head.size} entries",
            )

        def read(path: str, limit: int) -> bytes:
            return site.read(layout.LOG + path, limit)

        return Recorded(site, snapshot, TileReader(head.size, head.root, read))
    except (FormatError, NotFound) as error:
        problem = error.at(site.name) if isinstance(error, FormatError) else error.problem
        raise Stale(
            "log-unreadable",
            f"the log of the previous site cannot be continued: {problem.message}",
            path=problem.path,
            expected=problem.expected,
            found=problem.found,
            help="name a good copy of the site with --previous and use the keys that made it, or abandon it: --new-log",
        ) from None


def _verify(data: bytes, vkeys: tuple[note.VerifierKey, ...]) -> Checkpoint:
    for vkey in vkeys[1:]:
        try:
            return verify_checkpoint(data, vkey)
        except FormatError:
            continue
    return verify_checkpoint(data, vkeys[0])


def _row(level: int, size: int) -> Iterator[str]:
    for number in range(size // WIDTH):
        yield tile_path(Tile(level, number))
    if size % WIDTH:
        yield tile_path(Tile(level, size // WIDTH, size % WIDTH))
