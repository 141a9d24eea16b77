"""The log of a source on its way into a mirror: read from the top down, every tile proven before it is kept."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Executor
from contextlib import suppress
from functools import partial
from itertools import islice
from pathlib import Path
from typing import TypeVar

from packyard.edges.mirror_source import Source, Unlike, streamed
from packyard.edges.previous import TILE_LIMIT
from packyard.edges.store import FolderSite, Staging, walk
from packyard.edges.workfolder import write_file
from packyard.errors import BadChecksum, FormatError, NotFound, WorldError
from packyard.formats import layout
from packyard.formats.snapshot import Snapshot
from packyard.formats.tiles import ENTRIES, WIDTH, Tile, TileReader, format_entries, tile_path
from packyard.mirror.following import News, read_news
from packyard.mirror.planning import new_tiles
from packyard.protocols import Reader
from packyard.recorded import partial_files, partial_paths, size_before

T = TypeVar("T")

#: So many tiles are fetched at once and held.
CHUNK = 64

_TILES = f"{layout.LOG}tile/"


def log_of(site: Reader, snapshot: Snapshot) -> TileReader | None:
    """The log of a site, every hash of which is proven when it is asked for; None when it is not as it should be."""
    try:
        return TileReader(snapshot.log_size, snapshot.log_root, lambda path, limit: site.read(layout.LOG + path, limit))
    except (FormatError, NotFound, BadChecksum):
        return None


class LogCopy:
    """The log of the snapshot `after`, of which the mirror has the first `old` entries. Raises `Unlike`."""

    def __init__(self, source: Source, staging: Staging, aside: Path, after: Snapshot, old: int) -> None:
        self._source, self._staging, self._aside = source, staging, FolderSite(aside)
        self._raw: dict[str, bytes] = {}
        self._careful, self._remembers = False, True
        self.old, self.size = old, after.log_size
        self.tiles = self._checked(lambda: TileReader(after.log_size, after.log_root, self._read))

    def hash(self, level: int, index: int) -> bytes:
        """The hash of a complete subtree, proven."""
        return self._checked(partial(self.tiles.hash, level, index))

    def take(self, pool: Executor, jobs: int) -> None:
        """Stages every tile and bundle that the mirror does not have, and those of the snapshot before."""
        tiles = new_tiles(self.old, self.size)
        while chunk := list(islice(tiles, CHUNK)):
            for path, data in streamed(pool, jobs, self._fetch, chunk):
                if data is not None:
                    self._raw[path] = data
            for tile in chunk:
                self._keep(tile_path(tile), self._checked(partial(self._proven, tile)))
            self._raw.clear()
        self._remembers = False  # all is staged now
        for path, data in partial_files(self.tiles, size_before(self.tiles)):
            self._stage(path, data)

    def news(self) -> News:
        """What the log has told since the mirror's own head."""
        bundles = range(self.old // WIDTH, -(-self.size // WIDTH))
        tail = ((at, entry) for n in bundles for at, entry in enumerate(self.tiles.entries(n), n * WIDTH))
        return read_news(entry for at, entry in tail if at >= self.old)

    def paths(self) -> frozenset[str]:
        """The paths of everything that the log consists of, but for its checkpoint."""
        whole = (tile_path(tile) for tile in new_tiles(0, self.size))
        return frozenset(layout.LOG + path for path in (*whole, *partial_paths(size_before(self.tiles))))

    def gone(self) -> Iterator[str]:
        """The partial tiles in the mirror for which nobody asks any more: but for those of the new head, of the
        snapshot before it, and of the head that the mirror had.
        """
        sizes = (self.size, size_before(self.tiles), self.old)
        wanted = {path for size in sizes for path in partial_paths(size)}
        there = walk(self._staging.site.root / layout.LOG)
        yield from (layout.LOG + path for path in there if ".p/" in path and path not in wanted)

    def _fetch(self, tile: Tile) -> tuple[str, bytes | None]:
        path = tile_path(tile)
        try:
            return path, self._raw.get(path) or self._find(path, TILE_LIMIT)
        except (NotFound, BadChecksum):
            return path, None

    def _proven(self, tile: Tile) -> bytes:
        return format_entries(self.tiles.entries(tile.number)) if tile.level == ENTRIES else self.tiles.tile(tile)

    def _keep(self, path: str, data: bytes) -> None:
        write_file(self._aside.root / path, data)
        self._stage(path, data)

    def _stage(self, path: str, data: bytes) -> None:
        if not self._staging.same(layout.LOG + path, data):
            self._staging.write(layout.LOG + path, data)

    def _read(self, path: str, limit: int) -> bytes:
        """A file of the log, unproven."""
        data = self._raw[path] if path in self._raw else self._find(path, limit)
        if self._remembers:
            self._raw[path] = data
        return data

    def _find(self, path: str, limit: int) -> bytes:
        if not self._careful:
            with suppress(NotFound, WorldError):
                return self._staging.read(layout.LOG + path, limit)
            with suppress(NotFound):
                return self._aside.read(path, limit)
        return self._source.read(layout.LOG + path, limit)

    def _checked(self, do: Callable[[], T]) -> T:
        """What `do` gives. If it finds wrong what was here already, it is done again with what the source has."""
        try:
            return do()
        except (FormatError, NotFound, BadChecksum):
            self._careful = True
            self._raw.clear()
        try:
            return do()
        except FormatError as error:
            fields = error.at(f"{self._source.name}/{layout.LOG}")._asdict()
            raise Unlike(_TILES, BadChecksum(fields.pop("code"), fields.pop("message"), **fields)) from None
        except (NotFound, BadChecksum) as error:
            raise Unlike(_TILES, error) from None
        finally:
            self._careful = False
