"""What a client knows of the log: entries that it has read or proven, and a way to prove others."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from packyard.client.growth import TILE_LIMIT, read_tiles, tile_wants
from packyard.client.wanted import Files, Want
from packyard.errors import FormatError
from packyard.formats import canonical
from packyard.formats.tiles import TileReader
from packyard.formats.tlog import leaf_hash

__all__ = ["TILE_LIMIT", "Ledger"]


class Ledger:
    """The log of `size` entries with this root. `known` are entries by index; of those from `scanned` on none is
    missing. What is proven is kept in `proven`.
    """

    def __init__(self, files: Files, size: int, root: bytes, known: Mapping[int, bytes], scanned: int) -> None:
        self._files, self._size, self._root = files, size, root
        self._known, self._scanned = known, scanned
        self._tiles: TileReader | None = None
        self.proven: dict[int, bytes] = {}

    def wants(self, claims: Iterable[tuple[int, bytes]]) -> Iterator[Want]:
        """What must be fetched to prove that the log has these entries at these places."""
        open_ones = [
            index for index, _ in claims if self._at(index) is None and 0 <= index < min(self._size, self._scanned)
        ]
        if open_ones:
            yield from tile_wants(((0, index) for index in open_ones), self._size)

    def prove(self, index: int, entry: bytes) -> None:
        """Returns when the log has the entry at this place. Raises `Wanted`, or `FormatError` `log-mismatch`."""
        known = self._at(index)
        if known is None and 0 <= index < min(self._size, self._scanned):
            if self._tiles is None:
                self._tiles = read_tiles(self._files, self._size, self._root)
            if self._tiles.hash(0, index) == leaf_hash(entry):
                self.proven[index] = known = entry
        if known != entry:
            found = (known or b"another entry").decode("utf-8", "replace")
            message = f"the log does not have this at the place {index} that is claimed for it"
            raise FormatError("log-mismatch", message, expected=entry.decode(), found=found)

    def about(self, member: str, value: str) -> Iterator[tuple[int, bytes]]:
        """The known entries in which a member has this value, such as ("pack", "hello"), in their order."""
        mark = canonical.encode({member: value})[1:-1]
        for source in (self._known, self.proven):
            for index, entry in source.items():
                if mark in entry:
                    yield index, entry

    def _at(self, index: int) -> bytes | None:
        return self._known.get(index) or self.proven.get(index)
