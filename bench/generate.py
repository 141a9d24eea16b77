"""Generate a synthetic registry as a git repository, or add a version or packs to such a repository.

    python -m bench.generate DIR --versions 10000 --seed 7 [--commits 1000]
    python -m bench.generate DIR --add-one
    python -m bench.generate DIR --add-packs 20

The same arguments give the same commit ids. The repository has no working tree: the first commit holds the settings,
publishers and organisations, every later one a batch of versions and statements. Every commit message ends with the
line `Bench: …` that lets `--add-one` continue without reading the tree.
"""

from __future__ import annotations

import argparse
import json
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from random import Random

from bench.addone import add_one, add_packs, trailer
from bench.fastimport import BRANCH, Stream, change
from bench.packs import Blob, Growing, blob_id, settings, statement
from bench.people import Shape, people_files, shape
from bench.profiles import profile

#: 2026-01-01T00:00:00Z, and the most seconds between two commits and from first to last.
START, STEP, SPAN = 1_767_225_600, 6 * 3600, 300 * 86_400

VERSIONS_PER_PACK = 5

#: git fast-import keeps every tree it has touched in memory; a new process now and then keeps that flat.
PER_PROCESS = 100_000


#: The content of one commit: blobs by folder below `registry-src/`.
Batch = list[tuple[str, list[Blob]]]


class Schedule:
    """Which pack gets its next version when: new packs start at an even rate, the others move on at random."""

    def __init__(self, shape: Shape, versions: int) -> None:
        self.shape = shape
        self.rng = Random(f"{shape.seed} schedule")
        self.most_growing = min(3000, versions // 50 + 10)
        self.growing: list[Growing] = []
        self.packs = 0
        self.known = 0
        self.versions = 0

    def batch(self, size: int, day: str) -> Batch:
        """The next `size` versions, and the statements that go with them, as committed on `day`."""
        self.known = self.packs
        touched: set[int] = set()
        batch: Batch = []
        for _ in range(size):
            pack = self._pick(touched)
            touched.add(pack.profile.number)
            release = pack.release()
            batch.append((f"{release.profile.folder}/{release.version}", release.blobs))
            if said := self._statement(pack, day):
                batch.append((release.profile.folder, said))
        self.growing = [pack for pack in self.growing if not pack.finished]
        return batch

    def _pick(self, touched: set[int]) -> Growing:
        self.versions += 1
        due = self.packs * VERSIONS_PER_PACK < self.versions and len(self.growing) < self.most_growing
        if self.growing and not due:
            drawn = [pack for pack in self.rng.choices(self.growing, k=8) if not pack.finished]
            if drawn:
                return next((pack for pack in drawn if pack.profile.number not in touched), drawn[0])
        pack = Growing(self.shape, profile(self.shape, self.packs), self._dependencies())
        self.packs += 1
        self.growing.append(pack)
        return pack

    def _dependencies(self) -> dict[str, str]:
        """Zero to four packs of earlier commits, older ones more often, each with a range that stays satisfiable."""
        rng = self.rng
        count = min(self.known, rng.choice((0, 0, 0, 1, 1, 2, 4)))
        chosen = {int(self.known * rng.random() ** 2) for _ in range(count)}
        ranged = rng.random() < 0.4
        earlier = (profile(self.shape, index) for index in sorted(chosen))
        return {what.name: f"{rng.choice(('>=', '^', '~'))}{what.first}" if ranged else "*" for what in earlier}

    def _statement(self, pack: Growing, day: str) -> list[Blob]:
        """At times: the version before the latest is yanked or deprecated, or a finished pack as a whole.

        A first version is never yanked, so every range in `_dependencies` stays satisfiable.
        """
        chance = self.rng.random()
        fields = f"reason: {pack.prose.phrase(4, 12)}\n"
        if chance < 0.025 and len(pack.versions) > 2:
            action = "yank" if chance < 0.0145 else "deprecate"
            fields = f"version: {pack.versions[-2]}\n{fields}"
        elif chance > 0.985 and pack.finished:
            action = "deprecate"
        else:
            return []
        pack.statements += 1
        return statement(self.shape, pack.profile, pack.statements, action, day, fields)


def generate(repository: Path, versions: int, seed: int, commits: int) -> int:
    """Make `repository` with a registry of that many versions; gives the number of packs.

    Raises FileExistsError when there is a repository already.
    """
    if (repository / ".git").exists():
        raise FileExistsError(repository)
    subprocess.run(["git", "init", "-q", "-b", "main", str(repository)], check=True)
    what = shape(seed, versions)
    schedule = Schedule(what, versions)
    step = min(STEP, SPAN // commits)
    per_process = max(1, PER_PROCESS * commits // versions)
    for begin in range(0, commits, per_process):
        with Stream(repository) as stream:
            if begin == 0:
                _commit(stream, START, "Start the registry", what, 0, _beginning(what))
            for at in range(begin, min(commits, begin + per_process)):
                time = START + step * (at + 1)
                size = versions * (at + 1) // commits - versions * at // commits
                batch = schedule.batch(size, datetime.fromtimestamp(time, UTC).strftime("%Y-%m-%d"))
                parent = f"{BRANCH}^0" if begin and at == begin else ""
                _commit(stream, time, f"Publish {size} versions", what, schedule.packs, batch, parent)
    return schedule.packs


def _beginning(what: Shape) -> Batch:
    """The settings, publishers and organisations."""
    files = (("registry.yaml", settings(what)), *people_files(what))
    return [("", [Blob(path, "100644", blob_id(data), data) for path, data in files])]


def _commit(stream: Stream, time: int, title: str, what: Shape, packs: int, batch: Batch, parent: str = "") -> None:
    for _, blobs in batch:
        stream.blobs(blobs)
    changes = (change(folder, blob) for folder, blobs in batch for blob in blobs)
    stream.commit(time, f"{title}\n\n{trailer(what, packs)}\n", changes, parent)


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m bench.generate", description="Make a synthetic registry.")
    parser.add_argument("directory", type=Path)
    parser.add_argument("--versions", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--commits", type=int, help="commits besides the first (a tenth of the versions, 20 to 1000)")
    parser.add_argument("--add-one", action="store_true", help="add one version of an existing pack in one commit")
    parser.add_argument("--add-packs", type=int, metavar="N", help="add so many packs in one commit")
    given = parser.parse_args()
    if given.add_packs:
        print(json.dumps([what.name for what in add_packs(given.directory, [{}] * given.add_packs)]))
        return
    if given.add_one:
        print(json.dumps(add_one(given.directory)._asdict()))
        return
    commits = min(given.versions, given.commits or min(1000, max(20, given.versions // 10)))
    packs = generate(given.directory, given.versions, given.seed, commits)
    print(json.dumps({"versions": given.versions, "packs": packs, "commits": commits + 1}))


if __name__ == "__main__":
    main()
