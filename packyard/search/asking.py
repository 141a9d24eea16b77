"""What the terms of a query say: the first round of every search."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

from packyard.search import lists
from packyard.search.query import EITHER, ENOUGH, FLAGS, STARRED, Filter, Query
from packyard.search.shelf import Shelf, Span, beginning, exactly
from packyard.search.terms import BEGINNING, NAMED, facet

#: What a word is worth at a place: all of the word there, and a word there that begins with it.
WORTH = {"f": (80, 75), "n": (70, 60), "t": (55, 40), "u": (50, 40), "o": (25, 0), "d": (20, 15), "a": (15, 10)}
#: How exact a name is: the very name, or that name in a scope.
NAME, SCOPED = 0, 1

#: What packs are worth, by their ids.
Points = Mapping[int, int]


class Asked(NamedTuple):
    """What the terms of a query say: for each word its packs, and whether it is a word that somebody uses; what words
    add that need not be there; the packs that each filter lets pass; those of the very name, with how exact it is, and
    those whose name begins with it; and the lengths of names.
    """

    words: tuple[Points, ...]
    used: tuple[bool, ...]
    extra: Points
    passed: tuple[Collection[int], ...]
    names: Mapping[int, int]
    begun: Collection[int]
    lengths: Mapping[int, int]


def ask(shelf: Shelf, query: Query) -> Asked:
    names = [_name_span(query)] if query.name else []
    filters = [span for wanted in query.filters for span in _filter_spans(wanted)]
    spans = [*names, *map(_word_span, query.words), *map(exactly, query.extra), *filters]
    lines = iter(shelf.lines(spans) if spans else ())
    exact, begun, lengths = dict[int, int](), set[int](), dict[int, int]()
    for line in next(lines) if names else ():
        term = line.partition("\t")[0]
        if term == "=" + query.name:
            exact.update(dict.fromkeys(packs_of([line], "b"), SCOPED))
            exact.update(dict.fromkeys(packs_of([line], "e"), NAME))
        begun.update(packs_of([line], "eb"))
    word_lines = [next(lines) for _ in query.words]
    words = tuple(_word_points(word, here, lengths) for word, here in zip(query.words, word_lines, strict=True))
    used = tuple(map(_is_used, query.words, word_lines))
    extra = dict[int, int]()
    for word in query.extra:
        for ident, worth in _word_points(word, next(lines), lengths).items():
            extra[ident] = extra.get(ident, 0) + worth
    passed = tuple(
        _passed(shelf, wanted, [line for _ in _filter_spans(wanted) for line in next(lines)])
        for wanted in query.filters
    )
    return Asked(words, used, extra, passed, exact, begun, lengths)


def _name_span(query: Query) -> Span:
    """The terms of a name: what begins with several words is one name or few."""
    return beginning("=" + query.name) if query.several else exactly("=" + query.name)


def _word_span(word: str) -> Span:
    """The terms of a word: all that begin with it, or itself and the list of those."""
    return beginning(word) if len(word) > BEGINNING else (word, word + "+")


def _word_points(word: str, lines: Iterable[str], lengths: dict[int, int]) -> Points:
    points = dict[int, int]()
    for line in lines:
        term = line.partition("\t")[0]
        if ":" in term:
            continue
        for place, packs in lists.parse_line(line)[1].items():
            worth = WORTH.get(place, (0, 0))[term != word]
            for ident, length in packs if worth else ():
                if points.get(ident, 0) < worth:
                    points[ident] = worth
                if length:
                    lengths[ident] = length
    return points


def _is_used(word: str, lines: Iterable[str]) -> bool:
    """Whether a word is one of names and tags, or of several packs."""
    there = next((lists.parse_line(line)[1] for line in lines if line.partition("\t")[0] == word), {})
    return any(place in there for place in NAMED) or sum(map(len, there.values())) >= ENOUGH


def _filter_spans(wanted: Filter) -> tuple[Span, ...]:
    field, value = wanted.fact
    if wanted.name in FLAGS:
        return (exactly(facet(field, "yes")),)
    starred = (exactly(facet(field, "*")),) if field in STARRED else ()
    return (exactly(facet(field, value)), *starred)


def _passed(shelf: Shelf, wanted: Filter, lines: Iterable[str]) -> Collection[int]:
    found = {ident for line in lines for packs in lists.parse_line(line)[1].values() for ident, _ in packs}
    return set(range(shelf.count)) - found if wanted.name in FLAGS and wanted.value == "no" else found


def allowed(filters: Sequence[Filter], passed: Sequence[Collection[int]]) -> Collection[int] | None:
    """The packs that hold every filter, None when there is none."""
    either = dict[str, set[int]]()
    for at, (wanted, packs) in enumerate(zip(filters, passed, strict=True)):
        either.setdefault(wanted.name if wanted.name in EITHER else str(at), set()).update(packs)
    return set.intersection(*either.values()) if either else None


def packs_of(lines: Iterable[str], places: str) -> Iterable[int]:
    found = (lists.parse_line(line)[1] for line in lines)
    return (ident for each in found for place in places for ident, _ in each.get(place, ()))
