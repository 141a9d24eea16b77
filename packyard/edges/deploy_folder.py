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
from itertools import accumulate
from pathlib import Path

from packyard.deploying.values import Stage
from packyard.edges.deploying import overtaken
from packyard.edges.store import FolderSite, Workplace, walk
from packyard.errors import Problem, WorldError

_CHUNK = 1 << 20
#: Up to so many files are made durable one by one: the whole machine's other writes are not waited for.
FEW = 256


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
        self._pool, self._locks = pool, list[int]()

    def held(self, site: Path, files: Mapping[str, int]) -> Iterator[tuple[str, bool]]:
        """Every file that is there, and whether it has the bytes of the site's. Raises `WorldError` when something else
        is in the place of a file or of a folder, such as a link, through which something would be written elsewhere, or
        when a file goes meanwhile.
        """
        try:
            yield from self._held(site, files)
        except FileNotFoundError:
            raise overtaken(self.name) from None

    def _held(self, site: Path, files: Mapping[str, int]) -> Iterator[tuple[str, bool]]:
        folders = {parent for path in files for parent in accumulate(path.split("/")[:-1], "{}/{}".format)}
        for path in walk(self.root):
            status = (self.root / path).lstat()
            if path in folders or (path in files and not stat.S_ISREG(status.st_mode)):
                message, expected = "something else is in its place", "a folder" if path in folders else "a file"
                raise WorldError("disk-failed", message, path=f"{self.name}/{path}", expected=expected)
            same = files.get(path) == status.st_size and _equal(site / path, self.root / path)
            yield path, same

    def claim(self) -> None:
        """Locks the folder, and as the mirror that it is if it is one. Raises `WorldError` when it is locked."""
        self.root.mkdir(parents=True, exist_ok=True)
        mirrors = Workplace(self.root.absolute()).root / "lock"
        for path in (self.root, mirrors) if mirrors.exists() else (self.root,):
            self._locks.append(os.open(path, os.O_RDONLY | os.O_CLOEXEC))
            try:
                fcntl.flock(self._locks[-1], fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                self.release()
                raise overtaken(self.name) from None

    def guard(self) -> None:
        """Returns: the lock is ours until it is given back."""

    def put(self, site: Path, stage: Stage) -> Iterator[None]:
        """Copies files: all of them beside their places, and then, when they are on the disk, into them."""
        for folder in {(self.root / path).parent for path in stage.paths}:
            folder.mkdir(parents=True, exist_ok=True)
        few = len(stage.paths) <= FEW
        parts = self._pool.map(lambda path: self._copy(site, path, few), stage.paths)
        for _ in parts:
            yield None
        if not few:
            os.sync()
        for path in stage.paths:
            _part(self.root / path).replace(self.root / path)

    def put_head(self, site: Path, path: str) -> None:
        """Copies one file, as `put` does."""
        list(self.put(site, Stage("heads", (path,), 0)))

    def _copy(self, site: Path, path: str, durable: bool) -> None:
        part = _part(self.root / path)
        part.unlink(missing_ok=True)
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o644)
        with open(descriptor, "wb") as target, (site / path).open("rb") as source:  # noqa: PTH123 - a descriptor
            shutil.copyfileobj(source, target, _CHUNK)
            if durable:
                target.flush()
                os.fsync(target.fileno())

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
        while self._locks:
            os.close(self._locks.pop())


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
