"""The head of a registry: from what is remembered and a new `SNAPSHOT.bundle` to what is believed from now on.

Nothing is remembered unless all of this holds:

1. Trust files follow each other, each signed by a threshold of the roots before it and of its own, and the last one has
   not expired. The first one is taken on trust, unless a root key is given that it must name and be signed by.
2. The snapshot is signed by a key that the newest trust file names, names that trust file, has not expired, is not from
   the future, and does not hold for longer than any registry may say.
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
from contextlib import suppress
from functools import partial
from typing import NamedTuple, NoReturn

from packyard.client.growth import Grown, grow, log_wants
from packyard.client.refusals import attempt, refusal
from packyard.client.state import State
from packyard.client.trusts import read_trusts, verify_root
from packyard.client.wanted import Files, Wanted, gather, need
from packyard.errors import FormatError, NotFound, Problem, TrustError
from packyard.formats import bundle, layout, minisign, note, snapshot, trustfile
from packyard.formats.checkpoint import verify_checkpoint
from packyard.formats.fields import shown
from packyard.formats.snapshot import Snapshot
from packyard.formats.times import DAY, format_time, parse_time
from packyard.registry import Trust
from packyard.trust import UNTRUSTED, verify_snapshot

#: No registry may say that its snapshots hold for longer: a year, and a day for clocks. Whoever had the online key for
#: an hour could freeze clients for ever.
LONGEST = 366 * DAY


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
    """What is looked at, what is remembered, and the time."""

    site: str
    text: bundle.Bundle
    stated: Snapshot
    before: State | None
    now: int

    def refuse(self, code: str, path: str, message: str, expected: object, found: object, help: str = "") -> NoReturn:
        raise refusal(Problem(code, f"{self.site}/{path}", message, 0, str(expected), str(found), help))


def read_head(files: Files, before: State | None, now: int, root_key: str = "") -> Head:
    """The head of the site, `before` being what is remembered of it; `now` is in seconds, `root_key` a root's minisign
    key.

    Raises `Wanted` for what must be fetched, `TrustError` for what is refused.
    """
    seen = _Seen(files.name, read_bundle(files), read_stated(files), before, now)
    if before and before.origin != seen.stated.origin:
        message = "the snapshot is another registry's"
        seen.refuse("snapshot-invalid", layout.SNAPSHOT, message, before.origin, seen.stated.origin)
    if before and (seen.text.snapshot, seen.text.checkpoint) == (before.snapshot, before.checkpoint):
        _check_root(files, before, before.trusts, root_key)
        _check_age(seen, before.trust)
        return Head(before._replace(root=root_key or before.root), {})
    trusts = _with_log(files, seen)
    _check_root(files, before, trusts, root_key)
    trust = trustfile.parse_trust(trusts[-1])
    _check_snapshot(seen, trust)
    _check_order(seen, trust)
    _check_log_head(seen, trust)
    grown = _grow(files, seen, trust)
    state = _state(seen, trusts, grown, root_key)
    return Head(state, grown.entries, _notes(seen, trust, grown, root_key), grown.anew)


def read_stated(files: Files) -> Snapshot:
    """What the snapshot says, before it is believed. Raises `Wanted`, `TrustError`."""
    return attempt(f"{files.name}/{layout.SNAPSHOT}", {}, snapshot.parse_snapshot, read_bundle(files).snapshot)


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
        return bundle.Bundle(*gather(partial(files.read, *part) for part in parts))
    path = f"{files.name}/{layout.SNAPSHOT_BUNDLE}"
    return attempt(path, {layout.SNAPSHOT_BUNDLE: data}, bundle.parse_bundle, data)


def evidence_of(files: Files, before: State | None) -> dict[str, bytes]:
    """The head that the site shows, as far as it came, and the one that is remembered: whoever has both can show them
    to others.
    """
    found = dict[str, bytes]()
    with suppress(Wanted, TrustError):
        found |= zip(("SNAPSHOT", "SNAPSHOT.minisig", "checkpoint"), read_bundle(files), strict=True)
    if before:
        found |= {"known-SNAPSHOT": before.snapshot, "known-SNAPSHOT.minisig": before.signature}
        found |= {"known-checkpoint": before.checkpoint}
    return found


def _with_log(files: Files, seen: _Seen) -> tuple[bytes, ...]:
    """The trust files; what the log needs is asked for in the same round."""
    wants = [want for want in log_wants(seen.before, seen.stated) if not files.has(want)]
    try:
        trusts = read_trusts(files, seen.stated, seen.before.trusts if seen.before else ())
    except Wanted as wanted:
        raise Wanted([*wanted.wants, *wants]) from None
    need(files, wants)
    return trusts


def _check_root(files: Files, before: State | None, trusts: tuple[bytes, ...], root_key: str) -> None:
    """Whether the root key that was given stands behind the first trust file; what was asked once is remembered."""
    if root_key and (before is None or before.root != root_key):
        verify_root(files, trusts[0], root_key)


def _check_snapshot(seen: _Seen, trust: Trust) -> None:
    path = f"{seen.site}/{layout.SNAPSHOT_SIGNATURE}"
    attempt(path, {}, verify_snapshot, seen.text.snapshot, seen.text.signature, trust)
    comment = minisign.parse_signature(seen.text.signature).untrusted_comment
    if comment != UNTRUSTED:
        message = "the untrusted comment is not the usual one, and nobody vouches for what it says"
        seen.refuse("untrusted-comment", layout.SNAPSHOT_SIGNATURE, message, UNTRUSTED, shown(comment))
    if not seen.stated.issued < seen.stated.expires <= seen.stated.issued + LONGEST:
        message = "the snapshot would hold for longer than any registry may say"
        times = (format_time(seen.stated.issued + LONGEST), format_time(seen.stated.expires))
        seen.refuse("snapshot-invalid", layout.SNAPSHOT, message, f"{times[0]} or before", times[1])
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
    if stated.number < known.number or stated.issued < known.issued:
        message = "the snapshot is older than one that was seen before"
        expected, found = (f"number {each.number} of {format_time(each.issued)}" for each in (known, stated))
        hint = "the mirror is behind, or holds something back: ask another one"
        seen.refuse("snapshot-older", layout.SNAPSHOT, message, f"{expected} or later", found, hint)
    expected, found = map(_content, (known, stated))
    if stated.number == known.number and expected != found:
        message = "there are two snapshots of one number: the registry tells different people different things"
        hint = "keep both heads, and show them to the registry's operator and to others who use it"
        seen.refuse("snapshot-forked", layout.SNAPSHOT, message, expected, found, hint)


def _content(stated: Snapshot) -> str:
    """What a number stands for: lists, commit and log."""
    lists = ", ".join(f"{path} {digest}" for path, digest in stated.sums)
    return f"{lists}, commit {stated.commit}, log of {stated.log_size} with the root {stated.log_root.hex()}"


def _begins_anew(before: State, trust: Trust) -> bool:
    """Whether the roots have taken the key away that signed what is remembered."""
    signer = minisign.parse_signature(before.signature).key_id
    return signer not in {minisign.parse_public_key(key).key_id for key in trust.snapshot_keys}


def _check_log_head(seen: _Seen, trust: Trust) -> None:
    path = f"{seen.site}/{layout.CHECKPOINT}"
    log, witnesses = note.parse_vkey(trust.log_vkey), [note.parse_vkey(each) for each in trust.witnesses]
    found = attempt(path, {}, verify_checkpoint, seen.text.checkpoint, log, witnesses, trust.quorum)
    if (found.size, found.root) != (seen.stated.log_size, seen.stated.log_root):
        message = "the checkpoint and the snapshot are not about the same log"
        heads = ((seen.stated.log_size, seen.stated.log_root), (found.size, found.root))
        expected, stated = (f"{size} entries with the root {root.hex()}" for size, root in heads)
        seen.refuse("checkpoint-mismatch", layout.CHECKPOINT, message, expected, stated)


def _grow(files: Files, seen: _Seen, trust: Trust) -> Grown:
    """The log as it grew. Where the roots have named another log key, it may be a new one."""
    before = seen.before
    try:
        return grow(files, before, seen.stated)
    except FormatError as error:
        problem = error.at(f"{seen.site}/{layout.CHECKPOINT}")
        if before is None or error.code != "log-forked" or before.trust.log_vkey == trust.log_vkey:
            raise refusal(problem) from None
    need(files, log_wants(None, seen.stated))
    try:
        return grow(files, None, seen.stated)._replace(anew=True)
    except FormatError as error:
        raise refusal(error.at(problem.path)) from None


def _state(seen: _Seen, trusts: tuple[bytes, ...], grown: Grown, root_key: str) -> State:
    kept = seen.before if seen.before and not grown.anew else None
    since = kept.since if kept else ()
    since += (seen.stated.log_size,) * (len(trusts) - len(since))
    begun, written = (seen.before.begun, seen.before.written) if seen.before else (0, 0)
    return State(
        seen.stated.origin,
        trusts,
        since,
        root_key or (seen.before.root if seen.before else ""),
        *seen.text,
        grown.frontier,
        grown.partial,
        grown.scanned,
        written if grown.anew else begun,
        written,
        kept.people if kept else {},
    )


def _notes(seen: _Seen, trust: Trust, grown: Grown, root_key: str) -> tuple[str, ...]:
    if grown.anew:
        return (f"the log of {trust.origin} began anew under trust file {trust.number}, which its roots have signed",)
    if seen.before is None and not root_key:
        return (f"{trust.origin} is trusted from now on by what it showed first",)
    return ()
