"""What every page of the browse site shares: the registry it belongs to and the pages it links to.

Pages are rendered from values alone. Every link is relative (`layout.root_of` and a path of `layout`), so the site
works under any prefix, on a mirror and from a disk. Facts of the whole site (totals, the newest packs) stand on few
pages, so that the cost of a change follows the change.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from packyard.formats import layout, note
from packyard.registry import Registry, Trust

HOME = "index.html"
ABOUT = layout.family_index("about")
PUBLISH = layout.family_index("publish")

#: Features that can act on the user's machine without being asked: programs, plugins, servers.
ACTIVE_FEATURES = frozenset({"hooks", "plugins", "mcp"})

_ITEM = re.compile(r"(?!\.|index\.html\Z)[A-Za-z0-9._+@-]{1,64}")


class Site(NamedTuple):
    """`development`: signed with keys made on the spot, which every page says. `assets` pairs names such as `style.css`
    with paths of the site. `preview`: of a change set, with nothing but the packs that it touches. `own` is the id of
    the tree with the registry's own templates and words, "" when it has none; `language` and `direction` are theirs,
    `pages` pairs paths and titles of its own pages of prose. `witnesses` are the names of those that the trust file in
    force knows, of which so many as the `quorum` must have signed the log.
    """

    registry: Registry
    development: bool
    assets: tuple[tuple[str, str], ...]
    preview: bool = False
    own: str = ""
    language: str = "en"
    direction: str = "ltr"
    pages: tuple[tuple[str, str], ...] = ()
    witnesses: tuple[str, ...] = ()
    quorum: int = 0

    def asset(self, name: str) -> str:
        """The path of an asset."""
        return dict(self.assets)[name]

    @property
    def logo(self) -> str:
        """The path of the registry's logo, "" when it has none."""
        return next((path for name, path in self.assets if name.startswith("logo.")), "")


class Totals(NamedTuple):
    """How much a registry holds."""

    packs: int
    versions: int
    publishers: int


def watched(site: Site, trust: Trust) -> Site:
    """The site when `trust` is the trust file in force: its witnesses, and how many of them must have signed."""
    return site._replace(witnesses=tuple(note.parse_vkey(text).name for text in trust.witnesses), quorum=trust.quorum)


def listable(item: str) -> bool:
    """Whether a tag, target or feature may be a folder of the site; one that may not is shown without a link."""
    return _ITEM.fullmatch(item) is not None
