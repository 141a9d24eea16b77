"""Sites in memory: read like a folder, tampered with like one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from packyard.edges.store import walk
from packyard.errors import NotFound


class MemorySite:
    """A site as a mapping, as a `Listing`; `asked` are the paths that were read."""

    name = "memory"

    def __init__(self, files: dict[str, bytes]) -> None:
        self.files = files
        self.asked: list[str] = []

    def read(self, path: str, limit: int) -> bytes:
        """A file's bytes."""
        self.asked.append(path)
        if path not in self.files:
            raise NotFound("file-missing", "the file is missing", path=path)
        assert len(self.files[path]) <= limit
        return self.files[path]

    def paths(self) -> Iterator[str]:
        """Every path."""
        return iter(tuple(self.files))


class Address:
    """The same site behind an address, which does not say what it has."""

    def __init__(self, files: dict[str, bytes]) -> None:
        self.name, self.read = "https://packs.example.org", MemorySite(files).read


class MemoryStaging(MemorySite):
    """What a build staged to make `new` of the site `old`."""

    def __init__(self, old: dict[str, bytes], new: dict[str, bytes]) -> None:
        super().__init__({path: data for path, data in new.items() if old.get(path) != data})
        self.old, self.removals = old, old.keys() - new.keys()

    def read(self, path: str, limit: int) -> bytes:
        """The file as it will be."""
        self.asked.append(path)
        data = self.files.get(path, self.old.get(path))
        if data is None:
            raise NotFound("file-missing", "the file is missing", path=path)
        return data

    def current(self, path: str, limit: int) -> bytes | None:
        """The file as it is now."""
        return self.old.get(path)

    def staged(self, path: str) -> bool:
        """Whether it will be written."""
        return path in self.files


def load(folder: Path) -> dict[str, bytes]:
    """All files of a site."""
    return {path: (folder / path).read_bytes() for path in sorted(walk(folder))}


def flipped(data: bytes, at: int) -> bytes:
    """The same with one bit of one byte changed, to another printable character where it was one."""
    return data[:at] + bytes((data[at] ^ 1,)) + data[at + 1 :]


def unit(path: str) -> str:
    """A file together with its signatures: which of them is wrong cannot be told."""
    return re.sub(r"(\.[^./]+)?\.minisig$", "", path)
