"""Minisign public keys and signatures, in the one form that the registry accepts.

A public key is 56 characters of base64: `Ed`, eight bytes of key id, 32 bytes of Ed25519 public key. In a `.pub` file
it is the second of two lines:

    untrusted comment: minisign public key E79F2B3D23432BB1
    RWSxK0MjPSuf56rvfi2XYqo5VcWGoR/Y8uHf/nmr07oVVI5kawjAZ4ek

A signature is four lines, each ended by one newline:

    untrusted comment: signature from minisign secret key
    RUSxK0MjPSuf5wmbcoJDD7vonUQI6AGKVUzYJRavUd2q07d/z+Ecq0OvJZV9n4T4E8/iedUHlCQHlXvk0IKyb4r8iIghC44X1QE=
    trusted comment: hello 1.2.0
    nCyOJbgaYVM6c36bPa30CAau+9W6uBEqpLq0FVrbv3N5d3HUfHHgyr9JbqJhNGf010Pi9twZbCgxer3Nx/R9CQ==

The second line is base64 of `ED`, the key id, and an Ed25519 signature over the BLAKE2b-512 hash of the message; the
fourth is a signature over that signature followed by the trusted comment. The older `Ed` signs the message itself:
two readings of one key, so it is refused. Base64 is canonical, comments are printable (a tab is allowed, because
minisign's own default comment has two), and what the trusted comment must say is compared for equality by `verify`.

A key id is written as minisign prints it: the eight bytes as a little-endian number, here always with 16 capital hex
digits.
"""

from __future__ import annotations

from hashlib import blake2b
from typing import NamedTuple

from packyard.errors import FormatError
from packyard.formats import b64, ed25519

#: More than this is neither a signature nor a public key file; a comment has at most 8,192 bytes in minisign itself.
LIMIT = 10_000

_UNTRUSTED = "untrusted comment: "
_TRUSTED = "trusted comment: "
_PLAIN = b"Ed"
_PREHASHED = b"ED"


class PublicKey(NamedTuple):
    """A minisign public key: its id as minisign prints it, the 32 bytes of Ed25519, and the base64 line."""

    key_id: str
    raw: bytes
    text: str


class Signature(NamedTuple):
    """A prehashed minisign signature; both signatures are 64 bytes. Nothing in it is verified yet."""

    untrusted_comment: str
    key_id: str
    signature: bytes
    trusted_comment: str
    global_signature: bytes


def parse_public_key(text: str) -> PublicKey:
    """The key in a base64 line. Raises `key-invalid`, or `key-weak` for a point of small order."""
    data = _decoded(text, 42, "key-invalid", "a public key is one line of 56 base64 characters")
    if data[:2] != _PLAIN:
        raise FormatError("key-invalid", "not a minisign public key", expected="Ed", found=ascii(data[:2])[2:-1])
    ed25519.check_key(data[10:])
    return PublicKey(_format_key_id(data[2:10]), data[10:], text)


def format_public_key(key_id: str, raw: bytes) -> str:
    """The base64 line of a key, for `parse_public_key`."""
    return b64.encode(_PLAIN + _parse_key_id(key_id) + raw)


def parse_public_key_file(data: bytes) -> PublicKey:
    """The key in a `.pub` file of two lines; its comment is dropped. Raises as `parse_public_key` does."""
    comment, text = _lines(data, 2, "key-invalid", "a public key file has two lines")
    _comment(comment, _UNTRUSTED, 1, "key-invalid")
    return parse_public_key(text)


def format_public_key_file(key: PublicKey) -> bytes:
    """The `.pub` file of a key, as `minisign -G` writes it."""
    return f"{_UNTRUSTED}minisign public key {key.key_id}\n{key.text}\n".encode()


