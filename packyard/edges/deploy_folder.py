"""A site deployed into a folder: files are written beside their place, made durable, and renamed into it.

The folder itself is locked meanwhile, so that a second deployment is told to wait; the lock ends with the process.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import stat
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from packyard.deploying.values import Stage
from packyard.edges.deploying import overtaken
from packyard.edges.store import FolderSite, walk
from packyard.errors import Problem, WorldError

_CHUNK = 1 << 20


@contextmanager
def open_folder(root: Path, jobs: int) -> Iterator[FolderTarget]:
    """The folder as a target; it need not exist yet."""
    with ThreadPoolExecutor(jobs) as pool:
        yield FolderTarget(root, pool)


class FolderTarget(FolderSite):
    """A folder as a `Target`."""

    def __init__(self, root: Path, pool: ThreadPoolExecutor) -> None:
        super().__init__(root)
        self.notes: list[Problem] = []
        self._pool, self._lock = pool, -1

    def held(self, site: Path, files: Mapping[str, int]) -> Iterator[tuple[str, bool]]:
        """Every file that is there, and whether it has the bytes of the site's."""
        for path in walk(self.root):
            status = (self.root / path).lstat()
            if path in files and not stat.S_ISREG(status.st_mode):
                raise WorldError("disk-failed", "it is not an ordinary file", path=f"{self.name}/{path}")
            same = files.get(path) == status.st_size and _equal(site / path, self.root / path)
            yield path, same

    def claim(self) -> None:
        """Locks the folder. Raises `WorldError` when it is locked."""
        self.root.mkdir(parents=True, exist_ok=True)
        self._lock = os.open(self.root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise overtaken(self.name) from None

    def guard(self) -> None:
        """Returns: the lock is ours until it is given back."""

    def put(self, site: Path, stage: Stage) -> Iterator[None]:
        """Copies files: all of them beside their places, and then, when they are on the disk, into them."""
        for folder in {(self.root / path).parent for path in stage.paths}:
            folder.mkdir(parents=True, exist_ok=True)
        parts = self._pool.map(lambda path: self._copy(site, path), stage.paths)
        for _ in parts:
            yield None
        os.sync()
        for path in stage.paths:
            _part(self.root / path).replace(self.root / path)

    def put_head(self, site: Path, path: str) -> None:
        """Copies one file, as `put` does."""
        list(self.put(site, Stage("heads", (path,), 0)))

    def _copy(self, site: Path, path: str) -> None:
        part = _part(self.root / path)
        part.unlink(missing_ok=True)
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o644)
        with open(descriptor, "wb") as target, (site / path).open("rb") as source:  # noqa: PTH123 - a descriptor
            shutil.copyfileobj(source, target, _CHUNK)

    def remove(self, paths: tuple[str, ...]) -> Iterator[None]:
        """Removes files, and the folders that are left empty."""
        for path in paths:
            (self.root / path).unlink(missing_ok=True)
            for folder in (self.root / path).parents:
                if folder == self.root or any(os.scandir(folder)):
                    break
                folder.rmdir()
            yield None

    def release(self) -> None:
        """Unlocks the folder."""
        if self._lock >= 0:
            os.close(self._lock)
            self._lock = -1


def _part(path: Path) -> Path:
    return path.with_name(f".{path.name}.part")


def _equal(one: Path, other: Path) -> bool:
    with one.open("rb") as first, other.open("rb") as second:
        while True:
            data = first.read(_CHUNK)
            if data != second.read(_CHUNK):
                return False
            if not data:
                return True
