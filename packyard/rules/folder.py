"""Reading a version folder from its git tree, within limits and without trusting a single name in it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from packyard.errors import FormatError, Problem
from packyard.formats import names, tarball
from packyard.model import Entry
from packyard.protocols import Source

SUMS = "SHA256SUMS"
SIGNATURE = "SHA256SUMS.minisig"

#: Bytes, counts and levels of one pack, unless `registry.yaml` says otherwise.
LIMITS: Mapping[str, int] = {"compressed": 10_000_000, "expanded": 64_000_000, "files": 1_000, "path": 200, "depth": 12}

_TREE, _LINK, _MODULE = 0o40000, 0o120000, 0o160000
#: After this many problems with paths a folder is not read any further.
_MANY = 100
_FILES = (0o100644, 0o100755, 0o100664)


class Folder(NamedTuple):
    """A version folder: every file's content by path, what is wrong with the folder as a folder, and whether it was
    read to its end.
    """

    path: str
    files: Mapping[str, bytes]
    problems: tuple[Problem, ...]
    whole: bool = True


class _Walk:
    """One walk through a folder; stops reading once a limit is passed, so that a bomb costs no more than the limit."""

    def __init__(self, source: Source, path: str, limits: Mapping[str, int]) -> None:
        self.source, self.root, self.limits = source, path, {**LIMITS, **limits}
        self.files: dict[str, bytes] = {}
        self.problems: list[Problem] = []
        self.room = self.limits["expanded"]
        self.full = False

    def read(self, tree: str, prefix: str, depth: int) -> None:
        """Reads the tree at `prefix` ("" or ending in "/")."""
        if depth > self.limits["depth"]:
            self.report(prefix, "too-deep", "folders are nested too deeply", f"at most {self.limits['depth']} levels")
            return
        entries = self.source.tree(tree)
        if not entries and prefix:
            self.report(prefix, "path-unknown", "an empty folder, which no signature covers", hint="take it out")
        for entry in entries:
            if self.full:
                return
            self.entry(prefix + entry.name, entry, depth)

    def entry(self, path: str, entry: Entry, depth: int) -> None:
        """Reads one entry of a tree, if its path is fit."""
        try:
            names.check_path(path)
            if entry.mode in _FILES:
                tarball.split(path)
        except FormatError as error:
            self.report(path, error.code, error.message, error.expected, error.help, error.found)
            return
        if entry.mode == _TREE:
            self.read(entry.oid, path + "/", depth + 1)
        elif entry.mode in _FILES:
            self.file(path, entry.oid)
        elif entry.mode == _LINK:
            self.report(path, "symlink", "a symbolic link, which a pack may not hold", hint="add the file itself")
        elif entry.mode == _MODULE:
            self.report(path, "submodule", "a submodule, which a pack may not hold", hint="add the files themselves")
        else:
            found = f"git mode {entry.mode:o}"
            self.report(path, "path-unknown", "neither a file nor a folder", "git mode 100644 or 100755", "", found)

    def file(self, path: str, oid: str) -> None:
        """Reads one file, if there is room."""
        if len(path) > self.limits["path"]:
            self.report(path, "path-too-long", "the path is too long", f"at most {self.limits['path']} bytes")
        if len(self.files) >= self.limits["files"] + 2:
            self.stop("too-many-files", "the pack has too many files", f"at most {self.limits['files']} files")
            return
        try:
            self.files[path] = content = self.source.blob(oid, self.room)
        except FormatError:
            self.stop("too-large", "the pack is too large", f"at most {self.limits['expanded']} bytes in all")
            return
        self.room -= len(content)

    def stop(self, code: str, message: str, expected: str) -> None:
        """Reports a limit that the whole pack has passed, and reads no further."""
        self.full = True
        self.problems.append(Problem(code, self.root, message, expected=expected))

    def report(self, path: str, code: str, message: str, expected: str = "", hint: str = "", found: str = "") -> None:
        """Adds a problem of one path; after many of them nothing more is read."""
        place = f"{self.root}/{names.shown_path(path).removesuffix('/')}"
        self.problems.append(Problem(code, place, message, 0, expected, found, hint))
        if len(self.problems) == _MANY:
            self.stop("too-many-files", "too many entries have no place in a pack; the rest was not read", "")


def read_folder(source: Source, tree: str, path: str, limits: Mapping[str, int]) -> Folder:
    """The folder of git tree `tree` that stands at `path` in the repository. `limits` overrides `LIMITS`."""
    walk = _Walk(source, path, limits)
    walk.read(tree, "", 1)
    return Folder(path, walk.files, (*walk.problems, *_collisions(path, walk.files)), not walk.full)


def _collisions(root: str, files: Mapping[str, bytes]) -> Iterator[Problem]:
    for first, second in names.collisions(files):
        yield Problem(
            "case-collision",
            f"{root}/{second}",
            "two paths are one on a file system that ignores case",
            found=f"{first} and {second}",
            help="rename one of them",
        )
