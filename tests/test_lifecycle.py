"""What statements do to packs: stories over real registries, built, audited, and built again from nothing."""

from __future__ import annotations

import gzip
import json
import time
from pathlib import Path
from typing import Any

import pytest

from packyard.audit import audit
from packyard.catalogue import RECOVERY_WAIT
from packyard.edges.keys import ROLES
from packyard.edges.store import FolderSite
from packyard.errors import Problem, ProblemsFound
from packyard.formats import b64, documents, layout, tarball
from packyard.formats.entries import parse_entry
from packyard.formats.tiles import parse_entries
from packyard.formats.times import format_time
from packyard.rules.trust import follow_trust
from packyard.stages import auditing
from tests.published import MemorySite, load
from tests.registry import TestRegistry, signer, small
from tests.sites import built, differences


class Story:
    """A registry that is built after every chapter: on the site that is there, and now and then from nothing."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.site = folder, folder / "site"
        self.registry = small(folder / "repo")
        self.registry.trust()
        self.registry.publisher("carol")
        self.registry.commit("Trust, and carol")
        self.chapters = 0
        self.publish()

    def say(self, action: str, pack: str, by: str | tuple[str, ...], **fields: str) -> None:
        """A chapter of one statement."""
        self.registry.statement(action, pack, by, **fields)
        self.registry.commit(action)
        self.publish()

    def version(self, pack: str, number: str, by: str, **fields: Any) -> None:
        """A chapter of one version."""
        self.registry.version(pack, number, by, **fields)
        self.registry.commit(number)
        self.publish()

    def publish(self) -> None:
        """Builds."""
        built(self.registry.path, self.site)

    def refused(self) -> set[str]:
        """The codes with which the build refuses what is staged, which is taken back then."""
        good = str(self.registry.repo.head.target)
        files, counts = dict(self.registry.files), dict(self.registry.counts)
        self.registry.commit("Refused")
        with pytest.raises(ProblemsFound) as caught:
            self.publish()
        self.registry.files, self.registry.counts = files, counts
        self.registry.repo.references.create("refs/heads/main", good, force=True)
        return {problem.code for problem in caught.value.problems}

    def says(self, action: str, pack: str, by: str | tuple[str, ...], **fields: str) -> set[str]:
        """The codes with which a statement is refused."""
        files, counts = dict(self.registry.files), dict(self.registry.counts)
        self.registry.statement(action, pack, by, **fields)
        codes = self.refused()
        self.registry.files, self.registry.counts = files, counts
        return codes

    def versions_of(self, pack: str, number: str, by: str) -> set[str]:
        """The codes with which a version is refused."""
        files = dict(self.registry.files)
        self.registry.version(pack, number, by)
        codes = self.refused()
        self.registry.files = files
        return codes

    def pack(self, name: str) -> dict[str, Any]:
        """The document of a pack."""
        return self.read(layout.pack(name, "index.json"))

    def state(self, pack: str, number: str) -> dict[str, Any]:
        """What the document of a pack says of a version."""
        return next(each for each in self.pack(pack)["versions"] if each["version"] == number)

    def row(self, name: str) -> dict[str, Any]:
        """The row of a pack in the catalogue."""
        return next(row for row in self.read(layout.INDEX)["packs"] if row["name"] == name)

    def read(self, path: str) -> dict[str, Any]:
        """A document of the site."""
        found: dict[str, Any] = json.loads((self.site / path).read_bytes())
        return found

    def page(self, path: str) -> str:
        """A page of the site."""
        return (self.site / path).read_text()

    def logged(self) -> list[dict[str, Any]]:
        """The entries of the log that are about statements."""
        bundle = max((self.site / "log/tile/entries").rglob("*/*"), key=lambda path: int(path.name))
        entries = map(parse_entry, parse_entries(bundle.read_bytes()))
        return [entry for entry in entries if "sequence" in entry]

    def check(self) -> None:
        """The whole audit finds nothing, and a build from nothing makes the same."""
        assert problems(self.site) == []
        self.chapters += 1
        other = self.folder / f"scratch-{self.chapters}" / "site"
        built(self.registry.path, other, previous=str(self.site))
        assert differences(self.site, other) == []


def problems(site: Path) -> list[Problem]:
    """What the whole audit finds."""
    return list(audit(FolderSite(site), None, int(time.time())).problems)


@pytest.fixture
def story(tmp_path: Path) -> Story:
    return Story(tmp_path)


# --- owners ---


def test_owners_come_and_go(story: Story) -> None:
    assert story.pack("hello")["owners"] == ["alice"]
    assert story.says("add-owner", "hello", "bob", handle="bob") == {"owner-mismatch"}
    assert story.says("add-owner", "hello", "alice", handle="alice") == {"statement-noop"}
    assert story.says("add-owner", "hello", "alice", handle="nobody") == {"publisher-unknown"}
    assert story.says("remove-owner", "hello", "alice", handle="bob") == {"statement-noop"}
    story.say("add-owner", "hello", "alice", handle="bob")
    story.say("add-owner", "hello", "bob", handle="carol")
    assert story.pack("hello")["owners"] == ["alice", "bob", "carol"]
    assert "hello" in story.read("publishers/carol/index.json")["packs"]
    story.version("hello", "1.2.0", "carol")
    story.say("yank", "hello", "bob", version="1.1.0")
    assert story.says("remove-owner", "hello", "bob", handle="alice") == {"owner-principal"}
    assert story.says("remove-owner", "hello", "alice", handle="alice") == {"owner-principal"}
    assert story.says("transfer", "hello", ("bob", "carol"), from_="bob", to="carol") == {"owner-mismatch"}
    story.say("remove-owner", "hello", "bob", handle="bob")
    assert story.says("unyank", "hello", "bob", version="1.1.0") == {"owner-mismatch"}
    assert story.versions_of("hello", "1.3.0", "bob") == {"owner-mismatch"}
    story.say("remove-owner", "hello", "carol", handle="carol")
    assert story.pack("hello")["owners"] == ["alice"]
    assert story.read("publishers/carol/index.json")["packs"] == []
    story.check()


def test_a_transfer_takes_both(story: Story) -> None:
    story.say("add-owner", "hello", "alice", handle="bob")
    for by in ("alice", "carol"):
        assert story.says("transfer", "hello", by, from_="alice", to="carol") == {"transfer-parties"}
    three = ("alice", "bob", "carol")
    assert story.says("transfer", "hello", three, from_="alice", to="carol") == {"owner-mismatch"}
    story.say("transfer", "hello", ("alice", "carol"), from_="alice", to="carol")
    assert (story.pack("hello")["owner"], story.pack("hello")["owners"]) == ("carol", ["carol"])
    assert story.row("hello")["owner"] == "carol"
    entry = story.logged()[-1]
    assert entry["type"] == "transfer"
    assert entry["keys"] == sorted(signer(name).key_id for name in ("alice", "carol"))
    assert {"from": "alice", "to": "carol"}.items() <= story.pack("hello")["statements"][-1].items()
    assert story.versions_of("hello", "2.0.0", "alice") == {"owner-mismatch"}
    assert story.versions_of("hello", "2.0.0", "bob") == {"owner-mismatch"}
    story.version("hello", "2.0.0", "carol")
    story.check()


def test_a_pack_in_a_scope_has_no_other_owner(story: Story) -> None:
    tools = "@acme/tools"
    assert story.says("add-owner", tools, "alice", handle="carol") == {"owner-scoped"}
    assert story.says("remove-owner", tools, "alice", handle="bob") == {"owner-scoped"}
    assert story.says("transfer", tools, ("alice", "carol"), from_="alice", to="carol") == {"owner-scoped"}
    assert story.says("recover", tools, ("root-1", "root-2"), to="carol") == {"owner-scoped"}
    story.say("promote", tools, "alice", version="1.0.0", channel="edge")
    assert (story.pack(tools)["owners"], story.pack(tools)["channels"]) == (["acme"], {"edge": "1.0.0"})


# --- recovery ---


def test_a_recovery_takes_its_time(story: Story) -> None:
    told = story.registry.time
    story.say("recover", "hello", ("root-1", "root-3"), to="carol", reason="all keys burnt")
    effective = format_time(told + RECOVERY_WAIT)
    recovery = {"to": "carol", "reason": "all keys burnt", "date": "2026-03-01", "effective": effective}
    assert (story.pack("hello")["recovery"], story.pack("hello")["owner"]) == (recovery, "alice")
    assert story.logged()[-1]["keys"] == sorted(signer(name).key_id for name in ("root-1", "root-3"))
    assert effective in story.page("packs/hello/index.html")
    assert effective in story.page("packs/hello/1.1.0/index.html")
    story.check()
    assert story.versions_of("hello", "1.2.0", "carol") == {"owner-mismatch"}
    story.registry.time = told + RECOVERY_WAIT - 1
    story.version("hello", "1.2.0", "alice")
    assert story.pack("hello")["recovery"] == recovery
    story.registry.time = told + RECOVERY_WAIT
    assert story.versions_of("hello", "1.3.0", "alice") == {"owner-mismatch"}
    story.registry.time = told + RECOVERY_WAIT
    story.version("hello", "1.3.0", "carol")
    assert (story.pack("hello")["owners"], story.pack("hello")["recovery"]) == (["carol"], None)
    story.check()


def test_a_second_recovery_replaces_the_first_and_a_transfer_does_not(story: Story) -> None:
    roots = ("root-1", "root-2")
    story.say("recover", "hello", roots, to="carol")
    again = story.registry.time
    story.say("recover", "hello", roots, to="bob")
    story.say("transfer", "hello", ("alice", "carol"), from_="alice", to="carol")
    found = story.pack("hello")
    assert (found["owner"], found["recovery"]["to"]) == ("carol", "bob")
    assert found["recovery"]["effective"] == format_time(again + RECOVERY_WAIT)
    story.registry.time = again + RECOVERY_WAIT
    assert story.says("yank", "hello", "carol", version="1.1.0") == {"owner-mismatch"}
    story.registry.time = again + RECOVERY_WAIT
    story.say("yank", "hello", "bob", version="1.1.0")
    assert story.pack("hello")["owners"] == ["bob"]
    assert story.says("recover", "hello", roots, to="bob") == {"statement-noop"}
    story.check()


def test_roots_count_as_of_the_commit(story: Story) -> None:
    assert story.says("recover", "hello", "root-1", to="carol") == {"roots-unsigned"}
    assert story.says("recover", "hello", ("root-1", "mallory"), to="carol") == {"key-unknown"}
    assert story.says("recover", "hello", ("root-1", "root-2"), to="nobody") == {"publisher-unknown"}
    story.say("recover", "hello", ("root-1", "root-2"), to="carol")
    story.registry.trust(("root-3", "root-4"), 2, 2, ("root-1", "root-3", "root-4"))
    story.registry.commit("Other roots")
    assert story.says("recover", "hello", ("root-1", "root-2"), to="bob") == {"key-unknown"}
    story.say("recover", "hello", ("root-3", "root-4"), to="bob")
    story.check()
    first = story.registry.files.pop("trust/1.json")
    assert story.refused() == {"trust-invalid", "path-unknown"}
    story.registry.files["trust/1.json"] = first
    for name in [name for name in story.registry.files if name.startswith("trust/")]:
        del story.registry.files[name]
    assert story.refused() == {"immutable-changed"}


def test_a_trust_file_of_the_same_commit_counts(tmp_path: Path) -> None:
    registry = small(tmp_path / "repo")
    registry.statement("recover", "hello", ("root-1", "root-2"), to="bob")
    good = dict(registry.files)
    registry.commit("Too early")
    with pytest.raises(ProblemsFound) as caught:
        built(registry.path, tmp_path / "site")
    assert {problem.code for problem in caught.value.problems} == {"roots-missing"}
    other = small(tmp_path / "other")
    other.files = good
    other.trust()
    other.commit("Both at once")
    built(other.path, tmp_path / "site")
    assert problems(tmp_path / "site") == []


def test_a_trust_file_that_too_few_signed_is_refused(tmp_path: Path) -> None:
    registry = small(tmp_path / "repo")
    registry.trust(by=("root-1",))
    registry.commit("Half signed")
    with pytest.raises(ProblemsFound) as caught:
        built(registry.path, tmp_path / "site")
    assert {problem.code for problem in caught.value.problems} == {"trust-unsigned"}


# --- withdrawal ---


def test_a_withdrawn_version_leaves_a_tombstone(story: Story) -> None:
    story.version(
        "hello", "2.0.0", "alice", files={"README.md": b"# Secret sauce\n\n![x](a.png)\n", "a.png": b"\x89PNG"}
    )
    packed = story.state("hello", "2.0.0")["tarball"]
    assert "Secret sauce" in story.page("packs/hello/index.html")
    before = load(story.site)
    story.say("withdraw", "hello", "alice", version="2.0.0", reason="it tells a secret")
    state, here = story.state("hello", "2.0.0"), layout.version("hello", "2.0.0")
    mark = {"reason": "it tells a secret", "date": "2026-03-01"}
    assert (state["tarball"], state["withdrawn"]) == (None, mark)
    kept = ("SHA256SUMS", "SHA256SUMS.minisig", "provenance.intoto.jsonl")
    assert sorted(path.name for path in (story.site / here).iterdir()) == [
        *kept[:2],
        "dependencies",
        "diff",
        "files",
        "index.html",
        "log",
        "metadata.json",
        "pages.sums",
        kept[2],
    ]
    for name in kept:
        assert (story.site / here / name).read_bytes() == before[here + name]
    metadata = story.read(here + "metadata.json")
    gone = [metadata[name] for name in ("tarball", "manifest", "features", "files")]
    assert (metadata["withdrawn"], gone) == (mark, [None, None, [], []])
    assert not (story.site / layout.by_hash(packed["sha256"])).exists()
    for page in (story.page(here + "index.html"), story.page("packs/hello/versions/index.html")):
        assert "it tells a secret" in page
        assert "Secret sauce" not in page
        assert "hello-2.0.0.tar.gz" not in page
    assert story.row("hello")["latest"] == story.pack("hello")["latest"] == "1.1.0"
    for action, more in (("yank", {}), ("deprecate", {}), ("undeprecate", {}), ("promote", {"channel": "beta"})):
        assert story.says(action, "hello", "alice", version="2.0.0", **more) == {"version-withdrawn"}
    assert story.says("withdraw", "hello", "alice", version="2.0.0") == {"statement-noop"}
    assert story.says("withdraw", "hello", "bob", version="1.1.0") == {"owner-mismatch"}
    story.check()
    story.version("hello", "2.0.1", "alice")
    story.check()


def test_a_pack_of_tombstones(story: Story) -> None:
    story.say("withdraw", "other", "bob", version="0.1.0")
    assert (story.row("other")["description"], story.row("other")["tags"]) == ("", [])
    assert "About other" not in story.page("packs/other/index.html")
    assert story.read("tags/../index.json")["total"] == 3
    story.check()


def test_the_law_takes_a_version_without_its_owner(story: Story) -> None:
    fields = {"version": "1.0.0", "legal": "order 12/26 of a court"}
    assert story.says("withdraw", "hello", "root-1", **fields) == {"roots-unsigned"}
    assert story.says("withdraw", "@acme/tools", ("alice",), **fields) >= {"key-unknown"}
    story.say("withdraw", "hello", ("root-1", "root-2"), **fields)
    assert story.state("hello", "1.0.0")["withdrawn"]["legal"] == "order 12/26 of a court"
    assert "order 12/26 of a court" in story.page("packs/hello/1.0.0/index.html")
    story.say("withdraw", "@acme/tools", ("root-2", "root-3"), version="1.0.0", legal="another order")
    story.check()


def test_the_provenance_of_a_withdrawn_version_outlives_its_compressor(
    story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    story.say("withdraw", "hello", "alice", version="1.1.0")
    before = load(story.site)
    for name in ("memory.sqlite", "stamp.json"):
        (story.folder / ".packyard" / "site" / name).unlink()
    monkeypatch.setattr(tarball, "compress", lambda tar: gzip.compress(tar, 1, mtime=0))
    story.publish()
    after = load(story.site)
    assert [path for path in before if path.startswith("packs/") and before[path] != after.get(path)] == []


# --- channels, archives, names ---


def test_channels_offer_what_was_promoted_last(story: Story) -> None:
    for number in ("2.0.0", "2.1.0", "3.0.0"):
        story.registry.version("hello", number, "alice")
    story.registry.commit("Three versions")
    story.publish()
    story.say("promote", "hello", "alice", version="3.0.0", channel="edge")
    story.say("promote", "hello", "alice", version="2.0.0", channel="stable")
    story.say("promote", "hello", "alice", version="2.1.0", channel="stable")
    assert story.pack("hello")["channels"] == {"edge": "3.0.0", "stable": "2.1.0"}
    assert story.pack("hello")["latest"] == "2.1.0"
    assert story.says("promote", "hello", "alice", version="2.1.0", channel="stable") == {"statement-noop"}
    story.say("yank", "hello", "alice", version="2.1.0")
    assert story.pack("hello")["channels"]["stable"] == story.pack("hello")["latest"] == "2.0.0"
    assert story.says("promote", "hello", "alice", version="2.1.0", channel="edge") == {"promote-yanked"}
    story.say("unyank", "hello", "alice", version="2.1.0")
    assert story.pack("hello")["channels"]["stable"] == "2.1.0"
    story.say("promote", "hello", "alice", version="2.0.0", channel="stable")
    assert story.pack("hello")["channels"]["stable"] == "2.0.0"
    story.say("promote", "hello", "alice", version="2.0.0", channel="nightly-2")
    assert story.pack("hello")["channels"] == {"edge": "3.0.0", "nightly-2": "2.0.0", "stable": "2.1.0"}
    story.say("withdraw", "hello", "alice", version="3.0.0")
    assert story.pack("hello")["channels"] == {"nightly-2": "2.0.0", "stable": "2.1.0"}
    assert "nightly-2" in story.page("packs/hello/index.html")
    story.check()


def test_an_archived_pack_gets_nothing_new(story: Story) -> None:
    assert (story.row("hello")["archived"], story.pack("hello")["archived"]) == (False, None)
    story.say("archive", "hello", "alice", reason="finished")
    assert story.row("hello")["archived"] is True
    assert story.pack("hello")["archived"] == {"reason": "finished", "date": "2026-03-01"}
    for page in ("packs/hello/index.html", "packs/hello/1.1.0/index.html"):
        assert "This pack is archived" in story.page(page)
    assert ">archived<" in story.page("tags/test/index.html")
    assert story.versions_of("hello", "2.0.0", "alice") == {"pack-archived"}
    assert story.says("promote", "hello", "alice", version="1.1.0", channel="stable") == {"pack-archived"}
    assert story.says("archive", "hello", "alice") == {"statement-noop"}
    story.say("yank", "hello", "alice", version="1.1.0")
    story.check()


def test_a_renamed_pack_leads_on(story: Story) -> None:
    assert (story.row("hello")["renamed"], story.pack("hello")["renamed"]) == (None, None)
    story.say("rename", "hello", "alice", to="other", reason="a better name")
    assert story.row("hello")["renamed"] == "other"
    assert story.pack("hello")["renamed"] == {"to": "other", "reason": "a better name", "date": "2026-03-01"}
    for page in ("packs/hello/index.html", "packs/hello/1.1.0/index.html"):
        assert "packs/other/index.html" in story.page(page)
    assert ">renamed<" in story.page("tags/test/index.html")
    assert story.versions_of("hello", "2.0.0", "alice") == {"pack-renamed"}
    assert story.says("rename", "hello", "alice", to="other") == {"statement-noop"}
    story.say("rename", "hello", "alice", to="@acme/tools")
    assert story.row("hello")["renamed"] == "@acme/tools"
    story.check()


# --- sites that lie about it ---


@pytest.mark.parametrize(
    "changes",
    [
        {"owners": ["alice", "mallory"]},
        {"archived": {"reason": "x", "date": "2026-03-01"}},
        {"renamed": {"to": "evil", "reason": "x", "date": "2026-03-01"}},
        {"recovery": None},
        {"channels": {"stable": "1.0.0"}},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_documents_that_lie_about_a_state(
    story: Story, changes: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    story.registry.statement("recover", "hello", ("root-1", "root-2"), to="carol")
    story.registry.commit()
    honest = documents.pack_document
    monkeypatch.setattr(
        documents, "pack_document", lambda pack: json.dumps(json.loads(honest(pack)) | changes).encode()
    )
    with pytest.raises(ProblemsFound) as caught:
        story.publish()
    assert {problem.code for problem in caught.value.problems} == {"document-mismatch"}
    monkeypatch.setattr(auditing, "audit_staged", lambda *arguments, **named: [])
    story.publish()
    assert {problem.code for problem in problems(story.site)} == {"document-mismatch"}


def test_a_withdrawn_tarball_that_is_served_is_found(story: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("packyard.packs._withdrawn", lambda spoken: frozenset())
    story.registry.statement("withdraw", "hello", "alice", version="1.1.0")
    story.registry.commit()
    with pytest.raises(ProblemsFound) as caught:
        story.publish()
    assert {problem.code for problem in caught.value.problems} == {"withdrawn-kept"}
    monkeypatch.setattr(auditing, "audit_staged", lambda *arguments, **named: [])
    story.publish()
    assert {problem.code for problem in problems(story.site)} == {"withdrawn-kept"}


def test_a_version_that_is_hidden_without_a_statement_is_found(story: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    site = load(story.site)
    path = layout.tarball("hello", "1.1.0")
    del site[path]
    found = audit(MemorySite(site), None, int(time.time())).problems
    assert [(problem.code, problem.path) for problem in found] == [("file-missing", path)]


def test_a_recovery_that_no_root_of_the_site_signed_is_found(story: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    story.registry.statement("recover", "hello", ("eve-1", "eve-2"), to="bob")
    story.registry.commit()
    eves = TestRegistry(story.folder / "eve").trust(("eve-1", "eve-2"))
    monkeypatch.setattr("packyard.rules.revisions.Revisions.roots", lambda authority, at: (eves,))
    with pytest.raises(ProblemsFound) as caught:
        story.publish()
    assert {problem.code for problem in caught.value.problems} == {"key-unknown"}
    monkeypatch.setattr(auditing, "audit_staged", lambda *arguments, **named: [])
    story.publish()
    assert {problem.code for problem in problems(story.site)} == {"key-unknown"}


def test_a_site_with_the_registrys_own_keys(tmp_path: Path) -> None:
    keys = {f"PACKYARD_{role.upper()}_KEY": secret_text(role) for role in ROLES}
    registry, site = small(tmp_path / "repo"), tmp_path / "site"
    registry.trust()
    registry.commit("Root keys")
    registry.statement("recover", "hello", ("root-1", "root-2"), to="bob")
    registry.commit("Recover")
    built(registry.path, site, environ=keys, new_log=True)
    root = signer("root-1").public_key
    assert audit(FolderSite(site), None, int(time.time()), root_key=root)[:2] == ((), ())
    registry.trust(("root-3", "root-4"), 1, 2, ("root-1", "root-3"))
    registry.commit("Other root keys")
    registry.statement("withdraw", "other", "root-4", version="0.1.0", legal="an order")
    registry.commit("Withdraw")
    built(registry.path, site, environ=keys)
    assert audit(FolderSite(site), None, int(time.time()), root_key=root)[:2] == ((), ())


def secret_text(name: str) -> str:
    """The key file of a key that is a function of its name."""
    return f"untrusted comment: for tests\n{b64.encode(signer(name).__reduce__()[1][0])}\n"


def test_trust_files_are_followed_as_far_as_they_verify(tmp_path: Path) -> None:
    class Files:
        """The trust folder as a `Source`."""

        def __init__(self, files: dict[str, bytes]) -> None:
            self.files = {path.removeprefix("trust/"): data for path, data in files.items() if "trust/" in path}

        def tree(self, oid: str) -> Any:
            from packyard.model import Entry

            return tuple(Entry(name, 0o100644, name) for name in sorted(self.files))

        def blob(self, oid: str, limit: int) -> bytes:
            return self.files[oid]

    registry = TestRegistry(tmp_path / "repo")
    first = registry.trust()
    second = registry.trust(("root-3",), 1, 2)
    assert follow_trust(Files(registry.files), "trust", "packs.example.org", ()) == ((first,), [])
    second = registry.trust(("root-3",), 1, 2, ("root-1", "root-2", "root-3"))
    assert follow_trust(Files(registry.files), "trust", "packs.example.org", ()) == ((first, second), [])
    assert follow_trust(Files(registry.files), "trust", "packs.example.org", (first,)) == ((second,), [])
    assert follow_trust(Files(registry.files), "trust", "elsewhere.example.org", ())[0] == ()
    _, (problem,) = follow_trust(Files({}), "", "packs.example.org", (first,))
    assert (problem.code, problem.path) == ("immutable-changed", "registry-src/trust/1.json")
