"""Taking a kit into a folder, which then is a mirror.

Everything is decided before anything of the mirror changes: the kit is verified where it lies, what is new in it is put
into the staging area beside the mirror, what the mirror would then be is judged, and only then the plan is made durable
and carried out, content first, `SNAPSHOT` last (`packyard.edges.store`). An import that is cut short is thrown away by
the next one, or finished by it when the plan was made. No network is touched.

    DIR                                          the mirror
    .packyard/NAME/ beside it                    the work folder of a mirror named NAME
        lock staging/… kit.json                  the last says whether a folder holds a whole site, some packs, or what
                                                 one tenant may see
        quarantine/DIGEST/kit.tar reason.json    a kit that was refused, and why
"""

from __future__ import annotations

import json
import os
from contextlib import suppress
from hashlib import sha256
from itertools import chain
from pathlib import Path
from typing import NamedTuple

from packyard.audit import audit_staged
from packyard.audit.chain import Chain
from packyard.audit.reading import DOCUMENT_LIMIT, Reading, parse_document
from packyard.edges.kit_quarantine import refused
from packyard.edges.kits import Kit
from packyard.edges.mirror_heads import FIRST, damaged
from packyard.edges.mirror_place import demand_one_disk, demand_ways, hosts_own, make_durable
from packyard.edges.store import FolderSite, Staging, Workplace, walk
from packyard.errors import (
    BadKey,
    BadSignature,
    FormatError,
    NotFound,
    Problem,
    ProblemsFound,
    UsageError,
)
from packyard.formats import documents, layout, trustfile
from packyard.formats.snapshot import Snapshot
from packyard.formats.times import parse_time
from packyard.head import read_head
from packyard.kit.listing import open_log, snapshot_at
from packyard.kit.manifest import DELTA, FILE_LIMIT, PACKS, TENANT, Manifest, check_digest, state_of
from packyard.kit.planning import check_log, check_numbers, check_order, check_removal, retained
from packyard.kit.tenant import PROOF
from packyard.kit.verifying import Keys, verify_kit
from packyard.recorded import recorded_entries

RECORD = "kit.json"
_REPAIR = "import a full kit into a new folder"


class Imported(NamedTuple):
    """A kit that was taken in: what it says of itself, how many files were written and removed, and notes."""

    manifest: Manifest
    written: int
    removed: int
    notes: tuple[Problem, ...]


class Terms(NamedTuple):
    """What a kit is held against, at what time, by how many processes."""

    keys: Keys
    now: int
    jobs: int


def import_kit(path: Path, folder: Path, keys: Keys, now: int, jobs: int) -> Imported:
    """Makes `folder` the mirror that the kit at `path` says. What is refused changes nothing and is put aside.

    Raises `NotFound` for no kit, `UsageError` for a folder that is no mirror, `WorldError` for one that is
    damaged, `BadKey` for one that does not hang on the root key that is given, `ProblemsFound` for a kit that does not
    verify, and what `check_order` and `check_log` raise.
    """
    folder = Path(os.path.abspath(folder))  # noqa: PTH100 - links stay as they are
    workplace = Workplace(folder)
    _must_be_a_mirror(folder, workplace)
    lock = workplace.lock()
    try:
        demand_one_disk(workplace)
        staging = Staging(workplace)
        if staging.decided():
            staging.root.mkdir(parents=True, exist_ok=True)
            staging.activate()
        staging.clear()
        before = _now(folder, keys)
        with refused(path, workplace):
            return _import(path, workplace, staging, before, Terms(keys, now, jobs))
    finally:
        os.close(lock)


def _must_be_a_mirror(folder: Path, workplace: Workplace) -> None:
    empty = all(map(hosts_own, walk(folder)))
    if not empty and not (folder / layout.SNAPSHOT).exists() and not (workplace.staging / "plan.json").exists():
        message = "the folder has files in it and is not a mirror; an import would remove them"
        raise UsageError("folder-not-empty", message, path=str(folder), help="name an empty or a new folder")
    if workplace.memory.exists():
        message = "the folder is where a registry is built, which remembers what it wrote"
        raise UsageError("kit-not-a-mirror", message, path=str(folder), help="name another folder for the mirror")


