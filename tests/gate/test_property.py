"""No sequence of change sets that the gate lets pass yields a registry that does not build, loses a version, or lets a
key act outside of its rights.

The change sets are drawn from a seed: honest and hostile ones, by owners, members and strangers, merged by a merge
commit or commit by commit. What the gate rejects is dropped; everything else is merged, built and audited, and the
rights of every signer are told by a few lines of their own, not by the program's.
"""

from __future__ import annotations

from pathlib import Path
from random import Random

import pygit2
import pytest

from packyard.edges.judging import judge_refs
from packyard.formats.times import DAY
from packyard.model import PublisherKey
from tests.gate.examples_submission import yard
from tests.hostile.bed import Bed
from tests.registry import ROOTS, SINCE, TestRegistry, signer
from tests.sites import built

PACKS = ("hello", "base", "greetings", "lonely", "other", "gone", "@acme/tools")
PEOPLE = ("alice", "bob", "carol", "dora")
ACTIONS = ("yank", "unyank", "deprecate", "undeprecate", "promote", "archive", "withdraw", "rename")
MEMBERS = {"alice": "owner", "bob": "member", "carol": "member"}


class Ledger:
    """Who owns what, told from the accepted changes alone, and everything that was ever published."""

    def __init__(self) -> None:
        self.owners = {name: {"alice"} for name in ("hello", "base", "lonely")}
        self.owners |= {"greetings": {"alice", "bob"}, "other": {"bob"}, "gone": {"bob"}, "old": {"bob"}}
        self.published: set[str] = set()

    def may_publish(self, pack: str, who: str) -> bool:
        """Whether somebody may publish a version of a pack."""
        return who in MEMBERS if pack.startswith("@") else who in self.owners.get(pack, {who})

    def may_speak(self, pack: str, who: str) -> bool:
        """Whether somebody may make statements about a pack."""
        return MEMBERS.get(who) == "owner" if pack.startswith("@") else who in self.owners.get(pack, set())


class Attempt:
    """One change set: what it stages, and whether somebody acts in it who has no right to."""

    def __init__(self, rng: Random, ledger: Ledger, registry: TestRegistry) -> None:
        self.rng, self.ledger, self.registry = rng, ledger, registry
        self.wrong = False
        self.gained: dict[str, set[str]] = {}
        self.taken: dict[str, set[str]] = {}
        self.parted: dict[str, bytes] = {}

    def publish(self) -> None:
        """A version of some pack by somebody, now and then with a dependency."""
        pack = self.rng.choice((*PACKS, "novel", "novelty"))
        who = self.somebody(self.ledger.owners.get(pack, set(MEMBERS)))
        self.wrong |= not self.ledger.may_publish(pack, who) or who == "dora"
        number = f"{self.rng.randrange(3)}.{self.rng.randrange(3)}.{self.rng.randrange(4)}"
        if self.rng.random() < 0.6:
            number = f"1.1.{1 + sum(path.endswith('/SHA256SUMS') for path in self.registry.files)}"
        needs = {"dependencies": {self.rng.choice(PACKS): "*"}} if self.rng.random() < 0.3 else {}
        self.registry.version(pack, number, who, manifest=needs)
        self.gained.setdefault(pack, set()).add(who)

    def somebody(self, entitled: set[str]) -> str:
        """Mostly one of those who may, else anybody."""
        return self.rng.choice(sorted(entitled) if self.rng.random() < 0.7 else PEOPLE)

    def speak(self) -> None:
        """A statement about some pack by somebody."""
        pack, action = self.rng.choice(PACKS), self.rng.choice(ACTIONS)
        who = self.somebody(self.ledger.owners.get(pack, {"alice"}))
        self.wrong |= not self.ledger.may_speak(pack, who)
        fields = {"version": self.rng.choice(("0.1.0", "1.0.0", "1.0.1"))} if action != "archive" else {}
        fields |= {"channel": self.rng.choice(("stable", "beta"))} if action == "promote" else {}
        if action == "rename":
            fields = {"to": self.rng.choice([name for name in PACKS if name != pack])}
        self.registry.statement(action, pack, who, **fields)

    def share(self) -> None:
        """Another owner for some pack, or a transfer of it, with one signature or two."""
        pack, whom = self.rng.choice(PACKS[:6]), self.rng.choice(PEOPLE[:3])
        who = self.somebody(self.ledger.owners[pack])
        if self.rng.random() < 0.5:
            self.wrong |= not self.ledger.may_speak(pack, who)
            self.registry.statement("add-owner", pack, who, handle=whom)
            self.gained.setdefault(pack, set()).add(whom)
        elif who != whom:
            both = self.rng.random() < 0.6
            self.wrong |= not self.ledger.may_speak(pack, who) or not both
            self.registry.statement("transfer", pack, (who, whom) if both else (who,), from_=who, to=whom)
            self.taken[pack] = {whom}

    def recover(self) -> None:
        """A recovery, signed by enough root keys or by too few."""
        enough = self.rng.random() < 0.5
        self.wrong |= not enough
        pack = self.rng.choice(PACKS[:6])
        self.registry.statement("recover", pack, ROOTS[: 2 if enough else 1], to="carol")
        self.gained.setdefault(pack, set()).add("carol")

    def tamper(self) -> None:
        """A byte of something published, or a file that is gone."""
        paths = sorted(path for path in self.registry.files if path.startswith("packs/"))
        path = self.rng.choice(paths)
        self.wrong = True
        if self.rng.random() < 0.5:
            self.registry.files[path] += b"\n"
        else:
            del self.registry.files[path]

    def part(self) -> None:
        """Takes a folder of the registry away."""
        folder = self.rng.choice(("trust/", "orgs/", "publishers/", "packs/ot/"))
        self.parted = {path: data for path, data in self.registry.files.items() if path.startswith(folder)}
        self.registry.files = {path: data for path, data in self.registry.files.items() if path not in self.parted}

    def restore(self) -> None:
        """Puts it back."""
        self.registry.files.update(self.parted)

    def rekey(self) -> None:
        """A further key for somebody, signed by their own key or by another's."""
        who, by = self.rng.choice(PEOPLE[:3]), self.rng.choice(PEOPLE[:3])
        name = f"{who}-{self.rng.randrange(1000)}"
        value = self.registry.publishers[who]
        made = PublisherKey(signer(name).public_key, signer(name).key_id, ("publish", "admin"), SINCE)
        self.wrong |= who != by
        self.registry.revise(value._replace(keys=(*value.keys, made)), by)


