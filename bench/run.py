"""Measure builds of synthetic registries, compare them with the floor, and measure the client (`bench.client`).

    python -m bench.run --sizes 1k,10k [--work DIR] [--write docs/performance.md]

Registries are generated in the work folder when they are missing, and stay there. Every measurement is of a whole
process with its children. Everything is made in folders that were never there before, and removed when all is
measured: ext4 looks through recently deleted inodes when it makes new ones, which doubles the system's share of a
build that follows a removal.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from bench import client
from bench.addone import add_one, head_of
from bench.generate import generate
from bench.measure import Change, Cost, Failed, change, cost, states, typical
from bench.report import CLIENT, Figures, machine, table, write

SEED = 2
SHORT = 7


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m bench.run", description="Measure builds of synthetic registries.")
    parser.add_argument("--sizes", default="1k,10k", help="numbers of versions, such as 1k,10k,100k")
    parser.add_argument("--work", type=Path, default=Path(tempfile.gettempdir()) / "bench", help="where all is made")
    parser.add_argument("--repeat", type=int, help="how often a full build is measured (1 to 5 times, by size)")
    parser.add_argument("--write", type=Path, help="the page whose table is to be replaced")
    given = parser.parse_args()
    figures: list[Figures] = []
    with runs(given.work) as folder:
        _warm_up(folder)
        for name in given.sizes.split(","):
            figures.append(measure(name, registry(given.work, name), folder / name, given.repeat))
            print(f"{table(figures, given.work)}\n{_client(figures)}", flush=True)
    if given.write:
        write(given.write, table(figures, given.work))
        write(given.write, f"{_client(figures)}\nMeasured on {machine(given.work)}.\n", CLIENT)


def _client(figures: Sequence[Figures]) -> str:
    return client.table({client.heading(it.versions, it.packs): it.client for it in figures})


@contextmanager
def runs(work: Path) -> Iterator[Path]:
    """A new folder for what is made, removed at the end."""
    work.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="run-", dir=work))
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


def versions_of(name: str) -> int:
    """The number of versions that a size means: `10k` is 10,000."""
    return int(name.removesuffix("k")) * (1000 if name.endswith("k") else 1)


def registry(work: Path, name: str) -> Path:
    """The registry of a size, generated when it is not there."""
    folder = work / name
    if not (folder / ".git").exists():
        versions = versions_of(name)
        generate(folder, versions, SEED, min(1000, max(20, versions // 10)))
    return folder


def _warm_up(folder: Path) -> None:
    """Compiles the program's modules, so that the first measurement does not."""
    generate(folder / "warm", 60, SEED, 20)
    cost(build(folder / "warm", folder / "warm-site", 1))
    cost(floor(folder / "warm", folder / "warm-floor"))


def build(repo: Path, site: Path, jobs: int = 0) -> list[str]:
    """The command of a build."""
    return [sys.executable, "build.py", "--repo", str(repo), "--out", str(site), "--jobs", str(jobs), "--quiet"]


def check(repo: Path) -> list[str]:
    """The command that judges the last commit of a registry as a pull request to the commits before it."""
    command = [sys.executable, "-m", "packyard", "check", "--repo", str(repo), "--base", "HEAD~1", "--head", "HEAD"]
    return [*command, "--review-ok"]


def floor(repo: Path, site: Path) -> list[str]:
    """The command of the floor."""
    return [sys.executable, "-m", "bench.floor", str(repo), str(site)]


def measure(name: str, repo: Path, folder: Path, repeat: int | None = None) -> Figures:
    """All figures of one registry. What is made is in new folders below `folder`."""
    versions = versions_of(name)
    times = repeat or max(1, min(5, 20_000 // versions))
    least, one, two = list[Cost](), list[Cost](), list[Cost]()
    for at in range(times):
        least.append(cost(floor(repo, folder / f"floor-{at}")))
        one.append(cost(build(repo, folder / f"one-{at}" / "site", 1)))
        two.append(cost(build(repo, folder / f"two-{at}" / "site", 2)))
    site = folder / "two-0" / "site"
    unchanged, touched = _unchanged(repo, site)
    added, changed = _add(repo, folder / "clone", site)
    checked = typical(cost(check(folder / "clone")) for _ in range(SHORT))
    audited = _maybe(lambda: cost([sys.executable, "-m", "packyard", "audit", str(site), "--jobs", "2", "--quiet"]))
    hashed = cost([sys.executable, "-m", "bench.hashing", str(site)])
    packs, asked = head_of(repo).packs, folder / "client"
    asking = client.measure(folder / "clone", site, asked, partial(cost, build(folder / "clone", site)))
    costs = (typical(least), typical(one), typical(two), unchanged, added, checked, audited, hashed)
    return Figures(name, versions, packs, times, *costs, touched, changed, asking)


def _unchanged(repo: Path, site: Path) -> tuple[Cost, int]:
    """A build that has nothing to do, and how many files it touched."""
    before = states(site)
    found = typical(cost(build(repo, site)) for _ in range(SHORT))
    after = states(site)
    return found, sum(after.get(path) != state for path, state in before.items()) + len(after.keys() - before.keys())


def _add(repo: Path, clone: Path, site: Path) -> tuple[Cost, Change]:
    """A build after one version was added to a copy of the registry, and what the first such build changed."""
    shutil.copytree(repo, clone, symlinks=True)
    costs, changed = list[Cost](), None
    for _ in range(SHORT):
        before = states(site) if changed is None else {}
        add_one(clone)
        costs.append(cost(build(clone, site)))
        changed = changed or change(before, states(site))
    assert changed is not None
    return typical(costs), changed


def _maybe(measured: Callable[[], Cost]) -> Cost | None:
    try:
        return measured()
    except Failed as error:
        print(error, file=sys.stderr)
        return None


if __name__ == "__main__":
    main()
