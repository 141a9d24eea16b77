"""`layout.kind` as patterns that web servers understand, and what stands in the folders of other programs' formats:
regular expressions for PCRE and RE2 alike.

They match paths of the site without a slash in front. Which value a pattern has is asked of `layout.kind` with an
example, so there is one place that decides; that pattern and layout agree about every path is tested.
"""

from __future__ import annotations

from typing import NamedTuple

from packyard.formats import foreign, layout

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


#: The folders of other programs' formats: a folder there is its `index.json`, and what is missing is said in JSON.
SPOKEN = rf"(?:{'|'.join(foreign.FOLDERS)})(?:/.*)?"
MISSING = '{"error":"not found"}'
#: How the paths begin that are JSON whatever they end in: packs give the names.
NAMED = "npm/@"
#: One word of a query, as it is in an address: what else is asked gets the answer to no question.
WORD = r"[a-z0-9][a-z0-9-]{0,63}"


class Asked(NamedTuple):
    """What a query is answered with. `pattern` matches a path, a space, and the value of the `query`; `file` is the
    path of the answer, in which `$NAME` stands for the pattern's group of that name, and `other` the path of the answer
    when that file is not there, "" for that of the folder.
    """

    query: str
    pattern: str
    file: str
    other: str


#: The queries with an answer that is prepared.
ASKED = (
    Asked(
        "q",
        rf"agentpacks/packs/? (?P<packyard_word>{WORD})",
        "agentpacks/q/$packyard_word.json",
        "agentpacks/q/_none.json",
    ),
    Asked(
        "q",
        rf"ori/v1/search/? (?P<packyard_word>{WORD})",
        "ori/v1/search/q/$packyard_word.json",
        "ori/v1/search/q/_none.json",
    ),
    Asked(
        "format",
        r"(?P<packyard_folder>agentpacks/packs/(?:@[a-z0-9-]+/)?[a-z0-9-]+/dependencies)/? mermaid",
        "$packyard_folder/mermaid.json",
        "",
    ),
    Asked(
        "cursor",
        r"mcp/v0\.1/servers/? (?P<packyard_cursor>[0-9a-f]{1,2})",
        "mcp/v0.1/cursor/$packyard_cursor.json",
        "",
    ),
)
#: What is asked in them.
QUERIES = tuple(dict.fromkeys(each.query for each in ASKED))


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
