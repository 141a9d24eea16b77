"""Signed notes (https://c2sp.org/signed-note) and witnesses' cosignatures (https://c2sp.org/tlog-cosignature).

A note is text that ends with a newline, an empty line, and one or more signature lines:

    packs.example.org
    5120
    47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=

    — packs.example.org IKfjhgnOMpdhElVb0kva4z5vm5dNfjTFHO5xKl9Z9WrOEXJXHNgUGPVrvA4w0ys++b8g+4tAu1aFU9J0O5tBtRU+Lww=

A signature line is an em dash, a space, the key's name, a space, and base64 of the four bytes of key id and the
signature. The note is UTF-8 without control characters other than newline; a name is not empty and has neither space
nor plus.

A verifier key names a key to trust:

    packs.example.org+20a7e386+Aarvfi2XYqo5VcWGoR/Y8uHf/nmr07oVVI5kawjAZ4ek

Name, id in hex, and base64 of one byte of signature type and 32 of Ed25519 public key. The id is the first four bytes
of SHA-256(name, newline, type, public key). Two types are known:

    0x01   the signature is Ed25519 over the text
    0x04   eight bytes of big-endian POSIX time, then Ed25519 over "cosignature/v1\\ntime TIME\\n" and the text

Signatures by unknown keys are kept and ignored, as the specification demands; one bad signature by a known key
refuses the note.
"""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256
from typing import TYPE_CHECKING, NamedTuple

from packyard.errors import FormatError
from packyard.formats import b64, ed25519
from packyard.formats.minisign import parse_public_key

if TYPE_CHECKING:
    from packyard.protocols import Signer

#: The most bytes of a note, and the most signatures: the specification demands room for 16, Go takes 100.
LIMIT = 262_144
MAX_SIGNATURES = 100

ED25519 = 0x01
COSIGNATURE = 0x04

_DASH = "— "
_MAX_TIME = 2**63 - 1


class VerifierKey(NamedTuple):
    """A public key that may sign notes; `type` is ED25519 or COSIGNATURE, `raw` the 32 bytes of public key."""

    name: str
    type: int
    raw: bytes

    @property
    def id(self) -> bytes:
        """The four bytes that stand for the key in a signature line."""
        return sha256(f"{self.name}\n".encode() + bytes((self.type,)) + self.raw).digest()[:4]


class NoteSignature(NamedTuple):
    """One signature line: the key's name, its four bytes of id, and what follows them."""

    name: str
    id: bytes
    signature: bytes


class Note(NamedTuple):
    """A note as it stands. Nothing in it is verified yet."""

    text: str
    signatures: tuple[NoteSignature, ...]


class Endorsement(NamedTuple):
    """A verified signature: by whom, and when, in seconds since 1970 (0 when the signature says no time)."""

    key: VerifierKey
    time: int


class VerifiedNote(NamedTuple):
    """The text of a note and the verified signatures by known keys: at least one, at most one a key."""

    text: str
    endorsements: tuple[Endorsement, ...]


def parse_vkey(text: str) -> VerifierKey:
    """The exact inverse of `format_vkey`. Raises `vkey-invalid`, or `key-weak` for a point of small order."""
    name, _, rest = text.partition("+")
    _, _, encoded = rest.partition("+")
    try:
        data = b64.decode(encoded)
    except ValueError as error:
        raise FormatError("vkey-invalid", "a verifier key is NAME+HEXID+BASE64", found=text[:80]) from error
    if len(data) != 1 + ed25519.KEY_SIZE or data[0] not in (ED25519, COSIGNATURE) or not _is_name(name):
        raise FormatError("vkey-invalid", "not a verifier key of type 1 (Ed25519) or 4 (cosignature)", found=text[:80])
    ed25519.check_key(data[1:])
    key = VerifierKey(name, data[0], data[1:])
    if format_vkey(key) != text:
        raise FormatError("vkey-invalid", "the id does not fit the key", expected=format_vkey(key), found=text[:80])
    return key


def format_vkey(key: VerifierKey) -> str:
    """The text of a verifier key: `NAME+HEXID+BASE64`."""
    return f"{key.name}+{key.id.hex()}+{b64.encode(bytes((key.type,)) + key.raw)}"


def vkey_of(signer: Signer, name: str, type: int = ED25519) -> VerifierKey:
    """The verifier key under which `signer` signs notes as `name`."""
    if not _is_name(name):
        raise FormatError("vkey-invalid", "a key's name is not empty and has neither space nor plus", found=name)
    return VerifierKey(name, type, parse_public_key(signer.public_key).raw)


