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

Every file in a pack's folder stands in one list, so that what clients read does not grow with what people look at:

    files.sums            what clients verify the pack by: the document, the statements, the artifacts and
                          `metadata.json` of every version; and the other lists
    VERSION/pages.sums    what else is in a version's folder, whose name begins with a digit as no other folder's does
    pages.sums            what else is in the pack's folder

Of `pages.sums` those are there that have a line.

Every file outside `packs/` that is sealed stands in one list, too:

    site.sums             the files at the top, and those of folders with few files; and the lists of the others
    site/FOLDER.sums      the shards of a folder with more than `FOLDER_LIMIT` files; those are there that have a line
    site/FOLDER/XX.sums   the files of the folder that fall into shard XX, see `place_of`

What comes next on the way down is told by the path alone, and no tag, handle or licence can be the name of a list: the
folders of the site that hold such items are others than `site/`.
"""

from __future__ import annotations

import re
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

#: A folder of the site (other than `packs/`) with more files than this is listed in shards of its own, so that no list
#: grows with the registry.
FOLDER_LIMIT = 128


class Kind(NamedTuple):
    """How a host should serve a path: `immutable` paths never change their bytes; `max_age` is in seconds."""

    content_type: str
    immutable: bool
    max_age: int

    @property
    def cache_control(self) -> str:
        """The value of the Cache-Control header."""
        return f"public, max-age={self.max_age}" + (", immutable" if self.immutable else ", must-revalidate")


_SITE_LIST = re.compile(r"site/([^/]+?)(/[0-9a-f]{2})?\.sums")
#: Folders whose own folders are few and hold many files each, and not what belongs together.
_SPREAD = frozenset({"search"})

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
    ".xml": "application/xml",
    ".yaml": "text/plain; charset=utf-8",
    ".sums": "text/plain; charset=utf-8",
    ".minisig": "text/plain; charset=utf-8",
    ".bundle": "text/plain; charset=utf-8",
    ".md": "text/plain; charset=utf-8",
    ".txt": "text/plain; charset=utf-8",
}
TEXT_NAMES = {"SNAPSHOT", "SHA256SUMS", "checkpoint"}
#: The files of a version that clients verify it by, besides the tarball.
_PROOFS = {"SHA256SUMS", "SHA256SUMS.minisig", "provenance.intoto.jsonl", "metadata.json"}


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


def pack_of(path: str) -> str:
    """The name of the pack whose folder holds `path`, or "" when none does."""
    parts = path.split("/")
    if parts[0] != "packs" or len(parts) < 3:
        return ""
    scoped = parts[1].startswith("@")
    return "/".join(parts[1:3]) if scoped and len(parts) > 3 else "" if scoped else parts[1]


def list_of(path: str) -> str:
    """The list that has a path of a pack: of `files.sums` the shard's. "" for any other path."""
    name = pack_of(path)
    folder, slash, file = path.removeprefix(pack(name)).partition("/")
    if not name:
        return ""
    if slash and "0" <= folder[:1] <= "9":
        known = file in _PROOFS or file in (PAGES_SUMS, tarball_name(name, folder))
        return pack(name, FILES_SUMS) if known else version(name, folder, PAGES_SUMS)
    if not slash and folder == FILES_SUMS:
        return shard_sums(shard(name))
    known = folder == "statements" if slash else folder in (INDEX, PAGES_SUMS)
    return pack(name, FILES_SUMS if known else PAGES_SUMS)


def is_pack_list(path: str) -> bool:
    """Whether a path is that of a list of a pack."""
    folder, _, name = path.rpartition("/")
    if name == FILES_SUMS:
        return path == pack(pack_of(path), FILES_SUMS)
    return name == PAGES_SUMS and path == list_of(f"{folder}/index.html")


def folder_sums(folder: str) -> str:
    """The path of the list of a large folder's shards."""
    return f"site/{folder}.sums"


def folder_shard(folder: str, number: int) -> str:
    """The path of the list of shard `number` of a large folder."""
    return f"site/{folder}/{number:02x}.sums"


def place_of(path: str) -> tuple[str, int]:
    """The folder at the top that has a path outside `packs/`, and the path's shard in it; ("", 0) for a file on top.

    The shard is the first byte of the SHA-256 of the name below the folder, so all that a folder has of a tag or of a
    publisher is in one; in `search/` it is that of all the rest of the path.
    """
    folder, slash, rest = path.partition("/")
    if not slash:
        return "", 0
    return folder, shard(rest if folder in _SPREAD else rest.partition("/")[0])


def site_list_of(path: str, large: bool) -> str:
    """The list that has a sealed path outside `packs/` and `index/`; `large` says whether its folder at the top has
    shards of its own.
    """
    if match := _SITE_LIST.fullmatch(path):
        return folder_sums(match[1]) if match[2] else SITE_SUMS
    folder, number = place_of(path)
    return folder_shard(folder, number) if large and folder else SITE_SUMS


def is_site_list(path: str) -> bool:
    """Whether a path is that of a list below `site.sums`."""
    return _SITE_LIST.fullmatch(path) is not None


def folder_of(listing: str) -> str:
    """The large folder whose shards a list names, "" for any other list."""
    match = _SITE_LIST.fullmatch(listing)
    return match[1] if match and not match[2] else ""


def sealed_apart(path: str) -> bool:
    """Whether `path` is outside the checksum chain: the pointer itself, the log, the trust files and `by-hash/`."""
    return path in (SNAPSHOT, SNAPSHOT_SIGNATURE, SNAPSHOT_BUNDLE) or path.startswith((LOG, TRUST, BY_HASH))


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
    if name in TEXT_NAMES:
        return "text/plain; charset=utf-8"
    return TYPES.get(name[name.rfind(".") :].lower() if "." in name else "", "application/octet-stream")
