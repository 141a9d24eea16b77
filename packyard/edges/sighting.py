"""One look at the log of a site: trust files, snapshot, checkpoint and tiles, verified together."""

from __future__ import annotations

from hashlib import sha256
from typing import NamedTuple

from packyard.errors import FormatError, WorldError
from packyard.formats import layout, note, trustfile
from packyard.formats.snapshot import Snapshot
from packyard.formats.tiles import TileReader
from packyard.formats.tlog import tree_hash
from packyard.head import attempt, read_head
from packyard.protocols import Reader
from packyard.registry import Trust
from packyard.witnessing import Signed, open_signed


class Seen(NamedTuple):
    """What a site says of its log, verified as far as one look can tell; `digest` is of the newest trust file."""

    snapshot: Snapshot
    trust: Trust
    digest: str
    signed: Signed
    log: TileReader


class Once:
    """A reader that asks for each path once, so that what was verified is what is read again."""

    def __init__(self, site: Reader) -> None:
        self.name, self._site = site.name, site
        self._known: dict[str, bytes] = {}

    def read(self, path: str, limit: int) -> bytes:
        """A file's bytes, as they were the first time."""
        if path not in self._known:
            self._known[path] = self._site.read(path, limit)
        return self._known[path]


def look(site: Reader, root_key: str = "") -> Seen:
    """The head of a site's log, with trust files and a snapshot that verify. Raises as `read_head` does."""
    snapshot, trust = read_head(site, root_key)
    digest = sha256(site.read(f"{layout.TRUST}{trust.number}.json", trustfile.LIMIT)).hexdigest()
    data = site.read(layout.CHECKPOINT, note.LIMIT)
    signed = attempt(site, layout.CHECKPOINT, open_signed, data, note.parse_vkey(trust.log_vkey))
    return Seen(snapshot, trust, digest, signed, attempt(site, layout.CHECKPOINT, _open_log, site, signed))


def _open_log(site: Reader, signed: Signed) -> TileReader:
    head = signed.head
    return TileReader(head.size, head.root, lambda path, limit: site.read(layout.LOG + path, limit))


def check_snapshot(site: Reader, seen: Seen) -> None:
    """Returns when the snapshot is about this log, as it is or as it was.

    Raises `BadSignature` when it is about another, `WorldError` when the copy is in the middle of a change.
    """
    if seen.log.size < seen.snapshot.log_size:
        message = "the checkpoint is older than the snapshot"
        path, expected = f"{site.name}/{layout.CHECKPOINT}", f"{seen.snapshot.log_size} entries"
        raise WorldError("site-changing", message, path=path, expected=expected, found=f"{seen.log.size} entries")
    attempt(site, layout.CHECKPOINT, _same_log, seen)


def _same_log(seen: Seen) -> None:
    root = tree_hash(seen.snapshot.log_size, seen.log.hash)
    if root != seen.snapshot.log_root:
        message = "the checkpoint and the snapshot are not about the same log"
        expected, found = seen.snapshot.log_root.hex(), root.hex()
        raise FormatError("checkpoint-mismatch", message, expected=expected, found=found)
