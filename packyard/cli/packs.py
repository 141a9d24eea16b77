"""What `validate`, `sign` and `add` ask about a pack folder, by the very rules that the build applies."""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from packyard.edges.workfolder import read_pack
from packyard.errors import FormatError, Problem, ProblemsFound
from packyard.formats.manifest import derive_features, parse_manifest
from packyard.model import Event, Manifest
from packyard.rules.authority import Authority, Revisions
from packyard.rules.folder import LIMITS, SIGNATURE, SUMS, Folder
from packyard.rules.version import MANIFESTS, Report, check_version

_SIGNED = ("sums-extra", "sums-mismatch")


class Described(NamedTuple):
    """A pack folder: its manifest (None when it has no good one) and what the registry would say about it."""

    folder: Folder
    manifest: Manifest | None
    problems: tuple[Problem, ...]
    notes: tuple[Problem, ...]

    @property
    def paths(self) -> tuple[str, ...]:
        """The pack's own files."""
        return tuple(path for path in self.folder.files if path not in (SUMS, SIGNATURE))

    @property
    def size(self) -> int:
        """The bytes of the pack's own files."""
        return sum(len(self.folder.files[path]) for path in self.paths)

    @property
    def features(self) -> tuple[str, ...]:
        """The features that the folder has."""
        return derive_features(self.paths)


def describe(path: Path, limits: Mapping[str, int] = LIMITS) -> Described:
    """The pack in a folder, and what is wrong with it apart from its signature. Raises `UsageError`."""
    folder = read_pack(path, limits)
    manifest = _manifest(folder)
    report = _report(folder, manifest, Revisions(), limits)
    problems = tuple(problem for problem in report.problems if not _about_signing(problem))
    return Described(folder, manifest, problems, report.notes)


def check_signed(described: Described, authority: Authority, limits: Mapping[str, int] = LIMITS) -> Report:
    """What the registry would say about the folder if it were published today, signature and all."""
    return _report(described.folder, described.manifest, authority, limits)


def sound(described: Described) -> Manifest:
    """The manifest of a pack without problems. Raises `ProblemsFound`."""
    if described.problems or described.manifest is None:
        raise ProblemsFound(described.problems)
    return described.manifest


def _manifest(folder: Folder) -> Manifest | None:
    present = [name for name in MANIFESTS if name in folder.files]
    try:
        return parse_manifest(folder.files[present[0]], present[0])[0] if len(present) == 1 else None
    except FormatError:
        return None


def _report(folder: Folder, manifest: Manifest | None, authority: Authority, limits: Mapping[str, int]) -> Report:
    name, version = (manifest.name, manifest.version) if manifest else ("", "0.0.0")
    today = Event(1, "version", name, version, (), "", int(time.time()))
    return check_version(folder, today, authority, limits.get("files", LIMITS["files"]))


def _about_signing(problem: Problem) -> bool:
    return problem.path.rpartition("/")[2] in (SUMS, SIGNATURE) or problem.code in _SIGNED
