"""A registry that lies about the state of its packs, with all its own keys in hand, and the auditor who has the site
alone: each lie is told by a changed builder, so that pages, documents, rows, lists and log agree about it.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from packyard import packs, recorded
from packyard.audit import audit
from packyard.catalogue import fold
from packyard.edges.store import FolderSite
from packyard.errors import ProblemsFound
from packyard.formats import documents, layout
from packyard.formats.times import DAY
from packyard.lifecycle import RECOVERY_WAIT, tombstone
from packyard.model import Mark, Pack, Renaming, Statement, VersionState
from packyard.stages import auditing, making
from tests.hostile.bed import key
from tests.registry import TestRegistry, small
from tests.sites import built
from tests.tools import sampled

Lie = Callable[[Pack], Pack]
ROOTS = ("root-1", "root-2")


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> TestRegistry:
    """A registry with a pack in every state."""
    made = small(tmp_path_factory.mktemp("lies") / "repo")
    made.trust()
    made.publisher("carol")
    made.version("hello", "2.0.0", "alice")
    made.version("moved", "1.0.0", "alice")
    made.version("closed", "1.0.0", "alice")
    made.version("lost", "1.0.0", "alice")
    made.commit("More packs")
    made.statement("promote", "hello", "alice", version="1.1.0", channel="stable")
    made.statement("promote", "hello", "alice", version="2.0.0", channel="beta")
    made.statement("add-owner", "hello", "alice", handle="carol")
    made.statement("deprecate", "hello", "alice", version="1.1.0")
    made.statement("withdraw", "lost", ROOTS, version="1.0.0", legal="an order")
    made.statement("rename", "moved", "alice", to="hello")
    made.statement("archive", "closed", "alice")
    made.statement("recover", "closed", ROOTS, to="bob")
    made.statement("transfer", "other", ("bob", "carol"), from_="bob", to="carol")
    made.commit("States of packs")
    ended = made.publishers["bob"].keys[0]._replace(revoked="2026-03-01", reason="lost")
    made.revise(made.publishers["bob"]._replace(keys=(key("bob-2"), ended)), "bob")
    made.commit("Every state there is")
    return made


@pytest.fixture
def tells(
    registry: TestRegistry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[[], set[tuple[str, str]]]:
    """Builds, and gives (code, path) of all that the auditor finds; where nothing is to be found there is no lie."""

    def publish() -> set[tuple[str, str]]:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(auditing, "audit_staged", lambda *arguments, **named: [])
            built(registry.path, tmp_path / "site")
        found = audit(FolderSite(tmp_path / "site"), None, int(time.time())).problems
        return {(problem.code, problem.path) for problem in found}

    return publish


def states(pack: Pack, change: Callable[[VersionState], VersionState]) -> Pack:
    """The pack with all its versions changed."""
    return pack._replace(versions=tuple(map(change, pack.versions)))


def said(pack: Pack, change: Callable[[Statement], Statement]) -> Pack:
    """The pack with all its statements changed."""
    return pack._replace(statements=tuple(map(change, pack.statements)))


MARK = Mark("because", "2026-03-01")
WITHDRAWN = Mark("the tests say so", "2026-03-01")

#: What the builder says of a pack, and whether its row in the catalogue is wrong then too.
LIES: dict[str, tuple[str, Lie, bool]] = {
    "a-yank-hidden": ("hello", lambda pack: states(pack, lambda each: each._replace(yanked=None)), False),
    "a-yank-invented": ("hello", lambda pack: states(pack, lambda each: each._replace(yanked=MARK)), True),
    "a-yank-for-another-reason": (
        "hello",
        lambda pack: states(pack, lambda e: e._replace(yanked=e.yanked and MARK)),
        False,
    ),
    "a-deprecation-hidden": ("other", lambda pack: pack._replace(deprecated=None), True),
    "a-deprecation-invented": ("hello", lambda pack: pack._replace(deprecated=MARK), True),
    "a-replacement-changed": (
        "other",
        lambda pack: pack._replace(deprecated=WITHDRAWN._replace(replacement="moved")),
        True,
    ),
    "a-version-not-deprecated": ("hello", lambda pack: states(pack, lambda e: e._replace(deprecated=None)), False),
    "a-channel-moved": (
        "hello",
        lambda pack: states(pack, lambda e: e._replace(channel="stable" if e.release.version == "2.0.0" else "")),
        True,
    ),
    "a-channel-hidden": ("hello", lambda pack: states(pack, lambda e: e._replace(channel="")), True),
    "an-archive-hidden": ("closed", lambda pack: pack._replace(archived=None), True),
    "an-archive-invented": ("hello", lambda pack: pack._replace(archived=MARK), True),
    "a-redirect-forged": ("hello", lambda pack: pack._replace(renamed=Renaming("other", *MARK[:2])), True),
    "a-redirect-hidden": ("moved", lambda pack: pack._replace(renamed=None), True),
    "a-redirect-elsewhere": (
        "moved",
        lambda pack: pack._replace(renamed=pack.renamed and pack.renamed._replace(to="other")),
        True,
    ),
    "an-owner-forged": ("hello", lambda pack: pack._replace(owner="bob"), True),
    "an-owner-kept": ("other", lambda pack: pack._replace(owner="bob"), True),
    "a-co-owner-added": ("hello", lambda pack: pack._replace(co_owners=("bob", "carol")), True),
    "a-co-owner-hidden": ("hello", lambda pack: pack._replace(co_owners=()), True),
    "a-recovery-hidden": ("closed", lambda pack: pack._replace(recovery=None), False),
    "a-recovery-carried-out": ("closed", lambda pack: pack._replace(owner="bob", recovery=None), True),
    "a-recovery-cut-short": (
        "closed",
        lambda pack: pack._replace(recovery=pack.recovery and pack.recovery._replace(effective=0)),
        False,
    ),
    "a-recovery-for-another": (
        "closed",
        lambda pack: pack._replace(recovery=pack.recovery and pack.recovery._replace(to="carol")),
        False,
    ),
    "an-order-reworded": (
        "lost",
        lambda pack: states(pack, lambda e: e._replace(withdrawn=WITHDRAWN._replace(legal="nothing much"))),
        False,
    ),
    "an-order-hidden": ("lost", lambda pack: states(pack, lambda e: e._replace(withdrawn=WITHDRAWN)), False),
    "a-statement-left-out": ("closed", lambda pack: pack._replace(statements=pack.statements[:1]), False),
    "a-statement-reworded": ("closed", lambda pack: said(pack, lambda each: each._replace(reason="because")), False),
    "a-statement-dated-elsewhere": ("closed", lambda pack: said(pack, lambda e: e._replace(date="2025-01-01")), False),
}


def believe(monkeypatch: pytest.MonkeyPatch, name: str, lie: Lie) -> None:
    """Makes the builder believe something else of a pack than what was signed."""

    def believed(pack: str, *arguments: Any) -> Any:
        made, problems = fold(pack, *arguments)
        return (lie(made) if made and pack == name else made), problems

    monkeypatch.setattr("packyard.packs.fold", believed)
    monkeypatch.setattr(making, "_astray", lambda memory, renamed: [])


def test_the_truth_is_not_a_lie(tells: Callable[[], set[tuple[str, str]]]) -> None:
    assert tells() == set()


@pytest.mark.parametrize("lie", sampled(LIES, str, 4))
def test_a_lie_about_a_pack_is_found(
    tells: Callable[[], set[tuple[str, str]]], monkeypatch: pytest.MonkeyPatch, lie: str
) -> None:
    name, change, in_row = LIES[lie]
    believe(monkeypatch, name, change)
    expected = {("document-mismatch", layout.pack(name, "index.json"))}
    found = tells()
    of_people = {(code, path) for code, path in found if code == "document-mismatch" and path.startswith("publishers/")}
    assert found - of_people == expected | ({("index-row", layout.INDEX)} if in_row else set())
    assert bool(of_people) is ("owner" in lie or lie == "a-recovery-carried-out")


@pytest.mark.parametrize("lie", sampled(LIES, str, 4))
def test_the_build_itself_would_not_tell_it(
    registry: TestRegistry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lie: str
) -> None:
    name, change, _ = LIES[lie]
    believe(monkeypatch, name, change)
    with pytest.raises(ProblemsFound) as caught:
        built(registry.path, tmp_path / "site")
    assert "document-mismatch" in {problem.code for problem in caught.value.problems}
    assert not (tmp_path / "site" / layout.SNAPSHOT).exists()


def bury(state: VersionState, number: str) -> VersionState:
    """The version as a tombstone, if it has this number."""
    if state.release.version != number:
        return state
    return state._replace(release=tombstone(state.release), withdrawn=MARK)


def test_a_tombstone_that_nobody_asked_for(
    tells: Callable[[], set[tuple[str, str]]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The whole of it: no tarball, no manifest, no list of files, in no document."""
    believe(monkeypatch, "hello", lambda pack: states(pack, lambda each: bury(each, "1.1.0")))
    monkeypatch.setattr(packs, "_withdrawn", lambda spoken: frozenset({"1.1.0"}))
    assert tells() >= {("document-mismatch", layout.pack("hello", "index.json"))}


