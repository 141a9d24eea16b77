"""The law of the build: incremental equals from scratch, byte for byte, over histories, crashes and changes of tool."""

from __future__ import annotations

import re
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from packyard.audit import audit
from packyard.catalogue import RECOVERY_WAIT
from packyard.edges.store import FolderSite
from packyard.formats.statement import ACTIONS, parse_stem
from packyard.formats.times import day_of
from packyard.model import PublisherKey
from tests.advising import START, advisory
from tests.registry import SILENT, SINCE, signer, small
from tests.sites import built, crash, differences, inodes, rewritten

TEMPLATES = Path(__file__).resolve().parents[1] / "templates"
TOOLS = "@acme/tools"
#: What other programs' formats say something of.
READ_BY_OTHERS = {
    "skills/wave/SKILL.md": b"---\nname: wave\ndescription: Waves at people\n---\n\nWave.\n",
    "mcp.json": b'{"mcpServers": {"notes": {"type": "remote", "url": "https://mcp.example.org/"}}}\n',
    "commands/go.md": b"---\ndescription: Goes\n---\n\nGo.\n",
}


class History:
    """A registry that grows by random steps; a step that makes no sense now does nothing."""

    def __init__(self, path: Path) -> None:
        self.registry = small(path)
        self.registry.trust(("root",), 1)
        self.registry.publisher("carol")
        self.registry.commit("A root key, and carol")
        self.numbers = {"hello": 1, "other": 1, TOOLS: 1}
        self.owners = {"hello": "alice", "other": "bob", TOOLS: "alice"}
        self.versions = {"hello": ["1.0.0", "1.1.0"], "other": ["0.1.0"], TOOLS: ["1.0.0"]}
        self.pending: dict[str, tuple[str, int]] = {}
        self.shared: set[str] = set()
        self.archived: set[str] = set()
        self.moved: dict[str, str] = {}
        self.yanked: set[str] = {"hello 1.0.0"}
        self.deprecated: set[str] = {"other"}
        self.gone: set[str] = set()
        self.stable: dict[str, str] = {}
        self.keys = {"alice": "alice", "bob": "bob", "carol": "carol"}
        self.title, self.spoken = "Test packs", SILENT

    def publish(self, at: int) -> None:
        """A new version of an existing pack, sometimes with another description or other tags."""
        pack = self._pack(at)
        if pack in self.archived or pack in self.moved:
            return
        self.numbers[pack] += 1
        about: dict[str, object] = {"description": f"About {pack}, again {at}"} if at % 3 == 0 else {}
        tags: dict[str, object] = {"tags": ["test", f"tag{at % 4}"]} if at % 5 == 0 else {}
        number = f"{self.numbers[pack]}.0.{at}"
        self.versions[pack].append(number)
        files = READ_BY_OTHERS if at % 2 == 0 else {}
        self.registry.version(pack, number, self.keys[self._owner(pack)], files, about | tags)

    def found(self, at: int) -> None:
        """A new pack, sometimes with an image that its readme shows."""
        pack = f"pack-{at:02d}"
        if pack not in self.numbers:
            self.numbers[pack], self.owners[pack], self.versions[pack] = 1, "bob", ["1.0.0"]
            readme = b"# It\n\n![a picture](a.png) and <b>this</b>\n"
            files = {"a.png": b"\x89PNG1", "README.md": readme, **READ_BY_OTHERS}
            self.registry.version(pack, "1.0.0", self.keys["bob"], files)

    def yank(self, at: int) -> None:
        """Yanks or unyanks the first version of a pack."""
        pack = self._pack(at)
        which = f"{pack} {self.versions[pack][0]}"
        if which not in self.gone:
            self._say("unyank" if which in self.yanked else "yank", pack, version=self.versions[pack][0])
            self.yanked ^= {which}

    def deprecate(self, at: int) -> None:
        """Deprecates a pack or its last version, or takes that back."""
        pack = self._pack(at)
        fields = {"version": self.versions[pack][-1]} if at % 2 else {}
        which = " ".join((pack, *fields.values()))
        if which not in self.gone:
            self._say("undeprecate" if which in self.deprecated else "deprecate", pack, (), **fields)
            self.deprecated ^= {which}

    def promote(self, at: int) -> None:
        """Promotes the last version to another channel each time, sometimes to `stable`."""
        pack = self._pack(at)
        number = self.versions[pack][-1]
        if pack not in self.archived and f"{pack} {number}" not in self.yanked | self.gone:
            channel = f"c{at}-{len(self.registry.files)}"
            if at % 3 == 0 and self.stable.get(pack) != number:
                channel, self.stable[pack] = "stable", number
            self._say("promote", pack, version=number, channel=channel)

    def withdraw(self, at: int) -> None:
        """Withdraws a version, sometimes because the law demands it."""
        pack = self._pack(at)
        number = self.versions[pack][at % len(self.versions[pack])]
        if f"{pack} {number}" not in self.gone:
            self.gone.add(f"{pack} {number}")
            if at % 2:
                self.registry.statement("withdraw", pack, "root", version=number, legal="an order")
            else:
                self._say("withdraw", pack, version=number)

    def archive(self, at: int) -> None:
        """Archives a pack that is not archived."""
        pack = self._pack(at)
        if pack not in self.archived:
            self._say("archive", pack)
            self.archived.add(pack)

    def move(self, at: int) -> None:
        """Lets a pack go on as one of a later name, so that no renames lead round in a circle."""
        pack = self._pack(at)
        later = [name for name in sorted(self.numbers) if name > pack and name != self.moved.get(pack)]
        if later:
            self.moved[pack] = later[at % len(later)]
            self._say("rename", pack, to=self.moved[pack])

    def share(self, at: int) -> None:
        """Makes carol a co-owner, or takes that back, as she may herself."""
        pack = self._pack(at)
        if pack != TOOLS:
            owner, shared = self._owner(pack), pack in self.shared
            by = "carol" if shared and at % 2 else owner
            self._say("remove-owner" if shared else "add-owner", pack, (by,), handle="carol")
            self.shared ^= {pack}

    def transfer(self, at: int) -> None:
        """Gives a pack of one of the two to the other."""
        pack = self._pack(at)
        if pack != TOOLS:
            giver = self._owner(pack)
            taker = self.owners[pack] = "bob" if giver == "alice" else "alice"
            self._say("transfer", pack, (giver, taker), from_=giver, to=taker)
            self.shared.discard(pack)

    def recover(self, at: int) -> None:
        """Begins the recovery of a pack, for the other one of the two."""
        pack = self._pack(at)
        if pack != TOOLS:
            taker = "bob" if self._owner(pack) == "alice" else "alice"
            if self.pending.get(pack, ("", 0))[0] == taker:
                return
            self.registry.statement("recover", pack, "root", to=taker)
            self.pending[pack] = taker, self.registry.time + RECOVERY_WAIT

    def wait(self, at: int) -> None:
        """Lets days pass, before some other change."""
        self.registry.time += at * 86_400
        self.retitle(at)

    def rotate(self, at: int) -> None:
        """Gives bob a further key, with which he publishes from then on, and sometimes ends the others."""
        name = f"bob-{at}"
        value = self.registry.publishers["bob"]
        if all(key.key_id != signer(name).key_id for key in value.keys):
            day = day_of(self.registry.time)
            ended = [key if at % 2 or key.retired else key._replace(retired=day) for key in value.keys]
            made = PublisherKey(signer(name).public_key, signer(name).key_id, ("publish", "admin"), SINCE)
            self.registry.revise(value._replace(keys=(*ended, made)), self.keys["bob"])
            self.keys["bob"] = name

    def enlarge(self, at: int) -> None:
        """Changes the organisation; every revision has members that no other had."""
        role, handle = ("member", "admin", "owner")[at % 3], f"guest-{len(self.registry.publishers)}"
        self.registry.publisher(handle)
        self.registry.org("acme", {"alice": "owner", "bob": role, handle: "member"}, "alice")

    def advise(self, at: int) -> None:
        """Adds an advisory about a pack, writes it anew, or takes it away."""
        ident = f"PY-2026-{at % 3:04d}"
        path, pack = f"advisories/{ident}.json", self._pack(at)
        if self.registry.files.pop(path, None) is None or at % 2:
            self.registry.files[path] = advisory(ident, {pack: [f"{at}.0.0"]}, withdrawn=START if at % 5 == 0 else None)

    def retitle(self, at: int) -> None:
        """Changes the registry's title, which stands on every page."""
        self.title = f"Test packs {at}"
        self.registry.settings(title=self.title, surfaces=self.spoken)

    def speak(self, at: int) -> None:
        """Switches other programs' formats on and off: some, or for 0 all of them on."""
        self.spoken = {name: at == 0 or at * 29 >> bit & 1 == 1 for bit, name in enumerate(SILENT)}
        self.registry.settings(title=self.title, surfaces=self.spoken)

    def _pack(self, at: int) -> str:
        return sorted(self.numbers)[at % len(self.numbers)]

    def _owner(self, pack: str) -> str:
        taker, effective = self.pending.get(pack, ("", 0))
        if taker and self.registry.time >= effective:
            self.owners[pack] = taker
            self.shared.discard(pack)
            del self.pending[pack]
        return self.owners[pack]

    def _say(self, action: str, pack: str, by: tuple[str, ...] = (), **fields: str) -> None:
        """A statement of the owner, or of those named, each with the key that is theirs now."""
        people = by or (self._owner(pack),)
        path = self.registry.statement(action, pack, people, **fields)
        for handle in people:
            comment = f"statement {pack} {self.registry.counts[pack]}"
            signature = signer(self.keys[handle]).sign(self.registry.files[path], comment)
            self.registry.files[f"{path}.{handle}.minisig"] = signature


