"""Building sites in tests, comparing them, and crashing builds at a chosen write."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from packyard.build import build
from packyard.edges.memory import Memory
from packyard.edges.store import Staging, walk
from packyard.formats import layout
from packyard.unchanged import Request

#: How a build that `crash` cut short ends.
CRASHED = 86


def built(repo: Path, out: Path, **options: Any) -> str:
    """Builds `repo` into `out` with development keys, in this process unless told otherwise; gives the summary."""
    return build(Request(repo=repo, out=out, **{"jobs": 1, "quiet": True, "environ": {}, **options}))


def content(site: Path) -> dict[str, bytes]:
    """Every file of a site that is a function of commit, tool and recorded log; the snapshot without its times."""
    found = {path: (site / path).read_bytes() for path in walk(site) if not path.startswith(layout.BY_HASH)}
    del found[layout.SNAPSHOT_SIGNATURE], found[layout.SNAPSHOT_BUNDLE]
    found[layout.SNAPSHOT] = re.sub(rb"# (issued|expires) .*\n", b"", found[layout.SNAPSHOT])
    return found


def differences(one: Path, other: Path) -> list[str]:
    """The paths in which two sites differ."""
    first, second = content(one), content(other)
    return sorted(path for path in first.keys() | second.keys() if first.get(path) != second.get(path))


def inodes(site: Path) -> dict[str, tuple[int, int]]:
    """What tells whether a file was written: its inode and its time of change."""
    return {path: ((site / path).stat().st_ino, (site / path).stat().st_mtime_ns) for path in walk(site)}


def rewritten(before: dict[str, tuple[int, int]], after: dict[str, tuple[int, int]]) -> list[str]:
    """The paths that were there before and were written again."""
    return sorted(path for path in after if path in before and before[path] != after[path])


def crash(repo: Path, out: Path, at: int, **options: Any) -> bool:
    """Builds in a process of its own that dies, as by kill -9, before write number `at`; whether it got there."""
    child = os.fork()
    if child == 0:
        status = 1
        try:
            _die_at(at)
            built(repo, out, **options)
            status = 0
        finally:
            os._exit(status)
    _, status = os.waitpid(child, 0)
    code = os.waitstatus_to_exitcode(status)
    assert code in (0, CRASHED), f"the build failed by itself with {code}"
    return code == CRASHED


def _die_at(at: int) -> None:
    left = [at]

    def counted(function: Callable[..., Any]) -> Callable[..., Any]:
        def wrapper(*arguments: Any, **named: Any) -> Any:
            if left[0] == 0:
                os._exit(CRASHED)
            left[0] -= 1
            return function(*arguments, **named)

        return wrapper

    patch = pytest.MonkeyPatch()
    for owner, name in (
        (Path, "replace"),
        (Path, "rename"),
        (Path, "unlink"),
        (Path, "mkdir"),
        (Path, "write_text"),
        (Staging, "write"),
        (Staging, "keep"),
        (Staging, "decide"),
        (Staging, "clear"),
        (Memory, "put"),
        (Memory, "commit"),
    ):
        patch.setattr(owner, name, counted(getattr(owner, name)))
