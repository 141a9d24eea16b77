"""Minisign keys and prehashed signatures from a seed, made without the code under measurement.

Formats: https://jedisct1.github.io/minisign/#signature-format. A public key is the base64 of `Ed`, 8 bytes of key id
and 32 bytes of Ed25519 key; a signature file has four lines:

    untrusted comment: signature from minisign secret key
    base64 of `ED`, the key id, and the signature of the message's BLAKE2b-512
    trusted comment: hello 1.2.0
    base64 of the signature of the 64 signature bytes and the trusted comment
"""

from __future__ import annotations

from base64 import b64encode
from functools import lru_cache
from hashlib import blake2b, sha256
from typing import NamedTuple

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey


class Key(NamedTuple):
    """A signing key; `key_id` are its eight bytes in file order."""

    private: Ed25519PrivateKey
    key_id: bytes

    @property
    def public(self) -> str:
        """The base64 line of the public key file."""
        return b64encode(b"Ed" + self.key_id + self.private.public_key().public_bytes_raw()).decode()

    def sign(self, message: bytes, trusted_comment: str) -> bytes:
        """The `.minisig` file for `message`."""
        signature = self.private.sign(blake2b(message).digest())
        over_both = self.private.sign(signature + trusted_comment.encode())
        return (
            b"untrusted comment: signature from minisign secret key\n"
            + b64encode(b"ED" + self.key_id + signature)
            + f"\ntrusted comment: {trusted_comment}\n".encode()
            + b64encode(over_both)
            + b"\n"
        )


@lru_cache(maxsize=4096)
def key(seed: int, use: str) -> Key:
    """The key that `seed` gives to `use`; the same arguments give the same key."""
    secret = sha256(f"packyard bench key {seed} {use}".encode()).digest()
    key_id = sha256(f"packyard bench key id {seed} {use}".encode()).digest()[:8]
    return Key(Ed25519PrivateKey.from_private_bytes(secret), key_id)
