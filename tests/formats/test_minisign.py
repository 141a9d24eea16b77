"""Minisign's formats: one accepted form, agreement with the stock program, and nothing that verifies by accident."""

from __future__ import annotations

import base64
import re
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from packyard.formats import minisign
from tests.refusals import code_of
from tests.signing import new_signer, public_key
from tests.tools import need

MESSAGE, COMMENT = b"hello\n", "hello 1.2.0"


def blocks() -> list[bytes]:
    """The examples in the module's documentation: a public key file and a signature file."""
    found = re.findall(r"(?:^    .+\n)+", minisign.__doc__ or "", re.MULTILINE)
    return ["".join(line[4:] + "\n" for line in block.splitlines()).encode() for block in found]


KEY_FILE, SIGNATURE = blocks()
KEY = minisign.parse_public_key_file(KEY_FILE)


def edited(line: int, text: str) -> bytes:
    lines = SIGNATURE.decode().splitlines()
    lines[line - 1] = text
    return ("\n".join(lines) + "\n").encode()


def signed_line(algorithm: bytes) -> str:
    raw = base64.b64decode(SIGNATURE.splitlines()[1])
    return base64.b64encode(algorithm + raw[2:]).decode()


def test_the_documented_example() -> None:
    signature = minisign.parse_signature(SIGNATURE)
    minisign.verify(MESSAGE, signature, KEY, COMMENT)
    assert KEY.key_id == signature.key_id == "E79F2B3D23432BB1"
    assert minisign.format_signature(signature) == SIGNATURE
    assert minisign.format_public_key_file(KEY) == KEY_FILE
    assert minisign.format_public_key(KEY.key_id, KEY.raw) == KEY.text


printable = st.text(st.characters(codec="utf-8").filter(lambda c: c.isprintable() or c == "\t"), max_size=60)


@given(printable, st.binary(min_size=8, max_size=8), st.binary(min_size=64, max_size=64), printable)
def test_parse_is_the_inverse_of_format(untrusted: str, key_id: bytes, raw: bytes, trusted: str) -> None:
    signature = minisign.Signature(untrusted, key_id.hex().upper(), raw, trusted, raw[::-1])
    assert minisign.parse_signature(minisign.format_signature(signature)) == signature


@given(st.binary(max_size=300))
def test_anything_else_is_a_format_error(data: bytes) -> None:
    for parse in (minisign.parse_signature, minisign.parse_public_key_file):
        assert code_of(parse, data) in ("signature-invalid", "key-invalid")
    assert code_of(minisign.parse_public_key, data.decode("latin-1")) == "key-invalid"


def check(data: bytes) -> None:
    minisign.verify(MESSAGE, minisign.parse_signature(data), KEY, COMMENT)


def test_no_flipped_bit_verifies() -> None:
    check(SIGNATURE)
    comment_end = SIGNATURE.index(b"\n")
    for position in range(comment_end, len(SIGNATURE)):
        for bit in range(8):
            data = bytearray(SIGNATURE)
            data[position] ^= 1 << bit
            assert code_of(check, bytes(data))


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (edited(2, signed_line(b"Ed")), "signature-legacy"),
        (edited(2, signed_line(b"EX")), "signature-invalid"),
        (edited(2, signed_line(b"ED")[:-2] + "9="), "signature-invalid"),
        (edited(2, signed_line(b"ED")[:-4]), "signature-invalid"),
        (edited(4, SIGNATURE.splitlines()[3].decode()[:-3] + "h=="), "signature-invalid"),
        (edited(4, ""), "signature-invalid"),
        (edited(1, "comment: "), "signature-invalid"),
        (edited(3, "trusted comment:hello 1.2.0"), "signature-invalid"),
        (edited(3, "trusted comment: hello \x1b[2J"), "signature-invalid"),
        (edited(3, "trusted comment: hello \u202e1.2.0"), "signature-invalid"),
        (edited(3, "trusted comment: hello 1.2.0\r"), "signature-invalid"),
        (edited(1, "untrusted comment: " + "x" * minisign.LIMIT), "signature-invalid"),
        (SIGNATURE[:-1], "signature-invalid"),
        (SIGNATURE + b"\n", "signature-invalid"),
        (SIGNATURE + SIGNATURE, "signature-invalid"),
        (SIGNATURE.replace(b"\n", b"\r\n"), "signature-invalid"),
        (b"\xef\xbb\xbf" + SIGNATURE, "signature-invalid"),
        (b"\xff" + SIGNATURE, "signature-invalid"),
        (b"", "signature-invalid"),
    ],
)
def test_other_forms_are_refused(data: bytes, code: str) -> None:
    assert code_of(minisign.parse_signature, data) == code


