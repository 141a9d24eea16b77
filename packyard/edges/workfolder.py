"""Folders that people work in, before anything is committed: a pack as it is written, a registry's working tree."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from packyard.errors import FormatError, Problem, ProblemsFound, UsageError
from packyard.formats import names, org, publisher, statement
from packyard.formats.fields import errors_of
from packyard.formats.registry import parse_registry
from packyard.history import SOURCE
from packyard.model import Entry, Event, Statement
from packyard.registry import Registry
from packyard.rules.authority import FILE_LIMIT, Revision, Revisions
from packyard.rules.folder import Folder, read_folder

_FILE, _TREE, _LINK = 0o100644, 0o40000, 0o120000
#: A device, a socket or a pipe: git has no mode for one, and whoever reads the folder refuses what has no known mode.
_SPECIAL = 0o010000
#: The most files and folders that are looked at in a folder which is no pack.
_ENTRIES = 50_000


class DiskSource:
    """A folder on a disk as a `model.Source`, so that it is read by the rules by which git trees are; ids are paths."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def tree(self, oid: str) -> tuple[Entry, ...]:
        """The entries of the folder `oid`, by name; a repository's own `.git` is not one."""
        with os.scandir(self.root / oid) as found:
            entries = sorted((entry.name, _mode(entry)) for entry in found if entry.name != ".git")
        return tuple(Entry(name, mode, f"{oid}/{name}" if oid else name) for name, mode in entries)

    def blob(self, oid: str, limit: int) -> bytes:
        """The content of the file `oid`. Raises `FormatError` when it is longer than `limit`."""
        return read_file(self.root / oid, limit)


def _mode(entry: os.DirEntry[str]) -> int:
    if entry.is_symlink():
        return _LINK
    if entry.is_dir():
        return _TREE
    return _FILE if entry.is_file() else _SPECIAL


def read_file(path: Path, limit: int) -> bytes:
    """The content of a file, links not followed. Raises `FormatError` when it is longer than `limit`."""
    with open(os.open(path, os.O_RDONLY | os.O_NOFOLLOW), "rb") as file:  # noqa: PTH123 - a descriptor
        data = file.read(limit + 1)
    if len(data) > limit:
        raise FormatError("too-large", "the file is too large", expected=f"at most {limit} bytes")
    return data


def write_file(path: Path, data: bytes) -> None:
    """Puts a file in its place, whole or not at all; executable when its content begins with `#!`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(path.name + ".part")
    part.write_bytes(data)
    part.chmod(stat.S_IRUSR | stat.S_IWUSR | 0o044 | (0o111 if data.startswith(b"#!") else 0))
    part.replace(path)


class Listed(NamedTuple):
    """The files below a folder, by their paths in it, and pairs of what was left out and why."""

    paths: tuple[str, ...]
    left: tuple[tuple[str, str], ...]


def list_files(root: Path, refuse: Callable[[str, bool], str]) -> Listed:
    """Every file below a folder, without following a link. `refuse` says why a path, of a folder or not, is left out;
    nothing below such a folder is looked at.

    Raises `UsageError` when there is no such folder, `ProblemsFound` when there is more in it than any pack could hold.
    """
    if not root.is_dir():
        raise _no_folder(root)
    paths, left, waiting, seen = list[str](), list[tuple[str, str]](), [""], 0
    while waiting:
        prefix = waiting.pop()
        with os.scandir(root / prefix) as entries:
            for entry in entries:
                seen += 1
                if seen > _ENTRIES:
                    expected = f"at most {_ENTRIES} files and folders"
                    raise ProblemsFound([Problem("too-many-files", str(root), "too much is in there", 0, expected)])
                path, is_folder = prefix + entry.name, entry.is_dir(follow_symlinks=False)
                if why := _strange(entry) or refuse(path, is_folder):
                    left.append((path, why))
                elif is_folder:
                    waiting.append(path + "/")
                else:
                    paths.append(path)
    return Listed(tuple(sorted(paths)), tuple(sorted(left)))


def _strange(entry: os.DirEntry[str]) -> str:
    if entry.is_symlink():
        return "a link, and links are not followed"
    return "" if entry.is_dir() or entry.is_file() else "neither a file nor a folder"


def require_empty(path: Path) -> None:
    """Returns when the folder is new or empty. Raises `UsageError`."""
    if path.is_symlink() or (path.exists() and (not path.is_dir() or any(path.iterdir()))):
        raise UsageError("folder-not-empty", "the folder is not empty", path=str(path), help="name another with --dir")


def read_pack(path: Path, limits: Mapping[str, int]) -> Folder:
    """The pack folder at `path`. Raises `UsageError` when there is none."""
    if not path.is_dir():
        raise _no_folder(path)
    folder = read_folder(DiskSource(path), "", str(path), limits)
    return folder._replace(problems=tuple(map(_of_disk, folder.problems)))


def _of_disk(problem: Problem) -> Problem:
    """The problem in words for somebody who has no git mode before them."""
    if problem.found != f"git mode {_SPECIAL:o}":
        return problem
    found, hint = "a pipe, a socket or a device", "take it out of the folder"
    return problem._replace(message="not a regular file", expected="a file or a folder", found=found, help=hint)


def _no_folder(path: Path) -> UsageError:
    if path.exists():
        hint = f"name the folder that it is in: {path.parent}"
        return UsageError("folder-missing", "this is a file, not a folder", path=str(path), help=hint)
    return UsageError("folder-missing", "there is no such folder", path=str(path))


#: Why a folder is no clone of a registry.
NO_GIT, NO_SOURCE = "no git repository at this place", f"no folder {SOURCE}"


def no_clone(folder: Path, found: str, more: str = "") -> UsageError:
    """What every command says that wants a registry's clone and was called somewhere else; `more` ends its help."""
    hint = f"go to one with `cd`, or name it with --repo{more}"
    path = str(folder.absolute())
    return UsageError("source-missing", "not in a clone of a registry", path=path, found=found, help=hint)


