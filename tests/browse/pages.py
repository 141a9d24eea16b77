"""What the HTML of a site's pages holds, and where its links lead."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from posixpath import dirname, join, normpath
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

from tests.surfaces.markup import Markup

#: The attributes by which an element names another document.
_ADDRESSES = ("href", "src", "action", "poster", "data", "xlink:href")


class Link(NamedTuple):
    """A link of a page: the element and its attributes, the address and its fragment as they stand there, and the path
    of the site that a relative one means, "" for the page itself; None when the address has a scheme or a host.
    """

    tag: str
    attributes: Mapping[str, str]
    address: str
    path: str | None
    fragment: str


def read(site: Path, path: str) -> Markup:
    """A page's HTML."""
    return Markup((site / path).read_text())


def links(path: str, page: Markup) -> Iterator[Link]:
    """Every link of the page at `path`."""
    for tag, attributes in page.elements:
        for name in _ADDRESSES:
            if name in attributes:
                yield _link(path, tag, attributes, attributes[name])


def _link(page: str, tag: str, attributes: Mapping[str, str], address: str) -> Link:
    parts = urlsplit(address)
    if parts.scheme or parts.netloc:
        return Link(tag, attributes, address, None, "")
    path = normpath(join("/", dirname(page), unquote(parts.path)))[1:] if parts.path else ""
    return Link(tag, attributes, address, path + "/" * parts.path.endswith("/"), parts.fragment)


def repeated(values: Iterable[tuple[str, str]]) -> list[tuple[str, ...]]:
    """The names, in groups, that come with one and the same value."""
    names: defaultdict[str, list[str]] = defaultdict(list)
    for name, value in values:
        names[value].append(name)
    return [tuple(group) for group in names.values() if len(group) > 1]


def told(found: Iterable[object], most: int = 60) -> str:
    """What was found, one a line, for the message of a failing test."""
    lines = [str(each)[:400] for each in found]
    return "\n".join([f"{len(lines)} found", *lines[:most]])
