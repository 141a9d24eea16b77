"""A proof that something was logged, to keep beside it and check offline (https://c2sp.org/tlog-proof):
`NAME.tlog-proof`.

    c2sp.org/tlog-proof@v1
    extra aGVsbG8=
    index 73894
    gSKyXoYZUgZ6jduWYrkDOARinOMGJveXjgMkBTcdPlQ=
    B95lDa8R83lS8n0eG+o0buTxRKQTYFi//1U8anccXmA=

    packs.example.org
    109482
    …

First line; base64 of `extra` data, which nothing vouches for (the line is left out when there is none); the entry's
index; its inclusion proof from the leaf's sibling upward; an empty line; the log's checkpoint as it was served, with
all its signatures.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from packyard.errors import FormatError
from packyard.formats import b64, note, tlog
from packyard.formats.checkpoint import Checkpoint, parse_hash, parse_size, verify_checkpoint

HEADER = "c2sp.org/tlog-proof@v1"
#: The most bytes of a proof: a note, 63 hashes, and room for `extra`.
LIMIT = note.LIMIT + 65_536
MAX_HASHES = 63


class TlogProof(NamedTuple):
    """The index of an entry, its inclusion proof, the signed checkpoint as bytes, and unauthenticated extra data."""

    entry_index: int
    hashes: tuple[bytes, ...]
    checkpoint: bytes
    extra: bytes = b""


def format_proof(proof: TlogProof) -> bytes:
    """The text of a `.tlog-proof` file."""
    extra = [f"extra {b64.encode(proof.extra)}"] if proof.extra else []
    lines = [HEADER, *extra, f"index {proof.entry_index}", *map(b64.encode, proof.hashes)]
    return "".join(f"{line}\n" for line in lines).encode() + b"\n" + proof.checkpoint


def parse_proof(data: bytes) -> TlogProof:
    """The exact inverse of `format_proof`; the checkpoint is not looked into. Raises `proof-invalid`."""
    head, _, checkpoint = data.partition(b"\n\n")
    if len(data) > LIMIT or not checkpoint:
        raise FormatError("proof-invalid", "a proof is its lines, an empty line and a checkpoint")
    try:
        header, *lines = head.decode("ascii").split("\n")
        extra = b64.decode(lines.pop(0)[6:]) if lines and lines[0].startswith("extra ") else b""
        index = parse_size(lines.pop(0).removeprefix("index ")) if lines else 0
        proof = TlogProof(index, tuple(map(parse_hash, lines)), checkpoint, extra)
    except ValueError as error:
        raise FormatError("proof-invalid", "a line of the proof is not what its place demands") from error
    if header != HEADER or len(proof.hashes) > MAX_HASHES or format_proof(proof) != data:
        raise FormatError("proof-invalid", "the proof is not in its canonical form", expected=HEADER, found=header[:80])
    return proof


def verify_proof(
    proof: TlogProof,
    entry: bytes,
    log: note.VerifierKey,
    witnesses: Iterable[note.VerifierKey] = (),
    quorum: int = 0,
) -> Checkpoint:
    """The checkpoint under which `entry` is in the log. Raises as `verify_checkpoint`, `tlog.verify_inclusion`."""
    checkpoint = verify_checkpoint(proof.checkpoint, log, witnesses, quorum)
    tlog.verify_inclusion(tlog.leaf_hash(entry), proof.entry_index, checkpoint.size, checkpoint.root, proof.hashes)
    return checkpoint