#: The steps of a change set, each a commit of its own.
PLANS = (
    *[("publish",)] * 4,
    *[("speak",)] * 3,
    ("share",),
    ("share",),
    ("recover",),
    ("tamper",),
    ("rekey",),
    ("publish", "speak"),
    ("speak", "publish"),
    ("publish", "tamper"),
    ("rekey", "publish"),
    ("part", "restore"),
    ("part", "publish", "restore"),
)


def _merge(registry: Bed, base: str, rng: Random) -> None:
    """Merges the branch: its commits as they are, by a merge commit, or squashed into one."""
    way = rng.choice(("forward", "merge", "squash"))
    if way != "forward":
        head = registry.repo.head.peel(pygit2.Commit)
        author = pygit2.Signature("Merger", "merger@example.org", registry.time, 0)
        parents = [pygit2.Oid(hex=base), head.id][: 2 if way == "merge" else 1]
        made = registry.repo.create_commit(None, author, author, "Merge", head.tree_id, parents)
        registry.move(str(made))
        registry.time += 3600


def _run(folder: Path, seed: int, steps: int) -> list[str]:
    rng, ledger, outcomes = Random(seed), Ledger(), list[str]()
    registry, site = Bed(yard(folder / "repo")), folder / "site"
    built(registry.path, site)
    for _ in range(steps):
        registry.time += rng.choice((0, 0, 0, 3)) * DAY
        base, kept = str(registry.repo.head.target), Bed(registry)
        kept.time = registry.time
        attempt = Attempt(rng, ledger, registry)
        for step in rng.choice(PLANS):
            getattr(attempt, step)()
            registry.commit()
        verdict = judge_refs(registry.path, base, "main", registry.time)
        outcomes.append(verdict.outcome)
        if verdict.outcome == "reject":
            kept.move(base)
            kept.time = registry.time
            registry = kept
            continue
        assert not attempt.wrong, verdict
        _merge(registry, base, rng)
        built(registry.path, site)
        for pack, people in attempt.gained.items():
            ledger.owners.setdefault(pack, set()).update(people)
        ledger.owners |= attempt.taken
        ledger.published |= {each.rpartition("/")[0] for each in registry.files if each.endswith("/SHA256SUMS")}
        assert all((site / f"{path}/SHA256SUMS").exists() for path in _published_paths(ledger))
    built(registry.path, folder / "scratch" / "site", previous=str(site))
    return outcomes


def _published_paths(ledger: Ledger) -> list[str]:
    """Where the site has the versions: without the folder of two letters."""
    found = []
    for path in ledger.published:
        parts = path.split("/")
        found.append("/".join(parts if parts[1].startswith("@") else [parts[0], *parts[2:]]))
    return found


def test_a_few_change_sets(tmp_path: Path) -> None:
    outcomes = _run(tmp_path, 1, 25)
    assert {"accept", "review", "reject"} <= set(outcomes)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(2, 6))
def test_many_change_sets(tmp_path: Path, seed: int) -> None:
    outcomes = _run(tmp_path, seed, 60)
    assert len(outcomes) - outcomes.count("reject") > 10
