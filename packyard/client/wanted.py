"""Rounds of requests without a request: the rules run on what is there, and say what else they want.

    files = Files("https://packs.example.org")
    while True:
        try:
            (head,) = gather([lambda: read_head(files)])
            break
        except Wanted as wanted:
            files.take({want: fetch(want) for want in wanted.wants})

A step reads files as if all of them were there. The first one that is not raises `Wanted`; `gather` runs several steps
and raises what all of them want, so that whoever fetches can do so in one round. Steps are pure: they run again from
their beginning.

A file is either read by its path, and then nothing is known of it, or by its hash, and then it is that file wherever it
came from. What was read by a path counts as a file with a hash only after it was found to have it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from hashlib import sha256
from typing import NamedTuple, TypeVar

from packyard.errors import BadChecksum, NotFound

T = TypeVar("T")


class Want(NamedTuple):
    """A file that is wanted: its path on the site, the most bytes it may have, its hash where that is known, and the
    byte from which on it is wanted. A `hint` is a guess: nothing is wrong when it cannot be had, or is too large.
    """

    path: str
    limit: int
    sha256: str = ""
    start: int = 0
    hint: bool = False


class Wanted(Exception):
    """Raised by a step that needs files which are not there yet; each is wanted once, by its hash if that is known."""

    def __init__(self, wants: Iterable[Want]) -> None:
        chosen = dict[tuple[str, int], Want]()
        for want in wants:
            key = want.path, want.start
            chosen[key] = min(chosen.get(key, want), want, key=lambda each: (not each.sha256, each.hint))
        self.wants = tuple(chosen.values())
        super().__init__(f"{len(self.wants)} files")


class Files:
    """What has been fetched so far. `name` is that of the site, for messages; `kept` gives bytes by their hash that are
    at hand without fetching, or None. `new` are files by their hash that were not kept: worth keeping.
    """

    def __init__(self, name: str, kept: Callable[[str, int], bytes | None] = lambda digest, limit: None) -> None:
        self.name = name
        self.new = dict[str, bytes]()
        self._kept = kept
        self._by_path = dict[tuple[str, int], bytes]()
        self._by_hash = dict[str, bytes]()
        self._missing, self._guessed = set[str](), set[tuple[str, str]]()

    def take(self, found: Mapping[Want, bytes | None]) -> None:
        """Takes what was fetched; None is a file that the site does not have. Raises `BadChecksum` for a file that has
        not the hash by which it was wanted.
        """
        for want, data in found.items():
            if want.hint:
                self._guessed.add((want.path, want.sha256))
            if data is None:
                self._missing.update([] if want.hint else [want.sha256 or want.path])
            elif not want.sha256:
                self._by_path[want.path, want.start] = data
            elif (digest := sha256(data).hexdigest()) == want.sha256:
                self._by_hash[digest] = self.new[digest] = data
            else:
                message, path = "the file is not the one that was sealed", f"{self.name}/{want.path}"
                raise BadChecksum("file-changed", message, path=path, expected=want.sha256, found=digest)

    def read(self, path: str, limit: int, start: int = 0) -> bytes:
        """A file of which nothing is known. Raises `Wanted`, or `NotFound` when the site does not have it."""
        if path in self._missing:
            raise self._not_there(path)
        if (path, start) not in self._by_path:
            raise Wanted([Want(path, limit, "", start)])
        return self._by_path[path, start]

    def sealed(self, path: str, digest: str, limit: int) -> bytes:
        """The file with this hash. Raises `Wanted`, or `NotFound` when it is nowhere."""
        if digest in self._missing:
            raise self._not_there(path)
        data = self._with_hash(path, digest, limit)
        if data is None:
            raise Wanted([Want(path, limit, digest)])
        return data

    def has(self, want: Want) -> bool:
        """Whether nothing is gained by fetching a file."""
        if (want.sha256 or want.path) in self._missing or (want.hint and (want.path, want.sha256) in self._guessed):
            return True
        if want.sha256:
            return self._with_hash(want.path, want.sha256, want.limit) is not None
        return (want.path, want.start) in self._by_path

    def seen(self, path: str) -> bytes | None:
        """A file as it came from its path, None if it never did."""
        return self._by_path.get((path, 0))

    def _with_hash(self, path: str, digest: str, limit: int) -> bytes | None:
        if digest not in self._by_hash:
            data = self._by_path.get((path, 0))
            if data is not None and sha256(data).hexdigest() == digest:
                self._by_hash[digest] = self.new[digest] = data
            elif (kept := self._kept(digest, limit)) is not None:
                self._by_hash[digest] = kept
        return self._by_hash.get(digest)

    def _not_there(self, path: str) -> NotFound:
        return NotFound("file-missing", "the file is missing", path=f"{self.name}/{path}")


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
