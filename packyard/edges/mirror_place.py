"""The folder of a mirror: that it is one, that all of it is on one disk, and that nothing in it leads elsewhere.

What is staged beside a mirror is renamed into it. Across file systems that cannot be done, and through a link it would
be done elsewhere; both are found out before anything is decided. The mirror's own folder may be a link.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable
from itertools import accumulate, islice
from pathlib import Path

from packyard.edges.store import Staging, Workplace
from packyard.errors import UsageError, WorldError
from packyard.formats import layout

#: Up to so many files are made durable one by one, without waiting for all that the machine writes.
_FEW = 1_000


def must_be_a_mirror(folder: Path, workplace: Workplace) -> None:
    """Refuses a folder with other things in it, which would be removed, and one that builds write."""
    known = (folder / layout.SNAPSHOT, folder / layout.INDEX_SUMS, workplace.staging / "plan.json")
    if workplace.memory.exists():
        why = "builds write this site"
    elif folder.exists() and not folder.is_dir():
        why = "this is not a folder"
    elif folder.is_dir() and _filled(folder) and not any(path.exists() for path in known):
        why = "the folder has files in it and is not a mirror"
    else:
        return
    raise UsageError("mirror-not-empty", why, path=str(folder), help="name a new or an empty folder")


def _filled(folder: Path) -> bool:
    return any(not hosts_own(path.name) for path in folder.iterdir())


def hosts_own(path: str) -> bool:
    """Whether a path belongs to the host unless the site has it: names at the root that begin with a dot or an
    underscore, such as `.well-known/acme-challenge/` and `_headers`.
    """
    return path.startswith((".", "_"))


def demand_one_disk(workplace: Workplace) -> None:
    """Raises `WorldError` when what is staged could not be renamed into the mirror."""
    folder = workplace.out if workplace.out.exists() else workplace.out.parent
    if folder.stat().st_dev != workplace.root.stat().st_dev:
        message = "the mirror is on another file system than the folder beside it, from which files are renamed into it"
        hint = "let the mirror be a folder inside of what is mounted"
        raise WorldError("disk-failed", message, path=str(workplace.out), found=str(workplace.root), help=hint)


def make_durable(staging: Staging) -> None:
    """Returns when everything staged is on the disk: a plan that outlives a power cut must find what it is about."""
    paths = list(islice(staging.paths(), _FEW + 1))
    if len(paths) > _FEW:
        os.sync()
        return
    files = [staging.root / path for path in paths]
    for path in (*files, *dict.fromkeys(file.parent for file in files)):
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def demand_ways(root: Path, paths: Iterable[str]) -> None:
    """Raises `WorldError` when a file could not be put at one of the paths, or taken from it, or would be elsewhere.

    `root` is the folder of the mirror.
    """
    sound = set[str]()
    for path in paths:
        folders = accumulate(path.split("/")[:-1], "{}/{}".format)
        for folder in folders:
            if folder not in sound:
                _demand_folder(root, folder)
                sound.add(folder)
        if (root / path).is_dir() and not (root / path).is_symlink():
            raise _refusal(root / path, "something else is in the place of this file", "remove it")


def _demand_folder(root: Path, path: str) -> None:
    try:
        found = (root / path).lstat()
    except (FileNotFoundError, NotADirectoryError):
        return
    if not stat.S_ISDIR(found.st_mode):
        raise _refusal(root / path, "this is not a folder, and a mirror holds no links", "remove it")
    if found.st_dev != root.stat().st_dev:
        hint = "mount what is above the mirror instead"
        raise _refusal(root / path, "this folder is on another file system than the mirror", hint)


def _refusal(path: Path, message: str, hint: str) -> WorldError:
    return WorldError("disk-failed", message, path=str(path), help=hint)
