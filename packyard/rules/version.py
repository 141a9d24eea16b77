"""Is this version folder exactly what its publisher signed, and does it say what its place says?

Everything that one folder and the authorities of its time can tell is asked here, and all problems are given at once.
Whether the signer owned the pack is for the fold over the pack's history (`packyard.catalogue`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from hashlib import sha256
from typing import NamedTuple

from packyard.errors import FormatError, Problem
from packyard.formats import manifest, semver, sums, tarball
from packyard.formats.fields import errors_of
from packyard.formats.models import parse_models
from packyard.model import Event, File, Manifest
from packyard.rules.authority import Authority, verify_signed
from packyard.rules.folder import LIMITS, SIGNATURE, SUMS, Folder

MANIFESTS = ("pack.json", "pack.yaml")

#: The most characters of a version that is published: with the pack's name it becomes the name of a file.
MAX_VERSION = 128

#: The file in which a pack chooses models, and the most dimensions of its routes that are listed.
MODELS, MOST_DIMENSIONS = "models.json", 16

#: The most bytes of a line of checksums.
_LINE = 300
_DIMENSION = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,39}")


class Checked(NamedTuple):
    """A version folder found to be what it should be. `key` is the id of the signing key, `publisher` its holder,
    `routing` see `routing_of`.
    """

    manifest: Manifest
    features: tuple[str, ...]
    files: tuple[File, ...]
    identity: str
    key: str
    publisher: str
    routing: tuple[str, ...] = ()


class Report(NamedTuple):
    """Problems that block, notes that do not, and what was found when nothing blocks."""

    problems: tuple[Problem, ...]
    notes: tuple[Problem, ...]
    checked: Checked | None


class Unsigned(NamedTuple):
    """A folder apart from its signature: the manifest (None when there is no good one), what blocks, what does not."""

    manifest: Manifest | None
    problems: tuple[Problem, ...]
    notes: tuple[Problem, ...]


def check_content(folder: Folder, max_files: int = LIMITS["files"]) -> Unsigned:
    """What would be said of the folder if somebody signed it now, in the place that its manifest names."""
    if not folder.whole:
        return Unsigned(None, folder.problems, ())
    described, found, notes = _manifest(folder)
    number = _number(folder, described.version) if described else ()
    return Unsigned(described, (*folder.problems, *number, *found, *_count(folder, max_files)), notes)


def check_version(folder: Folder, event: Event, authority: Authority, max_files: int = LIMITS["files"]) -> Report:
    """The report on the version folder that `event` brought."""
    if not folder.whole:
        return Report(folder.problems, (), None)
    problems = list(folder.problems)
    problems += _number(folder, event.ident)
    described, found, notes = _manifest(folder)
    problems += found
    problems += _place(folder, described, event)
    problems += _count(folder, max_files)
    listed = _listed(folder)
    files, found = _files(folder, listed, max_files)
    problems += found
    signer, found = _signature(folder, event, authority)
    problems += found
    if problems or described is None or signer is None:
        return Report(tuple(problems), notes, None)
    features = manifest.derive_features(listed)
    identity = sums.identity(folder.files[SUMS])
    return Report((), notes, Checked(described, features, files, identity, *signer, routing_of(folder.files)))


def routing_of(files: Mapping[str, bytes]) -> tuple[str, ...]:
    """The dimensions by which the `models.json` among the files chooses a model, in the order of their names.

    None when there is no such file, or it cannot be read: that is for the gate to say. Catalogues list them, so of
    custom ones only names of letters, digits and `_.-` count, and no more than `MOST_DIMENSIONS` in all.
    """
    try:
        routes = parse_models(files[MODELS])[0].routing if MODELS in files else ()
    except FormatError:
        return ()
    found = sorted({name for route in routes for name in route.when if _DIMENSION.fullmatch(name)})
    return tuple(found[:MOST_DIMENSIONS])


def _number(folder: Folder, version: str) -> Iterator[Problem]:
    try:
        semver.parse(version)
        if len(version) > MAX_VERSION:
            raise FormatError(
                "version-invalid", "the version is too long", expected=f"at most {MAX_VERSION} characters"
            )
    except FormatError as error:
        yield error.at(folder.path)


def _listed(folder: Folder) -> tuple[str, ...]:
    return tuple(path for path in folder.files if path not in (SUMS, SIGNATURE))


def _count(folder: Folder, max_files: int) -> Iterator[Problem]:
    found = len(_listed(folder))
    if found > max_files:
        yield Problem("too-many-files", folder.path, "the pack has too many files", found=str(found))


def _manifest(folder: Folder) -> tuple[Manifest | None, list[Problem], tuple[Problem, ...]]:
    present = [name for name in MANIFESTS if name in folder.files]
    if len(present) != 1:
        code, message = (
            ("manifest-twice", "two manifests say what this pack is")
            if present
            else ("manifest-missing", "no manifest says what this pack is")
        )
        return None, [Problem(code, folder.path, message, expected="exactly one of pack.json and pack.yaml")], ()
    path = f"{folder.path}/{present[0]}"
    try:
        value, notes = manifest.parse_manifest(folder.files[present[0]], present[0])
    except FormatError as error:
        return None, [each.at(path) for each in errors_of(error)], ()
    return value, [], tuple(note.at(path) for note in notes)


def _place(folder: Folder, described: Manifest | None, event: Event) -> Iterator[Problem]:
    """Whether the manifest, if it is a good one, is about what its folder is called."""
    if described is None:
        return
    path = next(f"{folder.path}/{name}" for name in MANIFESTS if name in folder.files)
    if described.name != event.subject:
        message = "the name is not that of the folder"
        yield Problem("manifest-name", path, message, 0, event.subject, described.name)
    if described.version != event.ident:
        message = "the version is not that of the folder"
        yield Problem("manifest-version", path, message, 0, event.ident, described.version)


def _files(folder: Folder, listed: tuple[str, ...], max_files: int) -> tuple[tuple[File, ...], list[Problem]]:
    path = f"{folder.path}/{SUMS}"
    if SUMS not in folder.files:
        return (), [Problem("sums-missing", path, "the list of checksums is missing", help="`packyard sign` writes it")]
    limit, size = max_files * _LINE, len(folder.files[SUMS])
    if size > limit:
        return (), [Problem("too-large", path, "the list is too large", 0, f"at most {limit} bytes", f"{size} bytes")]
    try:
        promised = dict(sums.parse(folder.files[SUMS]))
    except FormatError as error:
        return (), [error.at(path)]
    files, problems = [], []
    for name in sorted(listed, key=str.encode):
        content = folder.files[name]
        digest = sha256(content).hexdigest()
        files.append(File(name, digest, len(content), tarball.mode_of(content)))
        if name not in promised:
            problems.append(
                Problem("sums-extra", f"{folder.path}/{name}", "the file is not among the signed checksums", help=_SIGN)
            )
        elif promised[name] != digest:
            problems.append(
                Problem(
                    "sums-mismatch",
                    f"{folder.path}/{name}",
                    "the file is not what was signed",
                    0,
                    promised[name],
                    digest,
                    _SIGN,
                )
            )
    if not folder.problems:
        problems += [
            Problem("sums-absent", path, "a file that was signed is not in the folder", expected=name)
            for name in promised
            if name not in folder.files
        ]
        problems += [
            Problem("sums-invalid", path, "the list names itself or its signature", found=name)
            for name in promised
            if name in (SUMS, SIGNATURE)
        ]
    return tuple(files), problems


_SIGN = "sign the folder again with `packyard sign`, before it is published"


def _signature(folder: Folder, event: Event, authority: Authority) -> tuple[tuple[str, str] | None, list[Problem]]:
    if SUMS not in folder.files:
        return None, []
    path = f"{folder.path}/{SIGNATURE}"
    if SIGNATURE not in folder.files:
        return None, [Problem("signature-missing", path, "the signature is missing", help=_SIGN)]
    try:
        signed = verify_signed(
            folder.files[SUMS],
            folder.files[SIGNATURE],
            f"{event.subject} {event.ident}",
            event,
            authority,
            "publish",
        )
    except FormatError as error:
        return None, [each.at(path) for each in errors_of(error)]
    return (signed.key_id, signed.publisher.handle), []