def _import(path: Path, workplace: Workplace, staging: Staging, before: Snapshot | None, terms: Terms) -> Imported:
    kit = Kit(path)
    try:
        _check_profile(kit.manifest, workplace, before)
        check_order(kit.manifest, before)
        _check_trust(kit, staging.site)
        found = verify_kit(kit, *terms)
        if found.problems:
            raise ProblemsFound(problem._replace(path=f"{kit.name}/{problem.path}") for problem in found.problems)
        if before is not None:
            _check_history(kit, staging.site, before)
        written = _stage(kit, staging, before)
        removals = _removals(kit, staging, before)
        if kit.manifest.profile == DELTA:
            _judge(kit, staging, removals, terms)
        demand_ways(workplace.out, chain(staging.paths(), removals))
    except BaseException:
        staging.clear()
        raise
    finally:
        kit.close()
    if written or removals:
        _remember(kit.manifest, workplace)
        make_durable(staging)
        staging.decide(removals)
        staging.activate()
    return Imported(kit.manifest, written, len(removals), found.notes)


def _now(folder: Path, keys: Keys) -> Snapshot | None:
    """The snapshot of the mirror as it is, None when there is none yet. Raises `WorldError` when it is not one, and
    `BadKey` when it hangs on another root key.
    """
    if not (folder / layout.SNAPSHOT).exists():
        return None
    try:
        return read_head(FolderSite(folder), keys.root).snapshot
    except BadKey as error:
        message, path = "the mirror does not hang on the root key that is given", f"{folder}/{FIRST}"
        found = error.problem.found
        raise BadKey("trust-pinned", message, path=path, expected=keys.root, found=found) from None
    except (BadSignature, NotFound) as error:
        raise damaged(error.problem, _REPAIR) from None


def _check_trust(kit: Kit, site: FolderSite) -> None:
    """The kit must hang on the trust files that the mirror has. Raises `BadKey`."""
    for file in kit.rows:
        if file.path.startswith(layout.TRUST) and file.path.endswith(".json"):
            with suppress(NotFound):
                found = sha256(site.read(file.path, trustfile.LIMIT)).hexdigest()
                if found != file.sha256:
                    message = "the kit has another trust file than the mirror"
                    path = f"{kit.name}/{file.path}"
                    raise BadKey("trust-pinned", message, path=path, expected=found, found=file.sha256)


class _Overlay:
    """The files of a kit, and those of the mirror that it has not, as a `Reader`."""

    def __init__(self, kit: Kit, site: FolderSite) -> None:
        self.name, self._kit, self._site = kit.name, kit, site

    def read(self, path: str, limit: int) -> bytes:
        """A file's bytes."""
        return (self._kit if self._kit.rows.find(path) >= 0 else self._site).read(path, limit)


def _check_history(kit: Kit, site: FolderSite, before: Snapshot) -> None:
    """That the log goes on where it ended. A tenant's kit has not the hashes to show it."""
    reading = Reading(_Overlay(kit, site))
    value = snapshot_at(reading)
    if value is not None and kit.manifest.profile != TENANT:
        check_log(open_log(reading, value), state_of(before))


def _check_profile(manifest: Manifest, workplace: Workplace, before: Snapshot | None) -> None:
    """A folder that holds a whole site takes no part of one, and the other way round."""
    kind = _kind(manifest)
    there = _recorded(workplace) if before is not None else kind
    if kind != there:
        message = "the folder holds something else than the kit"
        hint = "name another folder for it"
        raise UsageError("kit-profile", message, path=str(workplace.out), expected=there, found=kind, help=hint)


def _kind(manifest: Manifest) -> str:
    tenant = manifest.selection.tenant if manifest.selection else ""
    return {PACKS: "some packs", TENANT: f"what the tenant {tenant} may see"}.get(manifest.profile, "a whole site")


def _recorded(workplace: Workplace) -> str:
    try:
        return str(json.loads((workplace.root / RECORD).read_bytes())["holds"])
    except (OSError, ValueError, LookupError, TypeError):
        return "a whole site"


def _remember(manifest: Manifest, workplace: Workplace) -> None:
    part = workplace.root / f"{RECORD}.part"
    part.write_text(json.dumps({"holds": _kind(manifest)}))
    part.replace(workplace.root / RECORD)


