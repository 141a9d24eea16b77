"""Which list of the seal has which path of the site.

Every file of a pack stands in one list, so that what clients read does not grow with what people look at:

    files.sums            what clients verify the pack by: the document, the statements, the artifacts and
                          `metadata.json` of every version; and the other lists
    VERSION/pages.sums    what else is in a version's folder, whose name begins with a digit as no other folder's does
    pages.sums            what else is in the pack's folder

What other programs read of it (`packyard.formats.foreign`) is in neither folder, and is listed with the pages. Of
`pages.sums` those are there that have a line.

Every file of no pack that is sealed stands in one list, too:

    site.sums             the files at the top, and those of folders with few files; and the lists of the others
    site/FOLDER.sums      the shards of a folder with more than `FOLDER_LIMIT` files; those are there that have a line
    site/FOLDER/XX.sums   the files of the folder that fall into shard XX, see `place_of`

What comes next on the way down is told by the path alone, and no tag, handle or licence can be the name of a list: the
folders of the site that hold such items are others than `site/`.
"""

from __future__ import annotations

import re

from packyard.formats import foreign, layout

#: A folder of the site (other than `packs/`) with more files than this is listed in shards of its own, so that no list
#: grows with the registry.
FOLDER_LIMIT = 128

_SITE_LIST = re.compile(r"site/([^/]+?)(/[0-9a-f]{2})?\.sums")
#: Folders whose own folders are few and hold many files each, and not what belongs together.
_SPREAD = frozenset({"search", *foreign.FOLDERS})
#: The files of a version that clients verify it by, besides the tarball.
_PROOFS = {"SHA256SUMS", "SHA256SUMS.minisig", "provenance.intoto.jsonl", "metadata.json"}


def pack_of(path: str) -> str:
    """The name of the pack that `path` belongs to, or "" when it belongs to none."""
    parts = path.split("/")
    if parts[0] != "packs":
        return foreign.place_of(path).pack
    if len(parts) < 3:
        return ""
    scoped = parts[1].startswith("@")
    return "/".join(parts[1:3]) if scoped and len(parts) > 3 else "" if scoped else parts[1]


def list_of(path: str) -> str:
    """The list that has a path of a pack: of `files.sums` the shard's. "" for any other path."""
    if not path.startswith("packs/"):
        place = foreign.place_of(path)
        folder = layout.version(*place) if place.version else layout.pack(place.pack)
        return folder + layout.PAGES_SUMS if place.pack else ""
    name = pack_of(path)
    folder, slash, file = path.removeprefix(layout.pack(name)).partition("/")
    if not name:
        return ""
    if slash and "0" <= folder[:1] <= "9":
        known = file in _PROOFS or file in (layout.PAGES_SUMS, layout.tarball_name(name, folder))
        return layout.pack(name, layout.FILES_SUMS) if known else layout.version(name, folder, layout.PAGES_SUMS)
    if not slash and folder == layout.FILES_SUMS:
        return layout.shard_sums(layout.shard(name))
    known = folder == "statements" if slash else folder in (layout.INDEX, layout.PAGES_SUMS)
    return layout.pack(name, layout.FILES_SUMS if known else layout.PAGES_SUMS)


def is_pack_list(path: str) -> bool:
    """Whether a path is that of a list of a pack."""
    folder, _, name = path.rpartition("/")
    if name == layout.FILES_SUMS:
        return path == layout.pack(pack_of(path), layout.FILES_SUMS)
    return name == layout.PAGES_SUMS and path == list_of(f"{folder}/index.html")


def folder_sums(folder: str) -> str:
    """The path of the list of a large folder's shards."""
    return f"site/{folder}.sums"


def folder_shard(folder: str, number: int) -> str:
    """The path of the list of shard `number` of a large folder."""
    return f"site/{folder}/{number:02x}.sums"


def place_of(path: str) -> tuple[str, int]:
    """The folder at the top that has a path of no pack, and the path's shard in it; ("", 0) for a file on top.

    The shard is the first byte of the SHA-256 of the name below the folder, so all that a folder has of a tag or of a
    publisher is in one; in `search/` and the folders of `foreign` it is that of all the rest of the path.
    """
    folder, slash, rest = path.partition("/")
    if not slash:
        return "", 0
    return folder, layout.shard(rest if folder in _SPREAD else rest.partition("/")[0])


def site_list_of(path: str, large: bool) -> str:
    """The list that has a sealed path of no pack and not in `index/`; `large` says whether its folder at the top has
    shards of its own.
    """
    if match := _SITE_LIST.fullmatch(path):
        return folder_sums(match[1]) if match[2] else layout.SITE_SUMS
    folder, number = place_of(path)
    return folder_shard(folder, number) if large and folder else layout.SITE_SUMS


def is_site_list(path: str) -> bool:
    """Whether a path is that of a list below `site.sums`."""
    return _SITE_LIST.fullmatch(path) is not None


def folder_of(listing: str) -> str:
    """The large folder whose shards a list names, "" for any other list."""
    match = _SITE_LIST.fullmatch(listing)
    return match[1] if match and not match[2] else ""


def sealed_apart(path: str) -> bool:
    """Whether `path` is outside the checksum chain: the pointer itself, the log, the trust files and `by-hash/`."""
    return path in (layout.SNAPSHOT, layout.SNAPSHOT_SIGNATURE, layout.SNAPSHOT_BUNDLE) or path.startswith(
        (layout.LOG, layout.TRUST, layout.BY_HASH)
    )
