"""Measure the search: whether people find what they look for, what it costs them, and what it costs the build.

    python -m bench.search [--packs 10000 100000] [--queries 500] [--write]

Packs of synthetic registries (`bench.catalogues`) are looked for by what somebody remembers of them; one is found when
it is among the first ten. Every query opens the index anew, as a first visit does: its bytes are those of all files
that it reads, as they are on the site. `--write` puts the table into docs/performance.md.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from random import Random
from statistics import median
from typing import NamedTuple

from bench.catalogues import SEED, made, rows, shelve
from packyard.model import Row
from packyard.search.engine import search
from packyard.search.query import parse_query
from packyard.search.shelf import open_shelf

PAGE = Path(__file__).resolve().parents[1] / "docs" / "performance.md"
BEGIN, END = "<!-- figures of the search: written by bench.search -->\n", "<!-- end of figures of the search -->\n"
TOP, WORDS = 10, 4
_LETTERS = "abcdefghijklmnopqrstuvwxyz"

#: The bounds of the known-item rates, by kind.
BOUNDS = {"exact": 0.99, "prefix": 0.97} | dict.fromkeys(("insert", "delete", "swap", "replace", "description"), 0.95)


class Rate(NamedTuple):
    """Of one kind of query: the share that finds its pack, and the median and the most of bytes and files read."""

    found: float
    bytes: int
    most_bytes: int
    files: int
    most_files: int


class Cost(NamedTuple):
    """What an index of so many packs is and costs: seconds of the clock, bytes, and how many files a change writes."""

    packs: int
    whole: float
    files: int
    bytes: int
    version: float
    version_files: int
    pack: float
    pack_files: int


def remembered(row: Row, random: Random) -> Iterator[tuple[str, str]]:
    """(kind, query) of what somebody may remember of a pack."""
    name = row.name
    at, swapped = random.randrange(len(name)), random.randrange(len(name) - 1)
    yield "exact", name
    yield "prefix", name[: max(4, len(name) * 3 // 4)]
    yield "insert", name[:at] + random.choice(_LETTERS) + name[at:]
    yield "delete", name[:at] + name[at + 1 :]
    yield "swap", name[:swapped] + name[swapped + 1] + name[swapped] + name[swapped + 2 :]
    yield "replace", name[:at] + random.choice(_LETTERS) + name[at + 1 :]
    words = sorted({word for word in row.description.lower().strip(".").split() if len(word) > 3})
    yield "description", " ".join(random.sample(words, min(WORDS, len(words)))) or name


def rates(files: Mapping[str, bytes], packs: Sequence[Row], queries: int, seed: int = SEED) -> dict[str, Rate]:
    """The rates of each kind, for so many packs chosen by chance."""
    random, seen = Random(seed), dict[str, list[tuple[bool, int, int]]]()
    for row in random.choices(packs, k=queries):
        for kind, text in remembered(row, random):
            read = dict[str, int]()

            def load(paths: Sequence[str], read: dict[str, int] = read) -> list[bytes]:
                read.update((path, len(files[path])) for path in paths)
                return [files[path] for path in paths]

            found = search(open_shelf(load), parse_query(text.replace(":", " ")))
            there = row.name in [hit.entry.name for hit in found.hits[:TOP]]
            seen.setdefault(kind, []).append((there, sum(read.values()), len(read)))
    return {kind: _rate(answers) for kind, answers in seen.items()}


def _rate(answers: Sequence[tuple[bool, int, int]]) -> Rate:
    found, sizes, counts = zip(*answers, strict=True)
    return Rate(sum(found) / len(found), int(median(sizes)), max(sizes), int(median(counts)), max(counts))


def measure(packs: Sequence[Row]) -> tuple[dict[str, bytes], Cost]:
    """The index of these packs, and what it costs to make it, to take in a new version, and a new pack."""
    *before, last = packs
    db, shelved = shelve(before)
    files = dict[str, bytes]()

    def timed(step: Callable[[], set[str]]) -> tuple[float, int]:
        start = time.perf_counter()
        new = made(shelved, step())
        spent, changed = time.perf_counter() - start, sum(files.get(path) != data for path, data in new.items())
        files.update(new)
        return spent, changed

    def put(row: Row) -> Callable[[], set[str]]:
        db.execute("INSERT OR REPLACE INTO packs VALUES (?, ?)", (row.name, json.dumps(row)))
        return lambda: shelved.update([row.name])

    whole, count = timed(shelved.whole)
    size = sum(map(len, files.values()))
    version = timed(put(before[len(before) // 2]._replace(latest="99.0.0", updated=1_800_000_000)))
    return files, Cost(len(packs), whole, count, size, *version, *timed(put(last)))


def table(costs: Sequence[Cost], found: Sequence[Mapping[str, Rate]]) -> str:
    """The figures in Markdown."""
    head = ["", "bound", *(f"{cost.packs:,} packs" for cost in costs)]
    lines: list[list[str]] = []
    for kind, bound in BOUNDS.items():
        label = f"found among the first ten: {kind}" + (f", {WORDS} words" if kind == "description" else "")
        lines.append([label, f"≥ {bound:.2f}", *(f"{each[kind].found:.3f}" for each in found)])
    for kind in ("exact", "prefix", "swap", "description"):
        sizes = (f"{each[kind].bytes / 1e3:.0f} kB, {each[kind].most_bytes / 1e3:.0f} kB" for each in found)
        lines.append([f"a first query moves, median and most: {kind}", "≤ 120 kB", *sizes])
    most = (f"{max(rate.most_bytes for rate in each.values()) / 1e3:.0f} kB" for each in found)
    lines.append(["… the most of any kind", "≤ 120 kB", *most])
    counts = (f"{each['prefix'].files}, {each['prefix'].most_files}" for each in found)
    lines.append(["… files, median and most: prefix", "", *counts])
    lines.append(["the index, in files", "", *(f"{cost.bytes / 1e6:.1f} MB, {cost.files:,}" for cost in costs)])
    lines.append(["made whole, clock", "", *(f"{cost.whole:.1f} s" for cost in costs)])
    lines.append(["a new version, clock and files", "", *(_change(cost.version, cost.version_files) for cost in costs)])
    lines.append(["a new pack, clock and files", "", *(_change(cost.pack, cost.pack_files) for cost in costs)])
    rule = ["---"] * len(head)
    return "".join(f"| {' | '.join(line)} |\n" for line in (head, rule, *lines))


def _change(seconds: float, files: int) -> str:
    return f"{seconds * 1e3:.0f} ms, {files}"


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m bench.search", description="Measure the search.")
    parser.add_argument("--packs", type=int, nargs="+", default=[10_000, 100_000], help="how many packs there are")
    parser.add_argument("--queries", type=int, default=500, help="how many packs are looked for")
    parser.add_argument("--write", action="store_true", help="put the table into docs/performance.md")
    given = parser.parse_args()
    costs, found = [], []
    for count in given.packs:
        packs = list(rows(count))
        files, cost = measure(packs)
        costs.append(cost)
        found.append(rates(files, packs, given.queries))
    text = table(costs, found)
    print(text, end="")
    if given.write:
        page = PAGE.read_text()
        before, _, rest = page.partition(BEGIN)
        PAGE.write_text(before + BEGIN + text + END + rest.partition(END)[2])


if __name__ == "__main__":
    main()
