"""The rules of trust without any I/O: bytes in, trusted values out.

A trust file says which keys may sign what. Number 1 is signed by its own root keys; N+1 by a threshold of the roots of
N and by a threshold of its own. A snapshot is signed by one of the newest trust file's snapshot keys, over the exact
trusted comment.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from packyard.errors import FormatError
from packyard.formats import minisign, snapshot, trustfile
from packyard.formats.snapshot import Snapshot
from packyard.registry import Trust

#: What `minisign -S` writes into the one line that no signature covers.
UNTRUSTED = "signature from minisign secret key"


def verify_trust(text: bytes, signatures: Mapping[str, bytes], origin: str, before: Trust | None) -> Trust:
    """The trust file in `text`, given its signatures by KEYID and the trust file before it. Raises `FormatError`."""
    trust = trustfile.parse_trust(text)
    number = before.number + 1 if before else 1
    if (trust.origin, trust.number) != (origin, number):
        raise FormatError(
            "trust-invalid",
            "the trust file is another registry's, or out of order",
            expected=f"{origin} {number}",
            found=f"{trust.origin} {trust.number}",
        )
    comment = f"{origin} trust {number}"
    for roots in [trust] if before is None else [before, trust]:
        signed = _signed_by(text, signatures, roots.root_keys, comment)
        if len(signed) < roots.threshold:
            raise FormatError(
                "trust-unsigned",
                f"too few root keys of trust file {roots.number} have signed",
                expected=f"{roots.threshold} of {', '.join(_ids(roots.root_keys))}",
                found=", ".join(signed) or "none",
            )
    return trust


def verify_snapshot(text: bytes, signature: bytes, trust: Trust) -> Snapshot:
    """The snapshot in `text`, signed by a key that `trust` names. Says nothing of its age. Raises `FormatError`."""
    value = snapshot.parse_snapshot(text)
    parsed = minisign.parse_signature(signature)
    keys = {key.key_id: key for key in map(minisign.parse_public_key, trust.snapshot_keys)}
    if parsed.key_id not in keys:
        raise FormatError(
            "key-unknown",
            "the snapshot is signed by a key that the trust file does not name",
            expected=", ".join(keys),
            found=parsed.key_id,
        )
    minisign.verify(text, parsed, keys[parsed.key_id], snapshot.trusted_comment(value))
    if value.origin != trust.origin:
        raise FormatError(
            "snapshot-invalid", "the snapshot is another registry's", expected=trust.origin, found=value.origin
        )
    return value


def _signed_by(text: bytes, signatures: Mapping[str, bytes], keys: Iterable[str], comment: str) -> list[str]:
    """The ids of the keys that signed. A signature that is there and wrong is an error, not an absence."""
    found = []
    for key in map(minisign.parse_public_key, keys):
        if key.key_id in signatures:
            signature = minisign.parse_signature(signatures[key.key_id])
            minisign.verify(text, signature, key, comment)
            if signature.untrusted_comment != UNTRUSTED:
                raise FormatError(
                    "untrusted-comment",
                    "the untrusted comment is not the usual one, and nobody vouches for what it says",
                    expected=UNTRUSTED,
                    found=signature.untrusted_comment,
                    help="sign again without -c",
                )
            found.append(key.key_id)
    return found


def _ids(keys: Iterable[str]) -> list[str]:
    return [minisign.parse_public_key(key).key_id for key in keys]
