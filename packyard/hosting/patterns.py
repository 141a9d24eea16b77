"""`layout.kind` as patterns that web servers understand: regular expressions for PCRE and RE2 alike.

They match paths of the site without a slash in front. Which value a pattern has is asked of `layout.kind` with an
example, so there is one place that decides; that pattern and layout agree about every path is tested.
"""

from __future__ import annotations

from typing import NamedTuple

from packyard.formats import layout

#: Extensions that `layout.kind` knows, in either case, and names without one.
EXTENSIONS = tuple(ending[1:] for ending in layout.TYPES)
NAMES = tuple(sorted(layout.TEXT_NAMES))

#: Paths whose bytes never change, but for `EXCEPT`.
KEPT = (
    r"packs/(?:[^@/][^/]*|@[^/]*/[^/]*)/statements(?:/.*)?",
    r"packs/.*(?:\.tar\.gz|SHA256SUMS|\.minisig|\.intoto\.jsonl)",
    r"(?:publishers|orgs)/.*\.(?:yaml|minisig)",
    r"(?:trust|log/tile|assets)/.*",
    r"by-hash(?:/.*)?",
)
EXCEPT = layout.BY_HASH_INDEX

YEAR = layout.kind(layout.TRUST + "1.json").cache_control
SHORT = layout.kind(layout.SNAPSHOT).cache_control
UNKNOWN = layout.kind("unknown").content_type
TEXT = layout.kind(layout.SNAPSHOT).content_type


class Type(NamedTuple):
    """A content type, and the extensions that have it."""

    content_type: str
    extensions: tuple[str, ...]

    @property
    def bare(self) -> str:
        """Without its parameters."""
        return self.content_type.partition(";")[0]

    @property
    def compressible(self) -> bool:
        """Whether sending it compressed saves anything."""
        return compressible(self.content_type)


def compressible(content_type: str) -> bool:
    """Whether sending what has this type compressed saves anything."""
    bare = content_type.partition(";")[0]
    return bare.startswith("text/") or bare.endswith(("json", "jsonl", "xml"))


def types() -> tuple[Type, ...]:
    """All content types that an extension tells, in a fixed order."""
    found: dict[str, list[str]] = {}
    for extension in EXTENSIONS:
        found.setdefault(layout.kind(f"x.{extension}").content_type, []).append(extension)
    return tuple(Type(name, tuple(extensions)) for name, extensions in found.items())
