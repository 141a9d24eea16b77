"""Witnesses without any I/O: what counts as a cosignature, what is remembered, what proves a fork."""

from __future__ import annotations

import base64
import json
from hashlib import sha256

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from hypothesis import given
from hypothesis import strategies as st

from packyard.errors import FormatError
from packyard.formats import note
from packyard.formats.checkpoint import verify_checkpoint
from packyard.formats.tiles import TileReader
from packyard.rebuilt import Difference, Rebuild, format_rebuild, parse_rebuild, trusted_comment, verify_rebuild
from packyard.witnessing import (
    LINES,
    Signed,
    State,
    check_name,
    collected,
    cosignatures,
    find_fork,
    format_fork,
    format_state,
    lines_of,
    open_signed,
    owed,
    parse_fork,
    parse_state,
    read_line,
    verify_fork,
    witness_path,
)
from tests.logsites import NOW, LogSite, line_of, numbered, vkey
from tests.published import flipped
from tests.refusals import code_of
from tests.registry import ORIGIN, signer
from tests.signing import public_key

LOG = note.vkey_of(signer("log"), ORIGIN)
WATCHED = LogSite(numbered(7), ("w1", "w2", "w3"), 2)


def signed_of(site: LogSite) -> Signed:
    return open_signed(site.checkpoint, LOG)


def log_of(site: LogSite) -> TileReader:
    head = signed_of(site).head
    return TileReader(head.size, head.root, lambda path, limit: site.files[f"log/{path}"])


# --- cosignatures ---


def stock_time(line: bytes, text: str, name: str, raw: bytes) -> int:
    """The time in a cosignature, checked straight from https://c2sp.org/tlog-cosignature with nothing of ours."""
    dash, who, encoded = line.decode().split(" ")
    data = base64.b64decode(encoded, validate=True)
    assert (dash, who, len(data)) == ("\N{EM DASH}", name, 4 + 8 + 64)
    assert data[:4] == sha256(name.encode() + b"\n" + b"\x04" + raw).digest()[:4]
    time = int.from_bytes(data[4:12], "big")
    message = b"cosignature/v1\ntime " + str(time).encode() + b"\n" + text.encode()
    Ed25519PublicKey.from_public_bytes(raw).verify(data[12:], message)
    return time


def test_a_line_is_that_of_the_specification() -> None:
    line, key = WATCHED.line("w1", 1_679_315_147), vkey("w1")
    assert stock_time(line, WATCHED.text, key.name, key.raw) == 1_679_315_147
    with pytest.raises(InvalidSignature):
        stock_time(line, WATCHED.text.replace("\n7\n", "\n8\n"), key.name, key.raw)
    assert read_line(line, WATCHED.text, [key])[:2] == (key, 1_679_315_147)


def test_good_lines_are_added_in_the_order_of_the_trust_file() -> None:
    made = collected(WATCHED.checkpoint, [WATCHED.line("w3"), WATCHED.line("w1")], WATCHED.trust)
    names = [line.name for line in note.parse_note(made).signatures]
    assert names == [ORIGIN, vkey("w1").name, vkey("w3").name]
    keys = [vkey(name) for name in ("w1", "w2", "w3")]
    assert verify_checkpoint(made, LOG, keys, 2).size == 7
    assert code_of(verify_checkpoint, made, LOG, keys, 3) == "checkpoint-quorum"


