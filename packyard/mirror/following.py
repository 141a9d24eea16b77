"""Which head of a site may take the place of which: never an older one, never one of another history, never an expired.

A mirror and its source are two witnesses of one registry. When the two heads cannot both be true, each signed by the
registry's own keys, the two together are the evidence.

What clients refuse a mirror does not take: a snapshot from the future, or one that holds for longer than any registry
may say. And like clients it lets the roots make an end of stolen keys: when they name other snapshot keys, numbers and
times begin anew; when they name another log key and the log does not follow from the one before, so does the log.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from packyard.client.heads import LONGEST
from packyard.errors import BadSignature, Problem, Stale
from packyard.formats import layout, minisign, tlog
from packyard.formats.entries import is_index
from packyard.formats.snapshot import Snapshot
from packyard.formats.times import DAY, format_time, parse_time
from packyard.head import Head
from packyard.registry import Trust

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


def check_trust(before: Snapshot, after: Snapshot) -> None:
    """Returns when the trust files do not go back from one snapshot to the next. Raises `Stale`: `mirror-rollback`."""
    if after.trust < before.trust:
        raise _rollback(f"trust file {before.trust} or later", f"trust file {after.trust}")


def check_follows(before: Snapshot, after: Snapshot) -> None:
    """Returns when neither number nor time go back from one snapshot to the next. Raises `Stale`: `mirror-rollback`."""
    if after.number < before.number:
        raise _rollback(f"snapshot {before.number} or later", f"snapshot {after.number}")
    if after.issued < before.issued:
        raise _rollback(f"issued {format_time(before.issued)} or later", f"issued {format_time(after.issued)}")


def check_grows(before: Snapshot, after: Snapshot) -> None:
    """Returns when the log does not shrink from one snapshot to the next. Raises `Stale`: `mirror-rollback`."""
    if after.log_size < before.log_size:
        raise _rollback(f"log of size {before.log_size} or later", f"log of size {after.log_size}")


def begins_anew(signature: bytes, trust: Trust) -> bool:
    """Whether the roots have taken the key away that made the signature of a snapshot."""
    signer = minisign.parse_signature(signature).key_id
    return signer not in {minisign.parse_public_key(key).key_id for key in trust.snapshot_keys}


def check_fresh(head: Head, now: int) -> None:
    """Returns when clients take the head for as long as they should: neither the snapshot nor the newest trust file has
    expired, and the snapshot is neither from the future nor for longer than any registry may say. Raises `Stale`,
    `BadSignature`.
    """
    found, trust = head.snapshot, head.trust
    if not found.issued < found.expires <= found.issued + LONGEST:
        expected, until = (format_time(each) for each in (found.issued + LONGEST, found.expires))
        message = "the snapshot would hold for longer than any registry may say; the mirror stays as it is"
        raise BadSignature("snapshot-invalid", message, path=layout.SNAPSHOT, expected=f"{expected} or before",
                           found=until)  # fmt: skip
    if found.issued > now + DAY:
        message, hint = "the snapshot is from the future; the mirror stays as it is", "is this machine's clock right?"
        raise Stale("snapshot-early", message, path=layout.SNAPSHOT, expected=f"at most a day after {format_time(now)}",
                    found=format_time(found.issued), help=hint)  # fmt: skip
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


class News(NamedTuple):
    """What new entries of a log tell: the packs that they are about, by name, and how many snapshots they announce."""

    packs: tuple[str, ...]
    snapshots: int


def read_news(tail: Iterable[bytes]) -> News:
    """What entries of the log tell; they are known to be in their canonical form."""
    packs, snapshots = set[str](), 0
    for entry in tail:
        found = _PACK.search(entry)
        packs |= {found[1].decode("utf-8", "replace")} if found else set()
        snapshots += is_index(entry)
    return News(tuple(sorted(packs)), snapshots)


def check_numbers(before: Snapshot, after: Snapshot, snapshots: int) -> Iterator[Problem]:
    """A problem when the log has not announced every number from one snapshot to the next: the number would have been
    pushed ahead of what is to come.
    """
    if after.number - before.number != snapshots:
        message = "the log does not have an entry for each snapshot since the mirror's"
        found = f"snapshot {after.number}"
        yield Problem("log-order", layout.CHECKPOINT, message, 0, f"snapshot {before.number + snapshots}", found)


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
