"""The pages of a built site, found by walking it: the type of each, and examples of each type.

Nothing here knows which pages there should be: a page that is new is looked at because it is there.
"""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

from packyard.edges.store import walk
from packyard.formats import foreign


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
    """The paths of all pages, in order; what only leads on to another, or is for programs, is none."""
    html = (path for path in walk(site) if path.endswith(".html"))
    found = sorted(path for path in html if path.partition("/")[0] not in foreign.FOLDERS)
    return [path for path in found if b'http-equiv="refresh"' not in (site / path).read_bytes()]


def examples(site: Path, each: int = 2) -> dict[str, list[str]]:
    """For every type of page the largest one, and with `each` 2 the smallest as well."""
    by_type: defaultdict[str, list[str]] = defaultdict(list)
    for path in sorted(pages(site), key=lambda path: ((site / path).stat().st_size, path)):
        by_type[type_of(path)].append(path)
    return {kind: list(dict.fromkeys([paths[-1], paths[0]][:each])) for kind, paths in sorted(by_type.items())}
