"""What asking a registry costs: the rounds, the files that are asked for, and the bytes, on a small real site."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from packyard.formats import layout
from tests.client.user_bed import User, watched
from tests.registry import TestRegistry, small
from tests.sites import built

LEAVES = [f"leaf-{number:02}" for number in range(12)]
STEPS = 4
#: What a new version of a pack takes, in the order of the paths, and the tarball.
NEWS = [
    "SNAPSHOT.bundle",
    "index.sums",
    "index/XX.sums",
    "log/tile/entries/000.p/N",
    "packs/P/V/T",
    "packs/P/files.sums",
]
NEWS += ["packs/P/index.json"]


class Bed:
    """A registry with a pack that needs twelve others at once, and one that leads to others step by step."""

    def __init__(self, root: Path) -> None:
        self.repo, self.site, self.asked = root / "repo", root / "site", list[str]()
        self.registry: TestRegistry = small(self.repo)
        for name in LEAVES:
            self.registry.version(name, "1.0.0", "alice")
        self.registry.version("star", "1.0.0", "bob", manifest={"dependencies": LEAVES})
        for number in range(STEPS):
            needs = {"dependencies": [f"step-{number + 1}"]} if number + 1 < STEPS else {}
            self.registry.version(f"step-{number}", "1.0.0", "bob", manifest=needs)
        self.registry.version("chain", "1.0.0", "bob", manifest={"dependencies": ["step-0"]})
        self.publish()

    def publish(self) -> None:
        """Commits and builds."""
        self.registry.commit("More")
        built(self.repo, self.site)

    def size(self, paths: list[str]) -> int:
        """The bytes of files of the site."""
        return sum((self.site / path).stat().st_size for path in paths)

    def ask(self) -> list[str]:
        """The paths that were asked for since the last time, in order."""
        found = sorted(path.removeprefix("/") for path in self.asked)
        self.asked.clear()
        return found


@pytest.fixture
def bed(tmp_path: Path) -> Bed:
    return Bed(tmp_path / "registry")


@pytest.fixture
def url(bed: Bed) -> Iterator[str]:
    with watched(bed.site, bed.asked.append) as address:
        yield address


def kinds(paths: list[str]) -> list[str]:
    """Paths without what differs between packs and snapshots."""
    text = "\n".join(paths)
    text = re.sub(r"^index/[0-9a-f]{2}", "index/XX", text, flags=re.MULTILINE)
    text = re.sub(r"^packs/[a-z0-9-]+/", "packs/P/", text, flags=re.MULTILINE)
    text = re.sub(r"^packs/P/[0-9.]+/\S+\.tar\.gz$", "packs/P/V/T", text, flags=re.MULTILINE)
    return re.sub(r"\.p/[0-9]+$", ".p/N", text, flags=re.MULTILINE).split("\n")


def test_twelve_dependencies_at_first_contact_take_three_rounds(bed: Bed, url: str, tmp_path: Path) -> None:
    client = User(tmp_path).client(url)
    assert len(client.install(["star"]).lock.packs) == 13
    cost, asked = client.registries.traffic()["main"], bed.ask()
    assert cost.rounds == 3
    assert (cost.requests, cost.received) == (len(asked), bed.size(asked))
    assert len(asked) == len(set(asked))
    of_packs = [path for path in asked if path.startswith("packs/")]
    assert (
        len(of_packs) == 13 * 5
    )  # files.sums, index.json, the tarball, and SHA256SUMS of the first with its signature
    assert len(asked) - len(of_packs) <= 13 + 10


def test_dependencies_step_by_step_take_a_round_each(bed: Bed, url: str, tmp_path: Path) -> None:
    client = User(tmp_path).client(url)
    assert len(client.install(["chain"]).lock.packs) == STEPS + 1
    assert client.registries.traffic()["main"].rounds == STEPS + 2


def test_nothing_new_takes_one_request(bed: Bed, url: str, tmp_path: Path) -> None:
    user = User(tmp_path)
    user.client(url).install(["star"])
    for call in ("install", "update", "verify"):
        bed.ask()
        client = user.client()
        getattr(client, call)()
        assert bed.ask() == [layout.SNAPSHOT_BUNDLE]
        cost = client.registries.traffic()["main"]
        assert (cost.rounds, cost.requests) == (1, 1)
        assert cost.received == bed.size([layout.SNAPSHOT_BUNDLE]) <= 1_500


def test_one_new_version_takes_six_requests_and_the_tarball(bed: Bed, url: str, tmp_path: Path) -> None:
    user = User(tmp_path)
    user.client(url).install(["leaf-00"])
    bed.registry.version("leaf-00", "1.1.0", "alice")
    bed.publish()
    bed.ask()
    client = user.client()
    assert client.update().changed == (("leaf-00", "1.0.0", "1.1.0"),)
    asked = bed.ask()
    assert kinds(asked) == NEWS
    assert client.registries.traffic()["main"].received == bed.size(asked)
