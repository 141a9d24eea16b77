"""Installing into a project: the lock, what is there, and the plan carried out.

    plan = install(Path("."), packs, ["claudecode"])

One installation at a time is at work in a project; another one waits for it, or is told. What a killed one left is
finished before anything else (`install_journal`).
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import time
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path

from packyard.client.placing import make_plan, parse_ledger, paths, want
from packyard.client.placing.ledger import LIMIT
from packyard.client.placing.planning import NOTHING, parents
from packyard.client.placing.values import ASIDE, LEDGER, STATE, Disk, Ledger, Plan, Wanted
from packyard.edges.install_folder import InstallFolder
from packyard.edges.install_journal import FILE_LIMIT, WORK, carry_out, finish
from packyard.errors import FormatError, ProblemsFound, WorldError
from packyard.parts.values import Pack

#: How long another installation is waited for, in seconds, and how often it is looked whether it has ended.
WAIT, _STEP = 10.0, 0.05


class Installation:
    """A project while nobody else installs into it."""

    def __init__(self, folder: InstallFolder, put_aside: tuple[str, ...] = ()) -> None:
        """Reads the ledger. `put_aside` are copies of files that had been changed between a run that was killed and
        this one, which finished it. Raises `ProblemsFound` when the ledger cannot be read.
        """
        self.folder, self.put_aside = folder, put_aside
        self.ledger = _read_ledger(folder)

    def plan(self, wanted: Wanted = NOTHING, *, remove: Collection[str] = (), force: bool = False) -> Plan:
        """What is to be done; nothing is written."""
        needed = paths(self.ledger, wanted, remove)
        files = {path: self._read(path) for path in sorted(needed)}
        above = {folder for path in needed for folder in parents(path)}
        folders = frozenset(folder for folder in above if self.folder.is_folder(folder))
        return make_plan(self.ledger, Disk(files, folders), wanted, remove=remove, force=force)

    def _read(self, path: str) -> bytes | None:
        """A file's bytes; of a copy of a user's file only whether it is there."""
        if path.endswith(ASIDE):
            return None if self.folder.mode(path) is None else b""
        return self.folder.read(path, FILE_LIMIT)

    def apply(self, plan: Plan) -> None:
        """Does it, all or nothing. Raises `ProblemsFound` when the plan has conflicts."""
        if plan.conflicts:
            raise ProblemsFound(plan.conflicts)
        if plan.changes or plan.folders:
            carry_out(self.folder, plan)
        self.ledger = plan.ledger


@contextlib.contextmanager
def installation(root: Path, wait: float = WAIT) -> Iterator[Installation]:
    """The project at `root`, locked. Raises `WorldError` `install-locked` when another installation is at work for
    longer than `wait` seconds.
    """
    folder = InstallFolder(root)
    try:
        descriptor = folder.open_lock(f"{STATE}/lock")
        try:
            _lock(descriptor, root, wait)
            put_aside = finish(folder)
            yield Installation(folder, put_aside)
        finally:
            os.close(descriptor)
    finally:
        folder.close()


def install(
    root: Path,
    packs: Iterable[Pack],
    targets: Collection[str],
    *,
    remove: Collection[str] = (),
    force: bool = False,
    dry_run: bool = False,
    wait: float = WAIT,
) -> Plan:
    """Installs packs for targets, replacing what is there of them, and removes others; gives what was done or, with
    `dry_run`, would be.

    Raises `ProblemsFound` when something forbids it, `WorldError` when the disk fails or another installation is at
    work; then nothing has been changed, or the next run finishes it.
    """
    wanted = want(packs, targets)
    with _looking(root, wait) if dry_run else installation(root, wait) as project:
        plan = project.plan(wanted, remove=remove, force=force)
        if not dry_run:
            project.apply(plan)
        return plan


@contextlib.contextmanager
def _looking(root: Path, wait: float) -> Iterator[Installation]:
    """The project to look at, without a trace; where a killed run is to be finished first, as `installation`."""
    folder = InstallFolder(root)
    try:
        cut_off = folder.is_folder(WORK)
        if not cut_off:
            yield Installation(folder)
    finally:
        folder.close()
    if cut_off:
        with installation(root, wait) as project:
            yield project


def read_installed(root: Path) -> Ledger:
    """What is installed at `root`. Raises `ProblemsFound` when the ledger cannot be read."""
    folder = InstallFolder(root)
    try:
        return _read_ledger(folder)
    finally:
        folder.close()


def _read_ledger(folder: InstallFolder) -> Ledger:
    data = folder.read(LEDGER, LIMIT)
    try:
        return Ledger() if data is None else parse_ledger(data)
    except FormatError as error:
        raise ProblemsFound([error.at(LEDGER)]) from None


def _lock(descriptor: int, root: Path, wait: float) -> None:
    until = time.monotonic() + wait
    while True:
        try:
            return fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            if time.monotonic() >= until:
                message, hint = "another installation is at work in this project", "wait until it has ended"
                raise WorldError("install-locked", message, path=str(root), help=hint) from None
            time.sleep(_STEP)
