"""A version as it is installed: the files of its tarball, each as the publisher signed it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from hashlib import sha256
from typing import NamedTuple

from packyard.client.ledger import Ledger
from packyard.client.packs import Proven
from packyard.client.refusals import attempt, refusal
from packyard.errors import BadChecksum, FormatError, NotFound, Problem
from packyard.formats import entries, layout, names, registry, tarball
from packyard.formats.fields import shown
from packyard.model import Event, Manifest, Release
from packyard.rules.folder import Folder
from packyard.rules.version import Checked, check_version

#: No registry can allow more.
TARBALL_LIMIT = registry.LIMITS["compressed"].highest
_EXPANDED, _FILES = registry.LIMITS["expanded"].highest, registry.LIMITS["files"].highest
#: A tar has a header and a filled block for each file, and is filled to a whole record.
TAR_LIMIT = _EXPANDED + _FILES * 2 * tarball.BLOCK + 2 * tarball.RECORD
_PATH, _DEPTH = registry.LIMITS["path"].highest, registry.LIMITS["depth"].highest


class Opened(NamedTuple):
    """The checked files of one version, in the order of the archive, `SHA256SUMS` and its signature included."""

    name: str
    version: str
    identity: str
    publisher: str
    key: str
    manifest: Manifest
    files: tuple[tuple[str, bytes], ...]


def release_of(proven: Proven, version: str) -> Release:
    """What is claimed of a version. Raises `NotFound`: there is none, or it is withdrawn."""
    name = proven.pack.name
    states = {state.release.version: state for state in proven.pack.versions}
    if version not in states:
        raise NotFound("version-unknown", f"there is no {name} {version}", expected=", ".join(list(states)[:20]))
    if withdrawn := states[version].withdrawn:
        message = f"{name} {version} was withdrawn on {withdrawn.date}: {withdrawn.reason}"
        raise NotFound("version-withdrawn", message)
    return states[version].release


def prove_release(proven: Proven, release: Release, ledger: Ledger, where: str) -> None:
    """Returns when the log has the version as it is claimed. Raises `Wanted` and `TrustError`."""
    facts = (release.pack, release.version, release.identity, release.key, release.published)
    attempt(where, {}, ledger.prove, release.log_index, entries.publish_entry(*facts))


def open_release(proven: Proven, release: Release, data: bytes, where: str) -> Opened:
    """The files in the tarball `data` of a version. Nothing of it is written anywhere by this.

    Raises `BadChecksum` for other bytes than were sealed, `TrustError` for anything that its publisher did not sign,
    and for an archive that is not the canonical one of its contents: links, folders and paths outside included.
    """
    evidence = {layout.tarball_name(release.pack, release.version): data}
    if (found := sha256(data).hexdigest()) != release.tarball.sha256:
        message = "the tarball is not the one that was sealed"
        error = BadChecksum("file-changed", message, path=where, expected=release.tarball.sha256, found=found)
        error.evidence = evidence
        raise error
    files = attempt(where, evidence, tarball.parse, data, TAR_LIMIT)
    if problem := next(_paths(where, files), None):
        raise refusal(problem, evidence)
    place = (release.published, release.log_index)
    event = Event(release.log_index, "version", release.pack, release.version, (), "", *place)
    report = check_version(Folder(where, dict(files), ()), event, proven.authority, _FILES)
    if report.checked is None:
        raise refusal(report.problems[0]._replace(path=f"{where}: {_inside(report.problems[0], where)}"), evidence)
    if problem := next(_differences(where, release, report.checked), None):
        raise refusal(problem, evidence)
    checked = report.checked
    return Opened(
        release.pack, release.version, checked.identity, checked.publisher, checked.key, checked.manifest, files
    )


def _inside(problem: Problem, where: str) -> str:
    return problem.path.removeprefix(where).lstrip("/") or "the version"


def _paths(where: str, files: tuple[tuple[str, bytes], ...]) -> Iterator[Problem]:
    """Paths that no file system should be given; an archive with one of them was not made by a registry."""
    contents: Mapping[str, bytes] = dict(files)
    if len(contents) != len(files):
        yield Problem("tarball-not-canonical", where, "a path is there twice")
    for path in contents:
        try:
            names.check_path(path)
        except FormatError as error:
            yield error.at(where)
        if len(path) > _PATH or path.count("/") >= _DEPTH:
            yield Problem("path-too-long", where, "a path is too long or too deep", found=shown(path))
    for first, second in names.collisions(contents):
        message = "two paths are one on a file system that ignores case"
        yield Problem("case-collision", where, message, found=f"{first} and {second}")


def _differences(where: str, release: Release, checked: Checked) -> Iterator[Problem]:
    """What is claimed of a version and was not signed."""
    stated, signed = release.manifest, checked.manifest
    pairs: tuple[tuple[str, str, object, object], ...] = (
        ("identity-differs", "identity", release.identity, checked.identity),
        ("key-unknown", "key", release.key, checked.key),
        ("key-unknown", "publisher", release.publisher, checked.publisher),
        ("document-mismatch", "dependencies", dict(stated.dependencies), dict(signed.dependencies)),
        ("document-mismatch", "conflicts", sorted(stated.conflicts), sorted(signed.conflicts)),
    )
    for code, what, claimed, found in pairs:
        if claimed != found:
            message = f"the version's {what} is not what the pack's document says"
            yield Problem(code, where, message, 0, str(found), str(claimed))
