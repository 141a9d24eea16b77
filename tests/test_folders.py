"""Large folders and their shards: made as far as something changed, and read by whoever reads lists."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from packyard import seal
from packyard.audit import audit, audit_staged
from packyard.audit.chain import Chain
from packyard.audit.reading import Reading
from packyard.client.wanted import Files, Wanted
from packyard.edges.client_catalogue import listed_in_site
from packyard.edges.memory import CHAIN, Memory
from packyard.emitter import Emitter
from packyard.errors import Problem
from packyard.formats import inventory, layout, sums, trustfile
from packyard.formats.snapshot import parse_snapshot
from packyard.kit.listing import site_files
from packyard.model import Output
from packyard.stages import sealing
from tests.published import MemorySite, MemoryStaging, flipped, load, unit
from tests.registry import TestRegistry, small
from tests.sites import built, differences
from tests.tools import sampled

LIMIT = 3


@pytest.fixture(autouse=True)
def small_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inventory, "FOLDER_LIMIT", LIMIT)


class Kept:
    """A staging area that only keeps what is staged."""

    name = "kept"

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.written = 0

    def same(self, path: str, data: bytes) -> bool:
        return self.files.get(path) == data

    def current(self, path: str, limit: int) -> bytes | None:
        return self.files.get(path)

    def write(self, path: str, data: bytes) -> None:
        self.files[path] = data

    replace = write

    def copy(self, path: str, of: str) -> None:
        self.files[path] = self.files[of]


def sealed(memory: Memory, staging: Kept, fresh: bool = False) -> dict[str, bytes]:
    """What sealing writes; the staging area is then what the site would be."""
    before, output = dict(staging.files), Emitter(staging, "tool", memory.unit(CHAIN))
    sealing._site_lists(memory, fresh, output)
    memory.set_unit(CHAIN, output.files.values())
    staging.files = {path: staging.files[path] for path in output.files}
    return {path: data for path, data in staging.files.items() if before.get(path) != data}


def outputs(unit: str, files: dict[str, int]) -> list[Output]:
    return [
        Output(path, "", sha256(f"{unit} {path} {content}".encode()).hexdigest(), 1) for path, content in files.items()
    ]


PATHS = [
    *("index.html", "tags/index.html", "tags/a/index.html", "tags/a/feed.atom", "tags/b/index.html", "tags/c/2.html"),
    *("tags/0a.sums/index.html", "search/rows/1.gz", "search/rows/2.gz", "search/rows/3.gz", "search/x.gz", "orgs/x/1"),
]
#: What each of three units has, after each build; a path may go from one unit to another.
states = st.dictionaries(
    st.sampled_from(PATHS), st.tuples(st.sampled_from(["one", "two", "three"]), st.integers(0, 2)), max_size=len(PATHS)
)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(states, st.booleans(), st.permutations(["one", "two", "three"])), min_size=1, max_size=5))
def test_what_is_made_again_is_what_would_be_made_from_nothing(
    builds: list[tuple[dict[str, tuple[str, int]], bool, list[str]]],
) -> None:
    with TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(inventory, "FOLDER_LIMIT", LIMIT)
        memory, staging = Memory(Path(folder) / "memory.sqlite"), Kept()
        memory.begin()
        for state, fresh, order in builds:
            files = {
                name: outputs(name, {path: content for path, (owner, content) in state.items() if owner == name})
                for name in order
            }
            for name in order:
                memory.set_unit(name, files[name])
            sealed(memory, staging, fresh)
            listed = ((file.path, file.sha256) for each in files.values() for file in each)
            assert staging.files == dict(seal.site_lists(listed))
        memory.close()


def test_the_cost_is_that_of_the_change(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    memory, staging, asked = Memory(tmp_path / "memory.sqlite"), Kept(), list[tuple[str, int]]()
    memory.begin()
    for number in range(300):
        tag = f"t{number}"
        memory.set_unit(tag, outputs(tag, {f"tags/{tag}/{name}": 1 for name in ("index.html", "feed.atom")}))
    memory.set_unit("home", outputs("home", {"index.html": 1}))
    sealed(memory, staging)
    read = memory.files_at

    def counted(folder: str, shard: int) -> list[tuple[str, str]]:
        asked.append((folder, shard))
        return read(folder, shard)

    monkeypatch.setattr(memory, "files_at", counted)
    memory.set_unit("t7", outputs("t7", {"tags/t7/index.html": 1, "tags/t7/feed.atom": 2}))
    memory.set_unit("home", outputs("home", {"index.html": 2}))
    place = inventory.place_of("tags/t7/")
    assert sorted(sealed(memory, staging)) == [
        "site.sums",
        inventory.folder_sums("tags"),
        inventory.folder_shard(*place),
    ]
    assert asked == [place]
    assert (sealed(memory, staging), len(asked)) == ({}, 1)


# --- a site with large folders ---


class Grown(NamedTuple):
    """A site before and after one more version, whose larger folders have shards."""

    before: dict[str, bytes]
    site: dict[str, bytes]
    folder: Path
    registry: TestRegistry


@pytest.fixture(scope="module")
def grown(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Grown]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(inventory, "FOLDER_LIMIT", LIMIT)
        folder = tmp_path_factory.mktemp("folders")
        registry = small(folder / "repo")
        built(registry.path, folder / "site")
        before = load(folder / "site")
        registry.version("hello", "1.2.0", "alice")
        registry.commit("Publish hello 1.2.0")
        built(registry.path, folder / "site")
        yield Grown(before, load(folder / "site"), folder / "site", registry)


def problems(site: dict[str, bytes]) -> list[Problem]:
    return list(audit(MemorySite(site), None, int(time.time())).problems)


def lists(site: dict[str, bytes]) -> list[str]:
    return [path for path in site if inventory.is_site_list(path)]


def test_the_site_has_shards_and_is_sound(grown: Grown) -> None:
    folders = {inventory.folder_of(path) for path in lists(grown.site)} - {""}
    assert folders >= {"tags", "publishers", "audit"}
    assert problems(grown.site) == []
    for path in (*lists(grown.site), layout.SITE_SUMS):
        for listed, digest in sums.parse(grown.site[path]):
            assert sha256(grown.site[listed]).hexdigest() == digest


TAMPERING: dict[str, Callable[[bytes], bytes]] = {
    "changed": lambda data: flipped(data, len(data) // 2),
    "cut": lambda data: data[: data.rindex(b"\n", 0, -1) + 1] if data.count(b"\n") > 1 else b"",
    "longer": lambda data: data + b"0" * 64 + b"  x\n",
}


@pytest.mark.parametrize("how", sampled(TAMPERING, str, 3))
def test_every_changed_list_is_found_and_named(grown: Grown, how: str) -> None:
    for path in lists(grown.site)[::5]:
        found = problems(grown.site | {path: TAMPERING[how](grown.site[path])})
        assert {problem.path for problem in found} == {path}, (path, found)


def test_every_missing_or_added_file_is_found(grown: Grown) -> None:
    several = [*lists(grown.site), *(path for path in grown.site if path.startswith(("tags/", "publishers/")))]
    for path in several[::9]:
        found = problems({name: data for name, data in grown.site.items() if name != path})
        assert {unit(problem.path) for problem in found} == {unit(path)}, path
        found = problems(grown.site | {f"{path}x": b""})
        assert [(problem.code, problem.path) for problem in found] == [("file-unlisted", f"{path}x")]


def resealed(site: dict[str, bytes], lists: dict[str, bytes]) -> Chain:
    """The chain of a registry that has put its seal on these lists."""
    stated = parse_snapshot(site[layout.SNAPSHOT])
    return Chain(
        Reading(MemorySite(site | lists)),
        stated._replace(site_sums=sha256(lists[layout.SITE_SUMS]).hexdigest()),
    )


def lines(files: dict[str, bytes]) -> bytes:
    return sums.format((path, sha256(data).hexdigest()) for path, data in files.items())


FILE, SHARD = "tags/a/index.html", inventory.folder_shard("tags", inventory.place_of("tags/a/")[1])
#: Lists below `site.sums` that fit together and are not those of the rule, and the one that is to blame.
LIES: dict[str, tuple[dict[str, list[str]], str]] = {
    "another shard": ({"site.sums": ["site/tags.sums"], "site/tags.sums": ["site/tags/00.sums"],
                       "site/tags/00.sums": [FILE]}, "site/tags/00.sums"),
    "no shard": ({"site.sums": ["site/tags.sums"], "site/tags.sums": [FILE]}, "site/tags.sums"),
    "at the top too": ({"site.sums": ["site/tags.sums", FILE], "site/tags.sums": [SHARD], SHARD: [FILE]}, "site.sums"),
    "a shard at the top": ({"site.sums": [SHARD], SHARD: [FILE]}, "site.sums"),
    "another folder's": ({"site.sums": ["site/orgs.sums"], "site/orgs.sums": [SHARD], SHARD: [FILE]}, "site/orgs.sums"),
    "another folder's file": ({"site.sums": ["site/tags.sums"], "site/tags.sums": [SHARD],
                               SHARD: [FILE, "orgs/a/index.html"]}, SHARD),
    "packs": ({"site.sums": ["site/packs.sums"], "site/packs.sums": ["site/packs/00.sums"],
               "site/packs/00.sums": ["packs/hello/index.html"]}, "site/packs/00.sums"),
    "an empty shard": ({"site.sums": ["site/tags.sums"], "site/tags.sums": [SHARD], SHARD: []}, SHARD),
    "an empty list": ({"site.sums": ["site/tags.sums"], "site/tags.sums": []}, "site/tags.sums"),
}  # fmt: skip


@pytest.mark.parametrize("name", LIES)
def test_a_line_in_a_list_that_is_not_its_own(grown: Grown, name: str) -> None:
    made, blamed = LIES[name]
    files: dict[str, bytes] = {}
    for path in reversed(made):
        files[path] = lines({each: files.get(each, b"") for each in made[path]})
    chain = resealed(grown.site, files)
    for _ in chain.others():
        pass
    assert {(problem.code, problem.path) for problem in chain._reading.problems} == {("list-foreign", blamed)}


def test_what_is_not_to_be_known_is_not_decided(grown: Grown) -> None:
    path = next(path for path in grown.site if path.startswith("tags/") and path.count("/") > 1)
    shard = inventory.site_list_of(path, large=True)
    for broken in (shard, "site/tags.sums", "site.sums"):
        reading = Reading(MemorySite(grown.site | {broken: b"x"}))
        chain = Chain(reading, parse_snapshot(grown.site[layout.SNAPSHOT]))
        assert (chain.digest(path), chain.undecided(path)) == (None, True)


def test_what_is_below_a_folder(grown: Grown) -> None:
    chain = Chain(Reading(MemorySite(grown.site)), parse_snapshot(grown.site[layout.SNAPSHOT]))
    for prefix in ("publishers/", "tags/", "publishers/alice/1.yaml", "packs/hello/statements/", "about/"):
        assert chain.below(prefix) == sorted(path for path in grown.site if path.startswith(prefix)), prefix


def test_every_file_is_listed_for_a_kit(grown: Grown) -> None:
    reading = Reading(MemorySite(grown.site))
    found = [path for path, _ in site_files(reading, parse_snapshot(grown.site[layout.SNAPSHOT]))]
    assert found == sorted(grown.site)
    assert not reading.problems


# --- building on ---


def test_a_version_rewrites_its_shards_alone(grown: Grown) -> None:
    changed = {path for path, data in grown.site.items() if grown.before.get(path) != data}
    beside = {path for path in changed if not path.startswith(("packs/", "index")) and not inventory.sealed_apart(path)}
    files = {path for path in beside if not inventory.is_site_list(path) and path != layout.SITE_SUMS}
    large = {inventory.folder_of(path) for path in lists(grown.site)}
    wanted = {inventory.site_list_of(path, path.partition("/")[0] in large) for path in files}
    wanted |= {inventory.site_list_of(path, large=True) for path in wanted if path != layout.SITE_SUMS}
    assert {path for path in beside if inventory.is_site_list(path)} == wanted - {layout.SITE_SUMS}


def test_over_the_limit_and_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    registry, site = small(tmp_path / "repo"), tmp_path / "site"
    built(registry.path, site)
    for step, limit in enumerate((1000, 3, 2, 1000)):
        monkeypatch.setattr(inventory, "FOLDER_LIMIT", limit)
        before, previous = load(site), tmp_path / f"before-{step}"
        shutil.copytree(site, previous)
        registry.version("hello", f"1.{step + 2}.0", "alice", manifest={"tags": [f"t{step}", "files.sums", "0a.sums"]})
        registry.commit(f"Step {step}")
        built(registry.path, site)
        after = load(site)
        assert ("site/tags.sums" in after) == (limit < 1000)
        built(registry.path, tmp_path / f"scratch-{step}" / "site", previous=str(previous))
        assert differences(site, tmp_path / f"scratch-{step}" / "site") == []
        assert problems(after) == []
        assert staged_problems(before, after) == []


def staged_problems(old: dict[str, bytes], new: dict[str, bytes], kept: frozenset[str] = frozenset()) -> list[Problem]:
    """What the last look before activation finds; `kept` are files that are not removed though they should be."""
    staging = MemoryStaging(old, new)
    return audit_staged(staging, trustfile.parse_trust(old["trust/1.json"]), staging.removals - kept)


def test_what_is_staged_is_looked_at(grown: Grown, tmp_path: Path) -> None:
    assert staged_problems({"trust/1.json": grown.site["trust/1.json"]}, grown.site) == []
    changed = [path for path, data in grown.site.items() if grown.before.get(path) != data]
    for path in (path for path in changed if path.startswith(("site", "tags/", "publishers/"))):
        found = staged_problems(grown.before, grown.site | {path: flipped(grown.site[path], 40)})
        assert path in {problem.path for problem in found}, path


def test_what_a_folder_loses_is_removed(tmp_path: Path) -> None:
    """A tag that goes takes its shard with it."""
    registry = small(tmp_path / "repo")
    registry.version("hello", "1.2.0", "alice", manifest={"tags": ["gone", "stays"]})
    registry.commit("A tag")
    built(registry.path, tmp_path / "site")
    before = load(tmp_path / "site")
    registry.version("hello", "1.3.0", "alice", manifest={"tags": ["stays"]})
    registry.commit("No tag")
    built(registry.path, tmp_path / "site")
    after, page = load(tmp_path / "site"), "tags/gone/index.html"
    shard = inventory.site_list_of(page, large=True)
    assert {page, shard} <= before.keys() - after.keys()
    for kept in (page, shard):
        found = staged_problems(before, after, frozenset([kept]))
        assert [(problem.code, problem.path) for problem in found] == [("file-leftover", kept)]


# --- clients ---


def looked_up(site: dict[str, bytes], paths: list[str]) -> tuple[dict[str, str], list[str]]:
    """What a client finds of these paths, and the files that it reads for it."""
    files, stated, asked = Files("memory"), parse_snapshot(site[layout.SNAPSHOT]), list[str]()
    while True:
        try:
            return dict(listed_in_site(files, stated, paths)), asked
        except Wanted as wanted:
            asked += [want.path for want in wanted.wants]
            files.take({want: site.get(want.path) for want in wanted.wants})


def test_a_client_reads_the_shards_that_it_needs(grown: Grown) -> None:
    found, asked = looked_up(grown.site, ["publishers/alice/", "publishers/nobody/", layout.REGISTRY])
    own = {path for path in grown.site if path.startswith("publishers/alice/")}
    assert own | {layout.REGISTRY} <= found.keys()
    assert "publishers/nobody/1.yaml" not in found
    assert all(sha256(grown.site[path]).hexdigest() == digest for path, digest in found.items())
    shard = inventory.site_list_of("publishers/alice/", large=True)
    assert asked[:2] == [layout.SITE_SUMS, "site/publishers.sums"]
    assert shard in asked[2:]
    assert len(asked) <= 4
