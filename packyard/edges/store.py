"""Sites as files: a folder to read, a staging area beside it, and the activation that makes the one into the other.

The work folder `.packyard/NAME/` stands beside the site (so that renaming works) and holds the lock, the memory and
the staging area:

    lock  memory.sqlite  stamp.json  staging/files/…  staging/plan.json

Activation can be cut at any moment and done again: first everything staged except the heads, by atomic renames, then
the heads (`log/checkpoint`, `SNAPSHOT.minisig`, `SNAPSHOT.bundle`, `SNAPSHOT`, in this order), then the removal of
what nobody claims.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import shutil
import stat
from collections.abc import Iterable, Iterator
from hashlib import sha256
from pathlib import Path

from packyard.errors import NotFound, WorldError
from packyard.formats import layout

HEADS = (layout.CHECKPOINT, layout.SNAPSHOT_SIGNATURE, layout.SNAPSHOT_BUNDLE, layout.SNAPSHOT)

#: More than this no replaced metadata is larger than what replaces it.
OLD_LIMIT = 1 << 30

#: A file by which git can keep an otherwise empty folder; not a part of the site.
KEPT_BY_GIT = ".gitignore"


class FolderSite:
    """A site in a folder, as a `Listing`."""

    def __init__(self, root: Path) -> None:
        self.root, self.name = root, str(root)

    def read(self, path: str, limit: int) -> bytes:
        """A file's bytes; only ordinary files are read, links are not followed."""
        try:
            data = _read(f"{self.name}/{path}", limit + 1)
        except (FileNotFoundError, NotADirectoryError):
            raise NotFound("file-missing", "the file is missing", path=f"{self.name}/{path}") from None
        except OSError as error:
            raise WorldError(
                "disk-failed", "the file cannot be read", path=f"{self.name}/{path}", found=str(error)
            ) from None
        if len(data) > limit:
            raise WorldError(
                "too-large", "the file is too large", path=f"{self.name}/{path}", expected=f"{limit} bytes"
            )
        return data

    def paths(self) -> Iterator[str]:
        """Every file's path, in no particular order."""
        return walk(self.root)


def _read(path: str, most: int) -> bytes:
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK)
    try:
        found = os.fstat(descriptor)
        if not stat.S_ISREG(found.st_mode):
            raise OSError("it is not an ordinary file")
        size = found.st_size
        data = os.read(descriptor, min(size, most) + 1)
        while len(data) < min(size, most) and (more := os.read(descriptor, most - len(data))):
            data += more
        return data[:most]
    finally:
        os.close(descriptor)


def walk(root: Path) -> Iterator[str]:
    """The paths below `root` of everything that is not a folder."""
    pending = [""]
    while pending:
        prefix = pending.pop()
        try:
            entries = list(os.scandir(root / prefix))
        except FileNotFoundError:
            continue
        for entry in entries:
            path = prefix + entry.name
            if entry.is_dir(follow_symlinks=False):
                pending.append(path + "/")
            elif path != KEPT_BY_GIT:
                yield path


class Workplace:
    """The work folder of one site."""

    def __init__(self, out: Path) -> None:
        self.out = out
        self.root = out.parent / ".packyard" / out.name
        self.memory = self.root / "memory.sqlite"
        self.stamp = self.root / "stamp.json"
        self.staging = self.root / "staging"

    def lock(self) -> int:
        """Takes the lock, for as long as the process lives or the descriptor stays open. A second build is told to
        wait.
        """
        self.root.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(self.root / "lock", os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o644)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(descriptor)
            raise WorldError(
                "site-locked",
                "another build or sync is writing this site",
                path=str(self.out),
                help="wait until it has ended",
            ) from None
        return descriptor


