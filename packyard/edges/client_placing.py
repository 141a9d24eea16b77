"""A project's folder as its packs change: the plan of what is to be written, and the same carried out.

What a draft rests on was read without a lock, since asking a registry may take long. So it counts only while
`packyard.json` and `packyard.lock` are what they were when it was made; else it is made again.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from packyard.client import agentpacks, placing
from packyard.client.lock import FILE as LOCK
from packyard.client.lock import LIMIT as LOCK_LIMIT
from packyard.client.lock import Lock
from packyard.client.placing.values import Change, Plan
from packyard.client.project import FILE
from packyard.client.releases import Opened
from packyard.client.user_values import Outcome
from packyard.edges.install_folder import InstallFolder
from packyard.edges.install_journal import WORK
from packyard.edges.installing import Installation, installation
from packyard.edges.registries import parsed
from packyard.errors import Problem, WorldError

#: How often a draft is made before somebody else's changes are given way to.
_ATTEMPTS = 5


class Draft(NamedTuple):
    """What a project is to become: the texts of `packyard.json` and `packyard.lock` that it was made from, None for a
    file that was not there, and those that they shall have; the lock before and after, the packs to place, for which
    targets, and what people should know.
    """

    read: Mapping[str, bytes | None]
    files: Mapping[str, bytes]
    before: Lock | None
    lock: Lock
    opened: tuple[Opened, ...]
    targets: tuple[str, ...]
    notes: tuple[Problem, ...] = ()
    said: tuple[str, ...] = ()


class How(NamedTuple):
    """Whether it is only said what would be done, and whether what stands in the way is put aside."""

    dry_run: bool = False
    force: bool = False


def carry_out(root: Path, make: Callable[[], Draft], how: How, now: int) -> Outcome:
    """Makes a draft and does what it says, all or nothing; `now` in seconds. Raises `ProblemsFound` when something
    stands in the way, and `WorldError`.
    """
    for _ in range(_ATTEMPTS):
        draft = make()
        with project_at(root, how.dry_run) as place:
            if _is_current(place, draft):
                plan = _plan(place, draft, how.force, now)
                if not how.dry_run:
                    place.apply(plan)
                changed = _compared(draft.before, draft.lock)
                return Outcome(plan, draft.lock, (*draft.notes, *plan.notes), changed, draft.targets, draft.said)
    message, hint = "the project keeps changing", "run the command again when nobody else is at work in it"
    raise WorldError("place-changed-meanwhile", message, path=str(root), help=hint)


@contextmanager
def project_at(root: Path, look: bool) -> Iterator[Installation]:
    """The project at `root`, locked, or, to `look` at it, without a trace; but what a killed run left is finished."""
    folder = InstallFolder(root)
    try:
        cut_off = folder.is_folder(WORK)
        if look and not cut_off:
            yield Installation(folder)
            return
    finally:
        folder.close()
    with installation(root) as project:
        yield project


def packs_of(opened: Collection[Opened]) -> list[placing.Pack]:
    """Proven versions as what is placed."""
    return [placing.Pack(each.name, each.version, each.identity, each.files, each.manifest) for each in opened]


def _is_current(place: Installation, draft: Draft) -> bool:
    return all(place.folder.read(path, LOCK_LIMIT) == data for path, data in draft.read.items())


def _plan(place: Installation, draft: Draft, force: bool, now: int) -> Plan:
    wanted = placing.want(packs_of(draft.opened), draft.targets)
    gone = {pack.name for pack in place.ledger.packs} - {pack.name for pack in draft.lock.packs}
    plan = place.plan(wanted, remove=gone, force=force)
    if plan.conflicts:
        return plan
    shared = dict(draft.files)
    if draft.lock.packs or gone:
        shared[agentpacks.FILE] = _agentpacks(place, draft.lock, gone, now)
    return plan._replace(changes=(*plan.changes, *_changes(place, shared)))


def _agentpacks(place: Installation, lock: Lock, gone: Collection[str], now: int) -> bytes:
    """The lock of the agentpacks client, which finds the packs in the same folders."""
    data = place.folder.read(agentpacks.FILE, agentpacks.LIMIT)
    path = place.folder.root / agentpacks.FILE
    known = parsed(path, agentpacks.parse_agentpacks, data) if data is not None else None
    asked = {lock.renames.get(demand.name, demand.name): demand.range for demand in lock.demands}
    packs = (
        agentpacks.Curated(pack.name, asked.get(pack.name, pack.version), pack.version, pack.sha256)
        for pack in lock.packs
    )
    return agentpacks.format_agentpacks(agentpacks.updated(known, packs, now, gone))


def _changes(place: Installation, files: Mapping[str, bytes]) -> Iterator[Change]:
    for path, data in files.items():
        old = place.folder.read(path, LOCK_LIMIT)
        if old != data:
            yield Change(path, old, data)


def _compared(before: Lock | None, after: Lock) -> tuple[tuple[str, str, str], ...]:
    old = {pack.name: pack.version for pack in before.packs} if before else {}
    new = {pack.name: pack.version for pack in after.packs}
    names = sorted(old.keys() | new.keys())
    return tuple((name, old.get(name, ""), new.get(name, "")) for name in names if old.get(name) != new.get(name))


#: The files that a draft is made from.
READ = (FILE, LOCK)
