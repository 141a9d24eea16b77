"""The new entries of a log against the site: what each is about is there, sealed, with the hash that the entry has."""

from __future__ import annotations

from hashlib import sha256

from packyard.audit.chain import Chain
from packyard.audit.reading import Reading
from packyard.errors import FormatError, Problem, WorldError
from packyard.formats import entries, layout, names
from packyard.formats.snapshot import Snapshot, sum_lines
from packyard.formats.tiles import TileReader
from packyard.protocols import Reader
from packyard.recorded import recorded_entries
from packyard.witnessing import owed

#: More revisions than this no publisher has.
_REVISIONS = 10_000


def check_tail(site: Reader, snapshot: Snapshot, log: TileReader, start: int) -> list[Problem]:
    """What is wrong with the entries of a log from entry `start` on, judged by the site with this snapshot.

    Whether who signed was allowed to is not asked: that is for `packyard audit`. Raises `WorldError` when the snapshot
    is not the one that the log ends with.
    """
    if log.size != snapshot.log_size:
        expected, found = f"{log.size} entries", f"{snapshot.log_size} entries"
        message = "the snapshot is older than the checkpoint"
        raise WorldError("site-changing", message, path=layout.SNAPSHOT, expected=expected, found=found)
    reading = Reading(site)
    chain, last = Chain(reading, snapshot), b""
    for index, entry in recorded_entries(log, start):
        last = entry
        try:
            _check(reading, chain, index, entry)
        except FormatError as error:
            reading.problems.append(error.at(f"{layout.LOG}entry {index}"))
    wanted = entries.index_entry(snapshot.number, sha256(sum_lines(snapshot.sums)).hexdigest())
    if last not in (b"", wanted):
        message = "the log does not end with the entry of this snapshot"
        reading.report("log-order", layout.CHECKPOINT, message, wanted.decode(), last[:300].decode("utf-8", "replace"))
    return reading.problems


def _check(reading: Reading, chain: Chain, index: int, entry: bytes) -> None:
    fields = entries.parse_entry(entry)
    about = owed(fields) or _revision(chain, fields)
    if about is None:
        return
    path, digest = about
    if chain.digest(path) == digest:
        reading.intact(path, digest)
    elif not chain.undecided(path):
        message = f"entry {index} of the log is about something that is not on the site"
        reading.report("log-unmet", path, message, digest, chain.digest(path) or "nothing")


def _revision(chain: Chain, fields: dict[str, object]) -> tuple[str, str] | None:
    """(path, sha256) of the revision that an entry of a publisher or an organisation is about; None for others."""
    kind, digest = str(fields.get("type")), str(fields.get("sha256"))
    if kind not in ("publisher", "org"):
        return None
    name = names.parse_handle(str(fields.get("handle" if kind == "publisher" else "org")))
    place = layout.publisher if kind == "publisher" else layout.org
    for number in range(1, _REVISIONS):
        path = place(name, f"{number}.yaml")
        if chain.digest(path) in (digest, None):
            return path, digest
    return place(name, "1.yaml"), digest
