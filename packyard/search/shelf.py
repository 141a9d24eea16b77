"""An index as a search sees it, whichever of its two forms it has.

`read(paths)` gives the bytes of files of the site, all that are wanted at once. It may raise anything to be called
again later: nothing is kept of a step that was broken off.
"""

from __future__ import annotations

import json
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import cached_property
from typing import Any, Protocol

from packyard.errors import FormatError
from packyard.search import index, lists, paths
from packyard.search.dictionary import Collected
from packyard.search.entry import FORMAT, Entry, invalid, parse_entry
from packyard.search.terms import terms_of

Read = Callable[[Sequence[str]], Sequence[bytes]]
#: Terms from the first to before the second.
Span = tuple[str, str]


def exactly(term: str) -> Span:
    """The term itself."""
    return term, term + "\0"


def beginning(text: str) -> Span:
    """All terms that begin with a text."""
    return text, text + "\U0010ffff"


class Shelf(Protocol):
    """An index. `count` is the number of packs, `over` are those that nobody should begin to use."""

    @property
    def count(self) -> int: ...

    @property
    def over(self) -> Collection[int]: ...

    def lines(self, spans: Sequence[Span]) -> list[list[str]]:
        """The lines of the terms in each span, in their order."""
        ...

    def rows(self, idents: Sequence[int]) -> list[Entry]:
        """The rows of packs."""
        ...

    def column(self, name: str, idents: Collection[int]) -> Mapping[int, Any]:
        """A column's values for these packs, and perhaps others."""
        ...


def open_shelf(read: Read) -> Shelf:
    """The index. Raises `FormatError`, and what `read` raises."""
    value = _document(read([paths.CATALOGUE])[0])
    if type(value) is not dict or value.get("format") != FORMAT:
        raise invalid("not the index of a site")
    if "rows" in value:
        if type(value["rows"]) is not list:
            raise invalid("the rows are something else")
        return Small(tuple(map(parse_entry, value["rows"])))
    count, over, borders = (value.get(field) for field in ("count", "over", "shards"))
    if type(borders) is not list or not all(type(border) is str for border in borders) or borders[:1] != [""]:
        raise invalid("the shards are something else")
    if type(count) is not int or not 0 <= count < 1 << 32 or type(over) is not str:
        raise invalid("a field of the list of shards is something else")
    return Large(read, count, frozenset(lists.parse_ids(over)), borders)


class Small:
    """The index of a small registry: all rows."""

    def __init__(self, entries: Sequence[Entry]) -> None:
        self._entries, self.count = entries, len(entries)
        self.over = frozenset(ident for ident, entry in enumerate(entries) if entry.over)

    @cached_property
    def _lines(self) -> tuple[list[str], list[str]]:
        """The terms, and their lines."""
        collected = Collected()
        for ident, entry in enumerate(self._entries):
            collected.add(ident, terms_of(entry))
        terms, texts = zip(*collected.lines(), strict=True) if self._entries else ((), ())
        return list(terms), list(texts)

    def lines(self, spans: Sequence[Span]) -> list[list[str]]:
        """The lines of the terms in each span, in their order."""
        terms, texts = self._lines
        return [texts[bisect_left(terms, low) : bisect_left(terms, high)] for low, high in spans]

    def rows(self, idents: Sequence[int]) -> list[Entry]:
        """The rows of packs."""
        return [self._entries[ident] for ident in idents]

    def column(self, name: str, idents: Collection[int]) -> Mapping[int, Any]:
        """A column's values for these packs."""
        return {ident: getattr(self._entries[ident], name) for ident in idents}


class Large:
    """The index of a large registry, in parts."""

    def __init__(self, read: Read, count: int, over: Collection[int], borders: Sequence[str]) -> None:
        self._read, self.count, self.over, self._borders = read, count, over, borders

    def lines(self, spans: Sequence[Span]) -> list[list[str]]:
        """The lines of the terms in each span, in their order."""
        ranges = [self._shards(*span) for span in spans]
        files = dict.fromkeys(paths.terms(border) for borders in ranges for border in borders)
        texts = {path: _text(data).split("\n") for path, data in zip(files, self._read(list(files)), strict=True)}
        return [
            [line for border in borders for line in texts[paths.terms(border)] if low <= line.partition("\t")[0] < high]
            for (low, high), borders in zip(spans, ranges, strict=True)
        ]

    def rows(self, idents: Sequence[int]) -> list[Entry]:
        """The rows of packs."""
        parts = self._parts(paths.rows, {ident // index.CHUNK for ident in idents})
        rows = [(parts[ident // index.CHUNK], ident % index.CHUNK) for ident in idents]
        if not all(type(part) is list and at < len(part) for part, at in rows):
            raise invalid("a row is not where it should be")
        return [parse_entry(part[at]) for part, at in rows]

    def column(self, name: str, idents: Collection[int]) -> Mapping[int, Any]:
        """A column's values for these packs, and others."""
        found = dict[int, Any]()
        for chunk, part in self._parts(paths.columns, {ident // index.COLUMN for ident in idents}).items():
            if type(part) is not dict or type(part.get(name)) is not list:
                raise invalid("there is no such column")
            found.update(enumerate(part[name], chunk * index.COLUMN))
        return found

    def _shards(self, low: str, high: str) -> Sequence[str]:
        """The shards that have the terms of a span."""
        return self._borders[bisect_right(self._borders, low) - 1 : bisect_left(self._borders, high)]

    def _parts(self, path: Callable[[int], str], chunks: Collection[int]) -> dict[int, Any]:
        wanted = sorted(chunks)
        return dict(zip(wanted, map(_document, self._read(list(map(path, wanted)))), strict=True))


def _document(data: bytes) -> Any:
    try:
        return json.loads(index.unpack(data))
    except FormatError:
        raise
    except (ValueError, RecursionError):
        raise invalid("not JSON") from None


def _text(data: bytes) -> str:
    try:
        return index.unpack(data).decode()
    except UnicodeDecodeError:
        raise invalid("not UTF-8") from None
