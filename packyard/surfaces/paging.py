"""Cutting a long listing into pages whose borders are decided by the names on them.

A new page begins at a name whose SHA-256 begins with a byte below `BORDER`, when the page before it has at least
`LEAST` rows, and always after `MOST`. So adding or removing a row changes the page it is on, sometimes a neighbour,
and never the pages of a whole listing; and a page keeps its address, which is the first name on it. Pages hold about
100 rows.

The items of a family, which are a word and a number each, are cut likewise into larger pages. Their files stand in the
folder that has the items' own folders, so a tilde tells them apart: no item has one in its name.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from hashlib import sha256
from typing import Generic, NamedTuple, Protocol, TypeVar

LEAST, MOST, BORDER = 48, 384, 4
ITEMS_LEAST, ITEMS_MOST, ITEMS_BORDER = 400, 2_000, 1


class Named(Protocol):
    """What is listed by its name."""

    @property
    def name(self) -> str: ...


R = TypeVar("R", bound=Named)


class Item(NamedTuple):
    """An item of a family, and how many packs it has."""

    name: str
    packs: int


class Page(NamedTuple, Generic[R]):
    """A page of a listing: its file name, and its rows."""

    file: str
    rows: Sequence[R]


def cut(rows: Sequence[R]) -> Iterator[Page[R]]:
    """The pages of rows ordered by name; the first is `index.html`, and an empty listing has one empty page."""
    for start, end in _cut(rows, LEAST, MOST, BORDER):
        yield Page(file_of(rows[start].name, start) if rows else "index.html", rows[start:end])


def cut_items(counts: Iterable[tuple[str, int]]) -> Iterator[Page[Item]]:
    """The pages of the items of a family, in the order in which they are shown: whatever their case."""
    items = sorted((Item(*each) for each in counts), key=lambda item: (item.name.lower(), item.name))
    for start, end in _cut(items, ITEMS_LEAST, ITEMS_MOST, ITEMS_BORDER):
        yield Page(f"from~{items[start].name}.html" if start else "index.html", items[start:end])


def _cut(rows: Sequence[Named], least: int, most: int, border: int) -> Iterator[tuple[int, int]]:
    """Where pages begin and end."""
    start = 0
    for at in range(1, len(rows)):
        length = at - start
        if length >= most or (length >= least and sha256(rows[at].name.encode()).digest()[0] < border):
            yield start, at
            start = at
    yield start, len(rows)


def file_of(first: str, start: int) -> str:
    """The file name of the page that begins with the pack `first`."""
    return "from-" + first.replace("/", "+") + ".html" if start else "index.html"


def jumps_of(files: Iterable[str]) -> list[tuple[str, str]]:
    """(file name, name that it begins with) of further pages."""
    return [(file, file.removeprefix("from-").removesuffix(".html").replace("+", "/")) for file in files]


def jumps_of_items(files: Iterable[str]) -> list[tuple[str, str]]:
    """The same for the items of a family, in whose names a plus is a plus."""
    return [(file, file.removeprefix("from~").removesuffix(".html")) for file in files]
