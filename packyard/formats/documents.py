"""The JSON documents of the site. Each carries `format`; digests are bare hex, times RFC 3339 UTC, paths relative to
the site's root.

What is absent is null, never a missing key. Names of fields never change within a format's number.

    packyard/index/1      index.json                  the whole catalogue, one row per pack and per line
    packyard/pack/1       packs/NAME/index.json       a pack and all its versions, highest first
    packyard/version/1    packs/NAME/V/metadata.json  everything about one version that never changes, and whether it
                                                      is withdrawn: then `tarball` and `manifest` are null
    packyard/publisher-page/1  publishers/HANDLE/index.json
    packyard/org-page/1        orgs/ORG/index.json
    packyard/by-hash/1    by-hash/index.json          what is kept there, until when
    packyard/registry-page/1   registry.json          see `registry_page`
    packyard/advisories/1      advisories/index.json  see `advisory`

In a row of the catalogue, `owners` begins with the `owner`, `channels` has the version that each channel offers,
`routing` the dimensions by which the latest version's models.json chooses models (`packyard.rules.version`), `quality`
0 to 100 points (`packyard.quality`), null of a pack whose latest version is withdrawn. `downloads` and `weekly`, how
often it was downloaded in all and in a week, are null: not known, which is not zero.

Documents know no clock. A pack's `owner` is the one as of the last thing that was signed about it; when `recovery` is
not null, it is `recovery.to` from the time `recovery.effective` on, and nobody else. `authority` is what its versions
and statements rest on (`packyard.grounds`): each a signed file, with all that its entry in the log is made of. So one
document tells a client everything that it must fetch to check a pack from its publishers' keys upward.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from packyard.formats import canonical, layout
from packyard.formats.times import format_time
from packyard.model import Manifest, Mark, Org, Pack, Publisher, Record, Recovery, Release, Row, VersionState
from packyard.registry import Registry


def index_row(row: Row) -> bytes:
    """A pack's line of `index.json`, without comma or newline."""
    return canonical.encode(
        {
            "name": row.name,
            "latest": row.latest,
            "description": row.description,
            "owner": row.owner,
            "owners": [row.owner, *row.co_owners],
            "tags": list(row.tags),
            "targets": list(row.targets),
            "features": list(row.features),
            "license": row.license or None,
            "updated": format_time(row.updated),
            "deprecated": mark(row.deprecated),
            "archived": row.archived,
            "renamed": row.renamed or None,
            "channels": dict(row.channels),
            "routing": list(row.routing),
            "quality": row.quality,
            "downloads": None,
            "weekly": None,
            "path": layout.pack(row.name),
        }
    )


def index_parts(registry: Registry, number: int, commit: str, total: int, rows: Iterable[bytes]) -> Iterator[bytes]:
    """`index.json` in parts: a head, then the rows (made by `index_row`, ordered by name) one a line."""
    head = canonical.encode(
        {
            "format": "packyard/index/1",
            "registry": {"origin": registry.origin, "title": registry.title, "url": registry.url},
            "snapshot": number,
            "commit": commit,
            "total": total,
        }
    )
    yield head[:-1] + b',"packs":['
    separator = b"\n"
    for row in rows:
        yield separator + row
        separator = b",\n"
    yield b"\n]}\n"


def pack_document(pack: Pack) -> bytes:
    """`packs/NAME/index.json`."""
    return canonical.pretty(
        {
            "format": "packyard/pack/1",
            "name": pack.name,
            "owner": pack.owner,
            "owners": list(pack.owners),
            "latest": pack.latest.release.version,
            "description": pack.latest.release.manifest.description,
            "deprecated": mark(pack.deprecated),
            "archived": mark(pack.archived),
            "renamed": pack.renamed._asdict() if pack.renamed else None,
            "recovery": _recovery(pack.recovery),
            "channels": dict(pack.channels),
            "versions": [version_object(state) for state in pack.versions],
            "statements": [
                {"sequence": said.sequence, "action": said.action, "date": said.date, "reason": said.reason}
                | dict(said.fields)
                | _record(record)
                for said, record in zip(pack.statements, pack.grounds.statements, strict=False)
            ],
            "authority": [_revision(record) for record in pack.grounds.revisions],
        }
    )


def _revision(record: Record) -> dict[str, Any]:
    folder, name, _ = record.path.split("/")
    return {"kind": folder.removesuffix("s"), "name": name} | _record(record)


def _record(record: Record) -> dict[str, Any]:
    return {
        "path": record.path,
        "signatures": list(record.signatures),
        "sha256": record.sha256,
        "keys": list(record.keys),
        "published": format_time(record.published),
        "log_index": record.log_index,
    }


