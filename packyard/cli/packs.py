"""A pack folder as commands see it: what is in it, and what a build would say of it, by the build's own rules."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from packyard.cli.options import refused
from packyard.edges.workfolder import read_pack
from packyard.errors import FormatError, Problem, ProblemsFound
from packyard.formats import sums
from packyard.formats.manifest import derive_features
from packyard.model import Event, Manifest
from packyard.protocols import Signer
from packyard.rules.authority import Authority
from packyard.rules.folder import LIMITS, SIGNATURE, SUMS, Folder
from packyard.rules.version import MANIFESTS, Report, check_content, check_version
from packyard.submitting.versions import set_version


class Described(NamedTuple):
    """A pack folder apart from its signature: its manifest (None when it has no good one), and what a build would
    refuse it for, or note.
    """

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
    """The pack in a folder. Raises `UsageError` when there is no such folder."""
    return describe_folder(read_pack(path, limits), limits)


def describe_folder(folder: Folder, limits: Mapping[str, int] = LIMITS) -> Described:
    """The pack in a folder that was read."""
    known = {**LIMITS, **limits}
    found = check_content(folder, known["files"])
    large = _tarball(folder, known["compressed"]) if folder.whole else ()
    return Described(folder, found.manifest, (*found.problems, *large), found.notes)


def renumber(described: Described, version: str, limits: Mapping[str, int] = LIMITS) -> Described:
    """The pack with another version in its manifest, of which nothing else changes. Raises `UsageError`."""
    folder, name = described.folder, manifest_name(described)
    try:
        data = set_version(folder.files[name], name, version)
    except FormatError as error:
        raise refused(error, f"{folder.path}/{name}") from None
    return describe_folder(folder._replace(files={**folder.files, name: data}), limits)


def check_signed(described: Described, authority: Authority, limits: Mapping[str, int] = LIMITS) -> Report:
    """What a build would say about the folder if it were published today, signature and all."""
    manifest = described.manifest
    name, version = (manifest.name, manifest.version) if manifest else ("", "0.0.0")
    today = Event(1, "version", name, version, (), "", int(time.time()))
    return check_version(described.folder, today, authority, limits.get("files", LIMITS["files"]))


def sound(described: Described) -> Manifest:
    """The manifest of a pack without problems. Raises `ProblemsFound`."""
    if described.problems or described.manifest is None:
        raise ProblemsFound(described.problems)
    return described.manifest


def sign_files(described: Described, signer: Signer) -> dict[str, bytes]:
    """`SHA256SUMS` and its signature, for a pack with a manifest."""
    manifest = sound(described)
    text = sums.format((path, sha256(described.folder.files[path]).hexdigest()) for path in described.paths)
    return {SUMS: text, SIGNATURE: signer.sign(text, f"{manifest.name} {manifest.version}")}


def manifest_name(described: Described) -> str:
    """The name of the manifest's file. Raises `ProblemsFound` when there is no good one."""
    if described.manifest is None:
        raise ProblemsFound(described.problems)
    return next(name for name in MANIFESTS if name in described.folder.files)


def _tarball(folder: Folder, limit: int) -> Iterator[Problem]:
    """Whether the tarball is too large; packs that are far from the limit are not compressed for this."""
    if sum(map(len, folder.files.values())) > limit // 2:
        from packyard.formats import tarball

        size = len(tarball.compress(tarball.format_tar(folder.files.items())))
        if size > limit:
            message, expected = "the tarball is too large", f"at most {limit} bytes"
            yield Problem("too-large", folder.path, message, 0, expected, f"{size} bytes")
