"""What a client knows of the log: entries that it has read or proven, and a way to prove others."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property, lru_cache
from typing import Any

from packyard.client.growth import read_tiles, tile_wants
from packyard.client.wanted import Files, Want
from packyard.errors import FormatError
from packyard.formats import entries
from packyard.formats.fields import shown
from packyard.formats.tiles import TileReader
from packyard.formats.times import parse_time
from packyard.formats.tlog import leaf_hash

#: Whom or what an entry may be about, and whose it may be.
_ABOUT = re.compile(rb'"(handle|org|pack)":"([a-z0-9@/-]{1,140})"')
_TIME = re.compile(rb'"time":"([0-9TZ:-]{20})"')


class Ledger:
    """The log of `size` entries with this root. `known` are entries by index; of those from `scanned` on none is
    missing. What is proven is kept in `proven`.
    """

    def __init__(self, files: Files, size: int, root: bytes, known: Mapping[int, bytes], scanned: int) -> None:
        self._files, self._size, self._root = files, size, root
        self._known, self._scanned = known, scanned
        self._tiles: TileReader | None = None
        self.proven: dict[int, bytes] = {}

    def knows(self, index: int) -> bool:
        """Whether it is known what the log has at a place, or that it has nothing there."""
        return self._at(index) is not None or not 0 <= index < min(self._size, self._scanned)

    def wants(self, indexes: Iterable[int]) -> Iterator[Want]:
        """What must be fetched to prove what the log has at these places."""
        if unknown := [index for index in indexes if not self.knows(index)]:
            yield from tile_wants(((0, index) for index in unknown), self._size)

    def prove(self, index: int, entry: bytes) -> None:
        """Returns when the log has the entry at this place. Raises `Wanted`, or `FormatError` `log-mismatch`."""
        known = self._at(index)
        if not self.knows(index):
            if self._tiles is None:
                self._tiles = read_tiles(self._files, self._size, self._root)
            if self._tiles.hash(0, index) == leaf_hash(entry):
                self.proven[index] = known = entry
        if known != entry:
            found = "another entry" if known is None else shown(known.decode("utf-8", "replace"))
            message = f"the log does not have this at the place {index} that is claimed for it"
            raise FormatError("log-mismatch", message, expected=entry.decode(), found=found)

    def about(self, kind: str, name: str) -> Iterator[tuple[int, bytes]]:
        """The known entries about a "pack", a "publisher" or an "org", in their order. What is not an entry in its one
        form is about nothing: nobody could prove anything by it.
        """
        member = "handle" if kind == "publisher" else kind
        for index in self._index.get((member.encode(), name.encode()), ()):
            fields = _fields(self._known[index])
            if fields.get(member) == name and (kind == "pack" or fields.get("type") == kind):
                yield index, self._known[index]

    def latest(self, before: int) -> int:
        """The latest time that a known entry before this place has, in seconds; 0 when none has one."""
        found = (_TIME.search(entry) for index, entry in self._known.items() if index < before)
        return max((_seconds(match[1]) for match in found if match), default=0)

    @cached_property
    def _index(self) -> Mapping[tuple[bytes, bytes], list[int]]:
        found: dict[tuple[bytes, bytes], list[int]] = {}
        for index, entry in sorted(self._known.items()):
            for mark in set(_ABOUT.findall(entry)):
                found.setdefault(mark, []).append(index)
        return found

    def _at(self, index: int) -> bytes | None:
        return self._known.get(index, self.proven.get(index))


def _fields(entry: bytes) -> Mapping[str, Any]:
    try:
        return entries.parse_entry(entry)
    except (FormatError, TypeError):  # a fraction, which has no canonical form
        return {}


@lru_cache(1_024)
def _seconds(text: bytes) -> int:
    try:
        return parse_time(text.decode())
    except FormatError:
        return 0
