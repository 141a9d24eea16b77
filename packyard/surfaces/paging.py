"""Cutting a long listing into pages whose borders are decided by the names on them.

A new page begins at a name whose SHA-256 begins with a byte below `BORDER`, when the page before it has at least
`LEAST` rows, and always after `MOST`. So adding or removing a row changes the page it is on, sometimes a neighbour,
and never the pages of a whole listing; and a page keeps its address, which is the first name on it. Pages hold about
100 rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from hashlib import sha256
from typing import Generic, NamedTuple, Protocol, TypeVar

LEAST, MOST, BORDER = 48, 384, 4


class Named(Protocol):
    """What is listed by its name."""

    @property
    def name(self) -> str: ...


R = TypeVar("R", bound=Named)


class Page(NamedTuple, Generic[R]):
    """A page of a listing: its file name, and its rows."""

    file: str
    rows: Sequence[R]


def cut(rows: Sequence[R]) -> Iterator[Page[R]]:
    """The pages of rows ordered by name; the first is `index.html`, and an empty listing has one empty page."""
    start = 0
    for at in range(1, len(rows)):
        length = at - start
        if length >= MOST or (length >= LEAST and sha256(rows[at].name.encode()).digest()[0] < BORDER):
            yield Page(file_of(rows[start].name, start), rows[start:at])
            start = at
    yield Page(file_of(rows[start].name, start) if rows else "index.html", rows[start:])


def file_of(first: str, start: int) -> str:
    """The file name of the page that begins with the pack `first`."""
    return "from-" + first.replace("/", "+") + ".html" if start else "index.html"


def jumps_of(files: Iterable[str]) -> list[tuple[str, str]]:
    """(file name, name that it begins with) of further pages."""
    return [(file, file.removeprefix("from-").removesuffix(".html").replace("+", "/")) for file in files]