def parse_signature(data: bytes) -> Signature:
    """The exact inverse of `format_signature`. Raises `signature-invalid`, or `signature-legacy` if not prehashed."""
    code = "signature-invalid"
    lines = _lines(data, 4, code, "a minisign signature has four lines, each ended by one newline")
    untrusted = _comment(lines[0], _UNTRUSTED, 1, code)
    signed = _decoded(lines[1], 74, code, "the second line is not a minisign signature", 2)
    if signed[:2] == _PLAIN:
        raise FormatError(
            "signature-legacy",
            "the signature is not prehashed",
            line=2,
            expected="ED",
            found="Ed",
            help="sign again without -l (before minisign 0.10: with -H)",
        )
    if signed[:2] != _PREHASHED:
        raise FormatError(code, "unknown algorithm", line=2, expected="ED", found=ascii(signed[:2])[2:-1])
    trusted = _comment(lines[2], _TRUSTED, 3, code)
    sealed = _decoded(lines[3], 64, code, "the fourth line is not an Ed25519 signature", 4)
    return Signature(untrusted, _format_key_id(signed[2:10]), signed[10:], trusted, sealed)


def format_signature(signature: Signature) -> bytes:
    """The text of a `.minisig` file."""
    signed = b64.encode(_PREHASHED + _parse_key_id(signature.key_id) + signature.signature)
    sealed = b64.encode(signature.global_signature)
    return (
        f"{_UNTRUSTED}{signature.untrusted_comment}\n{signed}\n{_TRUSTED}{signature.trusted_comment}\n{sealed}\n"
    ).encode()


def verify(message: bytes, signature: Signature, key: PublicKey, trusted_comment: str) -> None:
    """Return when `signature` is one by `key` over `message` and `trusted_comment`.

    Raises `FormatError`: `signature-key` (by another key), `signature-comment` (says something else), `signature-bad`.
    """
    if signature.key_id != key.key_id:
        raise FormatError(
            "signature-key", "the signature is by another key", line=2, expected=key.key_id, found=signature.key_id
        )
    if signature.trusted_comment != trusted_comment:
        raise FormatError(
            "signature-comment",
            "the signature says something else",
            line=3,
            expected=trusted_comment,
            found=signature.trusted_comment,
            help=f"sign again with -t '{trusted_comment}'",
        )
    if not ed25519.verify(key.raw, blake2b(message).digest(), signature.signature):
        raise FormatError("signature-bad", "the signature does not fit the file", line=2)
    if not ed25519.verify(key.raw, signature.signature + trusted_comment.encode(), signature.global_signature):
        raise FormatError("signature-bad", "the signature does not fit its trusted comment", line=4)


def _format_key_id(data: bytes) -> str:
    return data[::-1].hex().upper()


def _parse_key_id(key_id: str) -> bytes:
    return bytes.fromhex(key_id)[::-1]


def _lines(data: bytes, count: int, code: str, message: str) -> list[str]:
    if len(data) > LIMIT:
        raise FormatError(code, "the file is too long", expected=f"at most {LIMIT} bytes", found=f"{len(data)} bytes")
    try:
        lines = data.decode().split("\n")
    except UnicodeDecodeError as error:
        raise FormatError(code, "the file is not UTF-8 text") from error
    if lines.pop() or len(lines) != count:
        raise FormatError(code, message)
    return lines


def _comment(line: str, prefix: str, number: int, code: str) -> str:
    comment = line.removeprefix(prefix)
    if len(comment) == len(line):
        raise FormatError(code, f"line {number} does not begin with {prefix!r}", line=number)
    if not comment.replace("\t", " ").isprintable():
        hint = "save the file with LF line ends" if comment.endswith("\r") else ""
        raise FormatError(code, "a comment has characters that cannot be printed", line=number, help=hint)
    return comment


def _decoded(text: str, size: int, code: str, message: str, line: int = 0) -> bytes:
    try:
        data = b64.decode(text)
    except ValueError as error:
        raise FormatError(code, message, line=line) from error
    if len(data) != size:
        raise FormatError(code, message, line=line)
    return data
