"""Measure what it costs to ask a registry, by the command, over real servers on this machine.

    python -m bench.client --sizes 10k,100k [--work DIR] [--write docs/performance.md]

A registry of 100,000 versions has 20,000 packs. Two packs with twelve dependencies each are published in it, and then
versions of others; in between, users who know the registry ask again. Requests and bytes of bodies are those that the
servers count, those for tarballs apart. Where two figures stand, the first is of nginx, the second of
`python -m http.server`, which sends files only whole.

What is published is made by processes of their own: a child's memory counts from that of the process that starts it.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from random import Random
from typing import NamedTuple

from bench.addone import add_one, add_packs, head_of
from bench.measure import Cost, cost, run, typical
from bench.profiles import Profile, profile
from bench.serving import Asked, Server, programs

#: How often what takes no second is measured.
REPEAT = 7
#: How many versions of other packs are new to a user who comes back, as far as there are half as many packs.
VERSIONS = (10, 1_000, 20_000)
DEPENDENCIES = 12
#: What is searched for besides a name and a name with a slip.
QUERIES = (
    ("a word", ("review",)),
    ("a word and a filter", ("tag:python", "review")),
    ("a filter", ("tag:python",)),
    ("two slips", ("pyhton", "reveiw")),
    ("every pack by date", ("--sort", "updated")),
    ("a word of most", ("the",)),
    ("nothing found", ("qqqqqqqq",)),
)

_COST = re.compile(r"(\d+) requests? in (\d+) rounds?, \d+ bytes$", re.MULTILINE)

#: What a row of the table says: its label and its bound, and the value for a registry.
_Row = tuple[tuple[str, str], str]
Rows = dict[tuple[str, str], str]


class Talk(NamedTuple):
    """A command's talk with a registry: what it cost, the rounds of requests, and what was asked for."""

    cost: Cost
    rounds: int
    asked: tuple[Asked, ...]

    @property
    def besides(self) -> list[Asked]:
        """What was asked for besides tarballs."""
        return [each for each in self.asked if not each.path.endswith(".tar.gz")]

    @property
    def requests(self) -> str:
        """How many requests there were, those for tarballs after a plus sign."""
        tarballs = len(self.asked) - len(self.besides)
        return f"{len(self.besides)} + {tarballs}" if tarballs else f"{len(self.besides)}"

    @property
    def size(self) -> int:
        """The bytes of the bodies, tarballs aside."""
        return sum(each.size for each in self.besides)


class User:
    """Somebody with a home and a project, who asks one server."""

    def __init__(self, home: Path, server: Server) -> None:
        self.home, self.project, self.server = home, home / "project", server
        self.project.mkdir(parents=True)
        self.environ = {"HOME": str(home)} | dict.fromkeys(("XDG_CACHE_HOME", "XDG_STATE_HOME", "XDG_CONFIG_HOME"), "")

    def command(self, word: str, *more: str) -> list[str]:
        """A command line in the project."""
        return [*packyard(word), *more, "--project", str(self.project), "--registry", self.server.address, "--verbose"]

    def talk(self, word: str, *more: str) -> Talk:
        """What a command costs here and there."""
        self.server.asked()
        spent, said = run(self.command(word, *more), self.environ)
        found, asked = _COST.search(said), tuple(self.server.asked())
        return Talk(spent, int(found[2]) if found else 0, asked)

    def typical(self, word: str, *more: str) -> Cost:
        """What a command costs that changes nothing."""
        return typical(self.talk(word, *more).cost for _ in range(REPEAT))

    def kept(self) -> Mapping[str, int]:
        """The bytes of what is kept, by the name of the file or the folder."""
        return {
            "state.json": _size(self.home / ".local", "state.json"),
            "entries": _size(self.home / ".local", "entries"),
            "cache": _size(self.home / ".cache", "*"),
        }


class Sets(NamedTuple):
    """Packs with twelve dependencies: all at once, and in four steps; and those that depend on nothing."""

    star: str
    chain: str
    leaves: tuple[Profile, ...]


