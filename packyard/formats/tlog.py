"""Merkle trees of a transparency log: hashes (RFC 6962 section 2.1) and proofs (RFC 9162 sections 2.1.3 and 2.1.4).

    leaf_hash(entry) = SHA-256(0x00 || entry)        node_hash(left, right) = SHA-256(0x01 || left || right)

The hash of a range of leaves splits it at the largest power of two below its length; an empty tree has the hash
SHA-256(""). A proof is a list of such range hashes, from the leaf upward. Prover and verifier ask the same two
functions which ranges those are: `inclusion_ranges` (index 2 in a tree of 5 needs [3,4), [0,2), [4,5)) and
`consistency_ranges`. Ranges are half-open.

A complete subtree is named by (level, index): it covers the leaves from index * 2**level to (index + 1) * 2**level.
Provers are handed a function that gives the hash of any complete subtree; `tiles.TileReader.hash` is one that trusts
nobody.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from hashlib import sha256

from packyard.errors import FormatError

HASH_SIZE = 32
EMPTY_ROOT = sha256(b"").digest()

#: Gives the hash of the complete subtree (level, index).
Hashes = Callable[[int, int], bytes]
Range = tuple[int, int]


def leaf_hash(entry: bytes) -> bytes:
    """The hash of a log entry."""
    return sha256(b"\0" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of an inner node."""
    return sha256(b"\1" + left + right).digest()


def tree_hash(size: int, hashes: Hashes) -> bytes:
    """The root of a tree of `size` leaves."""
    return _range_hash((0, size), hashes) if size else EMPTY_ROOT


def inclusion_proof(index: int, size: int, hashes: Hashes) -> tuple[bytes, ...]:
    """The proof that leaf `index` is in the tree of `size` leaves. Raises `log-range` when it cannot be."""
    return tuple(_range_hash(part, hashes) for part in inclusion_ranges(index, size))


def consistency_proof(old: int, size: int, hashes: Hashes) -> tuple[bytes, ...]:
    """The proof that the tree of `old` leaves is a prefix of that of `size`. Raises `log-range` when it cannot be."""
    return tuple(_range_hash(part, hashes) for part in consistency_ranges(old, size))


def verify_inclusion(leaf: bytes, index: int, size: int, root: bytes, proof: Sequence[bytes]) -> None:
    """Return when `proof` shows that the leaf with hash `leaf` is at `index` in the tree; else raise `proof-bad`."""
    ranges = inclusion_ranges(index, size)
    _check_length(ranges, proof)
    found = leaf
    for (_, end), sibling in zip(ranges, proof, strict=True):
        found = node_hash(sibling, found) if end <= index else node_hash(found, sibling)
    _check_root(root, found, f"the proof does not show entry {index} in the log of {size}")


def verify_consistency(old: int, old_root: bytes, size: int, root: bytes, proof: Sequence[bytes]) -> None:
    """Return when `proof` shows that the tree grew from `old` leaves to `size` by appending; else raise `proof-bad`."""
    ranges = consistency_ranges(old, size)
    _check_length(ranges, proof)
    if not old:
        _check_root(old_root, EMPTY_ROOT, "an empty log has one root only")
        return
    steps = list(zip(ranges, proof, strict=True))
    found_old = found = old_root
    if steps and ranges[0][1] == old:
        # The old tree is not a subtree of the new one: the proof begins with its last complete part.
        found_old = found = proof[0]
        del steps[0]
    for (start, _), sibling in steps:
        if start < old:
            found_old, found = node_hash(sibling, found_old), node_hash(sibling, found)
        else:
            found = node_hash(found, sibling)
    _check_root(old_root, found_old, f"the proof does not start from the log of {old}")
    _check_root(root, found, f"the log of {size} does not continue the log of {old}")


def inclusion_ranges(index: int, size: int) -> list[Range]:
    """The ranges whose hashes prove leaf `index`: its siblings, upward (RFC 9162 section 2.1.3.1)."""
    _check_range(0 <= index < size, f"entry {index} of {size}")
    start, end, ranges = 0, size, list[Range]()
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            ranges.append((middle, end))
            end = middle
        else:
            ranges.append((start, middle))
            start = middle
    return ranges[::-1]


def consistency_ranges(old: int, size: int) -> list[Range]:
    """The ranges whose hashes prove that `old` leaves are a prefix, upward (RFC 9162 section 2.1.4.1).

    When the old tree is not itself a subtree of the new one, the first range is its last complete part.
    """
    _check_range(0 <= old <= size, f"{old} entries of {size}")
    start, end, ranges = 0, size if old else 0, list[Range]()
    while old != end:
        middle = start + _split(end - start)
        if old <= middle:
            ranges.append((middle, end))
            end = middle
        else:
            ranges.append((start, middle))
            start = middle
    if start:
        ranges.append((start, end))
    return ranges[::-1]


def subtrees(start: int, end: int) -> Iterator[tuple[int, int]]:
    """The complete subtrees (level, index) that cover a range of a tree, from left to right, the largest first."""
    while start < end:
        level = (end - start).bit_length() - 1
        yield level, start >> level
        start += 1 << level


def _range_hash(part: Range, hashes: Hashes) -> bytes:
    *rest, found = (hashes(level, index) for level, index in subtrees(*part))
    for left in reversed(rest):
        found = node_hash(left, found)
    return found


def _split(length: int) -> int:
    return 1 << (length - 1).bit_length() - 1


def _check_range(possible: bool, found: str) -> None:
    if not possible:
        raise FormatError("log-range", "the log does not reach that far", found=found)


def _check_length(ranges: Sequence[Range], proof: Sequence[bytes]) -> None:
    if len(ranges) != len(proof) or any(len(item) != HASH_SIZE for item in proof):
        raise FormatError(
            "proof-bad",
            "the proof has the wrong length",
            expected=f"{len(ranges)} hashes",
            found=f"{len(proof)} hashes",
        )


def _check_root(expected: bytes, found: bytes, message: str) -> None:
    if expected != found:
        raise FormatError("proof-bad", message, expected=expected.hex(), found=found.hex())
