"""Being a witness: look at a log, remember what was seen, and only then sign.

The memory of a witness is one folder for one key, with a file for each log:

    lock  HASH.json  evidence/HASH-….json

Whatever happens between two writes, no head is ever signed that the memory does not hold: the new head is durable, file
and folder, before its signature leaves the process. A witness that is cut short after that signs the same head again.
It is never made to forget: a memory that is lost is an explicit decision (`new`), and what the witness has published
itself is then taken as its memory.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from packyard.edges.sighting import Once, Seen, check_snapshot, look
from packyard.edges.workfolder import read_file
from packyard.errors import BadKey, FormatError, NotFound, Problem, ProblemsFound, Stale, UsageError, WorldError
from packyard.formats import layout, minisign, note, trustfile
from packyard.formats.checkpoint import Checkpoint
from packyard.protocols import Reader, Signer
from packyard.registry import Trust
from packyard.witnessing import (
    LIMIT,
    Signed,
    State,
    check_name,
    cosignatures,
    find_fork,
    format_fork,
    format_state,
    lines_of,
    open_signed,
    parse_state,
    witness_path,
)


class Order(NamedTuple):
    """What a witness is asked to do: its memory, where it publishes (if it does), and for the first time its name and
    a root key of the registry. `audit`: see `packyard.edges.tail`.
    """

    memory: Path
    out: Path | None = None
    new: bool = False
    name: str = ""
    root_key: str = ""
    audit: bool = False


class Witnessed(NamedTuple):
    """A cosigned head: by whom, since which size (None at first), the line, and whether anything is new.

    `written` are the files that were published now.
    """

    witness: note.VerifierKey
    trust: Trust
    before: int | None
    head: Checkpoint
    time: int
    line: bytes
    new: bool
    written: tuple[str, ...]


def witness(site: Reader, signer: Signer, order: Order, now: int) -> Witnessed:
    """Cosigns the head of a site's log, at the time `now` in seconds since 1970, if it goes on from what was seen.

    Raises `Stale` when the log has forked (the evidence is kept) or the site is older than what was seen, `NotFound`
    and `BadSignature` as `read_head` does, `BadKey`, `UsageError`, `WorldError`, and `ProblemsFound` by an audit.
    Whatever is raised, nothing was signed.
    """
    with _locked(order.memory):
        once = Once(site)
        seen = look(once, order.root_key)
        path = order.memory / f"{sha256(seen.trust.log_origin.encode()).hexdigest()}.json"
        state = _load(path, order)
        key = _own_key(signer, state, order, seen.trust)
        _check_trust(once, state, seen)
        before = _newest(state, _published_head(order, key, seen), path)
        _must_go_on(before, seen, order.memory)
        check_snapshot(once, seen)
        if order.audit:
            _audit(site, seen, before.head.size if before else 0)
        after = State(note.format_vkey(key), seen.trust.number, seen.digest, seen.signed)
        if after != state:
            save(path, format_state(after))
        done = Witnessed(key, seen.trust, before.head.size if before else None, seen.signed.head, 0, b"", False, ())
        known = _published_line(order, key, seen.signed)
        if known and before and before.head == done.head:
            return done._replace(time=known[0], line=known[1])
        return _publish(order, signer, done, seen.signed, now)


# --- memory ---


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Holds the memory: two runs at once could each sign what the other has not seen."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(folder / "lock", os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise WorldError("witness-locked", "this witness is at work already", path=str(folder)) from None
        yield
    finally:
        os.close(descriptor)


def _load(path: Path, order: Order) -> State | None:
    try:
        state = parse_state(read_file(path, LIMIT))
    except FileNotFoundError:
        if order.new:
            return None
        message = "nothing is remembered of this log"
        raise UsageError("witness-state-missing", message, path=str(path)) from None
    except FormatError as error:
        raise UsageError("witness-state", error.message, path=str(path), found=error.found) from None
    if order.new:
        found = f"{state.signed.head.size} entries"
        message = "this log is remembered already, and a witness never forgets"
        raise UsageError("witness-state-exists", message, path=str(path), found=found)
    return state


def save(path: Path, data: bytes) -> None:
    """Puts a file in its place, whole and durable: once this has returned, no power cut takes it back."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(path.name + ".part")
    with part.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)
    for folder in (path.parent, path.parent.parent):
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def keep_evidence(path: Path, data: bytes) -> str:
    """Keeps what proves a fork; gives what to do with it. That it cannot be kept is no reason to say nothing of it."""
    try:
        save(path, data)
    except OSError as error:
        return (
            f"the evidence could not be kept in {path} ({error.strerror}): keep both heads yourself, and tell everybody"
        )
    return f"the evidence is in {path}: tell everybody who trusts this registry"


# --- what is asked before anything is signed ---


def _own_key(signer: Signer, state: State | None, order: Order, trust: Trust) -> note.VerifierKey:
    """The witness's verifier key, which must be that of its memory, and of no other use."""
    name = note.parse_vkey(state.witness).name if state else order.name
    try:
        check_name(name)
    except FormatError as error:
        raise UsageError(error.code, error.message, expected=error.expected, found=name) from None
    key = note.vkey_of(signer, name, note.COSIGNATURE)
    if state and note.format_vkey(key) != state.witness:
        found = note.format_vkey(key)
        raise BadKey("witness-key", "the memory is another key's", expected=state.witness, found=found)
    keys = map(minisign.parse_public_key, (*trust.root_keys, *trust.snapshot_keys, *trust.attest_keys))
    if key.raw in {each.raw for each in keys} | {note.parse_vkey(trust.log_vkey).raw}:
        raise BadKey("witness-key", "the key has another use in this registry", found=signer.key_id)
    return key


