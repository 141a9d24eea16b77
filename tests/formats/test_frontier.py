"""The frontier against the trees that proofs are made from."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from packyard.formats.frontier import Frontier, extend, frontier_of, is_whole, root
from packyard.formats.tlog import EMPTY_ROOT, Hashes, leaf_hash, node_hash, tree_hash
from tests.formats.logs import naive_root

SIZES = st.integers(0, 700)


def stored(leaves: Sequence[bytes]) -> Hashes:
    """The hashes of the complete subtrees above these leaves."""
    rows = [list(leaves)]
    while len(rows[-1]) > 1:
        row = rows[-1]
        rows.append([node_hash(row[at], row[at + 1]) for at in range(0, len(row) - 1, 2)])
    return lambda level, index: rows[level][index]


@given(SIZES, SIZES)
def test_growing_gives_the_root_of_the_tree(first: int, more: int) -> None:
    leaves = [leaf_hash(b"%d" % number) for number in range(first + more)]
    grown = extend(extend(Frontier(), leaves[:first]), leaves[first:])
    assert root(grown) == tree_hash(first + more, stored(leaves))
    assert grown == frontier_of(first + more, stored(leaves)) == extend(Frontier(), leaves)
    assert is_whole(grown)


@given(st.integers(0, 40))
def test_the_root_is_that_of_the_rfc(size: int) -> None:
    texts = [b"%d" % number for number in range(size)]
    assert root(extend(Frontier(), map(leaf_hash, texts))) == naive_root(texts)


def test_a_tree_of_nothing() -> None:
    assert root(Frontier()) == EMPTY_ROOT
    assert not is_whole(Frontier(3, (bytes(32),)))


@given(st.integers(1, 300), st.data())
def test_every_changed_leaf_changes_the_root(size: int, data: st.DataObject) -> None:
    leaves = [leaf_hash(b"%d" % number) for number in range(size)]
    other = list(leaves)
    other[data.draw(st.integers(0, size - 1))] = leaf_hash(b"another")
    assert root(extend(Frontier(), leaves)) != root(extend(Frontier(), other))
