"""What other programs' formats cost: the same registry built without them, with each alone, and with all.

    python -m bench.formats --sizes 1k [--work DIR] [--write docs/performance.md]

Each build is a first one by one process, and then one more with one version added. The registries are those of
`bench.run`, of which copies get a commit that switches formats on and off.
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import NamedTuple

from bench.addone import add_one, head_of, trailer
from bench.fastimport import BRANCH, Stream, change
from bench.measure import Change, Cost, cost, states, typical
from bench.measure import change as difference
from bench.packs import Blob, blob_id, settings
from bench.report import machine, write
from bench.run import build, registry, runs
from packyard.formats.foreign import SURFACES

MARKS = "<!-- figures of formats: written by bench.formats -->\n", "<!-- end of figures of formats -->\n"
TIMES = 3
_HEADS = (
    "rendered",
    "full build, CPU",
    "more",
    "one version added, clock",
    "files replaced",
    "bytes in them",
    "new files",
)


class Figures(NamedTuple):
    """What was measured of one registry with some formats."""

    rendered: str
    full: Cost
    added: Cost
    changed: Change


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m bench.formats", description=str(__doc__).splitlines()[0])
    parser.add_argument("--sizes", default="1k", help="numbers of versions, such as 1k,10k")
    parser.add_argument("--work", type=Path, default=Path(tempfile.gettempdir()) / "bench", help="where all is made")
    parser.add_argument("--write", type=Path, help="the page whose tables are to be replaced")
    given = parser.parse_args()
    said = list[str]()
    with runs(given.work) as folder:
        for size in given.sizes.split(","):
            repo = registry(given.work, size)
            found = [measure(repo, folder / size / name, on) for name, on in choices()]
            said.append(table(f"{head_of(repo).packs:,} packs, {size} versions", found))
            print(said[-1], flush=True)
        if given.write:
            write(given.write, "\n".join(said) + f"\nMeasured on {machine(given.work)}.\n", MARKS)


def choices() -> list[tuple[str, tuple[str, ...]]]:
    """What is measured: a name, and the formats that are on."""
    return [("none", ()), *((name, (name,)) for name in SURFACES), ("all", tuple(SURFACES))]


def measure(repo: Path, folder: Path, on: Collection[str]) -> Figures:
    """The figures of a copy of a registry with these formats; all is made in `folder`, which is new."""
    clone, site = folder / "clone", folder / "site" / "site"
    shutil.copytree(repo, clone, symlinks=True)
    _choose(clone, on)
    full = cost(build(clone, site, 1))
    before, costs, changed = states(site), list[Cost](), None
    for _ in range(TIMES):
        add_one(clone)
        costs.append(cost(build(clone, site)))
        changed = changed or difference(before, states(site))
    assert changed is not None
    shutil.rmtree(folder)
    return Figures(folder.name, full, typical(costs), changed)


def _choose(clone: Path, on: Collection[str]) -> None:
    """Commits settings with these formats and no others."""
    _, time, shape, packs = head_of(clone)
    lines = "".join(f"  {name}: {'true' if name in on else 'false'}\n" for name in SURFACES)
    data = settings(shape) + f"surfaces:\n{lines}".encode()
    blob = Blob("registry.yaml", "100644", blob_id(data), data)
    with Stream(clone) as stream:
        stream.blobs([blob])
        stream.commit(time + 3600, f"Choose formats\n\n{trailer(shape, packs)}\n", [change("", blob)], f"{BRANCH}^0")


def table(title: str, figures: Sequence[Figures]) -> str:
    """The table of a registry, against its first line."""
    least = figures[0].full.cpu
    rows = [
        (
            it.rendered,
            f"{it.full.cpu:.1f} s",
            f"{100 * (it.full.cpu / least - 1):.0f} %",
            f"{it.added.wall * 1e3:.0f} ms",
            f"{it.changed.replaced}",
            f"{it.changed.replaced_bytes / 1e3:.0f} kB",
            f"{it.changed.new}",
        )
        for it in figures
    ]
    lines = [_HEADS, ("---", *["---:"] * (len(_HEADS) - 1)), *rows]
    return f"{title}:\n\n" + "\n".join(f"| {' | '.join(cells)} |" for cells in lines) + "\n"


if __name__ == "__main__":
    main()
