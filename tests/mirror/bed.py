"""A registry's site in several states, and mirrors of it."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterator
from copy import copy
from hashlib import sha256
from itertools import count
from pathlib import Path
from typing import Any, NamedTuple

import pygit2

from packyard import seal
from packyard.audit import audit
from packyard.edges.keys import load_signer
from packyard.edges.mirror_source import Source
from packyard.edges.mirroring import sync
from packyard.edges.store import FolderSite, walk
from packyard.errors import WorldError
from packyard.formats import layout, sums
from packyard.formats.snapshot import parse_snapshot
from packyard.mirror.values import Synced, Terms
from packyard.protocols import Reader
from tests.published import MemorySite, load
from tests.registry import small
from tests.sites import built

Site = dict[str, bytes]
_seconds = count(1_700_000_000)


class States(NamedTuple):
    """A site before and after one new version, and after a change of everything; another with the same keys that went
    another way after the first; the folder of the keys.
    """

    first: Site
    second: Site
    third: Site
    forked: Site
    keys: Path


def made(folder: Path) -> States:
    """Builds the small registry three times, and once otherwise."""
    registry, out = small(folder / "repo"), folder / "site"
    built(registry.path, out)
    first = load(out)
    other = copy(registry)
    shutil.copytree(registry.path, folder / "other" / "repo")
    put(folder / "other" / "site", first)
    other.path, other.files = folder / "other" / "repo", dict(registry.files)
    other.repo = pygit2.Repository(str(other.path))
    other.version("hello", "1.2.0", "alice", {"rules/two.md": b"Be otherwise.\n"})
    other.commit("Publish another version")
    built(other.path, folder / "other" / "site")
    registry.version("hello", "1.2.0", "alice")
    registry.commit("Publish one version")
    built(registry.path, out)
    second = load(out)
    registry.publisher("carol")
    registry.org("acme", {"alice": "owner", "carol": "admin", "bob": "member"}, "alice")
    registry.version("@acme/more", "1.0.0", "carol")
    registry.statement("unyank", "hello", "alice", version="1.0.0")
    registry.commit("Change a bit of everything")
    built(registry.path, out)
    return States(first, second, load(out), load(folder / "other" / "site"), registry.path / ".packyard" / "keys")


def resealed(site: Site, keys: Path, later: int = 60, **fields: Any) -> Site:
    """The site with a snapshot that is signed again, so many seconds later and with these fields."""
    value = parse_snapshot(site[layout.SNAPSHOT])
    value = value._replace(**{"issued": value.issued + later, "expires": value.expires + later, **fields})
    text, signature = seal.sign_snapshot(value, load_signer(str(keys / "snapshot.key")))
    return site | dict(seal.heads(text, signature, site[layout.CHECKPOINT]))


class Memory(MemorySite):
    """A site in memory that refuses what is too large as others do."""

    def read(self, path: str, limit: int) -> bytes:
        """A file's bytes."""
        if len(self.files.get(path, b"")) > limit:
            raise WorldError("too-large", "the file is too large", path=path)
        return super().read(path, limit)


def put(folder: Path, site: Site) -> Path:
    """Writes a site into a folder."""
    shutil.rmtree(folder, ignore_errors=True)
    return put_more(folder, site)


def put_more(folder: Path, files: Site) -> Path:
    """Writes files into a folder, each later than all that were written before: rsync goes by the second."""
    second = next(_seconds)
    for path, data in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(data)
        os.utime(folder / path, (second, second))
    return folder


def synced(site: Site | Reader, mirror: Path, **terms: object) -> Synced:
    """Syncs from a site in memory, without waiting for it."""
    source = Source(Memory(site) if isinstance(site, dict) else site)
    given = {"now": int(time.time()), "pauses": (0.0, 0.0), "jobs": 2, **terms}
    return sync(source, mirror, Terms(**given))  # type: ignore[arg-type]


def problems(mirror: Path) -> list[str]:
    """What the auditor finds in a mirror."""
    return [f"{each.code} {each.path}" for each in audit(FolderSite(mirror), None, int(time.time())).problems]


def published(site: Site | Path) -> Site:
    """A site without what every copy keeps for itself: `by-hash/`, and the partial tiles of earlier heads."""
    files = load(site) if isinstance(site, Path) else site
    return {path: data for path, data in files.items() if not path.startswith(layout.BY_HASH) and ".p/" not in path}


def same(mirror: Path, site: Site) -> bool:
    """Whether a mirror is in order and has what the site has."""
    assert problems(mirror) == []
    return published(mirror) == published(site)


def left_over(mirror: Path) -> list[str]:
    """What a sync has left beside the mirror, but for its lock and evidence."""
    place = mirror.parent / ".packyard" / mirror.name
    return [path for path in walk(place) if path != "lock" and not path.startswith("evidence/")]


class Changing:
    """A site that becomes another one after some reads, as if it were published in between."""

    name = "changing"

    def __init__(self, steps: list[tuple[int, Site]]) -> None:
        self.steps, self.reads = steps, 0

    def read(self, path: str, limit: int) -> bytes:
        """A file's bytes."""
        self.reads += 1
        now = [site for at, site in self.steps if at <= self.reads][-1]
        return Memory(now).read(path, limit)


class Failing:
    """A site whose network fails from a read on; `asked` are the paths that were read before."""

    name = "failing"

    def __init__(self, site: Site, at: int) -> None:
        self.site, self.at = Memory(site), at
        self.asked = self.site.asked

    def read(self, path: str, limit: int) -> bytes:
        """A file's bytes."""
        if len(self.asked) >= self.at:
            raise WorldError("network-failed", "the network failed", path=path)
        return self.site.read(path, limit)


def readable(folder: Path) -> bool:
    """Whether a client that has just read the folder's snapshot finds every list and document below it: where it
    belongs, or under its hash.
    """
    waiting = list(sums.parse(_sums_of((folder / layout.SNAPSHOT).read_bytes())))
    while waiting:
        path, digest = waiting.pop()
        found = next((data for data in _read(folder, path, digest) if sha256(data).hexdigest() == digest), None)
        if found is None and (path.endswith((".json", ".sums")) or layout.immutable(path)):
            return False
        if path.endswith(".sums"):
            waiting += sums.parse(found or b"")
    return True


def _sums_of(text: bytes) -> bytes:
    return b"".join(line for line in text.splitlines(keepends=True) if not line.startswith(b"#"))


def _read(folder: Path, path: str, digest: str) -> Iterator[bytes]:
    for place in (folder / path, folder / layout.by_hash(digest)):
        if place.is_file():
            yield place.read_bytes()
