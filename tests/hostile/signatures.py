"""Bad signatures of every kind."""

from __future__ import annotations

import base64

from tests.hostile.bed import ALICE, DAY, HELLO, SIGNATURE, SUMS, Bed, case, forged, key, refused
from tests.registry import signer

COMMENT = "hello 2.0.0"


def edited(name: str, change: object, *codes: str) -> None:
    """A case in which the good signature file of a version is changed by a function of its bytes."""

    def tamper(bed: Bed) -> None:
        bed.publish()
        assert callable(change)
        bed.files[SIGNATURE] = change(bed.files[SIGNATURE])

    case(name, tamper, *codes, at=SIGNATURE)


@refused("signature-missing", at=SIGNATURE)
def signature_missing(bed: Bed) -> None:
    bed.publish()
    del bed.files[SIGNATURE]


def _line(data: bytes, number: int) -> bytes:
    return data.split(b"\n")[number]


def _loose(data: bytes, number: int) -> bytes:
    """Sets a padding bit in the base64 of a line: the same bytes in another spelling."""
    lines = data.split(b"\n")
    text = lines[number].decode().rstrip("=")
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    spelled = text[:-1] + alphabet[alphabet.index(text[-1]) + 1]
    spelled += "=" * (-len(spelled) % 4)
    assert base64.b64decode(spelled) == base64.b64decode(lines[number])
    lines[number] = spelled.encode()
    return b"\n".join(lines)


def _flipped(data: bytes, number: int) -> bytes:
    """Changes one bit of the signature on a line."""
    lines = data.split(b"\n")
    raw = bytearray(base64.b64decode(lines[number]))
    raw[-9] ^= 1
    lines[number] = base64.b64encode(raw)
    return b"\n".join(lines)


INVALID = {
    "empty": lambda data: b"",
    "truncated-to-1-line": lambda data: b"\n".join(data.split(b"\n")[:1]) + b"\n",
    "truncated-to-2-lines": lambda data: b"\n".join(data.split(b"\n")[:2]) + b"\n",
    "truncated-to-3-lines": lambda data: b"\n".join(data.split(b"\n")[:3]) + b"\n",
    "cut-in-line-2": lambda data: data[:60],
    "no-final-newline": lambda data: data[:-1],
    "crlf": lambda data: data.replace(b"\n", b"\r\n"),
    "trailing-data": lambda data: data + b"and more\n",
    "trailing-space": lambda data: data.replace(b"=\n", b"= \n", 1),
    "doubled": lambda data: data + data,
    "duplicated-line": lambda data: data.replace(_line(data, 3), _line(data, 3) + b"\n" + _line(data, 3)),
    "loose-base64": lambda data: _loose(data, 1),
    "loose-base64-of-the-seal": lambda data: _loose(data, 3),
    "url-base64": lambda data: data.replace(_line(data, 1), _line(data, 1).replace(b"=", b"")),
    "not-utf8": lambda data: data.replace(b"untrusted comment: ", b"untrusted comment: \xff"),
    "control-character": lambda data: data.replace(b"untrusted comment: ", b"untrusted comment: \x1b[2J"),
    "huge": lambda data: data * 100_000,
    "other-algorithm": lambda data: forged("alice", b"", COMMENT, b"Ex"),
}
for _name, _change in INVALID.items():
    edited(f"signature-{_name}", _change, "signature-invalid")
edited("signature-broken", lambda data: _flipped(data, 1), "signature-bad")
edited("global-signature-broken", lambda data: _flipped(data, 3), "signature-bad")
edited(
    "trusted-comment-spaced",
    lambda data: data.replace(b"hello 2.0.0", b"hello 2.0.0 "),
    "signature-comment",
)


@refused("signature-legacy", at=SIGNATURE)
def legacy_signature(bed: Bed) -> None:
    bed.publish()
    bed.files[SIGNATURE] = forged("alice", bed.files[SUMS], COMMENT, b"Ed")


