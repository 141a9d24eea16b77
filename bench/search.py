"""Measure the search in a catalogue of synthetic packs, as a part of a whole process.

    python -m bench.search [--packs 20000] [--repeat 7]

Each query runs in a process of its own, which imports the search, reads and hashes the bytes of `index.json` and of its
prepared form, searches and makes the page. Times are from after the start of Python to the end of the search, medians;
first stand what `json.loads` alone takes for the same bytes, and a first search, which prepares them.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from random import Random
from statistics import median

from bench.measure import ROOT
from bench.people import Shape, shape
from bench.profiles import origin, profile
from bench.text import Prose
from packyard.formats import documents
from packyard.model import Mark, Row
from packyard.registry import Registry

SEED = 7
VERSIONS_PER_PACK = 5
#: What is asked besides a name and a name with a slip, and by what it is sorted: a word of many packs, a filter, words
#: with a slip, every pack by date, a word of most descriptions, nothing.
QUERIES = (
    ("review", "relevance"),
    ("tag:python review", "relevance"),
    ("tag:python", "relevance"),
    ("pyhton reveiw", "relevance"),
    ("", "updated"),
    ("the", "relevance"),
    ("qqqqqqqq", "relevance"),
)

_PARSE = """
import sys, time
started, before = time.perf_counter(), time.process_time()
import json
rows = json.loads(open(sys.argv[1], "rb").read())["packs"]
print(len(rows), time.perf_counter() - started, time.process_time() - before)
"""
_SEARCH = """
import sys, time
started, before = time.perf_counter(), time.process_time()
from hashlib import sha256
from pathlib import Path
from packyard.client.searching import search
from packyard.edges.cache import Cache
from packyard.edges.client_prepared import read_prepared
from packyard.search.query import parse_query
path = Path(sys.argv[1])
data = path.read_bytes()
catalogue = read_prepared(Cache(path.parent / "cache"), sha256(data).hexdigest(), data)
found = search(catalogue, parse_query(sys.argv[2]), sys.argv[3])
print(found.total, time.perf_counter() - started, time.process_time() - before)
"""


def catalogue_of(packs: int, seed: int = SEED) -> bytes:
    """The `index.json` of a synthetic registry with so many packs; the same arguments give the same bytes."""
    what = shape(seed, packs * VERSIONS_PER_PACK)
    registry = Registry(origin(what), "Bench", "https://bench.example.org/", (), 14, {}, {}, {})
    rows = sorted((_row(seed, what, number) for number in range(packs)), key=lambda row: row.name)
    return b"".join(documents.index_parts(registry, 1, "0" * 40, packs, map(documents.index_row, rows)))


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m bench.search", description="Measure the search.")
    parser.add_argument("--packs", type=int, default=20_000, help="how many packs the catalogue has")
    parser.add_argument("--repeat", type=int, default=7, help="how often each query is run")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "index.json"
        path.write_bytes(catalogue_of(given.packs))
        print(f"{given.packs:,} packs, {path.stat().st_size / 1e6:.1f} MB")
        name = json.loads(path.read_bytes())["packs"][given.packs // 2]["name"]
        slip = name[:3] + name[4] + name[3] + name[5:]
        _tell("json.loads", [_run(_PARSE, path) for _ in range(given.repeat)])
        _tell("the first search", [_run(_SEARCH, path, name, "relevance")])
        for query, sort in ((name, "relevance"), (slip, "relevance"), *QUERIES):
            _tell(f"{query!r} by {sort}", [_run(_SEARCH, path, query, sort) for _ in range(given.repeat)])


def _tell(what: str, runs: list[tuple[int, float, float]]) -> None:
    totals, walls, processors = zip(*runs, strict=True)
    print(f"{median(walls) * 1e3:5.0f} ms, {median(processors) * 1e3:4.0f} ms CPU, {totals[0]:6} packs  {what}")


def _run(program: str, path: Path, *arguments: str) -> tuple[int, float, float]:
    """How many packs there were, seconds on the clock, and seconds of a processor."""
    command = [sys.executable, "-c", program, str(path), *arguments]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    total, wall, processor = done.stdout.split()
    return int(total), float(wall), float(processor)


def _row(seed: int, what: Shape, number: int) -> Row:
    pack, random = profile(what, number), Random(f"{seed} row {number}")
    return Row(
        pack.name,
        pack.first,
        Prose(random).phrase(6, 22),
        pack.name[1:].partition("/")[0] if pack.name.startswith("@") else pack.publisher.handle,
        pack.tags,
        pack.targets,
        tuple(random.sample(("rules", "commands", "skills", "hooks"), random.randint(1, 3))),
        pack.license,
        1_770_000_000 + random.randrange(10_000_000),
        Mark("use another one", "2026-06-01") if random.random() < 0.02 else None,
        pack.versions,
    )


if __name__ == "__main__":
    main()
