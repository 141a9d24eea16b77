"""Search in a catalogue: the rows of `index.json` (`packyard/index/1`, see `formats.documents`) in, ranked packs out.

    catalogue = read_catalogue(data)
    found = search(catalogue, parse_query("tag:python review"), sort="relevance", page=1, limit=20)
    [hit.pack.name for hit in found.hits]

By relevance: the pack of that very name, then what is not deprecated, archived or renamed, then by how well the words
fit (`search_text`), the shorter and then the smaller name first. Every word must fit somewhere. Where no pack has all
words in its name and tags, words that are a slip away from names and tags count too, less than any word that is there.

A catalogue of 20,000 packs is 10 MB of JSON, which takes longer to parse than to search. So it is searched in a form
that is prepared once (`search_rows`) and can be kept; of the catalogue itself only the rows of a page are parsed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from packyard.client.search_query import Filter, Query, check_answerable, holds
from packyard.client.search_rows import (
    FIGURES,
    INDEX_FORMAT,
    Outline,
    Pack,
    Row,
    entry_of,
    is_prepared,
    no_row,
    outline_of,
    pack_of,
    parse_rows,
    prepare,
    read_prepared,
)
from packyard.client.search_text import SEPARATOR, SURE, forms, guesses, points, slips
from packyard.errors import FormatError
from packyard.formats.strict import load_json

SORTS = ("relevance", "name", "updated", "downloads", "weekly", "quality")
#: The most packs of a page.
PAGE_LIMIT = 1000

_OPEN, _CLOSE = b',"packs":[', b"\n]}\n"
_HEAD_LIMIT = 65_536
_NOT_EXACT = 9
#: Fields in which every value of a filter is there as it is.
_LITERAL = {"tags", "channels"}
#: What flags say.
_YES_NO = ("yes", "no")

#: How exact the name is, whether the pack is over, the points below zero, the length of the name, and the name.
_Rank = tuple[int, str, int, int, str]


class Catalogue(NamedTuple):
    """A catalogue: its bytes, the fields that its rows have, its prepared form, and the words and lines of that."""

    origin: str
    snapshot: int
    data: bytes
    fields: frozenset[str]
    prepared: bytes
    words: str
    lines: Sequence[str]

    @property
    def text(self) -> str:
        """The catalogue as text."""
        return self.data.decode()


class Hit(NamedTuple):
    """A pack that was found: `match` is `name` for that very name, `words`, `spelling` when a word had to be read as
    another one, or `all` when no words were asked for.
    """

    pack: Pack
    match: str


class Found(NamedTuple):
    """A page of what was found. `total` counts all pages, `unknown` the packs for which it is not known what they are
    sorted by: they come last. When nothing was found, `parts` are the words and filters with the number of packs that
    each finds alone, and `guesses` what could be meant instead of those that find nothing.
    """

    hits: tuple[Hit, ...]
    total: int
    page: int
    limit: int
    unknown: int
    parts: tuple[tuple[str, int], ...] = ()
    guesses: tuple[str, ...] = ()

    @property
    def has_more(self) -> bool:
        """Whether there is a page after this one."""
        return self.page * self.limit < self.total


class _Scored(NamedTuple):
    """A row that fits: its rank, whether every word is in name or tags, and how it matches."""

    rank: _Rank
    sure: bool
    match: str
    line: str


class _Word(NamedTuple):
    """A word, and the words it could be meant as."""

    text: str
    slips: tuple[str, ...] = ()


def read_catalogue(data: bytes, prepared: bytes = b"") -> Catalogue:
    """The catalogue in the bytes of `index.json`; `prepared` is that of an earlier reading of the same bytes. Raises
    `FormatError`: `text-not-utf8`, `json-invalid`, `document-invalid`.
    """
    start = data.find(b"\n") + 1
    head = data[: max(start - 1, 0)]
    if not head.endswith(_OPEN) or start > _HEAD_LIMIT or not data.endswith(_CLOSE, start - 1):
        message = "the document is not a head and one line for each pack"
        raise FormatError("document-invalid", message, expected=INDEX_FORMAT)
    value = load_json(head.removesuffix(_OPEN) + b"}", _HEAD_LIMIT).value
    registry, snapshot = value.get("registry"), value.get("snapshot")
    origin = registry.get("origin") if isinstance(registry, dict) else None
    if value.get("format") != INDEX_FORMAT or not isinstance(origin, str) or not isinstance(snapshot, int):
        found = str(value.get("format"))[:80]
        raise FormatError("document-invalid", "not the catalogue of a site", line=1, expected=INDEX_FORMAT, found=found)
    if not is_prepared(prepared):
        prepared = prepare(data, start)
    words, lines = read_prepared(prepared)
    first = data[start : data.find(b"\n", start)].removesuffix(b",")
    fields = frozenset(parse_rows([first])[0]) if lines else frozenset[str]()
    return Catalogue(origin, snapshot, data, fields, prepared, words, lines)


def search(catalogue: Catalogue, query: Query, sort: str = SORTS[0], page: int = 1, limit: int = 20) -> Found:
    """A page of the packs that have every word and hold every filter, in the order of `sort`, one of `SORTS`. Pages
    count from 1.

    Raises `FormatError`: `search-unanswered` when the rows do not say what a filter asks for, `document-invalid`.
    """
    if catalogue.lines:
        check_answerable(query.filters, catalogue.fields)
    try:
        return _page(catalogue, query, sort, page, limit)
    except FormatError:
        raise
    except (TypeError, ValueError):  # of a prepared form that nobody prepared
        raise no_row() from None


def _page(catalogue: Catalogue, query: Query, sort: str, page: int, limit: int) -> Found:
    ordered, unknown = _sorted(_find(catalogue, query), sort)
    shown = ordered[(page - 1) * limit : page * limit]
    rows = _rows(catalogue.data, [each.line for each in shown])
    hits = tuple(Hit(pack_of(row), each.match) for each, row in zip(shown, rows, strict=True))
    found = Found(hits, len(ordered), page, limit, unknown)
    return found if ordered else found._replace(**_explained(catalogue, query))


# --- finding ---


def _find(catalogue: Catalogue, query: Query) -> list[_Scored]:
    words = [_Word(word) for word in query.words]
    scored = _scored(catalogue.lines, words, query.filters)
    if not words or any(each.sure for each in scored):
        return scored
    known = catalogue.words.split("\t")
    guessed = [_Word(word, slips(word, known)) for word in query.words]
    return _scored(catalogue.lines, guessed, query.filters) if guessed != words else scored


def _scored(lines: Sequence[str], words: Sequence[_Word], filters: Sequence[Filter]) -> list[_Scored]:
    """Every row that fits, in the order of the catalogue."""
    found, whole = list[_Scored](), "-".join(word.text for word in words)
    for line in _candidates(lines, words, filters):
        if not filters or holds(filters, entry_of(line)):
            outline = outline_of(line)
            if not words:
                found.append(_Scored((0, outline.over, 0, 0, outline.name), True, "all", line))
            elif fit := _fit(outline, words, whole):
                found.append(_Scored(*fit, line))
    return found


def _candidates(lines: Sequence[str], words: Iterable[_Word], filters: Iterable[Filter]) -> Sequence[str]:
    """The lines that may be of rows which fit: those that have the words, and the values of filters, anywhere."""
    values = [(each.value,) for each in filters if each.field in _LITERAL]
    owners = tuple(each.value for each in filters if each.name == "owner")
    for first, *more in (*((word.text, *word.slips) for word in words), *values, *filter(None, (owners,))):
        lines = [line for line in lines if first in line or any(map(line.__contains__, more))]
    return lines


def _fit(row: Outline, words: Sequence[_Word], whole: str) -> tuple[_Rank, bool, str] | None:
    """The first three fields of `_Scored`, if the row has every word."""
    name, over, _, tags, description, _ = row
    each = [points(word.text, name, tags, description) for word in words]
    spelling = not all(each)
    if spelling:
        each = [got or _guessed(word, name, tags) for got, word in zip(each, words, strict=True)]
        if not all(each):
            return None
    known = forms(name) if whole in name else ()
    exact = known.index(whole) if whole in known else _NOT_EXACT
    ahead = any(form.startswith(whole) for form in known)
    match = "spelling" if spelling else "name" if whole in known else "words"
    return (exact, over, -sum(each) - ahead, len(name), name), min(each) >= SURE, match


def _guessed(word: _Word, name: str, tags: str) -> int:
    """The points of the nearest word that could be meant: always fewer than for one that is there."""
    for far, slip in enumerate(word.slips):
        if got := points(slip, name, tags, ""):
            return max(1, got // 10 - far)
    return 0


def _sorted(scored: Iterable[_Scored], sort: str) -> tuple[list[_Scored], int]:
    """What was found, in order, and of how much it is not known what it is sorted by."""
    ranked = sorted(scored, key=lambda each: each.rank)
    if sort in FIGURES:
        figures = {each: float(getattr(entry_of(each.line), sort) or -1) for each in ranked}
        return sorted(ranked, key=figures.__getitem__, reverse=True), sum(known < 0 for known in figures.values())
    if sort == "updated":
        ranked.sort(key=lambda each: outline_of(each.line).updated, reverse=True)
    if sort == "name":
        ranked.sort(key=lambda each: each.rank[-1])
    return ranked, 0


# --- nothing was found ---


def _explained(catalogue: Catalogue, query: Query) -> dict[str, Any]:
    """Why nothing was found, as fields of `Found`."""
    parts = [Query((word,), ()) for word in query.words] + [Query((), (each,)) for each in query.filters]
    counts = [len(_find(catalogue, part)) for part in parts] if len(parts) > 1 else [0] * len(parts)
    lost = [part for part, number in zip(parts, counts, strict=True) if not number]
    labels = [part.words[0] if part.words else str(part.filters[0]) for part in parts]
    meant = dict.fromkeys(guess for part in lost for guess in _guesses(catalogue, part))
    return {"parts": tuple(zip(labels, counts, strict=True)), "guesses": tuple(meant)}


def _guesses(catalogue: Catalogue, part: Query) -> list[str]:
    """What could be meant by a word or a filter that finds nothing."""
    if part.words:
        return list(guesses(part.words[0], catalogue.words.split("\t")))
    wanted = part.filters[0]
    values = (getattr(entry_of(line), wanted.field) for line in catalogue.lines)
    known = {item for value in values for item in value.split(SEPARATOR) if item not in ("", *_YES_NO)}
    return [str(wanted._replace(value=value)) for value in guesses(wanted.value, known)]


# --- rows ---


def _rows(data: bytes, lines: Iterable[str]) -> list[Row]:
    """The rows of a catalogue that prepared lines stand for."""
    return parse_rows([data[int(each.begin) : int(each.end)] for each in map(entry_of, lines)])
