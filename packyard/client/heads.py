"""The head of a registry: from what is remembered and a new `SNAPSHOT.bundle` to what is believed from now on.

Nothing is remembered unless all of this holds:

1. Trust files follow each other, each signed by a threshold of the roots before it and of its own, and the last one has
   not expired. The first one is taken on trust, unless a root key is given that it must name and be signed by.
2. The snapshot is signed by a key that the newest trust file names, names that trust file, has not expired, and is not
   from the future.
3. Nothing goes back: neither the snapshot's number nor its time of issue, nor the number of the trust file. The same
   number means the same contents.
4. The checkpoint is signed by the log's key and cosigned by as many witnesses as the trust file asks for, and is about
   the log that the snapshot names.
5. The log has grown from the one that was seen last, and its last entry is the `index` entry of this snapshot: what is
   shown here is shown to everybody (`packyard.client.growth`).

Whoever stole the online key can push the numbers far ahead, so that the true snapshots look old. When the roots name
other snapshot keys, numbers and times begin anew; when they name another log key and the log does not follow from the
one before, so does the log.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple, NoReturn

from packyard.client.growth import Grown, grow, log_wants
from packyard.client.refusals import attempt, refusal
from packyard.client.state import State
from packyard.client.trusts import read_trusts
from packyard.client.wanted import Files, Wanted, need
from packyard.errors import FormatError, NotFound, Problem
from packyard.formats import bundle, layout, minisign, note, snapshot, trustfile
from packyard.formats.checkpoint import Checkpoint, verify_checkpoint
from packyard.formats.snapshot import Snapshot
from packyard.formats.times import DAY, format_time, parse_time
from packyard.registry import Trust
from packyard.trust import UNTRUSTED, verify_snapshot


class Head(NamedTuple):
    """What is believed now: the state to remember, and the entries of the log that are new to the client, by index.

    `notes` is what a person should know: that a registry was trusted at first sight, or that its log began `anew`, so
    that what is known of the one before counts for nothing.
    """

    state: State
    entries: Mapping[int, bytes]
    notes: tuple[str, ...] = ()
    anew: bool = False

    @property
    def snapshot(self) -> Snapshot:
        """The snapshot."""
        return self.state.head


class _Seen(NamedTuple):
    """What is looked at, what is remembered, the time, and the files that show what may be wrong."""

    site: str
    text: bundle.Bundle
    stated: Snapshot
    before: State | None
    now: int
    evidence: Mapping[str, bytes]

    def refuse(self, code: str, path: str, message: str, expected: object, found: object, help: str = "") -> NoReturn:
        problem = Problem(code, f"{self.site}/{path}", message, 0, str(expected), str(found), help)
        raise refusal(problem, self.evidence)


def read_head(files: Files, before: State | None, now: int, root_key: str = "") -> Head:
    """The head of the site, `before` being what is remembered of it; `now` is in seconds, `root_key` a root's minisign
    key.

    Raises `Wanted` for what must be fetched, `TrustError` for what is refused.
    """
    seen = _look(files, before, now)
    if before and (seen.text.snapshot, seen.text.checkpoint) == (before.snapshot, before.checkpoint):
        _check_age(seen, before.trust)
        _check_root(seen, before, root_key)
        return Head(before, {})
    trusts = _with_log(files, seen, root_key)
    trust = trustfile.parse_trust(trusts[-1])
    _check_snapshot(seen, trust)
    _check_order(seen, trust)
    checkpoint = _check_log_head(seen, trust)
    grown = _grow(files, seen, trust)
    state = _state(seen, trusts, grown)
    _check_root(seen, state, root_key)
    assert checkpoint.size == grown.frontier.size
    return Head(state, grown.entries, _notes(seen, trust, grown, root_key), grown.anew)


def read_bundle(files: Files) -> bundle.Bundle:
    """The head in one file, or, from a site that lacks it, the three files that it stands for."""
    try:
        data = files.read(layout.SNAPSHOT_BUNDLE, bundle.LIMIT)
    except NotFound:
        parts = (
            (layout.SNAPSHOT, snapshot.LIMIT),
            (layout.SNAPSHOT_SIGNATURE, minisign.LIMIT),
            (layout.CHECKPOINT, note.LIMIT),
        )
        return bundle.Bundle(*(files.read(path, limit) for path, limit in parts))
    path = f"{files.name}/{layout.SNAPSHOT_BUNDLE}"
    return attempt(path, {"SNAPSHOT.bundle": data}, bundle.parse_bundle, data)


def _look(files: Files, before: State | None, now: int) -> _Seen:
    text = read_bundle(files)
    evidence = {"SNAPSHOT": text.snapshot, "SNAPSHOT.minisig": text.signature, "checkpoint": text.checkpoint}
    if before:
        evidence |= {"known-SNAPSHOT": before.snapshot, "known-SNAPSHOT.minisig": before.signature}
        evidence |= {"known-checkpoint": before.checkpoint}
    stated = attempt(f"{files.name}/{layout.SNAPSHOT}", evidence, snapshot.parse_snapshot, text.snapshot)
    seen = _Seen(files.name, text, stated, before, now, evidence)
    if before and before.origin != stated.origin:
        message = "the snapshot is another registry's"
        seen.refuse("snapshot-invalid", layout.SNAPSHOT, message, before.origin, stated.origin)
    return seen


def _with_log(files: Files, seen: _Seen, root_key: str) -> tuple[bytes, ...]:
    """The trust files; what the log needs is asked for in the same round."""
    wants = list(log_wants(seen.before, seen.stated))
    try:
        trusts = read_trusts(files, seen.stated, seen.before.trusts if seen.before else (), root_key, seen.evidence)
    except Wanted as wanted:
        raise Wanted([*wanted.wants, *(want for want in wants if not files.has(want))]) from None
    need(files, wants)
    return trusts


def _check_root(seen: _Seen, state: State, root_key: str) -> None:
    """A root key that was given must be one that the first trust file names: whoever it is that has signed."""
    first = trustfile.parse_trust(state.trusts[0])
    if root_key and root_key not in first.root_keys:
        message = "the registry's first trust file does not name this root key"
        seen.refuse("trust-pinned", f"{layout.TRUST}1.json", message, root_key, ", ".join(first.root_keys))


def _check_snapshot(seen: _Seen, trust: Trust) -> None:
    path = f"{seen.site}/{layout.SNAPSHOT_SIGNATURE}"
    attempt(path, seen.evidence, verify_snapshot, seen.text.snapshot, seen.text.signature, trust)
    comment = minisign.parse_signature(seen.text.signature).untrusted_comment
    if comment != UNTRUSTED:
        message = "the untrusted comment is not the usual one, and nobody vouches for what it says"
        seen.refuse("untrusted-comment", layout.SNAPSHOT_SIGNATURE, message, UNTRUSTED, comment)
    _check_age(seen, trust)


def _check_age(seen: _Seen, trust: Trust) -> None:
    stated, now = seen.stated, seen.now
    hint = "ask another mirror, or wait for the registry to renew it; is this machine's clock right?"
    if parse_time(trust.expires) <= now:
        path = f"{layout.TRUST}{trust.number}.json"
        seen.refuse("trust-expired", path, "the trust file has expired", "a later time", trust.expires, hint)
    if stated.expires <= now:
        found = format_time(stated.expires)
        expected = f"later than {format_time(now)}"
        seen.refuse("snapshot-expired", layout.SNAPSHOT, "the snapshot has expired", expected, found, hint)
    if stated.issued > now + DAY:
        expected, found = f"at most a day after {format_time(now)}", format_time(stated.issued)
        seen.refuse("snapshot-early", layout.SNAPSHOT, "the snapshot is from the future", expected, found, hint)


def _check_order(seen: _Seen, trust: Trust) -> None:
    if seen.before is None or _begins_anew(seen.before, trust):
        return
    known, stated = seen.before.head, seen.stated
    if (stated.number, stated.issued) < (known.number, known.issued) or stated.issued < known.issued:
        message = "the snapshot is older than one that was seen before"
        expected, found = (f"number {each.number} of {format_time(each.issued)}" for each in (known, stated))
        hint = "the mirror is behind, or holds something back: ask another one"
        seen.refuse("snapshot-older", layout.SNAPSHOT, message, f"{expected} or later", found, hint)
    content = (stated.sums, stated.commit, stated.log_size, stated.log_root)
    if stated.number == known.number and content != (known.sums, known.commit, known.log_size, known.log_root):
        message = "there are two snapshots of one number: the registry tells different people different things"
        hint = "keep both heads, and show them to the registry's operator and to others who use it"
        seen.refuse("snapshot-forked", layout.SNAPSHOT, message, known.sums, stated.sums, hint)


def _begins_anew(before: State, trust: Trust) -> bool:
    """Whether the roots have taken the key away that signed what is remembered."""
    signer = minisign.parse_signature(before.signature).key_id
    return signer not in {minisign.parse_public_key(key).key_id for key in trust.snapshot_keys}


def _check_log_head(seen: _Seen, trust: Trust) -> Checkpoint:
    path = f"{seen.site}/{layout.CHECKPOINT}"
    log, witnesses = note.parse_vkey(trust.log_vkey), [note.parse_vkey(each) for each in trust.witnesses]
    found = attempt(path, seen.evidence, verify_checkpoint, seen.text.checkpoint, log, witnesses, trust.quorum)
    if (found.size, found.root) != (seen.stated.log_size, seen.stated.log_root):
        message = "the checkpoint and the snapshot are not about the same log"
        expected, stated = f"{seen.stated.log_size} entries", f"{found.size} entries"
        seen.refuse("checkpoint-mismatch", layout.CHECKPOINT, message, expected, stated)
    return found


def _grow(files: Files, seen: _Seen, trust: Trust) -> Grown:
    """The log as it grew. Where the roots have named another log key, it may be a new one."""
    before = seen.before
    try:
        return grow(files, before, seen.stated)
    except FormatError as error:
        renewed = before is not None and before.trust.log_vkey != trust.log_vkey
        if error.code == "log-forked" and renewed:
            need(files, log_wants(None, seen.stated))
            return grow(files, None, seen.stated)._replace(anew=True)
        raise refusal(error.at(f"{seen.site}/{layout.CHECKPOINT}"), seen.evidence) from None


def _state(seen: _Seen, trusts: tuple[bytes, ...], grown: Grown) -> State:
    kept = seen.before if seen.before and not grown.anew else None
    people, written, proven = (kept.people, kept.written, kept.proven) if kept else ({}, 0, ())
    texts = (seen.text.snapshot, seen.text.signature, seen.text.checkpoint)
    return State(
        seen.stated.origin, trusts, *texts, grown.frontier, grown.partial, grown.scanned, written, people, proven
    )


def _notes(seen: _Seen, trust: Trust, grown: Grown, root_key: str) -> tuple[str, ...]:
    if grown.anew:
        return (f"the log of {trust.origin} began anew under trust file {trust.number}, which its roots have signed",)
    if seen.before is None and not root_key:
        return (f"{trust.origin} is trusted from now on by what it showed first",)
    return ()