@refused("signature-bad", at=SIGNATURE)
def signature_over_other_bytes(bed: Bed) -> None:
    bed.publish()
    bed.files[SIGNATURE] = signer("alice").sign(bed.files[SUMS] + b"\n", COMMENT)


@refused("signature-bad", at=SIGNATURE)
def other_key_under_the_same_id(bed: Bed) -> None:
    bed.publish()
    bed.files[SIGNATURE] = forged("mallory", bed.files[SUMS], COMMENT, key_id=signer("alice").key_id)


@refused("key-unknown", at=SIGNATURE)
def unknown_key(bed: Bed) -> None:
    bed.publish()
    bed.resign(SUMS, "mallory", COMMENT)


@refused("owner-mismatch", at=HELLO)
def key_of_another_publisher(bed: Bed) -> None:
    bed.version("hello", "2.0.0", "bob")


@refused("signature-comment", at=SIGNATURE)
def trusted_comment_of_another_version(bed: Bed) -> None:
    bed.publish()
    bed.resign(SUMS, "alice", "hello 1.1.0")


@refused("signature-comment", at=SIGNATURE)
def trusted_comment_of_another_pack(bed: Bed) -> None:
    bed.publish()
    bed.resign(SUMS, "alice", "other 2.0.0")


@refused("signature-comment", at=SIGNATURE)
def signatures_swapped_between_versions(bed: Bed) -> None:
    bed.publish()
    other = bed.version("hello", "2.1.0", "alice")
    one, two = SIGNATURE, f"{other}/SHA256SUMS.minisig"
    bed.files[one], bed.files[two] = bed.files[two], bed.files[one]


@refused("signature-bad", at=SIGNATURE)
def trusted_comments_swapped_between_versions(bed: Bed) -> None:
    bed.publish()
    other = bed.version("hello", "2.1.0", "alice")
    lines = bed.files[f"{other}/SHA256SUMS.minisig"].split(b"\n")
    mine = bed.files[SIGNATURE].split(b"\n")
    bed.files[SIGNATURE] = b"\n".join([*mine[:3], lines[3], b""])


@refused("key-not-valid", at=SIGNATURE)
def signed_before_the_key_begins(bed: Bed) -> None:
    bed.with_key(key("alice-2", since="2026-06-01"))
    bed.publish()
    bed.resign(SUMS, "alice-2", COMMENT)


@refused("key-not-valid", at=SIGNATURE)
def signed_on_the_day_the_key_retires(bed: Bed) -> None:
    bed.end_key("retired", "2026-03-01")
    bed.publish()


@refused("key-not-valid", at=SIGNATURE)
def signed_after_the_key_was_revoked(bed: Bed) -> None:
    bed.end_key("revoked", "2026-03-02")
    bed.time += 9 * DAY
    bed.publish()


@refused("key-scope", at=SIGNATURE)
def published_with_a_key_for_statements(bed: Bed) -> None:
    bed.with_key(key("alice-2", scopes=("admin",)))
    bed.commit()
    bed.publish()
    bed.resign(SUMS, "alice-2", COMMENT)


@refused("key-scope", at="packs/he/hello/statements/0002-yank.yaml.alice.minisig")
def stated_with_a_key_for_versions(bed: Bed) -> None:
    bed.with_key(key("alice-2", scopes=("publish",)))
    bed.commit()
    path = bed.statement("yank", "hello", "alice", version="1.1.0")
    bed.files[f"{path}.alice.minisig"] = signer("alice-2").sign(bed.files[path], "statement hello 2")


@refused("key-scope", at=f"{ALICE}.minisig")
def publisher_changed_with_a_key_for_versions(bed: Bed) -> None:
    bed.with_key(key("alice-2", scopes=("publish",)))
    bed.commit()
    bed.revise(bed.publishers["alice"]._replace(name="Mallory"), "alice-2")
