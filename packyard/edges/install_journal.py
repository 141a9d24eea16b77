"""Carrying out an installation whole or not at all.

    .packyard/installing/new/0 …      what is to be written, durable before anything is decided
    .packyard/installing/journal      the steps; once it is there, they are going to be carried out, whatever happens

    {"format": "packyard/installing/1", "steps": [[".mcp.json", "ca97…", "2c26…"], [".claude/old.md", "fcde…", null]],
     "folders": [".claude"]}

A step is a path, the hash of what is there, and the hash of what is to be there (null: nothing). A run that is killed
before the journal is there has changed nothing; one that is killed later is finished by the next. A file that somebody
changed in between is kept beside its place, or stays where it should have been removed.
"""

from __future__ import annotations

import contextlib
import json
from typing import Any

from packyard.client.placing.ledger import check_place
from packyard.client.placing.planning import parents
from packyard.client.placing.values import ASIDE, STATE, Change, Plan, digest
from packyard.edges.install_folder import InstallFolder
from packyard.errors import FormatError, WorldError
from packyard.formats.strict import load_json

FORMAT = "packyard/installing/1"

#: The most bytes of the journal, and of a file that is compared before it is replaced.
LIMIT, FILE_LIMIT = 32 * 2**20, 64 * 2**20

WORK = f"{STATE}/installing"
_NEW = f"{WORK}/new"
_DRAFT, _JOURNAL = f"{WORK}/journal.part", f"{WORK}/journal"

Step = tuple[str, str | None, str | None]


def carry_out(folder: InstallFolder, plan: Plan) -> None:
    """Makes the changes of a plan. Raises `WorldError`: then nothing has been changed, or the next run goes on."""
    try:
        _prepare(folder, plan)
    except BaseException:
        with contextlib.suppress(WorldError):
            clear(folder)
        raise
    folder.move(_DRAFT, _JOURNAL)
    for path in (WORK, STATE, ""):
        folder.sync(path)
    finish(folder)


def _prepare(folder: InstallFolder, plan: Plan) -> None:
    """Everything that can fail without harm: all new files are written, beside where they belong."""
    for number, change in enumerate(plan.changes):
        _check(folder, change)
        if change.new is not None:
            folder.create(f"{_NEW}/{number}", change.new, _mode(folder, change))
    steps = [(change.path, _digest(change.old), _digest(change.new)) for change in plan.changes]
    journal = {"format": FORMAT, "steps": steps, "folders": plan.folders}
    folder.create(_DRAFT, json.dumps(journal).encode(), 0o644)
    # All are written before the first is made durable: then most of them already are.
    for path in (*(f"{_NEW}/{name}" for name in folder.names(_NEW)), _DRAFT):
        folder.sync_file(path)
    folder.sync(_NEW)


def finish(folder: InstallFolder) -> tuple[str, ...]:
    """Carries out what a journal says, if there is one, and clears up; gives the paths of files that gave way to it
    because somebody had changed them in between.
    """
    data = folder.read(_JOURNAL, LIMIT)
    moved = []
    if data is not None:
        steps, folders = _parse(data)
        waiting = set(folder.names(_NEW))
        for number, step in enumerate(steps):
            moved += _take(folder, step, f"{_NEW}/{number}" if str(number) in waiting else "")
        for path in folders:
            folder.remove_folder(path)
        changed = [*folders, *(path for path, _, _ in steps)]
        for above in sorted({above for path in changed for above in (*parents(path), "")}):
            folder.sync(above)
    clear(folder)
    return tuple(moved)


def clear(folder: InstallFolder) -> None:
    """Removes what is left of a run, the journal first."""
    folder.remove(_JOURNAL)
    folder.remove(_DRAFT)
    for name in folder.names(_NEW):
        folder.remove(f"{_NEW}/{name}")
    folder.remove_folder(_NEW)
    folder.remove_folder(WORK)


def _check(folder: InstallFolder, change: Change) -> None:
    """Returns when a place is as the plan has it, and files can be renamed into it."""
    if folder.read(change.path, FILE_LIMIT) != change.old:
        hint = "run the command again"
        raise WorldError("place-changed-meanwhile", "the file changed in the meantime", path=change.path, help=hint)
    if folder.device(change.path) != folder.device(f"{STATE}/lock"):
        raise WorldError("place-unsafe", "the folder is on another file system", path=change.path)


def _mode(folder: InstallFolder, change: Change) -> int:
    """0755 for what says how it is run, else 0644; what the user allowed for a file that is there stays."""
    before = folder.mode(change.path) if change.old is not None else None
    mode = 0o644 if before is None else before & 0o666
    return mode | (mode & 0o444) >> 2 if change.new is not None and change.new.startswith(b"#!") else mode


def _take(folder: InstallFolder, step: Step, staged: str) -> list[str]:
    """One step, or what is left of it. What was renamed is not staged any more, so that no step is taken twice."""
    path, old, new = step
    if new is None:
        if _found(folder, path) == old:
            folder.remove(path)
        return []
    if not staged:
        return []
    aside = _put_aside(folder, path) if _found(folder, path) not in (None, old, new) else ""
    folder.move(staged, path)
    return [aside] if aside else []


def _found(folder: InstallFolder, path: str) -> str | None:
    """The hash of what is there, None for nothing; no hash for a file too long to be what the plan knew."""
    try:
        return _digest(folder.read(path, FILE_LIMIT))
    except WorldError as error:
        if error.problem.code != "too-large":
            raise
        return ""


def _put_aside(folder: InstallFolder, path: str) -> str:
    for number in range(1, 1000):
        target = f"{path}{ASIDE}{f'.{number}' if number > 1 else ''}"
        if folder.link(path, target):
            return target
    raise WorldError("place-unsafe", "there are too many copies of the file", path=path)


def _parse(data: bytes) -> tuple[list[Step], list[str]]:
    try:
        value: Any = load_json(data, LIMIT).value
        if value["format"] != FORMAT:
            raise ValueError("another format")
        steps = [(check_place(path), old, new) for path, old, new in value["steps"]]
        return steps, [check_place(path) for path in value["folders"]]
    except (FormatError, KeyError, TypeError, ValueError, AttributeError) as error:
        hint = "an installation was cut off; look at the folder, then delete it"
        raise WorldError(
            "disk-failed", "the journal cannot be read", path=_JOURNAL, found=str(error), help=hint
        ) from None


def _digest(data: bytes | None) -> str | None:
    return None if data is None else digest(data)