def top_folder(folder: Path) -> Path:
    """The nearest folder with a `.git` at or above `folder`, as git finds it; the folder itself when there is none, or
    when it is a repository without a working tree.
    """
    if (folder / ".git").exists() or (folder / "HEAD").is_file():
        return folder
    return next((above for above in folder.absolute().parents if (above / ".git").exists()), folder)


class WorkingTree:
    """A registry's source as it lies in the working tree, unverified: the build judges what is committed."""

    def __init__(self, repo: Path) -> None:
        """Opens the working tree at `repo`. Raises `UsageError` when it holds no registry."""
        self.repo = repo
        if not (repo / SOURCE).is_dir():
            raise no_clone(repo, NO_SOURCE)

    def registry(self) -> Registry:
        """The registry's settings. Raises `ProblemsFound`."""
        if not (self.repo / SOURCE / "registry.yaml").is_file():
            path = f"{SOURCE}/registry.yaml"
            raise ProblemsFound([Problem("settings-missing", path, "the registry's settings are missing")])
        registry: Registry = self._parsed("registry.yaml", parse_registry)
        return registry

    def authority(self) -> Revisions:
        """The publishers and organisations, as if each had had one revision. Raises `ProblemsFound`."""
        found, parsers = Revisions(), {"publisher": publisher.parse_publisher, "org": org.parse_org}
        for kind, parser in parsers.items():
            for path in sorted((self.repo / SOURCE / f"{kind}s").glob("*.yaml")):
                value: Any = self._parsed(f"{kind}s/{path.name}", parser, path.stem)
                found.add(Revision(Event(0, kind, path.stem, "", (), "", 0), value, "", ()))
        return found

    def pack(self, name: str) -> str:
        """Where the pack is or belongs, from the root of the repository."""
        return f"{SOURCE}/{names.folder(names.parse_name(name))}"

    def versions(self, name: str) -> tuple[str, ...]:
        """The versions of a pack."""
        return tuple(sorted(path.name for path in self._children(self.pack(name)) if path.name != "statements"))

    def statements(self, name: str) -> tuple[Statement, ...]:
        """The statements about a pack, in their order. Raises `ProblemsFound`."""
        paths = [path for path in self._children(f"{self.pack(name)}/statements", files=True) if path.suffix == ".yaml"]
        folder = f"{self.pack(name)}/statements".removeprefix(f"{SOURCE}/")
        return tuple(
            self._parsed(f"{folder}/{path.name}", statement.parse_statement, path.stem) for path in sorted(paths)
        )

    def _children(self, path: str, files: bool = False) -> list[Path]:
        folder = self.repo / path
        if not folder.is_dir():
            return []
        return [child for child in folder.iterdir() if (child.is_file() if files else child.is_dir())]

    def _parsed(self, path: str, parser: Callable[..., Any], *arguments: str) -> Any:
        try:
            return parser(read_file(self.repo / SOURCE / path, FILE_LIMIT), *arguments)
        except FormatError as error:
            raise ProblemsFound(each.at(f"{SOURCE}/{path}") for each in errors_of(error)) from None
