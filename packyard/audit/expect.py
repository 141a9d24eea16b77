"""What the documents about a pack must say, given what was signed and logged.

This is written down a second time on purpose: an auditor must not ask the builder what is right. Members of a document
that are not named here may say what they like.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from packyard.formats import layout
from packyard.formats.documents import h1, manifest_object, mark
from packyard.formats.times import format_time
from packyard.model import Pack, Release, Row, VersionState, latest_of


def metadata(release: Release) -> dict[str, Any]:
    """`packs/NAME/VERSION/metadata.json`."""
    here = layout.version(release.pack, release.version)
    return {
        "name": release.pack,
        "version": release.version,
        "identity": {"sha256": release.identity, "h1": h1(release.identity)},
        "sums": here + "SHA256SUMS",
        "signature": here + "SHA256SUMS.minisig",
        "tarball": _tarball(release),
        "provenance": here + "provenance.intoto.jsonl",
        "published": format_time(release.published),
        "commit": release.commit,
        "publisher": release.publisher,
        "key": release.key,
        "log_index": release.log_index,
        "manifest": manifest_object(release.manifest),
        "features": list(release.features),
        "files": [
            {"path": file.path, "sha256": file.sha256, "size": file.size, "mode": f"{file.mode:04o}"}
            for file in release.files
        ],
    }


def pack(value: Pack) -> dict[str, Any]:
    """`packs/NAME/index.json`; without the description when the newest version's manifest is not at hand."""
    latest = latest_of(value.versions).release
    described = {"description": latest.manifest.description} if latest.manifest.name else {}
    return described | {
        "name": value.name,
        "owner": value.owner,
        "latest": latest.version,
        "deprecated": mark(value.deprecated),
        "versions": [_version(state) for state in value.versions],
        "statements": [
            {"sequence": said.sequence, "action": said.action, "date": said.date, "reason": said.reason}
            | {"path": layout.pack(value.name, f"statements/{said.sequence:04d}-{said.action}.yaml")}
            for said in value.statements
        ],
    }


def _version(state: VersionState) -> dict[str, Any]:
    release = state.release
    return {
        "version": release.version,
        "identity": {"sha256": release.identity},
        "tarball": _tarball(release),
        "published": format_time(release.published),
        "publisher": release.publisher,
        "key": release.key,
        "yanked": mark(state.yanked),
        "deprecated": mark(state.deprecated),
        "channel": state.channel or None,
        "log_index": release.log_index,
        "path": layout.version(release.pack, release.version),
    }


def _tarball(release: Release) -> dict[str, Any]:
    _, *rest = release.tarball
    fields = ("sha256", "size", "tar_sha256", "encoder")
    return {"path": layout.tarball(release.pack, release.version)} | dict(zip(fields, rest, strict=True))


def row(value: Row) -> dict[str, Any]:
    """A pack's row in `index.json`."""
    return {
        "name": value.name,
        "latest": value.latest,
        "description": value.description,
        "owner": value.owner,
        "tags": list(value.tags),
        "targets": list(value.targets),
        "features": list(value.features),
        "license": value.license or None,
        "updated": format_time(value.updated),
        "deprecated": mark(value.deprecated),
        "path": layout.pack(value.name),
    }


def differences(expected: object, found: object, where: str = "") -> Iterator[tuple[str, object, object]]:
    """(member, expected, found) of everything in which `found` does not say what it must."""
    if isinstance(expected, dict) and isinstance(found, dict):
        for name, value in expected.items():
            inner = f"{where}.{name}" if where else name
            if name not in found:
                yield inner, value, "nothing"
            elif found[name] != value:
                yield from differences(value, found[name], inner)
    elif isinstance(expected, list) and isinstance(found, list) and len(expected) == len(found):
        for at, (one, other) in enumerate(zip(expected, found, strict=True)):
            if one != other:
                yield from differences(one, other, f"{where}[{at}]")
    elif isinstance(expected, list) and isinstance(found, list):
        yield where, f"{len(expected)} items", f"{len(found)} items"
    elif expected != found:
        yield where, expected, found
