"""The law of the build: incremental equals from scratch, byte for byte, over histories, crashes and changes of tool."""

from __future__ import annotations

import shutil
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from packyard.model import PublisherKey
from tests.registry import SINCE, signer, small
from tests.sites import built, crash, differences, inodes, rewritten

TEMPLATES = Path(__file__).resolve().parents[1] / "templates"


class History:
    """A registry that grows by random steps; a step that makes no sense now does nothing."""

    def __init__(self, path: Path) -> None:
        self.registry = small(path)
        self.numbers = {"hello": 1, "other": 1}
        self.owners = {"hello": "alice", "other": "bob"}
        self.yanked: set[str] = {"hello"}
        self.keys = {"alice": "alice", "bob": "bob"}

    def publish(self, at: int) -> None:
        """A new version of an existing pack, sometimes with another description or other tags."""
        pack = sorted(self.numbers)[at % len(self.numbers)]
        self.numbers[pack] += 1
        about: dict[str, object] = {"description": f"About {pack}, again {at}"} if at % 3 == 0 else {}
        tags: dict[str, object] = {"tags": ["test", f"tag{at % 4}"]} if at % 5 == 0 else {}
        key = self.keys[self.owners[pack]]
        self.registry.version(pack, f"{self.numbers[pack]}.0.{at}", key, manifest=about | tags)

    def found(self, at: int) -> None:
        """A new pack, sometimes with an image that its readme shows."""
        pack = f"pack-{at:02d}"
        if pack not in self.numbers:
            self.numbers[pack], self.owners[pack] = 1, "bob"
            readme = b"# It\n\n![a picture](a.png) and <b>this</b>\n"
            self.registry.version(pack, "1.0.0", self.keys["bob"], {"a.png": b"\x89PNG1", "README.md": readme})

    def yank(self, at: int) -> None:
        """Yanks or unyanks hello 1.0.0."""
        action = "unyank" if "hello" in self.yanked else "yank"
        self.yanked ^= {"hello"}
        self._say(action, version="1.0.0")

    def deprecate(self, at: int) -> None:
        """Deprecates hello with another message each time."""
        self._say("deprecate", reason=f"reason {at} {len(self.registry.files)}")

    def rotate(self, at: int) -> None:
        """Gives bob a further key and publishes with it from then on."""
        name = f"bob-{at}"
        value = self.registry.publishers["bob"]
        if all(key.key_id != signer(name).key_id for key in value.keys):
            key = PublisherKey(signer(name).public_key, signer(name).key_id, ("publish", "admin"), SINCE)
            self.registry.revise(value._replace(keys=(*value.keys, key)), self.keys["bob"])
            self.keys["bob"] = name

    def enlarge(self, at: int) -> None:
        """Changes the organisation."""
        role = ("member", "admin", "owner")[at % 3]
        self.registry.org("acme", {"alice": "owner", "bob": role}, "alice")

    def rename(self, at: int) -> None:
        """Changes the registry's title, which stands on every page."""
        self.registry.settings(title=f"Test packs {at}")

    def _say(self, action: str, **fields: str) -> None:
        self.registry.statement(action, "hello", self.keys["alice"], **fields)


STEPS = st.sampled_from(["publish", "publish", "found", "yank", "deprecate", "rotate", "enlarge", "rename"])
ACTS = st.lists(st.tuples(STEPS, st.integers(0, 20)), min_size=0, max_size=3)
BUILDS = st.fixed_dictionaries({"acts": ACTS, "crash": st.none() | st.integers(0, 60), "tool": st.booleans()})


def _law(folder: Path, plan: list[dict[str, object]]) -> None:
    history, site = History(folder / "repo"), folder / "site"
    other = folder / "templates"
    shutil.copytree(TEMPLATES, other)
    (other / "style.css").write_text("body { color: black }\n")
    built(history.registry.path, site)
    for step, entry in enumerate(plan):
        acts = entry["acts"]
        assert isinstance(acts, list)
        for name, at in acts:
            getattr(history, name)(at)
            history.registry.commit(f"{name} {at}")
        templates = other if entry["tool"] else None
        before = folder / f"before-{step}"
        shutil.copytree(site, before)
        if isinstance(entry["crash"], int):
            crash(history.registry.path, site, entry["crash"], templates=templates)
        built(history.registry.path, site, templates=templates)
        scratch = folder / f"scratch-{step}" / "site"
        built(history.registry.path, scratch, templates=templates, previous=str(before))
        assert differences(site, scratch) == []