def test_a_withdrawal_that_did_not_happen(
    tells: Callable[[], set[tuple[str, str]]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The tarball is still there, and no document says that it should not."""
    monkeypatch.setattr("packyard.lifecycle.tombstone", lambda release: release)
    monkeypatch.setattr(packs, "_withdrawn", lambda spoken: frozenset())
    believe(monkeypatch, "lost", lambda pack: states(pack, lambda each: each._replace(withdrawn=None)))
    assert tells() >= {("document-mismatch", layout.pack("lost", "index.json"))}


def test_a_tombstone_that_still_tells_what_was_in_it(
    tells: Callable[[], set[tuple[str, str]]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("packyard.lifecycle.tombstone", lambda release: release)
    found = {path for code, path in tells() if code == "document-mismatch"}
    assert layout.version("lost", "1.0.0", "metadata.json") in found


@pytest.mark.parametrize(("action", "pack"), [("yank", "hello"), ("rename", "moved"), ("withdraw", "lost")])
def test_a_statement_that_is_served_and_not_logged(
    tells: Callable[[], set[tuple[str, str]]], monkeypatch: pytest.MonkeyPatch, action: str, pack: str
) -> None:
    honest = recorded.new_entries

    def entries(*arguments: Any) -> Any:
        return (entry for entry in honest(*arguments) if f'"type":"{action}"'.encode() not in entry)

    monkeypatch.setattr("packyard.stages.sealing.new_entries", entries)
    path = layout.pack(pack, f"statements/0001-{action}.yaml")
    assert ("statement-unlogged", path) in tells()


def test_a_statement_that_is_logged_and_not_served(
    tells: Callable[[], set[tuple[str, str]]], monkeypatch: pytest.MonkeyPatch
) -> None:
    honest = packs._publish_statement

    def publish(source: Any, spoken: Any, output: Any) -> None:
        if spoken.statement.action != "yank":
            honest(source, spoken, output)

    monkeypatch.setattr(packs, "_publish_statement", publish)
    assert tells() == {("file-missing", layout.pack("hello", "statements/0001-yank.yaml"))}


@pytest.mark.parametrize("action", ["transfer", "recover", "yank"])
def test_a_signature_that_is_not_served(
    tells: Callable[[], set[tuple[str, str]]], monkeypatch: pytest.MonkeyPatch, action: str
) -> None:
    honest = packs._publish_statement

    def publish(source: Any, spoken: Any, output: Any) -> None:
        objects = spoken.event.objects if spoken.statement.action != action else spoken.event.objects[:-1]
        honest(source, spoken._replace(event=spoken.event._replace(objects=objects)), output)

    monkeypatch.setattr(packs, "_publish_statement", publish)
    # Of the roots that a development site names one is enough; but the log knows of two.
    expected = {"transfer": "transfer-parties", "recover": "log-mismatch", "yank": "signature-missing"}
    assert expected[action] in {code for code, _ in tells()}


@pytest.mark.parametrize("to", ["nowhere", "moved"])
def test_a_redirect_by_which_nobody_arrives(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, to: str) -> None:
    """It was signed, and a builder that asks no questions has published it."""
    made = small(tmp_path / "repo")
    made.version("moved", "1.0.0", "alice")
    made.commit()
    made.statement("rename", "hello", "alice", to=to)
    made.statement("rename", "moved", "alice", to="hello")
    made.commit()
    with pytest.raises(ProblemsFound) as caught:
        built(made.path, tmp_path / "site")
    assert {problem.code for problem in caught.value.problems} == {"rename-astray"}
    monkeypatch.setattr(making, "_astray", lambda memory, renamed: [])
    built(made.path, tmp_path / "site")
    found = audit(FolderSite(tmp_path / "site"), None, int(time.time())).problems
    both = {layout.pack(name, "index.json") for name in ("hello", "moved")}
    assert {(problem.code, problem.path) for problem in found} == {("rename-astray", path) for path in both}


PROFILES: dict[str, tuple[str, Callable[[Any], Any], str]] = {
    "a-key-that-is-not-revoked": ("publisher_document", lambda who: who._replace(keys=who.keys[:1]), "bob"),
    "a-key-that-nobody-registered": (
        "publisher_document",
        lambda who: who._replace(keys=(*who.keys, who.keys[0]._replace(key_id="0" * 16))),
        "carol",
    ),
    "a-name-that-is-another": ("publisher_document", lambda who: who._replace(name="Alice"), "bob"),
    "a-member-who-is-none": ("org_document", lambda org: org._replace(members={**org.members, "eve": "owner"}), "acme"),
    "a-member-who-is-more": ("org_document", lambda org: org._replace(members={**org.members, "bob": "owner"}), "acme"),
}


@pytest.mark.parametrize("lie", PROFILES)
def test_a_lie_about_people_is_found(
    tells: Callable[[], set[tuple[str, str]]], monkeypatch: pytest.MonkeyPatch, lie: str
) -> None:
    name, change, whom = PROFILES[lie]
    honest = getattr(documents, name)

    def document(who: Any, *arguments: Any) -> Any:
        return honest(change(who) if who[0] == whom else who, *arguments)

    monkeypatch.setattr(documents, name, document)
    folder = "orgs" if name == "org_document" else "publishers"
    assert tells() == {("document-mismatch", f"{folder}/{whom}/index.json")}


@pytest.mark.parametrize(
    ("name", "folder"), [("publisher_document", "publishers/alice"), ("org_document", "orgs/acme")]
)
def test_a_pack_that_is_not_listed_with_its_owner(
    tells: Callable[[], set[tuple[str, str]]], monkeypatch: pytest.MonkeyPatch, name: str, folder: str
) -> None:
    honest = getattr(documents, name)
    monkeypatch.setattr(documents, name, lambda who, revisions, packs: honest(who, revisions, packs[1:]))
    assert ("document-mismatch", f"{folder}/index.json") in tells()


def test_a_row_that_leads_to_itself(tells: Callable[[], set[tuple[str, str]]], monkeypatch: pytest.MonkeyPatch) -> None:
    honest = documents.index_row
    monkeypatch.setattr(documents, "index_row", lambda row: honest(row._replace(renamed=row.name)))
    found = tells()
    assert ("index-row", layout.INDEX) in found
    assert ("rename-astray", layout.pack("hello", "index.json")) in found


# --- the waiting time of a recovery ---


def recovering(path: Path) -> TestRegistry:
    """A registry in which somebody wants hello."""
    made = small(path)
    made.trust()
    made.commit("Root keys")
    return made


def test_a_recovery_that_is_carried_out_by_a_date_to_come(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made, site = recovering(tmp_path / "repo"), tmp_path / "site"
    made.time = int(time.time()) // DAY * DAY
    made.statement("recover", "hello", ROOTS, to="bob")
    made.commit("Recover")
    built(made.path, site)
    made.time += RECOVERY_WAIT
    made.version("hello", "2.0.0", "bob")
    made.commit("Two weeks too early")
    with pytest.raises(ProblemsFound) as caught:
        built(made.path, site)
    assert {problem.code for problem in caught.value.problems} == {"recovery-early"}
    monkeypatch.setattr(auditing, "audit_staged", lambda *arguments, **named: [])
    built(made.path, site)
    found = audit(FolderSite(site), None, int(time.time())).problems
    assert [(problem.code, problem.path) for problem in found] == [("recovery-early", "packs/hello/2.0.0/")]


def test_a_recovery_that_is_dated_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made, site = recovering(tmp_path / "repo"), tmp_path / "site"
    built(made.path, site)
    made.time -= RECOVERY_WAIT
    made.statement("recover", "hello", ROOTS, to="bob")
    made.commit("Two weeks ago")
    made.time += RECOVERY_WAIT
    for folder in (site, tmp_path / "other" / "site"):
        with pytest.raises(ProblemsFound) as caught:
            built(made.path, folder)
        assert {problem.code for problem in caught.value.problems} == {"recovery-early"}
    made.version("hello", "2.0.0", "bob")
    made.commit("At once")
    monkeypatch.setattr("packyard.stages.reading.check_dates", lambda events, latest: [])
    built(made.path, site)
    found = audit(FolderSite(site), None, int(time.time())).problems
    assert {problem.code for problem in found} == {"recovery-early"}