class Staging:
    """What a build is about to put into the site: files to move in, and paths to remove."""

    def __init__(self, workplace: Workplace) -> None:
        self.site = FolderSite(workplace.out)
        self.root = workplace.staging / "files"
        self.plan = workplace.staging / "plan.json"
        self.name = self.site.name
        self.written = 0
        self._made: set[str] = set()
        self._site, self._files = f"{workplace.out}/", f"{self.root}/"
        self._empty = next(walk(workplace.out), None) is None

    def clear(self) -> None:
        """Throws away what an earlier build staged and never decided on."""
        shutil.rmtree(self.root.parent, ignore_errors=True)

    def write(self, path: str, data: bytes) -> None:
        """Stages one file."""
        if path.startswith("/") or ".." in path.split("/"):
            raise AssertionError(f"{path} is not a path of the site")
        target = self._files + path
        folder = target.rpartition("/")[0]
        if folder not in self._made:
            os.makedirs(folder, exist_ok=True)  # noqa: PTH103 - a hot path
            self._made.add(folder)
        descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
        try:
            rest = memoryview(data)
            while rest:
                rest = rest[os.write(descriptor, rest) :]
        finally:
            os.close(descriptor)
        self.written += 1

    def replace(self, path: str, data: bytes) -> None:
        """Stages a file; metadata that it replaces is staged as `by-hash/DIGEST`, so that it stays reachable. What the
        site has is not staged, nor is what was staged for it before.
        """
        if self.same(path, data):
            self._withdraw(path, data)
            return
        if path.endswith((".json", ".sums")):
            old = self.current(path, len(data) + OLD_LIMIT)
            if old is not None:
                self.keep(sha256(old).hexdigest(), path)
        self.write(path, data)

    def copy(self, path: str, of: str) -> None:
        """Stages at `path` what will be at `of`, which is staged or stands in the site."""
        source = next(root / of for root in (self.root, self.site.root) if (root / of).exists())
        self.replace(path, source.read_bytes())

    def _withdraw(self, path: str, data: bytes) -> None:
        staged = self.root / path
        if staged.exists():
            staged.unlink()
            (self.root / layout.by_hash(sha256(data).hexdigest())).unlink(missing_ok=True)
            self.written -= 1

    def current(self, path: str, limit: int) -> bytes | None:
        """What the site has at `path` now."""
        if self._empty:
            return None
        try:
            return self.site.read(path, limit)
        except NotFound:
            return None

    def keep(self, digest: str, path: str) -> None:
        """Stages what is at `path` of the site now as `by-hash/DIGEST`, without copying it."""
        target = self.root / layout.by_hash(digest)
        target.parent.mkdir(parents=True, exist_ok=True)
        if not (self.site.root / layout.by_hash(digest)).exists():
            with contextlib.suppress(FileExistsError):
                os.link(self.site.root / path, target)

    def read(self, path: str, limit: int) -> bytes:
        """The file as it will be after activation, if nothing removes it."""
        try:
            return FolderSite(self.root).read(path, limit)
        except NotFound:
            return self.site.read(path, limit)

    def staged(self, path: str) -> bool:
        """Whether the path will be written."""
        return (self.root / path).exists()

    def paths(self) -> Iterator[str]:
        """Every staged file's path."""
        return walk(self.root)

    def paths_below(self, prefix: str) -> Iterator[str]:
        """The staged paths in a folder such as "by-hash/"."""
        return (prefix + path for path in walk(self.root / prefix))

    def same(self, path: str, data: bytes) -> bool:
        """Whether the site already has exactly these bytes at `path`."""
        if self._empty:
            return False
        try:
            with open(self._site + path, "rb") as file:  # noqa: PTH123 - a hot path
                return os.fstat(file.fileno()).st_size == len(data) and file.read(len(data) + 1) == data
        except OSError:
            return False

    def decide(self, removals: Iterable[str]) -> None:
        """Makes the plan durable: from here on it is going to be carried out, whatever happens."""
        self.root.mkdir(parents=True, exist_ok=True)
        with self.plan.open("w") as file:
            json.dump({"remove": sorted(removals)}, file)
            file.flush()
            os.fsync(file.fileno())

    def decided(self) -> bool:
        """Whether a plan is waiting to be carried out."""
        return self.plan.exists()

    def activate(self) -> None:
        """Carries out the plan, or what is left of it."""
        _move_all(self.root, self.site.root)
        for path in HEADS:
            if (self.root / path).exists():
                (self.site.root / path).parent.mkdir(parents=True, exist_ok=True)
                (self.root / path).replace(self.site.root / path)
        _remove(self.site.root, json.loads(self.plan.read_text())["remove"])
        self._empty = False
        self.clear()


def _move_all(source: Path, target: Path) -> None:
    """Moves everything but the heads: first what replaced metadata stays reachable by, then content, then what points
    at it.
    """
    target.mkdir(parents=True, exist_ok=True)
    if not source.exists():  # a run that was cut while it cleared up
        return
    for entry in sorted(os.scandir(source), key=lambda entry: (_rank(entry.name, entry.is_dir()), entry.name)):
        _move(Path(entry.path), target / entry.name, entry.name)


def _rank(name: str, folder: bool) -> int:
    first = {"by-hash": 0, "log": 2, "index": 3, "site": 3}
    return first.get(name, 1 if folder else 4)


def _move(source: Path, target: Path, path: str) -> None:
    if path in HEADS:
        return
    if not source.is_dir():
        source.replace(target)
    elif not target.exists() and not any(head.startswith(path + "/") for head in HEADS):
        source.rename(target)
    else:
        target.mkdir(exist_ok=True)
        for entry in os.scandir(source):
            _move(Path(entry.path), target / entry.name, f"{path}/{entry.name}")


def _remove(root: Path, paths: Iterable[str]) -> None:
    for path in paths:
        target = root / path
        target.unlink(missing_ok=True)
        for folder in target.parents:
            if folder == root:
                break
            try:
                folder.rmdir()
            except OSError:
                break
