"""The auditor against every single wrong byte, and against a registry that lies with all its keys in hand."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NamedTuple

import pytest

from packyard import catalogue, emitter, packs, seal
from packyard.audit import audit, audit_staged, staged
from packyard.edges.keys import ROLES, load_signer, make_key
from packyard.edges.store import FolderSite
from packyard.errors import Problem, ProblemsFound
from packyard.formats import documents, dsse, entries, inventory, layout, note, tarball, trustfile
from packyard.formats.checkpoint import Checkpoint, format_checkpoint
from packyard.formats.snapshot import parse_snapshot
from packyard.model import PublisherKey, VersionState
from packyard.registry import Trust
from packyard.rules import authority
from packyard.stages import auditing, sealing
from tests.published import Address, MemorySite, MemoryStaging, flipped, load, unit
from tests.registry import ORIGIN, SINCE, TestRegistry, signer, small
from tests.sites import built
from tests.tools import sampled

DAY = 86_400


class Built(NamedTuple):
    """A site in two states, one build apart, and its trust file."""

    first: dict[str, bytes]
    site: dict[str, bytes]
    trust: Trust
    folder: Path


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """The small registry, built before and after a change of everything."""
    folder = tmp_path_factory.mktemp("audit")
    registry = small(folder / "repo")
    built(folder / "repo", folder / "site")
    first = load(folder / "site")
    registry.version("hello", "1.2.0", "alice", {"big.bin": bytes(3_000)})
    registry.statement("unyank", "hello", "alice", version="1.0.0")
    registry.publisher("carol")
    registry.org("acme", {"alice": "owner", "carol": "admin", "bob": "member"}, "alice")
    registry.version("@acme/more", "1.0.0", "carol")
    registry.commit("Change a bit of everything")
    built(folder / "repo", folder / "site")
    site = load(folder / "site")
    return Built(first, site, trustfile.parse_trust(site["trust/1.json"]), folder / "site")


def problems(files: dict[str, bytes]) -> list[Problem]:
    """What the auditor finds now."""
    return list(audit(MemorySite(files), None, int(time.time())).problems)


def telling(files: dict[str, bytes]) -> list[str]:
    """The paths that are worth tampering with: of the empty shards, which are all alike, only some."""
    empty = [path for path, data in files.items() if not data]
    return [path for path in files if path not in empty[2:]]


def test_a_good_site_has_no_problems(made: Built) -> None:
    report = audit(FolderSite(made.folder), None, int(time.time()))
    assert report.problems == ()
    assert [note.code for note in report.notes] == ["trust-unpinned"]
    assert report.counts.files == len(made.site)
    assert report.counts.size == sum(map(len, made.site.values()))
    assert (report.counts.packs, report.counts.versions, report.snapshot) == (4, 6, 2)


def test_processes_and_threads_find_the_same(made: Built) -> None:
    broken = made.site | {"packs/hello/1.0.0/metadata.json": b"{}"}
    alone = audit(MemorySite(broken), None, 0)
    assert audit(MemorySite(broken), None, 0, jobs=2)[:3] == alone[:3]
    address = audit(Address(broken), None, 0, jobs=2)
    assert (address.problems, address.counts) == (alone.problems, alone.counts)
    assert [note.code for note in address.notes] == ["trust-unpinned", "paths-unknown"]


TAMPERING: dict[str, Callable[[bytes], bytes]] = {
    "first": lambda data: flipped(data, 0),
    "middle": lambda data: flipped(data, len(data) // 2),
    "last": lambda data: flipped(data, len(data) - 1),
    "cut": lambda data: data[:-1],
    "longer": lambda data: data + b"\n",
}


@pytest.mark.parametrize("how", sampled(TAMPERING, str, 5))
def test_every_changed_file_is_found_and_named(made: Built, how: str) -> None:
    for path in telling(made.site):
        if path != layout.BY_HASH_INDEX and (made.site[path] or how == "longer"):
            found = problems(made.site | {path: TAMPERING[how](made.site[path])})
            assert {unit(problem.path) for problem in found} == {unit(path)}, path


def test_every_missing_file_is_found_and_named(made: Built) -> None:
    for path in telling(made.site):
        found = problems({name: data for name, data in made.site.items() if name != path})
        assert {unit(problem.path) for problem in found} == {unit(path)}, path


def test_every_added_file_is_found_and_named(made: Built) -> None:
    for number, path in enumerate(telling(made.site)):
        folder = path.rpartition("/")[0]
        added = (f"{path}x", f"{folder}/.x" if folder else ".x", f"{path}.p/7")[number % 3]
        found = problems(made.site | {added: made.site[path]})
        assert [(problem.code, problem.path) for problem in found] == [("file-unlisted", added)]


@pytest.mark.slow
def test_every_byte_of_what_no_list_covers(made: Built) -> None:
    heads = [path for path in made.site if path.startswith(("SNAPSHOT", "trust/", layout.CHECKPOINT))]
    assert len(heads) == 6
    for path in heads:
        data = made.site[path]
        for at in range(len(data)):
            found = problems(made.site | {path: flipped(data, at)})
            assert {unit(problem.path) for problem in found} == {unit(path)}, (path, at)


def test_what_is_kept_is_covered_but_for_its_times(made: Built) -> None:
    data = made.site[layout.BY_HASH_INDEX]
    times = [match.span() for match in re.finditer(rb'(?<="until":")[^"]+', data)]
    assert len(times) == data.count(b"sha256")
    for at in range(0, len(data), 23):
        if not any(start <= at < end for start, end in times):
            found = problems(made.site | {layout.BY_HASH_INDEX: flipped(data, at)})
            assert layout.BY_HASH_INDEX in {problem.path for problem in found}, at


def test_links_and_folders_in_place_of_files(made: Built, tmp_path: Path) -> None:
    for path, data in made.site.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(data)
    linked, folder, hidden = (
        tmp_path / path for path in ("packs/hello/index.html", "packs/other/index.html", "packs/@acme/more")
    )
    linked.rename(tmp_path.parent / "elsewhere.html")
    linked.symlink_to(tmp_path.parent / "elsewhere.html")
    folder.unlink()
    folder.mkdir()
    hidden.rename(tmp_path.parent / "more")
    hidden.symlink_to(tmp_path.parent / "more")
    found = {(problem.code, problem.path) for problem in audit(FolderSite(tmp_path), None, int(time.time())).problems}
    assert found == {
        ("file-unreadable", "packs/hello/index.html"),
        ("file-unreadable", "packs/other/index.html"),
        ("file-unlisted", "packs/@acme/more"),
    }


def test_age(made: Built) -> None:
    later = audit(MemorySite(made.site), None, int(time.time()) + 15 * DAY)
    assert [problem.code for problem in later.problems] == ["snapshot-expired"]
    much_later = audit(MemorySite(made.site), None, int(time.time()) + 400 * DAY)
    assert {problem.code for problem in much_later.problems} == {"snapshot-expired", "trust-expired"}


def test_pins(made: Built) -> None:
    now, site = int(time.time()), MemorySite(made.site)
    root = made.trust.root_keys[0]
    assert audit(site, made.trust, now).notes == audit(site, None, now, root_key=root).notes == ()
    assert not audit(site, made.trust, now).problems
    stranger = signer("stranger").public_key
    for report in (
        audit(site, made.trust._replace(root_keys=(stranger,)), now),
        audit(site, None, now, root_key=stranger),
    ):
        assert [problem.code for problem in report.problems] == ["trust-pinned"]
        assert [note.code for note in report.notes] == ["audit-stopped"]


def rotated(folder: Path) -> dict[str, bytes]:
    """A site whose trust has passed on once: two of three roots to others, and every other key to a new one."""
    registry, keys = TestRegistry(folder / "repo"), {}
    for number, roots in ((1, ("r1", "r2", "r3")), (2, ("r3", "r4"))):
        for role in ROLES:
            make_key(folder / f"keys{number}/{role}.key", None, "for tests")
            keys[role] = load_signer(str(folder / f"keys{number}/{role}.key"))
        named = [
            [signer(root).public_key for root in roots],
            [keys["snapshot"].public_key],
            [keys["attest"].public_key],
        ]
        vkey = note.format_vkey(note.vkey_of(keys["log"], ORIGIN))
        lists = (tuple(named[0]), 2, tuple(named[1]), tuple(named[2]))
        text = trustfile.format_trust(Trust(ORIGIN, number, "2099-01-01T00:00:00Z", *lists, ORIGIN, vkey, (), 0))
        registry.files[f"trust/{number}.json"] = text
        for root in ("r1", "r2") if number == 1 else ("r1", "r3", "r4"):
            signed = signer(root).sign(text, f"{ORIGIN} trust {number}")
            registry.files[f"trust/{number}.json.{signer(root).key_id}.minisig"] = signed
        if number == 1:
            registry.publisher("alice")
        registry.version("hello", f"{number}.0.0", "alice")
        registry.commit()
        built(folder / "repo", folder / "site", keys=folder / f"keys{number}", new_log=number == 1)
    return load(folder / "site")


def test_trust_that_passed_on(tmp_path: Path) -> None:
    site = rotated(tmp_path)
    assert problems(site) == []
    root = signer("r2").public_key
    assert audit(MemorySite(site), None, int(time.time()), root_key=root).notes == ()
    unsigned = audit(MemorySite(site), None, int(time.time()), root_key=signer("r3").public_key)
    assert [problem.code for problem in unsigned.problems] == ["trust-pinned"]
    for path in [path for path in site if path.startswith("trust/")]:
        for change in TAMPERING.values():
            assert {unit(problem.path) for problem in problems(site | {path: change(site[path])})} == {unit(path)}
        if site[path].startswith(b"{") or signer("r4").key_id in path:
            missing = problems({name: data for name, data in site.items() if name != path})
            assert unit(path) in {problem.path for problem in missing}


# --- a registry that lies -------------------------------------------------------------------------------------------


class Liar:
    """A registry whose builder was changed; it has all the registry's keys, and no publisher's."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder, self.patch = folder, monkeypatch
        self.registry = small(folder / "repo")

    def publish(self) -> set[str]:
        """Builds, without its own audit, and gives the codes of what an honest auditor finds."""
        self.patch.setattr(auditing, "audit_staged", lambda *arguments, **named: [])
        built(self.folder / "repo", self.folder / "site")
        self.patch.undo()
        report = audit(FolderSite(self.folder / "site"), None, int(time.time()))
        return {problem.code for problem in report.problems}

    def rewrite(self, module: Any, name: str, change: Callable[[Any], Any]) -> None:
        """Changes what a function gives."""
        honest = getattr(module, name)
        self.patch.setattr(module, name, lambda *arguments: change(honest(*arguments)))