CHANGES = (
    "found",
    "yank",
    "deprecate",
    "withdraw",
    "archive",
    "move",
    "share",
    "transfer",
    "rotate",
    "enlarge",
    "advise",
    "speak",
)
STEPS = st.sampled_from(("publish", "promote", "recover", "wait")) | st.sampled_from((*CHANGES, "retitle"))
ACTS = st.lists(st.tuples(STEPS, st.integers(0, 20)), min_size=0, max_size=4)
BUILDS = st.fixed_dictionaries({"acts": ACTS, "crash": st.none() | st.integers(0, 60), "tool": st.booleans()})

#: A history with every kind of statement, in three builds; pack 0 is the scoped one, 1 hello, 2 other.
EVERYTHING: list[dict[str, object]] = [
    {
        "acts": [("speak", 0)]
        + [(name, at) for at in (1, 2) for name in ("publish", "deprecate", "yank", "share", "promote")],
        "crash": 40,
        "tool": False,
    },
    {
        "acts": [(name, at) for name in ("share", "yank", "deprecate", "transfer", "recover", "move") for at in (1, 4)]
        + [("rotate", 2), ("enlarge", 1), ("withdraw", 0), ("withdraw", 7), ("archive", 3), ("advise", 1)],
        "crash": 70,
        "tool": True,
    },
    {
        "acts": [
            ("advise", 4),
            ("advise", 5),
            ("wait", 15),
            ("deprecate", 4),
            ("promote", 2),
            ("move", 1),
            ("enlarge", 0),
            ("speak", 7),
            ("publish", 2),
        ],
        "crash": None,
        "tool": True,
    },
]


