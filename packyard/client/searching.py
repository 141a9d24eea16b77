"""Search in a catalogue: the rows of `index.json` (`packyard/index/1`, see `formats.documents`) in, ranked packs out.

    catalogue = read_catalogue(data)
    found = search(catalogue, parse_query("tag:python review"), sort="relevance", page=1, limit=20)
    [hit.pack.name for hit in found.hits]

By relevance: the pack of that very name, then what is not deprecated, archived or renamed, then by how well the words
fit (`search_text`), the shorter and then the smaller name first. Every word must fit somewhere. Where no pack has all
words in its name and tags, words that are a slip away from names and tags count too, less than any word that is there.

A catalogue of 20,000 packs is 8 MB of JSON, which takes longer to parse than to search. It has one row on each line,
and a row is parsed only when the words are on its line.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from packyard.client.search_query import Filter, Query, check_answerable, holds
from packyard.client.search_text import SURE, fold, forms, guesses, points, slips, vocabulary
from packyard.errors import FormatError
from packyard.formats.names import parse_name
from packyard.formats.strict import load_json

FORMAT = "packyard/index/1"
SORTS = ("relevance", "name", "updated", "downloads", "weekly", "quality")
#: The most packs of a page.
PAGE_LIMIT = 1000

_OPEN, _CLOSE = ',"packs":[', "]}\n"
_HEAD_LIMIT = 65_536
_NOT_EXACT = 9
_TEXTS, _LISTS = ("name", "latest", "description", "owner", "updated", "path"), ("tags", "targets", "features")
_BATCH = 500  # rows that a processor's cache holds when they are parsed
#: Fields in which every value of a filter is there as it is.
_LITERAL = {"tags", "channels"}
_FIGURES = ("downloads", "weekly", "quality")

Row = Mapping[str, Any]
#: How exact the name is, whether the pack is over, the points below zero, the length of the name, and the name.
_Rank = tuple[int, bool, int, int, str]


class Catalogue(NamedTuple):
    """A catalogue as text, whole and a line for each pack, and the fields that its rows have."""

    origin: str
    snapshot: int
    text: str
    lines: Sequence[str]
    fields: frozenset[str]


class Pack(NamedTuple):
    """A row of the catalogue, its types checked. What strangers wrote is as they wrote it. `license`, `deprecated` (an
    object with `reason` and `date`), `renamed` and the figures are None when they are absent or not known.
    """

    name: str
    latest: str
    description: str
    owner: str
    tags: list[str]
    targets: list[str]
    features: list[str]
    license: str | None
    updated: str
    deprecated: Mapping[str, Any] | None
    archived: bool
    renamed: str | None
    path: str
    downloads: float | None
    weekly: float | None
    quality: float | None


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
    """A row that fits: its rank, whether every word is in name or tags, how it matches, what it is sorted by."""

    rank: _Rank
    sure: bool
    match: str
    value: Any
    line: str


class _Word(NamedTuple):
    """A word, and the words it could be meant as."""

    text: str
    slips: tuple[str, ...] = ()


def read_catalogue(data: bytes) -> Catalogue:
    """The catalogue in the bytes of `index.json`. Its rows are looked at when they are searched, and not before. Raises
    `FormatError`: `text-not-utf8`, `json-invalid`, `document-invalid`.
    """
    try:
        head, _, rest = data.decode().partition("\n")
    except UnicodeDecodeError:
        raise FormatError("text-not-utf8", "not UTF-8") from None
    if not head.endswith(_OPEN) or len(head) > _HEAD_LIMIT or not rest.endswith(_CLOSE):
        raise FormatError("document-invalid", "the document is not a head and one line for each pack", expected=FORMAT)
    value = load_json(f"{head.removesuffix(_OPEN)}}}".encode(), _HEAD_LIMIT).value
    registry, snapshot = value.get("registry"), value.get("snapshot")
    origin = registry.get("origin") if isinstance(registry, dict) else None
    if value.get("format") != FORMAT or not isinstance(origin, str) or not isinstance(snapshot, int):
        found = str(value.get("format"))[:80]
        raise FormatError("document-invalid", "not the catalogue of a site", line=1, expected=FORMAT, found=found)
    body = rest.removesuffix(_CLOSE).removesuffix("\n")
    lines = body.split(",\n") if body else []
    fields = frozenset(_parse(lines[:1])[0]) if lines else frozenset[str]()
    return Catalogue(origin, snapshot, body, lines, fields)


def search(catalogue: Catalogue, query: Query, sort: str = SORTS[0], page: int = 1, limit: int = 20) -> Found:
    """A page of the packs that have every word and hold every filter, in the order of `sort`, one of `SORTS`. Pages
    count from 1.

    Raises `FormatError`: `search-unanswered` when the rows do not say what a filter asks for, `document-invalid`.
    """
    if catalogue.lines:
        check_answerable(query.filters, catalogue.fields)
    ordered, unknown = _sorted(_find(catalogue, query, sort), sort)
    shown = ordered[(page - 1) * limit : page * limit]
    rows = _parse([each.line for each in shown])
    hits = tuple(Hit(_pack(row), each.match) for each, row in zip(shown, rows, strict=True))
    found = Found(hits, len(ordered), page, limit, unknown)
    return found if ordered else found._replace(**_explained(catalogue, query))


# --- finding ---


def _find(catalogue: Catalogue, query: Query, sort: str) -> list[_Scored]:
    words = [_Word(word) for word in query.words]
    scored = _scored(catalogue.lines, words, query.filters, sort)
    if not words or any(each.sure for each in scored):
        return scored
    known = vocabulary(catalogue.text)
    guessed = [_Word(word, slips(word, known)) for word in query.words]
    return _scored(catalogue.lines, guessed, query.filters, sort) if guessed != words else scored


def _scored(lines: Sequence[str], words: Sequence[_Word], filters: Sequence[Filter], sort: str) -> list[_Scored]:
    """Every row that fits, in the order of the catalogue."""
    lines, found = _candidates(lines, words, filters), list[_Scored]()
    whole = "-".join(word.text for word in words)
    for first in range(0, len(lines), _BATCH):
        batch = lines[first : first + _BATCH]
        try:
            for line, row in zip(batch, _parse(batch), strict=True):
                if (not filters or holds(filters, row)) and (fit := _fit(row, words, whole)):
                    found.append(_Scored(*fit, row.get(sort), line))
        except (KeyError, TypeError, AttributeError):
            raise _no_row() from None
    return found


def _candidates(lines: Sequence[str], words: Iterable[_Word], filters: Iterable[Filter]) -> Sequence[str]:
    """The lines that may be of rows which fit: those that have the words, and the values of filters, anywhere."""
    values = [(each.value,) for each in filters if each.field in _LITERAL]
    owners = tuple(each.value for each in filters if each.name == "owner")
    for wanted in (*((word.text, *word.slips) for word in words), *values, *filter(None, (owners,))):
        first, *more = [json.dumps(each, ensure_ascii=False)[1:-1] for each in wanted]
        lines = [line for line in lines if first in (text := fold(line)) or any(map(text.__contains__, more))]
    return lines


def _fit(row: Row, words: Sequence[_Word], whole: str) -> tuple[_Rank, bool, str] | None:
    """The first three fields of `_Scored`, if the row has every word."""
    name = fold(row["name"])
    sunk = bool(row["deprecated"] or row.get("archived") or row.get("renamed"))
    if not words:
        return (0, sunk, 0, 0, name), True, "all"
    tags, description = fold("\n".join(("", *row["tags"], ""))), fold(row["description"])
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
    return (exact, sunk, -sum(each) - ahead, len(name), name), min(each) >= SURE, match


def _guessed(word: _Word, name: str, tags: str) -> int:
    """The points of the nearest word that could be meant: always fewer than for one that is there."""
    for far, slip in enumerate(word.slips):
        if got := points(slip, name, tags, ""):
            return max(1, got // 10 - far)
    return 0


def _sorted(scored: Iterable[_Scored], sort: str) -> tuple[list[_Scored], int]:
    """What was found, in order, and of how much it is not known what it is sorted by."""
    ranked = sorted(scored, key=lambda each: each.rank)
    if sort in _FIGURES:
        ranked.sort(key=lambda each: -1 if (known := _figure(each.value)) is None else known, reverse=True)
        return ranked, sum(_figure(each.value) is None for each in ranked)
    if sort == "updated":
        ranked.sort(key=lambda each: str(each.value), reverse=True)
    if sort == "name":
        ranked.sort(key=lambda each: each.rank[-1])
    return ranked, 0


# --- nothing was found ---


def _explained(catalogue: Catalogue, query: Query) -> dict[str, Any]:
    """Why nothing was found, as fields of `Found`."""
    parts = [Query((word,), ()) for word in query.words] + [Query((), (each,)) for each in query.filters]
    counts = [len(_find(catalogue, part, SORTS[0])) for part in parts] if len(parts) > 1 else [0] * len(parts)
    lost = [part for part, number in zip(parts, counts, strict=True) if not number]
    labels = [part.words[0] if part.words else str(part.filters[0]) for part in parts]
    meant = dict.fromkeys(guess for part in lost for guess in _guesses(catalogue, part))
    return {"parts": tuple(zip(labels, counts, strict=True)), "guesses": tuple(meant)}


def _guesses(catalogue: Catalogue, part: Query) -> list[str]:
    """What could be meant by a word or a filter that finds nothing."""
    if part.words:
        return list(guesses(part.words[0], vocabulary(catalogue.text)))
    wanted = part.filters[0]
    values = [row.get(wanted.field) for row in _parse(catalogue.lines) if wanted.field != "renamed"]
    flat = [item for value in values for item in (value if isinstance(value, list) else [value])]
    known = {fold(item) for item in flat if isinstance(item, str)}
    return [str(wanted._replace(value=value)) for value in guesses(wanted.value, known)]


# --- rows ---


def _parse(lines: Sequence[str]) -> list[Row]:
    """The rows on these lines of a catalogue. Raises `FormatError`."""
    try:
        rows: list[Row] = json.loads(f"[{','.join(lines)}]")
    except (ValueError, RecursionError):
        raise _no_row() from None
    if len(rows) != len(lines) or not all(type(row) is dict for row in rows):
        raise _no_row()
    return rows


def _pack(row: Row) -> Pack:
    """A row with its types checked. Raises `FormatError`."""
    texts, lists = [row.get(field) for field in _TEXTS], [row.get(field) for field in _LISTS]
    optional, mark = [row.get("license"), row.get("renamed")], row.get("deprecated")
    texts += [item for each in lists if isinstance(each, list) for item in each]
    kinds = ((texts, str), (lists, list), (optional, str | None), ([mark], dict | None))
    if not all(isinstance(each, kind) for values, kind in kinds for each in values):
        raise _no_row()
    parse_name(row["name"])
    chosen: dict[str, Any] = {field: row.get(field) for field in Pack._fields}
    figures = {field: _figure(row.get(field)) for field in _FIGURES}
    return Pack(**chosen | figures | {"archived": bool(row.get("archived"))})


def _figure(value: Any) -> float | None:
    """A number that can be compared with others, if it is known."""
    return value if type(value) in (int, float) and 0 <= value < 1e15 else None


def _no_row() -> FormatError:
    return FormatError("document-invalid", "a line is not the row of a pack", expected=FORMAT)
