"""Witnesses of the log: what one remembers and publishes, how cosignatures are collected, and what proves a fork.

A witness cosigns a checkpoint (https://c2sp.org/tlog-cosignature) only when the log has grown from the one that it
cosigned before by appending. So whoever demands a quorum of witnesses sees the log that everybody sees. Below a folder
or an address of its own a witness publishes two files a log, HASH being the SHA-256 of the log's origin in hex:

    witness.example/w1/HASH               its signature line for the newest checkpoint that it cosigned
    witness.example/w1/HASH.checkpoint    that checkpoint, with the log's signature and its own

What it remembers of a log is one JSON document, durable before a signature is given out:

    {"format": "packyard/witness-state/1", "witness": VKEY,
     "trust": {"number": 1, "sha256": HEX}, "log": VKEY, "checkpoint": NOTE}

`trust` is the newest trust file that it has seen, `checkpoint` the newest head, signed by `log`. The evidence of a
fork is another document, which `verify_fork` checks with nothing else:

    {"format": "packyard/fork/1", "heads": [{"log": VKEY, "checkpoint": NOTE}, {"log": VKEY, "checkpoint": NOTE}],
     "root": BASE64, "proof": [BASE64, …]}

Both heads are signed. The proof (RFC 9162 section 2.1.4) leads from `root` at the first head's size to the second
head; `root` is not the first head's, so the two logs differ in what both hold.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from hashlib import sha256
from itertools import islice
from typing import Any, NamedTuple

from packyard.errors import FormatError
from packyard.formats import b64, canonical, layout, names, note, semver, statement, strict, tlog
from packyard.formats.checkpoint import Checkpoint, parse_checkpoint, verify_checkpoint
from packyard.formats.registry import check_origin
from packyard.registry import Trust

STATE, FORK = "packyard/witness-state/1", "packyard/fork/1"
#: The most bytes of either document: two notes and 63 hashes fit.
LIMIT = 1 << 20
#: The most signature lines that are looked at of one file.
LINES = 256

_DASH = "— ".encode()


class Signed(NamedTuple):
    """A checkpoint as the log signed it: the log's verifier key, and the note with no other signature."""

    log: str
    note: bytes

    @property
    def head(self) -> Checkpoint:
        """What the note says; see `open_signed`."""
        return parse_checkpoint(note.parse_note(self.note).text)


class State(NamedTuple):
    """What a witness remembers of a log: its own verifier key, the newest trust file, the head it cosigned last."""

    witness: str
    trust: int
    trust_sha256: str
    signed: Signed


class Fork(NamedTuple):
    """Two signed heads that contradict each other; `root` is what the second log had at the first one's size."""

    before: Signed
    after: Signed
    root: bytes
    proof: tuple[bytes, ...]


class Cosignature(NamedTuple):
    """A verified cosignature: by which witness, when (in seconds since 1970, as it says), and its line."""

    key: note.VerifierKey
    time: int
    line: note.NoteSignature


def witness_path(name: str, origin: str) -> str:
    """Where the witness `name` publishes its line for the log `origin`. Raises `witness-name`."""
    check_name(name)
    return f"{name}/{sha256(origin.encode()).hexdigest()}"


def check_name(name: str) -> None:
    """Return when the text can name a witness: like an origin, so that it can be a path. Raises `witness-name`."""
    try:
        check_origin(name)
    except FormatError as error:
        expected = "such as witness.example/w1, in lower case"
        raise FormatError("witness-name", "not the name of a witness", expected=expected, found=error.found) from None


# --- what a log has signed ---


def open_signed(data: bytes, log: note.VerifierKey) -> Signed:
    """The checkpoint in a note that `log` signed, without the lines of others.

    Raises `FormatError` as `verify_checkpoint` does, and `checkpoint-extra` for lines of text that a witness would
    sign without knowing what they mean.
    """
    head = verify_checkpoint(data, log)
    if head.extensions:
        found = head.extensions[0][:80]
        raise FormatError("checkpoint-extra", "the checkpoint has lines of which nothing is known", found=found)
    whole = note.parse_note(data)
    own = next(line for line in whole.signatures if (line.name, line.id) == (log.name, log.id))
    return Signed(note.format_vkey(log), note.format_note(note.Note(whole.text, (own,))))