def _act(history: History, acts: object) -> None:
    """Takes the steps, each a commit."""
    assert isinstance(acts, list)
    for name, at in acts:
        getattr(history, name)(at)
        history.registry.commit(f"{name} {at}")


def _law(folder: Path, plan: list[dict[str, object]]) -> History:
    """Builds after every step of the plan, after a crash or not, and each time from nothing too."""
    history, site = History(folder / "repo"), folder / "site"
    other = folder / "templates"
    shutil.copytree(TEMPLATES, other)
    (other / "style.css").write_text("body { color: black }\n")
    built(history.registry.path, site)
    for step, entry in enumerate(plan):
        _act(history, entry["acts"])
        templates = other if entry["tool"] else None
        before = folder / f"before-{step}"
        shutil.copytree(site, before)
        if isinstance(entry["crash"], int):
            crash(history.registry.path, site, entry["crash"], templates=templates)
        built(history.registry.path, site, templates=templates)
        scratch = folder / f"scratch-{step}" / "site"
        built(history.registry.path, scratch, templates=templates, previous=str(before))
        assert differences(site, scratch) == []
    assert audit(FolderSite(site), None, int(time.time())).problems == ()
    return history


@pytest.mark.slow
def test_incremental_equals_from_scratch_with_every_kind_of_statement(tmp_path: Path) -> None:
    history = _law(tmp_path, EVERYTHING)
    said = {parse_stem(Path(path).stem)[1] for path in history.registry.files if re.search("/statements/.*yaml$", path)}
    assert said == set(ACTIONS)


