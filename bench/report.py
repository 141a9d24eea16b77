"""Figures as a table in Markdown, between two markers of a page that is otherwise written by hand."""

from __future__ import annotations

import os
import platform
import sys
from collections.abc import Callable, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple

from bench import client
from bench.measure import Change, Cost

#: What stands around the tables of builds and of the client.
BUILDS = "<!-- figures: written by bench.run -->\n", "<!-- end of figures -->\n"
CLIENT = "<!-- figures of the client: written by bench.run -->\n", "<!-- end of figures of the client -->\n"


class Figures(NamedTuple):
    """What was measured of one registry. `touched` counts the files that a build without a change wrote."""

    name: str
    versions: int
    packs: int
    repeated: int
    floor: Cost
    one: Cost
    two: Cost
    unchanged: Cost
    added: Cost
    checked: Cost
    audited: Cost | None
    hashed: Cost
    touched: int
    changed: Change
    client: client.Rows


#: A row: what it says, its bound, and the value for a registry, given the one of the first column.
_Row = tuple[str, str, Callable[[Figures, Figures], str]]

_ROWS: tuple[_Row, ...] = (
    ("floor, CPU", "", lambda it, _: f"{it.floor.cpu:.1f} s"),
    ("full build, one process, CPU", "", lambda it, _: f"{it.one.cpu:.1f} s"),
    ("… as a multiple of the floor", "≤ 1.3", lambda it, _: f"{it.one.cpu / it.floor.cpu:.2f}"),
    ("full build, one process, clock", "", lambda it, _: f"{it.one.wall:.1f} s"),
    ("full build, two processes, clock", "", lambda it, _: f"{it.two.wall:.1f} s"),
    ("… how many times as fast", "≥ 1.85", lambda it, _: f"{it.one.wall / it.two.wall:.2f}"),
    ("full build, CPU for a version", "", lambda it, _: f"{_each(it) * 1e3:.2f} ms"),
    ("… against the first column", "≤ 1.15", lambda it, first: f"{_each(it) / _each(first):.2f}"),
    ("full build, memory of the largest process", "≤ 200 MB", lambda it, _: f"{_memory(it) / 1e6:.0f} MB"),
    ("no change, clock", "≤ 100 ms", lambda it, _: f"{it.unchanged.wall * 1e3:.0f} ms"),
    ("no change, files written", "0", lambda it, _: f"{it.touched}"),
    ("one version added, clock", "≤ 250 ms", lambda it, _: f"{it.added.wall * 1e3:.0f} ms"),
    ("one version added, CPU", "", lambda it, _: f"{it.added.cpu * 1e3:.0f} ms"),
    ("… clock against the first column", "", lambda it, first: f"{it.added.wall / first.added.wall:.2f}"),
    ("… files replaced besides `index.json` and search data", "≤ 15", lambda it, _: f"{it.changed.replaced}"),
    ("… bytes in them", "≤ 300 kB", lambda it, _: f"{it.changed.replaced_bytes / 1e3:.0f} kB"),
    ("… new files", "", lambda it, _: f"{it.changed.new}"),
    ("… bytes in them", "", lambda it, _: f"{it.changed.new_bytes / 1e3:.0f} kB"),
    ("… files of the search index", "", lambda it, _: f"{it.changed.searched}"),
    ("… bytes in them", "", lambda it, _: f"{it.changed.searched_bytes / 1e3:.0f} kB"),
    ("one version checked, clock", "≤ 2 s", lambda it, _: f"{it.checked.wall:.2f} s"),
    ("audit by two processes, clock", "", lambda it, _: f"{it.audited.wall:.1f} s" if it.audited else "not measured"),
    ("audit, CPU", "", lambda it, _: f"{it.audited.cpu:.1f} s" if it.audited else "not measured"),
    ("reading and hashing the site, clock", "", lambda it, _: f"{it.hashed.wall:.1f} s"),
    (
        "… audit as a multiple of it, clock",
        "≤ 2",
        lambda it, _: f"{it.audited.wall / it.hashed.wall:.2f}" if it.audited else "",
    ),
)


def _each(it: Figures) -> float:
    return it.one.cpu / it.versions


def _memory(it: Figures) -> int:
    return max(it.one.memory, it.two.memory)


def table(figures: Sequence[Figures], work: Path) -> str:
    """The table, and what it was measured on."""
    heads = ["", "bound", *(f"{it.versions:,} versions" for it in figures)]
    rows = [[label, bound, *(value(it, figures[0]) for it in figures)] for label, bound, value in _ROWS]
    counted = ", ".join(f"{it.repeated} at {it.versions:,}" for it in figures)
    lines = [heads, ["---", *["---:"] * (len(heads) - 1)], *rows]
    text = "\n".join(f"| {' | '.join(cells)} |" for cells in lines)
    return f"{text}\n\nMeasured on {machine(work)}. Medians; times a full build was measured: {counted}.\n"


def machine(work: Path) -> str:
    """The machine, in words that would fit another of its kind."""
    cores = len(os.sched_getaffinity(0))
    model = next(
        (line.partition(": ")[2] for line in _lines("/proc/cpuinfo") if line.startswith("model name")),
        platform.machine(),
    )
    python = ".".join(map(str, sys.version_info[:3]))
    return (
        f"{cores} cores of {model}, {_filesystem(work)}, {platform.system()}, Python {python}, "
        f"pygit2 {version('pygit2')}, libdeflate by deflate {version('deflate')}"
    )


def _filesystem(work: Path) -> str:
    """The type of the file system that holds `work`: of the mounts above it the deepest."""
    mounts = [line.split(" ")[1:3] for line in _lines("/proc/mounts")]
    above = [(len(point), kind) for point, kind in mounts if work.resolve().is_relative_to(point)]
    return max(above)[1] if above else "unknown file system"


def _lines(path: str) -> list[str]:
    try:
        return Path(path).read_text().splitlines()
    except OSError:
        return []


def write(page: Path, text: str, marks: tuple[str, str] = BUILDS) -> None:
    """Puts the table between the marks of `page`. Raises ValueError when the page has not both, once and in order."""
    before, begin, rest = page.read_text().partition(marks[0])
    _, end, after = rest.partition(marks[1])
    if not begin or not end:
        raise ValueError(f"{page} has no place for figures")
    page.write_text(f"{before}{begin}\n{text}\n{end}{after}")