def find_fork(before: Signed, after: Signed, hashes: tlog.Hashes) -> Fork | None:
    """What proves that a log, whose proven `hashes` lead to the head `after`, is not one that grew from `before`.

    None when it grew by appending, or not at all. `before` must not be the larger one: raises `log-range`.
    """
    old, new = before.head, after.head
    proof = tlog.consistency_proof(old.size, new.size, hashes)
    root = tlog.tree_hash(old.size, hashes)
    return None if root == old.root else Fork(before, after, root, proof if old.size else ())


def verify_fork(fork: Fork) -> None:
    """Return when the two heads are signed and contradict each other. Raises `FormatError`, `fork-invalid` if not."""
    old, new = (verify_checkpoint(each.note, note.parse_vkey(each.log)) for each in (fork.before, fork.after))
    if old.origin != new.origin:
        raise FormatError("fork-invalid", "the heads are of two logs", expected=old.origin, found=new.origin)
    tlog.verify_consistency(old.size, fork.root, new.size, new.root, fork.proof)
    if fork.root == old.root:
        raise FormatError("fork-invalid", "the heads do not contradict each other")


# --- documents ---


def format_state(state: State) -> bytes:
    """The document of a state."""
    trust = {"number": state.trust, "sha256": state.trust_sha256}
    return canonical.pretty({"format": STATE, "witness": state.witness, "trust": trust} | _as_object(state.signed))


def parse_state(data: bytes) -> State:
    """The exact inverse of `format_state`; the head in it is verified. Raises `witness-state`, or as notes do."""
    try:
        value = strict.load_json(data, LIMIT).value
        trust = value["trust"]
        state = State(_text(value["witness"]), int(trust["number"]), _text(trust["sha256"]), _signed(value))
        exact = format_state(state) == data
    except (FormatError, KeyError, TypeError, ValueError) as error:
        raise FormatError("witness-state", f"the witness's memory cannot be read: {error}") from error
    if not exact:
        raise FormatError("witness-state", "the witness's memory is not in the form in which it was written")
    verify_checkpoint(state.signed.note, note.parse_vkey(state.signed.log))
    return state


def format_fork(fork: Fork) -> bytes:
    """The document of the evidence."""
    heads = [_as_object(each) for each in (fork.before, fork.after)]
    proof = [b64.encode(item) for item in fork.proof]
    return canonical.pretty({"format": FORK, "heads": heads, "root": b64.encode(fork.root), "proof": proof})


def parse_fork(data: bytes) -> Fork:
    """The exact inverse of `format_fork`; nothing in it is verified yet. Raises `fork-invalid`."""
    try:
        value = strict.load_json(data, LIMIT).value
        before, after = map(_signed, value["heads"])
        fork = Fork(before, after, b64.decode(value["root"]), tuple(b64.decode(item) for item in value["proof"]))
        exact = format_fork(fork) == data
    except (FormatError, KeyError, TypeError, ValueError) as error:
        raise FormatError("fork-invalid", f"not the evidence of a fork: {error}") from error
    if not exact:
        raise FormatError("fork-invalid", "the evidence is not in the form in which it was written")
    return fork


def _as_object(signed: Signed) -> dict[str, object]:
    return {"log": signed.log, "checkpoint": signed.note.decode()}


def _signed(value: Mapping[str, Any]) -> Signed:
    return Signed(_text(value["log"]), _text(value["checkpoint"]).encode())


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError("a text is missing")
    return value


# --- cosignatures ---


