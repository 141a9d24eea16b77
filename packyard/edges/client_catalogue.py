"""What else a client reads of a site, each file as the proven snapshot seals it: the catalogue, what a version says of
itself, and what has become of publishers' keys.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from functools import partial
from typing import TypeVar

from packyard.client.chain import pack_files
from packyard.client.refusals import attempt
from packyard.client.user_looking import METADATA_LIMIT, parse_about
from packyard.client.user_values import About, Notices, Revoked
from packyard.client.wanted import Files, gather
from packyard.edges.client_sealed import reading
from packyard.edges.session import Session
from packyard.errors import NotFound
from packyard.formats import advisories, inventory, layout, publisher, sums
from packyard.formats.advisory import Advisory
from packyard.formats.snapshot import Snapshot
from packyard.model import Publisher
from packyard.rules.authority import FILE_LIMIT

T = TypeVar("T")

#: The most bytes of `index.json` (one of 100,000 packs has about 40 MB), and of a list of checksums.
INDEX_LIMIT, SUMS_LIMIT = 1 << 28, 1 << 26

_REVISION = re.compile(r"publishers/([a-z0-9-]{1,64})/([1-9][0-9]{0,6})\.yaml")


def read_index(session: Session, stated: Snapshot) -> bytes:
    """The bytes of `index.json`, from the cache when nothing is new. Raises what `Session.ask` raises."""
    return reading(session, lambda files: files.sealed(layout.INDEX, stated.index_json, INDEX_LIMIT))


def read_about(session: Session, stated: Snapshot, name: str, version: str) -> About:
    """What a version says of itself, as the registry has it."""
    path = layout.version(name, version, "metadata.json")

    def read(files: Files) -> About:
        listed = pack_files(files, stated, name)
        if path not in listed:
            raise NotFound("file-missing", "the pack's list does not name it", path=f"{files.name}/{path}")
        data = files.sealed(path, listed[path], METADATA_LIMIT)
        return attempt(f"{files.name}/{path}", {"metadata.json": data}, parse_about, data)

    return reading(session, read)


def read_notices(session: Session, stated: Snapshot, handles: Collection[str]) -> Notices:
    """What the registry says now about keys of these publishers, and its advisories. The seal vouches for it: it is
    read to warn, not to trust anybody by it.
    """

    def read(files: Files) -> Notices:
        return Notices(_revoked(files, stated, handles), _advisories(files, stated))

    return reading(session, read)


def _advisories(files: Files, stated: Snapshot) -> tuple[Advisory, ...] | None:
    digest = listed_in_site(files, stated, [layout.ADVISORIES_INDEX]).get(layout.ADVISORIES_INDEX)
    if digest is None:
        return None
    data = files.sealed(layout.ADVISORIES_INDEX, digest, advisories.LIMIT)
    return attempt(f"{files.name}/{layout.ADVISORIES_INDEX}", {}, advisories.parse_advisories, data)


def _revoked(files: Files, stated: Snapshot, handles: Collection[str]) -> tuple[Revoked, ...]:
    folders = [layout.publisher(handle, "") for handle in handles]
    newest = _newest(listed_in_site(files, stated, folders))
    wanted = [(handle, *newest[handle]) for handle in sorted(handles) if handle in newest]
    published = gather(partial(_publisher, files, *each) for each in wanted)
    return tuple(
        Revoked(each.handle, key.key_id, key.revoked, key.reason)
        for each in published
        for key in each.keys
        if key.revoked
    )


def _publisher(files: Files, handle: str, number: int, digest: str) -> Publisher:
    path = layout.publisher(handle, f"{number}.yaml")
    text = files.sealed(path, digest, FILE_LIMIT)
    return attempt(f"{files.name}/{path}", {}, publisher.parse_publisher, text, handle)


def _newest(listed: Mapping[str, str]) -> Mapping[str, tuple[int, str]]:
    """The number and the hash of the newest revision of each publisher's file, by handle."""
    found = dict[str, tuple[int, str]]()
    for path, digest in listed.items():
        if match := _REVISION.fullmatch(path):
            handle, number = match[1], int(match[2])
            if number > found.get(handle, (0, ""))[0]:
                found[handle] = number, digest
    return found


def listed_in_site(files: Files, stated: Snapshot, paths: Iterable[str]) -> Mapping[str, str]:
    """The hashes of these files outside of packs, as far as they are there, and perhaps of others. What is in the
    folder of one publisher, tag or the like is found by the path of that folder, with its slash.
    """
    site = _lines(files, layout.SITE_SUMS, stated.site_sums)
    folders = {path: inventory.folder_sums(inventory.place_of(path)[0]) for path in paths}
    wanted = {(inventory.site_list_of(path, own in site), own) for path, own in folders.items()}
    found = gather(partial(_listed, files, site, *each) for each in sorted(wanted))
    return {path: digest for lines in found for path, digest in lines.items()}


def _listed(files: Files, site: Mapping[str, str], listing: str, own: str) -> Mapping[str, str]:
    """The lines of a list: that of a shard, if it is there, or `site`; `own` is the list of the shards."""
    if listing == layout.SITE_SUMS:
        return site
    shards = _lines(files, own, site[own])
    return _lines(files, listing, shards[listing]) if listing in shards else {}


def _lines(files: Files, path: str, digest: str) -> dict[str, str]:
    data = files.sealed(path, digest, SUMS_LIMIT)
    return dict(attempt(f"{files.name}/{path}", {path.replace("/", "-"): data}, sums.parse, data))
