"""Ed25519 (RFC 8032) for every signature of the registry: minisign files, signed notes and attestations.

Verification is OpenSSL's: S must be below the group's order, and R is compared as bytes with the canonical encoding
of the point that the equation gives, so no one without the key can turn a valid signature into a second one.

A public key must be encoded canonically (RFC 8032 section 5.1.3: y below the prime p) and must not be one of the
eight points of small order: with such a key one signature fits many messages.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from packyard.errors import FormatError

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

KEY_SIZE = 32
SIGNATURE_SIZE = 64

_P = 2**255 - 19
_ORDER_8 = 0x05FC536D880238B13933C6D305ACDFD5F098EFF289F4C345B027B2C28F95E826
#: The y coordinates of the points of order 1, 2, 4 and 8; the sign bit of x tells the rest apart.
_SMALL_ORDER = frozenset((0, 1, _P - 1, _ORDER_8, _P - _ORDER_8))


def check_key(raw: bytes) -> None:
    """Return when `raw` is a public key to rely on; else raise `key-weak` (small order) or `key-invalid`."""
    if len(raw) != KEY_SIZE:
        raise FormatError("key-invalid", "an Ed25519 public key has 32 bytes", expected="32", found=str(len(raw)))
    y = int.from_bytes(raw, "little") & (1 << 255) - 1
    if y % _P in _SMALL_ORDER:
        raise FormatError("key-weak", "the public key is a point of small order", help="make a new key pair")
    if y >= _P:
        raise FormatError("key-invalid", "the public key is not encoded canonically", help="make a new key pair")


def verify(key: bytes, message: bytes, signature: bytes) -> bool:
    """Whether `signature` (64 bytes) is one by the public key `key` (32 bytes, checked before) over `message`."""
    from cryptography.exceptions import InvalidSignature

    try:
        _loaded(key).verify(signature, message)
    except InvalidSignature:
        return False
    return True


@lru_cache(maxsize=512)
def _loaded(key: bytes) -> Ed25519PublicKey:
    # Imported at the first verification: it costs 15 ms, and much of the program reads signatures without checking one.
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    return Ed25519PublicKey.from_public_bytes(key)