def _stage(kit: Kit, staging: Staging, before: Snapshot | None) -> int:
    """Stages what is new or has changed; gives how many files that is."""
    written = 0
    for at, file in enumerate(kit.rows):
        data = kit.intact(at)
        if staging.same(file.path, data):
            continue
        if layout.immutable(file.path) and not file.path.endswith(PROOF):
            _must_be_new(file.path, staging, before)
        staging.write(file.path, data)
        written += 1
    return written


def _must_be_new(path: str, staging: Staging, before: Snapshot | None) -> None:
    """Raises `FormatError` when the mirror has another file at a path that never changes, `WorldError` when that is not
    the one that it should have. Of the log the kit has shown that it is a part.
    """
    there = staging.current(path, FILE_LIMIT)
    if there is None:
        return
    wanted = Chain(Reading(staging.site), before).digest(path) if before else None
    if path.startswith(layout.LOG) or (wanted and wanted != sha256(there).hexdigest()):
        message = "the file is not the one that was put there"
        raise damaged(Problem("file-changed", f"{staging.name}/{path}", message), _REPAIR)
    hint = "compare both with a third copy of the registry"
    raise FormatError("kit-changes", "the kit changes what never changes", expected="the bytes that are there",
                      found=path, help=hint)  # fmt: skip


def _removals(kit: Kit, staging: Staging, before: Snapshot | None) -> list[str]:
    """What the mirror has and must not have any more; what `by-hash/` keeps stays for its time, and what is the host's
    own for good.
    """
    folder, whole = staging.site.root, kit.manifest.selection is None
    if kit.manifest.profile == DELTA:
        gone = [path for path in kit.manifest.tombstones if os.path.lexists(folder / path)]
    else:
        lists = Chain(Reading(staging.site), before) if before else None
        gone = [path for path in walk(folder) if kit.rows.find(path) < 0]
        gone = [path for path in gone if not hosts_own(path) or (lists and lists.digest(path))]
    for path in gone if whole else ():
        check_removal(path)
    kept = _retain(kit, staging) if whole else frozenset[str]()
    return [path for path in gone if path not in kept]


def _retain(kit: Kit, staging: Staging) -> frozenset[str]:
    """The paths in `by-hash/` that stay; the document there is made to say so."""
    now = staging.current(layout.BY_HASH_INDEX, DOCUMENT_LIMIT)
    new = _kept(kit.read(layout.BY_HASH_INDEX, DOCUMENT_LIMIT)) if kit.rows.find(layout.BY_HASH_INDEX) >= 0 else {}
    before = dict[str, int]()
    with suppress(FormatError):  # of a list that is damaged nothing is kept
        before = _kept(now) if now is not None else {}
    folder = staging.site.root
    there = {digest: until for digest, until in before.items() if (folder / layout.by_hash(digest)).is_file()}
    kept = retained(there, new, kit.manifest.issued)
    if kept != new:
        staging.write(layout.BY_HASH_INDEX, documents.kept_document(kept))
    return frozenset(map(layout.by_hash, kept))


def _kept(data: bytes) -> dict[str, int]:
    listed = parse_document(data, "packyard/by-hash/1").get("kept")
    try:
        kept = {each["sha256"]: parse_time(each["until"]) for each in listed or ()}
        for digest in kept:
            check_digest(digest)
    except (LookupError, TypeError) as error:
        raise FormatError("document-invalid", "an item of `kept` is not a hash and a time") from error
    return kept


def _judge(kit: Kit, staging: Staging, removals: list[str], terms: Terms) -> None:
    """That after a delta nothing of the mirror is missing or wrong, if nothing is now."""
    head = read_head(staging, terms.keys.root)
    problems = audit_staged(staging, head.trust, removals, None, terms.jobs)
    if problems:
        raise ProblemsFound(problem._replace(path=f"{kit.name}/{problem.path}") for problem in problems)
    assert kit.manifest.base is not None
    log, start = open_log(Reading(staging), head.snapshot), kit.manifest.base.log_size
    check_numbers(kit.manifest.base, kit.manifest.state, (entry for _, entry in recorded_entries(log, start)))
