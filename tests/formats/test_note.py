"""Signed notes, cosignatures and checkpoints: the published examples, and what must be refused."""

from __future__ import annotations

import base64
import re

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from packyard.formats import checkpoint, note
from packyard.formats.checkpoint import Checkpoint
from packyard.formats.tlog import EMPTY_ROOT
from tests.refusals import code_of
from tests.signing import new_signer

# The example of golang.org/x/mod/sumdb/note.
VKEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
TEXT = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
PETER = "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
ENOCH = "— EnochRoot rwz+eBzmZa0SO3NbfRGzPCpDckykFXSdeX+MNtCOXm2/5n2tiOHp+vAF1aGrQ5ovTG01oOTGwnWLox33WWd1RvMc+QQ=\n"
ENOCH_VKEY = "EnochRoot+af0cfe78+ATtqJ7zOtqQtYqOo0CpvDXNlMhV3HeJDpjrASKGLWdop"
NOTE = f"{TEXT}\n{PETER}{ENOCH}".encode()
KEY = note.parse_vkey(VKEY)
NBSP = "\u00a0"

# The example of the checkpoint specification.
CHECKPOINT = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"


def test_the_example_of_go_verifies() -> None:
    verified = note.verify_note(NOTE, [KEY])
    assert verified == (TEXT, (note.Endorsement(KEY, 0),))
    both = note.verify_note(NOTE, [note.parse_vkey(ENOCH_VKEY), KEY])
    assert [endorsement.key.name for endorsement in both.endorsements] == ["PeterNeumann", "EnochRoot"]
    assert note.format_note(note.parse_note(NOTE)) == NOTE
    assert note.format_vkey(KEY) == VKEY


def test_the_documented_example() -> None:
    blocks = re.findall(r"(?:^    .+\n|(?<=\n)\n(?=    —))+", note.__doc__ or "", re.MULTILINE)
    data, vkey = (re.sub("^    ", "", block, flags=re.MULTILINE) for block in blocks[:2])
    key = note.parse_vkey(vkey.strip())
    assert checkpoint.verify_checkpoint(data.encode(), key) == Checkpoint(key.name, 5120, EMPTY_ROOT)


def test_unknown_keys_are_ignored_and_known_ones_are_not() -> None:
    stranger = note.vkey_of(new_signer(), "stranger")
    assert code_of(note.verify_note, NOTE, [stranger]) == "note-unsigned"
    assert code_of(note.verify_note, NOTE, []) == "note-unsigned"
    assert note.verify_note(NOTE, [stranger, KEY]).endorsements == (note.Endorsement(KEY, 0),)
    bad = NOTE.replace(b"answer", b"ANSWER")
    assert code_of(note.verify_note, bad, [KEY]) == "note-bad"
    half = NOTE.replace(b"rwz+eBzm", b"rwz+eBzn")
    assert note.verify_note(half, [KEY]).text == TEXT
    assert code_of(note.verify_note, half, [KEY, note.parse_vkey(ENOCH_VKEY)]) == "note-bad"


def test_a_key_that_signs_twice_counts_once() -> None:
    assert len(note.verify_note(f"{TEXT}\n{PETER}{PETER}".encode(), [KEY, KEY]).endorsements) == 1


def test_no_flipped_bit_verifies() -> None:
    data = f"{TEXT}\n{PETER}".encode()
    for position in range(len(data)):
        for bit in range(8):
            flipped = bytearray(data)
            flipped[position] ^= 1 << bit
            assert code_of(note.verify_note, bytes(flipped), [KEY]).startswith("note-")


@pytest.mark.parametrize(
    "data",
    [
        b"",
        TEXT.encode(),
        f"{TEXT}\n".encode(),
        f"{TEXT}\n{PETER[:-1]}".encode(),
        f"{TEXT}{PETER}".encode(),
        f"{TEXT}\n{PETER}\n".encode(),
        f"{TEXT}\n{PETER}not a signature\n".encode(),
        f"{TEXT}\n{PETER.replace('— ', '- ')}".encode(),
        f"{TEXT}\n{PETER.replace('PeterNeumann', 'Peter+Neumann')}".encode(),
        f"{TEXT}\n{PETER.replace('PeterNeumann', f'Peter{NBSP}Neumann')}".encode(),
        f"{TEXT}\n{PETER.replace('PeterNeumann', '')}".encode(),
        f"{TEXT}\n{PETER.replace('AM=', 'AN=')}".encode(),
        f"{TEXT}\n— PeterNeumann x08gow==\n".encode(),
        f"tab\t\n\n{PETER}".encode(),
        f"{TEXT}\n{PETER}".replace("\n", "\r\n").encode(),
        b"\xff" + NOTE,
        f"{TEXT}\n{PETER * 101}".encode(),
        f"{'x' * note.LIMIT}\n\n{PETER}".encode(),
    ],
)
def test_what_is_no_note(data: bytes) -> None:
    assert code_of(note.verify_note, data, [KEY]) == "note-invalid"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "PeterNeumann",
        VKEY.replace("c74f20a3", "c74f20a4"),
        VKEY.replace("c74f20a3", "C74F20A3"),
        VKEY.replace("PeterNeumann", "Peter Neumann"),
        VKEY.replace("PeterNeumann", ""),
        VKEY.replace("+AR", "+Ap"),
        VKEY[:-4],
        VKEY + "\n",
        "PeterNeumann+c74f20a3+é",
    ],
)
def test_what_is_no_verifier_key(text: str) -> None:
    assert code_of(note.parse_vkey, text) == "vkey-invalid"


