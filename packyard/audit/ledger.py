"""The entries of the log as claims to be met: each must belong to something on the site, and the other way round.

A published version is not looked up in the log. Its entry is made again from what is on the site, and its hash must be
the one that the log has at the place that the site names. What nobody has claimed in the end is missing from the site.
So the entries of versions, which are nearly all, need neither be parsed nor kept.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Any, NamedTuple

from packyard.errors import FormatError, NotFound, WorldError
from packyard.formats import entries, layout
from packyard.formats.tiles import WIDTH, read_entries, tile_of
from packyard.formats.times import DAY, format_time, parse_time
from packyard.formats.tlog import HASH_SIZE, leaf_hash
from packyard.protocols import Reader

_PUBLISH = b'{"identity":"'
# Times have one length and one form, so the later of two is the greater text.
_TIME, _TIME_SIZE = b'"time":"', len("2026-03-01T09:00:00Z")
_REVISIONS = ("publisher", "org")


class Logged(NamedTuple):
    """An entry that was parsed, and its index in the log."""

    at: int
    entry: bytes
    fields: dict[str, Any]


class Claim(NamedTuple):
    """The entry that the log must have at the index `at`, because of what is at `path`."""

    at: int
    entry: bytes
    path: str


class Ledger:
    """The log of `size` entries from entry `start` on. Its `leaves`, the hashes of the entries, are filled in by its
    maker.

    `revisions` are the entries of publishers and organisations, `said` those of statements by pack, `sizes` the sizes
    that the log had when a snapshot was made, `last` the last `index` entry.
    """

    def __init__(self, start: int, size: int) -> None:
        self.start, self.size = start, size
        self.leaves = bytearray()
        self.revisions: list[Logged] = []
        self.said: dict[str, list[Logged]] = {}
        self.sizes: list[int] = []
        self.last: Logged | None = None
        self._claimed = bytearray()
        self._latest = b""

    def take(self, index: int, entry: bytes) -> None:
        """Takes the next entry. Raises `FormatError` when it is none of those that a log may have."""
        self._claimed.append(0)
        if (found := entry.find(_TIME)) >= 0:
            start = found + len(_TIME)
            self._latest = max(self._latest, entry[start : start + _TIME_SIZE])
        if entry.startswith(_PUBLISH):
            return
        logged = Logged(index, entry, entries.parse_entry(entry))
        kind, pack = logged.fields.get("type"), logged.fields.get("pack")
        if kind == "index":
            self._index(logged)
        elif kind in _REVISIONS:
            self.revisions.append(logged)
        elif isinstance(pack, str) and isinstance(logged.fields.get("sequence"), int):
            self.said.setdefault(pack, []).append(logged)
            if kind == "recover":
                self._recover(logged)
        else:
            raise FormatError("log-entry-invalid", f"entry {index} is of no known type", found=shown(entry))

    def _index(self, logged: Logged) -> None:
        number, digest = logged.fields.get("snapshot"), logged.fields.get("sha256")
        whole = isinstance(number, int) and isinstance(digest, str)
        if not whole or entries.index_entry(number, digest) != logged.entry:  # type: ignore[arg-type]  # `whole` says so
            raise FormatError("log-entry-invalid", f"entry {logged.at} is no index entry", found=shown(logged.entry))
        wanted = self.last.fields["snapshot"] + 1 if self.last else 1 if self.start == 0 else number
        self.excuse(logged.at)
        self.sizes.append(logged.at + 1)
        self.last = logged
        if number != wanted:
            message = f"index entry {logged.at} is not the one that follows"
            raise FormatError("log-order", message, expected=f"snapshot {wanted}", found=f"snapshot {number}")

    def _recover(self, logged: Logged) -> None:
        """A recovery must not be dated back: its waiting time would be over sooner. Clocks may differ by a day."""
        latest = parse_time(self._latest.decode("ascii", "replace"))
        if parse_time(str(logged.fields.get("time"))) + DAY < latest:
            message = f"entry {logged.at} begins a recovery before what the log had already"
            raise FormatError(
                "recovery-early", message, expected=f"about {format_time(latest)}", found=shown(logged.entry)
            )

    def claim(self, claim: Claim) -> bool:
        """Whether the log has this entry at this place. An entry says whose it is, so no two can claim it."""
        at = claim.at - self.start
        if not 0 <= at < len(self._claimed):
            return False
        if self.leaves[at * HASH_SIZE : (at + 1) * HASH_SIZE] != leaf_hash(claim.entry):
            return False
        self._claimed[at] = 1
        return True

    def excuse(self, index: int) -> None:
        """Takes the entry as claimed, because it is known why nobody can."""
        if 0 <= index - self.start < len(self._claimed):
            self._claimed[index - self.start] = 1

    def unclaimed(self) -> Iterator[int]:
        """The indexes of the entries that nobody has claimed."""
        at = self._claimed.find(0)
        while at >= 0:
            yield self.start + at
            at = self._claimed.find(0, at + 1)


def entries_at(site: Reader, indexes: Iterable[int], size: int) -> dict[int, bytes]:
    """Entries as the site's bundles have them, unverified and for messages; those that cannot be read are left out."""
    found = dict[int, bytes]()
    for number, wanted in groupby((index for index in indexes if 0 <= index < size), lambda index: index // WIDTH):
        try:
            bundle = read_entries(
                tile_of(0, number * WIDTH, size), lambda path, limit: site.read(layout.LOG + path, limit)
            )
        except (FormatError, NotFound, WorldError):
            continue
        found |= {index: bundle[index % WIDTH] for index in wanted}
    return found


def shown(entry: bytes | None) -> str:
    """An entry for a message."""
    return entry[:300].decode("utf-8", "replace") if entry is not None else "nothing"
