"""`marketplace.json`: which plugins there are, and where their files are.

    {
      "name": "packs-example-org",
      "owner": {"name": "Example packs"},
      "description": "Example packs",
      "plugins": [
        {"name": "hello", "version": "1.2.0", "description": "…", "author": {"name": "alice"},
         "source": {"source": "archive", "url": "https://packs.example.org/packs/hello/1.2.0/…", "sha256": "…"}}
      ],
      "renames": {"greet": "hello"}
    }

A plugin's source is an archive, a zip at an address that begins with https, or a folder by its path from the folder
that has `.claude-plugin/marketplace.json`, such as `./plugins/hello`. A name in `renames` leads to that of a plugin,
and is the name of none. Users have one marketplace of each name (`packyard.formats.foreign.marketplace`).

Source: code.claude.com/docs, plugins/marketplace-reference.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

#: The most plugins of a marketplace.
MOST = 1000

Entry = Mapping[str, Any]


def marketplace(name: str, title: str, entries: Iterable[Entry], renamed: Mapping[str, str]) -> dict[str, Any]:
    """The document. `renamed` maps names to those by which their plugins go on: where these lead to a plugin, if by
    several steps, they are no plugins themselves. When there are too many, the first count, renamed ones last.
    """
    found = {str(entry["name"]): entry for entry in entries}
    led = {each: end for each in sorted(renamed) if (end := _end(each, renamed)) in found and end not in renamed}
    own = [each for each in found if each not in renamed]
    chosen = [*own, *(each for each in found if each in renamed and each not in led)][:MOST]
    plugins = [found[each] for each in sorted(chosen)]
    renames = {each: end for each, end in led.items() if end in chosen}
    about = {"name": name, "owner": {"name": title}, "description": title, "plugins": plugins}
    return about | ({"renames": renames} if renames else {})


def _end(name: str, renamed: Mapping[str, str]) -> str:
    """The name that one leads to; one of those on the way when they lead around."""
    seen = set[str]()
    while name in renamed and name not in seen:
        seen.add(name)
        name = renamed[name]
    return name
