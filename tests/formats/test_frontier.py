"""The frontier against the trees that proofs are made from."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from packyard.formats.frontier import Frontier, extend, frontier_of, is_whole, root
from packyard.formats.tlog import EMPTY_ROOT, leaf_hash, tree_hash
from tests.formats.logs import stored

SIZES = st.integers(0, 700)


@given(SIZES, SIZES)
def test_growing_gives_the_root_of_the_tree(first: int, more: int) -> None:
    leaves = [leaf_hash(b"%d" % number) for number in range(first + more)]
    grown = extend(extend(Frontier(), leaves[:first]), leaves[first:])
    assert root(grown) == tree_hash(first + more, stored(leaves))
    assert grown == frontier_of(first + more, stored(leaves)) == extend(Frontier(), leaves)
    assert is_whole(grown)


def test_a_tree_of_nothing() -> None:
    assert root(Frontier()) == EMPTY_ROOT
    assert not is_whole(Frontier(3, (bytes(32),)))


@given(st.integers(1, 300), st.data())
def test_every_changed_leaf_changes_the_root(size: int, data: st.DataObject) -> None:
    leaves = [leaf_hash(b"%d" % number) for number in range(size)]
    other = list(leaves)
    other[data.draw(st.integers(0, size - 1))] = leaf_hash(b"another")
    assert root(extend(Frontier(), leaves)) != root(extend(Frontier(), other))
