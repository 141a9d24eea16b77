"""Whether a kit is what it says, and vouched for by the registry that it names.

Every file is held against the manifest, then the manifest against the registry: the trust files, the snapshot's
signature, the log's checkpoint; and every file against the list that names it, up to the snapshot. On that:

    full      the audit of the whole site, as if the kit were one
    delta     no more: what it is the difference to is judged where that is, when the kit is imported
    packs     the packs, from their publishers' keys upward, and their entries in the log (`packyard.kit.grounds`)
    tenant    the same by proofs (`packyard.kit.tenant`), as the lists between snapshot and packs are left out

A kit may be older than its snapshot is valid: that is told, and for clients to decide.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple, Protocol

from packyard.audit import audit, heads
from packyard.audit.chain import Chain
from packyard.audit.reading import Reading
from packyard.errors import FormatError, Problem
from packyard.formats import inventory, layout, minisign
from packyard.formats.snapshot import Snapshot
from packyard.formats.tiles import parse_tile_path
from packyard.kit.grounds import audit_packs
from packyard.kit.listing import is_site_file
from packyard.kit.manifest import FULL, PACKS, TENANT, File, Manifest, Rows, state_of, trusted_comment
from packyard.kit.planning import check_tombstone
from packyard.kit.tenant import audit_tenant
from packyard.protocols import Listing

#: What an audit says of age, which is not for a kit to be judged by.
_OF_AGE = ("snapshot-expired", "trust-expired")


class Archive(Listing, Protocol):
    """A kit as it was opened: its archive is in form."""

    manifest: Manifest
    rows: Rows
    text: bytes
    signature: bytes | None

    def check_contents(self) -> Iterator[File]: ...


class Keys(NamedTuple):
    """What a kit is held against: a root key of the registry, and the exporter's key; "" and None when not known."""

    root: str = ""
    exporter: minisign.PublicKey | None = None


class Verified(NamedTuple):
    """What is wrong with a kit, sorted by path; and what should be known."""

    problems: tuple[Problem, ...]
    notes: tuple[Problem, ...]


def verify_kit(kit: Archive, keys: Keys, now: int, jobs: int = 1) -> Verified:
    """What is wrong with a kit at the time `now`, in seconds since 1970. Bad content is never raised."""
    reading, notes = Reading(kit), list[Problem]()
    _check_exporter(reading, notes, kit, keys.exporter)
    for file in kit.check_contents():
        reading.report("kit-changed", file.path, "the file is not the one that the manifest names", file.sha256)
    if reading.problems:
        return Verified(tuple(sorted(set(reading.problems))), tuple(notes))
    if kit.manifest.profile == FULL:
        _check_head(reading, kit.manifest)
        report = audit(kit, None, now, jobs, keys.root)
        reading.problems += report.problems
        notes += report.notes
    else:
        _check_part(reading, notes, kit, keys.root, now)
    aged = [problem for problem in reading.problems if problem.code in _OF_AGE]
    return Verified(tuple(sorted(set(reading.problems) - set(aged))), (*notes, *dict.fromkeys(aged)))


def _check_exporter(reading: Reading, notes: list[Problem], kit: Archive, key: minisign.PublicKey | None) -> None:
    """Whether the holder of `key` put the kit together."""
    path = "offline-manifest.json.minisig"
    if key is None:
        message = "nobody's key was given to hold the kit's own signature against"
        notes.append(Problem("kit-unpinned", path, message))
    if kit.signature is None and (key is not None or kit.manifest.profile == TENANT):
        reading.report("kit-unsigned", path, "the kit is not signed", key.key_id if key else "the exporter's signature")
    if kit.signature is not None:
        signature = reading.attempt(path, minisign.parse_signature, kit.signature)
        if signature is not None and key is not None:
            reading.attempt(path, minisign.verify, kit.text, signature, key, trusted_comment(kit.manifest))


def _check_head(reading: Reading, manifest: Manifest) -> Snapshot | None:
    """The snapshot, if the manifest says of it what it says itself."""
    value = heads.parse_snapshot(reading)
    if value is None:
        return None
    said = (manifest.origin, manifest.state, manifest.issued, manifest.expires)
    found = (value.origin, state_of(value), value.issued, value.expires)
    if said != found:
        message = "the manifest is about another snapshot than the one in the kit"
        reading.report(
            "kit-manifest", layout.SNAPSHOT, message, f"snapshot {said[1].number}", f"snapshot {value.number}"
        )
        return None
    return value


def _check_part(reading: Reading, notes: list[Problem], kit: Archive, root: str, now: int) -> None:
    """A kit that is not a whole site."""
    stated = _check_head(reading, kit.manifest)
    trusts = heads.read_trust(reading, stated.trust, None, root) if stated else None
    value = heads.verify_snapshot(reading, trusts[-1]) if trusts else None
    if not trusts or value is None:
        return
    if not root:
        notes.append(Problem("trust-unpinned", f"{layout.TRUST}1.json", "the first trust file was taken as it is"))
    heads.check_expiry(reading, value, trusts[-1], now)
    heads.verify_head(reading, value, trusts[-1])
    if kit.manifest.profile == TENANT:
        audit_tenant(reading, value, trusts, kit.manifest, {file.path: file.sha256 for file in kit.rows})
        return
    for path in kit.manifest.tombstones:
        reading.attempt(path, check_tombstone, path)
    check_traced(reading, value, kit)
    if kit.manifest.profile == PACKS and not reading.problems:
        assert kit.manifest.selection is not None
        audit_packs(reading, value, trusts, kit.manifest.selection.packs)


def check_traced(reading: Reading, value: Snapshot, kit: Archive) -> None:
    """Whether every file has the hash that a list gives it, up to the snapshot, or is one that no list names."""
    chain = Chain(reading, value)
    for file in kit.rows:
        if inventory.sealed_apart(file.path):
            if not is_site_file(file.path, value) and not _is_tile(file.path, value):
                reading.report("kit-stranger", file.path, "the file belongs to nothing")
            elif file.path.startswith(layout.BY_HASH) and file.path not in (
                layout.BY_HASH_INDEX,
                layout.by_hash(file.sha256),
            ):
                reading.report("kit-changed", file.path, "the file does not have the hash that is its name")
        elif chain.digest(file.path) != file.sha256:
            reading.report("file-unlisted", file.path, "no list on the way to the snapshot names these bytes")


def _is_tile(path: str, value: Snapshot) -> bool:
    try:
        tile = parse_tile_path(path.removeprefix(layout.LOG)) if path.startswith(layout.LOG) else None
    except FormatError:
        return False
    return tile is not None and (tile.number * 256 + tile.width) << 8 * max(tile.level, 0) <= value.log_size
