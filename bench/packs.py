"""Synthetic packs as they grow: the files, checksums and signatures of one version after another.

What the files of a pack say follows from one random stream per pack, which `Growing` carries from version to version;
only packs that will get another version are kept in memory.
"""

from __future__ import annotations

from hashlib import sha1, sha256
from random import Random
from typing import NamedTuple

from bench.content import Files, first_files, manifest, next_files
from bench.people import Shape, admin_key, publish_key
from bench.profiles import Profile, origin
from bench.text import Prose


class Blob(NamedTuple):
    """A file as git stores it: the id is the SHA-1 of `blob SIZE\\0` and the bytes."""

    path: str
    mode: str
    oid: str
    data: bytes | None


class Release(NamedTuple):
    """A version ready to be committed; blobs whose `data` is None are in the repository already."""

    profile: Profile
    version: str
    blobs: list[Blob]


class Growing:
    """A pack between two of its versions: its files, their digests, and the stream that decides what changes next."""

    def __init__(self, shape: Shape, what: Profile, dependencies: dict[str, str]) -> None:
        self.shape, self.profile, self.dependencies = shape, what, dependencies
        self.rng = Random(f"{shape.seed} content {what.number}")
        self.prose = Prose(self.rng)
        self.description = self.prose.phrase(5, 14)
        self.files: Files = {}
        self.digests: dict[str, tuple[str, str]] = {}
        self.versions: list[str] = []
        self.statements = 0

    @property
    def finished(self) -> bool:
        """Whether the pack has all the versions it will get."""
        return len(self.versions) >= self.profile.versions

    def release(self) -> Release:
        """The next version, signed by the pack's publisher."""
        version = next_version(self.rng, self.versions[-1]) if self.versions else self.profile.first
        before = self.files
        self.files = next_files(self.prose, before) if before else first_files(self.prose, self.profile.name)
        text = manifest(self.profile, version, self.description, self.dependencies, self.files)
        self.files["pack.yaml" if self.profile.yaml else "pack.json"] = text
        self.versions.append(version)
        blobs = [self._blob(path, data, before) for path, data in sorted(self.files.items())]
        sums = "".join(f"{self.digests[blob.path][0]}  {blob.path}\n" for blob in blobs).encode()
        return Release(self.profile, version, blobs + signed_sums(self.shape, self.profile, version, sums))

    def _blob(self, path: str, data: bytes, before: Files) -> Blob:
        known = before.get(path) == data
        if not known:
            self.digests[path] = sha256(data).hexdigest(), blob_id(data)
        return Blob(path, file_mode(data), self.digests[path][1], None if known else data)


def signed_sums(shape: Shape, what: Profile, version: str, sums: bytes) -> list[Blob]:
    """The files `SHA256SUMS` and `SHA256SUMS.minisig` of a version."""
    signature = publish_key(shape, what.publisher).sign(sums, f"{what.name} {version}")
    named = (("SHA256SUMS", sums), ("SHA256SUMS.minisig", signature))
    return [Blob(path, "100644", blob_id(data), data) for path, data in named]


def statement(shape: Shape, what: Profile, sequence: int, action: str, day: str, fields: str) -> list[Blob]:
    """A signed statement, by path from the pack's folder; `fields` are the YAML lines that the action needs."""
    name = f'"{what.name}"' if what.name.startswith("@") else what.name
    text = (
        f"format: packyard/statement/1\nregistry: {origin(shape)}\npack: {name}\nsequence: {sequence}\n"
        f"action: {action}\n{fields}date: {day}\n"
    ).encode()
    signature = admin_key(shape, what.admin).sign(text, f"statement {what.name} {sequence}")
    path = f"statements/{sequence:04}-{action}.yaml"
    named = ((path, text), (f"{path}.{what.admin.handle}.minisig", signature))
    return [Blob(path, "100644", blob_id(data), data) for path, data in named]


def settings(shape: Shape) -> bytes:
    """`registry.yaml`."""
    name = origin(shape)
    return f"format: packyard/registry/1\norigin: {name}\ntitle: Synthetic packs\nurl: https://{name}/\n".encode()


def blob_id(data: bytes) -> str:
    """The id that git gives to a file of these bytes."""
    return sha1(b"blob %d\0" % len(data) + data, usedforsecurity=False).hexdigest()


def file_mode(data: bytes) -> str:
    """git's mode for the file: executable when it starts with `#!`."""
    return "100755" if data.startswith(b"#!") else "100644"


def next_version(rng: Random, version: str) -> str:
    """A version higher than `version`: mostly a patch, at times a minor, a major or a pre-release."""
    core, _, pre = version.partition("-")
    if pre:
        return core
    major, minor, patch = map(int, core.split("."))
    step = rng.random()
    if step < 0.6:
        return f"{major}.{minor}.{patch + 1}"
    if step < 0.9:
        return f"{major}.{minor + 1}.0"
    return f"{major + 1}.0.0" if step < 0.95 else f"{major}.{minor + 1}.0-beta.1"