def parse_note(data: bytes) -> Note:
    """The exact inverse of `format_note`. Raises `note-invalid`."""
    if len(data) > LIMIT:
        raise FormatError("note-invalid", "the note is too long", expected=f"at most {LIMIT} bytes")
    try:
        whole = data.decode()
    except UnicodeDecodeError as error:
        raise FormatError("note-invalid", "the note is not UTF-8 text") from error
    text, gap, block = whole.rpartition("\n\n")
    lines = block.split("\n")
    if not gap or lines.pop() or not lines or min(whole.replace("\n", " ")) < " ":
        raise FormatError("note-invalid", "a note is lines of text, an empty line and signature lines")
    if len(lines) > MAX_SIGNATURES:
        raise FormatError("note-invalid", "the note has too many signatures", expected=f"at most {MAX_SIGNATURES}")
    first = text.count("\n") + 3
    return Note(text + "\n", tuple(_parse_line(line, number) for number, line in enumerate(lines, first)))


def format_note(note: Note) -> bytes:
    """The bytes of a note."""
    lines = [f"{_DASH}{name} {b64.encode(key_id + signature)}\n" for name, key_id, signature in note.signatures]
    return (note.text + "\n" + "".join(lines)).encode()


def verify_note(data: bytes, keys: Iterable[VerifierKey]) -> VerifiedNote:
    """The text of a note that at least one of `keys` signed, and which of them did: who must is the caller's rule.

    Raises `FormatError`: `note-invalid`, `note-unsigned` (by none of the keys), `note-bad` (a known key's is bad).
    """
    note = parse_note(data)
    known = {(key.name, key.id): key for key in keys}
    verified: dict[VerifierKey, Endorsement] = {}
    for signature in note.signatures:
        key = known.get((signature.name, signature.id))
        if key is not None:
            verified.setdefault(key, Endorsement(key, _verified_time(note.text, signature, key)))
    if not verified:
        raise FormatError(
            "note-unsigned",
            "no known key has signed the note",
            expected=" or ".join(format_vkey(key) for key in known.values()),
            found=", ".join(f"{name}+{key_id.hex()}" for name, key_id, _ in note.signatures)[:200],
        )
    return VerifiedNote(note.text, tuple(verified.values()))


def sign_note(text: str, signer: Signer, name: str) -> bytes:
    """The note of `text`, signed by `signer` under the name `name`. Raises `note-invalid`, `vkey-invalid`."""
    key = vkey_of(signer, name)
    data = format_note(Note(text, (NoteSignature(name, key.id, signer.sign_raw(text.encode())),)))
    if parse_note(data).text != text:
        raise FormatError("note-invalid", "the last line of a note's text ends with a newline")
    return data


def cosign(text: str, signer: Signer, name: str, time: int) -> NoteSignature:
    """A witness's signature over the text of a checkpoint seen at `time`, in seconds since 1970."""
    key = vkey_of(signer, name, COSIGNATURE)
    return NoteSignature(name, key.id, time.to_bytes(8, "big") + signer.sign_raw(_cosigned(text, time)))


def _verified_time(text: str, signature: NoteSignature, key: VerifierKey) -> int:
    """The time a signature by the known `key` says, once it is verified; 0 for a plain one."""
    stamp, raw = signature.signature[:-64], signature.signature[-64:]
    time = int.from_bytes(stamp, "big")
    message = _cosigned(text, time) if key.type == COSIGNATURE else text.encode()
    size = 8 if key.type == COSIGNATURE else 0
    if len(stamp) != size or time > _MAX_TIME or not ed25519.verify(key.raw, message, raw):
        raise FormatError("note-bad", f"the signature by {key.name} does not fit the note", found=key.id.hex())
    return time


def _cosigned(text: str, time: int) -> bytes:
    return f"cosignature/v1\ntime {time}\n{text}".encode()


def _parse_line(line: str, number: int) -> NoteSignature:
    name, _, encoded = line.removeprefix(_DASH).partition(" ")
    try:
        data = b64.decode(encoded)
    except ValueError:
        data = b""
    if not line.startswith(_DASH) or not _is_name(name) or len(data) < 5:
        raise FormatError(
            "note-invalid", "not a signature line", line=number, expected="— NAME BASE64", found=line[:80]
        )
    return NoteSignature(name, data[:4], data[4:])


def _is_name(name: str) -> bool:
    return bool(name) and "+" not in name and not any(map(str.isspace, name))