def packyard(*words: str) -> list[str]:
    """A command line of the program."""
    return [sys.executable, "-m", "packyard", *words]


def publish_sets(repo: Path, site: Path) -> Sets:
    """Commits the packs with dependencies to a registry whose site this is."""
    leaves = _leaves(repo, site)
    names = iter([each.name for each in leaves])
    step: Sequence[str] = [next(names) for _ in range(3)]
    for _ in range(3):
        (made,) = add_packs(repo, [dict.fromkeys(step, "*")])
        step = [made.name, next(names), next(names)]
    chain, star = add_packs(repo, [dict.fromkeys(step, "*"), {each.name: "*" for each in leaves}])
    return Sets(star.name, chain.name, leaves)


def _leaves(repo: Path, site: Path) -> tuple[Profile, ...]:
    """Packs of any age that depend on nothing; new ones where there are not enough."""
    head, found = head_of(repo), list[Profile]()
    for number in Random("leaves").sample(range(head.packs), head.packs):
        what = profile(head.shape, number)
        versions = json.loads((site / f"packs/{what.name}/index.json").read_bytes())["versions"]
        if not versions[0]["dependencies"] and not versions[0]["yanked"]:
            found.append(what)
        if len(found) == DEPENDENCIES:
            break
    return (*found, *add_packs(repo, [{}] * (DEPENDENCIES - len(found))))


def measure(repo: Path, site: Path, work: Path, build: Callable[[], object]) -> Rows:
    """All rows for a registry and its site, both of which grow on the way; `build` brings the site up to date."""
    sets = publish_sets(repo, site)
    build()
    with ExitStack() as stack:
        servers = {name: stack.enter_context(serve(site, work / name)) for name, serve in programs().items()}
        users = [[User(work / f"{name}-{what}", server) for name, server in servers.items()] for what in sets[:2]]
        return dict(_rows(_Ground(repo, site, work, build), sets, *users))


class _Ground(NamedTuple):
    repo: Path
    site: Path
    work: Path
    build: Callable[[], object]


def _rows(ground: _Ground, sets: Sets, stars: list[User], chains: list[User]) -> Iterator[_Row]:
    first = [user.talk("install", sets.star) for user in stars]
    yield from _talks("first contact, 12 dependencies at once", first, rounds="≤ 3")
    yield from _talks(
        "first contact, 12 dependencies in 4 steps", [each.talk("install", sets.chain) for each in chains]
    )
    yield from _talks("nothing new", [user.talk("install") for user in stars], requests="1", size="≤ 1.5 kB")
    yield from _times(stars[0], sets.leaves[0].name)
    yield ("first contact, memory", "≤ 200 MB"), _mb(first[0].cost.memory)
    shutil.copytree(ground.site, ground.work / "mirror", copy_function=os.link)
    add_one(ground.repo, sets.leaves[-1].number)
    ground.build()
    yield from _talks("one new version", [user.talk("update") for user in stars], requests="≤ 6", size="≤ 70 kB")
    yield from _mirrored(stars[0].server, ground.work / "mirror")
    for number in VERSIONS:
        if number <= head_of(ground.repo).packs * 2:
            cost([sys.executable, "-m", "bench.generate", str(ground.repo), "--add-packs", str(number)])
            ground.build()
            yield from _talks(f"{number:,} versions of other packs", [user.talk("update") for user in stars])
    for name, size in stars[0].kept().items():
        yield (f"kept at last: {name}", ""), f"{size / 1e3:,.0f} kB"


def _talks(label: str, talks: Sequence[Talk], rounds: str = "", requests: str = "", size: str = "") -> Iterator[_Row]:
    yield (f"{label}: rounds", rounds), _each(f"{each.rounds}" for each in talks)
    yield (f"{label}: requests", requests), _each(each.requests for each in talks)
    yield (f"{label}: bytes, tarballs aside", size), _each(f"{each.size / 1e3:,.1f} kB" for each in talks)


