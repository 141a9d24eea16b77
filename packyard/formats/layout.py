"""Every path of the published site, and what a host should know of each: may it change, its type, its caching.

Paths are relative to the site's root and use `/`. A pack's name is used whole, so a scoped pack `@acme/hello` lives in
`packs/@acme/hello/`. Nothing else in the program writes down a published path.

    SNAPSHOT SNAPSHOT.minisig        the pointer: replaced last, by every build
    SNAPSHOT.bundle                  both and the log's checkpoint in one file, replaced with them
    trust/N.json                     immutable
    index.json index.sums index/XX.sums site.sums site/FOLDER.sums site/FOLDER/XX.sums
    registry.json                    the registry's settings, as clients need them
    advisories/index.json advisories/PY-2026-0001.json
    packs/NAME/files.sums index.json
    packs/NAME/statements/0001-yank.yaml (.HANDLE.minisig .KEYID.minisig) immutable
    packs/NAME/pages.sums index.html badge.svg …
    packs/NAME/VERSION/NAME-VERSION.tar.gz                                immutable, gone when it is withdrawn
    packs/NAME/VERSION/SHA256SUMS (.minisig)                              immutable
    packs/NAME/VERSION/provenance.intoto.jsonl                            immutable
    packs/NAME/VERSION/metadata.json
    packs/NAME/VERSION/pages.sums index.html files/ diff/ …
    packs/NAME/VERSION/raw/PATH.txt  a file as it ships: images under their own names, all else as plain text
    publishers/HANDLE/N.yaml (.minisig)   orgs/ORG/N.yaml (.HANDLE.minisig)   immutable, one pair a revision
    assets/NAME-HASH.css             immutable
    log/checkpoint log/tile/…        tiles are immutable
    by-hash/SHA256                   replaced metadata, for one expiry window

Which list of the seal has a path is for `packyard.formats.inventory`; the folders of other programs' formats, such as
`agentpacks/`, are described in `packyard.formats.foreign`.
"""

from __future__ import annotations

from hashlib import sha256
from typing import NamedTuple

SNAPSHOT = "SNAPSHOT"
SNAPSHOT_SIGNATURE = "SNAPSHOT.minisig"
SNAPSHOT_BUNDLE = "SNAPSHOT.bundle"
INDEX = "index.json"
INDEX_SUMS = "index.sums"
REGISTRY = "registry.json"
ADVISORIES = "advisories/"
ADVISORIES_INDEX = "advisories/index.json"
SITE_SUMS = "site.sums"
FILES_SUMS, PAGES_SUMS = "files.sums", "pages.sums"
CHECKPOINT = "log/checkpoint"
LOG = "log/"
TRUST = "trust/"
BY_HASH = "by-hash/"
BY_HASH_INDEX = "by-hash/index.json"
ATOM = "feed.atom"
JSON_FEED = "feed.json"
SHARDS = 256


class Kind(NamedTuple):
    """How a host should serve a path: `immutable` paths never change their bytes; `max_age` is in seconds."""

    content_type: str
    immutable: bool
    max_age: int

    @property
    def cache_control(self) -> str:
        """The value of the Cache-Control header."""
        return f"public, max-age={self.max_age}" + (", immutable" if self.immutable else ", must-revalidate")


_YEAR, _SHORT = 31_536_000, 60

#: What a page may load and do (https://www.w3.org/TR/CSP3/): what comes from its own host. Every page has it in itself.
POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'self'"
)

#: Types by extension, whose case means nothing: images keep the names that publishers gave them.
TYPES = {
    ".html": "text/html; charset=utf-8",
    ".json": "application/json",
    ".jsonl": "application/jsonl",
    ".atom": "application/atom+xml",
    ".svg": "image/svg+xml",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".gif": "image/gif",
    ".webp": "image/webp",
    ".gz": "application/gzip",
    ".tgz": "application/gzip",
    ".zip": "application/zip",
    ".xml": "application/xml",
    ".yaml": "text/plain; charset=utf-8",
    ".sums": "text/plain; charset=utf-8",
    ".minisig": "text/plain; charset=utf-8",
    ".bundle": "text/plain; charset=utf-8",
    ".md": "text/plain; charset=utf-8",
    ".txt": "text/plain; charset=utf-8",
    ".csv": "text/csv; charset=utf-8",
}
TEXT_NAMES = {"SNAPSHOT", "SHA256SUMS", "checkpoint"}


def shard(name: str) -> int:
    """The shard of a pack: the first byte of the SHA-256 of its full name."""
    return sha256(name.encode()).digest()[0]


def shard_sums(number: int) -> str:
    """The path of shard `number`'s list."""
    return f"index/{number:02x}.sums"


def pack(name: str, file: str = "") -> str:
    """A file directly in a pack's folder."""
    return f"packs/{name}/{file}"


def version(name: str, number: str, file: str = "") -> str:
    """A file in a version's folder."""
    return f"packs/{name}/{number}/{file}"


def tarball_name(name: str, number: str) -> str:
    """The file name of a tarball: the scope is left out."""
    return f"{name.rpartition('/')[2]}-{number}.tar.gz"


def tarball(name: str, number: str) -> str:
    """The path of a version's tarball."""
    return version(name, number, tarball_name(name, number))


def publisher(handle: str, file: str = "index.html") -> str:
    """A file in a publisher's folder."""
    return f"publishers/{handle}/{file}"


def org(name: str, file: str = "index.html") -> str:
    """A file in an organisation's folder."""
    return f"orgs/{name}/{file}"


def advisory(ident: str) -> str:
    """The path of an advisory."""
    return f"{ADVISORIES}{ident}.json"


def listing(family: str, item: str, page: int = 1) -> str:
    """Page `page` (from 1) of a listing such as `tags/python/`."""
    return f"{family}/{item}/" + ("index.html" if page == 1 else f"{page}.html")


def family_index(family: str) -> str:
    """The page that lists all items of a family of listings."""
    return f"{family}/index.html"


def by_hash(digest: str) -> str:
    """Where replaced metadata stays reachable."""
    return BY_HASH + digest


def root_of(path: str) -> str:
    """The way from the folder of `path` back to the site's root: "" or "../" repeated."""
    return "../" * path.count("/")


def immutable(path: str) -> bool:
    """Whether the bytes at `path` may never change once published. They stay, but for the tarball of a version that a
    statement withdraws.
    """
    parts = path.split("/")
    name = parts[-1]
    if parts[0] == "packs":
        inside = parts[3:] if parts[1:2] and parts[1].startswith("@") else parts[2:]
        return inside[:1] == ["statements"] or name.endswith((".tar.gz", "SHA256SUMS", ".minisig", ".intoto.jsonl"))
    if parts[0] in ("publishers", "orgs"):
        return name.endswith((".yaml", ".minisig"))
    return path.startswith(("trust/", "log/tile/")) or (parts[0] == "by-hash" and path != BY_HASH_INDEX)


def kind(path: str) -> Kind:
    """How a host should serve `path`."""
    fixed = immutable(path) or path.startswith("assets/")
    return Kind(_content_type(path), fixed, _YEAR if fixed else _SHORT)


def _content_type(path: str) -> str:
    name = path.rpartition("/")[2]
    if path.startswith("npm/@"):
        return "application/json"
    if name in TEXT_NAMES:
        return "text/plain; charset=utf-8"
    return TYPES.get(name[name.rfind(".") :].lower() if "." in name else "", "application/octet-stream")
