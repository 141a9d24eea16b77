"""Checkpoints of a transparency log (https://c2sp.org/tlog-checkpoint): the text of the note at `log/checkpoint`.

    packs.example.org
    5120
    47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=

Origin, number of leaves, base64 of the RFC 6962 root; lines after these are extensions, which Packyard does not
write. Every line is ended by a newline and none is empty. The log's key signs under the origin as its name.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from packyard.errors import FormatError
from packyard.formats import b64, note

HASH_SIZE = 32
#: Sizes and indexes fit in 63 bits, as everywhere among tlog implementations.
MAX_SIZE = 2**63 - 1

_NUMBER = re.compile("0|[1-9][0-9]{0,18}")


class Checkpoint(NamedTuple):
    """A log's tree head: `size` leaves have the 32-byte hash `root`."""

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()


def parse_checkpoint(text: str) -> Checkpoint:
    """The exact inverse of `format_checkpoint`. Raises `checkpoint-invalid`."""
    lines = text.split("\n")
    if lines.pop() or len(lines) < 3 or not all(lines):
        raise FormatError("checkpoint-invalid", "a checkpoint is origin, size and root, each on a line")
    return Checkpoint(lines[0], parse_size(lines[1], 2), parse_hash(lines[2], 3), tuple(lines[3:]))


def format_checkpoint(checkpoint: Checkpoint) -> str:
    """The text of a checkpoint, to be signed as a note."""
    lines = (checkpoint.origin, str(checkpoint.size), b64.encode(checkpoint.root), *checkpoint.extensions)
    return "".join(f"{line}\n" for line in lines)


def verify_checkpoint(
    data: bytes, log: note.VerifierKey, witnesses: Iterable[note.VerifierKey] = (), quorum: int = 0
) -> Checkpoint:
    """The checkpoint in a note that the log signed and at least `quorum` of the witnesses cosigned.

    Its origin must be the name of the log's key. Raises `FormatError`: what `note.verify_note` and `parse_checkpoint`
    raise, `note-unsigned` when the log itself has not signed, `checkpoint-origin`, `checkpoint-quorum`.
    """
    verified = note.verify_note(data, (log, *witnesses))
    signers = {endorsement.key for endorsement in verified.endorsements}
    if log not in signers:
        raise FormatError("note-unsigned", "the log has not signed the checkpoint", expected=note.format_vkey(log))
    checkpoint = parse_checkpoint(verified.text)
    if checkpoint.origin != log.name:
        raise FormatError("checkpoint-origin", "another log's checkpoint", expected=log.name, found=checkpoint.origin)
    # Witnesses are counted by their public keys: one key under two names is one witness, and the log is none.
    seen = len({key.raw for key in signers if key.type == note.COSIGNATURE} - {log.raw})
    if seen < quorum:
        raise FormatError(
            "checkpoint-quorum", "too few witnesses have cosigned the checkpoint", expected=str(quorum), found=str(seen)
        )
    return checkpoint


def parse_size(text: str, line: int = 0) -> int:
    """A number of leaves or an index: decimal, without leading zeros, at most 63 bits. Raises `checkpoint-invalid`."""
    if not _NUMBER.fullmatch(text) or int(text) > MAX_SIZE:
        raise FormatError("checkpoint-invalid", "not a decimal number of at most 63 bits", line=line, found=text[:80])
    return int(text)


def parse_hash(text: str, line: int = 0) -> bytes:
    """The 32 bytes of a hash in base64. Raises `checkpoint-invalid`."""
    try:
        data = b64.decode(text)
    except ValueError:
        data = b""
    if len(data) != HASH_SIZE:
        raise FormatError("checkpoint-invalid", "not a SHA-256 hash in base64", line=line, found=text[:80])
    return data