@pytest.mark.slow
@settings(max_examples=12, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
@given(st.lists(BUILDS, min_size=1, max_size=3))
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
        "SNAPSHOT.bundle",
        "SNAPSHOT.minisig",
        "audit/index.html",
        "by-hash/index.json",
        "compliance/index.html",
        "feed.atom",
        "feed.json",
        "index.html",
        "index.json",
        "index.sums",
        "index/2c.sums",
        "log/checkpoint",
        "packs/hello/badge.svg",
        "packs/hello/dependents/index.html",
        "packs/hello/feed.atom",
        "packs/hello/feed.json",
        "packs/hello/files.sums",
        "packs/hello/index.html",
        "packs/hello/index.json",
        "packs/hello/pages.sums",
        "packs/hello/quality/index.html",
        "packs/hello/security/index.html",
        "packs/hello/versions/index.html",
        "publishers/alice/feed.atom",
        "publishers/alice/feed.json",
        "publishers/alice/index.html",
        "search/catalogue.gz",
        "site.sums",
        "stats.json",
        "stats/index.html",
        "tags/test/feed.atom",
        "tags/test/feed.json",
        "updated/index.html",
    ]
    new = sorted(path for path in after if path not in before and not path.startswith("by-hash/"))
    assert new == [
        "log/tile/0/000.p/12",
        "log/tile/entries/000.p/12",
        "packs/hello/1.2.0/SHA256SUMS",
        "packs/hello/1.2.0/SHA256SUMS.minisig",
        "packs/hello/1.2.0/dependencies/index.html",
        "packs/hello/1.2.0/diff/index.html",
        "packs/hello/1.2.0/files/index.html",
        "packs/hello/1.2.0/hello-1.2.0.tar.gz",
        "packs/hello/1.2.0/index.html",
        "packs/hello/1.2.0/log/index.html",
        "packs/hello/1.2.0/metadata.json",
        "packs/hello/1.2.0/pages.sums",
        "packs/hello/1.2.0/provenance.intoto.jsonl",
        "packs/hello/1.2.0/raw/README.md.txt",
        "packs/hello/1.2.0/raw/pack.json.txt",
        "packs/hello/1.2.0/raw/rules/one.md.txt",
    ]


def _crashes(folder: Path, repo: Path, site: Path, change: Callable[[], object], every: int) -> int:
    """Crashes the build of a change before every so many writes, and lets the next build mend it; gives how many."""
    built(repo, site)
    before = folder / "before"
    shutil.copytree(site, before)
    shutil.copytree(site.parent / ".packyard", folder / "work")
    change()
    scratch = folder / "scratch" / "site"
    built(repo, scratch, previous=str(before))
    at = 0
    while crash(repo, site, at):
        built(repo, site)
        assert differences(site, scratch) == [], f"after a crash at write {at}"
        shutil.rmtree(site)
        shutil.copytree(before, site)
        shutil.rmtree(site.parent / ".packyard")
        shutil.copytree(folder / "work", site.parent / ".packyard")
        at += every
    return at


@pytest.mark.slow
def test_a_crash_before_any_write_is_mended_by_the_next_build(tmp_path: Path) -> None:
    registry = small(tmp_path / "repo")

    def change() -> None:
        registry.version("third", "1.0.0", "bob")
        registry.statement("withdraw", "hello", "alice", version="1.1.0")
        registry.commit("Publish one, withdraw one")

    assert _crashes(tmp_path, registry.path, tmp_path / "site", change, 7) > 60


@pytest.mark.slow
def test_a_crash_amid_statements_of_every_kind_is_mended_by_the_next_build(tmp_path: Path) -> None:
    history = History(tmp_path / "repo")
    first, second, _ = (entry["acts"] for entry in EVERYTHING)
    _act(history, first)
    repo, site = history.registry.path, tmp_path / "site"
    assert _crashes(tmp_path, repo, site, lambda: _act(history, second), 23) > 200


def test_two_processes_make_the_same_site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    history = small(tmp_path / "repo")
    built(history.path, tmp_path / "one" / "site")
    monkeypatch.setattr("packyard.edges.workers.FEW", 1)
    monkeypatch.setenv("TZ", "Pacific/Kiritimati")
    monkeypatch.setenv("LC_ALL", "C")
    built(history.path, tmp_path / "two" / "site", jobs=2)
    assert differences(tmp_path / "one" / "site", tmp_path / "two" / "site") == []