def _recovery(recovery: Recovery | None) -> dict[str, Any] | None:
    return recovery._asdict() | {"effective": format_time(recovery.effective)} if recovery else None


def version_object(state: VersionState) -> dict[str, Any]:
    """What a pack's document says of a version."""
    release = state.release
    return {
        "version": release.version,
        "identity": {"sha256": release.identity},
        "tarball": None if state.withdrawn else _tarball(release),
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
    tarball = release.tarball
    return {
        "path": tarball.path,
        "sha256": tarball.sha256,
        "size": tarball.size,
        "tar_sha256": tarball.tar_sha256,
        "encoder": tarball.encoder,
    }


def version_document(release: Release, withdrawn: Mark | None = None) -> bytes:
    """`packs/NAME/VERSION/metadata.json`; of a `withdrawn` version, what is left of it."""
    here = layout.version(release.pack, release.version)
    return canonical.pretty(
        {
            "format": "packyard/version/1",
            "name": release.pack,
            "version": release.version,
            "identity": {"sha256": release.identity, "h1": h1(release.identity)},
            "sums": here + "SHA256SUMS",
            "signature": here + "SHA256SUMS.minisig",
            "tarball": None if withdrawn else _tarball(release),
            "withdrawn": mark(withdrawn),
            "provenance": here + "provenance.intoto.jsonl",
            "published": format_time(release.published),
            "commit": release.commit,
            "publisher": release.publisher,
            "key": release.key,
            "log_index": release.log_index,
            "manifest": None if withdrawn else manifest_object(release.manifest),
            "features": list(release.features),
            "files": [
                {"path": file.path, "sha256": file.sha256, "size": file.size, "mode": f"{file.mode:04o}"}
                for file in release.files
            ],
        }
    )


def manifest_object(manifest: Manifest) -> dict[str, Any]:
    """A manifest as JSON: every known field, null or empty when not given, then the unknown ones as they stood."""
    known = {
        "name": manifest.name,
        "version": manifest.version,
        "description": manifest.description,
        "author": manifest.author or None,
        "license": manifest.license or None,
        "homepage": manifest.homepage or None,
        "repository": manifest.repository or None,
        "logo": manifest.logo or None,
        "tags": list(manifest.tags),
        "targets": list(manifest.targets),
        "features": list(manifest.features),
        "dependencies": dict(manifest.dependencies),
        "conflicts": list(manifest.conflicts),
    }
    return known | {"extra": dict(manifest.extra)}


def publisher_document(publisher: Publisher, revisions: int, packs: Sequence[str]) -> bytes:
    """`publishers/HANDLE/index.json`: the newest revision, how many there were, and the packs owned."""
    return canonical.pretty(
        {
            "format": "packyard/publisher-page/1",
            "handle": publisher.handle,
            "name": publisher.name or None,
            "github": publisher.github or None,
            "keys": [
                {
                    "key": key.key,
                    "key_id": key.key_id,
                    "scopes": list(key.scopes),
                    "since": key.since,
                    "retired": key.retired or None,
                    "revoked": key.revoked or None,
                    "reason": key.reason or None,
                }
                for key in publisher.keys
            ],
            "revisions": [layout.publisher(publisher.handle, f"{number}.yaml") for number in range(1, revisions + 1)],
            "packs": list(packs),
        }
    )


def org_document(org: Org, revisions: int, packs: Sequence[str]) -> bytes:
    """`orgs/ORG/index.json`: the newest revision, how many there were, and the packs of the scope."""
    return canonical.pretty(
        {
            "format": "packyard/org-page/1",
            "org": org.org,
            "members": dict(sorted(org.members.items())),
            "revisions": [layout.org(org.org, f"{number}.yaml") for number in range(1, revisions + 1)],
            "packs": list(packs),
        }
    )


def kept_document(kept: Mapping[str, int]) -> bytes:
    """`by-hash/index.json`, one file a line: there may be thousands, and every build writes it."""
    lines = [f'  {{"sha256":"{digest}","until":"{format_time(until)}"}}' for digest, until in sorted(kept.items())]
    return ('{"format":"packyard/by-hash/1","kept":[\n' + ",\n".join(lines) + "\n]}\n").encode()


def mark(value: Mark | None) -> dict[str, Any] | None:
    """A yank, a deprecation and the like: null, or an object with `reason` and `date`, and what else was said."""
    if value is None:
        return None
    more = {"replacement": value.replacement, "legal": value.legal}
    return {"reason": value.reason, "date": value.date} | {name: text for name, text in more.items() if text}


def h1(identity: str) -> str:
    """The identity as Go writes a directory's hash (golang.org/x/mod sumdb/dirhash, Hash1)."""
    return "h1:" + base64.b64encode(bytes.fromhex(identity)).decode()