def lines_of(data: bytes) -> list[bytes]:
    """The signature lines in a file: one that holds nothing else, or a whole note; at most `LINES` of them."""
    found = (line for line in data[: note.LIMIT].split(b"\n") if line.startswith(_DASH))
    return list(islice(found, LINES))


def read_line(line: bytes, text: str, witnesses: Iterable[note.VerifierKey]) -> Cosignature:
    """The cosignature in a line, by one of `witnesses` and over this very `text` of a checkpoint.

    Raises `FormatError`: `note-invalid`, `note-unsigned` (by none of them), `note-bad` (another text, or forged).
    """
    line = line.removesuffix(b"\n")
    if b"\n" in line:
        raise FormatError("note-invalid", "this is more than one line")
    data = text.encode() + b"\n" + line + b"\n"
    (endorsement,) = note.verify_note(data, [key for key in witnesses if key.type == note.COSIGNATURE]).endorsements
    return Cosignature(*endorsement, note.parse_note(data).signatures[-1])


def cosignatures(checkpoint: bytes, witnesses: Iterable[note.VerifierKey]) -> dict[note.VerifierKey, Cosignature]:
    """The verified cosignatures in a checkpoint, the first of each witness."""
    return _verified(note.parse_note(checkpoint).text, lines_of(checkpoint), list(witnesses))


def collected(checkpoint: bytes, lines: Iterable[bytes], trust: Trust) -> bytes:
    """The checkpoint with every cosignature among `lines` that is over it and by a witness that `trust` names.

    A cosignature that is there already stays; of several new ones by one witness the latest is taken. What nobody named
    has signed, or what does not verify, is left out. The log's line comes first, then one line a witness, in the order
    of the trust file: so the same lines give the same bytes in whatever order they come.

    Raises `FormatError` when the log itself has not signed the checkpoint.
    """
    log, witnesses = note.parse_vkey(trust.log_vkey), [note.parse_vkey(text) for text in trust.witnesses]
    verify_checkpoint(checkpoint, log)
    whole = note.parse_note(checkpoint)
    there = _verified(whole.text, lines_of(checkpoint), witnesses)
    newest = _verified(whole.text, lines, witnesses, latest=True)
    own = next(line for line in whole.signatures if (line.name, line.id) == (log.name, log.id))
    found = (there.get(key) or newest.get(key) for key in witnesses)
    return note.format_note(note.Note(whole.text, (own, *(each.line for each in found if each))))


def _verified(
    text: str, lines: Iterable[bytes], witnesses: list[note.VerifierKey], latest: bool = False
) -> dict[note.VerifierKey, Cosignature]:
    found = dict[note.VerifierKey, Cosignature]()
    for line in lines:
        try:
            each = read_line(line, text, witnesses)
        except FormatError:
            continue
        known = found.setdefault(each.key, each)
        if latest and (each.time, each.line.signature) > (known.time, known.line.signature):
            found[each.key] = each
    return found


# --- what the site owes the log ---


def owed(fields: Mapping[str, Any]) -> tuple[str, str] | None:
    """(path, sha256) of the file that the site must have because of an entry of the log about a version or a statement.

    None for an `index` entry, and for a publisher's or organisation's, which does not say the number of its file.
    Raises `FormatError` for what is no such entry.
    """
    kind = fields.get("type")
    try:
        if kind in ("index", "publisher", "org"):
            return None
        pack = names.parse_name(_text(fields["pack"]))
        if kind == "publish":
            version = _text(fields["version"])
            semver.parse(version)
            return layout.version(pack, version, "SHA256SUMS"), _text(fields["identity"])
        if kind not in statement.ACTIONS:
            raise ValueError("the type is not known")
        stem = statement.format_stem(int(fields["sequence"]), str(kind))
        return layout.pack(pack, f"statements/{stem}.yaml"), _text(fields["sha256"])
    except (KeyError, TypeError, ValueError) as error:
        raise FormatError("log-entry-invalid", f"an entry of no known form: {error}", found=str(fields)[:200]) from None
