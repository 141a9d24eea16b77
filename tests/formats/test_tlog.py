"""Merkle trees: the published vectors, the RFC's definitions word by word, and that no altered proof passes."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from packyard.formats import tlog
from tests.formats.logs import entries, naive_root, naive_split
from tests.refusals import code_of

# The test vectors of the Certificate Transparency project: eight leaves, the roots of the trees of 1 to 8 of them.
LEAVES = [b"", b"\x00", b"\x10", b" !", b"01", b"@ABC", b"PQRSTUVW", b"`abcdefghijklmno"]
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
A, B, C, D, E = (
    "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
    "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
    "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
)
F = "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a"


def hashes_of(leaves: Sequence[bytes]) -> tlog.Hashes:
    return lambda level, index: naive_root(leaves[index << level : (index + 1) << level])


def test_the_published_roots() -> None:
    assert [tlog.tree_hash(size, hashes_of(LEAVES)).hex() for size in range(1, 9)] == ROOTS
    assert tlog.tree_hash(0, hashes_of(LEAVES)) == tlog.EMPTY_ROOT == naive_root([])


@pytest.mark.parametrize(
    ("index", "size", "proof"),
    [(0, 1, []), (0, 8, [A, B, C]), (5, 8, [D, E, ROOTS[3]]), (2, 3, [ROOTS[1]]), (1, 5, [ROOTS[0], B, D])],
)
def test_the_published_inclusion_proofs(index: int, size: int, proof: list[str]) -> None:
    found = tlog.inclusion_proof(index, size, hashes_of(LEAVES))
    assert [item.hex() for item in found] == proof
    tlog.verify_inclusion(tlog.leaf_hash(LEAVES[index]), index, size, bytes.fromhex(ROOTS[size - 1]), found)


@pytest.mark.parametrize(
    ("old", "size", "proof"), [(1, 1, []), (1, 8, [A, B, C]), (6, 8, [F, E, ROOTS[3]]), (2, 5, [B, D])]
)
def test_the_published_consistency_proofs(old: int, size: int, proof: list[str]) -> None:
    found = tlog.consistency_proof(old, size, hashes_of(LEAVES))
    assert [item.hex() for item in found] == proof
    tlog.verify_consistency(old, bytes.fromhex(ROOTS[old - 1]), size, bytes.fromhex(ROOTS[size - 1]), found)


def naive_path(index: int, leaves: Sequence[bytes]) -> list[bytes]:
    """PATH of RFC 9162 section 2.1.3.1."""
    if len(leaves) == 1:
        return []
    k = naive_split(len(leaves))
    if index < k:
        return [*naive_path(index, leaves[:k]), naive_root(leaves[k:])]
    return [*naive_path(index - k, leaves[k:]), naive_root(leaves[:k])]


def naive_subproof(old: int, leaves: Sequence[bytes], known: bool) -> list[bytes]:
    """SUBPROOF of RFC 9162 section 2.1.4.1."""
    if old == len(leaves):
        return [] if known else [naive_root(leaves)]
    k = naive_split(len(leaves))
    if old <= k:
        return [*naive_subproof(old, leaves[:k], known), naive_root(leaves[k:])]
    return [*naive_subproof(old - k, leaves[k:], False), naive_root(leaves[:k])]


@pytest.mark.parametrize("size", [1, 2, 3, 7, 8, 9, 13, 16, 21])
def test_proofs_are_the_rfcs_and_every_altered_one_fails(size: int) -> None:
    leaves = entries(size)
    hashes, root = hashes_of(leaves), naive_root(leaves)
    for index in range(size):
        leaf, proof = tlog.leaf_hash(leaves[index]), list(tlog.inclusion_proof(index, size, hashes))
        assert proof == naive_path(index, leaves)
        tlog.verify_inclusion(leaf, index, size, root, proof)
        for bad in altered(proof):
            assert code_of(tlog.verify_inclusion, leaf, index, size, root, bad) == "proof-bad"
        assert code_of(tlog.verify_inclusion, flipped(leaf), index, size, root, proof) == "proof-bad"
        assert code_of(tlog.verify_inclusion, leaf, index, size, flipped(root), proof) == "proof-bad"
        for other in range(size):
            if other != index:
                assert code_of(tlog.verify_inclusion, leaf, other, size, root, proof) == "proof-bad"
    for old in range(1, size + 1):
        old_root, proof = naive_root(leaves[:old]), list(tlog.consistency_proof(old, size, hashes))
        assert proof == naive_subproof(old, leaves, True)
        tlog.verify_consistency(old, old_root, size, root, proof)
        for bad in altered(proof):
            assert code_of(tlog.verify_consistency, old, old_root, size, root, bad) == "proof-bad"
        assert code_of(tlog.verify_consistency, old, flipped(old_root), size, root, proof) == "proof-bad"
        assert code_of(tlog.verify_consistency, old, old_root, size, flipped(root), proof) == "proof-bad"


def flipped(value: bytes) -> bytes:
    return bytes([value[0] ^ 1]) + value[1:]


def altered(proof: list[bytes]) -> list[list[bytes]]:
    """The proof with each hash flipped, removed, doubled, or cut short, and with one too many."""
    bad = [[*proof, bytes(32)], [bytes(32), *proof]]
    for i, item in enumerate(proof):
        rest = proof[:i], proof[i + 1 :]
        bad += [[*rest[0], *middle, *rest[1]] for middle in ([flipped(item)], [], [item, item], [item[:-1]])]
    return bad


@given(st.integers(1, 300), st.data())
def test_proofs_at_random(size: int, data: st.DataObject) -> None:
    leaves = entries(size)
    index, old = data.draw(st.integers(0, size - 1)), data.draw(st.integers(1, size))
    root, hashes = naive_root(leaves), hashes_of(leaves)
    proof = tlog.inclusion_proof(index, size, hashes)
    tlog.verify_inclusion(tlog.leaf_hash(leaves[index]), index, size, root, proof)
    tlog.verify_consistency(old, naive_root(leaves[:old]), size, root, tlog.consistency_proof(old, size, hashes))


def test_what_a_log_cannot_prove() -> None:
    hashes = hashes_of(LEAVES)
    for index, size in ((8, 8), (-1, 8), (0, 0)):
        assert code_of(tlog.inclusion_proof, index, size, hashes) == "log-range"
        assert code_of(tlog.verify_inclusion, bytes(32), index, size, bytes(32), ()) == "log-range"
    for old in (9, -1):
        assert code_of(tlog.consistency_proof, old, 8, hashes) == "log-range"


def test_every_log_continues_the_empty_one() -> None:
    root = naive_root(LEAVES)
    assert tlog.consistency_proof(0, 8, hashes_of(LEAVES)) == ()
    tlog.verify_consistency(0, tlog.EMPTY_ROOT, 8, root, ())
    assert code_of(tlog.verify_consistency, 0, root, 8, root, ()) == "proof-bad"
    assert code_of(tlog.verify_consistency, 0, tlog.EMPTY_ROOT, 8, root, (root,)) == "proof-bad"


def test_sizes_near_the_limit_are_quick() -> None:
    size = 2**63 - 1
    assert len(tlog.inclusion_ranges(size - 1, size)) == 62
    assert len(tlog.consistency_ranges(size - 1, size)) < 130
