"""`.oripk`: a version as an archive of Ori's registry protocol, made of nothing but the version's own files.

    oripk.toml      what the manifest says, as Ori writes it, and never `[scripts]`
    oripk.lock      the version, and the hash that its publisher signed and the log has
    CHECKSUM        the SHA-256 of every other file in the archive; `sha256sum -c CHECKSUM` reads it
    src/…           the files as they are installed

It is a canonical archive (`packyard.formats.tarball`) of at most 10,000,000 bytes. `oripk.toml` and `oripk.lock` are
TOML, of strings and lists of strings alone, in the order below; what the manifest does not say is left out, and so is
a table without a line:

    [project]
    name = "@_/hello"
    version = "1.2.0"
    description = "Greets whoever opens the project"
    license = "MIT"
    authors = ["Alice Example <alice@example.org>"]
    repository = "https://github.com/alice/hello"
    keywords = ["greeting"]

    [dependencies]
    "@acme/words" = "2.0.1"

    [packyard]
    pack = "hello"
    homepage = "https://example.org/hello"
    targets = ["*"]
    features = ["*"]
    conflicts = ["goodbye"]

    [packyard.ranges]
    "@acme/house-style" = "^1.0.0"

Ori knows exact versions only, so a dependency on a range has its place in a table that Ori passes over. Names are as in
`packyard.formats.foreign`. The lock has one line, because no version knows the hashes of others:

    [checksums]
    "@_/hello:1.2.0" = "sha256:6c1f0e…"

That hash is the version's identity, the SHA-256 of its `SHA256SUMS`: in `src/`, `sha256sum -c` takes that file as the
registry has it, so whoever holds the archive can go on to the publisher's signature and to the log.

The archive is a function of manifest and files: `parse_oripk` checks every hash, then makes `oripk.toml` and
`oripk.lock` again from what is in `src/`, and takes no archive that says anything else.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from hashlib import sha256
from typing import NamedTuple

from packyard.errors import FormatError
from packyard.formats import foreign, names, semver, sums, tarball
from packyard.formats import manifest as manifests
from packyard.formats.registry import LIMITS
from packyard.model import File, Manifest, Tarball

#: The most bytes of an archive.
LIMIT = 10_000_000
TOML, LOCK, CHECKSUM, SOURCE = "oripk.toml", "oripk.lock", "CHECKSUM", "src/"

#: What a tar can have of such an archive: headers and filled blocks besides the files, and what is made from these.
_TAR_LIMIT = LIMITS["expanded"].highest + LIMITS["files"].highest * 3 * tarball.BLOCK + 4 * manifests.LIMIT
#: The most that an archive is larger than the tarball of its version: the manifest twice, and a line for each file.
_MORE, _MORE_A_FILE = 2 * manifests.LIMIT, 512
_MANIFEST = "pack.json or pack.yaml"


class Oripk(NamedTuple):
    """What is in an archive: the manifest, and pairs of paths and contents in the order of the paths."""

    manifest: Manifest
    files: tuple[tuple[str, bytes], ...]

    @property
    def identity(self) -> str:
        """What a publisher signs of these files."""
        return _identity(self.files)


def format_oripk(manifest: Manifest, files: Iterable[tuple[str, bytes]]) -> bytes:
    """The archive of a version with this manifest and these files, `SHA256SUMS` and its signature not among them.

    Raises `FormatError`: `too-large`, or `path-too-long` for a path that fits no tar header behind `src/`.
    """
    data = tarball.compress(tarball.format_tar(_members(manifest, sorted(files))))
    if len(data) > LIMIT:
        raise _too_large(len(data))
    return data


def parse_oripk(data: bytes) -> Oripk:
    """What is in an archive. Raises `FormatError` for anything but what `format_oripk` gives, whatever compressed it:
    `file-changed` for a file that is not as `CHECKSUM` says, `document-mismatch` for what does not follow from `src/`.
    """
    if len(data) > LIMIT:
        raise _too_large(len(data))
    members = tarball.parse(data, _TAR_LIMIT)
    held = dict(members)
    if len(held) != len(members):
        raise FormatError("tarball-not-canonical", "a path is there twice")
    _check_sums(held)
    files = tuple((path.removeprefix(SOURCE), each) for path, each in members if path.startswith(SOURCE))
    _check_paths(path for path, _ in files)
    found = Oripk(_manifest(dict(files)), files)
    _check_made(dict(_members(*found)), held)
    return found


def fits(tar: Tarball, files: Iterable[File]) -> bool:
    """Whether a version with this tarball and these files surely has an archive within the limits."""
    paths = [SOURCE + file.path for file in files]
    return tar.size + _MORE + _MORE_A_FILE * len(paths) <= LIMIT and all(map(_splits, paths))


def exact(wanted: str) -> str:
    """The version that a range means whatever there is, "" when that depends on what there is."""
    version = wanted.strip().removeprefix("=").strip()
    return version if semver.is_version(version) else ""


# --- what is made from manifest and files ---


def _members(manifest: Manifest, files: Iterable[tuple[str, bytes]]) -> list[tuple[str, bytes]]:
    source = list(files)
    members = [(TOML, _toml(manifest)), (LOCK, _lock(manifest, _identity(source)))]
    members += [(SOURCE + path, data) for path, data in source]
    listed = sums.format((path, sha256(data).hexdigest()) for path, data in members)
    return [*members, (CHECKSUM, listed)]


def _identity(files: Iterable[tuple[str, bytes]]) -> str:
    return sums.identity(sums.format((path, sha256(data).hexdigest()) for path, data in files))


def _toml(manifest: Manifest) -> bytes:
    name = foreign.ori_full
    project: dict[str, str | list[str]] = {
        "name": name(manifest.name),
        "version": manifest.version,
        "description": manifest.description,
        "license": manifest.license,
        "authors": [manifest.author] if manifest.author else [],
        "repository": manifest.repository,
        "keywords": list(manifest.tags),
    }
    more: dict[str, str | list[str]] = {
        "pack": manifest.name,
        "homepage": manifest.homepage,
        "targets": list(manifest.targets),
        "features": list(manifest.features),
        "conflicts": list(manifest.conflicts),
    }
    needs = sorted(manifest.dependencies)
    fixed = {_quoted(name(each)): exact(wanted) for each, wanted in needs if exact(wanted)}
    ranges = {_quoted(name(each)): wanted for each, wanted in needs if not exact(wanted)}
    return b"\n".join(
        _table(title, members)
        for title, members in (
            ("project", project),
            ("dependencies", fixed),
            ("packyard", more),
            ("packyard.ranges", ranges),
        )
        if any(members.values())
    )


def _lock(manifest: Manifest, identity: str) -> bytes:
    key = _quoted(f"{foreign.ori_full(manifest.name)}:{manifest.version}")
    return _table("checksums", {key: f"sha256:{identity}"})


def _table(title: str, members: Mapping[str, str | list[str]]) -> bytes:
    lines = (f"{name} = {_value(value)}\n" for name, value in members.items() if value)
    return f"[{title}]\n{''.join(lines)}".encode()


def _value(value: str | list[str]) -> str:
    return _quoted(value) if isinstance(value, str) else f"[{', '.join(map(_quoted, value))}]"


def _quoted(text: str) -> str:
    """A basic string (https://toml.io/en/v1.0.0#string): JSON's escapes are TOML's, but that TOML escapes DEL too."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


# --- what is checked ---


def _check_sums(held: Mapping[str, bytes]) -> None:
    """Returns when `CHECKSUM` has every other file, and each is as it says."""
    for path in (TOML, LOCK, CHECKSUM):
        if path not in held:
            raise FormatError("file-missing", "the archive lacks a file", expected=path)
    listed = dict(sums.parse(held[CHECKSUM]))
    for path in sorted(listed.keys() ^ (held.keys() - {CHECKSUM})):
        message = "CHECKSUM does not name every other file, and nothing else"
        raise FormatError("document-mismatch", message, found=names.shown_path(path))
    for path, digest in listed.items():
        if (found := sha256(held[path]).hexdigest()) != digest:
            message = f"{names.shown_path(path)} is not what CHECKSUM says"
            raise FormatError("file-changed", message, expected=digest, found=found)


def _check_paths(paths: Iterable[str]) -> None:
    listed = list(paths)
    for path in listed:
        names.check_path(path)
    for first, second in names.collisions(listed):
        message = "two paths are one on a file system that ignores case"
        raise FormatError("case-collision", message, found=f"{first} and {second}")


def _manifest(files: Mapping[str, bytes]) -> Manifest:
    there = [name for name in manifests.NAMES if name in files]
    if len(there) != 1:
        raise FormatError("file-missing", "src/ has not one manifest", expected=_MANIFEST, found=" and ".join(there))
    return manifests.parse_manifest(files[there[0]], there[0])[0]


def _check_made(made: Mapping[str, bytes], held: Mapping[str, bytes]) -> None:
    for path in sorted(made.keys() | held.keys()):
        if made.get(path) != held.get(path):
            raise FormatError("document-mismatch", f"{names.shown_path(path)} is not what follows from src/")


def _splits(path: str) -> bool:
    try:
        tarball.split(path)
    except FormatError:
        return False
    return True


def _too_large(size: int) -> FormatError:
    return FormatError(
        "too-large", "the archive is too large", expected=f"at most {LIMIT} bytes", found=f"{size} bytes"
    )