@pytest.mark.slow
@settings(max_examples=10, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
@given(st.lists(BUILDS, min_size=1, max_size=4))
def test_incremental_equals_from_scratch(plan: list[dict[str, object]]) -> None:
    with TemporaryDirectory() as folder:
        _law(Path(folder), plan)


def test_an_unchanged_source_writes_nothing(tmp_path: Path) -> None:
    history, site = small(tmp_path / "repo"), tmp_path / "site"
    built(history.path, site)
    before = inodes(site)
    assert "nothing to do" in built(history.path, site)
    (site.parent / ".packyard" / "site" / "stamp.json").unlink()
    built(history.path, site)
    shutil.rmtree(site.parent / ".packyard" / "site")
    built(history.path, site)
    assert inodes(site) == before


def test_one_version_more_rewrites_what_speaks_of_it(tmp_path: Path) -> None:
    history, site = small(tmp_path / "repo"), tmp_path / "site"
    built(history.path, site)
    before = inodes(site)
    history.version("hello", "1.2.0", "alice")
    history.commit("Publish hello 1.2.0")
    built(history.path, site)
    after = inodes(site)
    assert rewritten(before, after) == [
        "SNAPSHOT",
        "SNAPSHOT.minisig",
        "by-hash/index.json",
        "feed.atom",
        "feed.json",
        "index.html",
        "index.json",
        "index.sums",
        "index/2c.sums",
        "log/checkpoint",
        "packs/hello/badge.svg",
        "packs/hello/files.sums",
        "packs/hello/index.html",
        "packs/hello/index.json",
        "site.sums",
    ]
    new = sorted(path for path in after if path not in before and not path.startswith("by-hash/"))
    assert new == [
        "log/tile/0/000.p/12",
        "log/tile/entries/000.p/12",
        "packs/hello/1.2.0/SHA256SUMS",
        "packs/hello/1.2.0/SHA256SUMS.minisig",
        "packs/hello/1.2.0/hello-1.2.0.tar.gz",
        "packs/hello/1.2.0/index.html",
        "packs/hello/1.2.0/metadata.json",
        "packs/hello/1.2.0/provenance.intoto.jsonl",
    ]


@pytest.mark.slow
def test_a_crash_before_any_write_is_mended_by_the_next_build(tmp_path: Path) -> None:
    history, site = small(tmp_path / "repo"), tmp_path / "site"
    built(history.path, site)
    before = tmp_path / "before"
    shutil.copytree(site, before)
    shutil.copytree(site.parent / ".packyard", tmp_path / "work")
    history.version("hello", "1.2.0", "alice")
    history.version("third", "1.0.0", "bob")
    history.commit("Publish two")
    scratch = tmp_path / "scratch" / "site"
    built(history.path, scratch, previous=str(before))
    at = 0
    while crash(history.path, site, at):
        built(history.path, site)
        assert differences(site, scratch) == [], f"after a crash at write {at}"
        shutil.rmtree(site)
        shutil.copytree(before, site)
        shutil.rmtree(site.parent / ".packyard")
        shutil.copytree(tmp_path / "work", site.parent / ".packyard")
        at += 1
    assert at > 60


def test_two_processes_make_the_same_site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    history = small(tmp_path / "repo")
    built(history.path, tmp_path / "one" / "site")
    monkeypatch.setattr("packyard.edges.workers.FEW", 1)
    monkeypatch.setenv("TZ", "Pacific/Kiritimati")
    monkeypatch.setenv("LC_ALL", "C")
    built(history.path, tmp_path / "two" / "site", jobs=2)
    assert differences(tmp_path / "one" / "site", tmp_path / "two" / "site") == []
