"""Finding: an index and a query in, a page of packs out, as `packyard.search.query` specifies.

    shelf = open_shelf(read)
    found = search(shelf, parse_query("tag:python review"))
    [hit.entry.name for hit in found.hits]

It reads in rounds, each of files that are asked for at once: the shards of the words, of the filters and of the name;
where words may be misspelt, those of what is spelt alike, and then of what was found there; columns, if one sorts by
them; the rows of the page.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import chain
from typing import Any, Generic, NamedTuple, TypeVar

from packyard.search import slips
from packyard.search.asking import Asked, Points, allowed, ask, packs_of
from packyard.search.entry import Entry, figure, invalid
from packyard.search.query import ENOUGH, FLAGS, NAME_LETTERS, SORTS, Filter, Query
from packyard.search.shelf import Shelf, beginning, exactly
from packyard.search.terms import NAMED

#: From here on a word is in the name or the tags of a pack, and no slip is to be looked for.
SURE = 40
#: What a name that begins with all words, and one with a slip, is worth for each word; a word with a slip in a name and
#: in tags, and each further slip less.
_BEGUN, _NAME_SLIP, _SLIP, _FURTHER = 85, 58, {"f": 35, "n": 35, "t": 30, "u": 30}, 5

_HYPHENS, _NOT_EXACT = 2, 9
_NO_LENGTH = 255


class Hit(NamedTuple):
    """A pack that was found: `match` is `name` for that very name, `words`, `spelling` when a word had to be read as
    another one, `part` when some words are missing, or `all` when no words were asked for.
    """

    entry: Entry
    match: str


H = TypeVar("H")


class Found(NamedTuple, Generic[H]):
    """A page of what was found. `total` counts all pages, `unknown` the packs for which it is not known what they are
    sorted by: they come last. `part` is 0, or how many of the words the packs have when none has all. When nothing was
    found, `parts` are the words and filters with the number of packs that each finds alone, and `guesses` what could be
    meant instead of filters that find nothing. `meant` is how the words had to be read for the first pack of the page,
    "" when it has them as they are.
    """

    hits: tuple[H, ...]
    total: int
    page: int
    limit: int
    unknown: int = 0
    part: int = 0
    parts: tuple[tuple[str, int], ...] = ()
    guesses: tuple[str, ...] = ()
    meant: str = ""

    @property
    def has_more(self) -> bool:
        """Whether there is a page after this one."""
        return self.page * self.limit < self.total


#: For each word, the words that it may be meant as with the packs of each, the nearest first.
_Respelt = Mapping[str, Sequence[tuple[str, Collection[int]]]]
_AS_THEY_ARE: _Respelt = {}


class _Scored(NamedTuple):
    """What fits: the points, how exact names are, how packs match that do not by their words, and of how many words;
    those found by a slip in the name, and other words by slips.
    """

    points: Points
    exact: Mapping[int, int]
    matches: Mapping[int, str]
    part: int = 0
    named: Collection[int] = ()
    respelt: _Respelt = _AS_THEY_ARE


def search(shelf: Shelf, query: Query, sort: str = SORTS[0], page: int = 1, limit: int = 20) -> Found[Hit]:
    """A page of the packs that are found, in the order of `sort`, one of `SORTS`. Pages count from 1. Raises what the
    shelf raises.
    """
    asked = ask(shelf, query)
    passed = allowed(query.filters, asked.passed)
    if not query.words:
        everything = range(shelf.count) if passed is None else passed
        scored = _Scored(dict.fromkeys(everything, 0), {}, dict.fromkeys(everything, "all"))
    else:
        scored = _scored(shelf, query, asked, passed)
    ordered, unknown = _sorted(shelf, asked, scored, sort)
    shown = ordered[(page - 1) * limit : page * limit]
    matches = (_match(scored, ident) for ident in shown)
    hits = tuple(Hit(entry, match) for entry, match in zip(shelf.rows(shown), matches, strict=True))
    found = Found(hits, len(ordered), page, limit, unknown, scored.part)
    if hits and hits[0].match == "spelling":
        found = found._replace(meant=_meant(query, asked, scored, shown[0], hits[0].entry.name))
    return found if ordered else found._replace(**_explained(shelf, query, asked))


# --- what fits ---


def _scored(shelf: Shelf, query: Query, asked: Asked, passed: Collection[int] | None) -> _Scored:
    points = _sums(asked.words, asked.extra, passed)
    sure = sum(all(word[ident] >= SURE for word in asked.words) for ident in points)
    exact = {ident: how for ident, how in asked.names.items() if passed is None or ident in passed}
    exact = {ident: how if ident in points else _HYPHENS for ident, how in exact.items()}
    names, words, respelt = list[int](), asked.words, _AS_THEY_ARE
    if sure < ENOUGH:
        names, words, respelt = _slipped(shelf, query, asked, words=not sure)
    found = _sums(words, asked.extra, passed) if words is not asked.words else points
    meant = [ident for ident in (*exact, *names) if passed is None or ident in passed]
    slipped = _NAME_SLIP * len(words)
    total = {**found, **{ident: max(found.get(ident, 0), slipped) for ident in meant if ident not in points}}
    if query.several:
        begun = (ident for ident in asked.begun if passed is None or ident in passed)
        total.update((ident, max(total.get(ident, 0), _BEGUN * len(words))) for ident in begun)
    if not total:
        return _part(words, asked.extra, passed)
    matches = {ident: "spelling" for ident in total if ident not in points and ident not in asked.begun}
    return _Scored(total, exact, matches, 0, {*exact, *names}, respelt)


def _sums(words: Sequence[Points], extra: Points, passed: Collection[int] | None) -> dict[int, int]:
    """The points of the packs that have every word."""
    first, *more = sorted(words, key=len)
    idents = [ident for ident in first if passed is None or ident in passed]
    for points in more:
        idents = [ident for ident in idents if ident in points]
    return {ident: sum(points[ident] for points in words) + extra.get(ident, 0) for ident in idents}


def _slipped(
    shelf: Shelf, query: Query, asked: Asked, *, words: bool
) -> tuple[list[int], tuple[Points, ...], _Respelt]:
    """The packs whose name is one slip away; and the points of the words, of misspelt ones if they are wanted and it is
    not plain by the name what several words mean, with what these are read as.
    """
    names, idents = list[str](), list[int]()
    if len(query.name) >= NAME_LETTERS and not asked.names:
        like = chain(*shelf.lines(slips.name_spans(query.name)))
        names = ["=" + name for _, name in slips.nearest(query.name, like, 1)]
    if names:
        found = shelf.lines(list(map(exactly, names)))
        idents = sorted({ident for lines in found for ident in packs_of(lines, "eb")})
    words = words and not (names and query.several)
    unknown = [word for word, used in zip(query.words, asked.used, strict=True) if words and not used]
    spans = [slips.word_spans(word) for word in unknown]
    lines = iter(shelf.lines(list(chain(*spans))) if any(spans) else ())
    near = {
        word: slips.nearest(word, chain(*(next(lines) for _ in each)), slips.most(word))
        for word, each in zip(unknown, spans, strict=True)
    }
    terms = list(dict.fromkeys(term for each in near.values() for _, term in each))
    if not terms:
        return idents, asked.words, _AS_THEY_ARE
    there = dict(zip(terms, shelf.lines(list(map(exactly, terms))), strict=True))
    pairs = zip(query.words, asked.words, strict=True)
    respelt = {word: [(term, set(packs_of(there[term], NAMED))) for _, term in each] for word, each in near.items()}
    return idents, tuple(_with_slips(points, near.get(word, ()), there) for word, points in pairs), respelt


def _with_slips(points: Points, near: Iterable[tuple[int, str]], found: Mapping[str, Sequence[str]]) -> Points:
    """The points of a word and of those that it may be meant as."""
    more = dict[int, int]()
    for far, term in near:
        for place in NAMED:
            for ident in packs_of(found[term], place):
                more[ident] = max(more.get(ident, 0), _SLIP[place] - _FURTHER * (far - 1))
    return {ident: max(points.get(ident, 0), more.get(ident, 0)) for ident in points.keys() | more.keys()}


def _meant(query: Query, asked: Asked, scored: _Scored, ident: int, name: str) -> str:
    """How the words are read for a pack that is found by a slip."""
    if ident in scored.named:
        return name
    pairs = zip(query.words, asked.words, strict=True)
    return " ".join(
        word if ident in points else next(term for term, packs in scored.respelt[word] if ident in packs)
        for word, points in pairs
    )


def _part(words: Sequence[Points], extra: Points, passed: Collection[int] | None) -> _Scored:
    """The packs that have the most of the words, if there are several."""
    counts, sums = dict[int, int](), dict[int, int]()
    for points in words if len(words) > 1 else ():
        for ident, worth in points.items():
            if passed is None or ident in passed:
                counts[ident], sums[ident] = counts.get(ident, 0) + 1, sums.get(ident, 0) + worth
    most = max(counts.values(), default=0)
    best = {ident: sums[ident] + extra.get(ident, 0) for ident, count in counts.items() if count == most}
    return _Scored(best, {}, dict.fromkeys(best, "part"), most)


def _match(scored: _Scored, ident: int) -> str:
    return "name" if scored.exact.get(ident, _NOT_EXACT) < _HYPHENS else scored.matches.get(ident, "words")


# --- the order ---


def _sorted(shelf: Shelf, asked: Asked, scored: _Scored, sort: str) -> tuple[list[int], int]:
    """What was found, in order, and of how much it is not known what it is sorted by."""
    exact, over, points, lengths = scored.exact, shelf.over, scored.points, asked.lengths
    ranked = sorted(
        points,
        key=lambda ident: (
            exact.get(ident, _NOT_EXACT),
            ident in over,
            -points[ident],
            lengths.get(ident, _NO_LENGTH),
            ident,
        ),
    )
    if sort == SORTS[0] or not ranked:
        return ranked, 0
    column = shelf.column(sort, ranked)
    if not column.keys() >= points.keys():
        raise invalid("a column is too short")
    if sort == "name":
        return sorted(ranked, key=lambda ident: str(column[ident])), 0
    values = {ident: _known(column[ident]) for ident in ranked}
    return sorted(ranked, key=values.__getitem__, reverse=True), sum(value < 0 for value in values.values())


def _known(value: Any) -> float:
    known = figure(value)
    return -1 if known is None else known


# --- nothing was found ---


def _explained(shelf: Shelf, query: Query, asked: Asked) -> dict[str, Any]:
    """Why nothing was found, as fields of `Found`."""
    labels = [*query.words, *map(str, query.filters)]
    parts = zip(labels, map(len, (*asked.words, *asked.passed)), strict=True)
    lost = [wanted for wanted, packs in zip(query.filters, asked.passed, strict=True) if not packs]
    meant = dict.fromkeys(guess for wanted in lost if wanted.name not in FLAGS for guess in _guesses(shelf, wanted))
    return {"parts": tuple(parts), "guesses": tuple(meant)}


def _guesses(shelf: Shelf, wanted: Filter) -> list[str]:
    """What could be meant by a filter that finds nothing: values that begin with the same two letters."""
    field, value = wanted.fact
    ending = f":{field}"
    (lines,) = shelf.lines([beginning(value[:2])])
    terms = (line.partition("\t")[0] for line in lines)
    values = ["<" + term.removesuffix(ending) for term in terms if term.endswith(ending)]
    near = slips.nearest(value, values, max(2, len(value) * 2 // 5))
    return [str(wanted._replace(value=other)) for _, other in near[:3]]
