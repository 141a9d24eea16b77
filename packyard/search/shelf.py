"""An index as a search sees it, in one file or in parts.

`read(paths)` gives the bytes of files of the site, all that are wanted at once. It may raise anything to be called
again later: nothing is kept of a step that was broken off.
"""

from __future__ import annotations

import json
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from packyard.errors import FormatError
from packyard.search import index, lists, paths
from packyard.search.entry import FORMAT, Entry, invalid, parse_entry

#: More packs are in no registry that one machine can search.
MOST_PACKS = 1 << 22

Read = Callable[[Sequence[str]], Sequence[bytes]]
#: Terms from the first to before the second.
Span = tuple[str, str]


def exactly(term: str) -> Span:
    """The term itself."""
    return term, term + "\0"


def beginning(text: str) -> Span:
    """All terms that begin with a text."""
    return text, text + "\U0010ffff"


class Shelf:
    """An index. `count` is the number of packs, `over` are those that nobody should begin to use; `rows` and `lines`
    are those of a small registry.
    """

    def __init__(
        self, read: Read, count: int, over: str, borders: Sequence[str], rows: Sequence[object] | None, lines: str
    ) -> None:
        self.count, self.over = count, frozenset(lists.parse_ids(over))
        self._read, self._borders, self._rows, self._lines = read, borders, rows, lines

    def lines(self, spans: Sequence[Span]) -> list[list[str]]:
        """The lines of the terms in each span, in their order."""
        ranges = [self._shards(*span) for span in spans]
        shards = list(dict.fromkeys(border for borders in ranges for border in borders))
        texts = dict(zip(shards, (text.split("\n") for text in self._texts(shards)), strict=True))
        return [
            [line for border in borders for line in texts[border] if low <= line.partition("\t")[0] < high]
            for (low, high), borders in zip(spans, ranges, strict=True)
        ]

    def rows(self, idents: Sequence[int]) -> list[Entry]:
        """The rows of packs."""
        if max(idents, default=0) >= max(self.count, 1):
            raise invalid("there is no such pack")
        if self._rows is not None:
            return [parse_entry(self._rows[ident]) for ident in idents]
        parts = self._parts(paths.rows, {ident // index.CHUNK for ident in idents})
        rows = [(parts[ident // index.CHUNK], ident % index.CHUNK) for ident in idents]
        if not all(type(part) is list and at < len(part) for part, at in rows):
            raise invalid("a row is not where it should be")
        return [parse_entry(part[at]) for part, at in rows]

    def column(self, name: str, idents: Collection[int]) -> Mapping[int, Any]:
        """A column's values for these packs, and perhaps others."""
        if self._rows is not None:
            wanted = list(idents)
            return {ident: getattr(row, name) for ident, row in zip(wanted, self.rows(wanted), strict=True)}
        found = dict[int, Any]()
        for chunk, part in self._parts(paths.columns, {ident // index.COLUMN for ident in idents}).items():
            if type(part) is not dict or type(part.get(name)) is not list:
                raise invalid("there is no such column")
            found.update(enumerate(part[name], chunk * index.COLUMN))
        return found

    def _shards(self, low: str, high: str) -> Sequence[str]:
        """The shards that have the terms of a span."""
        return self._borders[bisect_right(self._borders, low) - 1 : bisect_left(self._borders, high)]

    def _texts(self, shards: Sequence[str]) -> list[str]:
        if self._rows is not None:
            return [self._lines for _ in shards]
        return list(map(_text, self._read([paths.terms(border) for border in shards])))

    def _parts(self, path: Callable[[int], str], chunks: Collection[int]) -> dict[int, Any]:
        wanted = sorted(chunks)
        return dict(zip(wanted, map(_document, self._read(list(map(path, wanted)))), strict=True))


def open_shelf(read: Read) -> Shelf:
    """The index. Raises `FormatError`, and what `read` raises."""
    value = _document(read([paths.CATALOGUE])[0])
    if type(value) is not dict or value.get("format") != FORMAT:
        raise invalid("not the index of a site")
    count, over, borders, rows, text = (value.get(name) for name in ("count", "over", "shards", "rows", "lines"))
    if type(borders) is not list or not all(type(border) is str for border in borders) or borders[:1] != [""]:
        raise invalid("the shards are something else")
    if type(count) is not int or not 0 <= count < MOST_PACKS or type(over) is not str:
        raise invalid("a field of the list of shards is something else")
    if rows is not None and (type(rows) is not list or len(rows) != count or type(text) is not str):
        raise invalid("the rows are something else")
    return Shelf(read, count, over, borders, rows, text or "")


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
