"""All that is needed to let a Merkle tree grow and to know its root: the roots of its complete subtrees, from the left.

A tree of 13 leaves is one of 8, one of 4 and one of 1. Whoever keeps these three hashes and sees every new entry can
compute each later root, and so knows that nothing before has changed: this is the consistency of RFC 9162 section
2.1.4 without a proof that somebody must send.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from packyard.formats.tlog import EMPTY_ROOT, Hashes, node_hash, subtrees


class Frontier(NamedTuple):
    """A tree of `size` leaves: the roots of its complete subtrees, the largest first."""

    size: int = 0
    hashes: tuple[bytes, ...] = ()


def extend(frontier: Frontier, leaves: Iterable[bytes]) -> Frontier:
    """The tree with more leaves, given by their hashes."""
    size, stack = frontier.size, list(frontier.hashes)
    for leaf in leaves:
        node, rest = leaf, size
        while rest & 1:
            node, rest = node_hash(stack.pop(), node), rest >> 1
        stack.append(node)
        size += 1
    return Frontier(size, tuple(stack))


def root(frontier: Frontier) -> bytes:
    """The hash of the whole tree."""
    if not frontier.hashes:
        return EMPTY_ROOT
    *rest, node = frontier.hashes
    for left in reversed(rest):
        node = node_hash(left, node)
    return node


def frontier_of(size: int, hashes: Hashes) -> Frontier:
    """The frontier of a tree whose complete subtrees have these hashes."""
    return Frontier(size, tuple(hashes(level, index) for level, index in subtrees(0, size)))


def is_whole(frontier: Frontier) -> bool:
    """Whether there are as many hashes as a tree of that size has complete subtrees."""
    return len(frontier.hashes) == frontier.size.bit_count()