def _times(user: User, name: str) -> Iterator[_Row]:
    """What commands take when nothing is new. The first search fetches the catalogue and prepares it."""
    yield ("an empty Python program, clock", ""), _ms(typical(cost([sys.executable, "-c", ""]) for _ in range(REPEAT)))
    yield ("`packyard --help`, clock", "≤ 150 ms"), _ms(typical(cost(packyard("--help")) for _ in range(REPEAT)))
    yield ("`packyard list`, clock", ""), _ms(user.typical("list"))
    yield ("`packyard install --frozen`, clock", ""), _ms(user.typical("install", "--frozen"))
    yield ("… with `--offline`", ""), _ms(user.typical("install", "--frozen", "--offline"))
    first = user.talk("search", name)
    yield ("first `packyard search`, clock", ""), _ms(first.cost)
    yield ("… bytes", ""), f"{first.size / 1e6:.1f} MB"
    costs = [(what, user.typical("search", *words)) for what, words in _queries(name)]
    for what, spent in costs:
        yield (f"`packyard search`, {what}, clock", ""), _ms(spent)
    yield ("… memory", "≤ 200 MB"), _mb(max(spent.memory for _, spent in costs))


def _queries(name: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    yield "a name", (name,)
    yield "a name with a slip", (name[:3] + name[4] + name[3] + name[5:],)
    yield from QUERIES


def _mirrored(server: Server, mirror: Path) -> Iterator[_Row]:
    """A mirror that is one version behind, brought up to date."""
    server.asked()
    spent = cost(packyard("mirror", "sync", server.address, str(mirror)))
    asked = server.asked()
    yield ("mirror, one new version: requests", ""), f"{len(asked)}"
    yield ("mirror, one new version: bytes", ""), f"{sum(each.size for each in asked) / 1e3:,.0f} kB"
    yield ("mirror, one new version: clock", ""), f"{spent.wall:.2f} s"


def _each(values: Iterable[str]) -> str:
    return " · ".join(values)


def _ms(spent: Cost) -> str:
    return f"{spent.wall * 1e3:.0f} ms"


def _mb(memory: int) -> str:
    return f"{memory / 1e6:.0f} MB"


def _size(folder: Path, pattern: str) -> int:
    return sum(path.stat().st_size for path in folder.rglob(pattern) if path.is_file())


def table(figures: Mapping[str, Rows]) -> str:
    """The rows of registries, by the heading of their column."""
    labels = dict.fromkeys(label for rows in figures.values() for label in rows)
    heads = ["", "bound", *figures]
    lines = [heads, ["---", *["---:"] * (len(heads) - 1)]]
    lines += [[*label, *(rows.get(label, "") for rows in figures.values())] for label in labels]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in lines)


def main() -> None:
    """The command line."""
    from bench.report import CLIENT, machine, write
    from bench.run import build, registry, runs, versions_of  # which measure the client too

    parser = argparse.ArgumentParser(prog="python -m bench.client", description="Measure the client.")
    parser.add_argument("--sizes", default="10k", help="numbers of versions, such as 10k,100k")
    parser.add_argument("--work", type=Path, default=Path(tempfile.gettempdir()) / "bench", help="where all is made")
    parser.add_argument("--write", type=Path, help="the page whose table is to be replaced")
    given, figures = parser.parse_args(), dict[str, Rows]()
    with runs(given.work) as folder:
        for name in given.sizes.split(","):
            clone, site = folder / name / "clone", folder / name / "site"
            shutil.copytree(registry(given.work, name), clone, symlinks=True)
            cost(build(clone, site))
            head = heading(versions_of(name), head_of(clone).packs)
            figures[head] = measure(clone, site, folder / name / "client", partial(cost, build(clone, site)))
            print(table(figures), flush=True)
    if given.write:
        write(given.write, f"{table(figures)}\nMeasured on {machine(given.work)}.\n", CLIENT)


def heading(versions: int, packs: int) -> str:
    """The heading of a registry's column."""
    return f"{versions:,} versions, {packs:,} packs"


if __name__ == "__main__":
    main()