def test_verify_says_what_is_wrong() -> None:
    signature, other = minisign.parse_signature(SIGNATURE), public_key(new_signer())
    assert code_of(minisign.verify, MESSAGE, signature, other, COMMENT) == "signature-key"
    assert code_of(minisign.verify, MESSAGE, signature, KEY, "hello 1.2.1") == "signature-comment"
    assert code_of(minisign.verify, b"hullo\n", signature, KEY, COMMENT) == "signature-bad"
    same_id = KEY._replace(raw=other.raw)
    assert code_of(minisign.verify, MESSAGE, signature, same_id, COMMENT) == "signature-bad"
    renamed = signature._replace(trusted_comment="hello 9.9.9")
    assert code_of(minisign.verify, MESSAGE, renamed, KEY, "hello 9.9.9") == "signature-bad"


def test_an_evil_key_is_refused_when_it_is_read() -> None:
    weak = minisign.format_public_key(KEY.key_id, bytes(32))
    assert code_of(minisign.parse_public_key, weak) == "key-weak"
    assert code_of(minisign.parse_public_key, KEY.text + "\n") == "key-invalid"
    assert code_of(minisign.parse_public_key, "RUS" + KEY.text[3:]) == "key-invalid"
    assert code_of(minisign.parse_public_key_file, KEY_FILE[:-1]) == "key-invalid"


@pytest.fixture(scope="module")
def stock(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path]:
    """The stock program, and a folder with a key pair of its making (`k.pub`, `k.key`) and a file `m`."""
    program, folder = need("minisign"), tmp_path_factory.mktemp("minisign")
    subprocess.run([program, "-G", "-W", "-p", "k.pub", "-s", "k.key"], cwd=folder, check=True, capture_output=True)
    (folder / "m").write_bytes(MESSAGE)
    return program, folder


@pytest.mark.interop
@pytest.mark.parametrize("comment", [COMMENT, "@acme/hello 1.2.0-rc.1", "tab\there", "é"])
def test_what_stock_minisign_signs_verifies(stock: tuple[str, Path], comment: str) -> None:
    program, folder = stock
    subprocess.run([program, "-S", "-s", "k.key", "-m", "m", "-t", comment], cwd=folder, check=True)
    key = minisign.parse_public_key_file((folder / "k.pub").read_bytes())
    data = (folder / "m.minisig").read_bytes()
    minisign.verify(MESSAGE, minisign.parse_signature(data), key, comment)
    assert minisign.format_signature(minisign.parse_signature(data)) == data


@pytest.mark.interop
def test_what_stock_minisign_signs_the_old_way_is_refused(stock: tuple[str, Path]) -> None:
    program, folder = stock
    subprocess.run([program, "-S", "-l", "-s", "k.key", "-m", "m", "-x", "old"], cwd=folder, check=True)
    assert code_of(minisign.parse_signature, (folder / "old").read_bytes()) == "signature-legacy"


@pytest.mark.interop
def test_a_default_comment_is_a_wrong_comment_not_a_wrong_form(stock: tuple[str, Path]) -> None:
    program, folder = stock
    subprocess.run([program, "-S", "-s", "k.key", "-m", "m"], cwd=folder, check=True)
    key = minisign.parse_public_key_file((folder / "k.pub").read_bytes())
    signature = minisign.parse_signature((folder / "m.minisig").read_bytes())
    assert code_of(minisign.verify, MESSAGE, signature, key, COMMENT) == "signature-comment"
