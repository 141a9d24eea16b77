"""Cutting the dictionary of terms into shards whose borders are decided by the terms on them.

A new shard begins at a term

- that is not among the first `LEAST` characters of a shard, and whose SHA-256 begins with a byte below `BORDER`;
- behind which a shard would have more than `MOST` characters, so that what is found everywhere stands alone.

A shard is known by its *border*: as much of its first term as sets it apart from the term before. The first shard
begins at "". So a change of one term changes its shard and sometimes a neighbour.

Whether a shard begins at a term is decided by nothing but the shard that ends there: cutting again from any border
gives what cutting from the beginning gives.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from hashlib import sha256
from typing import NamedTuple

LEAST, MOST, BORDER = 5_000, 14_000, 10

#: A term, and the characters of its line.
Sized = tuple[str, int]


class Border(NamedTuple):
    """Where a shard begins, and its first term."""

    text: str
    term: str


class Recut(NamedTuple):
    """What a change does to the shards: those that are made anew, by their borders, and those that are gone."""

    made: tuple[str, ...]
    gone: tuple[str, ...]


def cut(sizes: Iterable[Sized], first: str = "") -> Iterator[Border]:
    """The borders of terms in their order, from the border `first` on, which is the first one given."""
    yield Border(first, first)
    size, before = 0, ""
    for term, length in sizes:
        if size and _is_border(term, length, size):
            yield Border(_apart(before, term), term)
            size = 0
        size, before = size + length, term


def recut(borders: Sequence[str], changed: Iterable[str], sizes: Callable[[str], Iterable[Sized]]) -> Recut:
    """What changes when these terms have come, gone, or got another line. `borders` are those before, `sizes` gives the
    terms as they are now, from one on.
    """
    terms, known = sorted(set(changed)), set(borders)
    made, gone, at = dict[str, None](), set[str](), 0
    while at < len(terms):
        start, end = _before(borders, terms[at]), None
        for border in cut(sizes(start), start):
            if border.text != start and border.text in known:
                at = bisect_left(terms, border.text, at)
                if at == len(terms) or _before(borders, terms[at]) >= border.text:
                    end = border.text
                    break
            made[border.text] = None
        gone.update(borders[bisect_left(borders, start) : bisect_left(borders, end) if end else None])
        at = at if end else len(terms)
    return Recut(tuple(made), tuple(sorted(gone - made.keys())))


def _before(borders: Sequence[str], term: str) -> str:
    """A border that is the same with another such term. The one before the term may be there because of it, and the one
    before that may name the shard in which the term stands now.
    """
    return borders[max(bisect_right(borders, term) - 3, 0)] if borders else ""


def _apart(before: str, term: str) -> str:
    """The shortest beginning of a term that comes after the term before it."""
    length = next((at for at, (one, other) in enumerate(zip(before, term, strict=False)) if one != other), len(before))
    return term[: length + 1]


def _is_border(term: str, length: int, size: int) -> bool:
    if size + length > MOST:
        return True
    return size >= LEAST and sha256(term.encode("utf-8", "surrogatepass")).digest()[0] < BORDER
