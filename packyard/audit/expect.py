"""What documents must say, given what was signed and logged.

This is written down a second time on purpose: an auditor must not ask the builder what is right. Members of a document
that are not named here may say what they like, but not those of an object in it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import zip_longest
from typing import Any

from packyard.formats import layout
from packyard.formats.documents import h1, manifest_object, mark
from packyard.formats.times import format_time
from packyard.model import (
    Grounds,
    Manifest,
    Org,
    Pack,
    Publisher,
    PublisherKey,
    Record,
    Release,
    Row,
    Statement,
    VersionState,
    channels_of,
    latest_of,
)

#: The manifest of a version that cannot be, or is not, looked into.
UNSEEN = Manifest("", "", "", "", "", "", "", "", (), (), (), (), (), {})


def metadata(release: Release, withdrawn: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """`packs/NAME/VERSION/metadata.json`; of a version that is `withdrawn`, with nothing of what it held."""
    here = layout.version(release.pack, release.version)
    return {
        "name": release.pack,
        "version": release.version,
        "identity": {"sha256": release.identity, "h1": h1(release.identity)},
        "sums": here + "SHA256SUMS",
        "signature": here + "SHA256SUMS.minisig",
        "withdrawn": None,
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
    } | (buried(withdrawn) if withdrawn is not None else {})


def buried(withdrawn: Mapping[str, Any] | None) -> dict[str, Any]:
    """What the document of a withdrawn version says of what the version held."""
    return {"withdrawn": withdrawn, "tarball": None, "manifest": None, "features": [], "files": []}


def pack(value: Pack, grounds: Grounds | None) -> dict[str, Any]:
    """`packs/NAME/index.json`; without the description when the newest version's manifest is not at hand, and without
    what the pack rests on when that is not known.
    """
    state = latest_of(value.versions)
    latest, renamed, recovery = state.release, value.renamed, value.recovery
    said = grounds.statements if grounds else ()
    described = {"description": latest.manifest.description} if latest.manifest.name or state.withdrawn else {}
    return (
        described
        | {
            "name": value.name,
            "owner": value.owner,
            "owners": [value.owner, *value.co_owners],
            "latest": latest.version,
            "deprecated": mark(value.deprecated),
            "archived": mark(value.archived),
            "renamed": {"to": renamed.to, "reason": renamed.reason, "date": renamed.date} if renamed else None,
            "recovery": {"to": recovery.to, "reason": recovery.reason, "date": recovery.date}
            | {"effective": format_time(recovery.effective)}
            if recovery
            else None,
            "channels": channels_of({each.release.version: each for each in value.versions}, value.statements),
            "versions": [_version(state) for state in value.versions],
            "statements": [_statement(value.name, *each) for each in zip_longest(value.statements, said)],
        }
        | ({"authority": [_revision(record) for record in grounds.revisions]} if grounds else {})
    )


def _statement(pack: str, said: Statement, record: Record | None) -> dict[str, Any]:
    path = layout.pack(pack, f"statements/{said.sequence:04d}-{said.action}.yaml")
    own = {"sequence": said.sequence, "action": said.action, "date": said.date, "reason": said.reason}
    return own | dict(said.fields) | ({"path": path} if record is None else _record(record))


def _revision(record: Record) -> dict[str, Any]:
    kind = "publisher" if record.path.startswith("publishers/") else "org"
    return {"kind": kind, "name": record.path.split("/")[1]} | _record(record)


def _record(record: Record) -> dict[str, Any]:
    return {
        "path": record.path,
        "signatures": list(record.signatures),
        "sha256": record.sha256,
        "keys": list(record.keys),
        "published": format_time(record.published),
        "log_index": record.log_index,
    }


def _version(state: VersionState) -> dict[str, Any]:
    release = state.release
    return {
        "version": release.version,
        "identity": {"sha256": release.identity},
        "tarball": _tarball(release) if state.withdrawn is None else None,
        "published": format_time(release.published),
        "publisher": release.publisher,
        "key": release.key,
        "yanked": mark(state.yanked),
        "deprecated": mark(state.deprecated),
        "withdrawn": mark(state.withdrawn),
        "channel": state.channel or None,
        "dependencies": dict(release.manifest.dependencies),
        "conflicts": list(release.manifest.conflicts),
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
        "owners": [value.owner, *value.co_owners],
        "tags": list(value.tags),
        "targets": list(value.targets),
        "features": list(value.features),
        "license": value.license or None,
        "updated": format_time(value.updated),
        "deprecated": mark(value.deprecated),
        "archived": value.archived,
        "renamed": value.renamed or None,
        "channels": dict(value.channels),
        "routing": list(value.routing),
        "quality": value.quality,
        "downloads": None,
        "weekly": None,
        "path": layout.pack(value.name),
    }


def profile(value: Publisher | Org, revisions: int, packs: list[str] | None) -> dict[str, Any]:
    """`publishers/HANDLE/index.json` or `orgs/ORG/index.json`; without the packs when these are not known."""
    owned = {"packs": packs} if packs is not None else {}
    if isinstance(value, Org):
        paths = [layout.org(value.org, f"{number}.yaml") for number in range(1, revisions + 1)]
        return {"org": value.org, "members": dict(value.members), "revisions": paths} | owned
    paths = [layout.publisher(value.handle, f"{number}.yaml") for number in range(1, revisions + 1)]
    about = {"handle": value.handle, "name": value.name or None, "github": value.github or None, "revisions": paths}
    return about | owned | {"keys": [_key(key) for key in value.keys]}


def _key(key: PublisherKey) -> dict[str, Any]:
    ended = {"retired": key.retired, "revoked": key.revoked, "reason": key.reason}
    return {"key": key.key, "key_id": key.key_id, "scopes": list(key.scopes), "since": key.since} | {
        name: text or None for name, text in ended.items()
    }


def differences(expected: object, found: object, where: str = "") -> Iterator[tuple[str, object, object]]:
    """(member, expected, found) of everything in which `found` does not say what it must."""
    if isinstance(expected, dict) and isinstance(found, dict):
        yield from _members(expected, found, where)
    elif isinstance(expected, list) and isinstance(found, list) and len(expected) == len(found):
        for at, (one, other) in enumerate(zip(expected, found, strict=True)):
            if one != other:
                yield from differences(one, other, f"{where}[{at}]")
    elif isinstance(expected, list) and isinstance(found, list):
        yield where, f"{len(expected)} items", f"{len(found)} items"
    elif expected != found:
        yield where, expected, found


def _members(expected: dict[str, Any], found: dict[str, Any], where: str) -> Iterator[tuple[str, object, object]]:
    for name, value in expected.items():
        inner = f"{where}.{name}" if where else name
        if name not in found:
            yield inner, value, "nothing"
        elif found[name] != value:
            yield from differences(value, found[name], inner)
    if where:
        yield from ((f"{where}.{name}", "nothing", found[name]) for name in found.keys() - expected.keys())
