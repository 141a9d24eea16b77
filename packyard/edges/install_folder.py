"""A project's folder, as whoever installs into it must treat it: no link is followed, nothing outside is touched.

Every path is walked from the descriptor of the root, component by component, so that a folder that becomes a link while
the program runs leads nowhere either.
"""

from __future__ import annotations

import contextlib
import errno
import os
import stat
from collections.abc import Iterator
from pathlib import Path

from packyard.errors import WorldError

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_KINDS = ((stat.S_ISLNK, "a link"), (stat.S_ISDIR, "a folder"), (stat.S_ISREG, "a file"))


class InstallFolder:
    """The folder; paths are relative to it, with `/`, and come from checked names.

    Raises `WorldError`: `place-unsafe` for links and whatever is neither a file nor a folder, `disk-failed` when the
    disk does not do its part.
    """

    def __init__(self, root: Path) -> None:
        """Opens the folder, which must exist."""
        self.root = root
        with self._failing("."):
            self._descriptor = os.open(root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)

    def close(self) -> None:
        """Lets go of the folder."""
        os.close(self._descriptor)

    def read(self, path: str, limit: int) -> bytes | None:
        """A file's bytes, None when there is none. Raises `WorldError` `too-large` when there are more than `limit`."""
        with self._failing(path), contextlib.suppress(FileNotFoundError), self._above(path) as (folder, name):
            found = os.stat(name, dir_fd=folder, follow_symlinks=False)
            if not stat.S_ISREG(found.st_mode):
                raise self._unsafe(path, found.st_mode, "an ordinary file")
            descriptor = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK, dir_fd=folder)
            with open(descriptor, "rb") as file:  # noqa: PTH123 - a descriptor
                data = file.read(limit + 1)
            if len(data) > limit:
                raise WorldError("too-large", "the file is too large", path=path, expected=f"at most {limit} bytes")
            return data
        return None

    def mode(self, path: str) -> int | None:
        """The permissions of a file, None when there is none."""
        with self._failing(path), contextlib.suppress(FileNotFoundError), self._above(path) as (folder, name):
            return stat.S_IMODE(os.stat(name, dir_fd=folder, follow_symlinks=False).st_mode)
        return None

    def is_folder(self, path: str) -> bool:
        """Whether there is a folder."""
        with self._failing(path), contextlib.suppress(FileNotFoundError), self._above(f"{path}/."):
            return True
        return False

    def device(self, path: str) -> int:
        """The file system of the nearest folder above a path that exists."""
        while path := path.rpartition("/")[0]:
            with self._failing(path), contextlib.suppress(FileNotFoundError), self._above(f"{path}/.") as (folder, _):
                return os.fstat(folder).st_dev
        return os.fstat(self._descriptor).st_dev

    def names(self, path: str) -> list[str]:
        """The names in a folder; none when there is no such folder."""
        with self._failing(path), contextlib.suppress(FileNotFoundError), self._above(f"{path}/.") as (folder, _):
            return sorted(entry.name for entry in os.scandir(folder))
        return []

    def open_lock(self, path: str) -> int:
        """A descriptor of a file to lock, which is made if it is not there."""
        with self._failing(path), self._above(path, make=True) as (folder, name):
            return os.open(name, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o644, dir_fd=folder)

    def create(self, path: str, data: bytes, mode: int) -> None:
        """Writes a new file, its folders too; one that is there is replaced."""
        with self._failing(path), self._above(path, make=True) as (folder, name):
            flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC
            descriptor = os.open(name, flags, mode, dir_fd=folder)
            try:
                rest = memoryview(data)
                while rest:
                    rest = rest[os.write(descriptor, rest) :]
                os.fchmod(descriptor, mode)
            finally:
                os.close(descriptor)

    def sync_file(self, path: str) -> None:
        """Makes a file's content durable."""
        with self._failing(path), self._above(path) as (folder, name):
            descriptor = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=folder)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)

    def move(self, source: str, target: str) -> None:
        """Renames a file, over another one if there is one; makes the folders above the target."""
        with self._failing(target), self._above(source) as (old, name), self._above(target, make=True) as (new, final):
            os.rename(name, final, src_dir_fd=old, dst_dir_fd=new)

    def link(self, source: str, target: str) -> bool:
        """Gives a file a second name; whether that was free."""
        with self._failing(target), self._above(source) as (old, name), self._above(target) as (new, final):
            with contextlib.suppress(FileExistsError):
                os.link(name, final, src_dir_fd=old, dst_dir_fd=new, follow_symlinks=False)
                return True
            return False

    def remove(self, path: str) -> None:
        """Removes a file, if it is there."""
        with self._failing(path), contextlib.suppress(FileNotFoundError), self._above(path) as (folder, name):
            os.unlink(name, dir_fd=folder)

    def remove_folder(self, path: str) -> None:
        """Removes a folder, if it is there and empty."""
        with self._failing(path), contextlib.suppress(FileNotFoundError), self._above(path) as (folder, name):
            try:
                os.rmdir(name, dir_fd=folder)
            except OSError as error:
                if error.errno not in (errno.ENOTEMPTY, errno.EEXIST, errno.ENOTDIR):
                    raise

    def sync(self, path: str) -> None:
        """Makes durable what was created, renamed and removed in a folder, or in the nearest above it that exists."""
        while True:
            with self._failing(path), contextlib.suppress(FileNotFoundError), self._above(f"{path}/.") as (folder, _):
                os.fsync(folder)
                return
            path = path.rpartition("/")[0]

    @contextlib.contextmanager
    def _above(self, path: str, *, make: bool = False) -> Iterator[tuple[int, str]]:
        """The descriptor of the folder above a path, and the name in it."""
        *folders, name = [part for part in path.split("/") if part]
        descriptor = os.dup(self._descriptor)
        try:
            for at, part in enumerate(folders):
                inner = self._enter(descriptor, part, "/".join(folders[: at + 1]), make)
                os.close(descriptor)
                descriptor = inner
            yield descriptor, name
        finally:
            os.close(descriptor)

    def _enter(self, folder: int, name: str, path: str, make: bool) -> int:
        if make:
            with contextlib.suppress(FileExistsError):
                os.mkdir(name, 0o755, dir_fd=folder)
        try:
            return os.open(name, _FOLDER, dir_fd=folder)
        except OSError as error:
            if error.errno not in (errno.ENOTDIR, errno.ELOOP):
                raise
            found = os.stat(name, dir_fd=folder, follow_symlinks=False)
            raise self._unsafe(path, found.st_mode, "a folder") from None

    def _unsafe(self, path: str, mode: int, expected: str) -> WorldError:
        found = next((kind for test, kind in _KINDS if test(mode)), "a pipe, a socket or a device")
        message, hint = "nothing is written to such a place", "replace it, or leave the target out that needs it"
        return WorldError("place-unsafe", message, path=path, expected=expected, found=found, help=hint)

    @contextlib.contextmanager
    def _failing(self, path: str) -> Iterator[None]:
        """The disk's failures, as what the program raises."""
        try:
            yield
        except OSError as error:
            where = str(self.root / path)
            raise WorldError("disk-failed", "the disk did not do its part", path=where, found=str(error)) from error
