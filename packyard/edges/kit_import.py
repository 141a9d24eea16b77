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
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import file_digest
from pathlib import Path
from typing import NamedTuple

from packyard.audit import audit_staged
from packyard.audit.reading import DOCUMENT_LIMIT, Reading, parse_document
from packyard.edges.kits import Kit
from packyard.edges.store import FolderSite, Staging, Workplace, walk
from packyard.errors import FormatError, PackyardError, Problem, ProblemsFound, TrustError, UsageError
from packyard.formats import documents, layout
from packyard.formats.fields import errors_of
from packyard.formats.snapshot import Snapshot
from packyard.formats.times import parse_time
from packyard.head import read_head
from packyard.kit.exits import gravest
from packyard.kit.listing import open_log, snapshot_at
from packyard.kit.manifest import DELTA, FILE_LIMIT, PACKS, TENANT, Manifest, state_of
from packyard.kit.planning import check_log, check_order, check_removal, retained
from packyard.kit.tenant import PROOF
from packyard.kit.verifying import Keys, verify_kit

RECORD, QUARANTINE = "kit.json", "quarantine"


class Imported(NamedTuple):
    """A kit that was taken in: what it says of itself, how many files were written and removed, and notes."""

    manifest: Manifest
    written: int
    removed: int
    notes: tuple[Problem, ...]


def import_kit(path: Path, folder: Path, keys: Keys, now: int, jobs: int) -> Imported:
    """Makes `folder` the mirror that the kit at `path` says. What is refused changes nothing and is put aside.

    Raises `NotFound` for no kit, `UsageError` for a folder that is no mirror, `ProblemsFound` for a kit that does not
    verify, and what `check_order` and `check_log` raise.
    """
    folder = Path(os.path.abspath(folder))  # noqa: PTH100 - links stay as they are
    workplace = Workplace(folder)
    _must_be_a_mirror(folder, workplace)
    lock = workplace.lock()
    try:
        staging = Staging(workplace)
        if staging.decided():
            staging.root.mkdir(parents=True, exist_ok=True)
            staging.activate()
        staging.clear()
        with _refused(path, workplace):
            return _import(path, workplace, staging, keys, now, jobs)
    finally:
        os.close(lock)


def _must_be_a_mirror(folder: Path, workplace: Workplace) -> None:
    empty = next(walk(folder), None) is None
    if not empty and not (folder / layout.SNAPSHOT).exists() and not (workplace.staging / "plan.json").exists():
        message = "the folder has files in it and is not a mirror; an import would remove them"
        raise UsageError("folder-not-empty", message, path=str(folder), help="name an empty or a new folder")
    if workplace.memory.exists():
        message = "the folder is where a registry is built, which remembers what it wrote"
        raise UsageError("kit-not-a-mirror", message, path=str(folder), help="name another folder for the mirror")


@contextmanager
def _refused(path: Path, workplace: Workplace) -> Iterator[None]:
    """Puts a kit aside that is refused, with the reason."""
    try:
        yield
    except (TrustError, ProblemsFound, FormatError) as error:
        problems = _problems(error, path)
        if path.is_file():
            _put_aside(path, workplace.root / QUARANTINE, problems)
        raise ProblemsFound(problems) if isinstance(error, FormatError) else error from None


def _problems(error: Exception, path: Path) -> tuple[Problem, ...]:
    if isinstance(error, ProblemsFound):
        return error.problems
    if isinstance(error, PackyardError):
        return (error.problem._replace(path=error.problem.path or str(path)),)
    assert isinstance(error, FormatError)
    return tuple(each.at(str(path)) for each in errors_of(error))


def _put_aside(path: Path, root: Path, problems: tuple[Problem, ...]) -> None:
    root.mkdir(parents=True, exist_ok=True)
    with path.open("rb") as file:
        digest = file_digest(file, "sha256").hexdigest()
    target = root / digest[:16]
    target.mkdir(exist_ok=True)
    reason = {
        "format": "packyard/kit-refusal/1",
        "kit": str(path.absolute()),
        "sha256": digest,
        "exit": gravest(problem.code for problem in problems),
        "problems": [problem._asdict() for problem in problems],
    }
    (target / "reason.json.part").write_text(json.dumps(reason, indent=2) + "\n")
    (target / "reason.json.part").replace(target / "reason.json")
    if not (target / "kit.tar").exists():
        try:
            os.link(path, target / "kit.tar")
        except OSError:
            shutil.copyfile(path, target / "kit.tar.part")
            (target / "kit.tar.part").replace(target / "kit.tar")