@pytest.fixture
def liar(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Liar:
    return Liar(tmp_path, monkeypatch)


def altered(**changes: Any) -> Callable[[bytes], bytes]:
    """Changes members of a JSON document."""
    return lambda data: json.dumps(json.loads(data) | changes).encode()


def test_an_honest_liar_is_clean(liar: Liar) -> None:
    assert liar.publish() == set()


def test_a_version_under_an_owner_who_has_not_signed_it(liar: Liar) -> None:
    def publish(state: Any, release: Any, who: Any) -> Any:
        added = {**state.versions, release.version: VersionState(release)}
        return state._replace(owner=state.owner or release.publisher, versions=added)

    liar.patch.setattr(catalogue, "publish", publish)
    liar.registry.version("hello", "9.0.0", "bob")
    liar.registry.commit()
    assert "owner-mismatch" in liar.publish()


def test_a_statement_that_the_owner_has_not_made(liar: Liar) -> None:
    liar.patch.setattr(catalogue, "_may_speak", lambda *arguments: None)
    liar.registry.statement("yank", "hello", "bob", version="1.1.0")
    liar.registry.commit()
    assert liar.publish() == {"owner-mismatch"}


def test_a_key_that_had_ended(liar: Liar) -> None:
    liar.patch.setattr(PublisherKey, "valid_on", lambda key, day: True)
    alice = liar.registry.publishers["alice"]
    ended = alice.keys[0]._replace(retired="2026-03-01")
    second = alice.keys[0]._replace(key=signer("alice 2").public_key, key_id=signer("alice 2").key_id)
    liar.registry.revise(alice._replace(keys=(ended, second)), "alice")
    liar.registry.commit()
    liar.registry.version("hello", "9.0.0", "alice")
    liar.registry.commit()
    assert "key-not-valid" in liar.publish()


def test_a_publisher_whose_file_somebody_else_signed(liar: Liar) -> None:
    def verify(message: bytes, signature: Any, comment: str, day: str, who: Any, scope: str) -> Any:
        return authority.Signed(who, signature.key_id, ("publish", "admin"))

    liar.patch.setattr(authority, "verify_by", verify)
    mallory = signer("mallory")
    alice = liar.registry.publishers["alice"]
    added = PublisherKey(mallory.public_key, mallory.key_id, ("publish", "admin"), SINCE)
    liar.registry.revise(alice._replace(keys=(*alice.keys, added)), "mallory")
    liar.registry.version("hello", "9.0.0", "mallory")
    liar.registry.commit()
    assert liar.publish() == {"key-unknown"}


def test_a_file_that_nobody_signed(liar: Liar) -> None:
    make = tarball.format_tar
    liar.patch.setattr(tarball, "format_tar", lambda files: make([*files, ("zz.sh", b"#!/bin/sh\n")]))
    assert liar.publish() == {"sums-extra"}


@pytest.mark.parametrize(
    ("module", "name", "change", "code"),
    [
        (documents, "pack_document", altered(owner="mallory"), "document-mismatch"),
        (documents, "pack_document", altered(latest="1.0.0"), "document-mismatch"),
        (documents, "pack_document", altered(versions=[]), "document-invalid"),
        (documents, "pack_document", altered(statements=[]), "document-mismatch"),
        (documents, "version_document", altered(commit="0" * 40), "document-mismatch"),
        (documents, "version_document", altered(manifest={"name": "other"}), "document-mismatch"),
        (documents, "version_document", altered(files=[]), "document-mismatch"),
        (documents, "version_document", lambda data: b"[" * 30_000, "too-deep"),
        (documents, "index_row", lambda data: data.replace(b"About", b"Above"), "index-row"),
        (documents, "index_row", lambda data: data.replace(b'"latest":"1.1.0"', b'"latest":"1.0.0"'), "index-row"),
        (documents, "index_row", lambda data: data.replace(b'"routing":[]', b'"routing":["budget"]'), "index-row"),
        (documents, "index_row", lambda data: data.replace(b'"quality":90', b'"quality":100'), "index-row"),
        (documents, "index_row", lambda data: data.replace(b'"channels":{}', b'"channels":{"a":"1.0.0"}'), "index-row"),
        (documents, "index_row", lambda data: data.replace(b'"downloads":null', b'"downloads":900'), "index-row"),
        (documents, "index_row", lambda data: data.replace(b'"owners":["', b'"owners":["mallory","'), "index-row"),
        (dsse, "format_provenance", lambda data: data.replace(b"1.0.0", b"1.0.1"), "provenance-mismatch"),
        (entries, "publish_entry", lambda data: data.replace(b"2026", b"2025"), "log-mismatch"),
        (entries, "index_entry", lambda data: data.replace(b'"snapshot":1', b'"snapshot":2'), "log-order"),
        (sealing, "new_entries", lambda leaves: list(leaves)[1:], "log-mismatch"),
        (
            packs,
            "pack_lists",
            lambda lists: ((path, data + b"0" * 64 + b"  x\n") for path, data in lists),
            "list-foreign",
        ),
    ],
)
def test_documents_that_lie(liar: Liar, module: Any, name: str, change: Callable[[Any], Any], code: str) -> None:
    liar.rewrite(module, name, change)
    assert code in liar.publish()


@pytest.mark.parametrize(
    ("path", "listing"),
    [
        ("index.html", "files.sums"),
        ("index.json", "pages.sums"),
        ("statements/0001-yank.yaml", "pages.sums"),
        ("1.0.0/SHA256SUMS", "pages.sums"),
        ("1.0.0/SHA256SUMS", "1.0.0/pages.sums"),
        ("1.0.0/index.html", "files.sums"),
        ("1.0.0/index.html", "pages.sums"),
        ("1.0.0/index.html", "1.1.0/pages.sums"),
        ("badge.svg", "1.0.0/pages.sums"),
    ],
)
def test_a_line_in_a_list_that_is_not_its_own(liar: Liar, path: str, listing: str) -> None:
    """Everything fits together, but a client or an auditor would look for the path in another list."""
    moved = {layout.pack("hello", path): layout.pack("hello", listing)}
    lying = {**vars(inventory), "list_of": lambda path: moved.get(path) or inventory.list_of(path)}
    liar.patch.setattr(emitter, "inventory", SimpleNamespace(**lying))
    liar.registry.statement("yank", "hello", "alice", version="1.1.0")
    liar.registry.commit("Yank")
    assert "list-foreign" in liar.publish()


def test_a_version_that_the_log_has_and_the_site_has_not(liar: Liar) -> None:
    ghost = entries.publish_entry("ghost", "1.0.0", "0" * 64, "0" * 16, 1)
    liar.rewrite(sealing, "new_entries", lambda new: [*new, ghost])
    assert liar.publish() == {"log-unmet"}


def test_a_log_that_is_said_to_be_endless(liar: Liar) -> None:
    assert liar.publish() == set()
    site = load(liar.folder / "site")
    online, log = (load_signer(str(liar.folder / f"repo/.packyard/keys/{role}.key")) for role in ("snapshot", "log"))
    endless = parse_snapshot(site[layout.SNAPSHOT])._replace(log_size=10**14)
    site[layout.SNAPSHOT], site[layout.SNAPSHOT_SIGNATURE] = seal.sign_snapshot(endless, online)
    head = format_checkpoint(Checkpoint(ORIGIN, endless.log_size, endless.log_root))
    site[layout.CHECKPOINT] = note.sign_note(head, log, ORIGIN)
    site[layout.SNAPSHOT_BUNDLE] = b"".join(
        site[path] for path in (layout.SNAPSHOT, layout.SNAPSHOT_SIGNATURE, layout.CHECKPOINT)
    )
    assert {problem.code for problem in problems(site)} == {"file-missing"}


# --- what is staged -------------------------------------------------------------------------------------------------


def staged_problems(made: Built, old: dict[str, bytes], new: dict[str, bytes]) -> list[Problem]:
    """What the last look before activation finds."""
    staging = MemoryStaging(old, new)
    return audit_staged(staging, made.trust, staging.removals)


def test_good_stagings_have_no_problems(made: Built) -> None:
    assert staged_problems(made, {}, made.first) == []
    assert staged_problems(made, {}, made.site) == []
    assert staged_problems(made, made.first, made.site) == []


@pytest.mark.parametrize("depth", [staged.DEPTH, 0])
def test_every_staged_file_is_looked_at(made: Built, depth: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(staged, "DEPTH", depth)
    changed = MemoryStaging(made.first, made.site).files
    for path in telling(changed):
        if path != layout.BY_HASH_INDEX and changed[path]:
            found = staged_problems(
                made, made.first, made.site | {path: flipped(changed[path], len(changed[path]) // 2)}
            )
            assert unit(path) in {unit(problem.path) for problem in found} or path.startswith(layout.LOG), path
            assert found, path


def test_every_staged_file_is_needed(made: Built) -> None:
    for path in telling(MemoryStaging(made.first, made.site).files):
        if path not in made.first and not path.startswith(layout.BY_HASH):
            found = staged_problems(made, made.first, {name: made.site[name] for name in made.site if name != path})
            assert found, path


def test_nothing_unlisted_is_staged_and_nothing_listed_removed(made: Built) -> None:
    found = staged_problems(made, made.first, made.site | {"packs/hello/x": b"", "x": b"", "packs/x": b""})
    assert [(problem.code, problem.path) for problem in found] == [
        ("file-unlisted", path) for path in ("packs/hello/x", "packs/x", "x")
    ]
    staging = MemoryStaging(made.first, made.site)
    found = audit_staged(staging, made.trust, {*staging.removals, "packs/other/0.1.0/SHA256SUMS"})
    assert [problem.code for problem in found] == ["removal-listed"]
    assert audit_staged(staging, made.trust, set()) == []


def test_nothing_goes_back(made: Built) -> None:
    found = audit_staged(MemoryStaging(made.site, made.first), made.trust, set())
    assert {problem.code for problem in found} >= {"snapshot-order", "log-inconsistent"}
    assert [problem.path for problem in found if problem.code == "file-leftover"]


def test_the_cost_is_that_of_the_change(tmp_path: Path) -> None:
    registry = small(tmp_path / "repo")
    for number in range(12):
        registry.version(f"filler-{number}", "1.0.0", "bob")
    registry.commit("Fill up")
    built(tmp_path / "repo", tmp_path / "site")
    before = load(tmp_path / "site")
    registry.version("hello", "1.2.0", "alice")
    registry.commit("Publish one version")
    built(tmp_path / "repo", tmp_path / "site")
    staging = MemoryStaging(before, load(tmp_path / "site"))
    assert audit_staged(staging, trustfile.parse_trust(before["trust/1.json"]), staging.removals) == []
    besides = set(staging.asked) - set(staging.files)
    assert not [path for path in besides if path.startswith("packs/") and not path.startswith("packs/hello/")]
    assert not [path for path in besides if path.endswith(layout.PAGES_SUMS)], besides
    assert len(besides) <= 8, besides


def test_pages_that_go_go_whole(liar: Liar) -> None:
    page, listing = (layout.version("hello", "1.0.0", name) for name in ("index.html", layout.PAGES_SUMS))
    assert liar.publish() == set()
    before = load(liar.folder / "site")
    gone = {path for path in before if listing in (path, inventory.list_of(path))}
    liar.registry.version("hello", "1.2.0", "alice")
    liar.registry.commit("Publish one version")
    liar.rewrite(packs, "once", lambda recipes: [recipe for recipe in recipes if recipe.path not in gone])
    assert liar.publish() == set()
    staging = MemoryStaging(before, load(liar.folder / "site"))
    trust = trustfile.parse_trust(before["trust/1.json"])
    assert staging.removals >= gone
    for kept in (set[str](), {page}, {listing}, gone):
        found = audit_staged(staging, trust, staging.removals - kept)
        assert [(problem.code, problem.path) for problem in found] == [("file-leftover", path) for path in sorted(kept)]


def test_of_other_packs_only_the_hashes_are_looked_at(liar: Liar) -> None:
    liar.patch.setattr(auditing, "audit_staged", lambda *arguments, **named: [])
    liar.rewrite(documents, "pack_document", altered(owner="mallory"))
    built(liar.folder / "repo", liar.folder / "site")
    site = load(liar.folder / "site")
    trust = trustfile.parse_trust(site["trust/1.json"])
    for packs_named, lies in ((None, 3), (["hello"], 1), ([], 0)):
        found = audit_staged(MemoryStaging({}, site), trust, (), packs_named)
        assert [problem.code for problem in found] == ["document-mismatch"] * lies


def test_a_builder_that_lies_is_stopped(liar: Liar) -> None:
    liar.rewrite(documents, "version_document", altered(commit="0" * 40))
    with pytest.raises(ProblemsFound) as caught:
        built(liar.folder / "repo", liar.folder / "site")
    assert {problem.code for problem in caught.value.problems} == {"document-mismatch"}
    assert not (liar.folder / "site" / layout.SNAPSHOT).exists()
