"""The pages of a built site, found by walking it: the type of each, examples of each type, and what their HTML holds.

Nothing here knows which pages there should be: a page that is new is looked at because it is there.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from posixpath import dirname, join, normpath
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

from packyard.edges.store import walk
from tests.surfaces.markup import Markup

#: The attributes by which an element names another document.
_ADDRESSES = ("href", "src", "action", "poster", "data", "xlink:href")


class Link(NamedTuple):
    """A link of a page: the element and its attributes, the address as it stands there, and what a relative one means:
    a path of the site ("" for the page itself) and a fragment. `path` is None when the address has a scheme or a host.
    """

    tag: str
    attributes: Mapping[str, str]
    address: str
    path: str | None
    fragment: str


def type_of(path: str) -> str:
    """The type of the page at `path`: its path without the names of packs, versions and items.

    `packs/@acme/hello/1.0.0/diff/index.html` is a `packs/NAME/VERSION/diff/index.html`.
    """
    *folders, file = path.split("/")
    if folders[:1] == ["packs"]:
        rest = folders[3:] if folders[1:2] and folders[1].startswith("@") else folders[2:]
        if rest and rest[0][0].isdigit():
            rest[0] = "VERSION"
        folders = ["packs", "NAME", *rest]
    elif len(folders) > 1:
        folders[1:] = ["ITEM", *folders[2:]]
    if folders and file != "index.html":
        file = "PAGE.html"
    return "/".join([*folders, file])


def pages(site: Path) -> list[str]:
    """The paths of all pages, in order; a page that only leads on to another is none."""
    found = sorted(path for path in walk(site) if path.endswith(".html"))
    return [path for path in found if b'http-equiv="refresh"' not in (site / path).read_bytes()]


def examples(site: Path, each: int = 2) -> dict[str, list[str]]:
    """For every type of page the largest one, and with `each` 2 the smallest as well."""
    by_type: defaultdict[str, list[str]] = defaultdict(list)
    for path in sorted(pages(site), key=lambda path: ((site / path).stat().st_size, path)):
        by_type[type_of(path)].append(path)
    return {kind: list(dict.fromkeys([paths[-1], paths[0]][:each])) for kind, paths in sorted(by_type.items())}


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
    path = normpath(join(dirname(page), unquote(parts.path))) if parts.path else ""
    return Link(tag, attributes, address, path + "/" * parts.path.endswith("/"), unquote(parts.fragment))


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
