"""What a command costs, and what it changes in a folder."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from statistics import median
from typing import NamedTuple

from packyard.formats import layout
from packyard.search import paths

ROOT = Path(__file__).resolve().parent.parent


class Cost(NamedTuple):
    """Seconds on the clock, seconds of processors (user and system, child processes included), and the most memory
    that one of its processes held, in bytes."""

    wall: float
    cpu: float
    memory: int


class State(NamedTuple):
    """What tells a file that was written again from one that was left alone."""

    inode: int
    written: int
    size: int


class Change(NamedTuple):
    """Files and bytes that took the place of others, that are new, and that are new under `by-hash/` (links to what was
    there, no bytes); how many files are gone; files and bytes of the search index that are new or replaced, which are
    counted nowhere else. `index.json` is left out."""

    replaced: int
    replaced_bytes: int
    new: int
    new_bytes: int
    kept: int
    removed: int
    searched: int
    searched_bytes: int


class Failed(Exception):
    """A command that was to be measured did not do its work; the message is what it said."""


def cost(command: Sequence[str]) -> Cost:
    """Runs a command in the checkout to its end. Raises `Failed` when its exit code is not 0."""
    return run(command)[0]


def run(command: Sequence[str], more: Mapping[str, str] | None = None) -> tuple[Cost, str]:
    """What `cost` gives, and what the command said on stderr, with more in its environment."""
    environ = {**os.environ, "PACKYARD_NO_VENV": "1", **(more or {})}  # it runs in the Python that measures it
    started = time.perf_counter()
    with subprocess.Popen(command, cwd=ROOT, env=environ, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as process:
        assert process.stderr is not None
        said = process.stderr.read().decode("utf-8", "replace")
        _, status, used = os.wait4(process.pid, 0)
        wall = time.perf_counter() - started
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise Failed(f"{' '.join(command)}: exit code {process.returncode}\n{said}")
    return Cost(wall, used.ru_utime + used.ru_stime, used.ru_maxrss * 1024), said


def typical(costs: Iterable[Cost]) -> Cost:
    """The median of times, the greatest memory."""
    walls, processors, memories = zip(*costs, strict=True)
    return Cost(median(walls), median(processors), max(memories))


def states(root: Path) -> dict[str, State]:
    """Every file below `root`."""
    return {path: State(found.st_ino, found.st_mtime_ns, found.st_size) for path, found in _files(str(root), "")}


def _files(root: str, prefix: str) -> Iterator[tuple[str, os.stat_result]]:
    with os.scandir(f"{root}/{prefix}") as entries:
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                yield from _files(root, f"{prefix}{entry.name}/")
            else:
                yield prefix + entry.name, entry.stat(follow_symlinks=False)


def change(before: dict[str, State], after: dict[str, State]) -> Change:
    """The difference of two states of a site."""
    found = [at for path, at in after.items() if _of_search(path) and before.get(path) != at]
    before, after = ({path: at for path, at in each.items() if not _apart(path)} for each in (before, after))
    replaced = [at for path, at in after.items() if before.get(path, at) != at]
    new = [(path, at) for path, at in after.items() if path not in before]
    kept = [path for path, _ in new if path.startswith("by-hash/")]
    added = [at for path, at in new if not path.startswith("by-hash/")]
    return Change(
        len(replaced),
        sum(at.size for at in replaced),
        len(added),
        sum(at.size for at in added),
        len(kept),
        len(before.keys() - after.keys()),
        len(found),
        sum(at.size for at in found),
    )


def _of_search(path: str) -> bool:
    return path.startswith(paths.FOLDER) and path.endswith(".gz")


def _apart(path: str) -> bool:
    return path == layout.INDEX or _of_search(path)
