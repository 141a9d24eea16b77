"""Rounds of requests without a request: the rules run on what is there, and say what else they want.

    files = Files()
    while True:
        try:
            (head,) = gather(lambda: read_head(files))
            break
        except Wanted as wanted:
            files.take(fetch(wanted.wants))

A step reads files as if all of them were there. The first one that is not raises `Wanted`; `gather` runs several steps
and raises what all of them want, so that whoever fetches can do so in one round. Steps are pure: they run again from
their beginning.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from hashlib import sha256
from typing import NamedTuple, TypeVar

from packyard.errors import NotFound

T = TypeVar("T")


class Want(NamedTuple):
    """A file that is wanted: its path on the site, the most bytes it may have, its hash where that is known, and the
    byte from which on it is wanted.
    """

    path: str
    limit: int
    sha256: str = ""
    start: int = 0


class Wanted(Exception):
    """Raised by a step that needs files which are not there yet."""

    def __init__(self, wants: Iterable[Want]) -> None:
        self.wants = tuple(dict.fromkeys(wants))
        super().__init__(", ".join(want.path for want in self.wants))


class Files:
    """What has been fetched so far. `name` is that of the site, for messages; `kept` gives bytes by their hash that are
    at hand without fetching, or None. `sealed_ones` are files that were found to have their hash, by it: worth keeping.
    """

    def __init__(self, name: str, kept: Callable[[str, int], bytes | None] = lambda digest, limit: None) -> None:
        self.name = name
        self._kept = kept
        self._there: dict[tuple[str, int], bytes] = {}
        self._missing: set[str] = set()
        self.sealed_ones: dict[str, bytes] = {}

    def take(self, found: Mapping[Want, bytes | None]) -> None:
        """Takes what was fetched; None is a file that the site does not have."""
        for want, data in found.items():
            if data is None:
                self._missing.add(want.path)
            else:
                self._there[want.path, want.start] = data

    def drop(self, path: str) -> None:
        """Forgets a file, so that it is wanted again."""
        self._there = {key: data for key, data in self._there.items() if key[0] != path}
        self._missing.discard(path)

    def read(self, path: str, limit: int, start: int = 0) -> bytes:
        """A file of which nothing is known. Raises `Wanted`, or `NotFound` when the site does not have it."""
        if path in self._missing:
            raise NotFound("file-missing", "the file is missing", path=f"{self.name}/{path}")
        if (path, start) not in self._there:
            raise Wanted([Want(path, limit, "", start)])
        return self._there[path, start]

    def sealed(self, path: str, digest: str, limit: int) -> bytes:
        """The file with this hash. Raises `Wanted` or `NotFound`. Whoever fetches a file by its hash must not give
        another one.
        """
        if path not in self._missing and (path, 0) not in self._there:
            kept = self._kept(digest, limit)
            if kept is None:
                raise Wanted([Want(path, limit, digest)])
            return kept
        data = self.read(path, limit)
        if (
            sha256(data).hexdigest() != digest
        ):  # asked for before its hash was known: who fetches knows where else to look
            raise Wanted([Want(path, limit, digest)])
        self.sealed_ones[digest] = data
        return data

    def has(self, want: Want) -> bool:
        """Whether the file, or that there is none, is known."""
        known = want.path in self._missing or (want.path, want.start) in self._there
        return known or bool(want.sha256 and self._kept(want.sha256, want.limit) is not None)


def gather(steps: Iterable[Callable[[], T]]) -> list[T]:
    """What the steps give. When some of them want files, raises `Wanted` with what all of them want."""
    found, wants = list[T](), list[Want]()
    for step in steps:
        try:
            found.append(step())
        except Wanted as wanted:
            wants += wanted.wants
    if wants:
        raise Wanted(wants)
    return found


def need(files: Files, wants: Iterable[Want]) -> None:
    """Raises `Wanted` with those of the wants that are not there."""
    absent = [want for want in wants if not files.has(want)]
    if absent:
        raise Wanted(absent)