def test_a_weak_verifier_key_is_refused() -> None:
    assert code_of(note.parse_vkey, note.format_vkey(KEY._replace(raw=bytes(32)))) == "key-weak"


names = st.text(st.characters(codec="utf-8"), min_size=1, max_size=20).filter(
    lambda name: "+" not in name and not any(c.isspace() or c < " " for c in name)
)
lines = st.lists(st.text(st.characters(codec="utf-8", min_codepoint=32), max_size=20), min_size=1, max_size=5)


@given(lines, st.lists(st.tuples(names, st.binary(min_size=4, max_size=4), st.binary(min_size=1)), min_size=1))
def test_parse_is_the_inverse_of_format(text: list[str], signatures: list[tuple[str, bytes, bytes]]) -> None:
    made = note.Note("\n".join(text) + "\n", tuple(note.NoteSignature(*signature) for signature in signatures[:20]))
    assert note.parse_note(note.format_note(made)) == made


@given(st.binary(max_size=200))
def test_anything_else_is_a_format_error(data: bytes) -> None:
    assert code_of(note.parse_note, data) == "note-invalid"
    assert code_of(note.parse_vkey, data.decode("latin-1")) == "vkey-invalid"


def test_signing() -> None:
    signer = new_signer()
    key = note.vkey_of(signer, "packs.example.org")
    assert note.verify_note(note.sign_note(TEXT, signer, "packs.example.org"), [key]).text == TEXT
    assert note.parse_vkey(note.format_vkey(key)) == key
    for text in ("", "no newline", "empty\n\n— x AAAAAAA=", "control\x01\n"):
        assert code_of(note.sign_note, text, signer, "name") == "note-invalid"
    for name in ("", "two words", "a+b"):
        assert code_of(note.sign_note, TEXT, signer, name) == "vkey-invalid"


def cosigned(text: str, name: str, private: Ed25519PrivateKey, time: int, body: str | None = None) -> str:
    """A cosignature line, put together as the specification says."""
    raw = private.public_key().public_bytes_raw()
    key = note.VerifierKey(name, note.COSIGNATURE, raw)
    message = f"cosignature/v1\ntime {time}\n{body or text}".encode()
    return f"— {name} {base64.b64encode(key.id + time.to_bytes(8, 'big') + private.sign(message)).decode()}\n"


def test_cosignatures_say_when() -> None:
    private = Ed25519PrivateKey.generate()
    key = note.VerifierKey("witness.example", note.COSIGNATURE, private.public_key().public_bytes_raw())
    assert note.parse_vkey(note.format_vkey(key)) == key
    line = cosigned(CHECKPOINT, key.name, private, 1679315147)
    verified = note.verify_note(f"{CHECKPOINT}\n{line}".encode(), [key])
    assert verified.endorsements == (note.Endorsement(key, 1679315147),)
    for bad in (
        cosigned(CHECKPOINT, key.name, private, 2**63),
        cosigned(CHECKPOINT, key.name, private, 1, body="another\n"),
        cosigned(CHECKPOINT, key.name, Ed25519PrivateKey.generate(), 1).replace("— witness.example ", ""),
    ):
        data = f"{CHECKPOINT}\n{bad}".encode()
        assert code_of(note.verify_note, data, [key]) in ("note-bad", "note-invalid")


def test_a_cosignature_we_make_is_the_specifications() -> None:
    signer = new_signer()
    key = note.vkey_of(signer, "witness.example", note.COSIGNATURE)
    data = note.format_note(note.Note(CHECKPOINT, (note.cosign(CHECKPOINT, signer, key.name, 1679315147),)))
    assert note.verify_note(data, [key]).endorsements == (note.Endorsement(key, 1679315147),)