def _import(path: Path, workplace: Workplace, staging: Staging, keys: Keys, now: int, jobs: int) -> Imported:
    kit = Kit(path)
    try:
        before = _now(workplace.out, keys)
        _check_profile(kit.manifest, workplace, before)
        check_order(kit.manifest, before)
        found = verify_kit(kit, keys, now, jobs)
        if found.problems:
            raise ProblemsFound(problem._replace(path=f"{kit.name}/{problem.path}") for problem in found.problems)
        if before is not None:
            _check_history(kit, staging.site, before)
        written = _stage(kit, staging)
        removals = _removals(kit, staging)
        if kit.manifest.profile == DELTA:
            _judge(kit, staging, removals, keys, jobs)
    except BaseException:
        staging.clear()
        raise
    finally:
        kit.close()
    if written or removals:
        _remember(kit.manifest, workplace)
        staging.decide(removals)
        staging.activate()
    return Imported(kit.manifest, written, len(removals), found.notes)


def _now(folder: Path, keys: Keys) -> Snapshot | None:
    """The snapshot of the mirror as it is, None when there is none yet. Raises `BadSignature` when it is not one."""
    return read_head(FolderSite(folder), keys.root).snapshot if (folder / layout.SNAPSHOT).exists() else None


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


def _stage(kit: Kit, staging: Staging) -> int:
    """Stages what is new or has changed; gives how many files that is."""
    written = 0
    for at, file in enumerate(kit.rows):
        data = kit.intact(at)
        if staging.same(file.path, data):
            continue
        fixed = layout.immutable(file.path) and not file.path.endswith(PROOF)
        if fixed and staging.current(file.path, FILE_LIMIT) is not None:
            hint = "compare both with a third copy of the registry"
            raise FormatError(
                "kit-changes", "the kit changes what never changes", expected="the bytes that are there",
                found=file.path, help=hint,
            )  # fmt: skip
        staging.write(file.path, data)
        written += 1
    return written


def _removals(kit: Kit, staging: Staging) -> list[str]:
    """What the mirror has and must not have any more; what `by-hash/` keeps stays for its time."""
    folder = staging.site.root
    if kit.manifest.profile == DELTA:
        gone = [path for path in kit.manifest.tombstones if (folder / path).exists()]
    else:
        gone = [path for path in walk(folder) if kit.rows.find(path) < 0]
    whole = kit.manifest.selection is None
    for path in gone if whole else ():
        check_removal(path)
    kept = _retain(kit, staging) if whole else frozenset[str]()
    return [path for path in gone if path not in kept]


def _retain(kit: Kit, staging: Staging) -> frozenset[str]:
    """The paths in `by-hash/` that stay; the document there is made to say so."""
    now = staging.current(layout.BY_HASH_INDEX, DOCUMENT_LIMIT)
    new = _kept(kit.read(layout.BY_HASH_INDEX, DOCUMENT_LIMIT)) if kit.rows.find(layout.BY_HASH_INDEX) >= 0 else {}
    before = {
        digest: until
        for digest, until in (_kept(now) if now is not None else {}).items()
        if (staging.site.root / layout.by_hash(digest)).exists()
    }
    kept = retained(before, new, kit.manifest.issued)
    if kept != new:
        staging.write(layout.BY_HASH_INDEX, documents.kept_document(kept))
    return frozenset(map(layout.by_hash, kept))


def _kept(data: bytes) -> dict[str, int]:
    listed = parse_document(data, "packyard/by-hash/1").get("kept")
    try:
        return {each["sha256"]: parse_time(each["until"]) for each in listed or ()}
    except (LookupError, TypeError) as error:
        raise FormatError("document-invalid", "an item of `kept` is not a hash and a time") from error


def _judge(kit: Kit, staging: Staging, removals: list[str], keys: Keys, jobs: int) -> None:
    """That after a delta nothing of the mirror is missing or wrong, if nothing is now."""
    problems = audit_staged(staging, read_head(staging, keys.root).trust, removals, None, jobs)
    if problems:
        raise ProblemsFound(problem._replace(path=f"{kit.name}/{problem.path}") for problem in problems)
