"""Files by their SHA-256, kept between runs: `CACHE/sha256/ab/abcdef…`, where CACHE is `packyard` in the XDG cache.

Nothing that comes out is trusted to be what went in: `get` hashes it, and removes what is damaged. Several processes
may use one cache; entries appear whole, by renaming. A cache that cannot be written or read is as if it were empty.
Nothing outside of the folder is touched: names are hashes, and neither `sha256` nor anything below it may be a link.
"""

from __future__ import annotations

import os
import re
import secrets
import stat
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

#: Bytes that a cache is pruned to.
KEPT = 2_000_000_000

#: Seconds after which an entry that is still being written was given up.
_ABANDONED = 3_600

_DIGEST = re.compile(r"[0-9a-f]{64}")
_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


class _Entry(NamedTuple):
    used: float
    size: int
    digest: str


class Cache:
    """The cache in the folder `root`, which is made when it is needed."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def put(self, data: bytes) -> str:
        """Keeps the bytes, if the disk allows; gives their SHA-256 in hex."""
        digest = sha256(data).hexdigest()
        with suppress(OSError), self._folder(digest[:2], make=True) as folder:
            half = f".{digest}.{secrets.token_hex(8)}"
            try:
                _write(folder, half, data)
                os.rename(half, digest, src_dir_fd=folder, dst_dir_fd=folder)
            except BaseException:
                with suppress(OSError):
                    os.unlink(half, dir_fd=folder)
                raise
        return digest

    def get(self, digest: str, limit: int) -> bytes | None:
        """The bytes with this SHA-256; None when they are not here, are damaged, or are more than `limit`."""
        if not _DIGEST.fullmatch(digest):
            return None
        with suppress(OSError), self._folder(digest[:2]) as folder:
            data = _read(folder, digest, limit)
            if data is not None and sha256(data).hexdigest() == digest:
                with suppress(OSError):
                    os.utime(digest, dir_fd=folder, follow_symlinks=False)
                return data
            if data is not None:
                os.unlink(digest, dir_fd=folder)
        return None

    def prune(self, limit: int = KEPT) -> int:
        """Removes what was used longest ago until `limit` bytes or less are left; gives the bytes removed."""
        entries = sorted(self._entries())
        total = sum(entry.size for entry in entries)
        removed = 0
        for entry in entries:
            if total - removed <= limit:
                break
            with suppress(OSError), self._folder(entry.digest[:2]) as folder:
                os.unlink(entry.digest, dir_fd=folder)
                removed += entry.size
        return removed

    def _entries(self) -> Iterator[_Entry]:
        """Every entry; those that somebody never finished writing are removed."""
        for number in range(256):
            with suppress(OSError), self._folder(f"{number:02x}") as folder:
                for name in os.listdir(folder):  # noqa: PTH208 - pathlib has none of an open folder
                    found = os.stat(name, dir_fd=folder, follow_symlinks=False)
                    if _DIGEST.fullmatch(name) and stat.S_ISREG(found.st_mode):
                        yield _Entry(found.st_mtime, found.st_size, name)
                    elif name.startswith(".") and found.st_mtime < time.time() - _ABANDONED:
                        os.unlink(name, dir_fd=folder)

    @contextmanager
    def _folder(self, name: str, *, make: bool = False) -> Iterator[int]:
        """The folder of the hashes that begin with two such digits, open."""
        if make:
            self.root.mkdir(parents=True, exist_ok=True, mode=0o700)
        with _opened(self.root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC) as root:
            if make:
                _make(root, "sha256")
            with _opened("sha256", _FOLDER, root) as all_hashes:
                if make:
                    _make(all_hashes, name)
                with _opened(name, _FOLDER, all_hashes) as folder:
                    yield folder


def cache_folder(environ: Mapping[str, str]) -> Path:
    """The folder of the cache: `packyard` in $XDG_CACHE_HOME or `~/.cache` (XDG base directories)."""
    named = environ.get("XDG_CACHE_HOME", "")
    base = Path(named) if named.startswith("/") else Path(environ.get("HOME") or Path.home()) / ".cache"
    return base / "packyard"


@contextmanager
def _opened(name: str | Path, flags: int, folder: int | None = None) -> Iterator[int]:
    descriptor = os.open(name, flags, dir_fd=folder)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def _make(folder: int, name: str) -> None:
    with suppress(FileExistsError):
        os.mkdir(name, 0o700, dir_fd=folder)


def _write(folder: int, name: str, data: bytes) -> None:
    descriptor = os.open(name, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600, dir_fd=folder)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)


def _read(folder: int, name: str, limit: int) -> bytes | None:
    """A file's bytes, None when they are more than the limit or it is no ordinary file."""
    with os.fdopen(os.open(name, _FILE, dir_fd=folder), "rb") as file:
        found = os.fstat(file.fileno())
        if not stat.S_ISREG(found.st_mode) or found.st_size > limit:
            return None
        data = file.read(limit + 1)
    return data if len(data) <= limit else None
