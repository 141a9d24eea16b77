"""Proofs to keep: the specification's form, and that a proof shows one entry of one log."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from packyard.formats import checkpoint, note, tlog, tlog_proof
from packyard.formats.tiles import TileReader
from packyard.formats.tlog_proof import TlogProof
from tests.formats.logs import entries, grown
from tests.refusals import code_of
from tests.signing import new_signer

EXAMPLE = b"""c2sp.org/tlog-proof@v1
extra YWdlLXYxLjIuMS1kYXJ3aW4tYXJtNjQudGFyLmd6
index 73894
gSKyXoYZUgZ6jduWYrkDOARinOMGJveXjgMkBTcdPlQ=
B95lDa8R83lS8n0eG+o0buTxRKQTYFi//1U8anccXmA=

example.com/fancylog
109482
sFodV/vSp5O8n9a8QpW6PRY97tfOSW5bsc2Xl/EQi08=

\xe2\x80\x94 example.com/fancylog hI2DJw==
"""


def test_the_form_of_the_specification() -> None:
    proof = tlog_proof.parse_proof(EXAMPLE)
    assert (proof.entry_index, len(proof.hashes), proof.extra) == (73894, 2, b"age-v1.2.1-darwin-arm64.tar.gz")
    assert proof.checkpoint.startswith(b"example.com/fancylog\n")
    assert tlog_proof.format_proof(proof) == EXAMPLE


hashes = st.lists(st.binary(min_size=32, max_size=32), max_size=63)
texts = st.binary(min_size=1, max_size=100)


@given(st.integers(0, checkpoint.MAX_SIZE), hashes, texts, st.binary(max_size=50))
def test_parse_is_the_inverse_of_format(index: int, items: list[bytes], text: bytes, extra: bytes) -> None:
    proof = TlogProof(index, tuple(items), text, extra)
    assert tlog_proof.parse_proof(tlog_proof.format_proof(proof)) == proof


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"@v1", b"@v2"),
        (b"index 73894", b"index 073894"),
        (b"index 73894", b"index -1"),
        (b"index 73894", b"73894"),
        (b"index 73894\n", b""),
        (b"index 73894", b"index " + b"9" * 5000),
        (b"extra YWdl", b"extra  YWdl"),
        (b"extra YWdlLXYxLjIuMS1kYXJ3aW4tYXJtNjQudGFyLmd6", b"extra "),
        (b"extra YWdl", b"extra YWd\xff"),
        (b"B95l", b"B95"),
        (b"XmA=", b"XmB="),
        (b"XmA=\n", b"XmA=\r\n"),
        (b"\nindex", b"\nextra YWdl\nindex"),
        (b"gSKyXoYZUgZ6jduWYrkDOARinOMGJveXjgMkBTcdPlQ=\n", b"gSKyXoYZUgZ6jduWYrkDOARinOMGJveXjgMkBTcdPlQ=\n" * 64),
        (b"\xe2\x80\x94", b"x" * tlog_proof.LIMIT),
        (EXAMPLE, b""),
        (EXAMPLE, b"c2sp.org/tlog-proof@v1\n\nx"),
        (EXAMPLE, EXAMPLE[: EXAMPLE.index(b"\n\n") + 2]),
    ],
)
def test_what_is_no_proof(old: bytes, new: bytes) -> None:
    assert code_of(tlog_proof.parse_proof, EXAMPLE.replace(old, new)) == "proof-invalid"


def test_a_proof_shows_one_entry_of_one_log() -> None:
    signer, name = new_signer(), "packs.example.org"
    key, items = note.vkey_of(signer, name), entries(300)
    store, edge = grown([300])
    head = checkpoint.Checkpoint(name, 300, edge.root)
    path = tlog.inclusion_proof(42, 300, TileReader(300, edge.root, store.read).hash)
    signed = note.sign_note(checkpoint.format_checkpoint(head), signer, name)
    proof = tlog_proof.parse_proof(tlog_proof.format_proof(TlogProof(42, path, signed)))

    assert tlog_proof.verify_proof(proof, items[42], key) == head
    for bad in (items[43], items[42] + b"x"):
        assert code_of(tlog_proof.verify_proof, proof, bad, key) == "proof-bad"
    assert code_of(tlog_proof.verify_proof, proof._replace(entry_index=43), items[42], key) == "proof-bad"
    assert code_of(tlog_proof.verify_proof, proof._replace(entry_index=300), items[42], key) == "log-range"
    other = note.vkey_of(new_signer(), name)
    assert code_of(tlog_proof.verify_proof, proof, items[42], other) == "note-unsigned"
    witness = note.vkey_of(new_signer(), "w.example", note.COSIGNATURE)
    assert code_of(tlog_proof.verify_proof, proof, items[42], key, [witness], 1) == "checkpoint-quorum"
