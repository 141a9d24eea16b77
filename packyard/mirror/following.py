"""Which head of a site may take the place of which: never an older one, never one of another history, never an expired.

A mirror and its source are two witnesses of one registry. When the two heads cannot both be true, each signed by the
registry's own keys, the two together are the evidence.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from packyard.errors import Stale
from packyard.formats import layout, tlog
from packyard.formats.snapshot import Snapshot
from packyard.formats.times import format_time, parse_time
from packyard.head import Head

# Inside a JSON text a quote is escaped, so what looks like a member is one.
_PACK = re.compile(rb'"pack":"([^"\\]+)"')


def check_one_history(before: Snapshot, after: Snapshot) -> None:
    """Returns unless two contents have one number, or two logs one size. Raises `Stale`: `mirror-forked`."""
    if before.number == after.number and before.sums != after.sums:
        raise _forked(before, after, f"two contents of snapshot {after.number}")
    if before.log_size == after.log_size and before.log_root != after.log_root:
        raise _forked(before, after, f"two logs of {after.log_size} entries")


def check_prefix(shorter: Snapshot, longer: Snapshot, hashes: tlog.Hashes) -> None:
    """Returns when the log of `longer`, whose hashes are proven, begins with that of `shorter`. Raises `Stale`:
    `mirror-forked`.
    """
    if tlog.tree_hash(shorter.log_size, hashes) != shorter.log_root:
        sizes = f"{longer.log_size} entries do not begin with the {shorter.log_size}"
        raise _forked(shorter, longer, sizes)


def check_follows(before: Snapshot, after: Snapshot) -> None:
    """Returns when nothing goes back from one snapshot to the next. Raises `Stale`: `mirror-rollback`."""
    for what, old, new in (
        ("snapshot", before.number, after.number),
        ("trust file", before.trust, after.trust),
        ("log of size", before.log_size, after.log_size),
    ):
        if new < old:
            raise _rollback(f"{what} {old} or later", f"{what} {new}")
    if after.issued < before.issued:
        raise _rollback(f"issued {format_time(before.issued)} or later", f"issued {format_time(after.issued)}")


def check_fresh(head: Head, now: int) -> None:
    """Returns when neither the snapshot nor the newest trust file has expired. Raises `Stale`."""
    found, trust = head.snapshot, head.trust
    for code, path, expires, hint in (
        ("snapshot-expired", layout.SNAPSHOT, found.expires, "the operator of the source has to reseal or to copy"),
        ("trust-expired", f"{layout.TRUST}{trust.number}.json", parse_time(trust.expires), "a next one is due"),
    ):
        if expires <= now:
            message = "the source shows nothing newer than this, which has expired; the mirror stays as it is"
            raise Stale(code, message, path=path, expected="a time to come", found=format_time(expires), help=hint)


def is_old(snapshot: Snapshot, now: int) -> bool:
    """Whether more than half of the time is over for which the snapshot was issued, so that a reseal is overdue."""
    return now - snapshot.issued > (snapshot.expires - snapshot.issued) / 2


def packs_in(tail: Iterable[bytes]) -> tuple[str, ...]:
    """The packs that entries of the log are about, by name; the entries are known to be in their canonical form."""
    found = (_PACK.search(entry) for entry in tail)
    return tuple(sorted({match[1].decode("utf-8", "replace") for match in found if match}))


def _rollback(expected: str, found: str) -> Stale:
    message = "the source is older than the mirror; the mirror stays as it is"
    return Stale("mirror-rollback", message, path=layout.SNAPSHOT, expected=expected, found=found)


def _forked(before: Snapshot, after: Snapshot, message: str) -> Stale:
    return Stale(
        "mirror-forked",
        f"the registry has signed two histories: {message}; the mirror stays as it is",
        path=layout.CHECKPOINT,
        expected=f"one log; {before.log_size} entries have the root {before.log_root.hex()}",
        found=f"{after.log_size} entries with the root {after.log_root.hex()}",
    )
