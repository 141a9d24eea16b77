"""Making a kit of a site: what it holds is decided, read and hashed, then written beside its place, checked and
renamed.

The site is read twice, a file at a time, so that its size does not matter; what changes in between stops the export.
What was written is verified, not what was read before: whoever answers may answer something else the second time.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

from packyard.edges.kit_bases import stop_at
from packyard.edges.kit_contents import Contents, Order, choose, moving
from packyard.edges.kits import Kit
from packyard.errors import Problem, UsageError
from packyard.formats import minisign
from packyard.kit import archive
from packyard.kit.manifest import (
    FILE_LIMIT,
    TENANT,
    File,
    Manifest,
    format_head,
    format_row,
    parse_manifest,
    state_of,
    trusted_comment,
)
from packyard.kit.planning import GONE, NEW
from packyard.kit.verifying import Keys, verify_kit
from packyard.protocols import Reader


def export_kit(site: Reader, out: Path, order: Order, now: int, jobs: int) -> Manifest:
    """Writes a kit of `site` to `out`. Nothing is written when anything in it does not verify.

    Raises `UsageError` when `out` is there already, `ProblemsFound`, `NotFound` for a version that is not there,
    `Stale` for a base that the site does not follow, `WorldError` when the site changes meanwhile.
    """
    if out.exists():
        raise UsageError(
            "kit-exists", "there is something at this place already", path=str(out), help="name a new file"
        )
    if order.profile == TENANT and order.signer is None:
        message = "what a tenant may see is vouched for by the exporter"
        raise UsageError("kit-unsigned", message, expected="--key FILE")
    contents = choose(site, order, now, jobs)
    manifest, text = _describe(site, order.profile, contents)
    signature = order.signer.sign(text, trusted_comment(manifest)) if order.signer else None
    part = out.with_name(f"{out.name}.{os.getpid()}.part")
    try:
        _write(part, text, signature, lambda file: _again(site, contents, file))
        exporter = minisign.parse_public_key(order.signer.public_key) if order.signer else None
        _verify(site, part, Keys(order.root_key, exporter), now, jobs)
        part.replace(out)
    finally:
        part.unlink(missing_ok=True)
    return manifest


def _describe(site: Reader, profile: str, contents: Contents) -> tuple[Manifest, bytes]:
    """The manifest and its text; every file is read and hashed for it."""
    rows, tombstones, total, size = bytearray(), list[str](), 0, 0
    for path, digest, kind in contents.files:
        if kind == GONE:
            tombstones.append(path)
        elif kind == NEW:
            data = _read(site, contents, path, digest)
            rows += b",\n" * bool(rows) + format_row(File(path, sha256(data).hexdigest(), len(data)))
            total, size = total + 1, size + len(data)
    value = contents.value
    manifest = Manifest(
        profile,
        value.origin,
        state_of(value),
        value.issued,
        value.expires,
        contents.base,
        contents.selection,
        tuple(tombstones),
        total,
        size,
    )
    return manifest, b"".join((format_head(manifest), rows, b"\n]}\n"))


def _read(site: Reader, contents: Contents, path: str, digest: str) -> bytes:
    """A file with the hash that a list of the site has for it, if one has."""
    data = contents.made[path] if path in contents.made else site.read(path, FILE_LIMIT)
    if digest and (found := sha256(data).hexdigest()) != digest:
        message = "the file is not the one that was sealed"
        stop_at(site, [Problem("file-changed", path, message, 0, digest, found)])
    return data


def _again(site: Reader, contents: Contents, file: File) -> bytes:
    """The same file once more. Raises `WorldError` when it is another one by now."""
    data = contents.made[file.path] if file.path in contents.made else site.read(file.path, FILE_LIMIT)
    if (len(data), sha256(data).hexdigest()) != (file.size, file.sha256):
        raise moving(f"{site.name}/{file.path}")
    return data


def _write(part: Path, text: bytes, signature: bytes | None, read: Callable[[File], bytes]) -> None:
    """Writes the archive, one file after the other."""
    _, rows = parse_manifest(text)
    own = [(archive.MANIFEST, text)] + ([(archive.SIGNATURE, signature)] if signature is not None else [])
    part.parent.mkdir(parents=True, exist_ok=True)
    with part.open("xb") as file:
        for name, data in own:
            _member(file.write, name, data)
        for row in rows:
            _member(file.write, archive.member_name(row.path), read(row))
        file.write(bytes(archive.tail(file.tell())))
        file.flush()
        os.fsync(file.fileno())


def _member(write: Callable[[bytes], object], name: str, data: bytes) -> None:
    write(archive.header(name, len(data)))
    write(data)
    write(bytes(archive.padding(len(data))))


def _verify(site: Reader, part: Path, keys: Keys, now: int, jobs: int) -> None:
    kit = Kit(part)
    try:
        stop_at(site, verify_kit(kit, keys, now, jobs).problems)
    finally:
        kit.close()