OTHER = LogSite(numbered(7, fork_at=3), ("w1", "w2", "w3"), 2)
SHORTER = LogSite(numbered(6), ("w1", "w2", "w3"), 2)
BAD = {
    "over another size": SHORTER.line("w1"),
    "over a fork": OTHER.line("w1"),
    "by nobody who is named": WATCHED.line("stranger"),
    "the log's own key as a witness": line_of(WATCHED.text, "log"),
    "under another's name": WATCHED.line("w2").replace(b"w2.", b"w1."),
    "a plain signature by a witness": note.sign_note(WATCHED.text, signer("w1"), vkey("w1").name).split(b"\n")[-2],
    "the log's line": WATCHED.checkpoint.split(b"\n")[-2],
    "cut short": WATCHED.line("w1")[:-4],
    "changed": flipped(WATCHED.line("w1"), -9),
    "two in one": WATCHED.line("w1") + b"\n" + WATCHED.line("w2"),
    "no line": b"hello",
    "nothing": b"",
    "not text": b"\xff\xfe",
    "an empty line in it": b"\n\n" + WATCHED.line("w1"),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_lines_change_nothing(case: str) -> None:
    assert collected(WATCHED.checkpoint, [BAD[case]], WATCHED.trust) == WATCHED.checkpoint


def test_a_line_that_is_there_stays() -> None:
    once = collected(WATCHED.checkpoint, [WATCHED.line("w1", NOW)], WATCHED.trust)
    assert collected(once, [WATCHED.line("w1", NOW + 60)], WATCHED.trust) == once
    fresh = collected(WATCHED.checkpoint, [WATCHED.line("w1", NOW), WATCHED.line("w1", NOW + 60)], WATCHED.trust)
    assert [each.time for each in cosignatures(fresh, [vkey("w1")]).values()] == [NOW + 60]


def test_what_nobody_vouches_for_is_taken_out() -> None:
    whole = note.parse_note(WATCHED.checkpoint)
    stray = note.parse_note(WATCHED.text.encode() + b"\n" + WATCHED.line("stranger") + b"\n").signatures
    wrong = note.parse_note(WATCHED.text.encode() + b"\n" + OTHER.line("w2") + b"\n").signatures
    dirty = note.format_note(whole._replace(signatures=(*stray, *whole.signatures, *wrong)))
    assert collected(dirty, [], WATCHED.trust) == WATCHED.checkpoint


def test_a_checkpoint_of_another_log_is_refused() -> None:
    stolen = LogSite(numbered(7), ("w1",), 1, log="stolen")
    assert code_of(collected, stolen.checkpoint, [stolen.line("w1")], WATCHED.trust) == "note-unsigned"


LINE_POOL = [WATCHED.line(name, NOW + at) for name in ("w1", "w2", "w3") for at in range(2)] + list(BAD.values())


@given(st.lists(st.sampled_from(LINE_POOL)), st.randoms(use_true_random=False))
def test_the_order_of_arrival_does_not_matter(lines: list[bytes], random: object) -> None:
    made = collected(WATCHED.checkpoint, lines, WATCHED.trust)
    mixed = sorted(lines, key=lambda line: sha256(line + repr(random).encode()).digest())
    assert collected(WATCHED.checkpoint, mixed, WATCHED.trust) == made
    assert collected(made, mixed, WATCHED.trust) == made
    keys = [vkey(name) for name in ("w1", "w2", "w3")]
    assert verify_checkpoint(made, LOG, keys, len(cosignatures(made, keys))).size == 7


@given(st.binary(max_size=300))
def test_no_file_makes_it_fail(data: bytes) -> None:
    assert collected(WATCHED.checkpoint, lines_of(data), WATCHED.trust) == WATCHED.checkpoint


def test_only_so_many_lines_are_looked_at() -> None:
    assert len(lines_of((WATCHED.line("w1") + b"\n") * (LINES + 5))) == LINES


def test_two_views_do_not_make_one_quorum() -> None:
    """The log's operator shows one witness this log and the other one that."""
    here, there = (LogSite(numbered(7, fork_at=at), ("w1", "w2"), 2) for at in (None, 5))
    lines = [here.line("w1"), there.line("w2")]
    keys = [vkey("w1"), vkey("w2")]
    for view in (here, there):
        made = collected(view.checkpoint, lines, view.trust)
        assert code_of(verify_checkpoint, made, LOG, keys, 2) == "checkpoint-quorum"


# --- names ---


def test_paths() -> None:
    digest = sha256(b"packs.example.org").hexdigest()
    assert witness_path("witness.example/w1", "packs.example.org") == f"witness.example/w1/{digest}"


@pytest.mark.parametrize(
    "name", ["", "..", "../up", "/root", "a/../b", "a//b", "Upper", "a b", "a+b", "a/", "é", "a\n"]
)
def test_what_is_no_name(name: str) -> None:
    assert code_of(check_name, name) == "witness-name"


# --- forks ---


@pytest.mark.parametrize(("old", "new"), [(0, 3), (1, 1), (3, 7), (4, 7), (7, 7), (255, 300), (256, 256), (256, 600)])
def test_a_log_that_grows_has_not_forked(old: int, new: int) -> None:
    before, after = LogSite(numbered(old), cut=0), LogSite(numbered(new))
    assert find_fork(signed_of(before), signed_of(after), log_of(after).hash) is None


@pytest.mark.parametrize("at", [0, 2, 6])
@pytest.mark.parametrize("new", [7, 8, 9, 300])
def test_a_fork_is_proven(at: int, new: int) -> None:
    before, after = LogSite(numbered(7)), LogSite(numbered(new, fork_at=at))
    fork = find_fork(signed_of(before), signed_of(after), log_of(after).hash)
    assert fork is not None
    verify_fork(fork)
    assert parse_fork(format_fork(fork)) == fork
    assert fork.root == LogSite(numbered(7, fork_at=at)).snapshot.log_root


def test_nobody_is_blamed_without_proof() -> None:
    before, grown = LogSite(numbered(4)), LogSite(numbered(7))
    forked = LogSite(numbered(7, fork_at=2))
    honest = find_fork(signed_of(before), signed_of(forked), log_of(forked).hash)
    assert honest is not None
    root = before.snapshot.log_root
    for made_up in (
        honest._replace(after=signed_of(grown)),
        honest._replace(root=root),
        honest._replace(root=bytes(32)),
        honest._replace(proof=honest.proof[:-1]),
        honest._replace(before=honest.before._replace(note=flipped(honest.before.note, 20))),
        honest._replace(after=Signed(note.format_vkey(note.vkey_of(signer("x"), ORIGIN)), grown.checkpoint)),
    ):
        with pytest.raises(FormatError):
            verify_fork(made_up)


def test_what_a_witness_would_sign_blindly() -> None:
    text = WATCHED.text + "free of charge\n"
    assert code_of(open_signed, note.sign_note(text, signer("log"), ORIGIN), LOG) == "checkpoint-extra"


# --- documents ---

STATE = State(note.format_vkey(vkey("w1")), 1, "0" * 64, signed_of(WATCHED))


def test_a_state_comes_back_as_it_was() -> None:
    assert parse_state(format_state(STATE)) == STATE


@given(st.integers(0, len(format_state(STATE)) - 1), st.integers(0, 7))
def test_a_damaged_state_is_not_believed(at: int, bit: int) -> None:
    data = bytearray(format_state(STATE))
    data[at] ^= 1 << bit
    try:
        found = parse_state(bytes(data))
    except FormatError:
        return
    assert found.signed.head == STATE.signed.head


@pytest.mark.parametrize("data", [b"", b"{}", b"[]", b'{"format": "packyard/fork/1"}', b"null", b"\xff"])
def test_what_is_no_document(data: bytes) -> None:
    assert code_of(parse_state, data) == "witness-state"
    assert code_of(parse_fork, data) == "fork-invalid"
    assert code_of(parse_rebuild, data) == "rebuild-invalid"


REPORT = Rebuild(ORIGIN, 4, "0" * 40, 7, "A" * 43 + "=", ("1" * 64, "2" * 64, "3" * 64), False, "files", 12, 0, (), "t")


def test_reports() -> None:
    differs = REPORT._replace(total=2, differences=(Difference("a", "", "0"), Difference("b", "1", "")))
    for report in (REPORT, differs):
        text = format_rebuild(report)
        assert parse_rebuild(text) == report
        signature = signer("carol").sign(text, trusted_comment(report))
        assert verify_rebuild(text, signature, public_key(signer("carol"))) == report
        assert code_of(verify_rebuild, text, signature, public_key(signer("dave"))) == "signature-key"
    assert trusted_comment(differs) == f"{ORIGIN} rebuild 4 {'0' * 40} differs"
    lie = format_rebuild(differs).replace(b'"same": false', b'"same": true')
    assert code_of(parse_rebuild, lie) == "rebuild-invalid"
    for name, value in (("snapshot", "4"), ("files", True), ("sums", {}), ("differences", [{}]), ("depth", "some")):
        changed = json.dumps(json.loads(format_rebuild(REPORT)) | {name: value}).encode()
        assert code_of(parse_rebuild, changed) == "rebuild-invalid"


# --- what the site owes ---


def test_owed() -> None:
    digest = "0" * 64
    publish = {"type": "publish", "pack": "@acme/hello", "version": "1.0.0", "identity": digest}
    assert owed(publish) == ("packs/@acme/hello/1.0.0/SHA256SUMS", digest)
    yank = {"type": "yank", "pack": "hello", "sequence": 1, "sha256": digest}
    assert owed(yank) == ("packs/hello/statements/0001-yank.yaml", digest)
    assert owed({"type": "index"}) is None
    for wrong in ({}, {"type": "x", "pack": "hello"}, publish | {"pack": "../x"}, publish | {"version": "../1"},
                  yank | {"sequence": "x"}, yank | {"sha256": None}):  # fmt: skip
        assert code_of(owed, wrong) == "log-entry-invalid"
