"""The head of a site in one file, `SNAPSHOT.bundle`: what a client asks for to learn whether anything is new.

It is three files, one after the other, as they are:

    SNAPSHOT             from `# packyard snapshot 1` to the last of its checksum lines
    SNAPSHOT.minisig     from `untrusted comment: `, four lines
    log/checkpoint       the rest

The file says nothing of its own, and no chain or signature covers it as a whole: who takes it apart checks the parts.
Read in one piece, the three are always of one seal, also where a site is being copied or cached.
"""

from __future__ import annotations

from typing import NamedTuple

from packyard.errors import FormatError
from packyard.formats import minisign, note, snapshot

LIMIT = snapshot.LIMIT + minisign.LIMIT + note.LIMIT

_SIGNATURE = b"untrusted comment: "


class Bundle(NamedTuple):
    """The bytes of the three files."""

    snapshot: bytes
    signature: bytes
    checkpoint: bytes


def format_bundle(bundle: Bundle) -> bytes:
    """The text of a bundle."""
    return b"".join(bundle)


def parse_bundle(data: bytes) -> Bundle:
    """The inverse of `format_bundle` for parts that are in form, which is for their own parsers to say. Raises
    `bundle-invalid` when the parts cannot be told apart.
    """
    text, found, rest = data.partition(b"\n" + _SIGNATURE)
    lines = rest.split(b"\n", 4)
    if not found or len(lines) < 5 or not lines[4]:
        message = "the text is not a snapshot, its signature and a checkpoint"
        raise FormatError("bundle-invalid", message, found=data[:80].decode("ascii", "replace"))
    return Bundle(text + b"\n", _SIGNATURE + b"\n".join(lines[:4]) + b"\n", lines[4])
