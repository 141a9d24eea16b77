"""What else a client reads of a site, each file as the proven snapshot seals it: the catalogue, what a version says of
itself, and what has become of publishers' keys.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from functools import partial
from typing import TypeVar

from packyard.client.chain import pack_files
from packyard.client.refusals import attempt
from packyard.client.user_looking import METADATA_LIMIT, parse_about
from packyard.client.user_values import About, Revoked
from packyard.client.wanted import Files, gather
from packyard.edges.session import Session
from packyard.errors import NotFound
from packyard.formats import layout, publisher, sums
from packyard.formats.snapshot import Snapshot
from packyard.rules.authority import FILE_LIMIT

T = TypeVar("T")

#: The most bytes of `index.json` (one of 100,000 packs has about 40 MB), and of a list of checksums.
INDEX_LIMIT, SUMS_LIMIT = 1 << 28, 1 << 26

_REVISION = re.compile(r"publishers/([a-z0-9-]{1,64})/([1-9][0-9]{0,6})\.yaml")


def read_index(session: Session, stated: Snapshot) -> bytes:
    """The bytes of `index.json`, from the cache when nothing is new. Raises what `Session.ask` raises."""
    return _run(session, lambda files: files.sealed(layout.INDEX, stated.index_json, INDEX_LIMIT))


def read_about(session: Session, stated: Snapshot, name: str, version: str) -> About:
    """What a version says of itself, as the registry has it."""
    path = layout.version(name, version, "metadata.json")

    def read(files: Files) -> About:
        listed = pack_files(files, stated, name)
        if path not in listed:
            raise NotFound("file-missing", "the pack's list does not name it", path=f"{files.name}/{path}")
        data = files.sealed(path, listed[path], METADATA_LIMIT)
        return attempt(f"{files.name}/{path}", {"metadata.json": data}, parse_about, data)

    return _run(session, read)


def read_revoked(session: Session, stated: Snapshot, handles: Collection[str]) -> tuple[Revoked, ...]:
    """The keys of publishers that their newest files call revoked. The site's seal vouches for these files; they are
    read to warn, not to trust anybody by them.
    """
    return _run(session, lambda files: tuple(_revoked(files, stated, handles)))


def _run(session: Session, step: Callable[[Files], T]) -> T:
    """What a step gives that reads sealed files, which are kept."""
    files = Files(session.places.name, session.cache.get)
    found = session.run(files, partial(step, files))
    for data in files.new.values():
        session.cache.put(data)
    return found


def _revoked(files: Files, stated: Snapshot, handles: Collection[str]) -> Iterator[Revoked]:
    newest = _newest(files, stated)
    paths = {handle: f"publishers/{handle}/{newest[handle][0]}.yaml" for handle in handles if handle in newest}

    def read(handle: str) -> bytes:
        return files.sealed(paths[handle], newest[handle][1], FILE_LIMIT)

    texts = gather(partial(read, handle) for handle in paths)
    for handle, text in zip(paths, texts, strict=True):
        where = f"{files.name}/{paths[handle]}"
        for key in attempt(where, {}, publisher.parse_publisher, text, handle).keys:
            if key.revoked:
                yield Revoked(handle, key.key_id, key.revoked, key.reason)


def _newest(files: Files, stated: Snapshot) -> Mapping[str, tuple[int, str]]:
    """The number and the hash of the newest revision of each publisher's file, by handle."""
    lines = _lines(files, layout.SITE_SUMS, stated.site_sums)
    if own := lines.get("publishers/files.sums"):
        lines = _lines(files, "publishers/files.sums", own)
    found = dict[str, tuple[int, str]]()
    for path, digest in lines.items():
        if match := _REVISION.fullmatch(path):
            handle, number = match[1], int(match[2])
            if number > found.get(handle, (0, ""))[0]:
                found[handle] = number, digest
    return found


def _lines(files: Files, path: str, digest: str) -> dict[str, str]:
    data = files.sealed(path, digest, SUMS_LIMIT)
    return dict(attempt(f"{files.name}/{path}", {path.replace("/", "-"): data}, sums.parse, data))