def _check_trust(site: Once, state: State | None, seen: Seen) -> None:
    """The trust files must go on from the newest one that was seen, which must be what it was."""
    if state is None:
        return
    path = f"{layout.TRUST}{state.trust}.json"
    found = f"trust {seen.trust.number}"
    if seen.trust.number >= state.trust:
        found = sha256(site.read(path, trustfile.LIMIT)).hexdigest()
        if found == state.trust_sha256:
            return
    message = "the trust files do not go on from those that were seen"
    expected = f"{path} with SHA-256 {state.trust_sha256}"
    raise Stale("witness-trust", message, path=f"{site.name}/{path}", expected=expected, found=found)


def _must_go_on(before: Signed | None, seen: Seen, memory: Path) -> None:
    if before is None:
        return
    old, new = before.head, seen.signed.head
    if new.size < old.size:
        message = "the site is older than what was cosigned; whether it is a part of that cannot be told from here"
        expected, found = f"at least {old.size} entries", f"{new.size} entries"
        raise Stale("witness-behind", message, path=layout.CHECKPOINT, expected=expected, found=found)
    fork = find_fork(before, seen.signed, seen.log.hash)
    if fork:
        data = format_fork(fork)
        name = f"{sha256(old.origin.encode()).hexdigest()}-{sha256(data).hexdigest()[:16]}.json"
        kept = keep_evidence(memory / "evidence" / name, data)
        raise Stale(
            "witness-fork",
            f"the log has forked: both heads are signed, and they differ in the first {old.size} entries",
            path=layout.CHECKPOINT,
            expected=f"root {old.root.hex()} at {old.size}",
            found=f"root {fork.root.hex()} at {old.size}",
            help=kept,
        )


def _newest(state: State | None, published: Signed | None, path: Path) -> Signed | None:
    """The newest head that this witness knows to have cosigned. What it has published itself counts as well: a memory
    that is older was put back from a copy. Raises `UsageError` when the two contradict each other.
    """
    if state is None or published is None or state.signed.head.size > published.head.size:
        return state.signed if state else published
    if state.signed.head.size == published.head.size and state.signed.head.root != published.head.root:
        message, hint = "the memory is not of what this witness has published", "is it another one's, or an old copy?"
        raise UsageError("witness-state", message, path=str(path), help=hint)
    return published


def _audit(site: Reader, seen: Seen, start: int) -> None:
    from packyard.edges.tail import check_tail

    problems: list[Problem] = check_tail(site, seen.snapshot, seen.log, start)
    if problems:
        raise ProblemsFound(problems)


# --- what is published ---


def _publish(order: Order, signer: Signer, done: Witnessed, signed: Signed, now: int) -> Witnessed:
    whole = note.parse_note(signed.note)
    own = note.cosign(whole.text, signer, done.witness.name, now)
    cosigned = note.format_note(whole._replace(signatures=(*whole.signatures, own)))
    note.verify_note(cosigned, [done.witness])
    line = lines_of(cosigned)[-1] + b"\n"
    files = dict[Path, bytes]()
    if order.out:
        path = order.out / witness_path(done.witness.name, done.trust.log_origin)
        files = {path.with_name(f"{path.name}.checkpoint"): cosigned, path: line}
    for path, data in files.items():
        save(path, data)
    return done._replace(time=now, line=line, new=True, written=tuple(map(str, files)))


def _own_files(order: Order, key: note.VerifierKey, origin: str) -> tuple[bytes, bytes]:
    """(line, checkpoint) as they are published now, empty where they are not."""
    found = [b"", b""]
    if order.out:
        path = order.out / witness_path(key.name, origin)
        for at, name in enumerate((path.name, f"{path.name}.checkpoint")):
            with suppress(OSError, FormatError):
                found[at] = read_file(path.with_name(name), note.LIMIT)
    return found[0], found[1]


def _published_line(order: Order, key: note.VerifierKey, signed: Signed) -> tuple[int, bytes] | None:
    """(time, line) that is published for this very head; None when it is not, or not in both files."""
    line, checkpoint = _own_files(order, key, signed.head.origin)
    try:
        own = cosignatures(checkpoint, [key]).get(key)
        same = note.parse_note(checkpoint).text == note.parse_note(signed.note).text
    except FormatError:
        return None
    return (own.time, line) if own and same and line and line.rstrip(b"\n") in lines_of(checkpoint) else None


def _published_head(order: Order, key: note.VerifierKey, seen: Seen) -> Signed | None:
    """The head that this witness has cosigned according to what it publishes itself."""
    _, checkpoint = _own_files(order, key, seen.trust.log_origin)
    try:
        signed = open_signed(checkpoint, note.parse_vkey(seen.trust.log_vkey))
        return signed if cosignatures(checkpoint, [key]) else None
    except (FormatError, NotFound):
        return None