def test_a_plain_signature_is_no_cosignature() -> None:
    signer = new_signer()
    key = note.vkey_of(signer, "witness.example", note.COSIGNATURE)
    plain = note.NoteSignature(key.name, key.id, signer.sign_raw(CHECKPOINT.encode()))
    stamped = plain._replace(signature=bytes(8) + plain.signature)
    for signature in (plain, stamped, plain._replace(signature=b"x")):
        data = note.format_note(note.Note(CHECKPOINT, (signature,)))
        assert code_of(note.verify_note, data, [key]) == "note-bad"


def test_the_specifications_checkpoint() -> None:
    parsed = checkpoint.parse_checkpoint(CHECKPOINT)
    assert (parsed.origin, parsed.size, len(parsed.root)) == ("example.com/behind-the-sofa", 20852163, 32)
    assert checkpoint.format_checkpoint(parsed) == CHECKPOINT
    extended = CHECKPOINT + "extension\n"
    assert checkpoint.parse_checkpoint(extended).extensions == ("extension",)
    assert checkpoint.format_checkpoint(checkpoint.parse_checkpoint(extended)) == extended


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("20852163", "020852163"),
        ("20852163", "-1"),
        ("20852163", "+1"),
        ("20852163", " 1"),
        ("20852163", "1_0"),
        ("20852163", "٣"),
        ("20852163", str(2**63)),
        ("20852163", ""),
        ("q2I=", "q2J="),
        ("q2I=", "q2I"),
        ("CsUY", ""),
        ("example.com/behind-the-sofa", ""),
        ("q2I=\n", "q2I="),
        ("q2I=\n", "q2I=\n\n"),
        ("20852163\n", ""),
    ],
)
def test_what_is_no_checkpoint(old: str, new: str) -> None:
    assert code_of(checkpoint.parse_checkpoint, CHECKPOINT.replace(old, new)) == "checkpoint-invalid"


@given(st.integers(0, checkpoint.MAX_SIZE), st.binary(min_size=32, max_size=32), st.lists(st.just("x"), max_size=3))
def test_checkpoints_parse_as_they_format(size: int, root: bytes, extensions: list[str]) -> None:
    made = Checkpoint("packs.example.org", size, root, tuple(extensions))
    assert checkpoint.parse_checkpoint(checkpoint.format_checkpoint(made)) == made


def test_who_must_sign_a_checkpoint() -> None:
    log, first, second = (new_signer() for _ in range(3))
    name = "packs.example.org"
    key = note.vkey_of(log, name)
    text = checkpoint.format_checkpoint(Checkpoint(name, 7, bytes(32)))
    witnesses = [note.vkey_of(signer, "w.example", note.COSIGNATURE) for signer in (first, second)]
    signed = note.parse_note(note.sign_note(text, log, name))
    cosigned = signed._replace(signatures=(*signed.signatures, note.cosign(text, first, "w.example", 5)))
    alone, one = note.format_note(signed), note.format_note(cosigned)

    assert checkpoint.verify_checkpoint(alone, key).size == 7
    assert checkpoint.verify_checkpoint(one, key, witnesses, 1).size == 7
    assert code_of(checkpoint.verify_checkpoint, alone, key, witnesses, 1) == "checkpoint-quorum"
    assert code_of(checkpoint.verify_checkpoint, one, key, witnesses, 2) == "checkpoint-quorum"

    without = note.format_note(cosigned._replace(signatures=cosigned.signatures[1:]))
    assert code_of(checkpoint.verify_checkpoint, without, key, witnesses, 1) == "note-unsigned"
    elsewhere = note.sign_note(text.replace(name, "other.example"), log, name)
    assert code_of(checkpoint.verify_checkpoint, elsewhere, key) == "checkpoint-origin"
    no_checkpoint = note.sign_note("hello\n", log, name)
    assert code_of(checkpoint.verify_checkpoint, no_checkpoint, key) == "checkpoint-invalid"


def test_witnesses_are_counted_by_key_and_the_log_is_none() -> None:
    log, witness = new_signer(), new_signer()
    name = "packs.example.org"
    text = checkpoint.format_checkpoint(Checkpoint(name, 7, bytes(32)))
    signed = note.parse_note(note.sign_note(text, log, name))
    signers = [(witness, "one"), (witness, "two"), (log, "three")]
    extra = tuple(note.cosign(text, signer, alias, 5) for signer, alias in signers)
    data = note.format_note(signed._replace(signatures=signed.signatures + extra))
    known = [note.vkey_of(signer, alias, note.COSIGNATURE) for signer, alias in signers]
    key = note.vkey_of(log, name)
    assert checkpoint.verify_checkpoint(data, key, known, 1).size == 7
    assert code_of(checkpoint.verify_checkpoint, data, key, known, 2) == "checkpoint-quorum"
