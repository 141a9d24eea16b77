"""Base64 (RFC 4648 section 4) in its one canonical form: padded, without line breaks, with zero bits at the end.

    encode(b"hello") == "aGVsbG8="

Ordinary decoders accept several texts for the same bytes, which would give one signature many spellings.
"""

from __future__ import annotations

from binascii import a2b_base64, b2a_base64


def encode(data: bytes) -> str:
    """The canonical base64 of `data`."""
    return b2a_base64(data, newline=False).decode("ascii")


def decode(text: str) -> bytes:
    """The exact inverse of `encode`; any other text raises `ValueError`."""
    data = a2b_base64(text, strict_mode=True)
    if encode(data) != text:
        raise ValueError("base64 is not in its canonical form")
    return data
