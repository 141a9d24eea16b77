"""The values of an import: the folder as it was read, what somebody wishes, and the plan."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from packyard.errors import Problem

KINDS = ("claude-plugin", "skills", "cursor", "agentpacks")

#: Where the manifest of a Claude Code plugin is.
PLUGIN = ".claude-plugin/plugin.json"

#: How people call what is imported.
TITLES = {
    "claude-plugin": "a Claude Code plugin",
    "skills": "a folder of skills",
    "cursor": "Cursor rules",
    "agentpacks": "a pack",
}


class Source(NamedTuple):
    """A folder to import: its place, its own name, and the files that were chosen in it, by path."""

    path: str
    name: str
    files: Mapping[str, bytes]

    def at(self, name: str) -> str:
        """Where one of the files stands; the folder itself for ""."""
        return f"{self.path}/{name}" if name else self.path


class Wishes(NamedTuple):
    """What somebody wants, "" for whatever the folder says: the pack's name and its version, both checked."""

    name: str = ""
    version: str = ""


class Plan(NamedTuple):
    """What an import would write: every file of the pack, where each comes from ("" for what was made), and what
    people should know, as problems that block nothing."""

    kind: str
    name: str
    version: str
    files: Mapping[str, bytes]
    origins: Mapping[str, str]
    notes: tuple[Problem, ...]


class Draft:
    """A pack in the making, which the converters fill."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.files: dict[str, bytes] = {}
        self.origins: dict[str, str] = {}
        self.notes: list[Problem] = []

    def put(self, path: str, origin: str) -> None:
        """Takes the file `origin` of the source to `path`, if nothing is there yet."""
        if path in self.files and self.origins[path] != origin:
            self.leave(origin, f"{path} is taken", help="rename one of the two, and import again")
        elif path not in self.files:
            self.make(path, self.source.files[origin], origin)

    def make(self, path: str, data: bytes, origin: str = "") -> None:
        """Puts bytes at `path`, which were made of the file `origin`, or of nothing."""
        self.files[path], self.origins[path] = data, origin

    def leave(self, path: str, why: str, help: str = "") -> None:
        """Notes that something of the source is not in the pack."""
        self.notes.append(left_out(self.source.at(path), why, help))

    def changed(self, path: str, message: str, *, found: str = "", expected: str = "") -> None:
        """Notes that something says another thing in the pack than in the source."""
        self.notes.append(Problem("import-changed", self.source.at(path), message, 0, expected, found))


def left_out(path: str, why: str, help: str = "") -> Problem:
    """The note on a file, or a folder, that does not become part of a pack."""
    return Problem("import-left-out", path, f"left out: {why}", help=help)
