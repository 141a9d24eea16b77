"""Statements, owners and organisations: in a working tree, in commits, and on the way of a submission."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path

import click
import pygit2
import pytest

from packyard.edges.judging import judge_refs
from packyard.formats import org, publisher, trustfile
from packyard.submitting.source import SourceTree
from tests.cli.conftest import Packyard, Said
from tests.forges import git, refs, serve_options, tree_of

SOUND = ("accept", "review")
STATEMENTS = "registry-src/packs/he/hello/statements"
Tell = Callable[..., Said]


@pytest.fixture
def tell(packyard: Packyard) -> Tell:
    """Calls a command that must do what it should."""

    def call(*arguments: object, code: int = 0) -> Said:
        said = packyard(*arguments)
        assert said.code == code, said.err
        assert "Traceback" not in said.err
        return said

    return call


@pytest.fixture
def reg(registry: Path, tell: Tell, pack: Path, home: Path) -> Path:
    """A registry with alice's hello 0.1.0 and 0.2.0, and the publisher bob, whose key is bob.key."""
    tell("keygen", "--out", "bob.key", "--no-password")
    tell("publisher", "add", "bob", "--name", "Bob", "--key", "bob.key", "--repo", registry, "--commit")
    for number in ("0.1.0", "0.2.0"):
        manifest = pack / "pack.json"
        manifest.write_text(manifest.read_text().replace("0.1.0", number))
        tell("sign", pack)
        tell("add", pack, "--repo", registry, "--commit")
    return registry


@pytest.fixture
def bare(reg: Path, home: Path) -> Path:
    """The same, as a bare repository with a clone of alice's and one of bob's."""
    git(home, "clone", "-q", "--bare", str(reg), "registry.git")
    for name in ("alice", "bob"):
        git(home, "clone", "-q", "registry.git", name)
    return home / "registry.git"


def outcome(folder: Path, base: str, head: str = "HEAD") -> str:
    """What the gate says, without what it says of first releases."""
    return judge_refs(folder, base, head).outcome


def signatures(folder: Path, ref: str = "HEAD") -> list[str]:
    """The files of the statements in a commit."""
    return git(folder, "ls-tree", "--name-only", f"{ref}:{STATEMENTS}").splitlines()


# --- every action, three ends -----------------------------------------------------------------------------------------


ACTIONS = [
    (["yank", "hello@0.1.0", "--reason", "broken"], "0001-yank"),
    (["deprecate", "hello", "--reason", "old"], "0001-deprecate"),
    (["promote", "hello@0.1.0", "beta"], "0001-promote"),
    (["archive", "hello", "--reason", "done"], "0001-archive"),
    (["withdraw", "hello@0.1.0", "--reason", "wrong upload"], "0001-withdraw"),
    (["owners", "add", "hello", "bob"], "0001-add-owner"),
]


@pytest.mark.parametrize(("arguments", "stem"), ACTIONS, ids=lambda value: value if isinstance(value, str) else "")
def test_a_statement_is_one_commit_that_the_gate_takes(arguments: list[str], stem: str, tell: Tell, reg: Path) -> None:
    base = git(reg, "rev-parse", "HEAD")
    tell(*arguments, "--repo", reg, "--commit")
    assert signatures(reg) == [f"{stem}.yaml", f"{stem}.yaml.alice.minisig"]
    assert outcome(reg, base) in SOUND
    assert git(reg, "status", "--porcelain") == ""


def test_written_and_not_committed(tell: Tell, reg: Path) -> None:
    said = tell("yank", "hello@0.1.0", "--reason", "broken", "--repo", reg)
    assert f"git -C {reg} add -- {STATEMENTS}/0001-yank.yaml {STATEMENTS}/0001-yank.yaml.alice.minisig" in said.err
    assert f"git -C {reg} commit -m 'Yank hello 0.1.0'" in said.err
    tell("unyank", "hello@0.1.0", "--reason", "it works", "--repo", reg)
    assert "error[statement-noop]" in tell("unyank", "hello@0.1.0", "--reason", "no", "--repo", reg, code=2).err
    assert (reg / STATEMENTS / "0002-unyank.yaml").exists()
    assert git(reg, "log", "-1", "--format=%s") == "Add hello 0.2.0"


def test_submitted_on_a_branch_of_its_own(tell: Tell, bare: Path, home: Path) -> None:
    (home / "alice" / "README.md").write_text("half written")
    said = tell("yank", "hello@0.1.0", "--reason", "broken", "--repo", "alice", "--submit")
    branch = "packyard/hello/0001-yank"
    assert f"pushed {branch} to {bare}" in said.err
    assert signatures(bare, branch) == ["0001-yank.yaml", "0001-yank.yaml.alice.minisig"]
    message = git(bare, "log", "-1", "--format=%B", branch)
    assert message.startswith(
        "Yank hello 0.1.0\n\nReason: broken\n\nStatement 1 about hello, signed by alice with key "
    )
    assert "minisign -VHm 0001-yank.yaml -x 0001-yank.yaml.alice.minisig -P RW" in message
    assert git(home / "alice", "status", "--porcelain") == "M README.md"
    assert "is the same" in tell("yank", "hello@0.1.0", "--reason", "broken", "--repo", "alice", "--submit").err
    other = tell("yank", "hello@0.1.0", "--reason", "very broken", "--repo", "alice", "--submit")
    assert f"this takes the place of commit {git(bare, 'rev-parse', branch)[:12]}" not in other.err
    assert "this takes the place of commit" in other.err
    assert "reason: very broken" in git(bare, "show", f"{branch}:{STATEMENTS}/0001-yank.yaml")
    git(home / "alice", "config", "user.email", "somebody.else@example.org")
    other = tell("yank", "hello@0.1.0", "--reason", "broken", "--repo", "alice", "--submit", code=2)
    assert "error[branch-exists]" in other.err
    assert "reason: very broken" in git(bare, "show", f"{branch}:{STATEMENTS}/0001-yank.yaml")
    git(bare, "update-ref", "refs/heads/main", f"refs/heads/{branch}")
    tell("unyank", "hello@0.1.0", "--reason", "mended", "--repo", "bob", "--submit")
    assert "0002-unyank.yaml" in signatures(bare, "packyard/hello/0002-unyank")


def test_dry_run_patch_and_forge_are_ways_of_submitting(tell: Tell, bare: Path, home: Path) -> None:
    yank = ("yank", "hello@0.1.0", "--reason", "broken", "--repo", "alice")
    before = refs(bare), refs(home / "alice")
    assert "commit  Yank hello 0.1.0" in tell(*yank, "--dry-run").out
    tell(*yank, "--patch", "yank.patch")
    assert (refs(bare), refs(home / "alice")) == before
    git(home / "bob", "am", "-q", str(home / "yank.patch"))
    seen = serve_options(bare)
    tell(*yank, "--submit", "--forge", "gitlab")
    assert "merge_request.title=Yank hello 0.1.0" in seen.read_text()
    assert tree_of(home / "bob", "HEAD") == tree_of(bare, "packyard/hello/0001-yank")
    assert "error[usage-wrong]" in tell(*yank, "--commit", "--submit", code=2).err


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["promote", "hello@0.3.0", "beta"], "version-unknown"),
        (["promote", "hello@0.1.0", "Beta!"], "field-invalid"),
        (["promote", "hello", "beta"], "usage-wrong"),
        (["archive", "hello@0.1.0", "--reason", "no"], "usage-wrong"),
        (["deprecate", "hello", "--reason", ""], "field-missing"),
        (["rename", "hello", "--to", "hello"], "field-invalid"),
        (["withdraw", "hello", "--reason", "no"], "usage-wrong"),
        (["withdraw", "hello@0.1.0", "--reason", "no", "--legal", "order 7"], "roots-missing"),
        (["owners", "add", "hello", "carol"], "publisher-unknown"),
        (["owners", "add", "hello", "alice"], "statement-noop"),
        (["owners", "add", "hello", "No Handle"], "name-invalid"),
        (["owners", "add", "hello@0.1.0", "bob"], "usage-wrong"),
        (["owners", "remove", "hello", "bob"], "statement-noop"),
        (["owners", "remove", "hello", "alice"], "owner-principal"),
        (["owners", "list", "nothing"], "pack-unknown"),
        (["transfer", "hello", "--to", "carol"], "publisher-unknown"),
        (["transfer", "hello", "--to", "alice"], "field-invalid"),
        (["transfer", "hello"], "usage-wrong"),
        (["transfer", "hello", "--accept", "--to", "bob"], "usage-wrong"),
        (["transfer", "hello", "--accept"], "transfer-missing"),
        (["transfer", "hello", "--to", "alice", "--key", "bob.key"], "owner-mismatch"),
        (["yank", "hello@0.1.0", "--reason", "no", "--key", "bob.key"], "owner-mismatch"),
        (["recover", "hello", "--to", "bob"], "roots-missing"),
    ],
)
def test_what_would_be_refused_is_not_written(arguments: list[str], code: str, packyard: Packyard, reg: Path) -> None:
    said = packyard(*arguments, "--repo", reg)
    assert said.code in (1, 2)
    assert f"error[{code}]" in said.err
    assert " = help: " in said.err
    assert not (reg / STATEMENTS).exists()


def test_a_version_that_others_need_is_not_withdrawn(tell: Tell, reg: Path, home: Path) -> None:
    tell("new", "user", "--author", "Bob")
    manifest = home / "user" / "pack.json"
    manifest.write_text(manifest.read_text().replace('"tags"', '"dependencies": {"hello": "^0.1.0"},\n  "tags"'))
    tell("sign", "user", "--key", "bob.key")
    tell("add", "user", "--repo", reg, "--commit")
    said = tell("withdraw", "hello@0.1.0", "--reason", "no", "--repo", reg, code=2)
    assert "error[withdraw-needed]" in said.err
    assert "user 0.1.0" in said.err
    tell("withdraw", "hello@0.2.0", "--reason", "nobody needs it", "--repo", reg, "--commit")
    tell("withdraw", "user@0.1.0", "--reason", "it is gone", "--repo", reg, "--commit", "--key", "bob.key")
    tell("withdraw", "hello@0.1.0", "--reason", "nobody needs it now", "--repo", reg, "--commit")


# --- owners -----------------------------------------------------------------------------------------------------------


def test_owners_are_shown(tell: Tell, reg: Path) -> None:
    assert tell("owners", "list", "hello", "--repo", reg).out == "alice  owner\n"
    tell("owners", "add", "hello", "bob", "--repo", reg, "--commit")
    assert tell("owners", "list", "hello", "--repo", reg).out == "alice  owner\nbob  co-owner\n"
    found = json.loads(tell("owners", "list", "hello", "--repo", reg, "--json").out)
    assert found["owners"] == [{"handle": "alice", "role": "owner"}, {"handle": "bob", "role": "co-owner"}]
    tell("yank", "hello@0.1.0", "--reason", "broken", "--key", "bob.key", "--repo", reg, "--commit")
    tell("owners", "remove", "hello", "bob", "--repo", reg, "--commit")
    assert tell("owners", "list", "hello", "--repo", reg).out == "alice  owner\n"


# --- transfers --------------------------------------------------------------------------------------------------------


def test_a_transfer_in_a_working_tree(tell: Tell, reg: Path) -> None:
    base = git(reg, "rev-parse", "HEAD")
    given = tell("transfer", "hello", "--to", "bob", "--repo", reg)
    assert "written, and to be committed later: bob has to sign it too\n" in given.err
    assert "next, in the same working tree: `packyard transfer hello --accept`" in given.err
    accept = ("transfer", "hello", "--accept", "--repo", reg, "--key", "bob.key")
    asked = tell(*accept, code=2)
    assert "  | action: transfer" in asked.err
    assert "--yes accepts without being asked" in asked.err
    tell(*accept, "--yes", "--commit")
    assert signatures(reg) == [
        "0001-transfer.yaml",
        "0001-transfer.yaml.alice.minisig",
        "0001-transfer.yaml.bob.minisig",
    ]
    assert outcome(reg, base) in SOUND
    assert tell("owners", "list", "hello", "--repo", reg).out == "bob  owner\n"
    assert "error[statement-noop]" in tell(*accept, "--yes", code=2).err


def test_a_transfer_over_branches(tell: Tell, bare: Path, home: Path) -> None:
    branch = "packyard/hello/0001-transfer"
    given = tell("transfer", "hello", "--to", "bob", "--repo", "alice", "--submit", "--forge", "github")
    assert "bob has to sign it too; next: `packyard transfer hello --accept --submit`" in given.err
    assert outcome(home / "alice", "main", branch) == "reject"
    taken = tell("transfer", "hello", "--accept", "--yes", "--repo", "bob", "--submit", "--key", "bob.key")
    assert f"pushed {branch} to {bare}" in taken.err
    assert git(bare, "log", "--format=%s", f"main..{branch}") == "Accept hello from alice"
    assert outcome(bare, "main", branch) in SOUND
    before = refs(bare)
    again = tell("transfer", "hello", "--accept", "--yes", "--repo", "bob", "--submit", "--key", "bob.key")
    assert f"the branch {branch} is there already, and is the same" in again.err
    assert refs(bare) == before


def test_offline_a_transfer_is_as_last_seen(tell: Tell, bare: Path, home: Path) -> None:
    tell("transfer", "hello", "--to", "bob", "--repo", "alice", "--submit")
    accept = ("transfer", "hello", "--accept", "--yes", "--repo", "bob", "--key", "bob.key", "--dry-run")
    said = tell(*accept, code=2)
    assert "= expected: one that the owner has signed, as last fetched" in said.err
    git(home / "bob", "fetch", "-q")
    assert "0001-transfer.yaml.bob.minisig" in tell(*accept).out


def test_a_transfer_on_a_branch_is_told_of(tell: Tell, bare: Path, home: Path) -> None:
    tell("transfer", "hello", "--to", "bob", "--repo", "alice", "--submit")
    here = ("transfer", "hello", "--accept", "--yes", "--repo", "bob", "--key", "bob.key")
    said = tell(*here, code=2)
    assert "one that was begun with --submit is on a branch" in said.err
    git(home / "bob", "fetch", "-q")
    said = tell(*here, code=2)
    assert "error[transfer-missing]" in said.err
    assert "it is on the branch origin/packyard/hello/0001-transfer: `packyard transfer hello --accept --submit`" in (
        said.err
    )
    wrong = tell("transfer", "hello", "--accept", "--yes", "--repo", "alice", "--submit", code=1)
    assert "it is not you who gets it" in wrong.err
    assert " = expected: bob\n   = found:    alice" in wrong.err


def test_a_finished_transfer_is_not_taken_for_an_open_one(tell: Tell, bare: Path, home: Path) -> None:
    tell("transfer", "hello", "--to", "bob", "--repo", "alice")
    tell("transfer", "hello", "--accept", "--yes", "--repo", "alice", "--key", "bob.key")
    git(home / "alice", "add", "-A")
    git(home / "alice", "commit", "-q", "-m", "Transfer")
    said = tell("transfer", "hello", "--accept", "--yes", "--repo", "alice", code=2)
    assert "error[transfer-missing]: there is no transfer of hello to accept" in said.err
    assert "= help: the owner begins it with `packyard transfer hello --to alice`" in said.err


def test_a_replacement_that_is_not_there(tell: Tell, reg: Path) -> None:
    said = tell("deprecate", "hello", "--reason", "old", "--replacement", "nope", "--repo", reg, code=2)
    assert "error[pack-unknown]: there is no pack nope to use instead" in said.err
    assert git(reg, "status", "--porcelain") == ""


def test_a_transfer_by_patches(tell: Tell, bare: Path, home: Path) -> None:
    given = tell("transfer", "hello", "--to", "bob", "--repo", "alice", "--patch", "give.patch")
    assert "on a branch for it, made with `git switch -c packyard/hello/0001-transfer" in given.err
    assert "bob has to sign it too; next: `packyard transfer hello --accept --submit`" in given.err
    git(home / "bob", "checkout", "-q", "-b", "packyard/hello/0001-transfer")
    git(home / "bob", "am", "-q", str(home / "give.patch"))
    tell("transfer", "hello", "--accept", "--yes", "--repo", "bob", "--key", "bob.key", "--patch", "take.patch")
    git(home / "alice", "am", "-q", str(home / "take.patch"))
    assert outcome(home / "alice", "origin/main") in SOUND


def test_nobody_accepts_what_is_not_meant(tell: Tell, bare: Path, home: Path) -> None:
    accept = ("transfer", "hello", "--accept", "--yes", "--repo", "bob", "--submit", "--key", "bob.key")
    assert "error[transfer-missing]" in tell(*accept, code=2).err
    tell("transfer", "hello", "--to", "bob", "--repo", "alice")
    assert "error[transfer-parties]" in tell("transfer", "hello", "--accept", "--yes", "--repo", "alice", code=1).err
    text = home / "alice" / STATEMENTS / "0001-transfer.yaml"
    by_bob = ("transfer", "hello", "--accept", "--yes", "--repo", "alice", "--key", "bob.key")
    sound = text.read_bytes()
    for old, new, code in (
        (b"handed over", b"handed  over", "signature-bad"),
        (b"from: alice", b"from: carol", "transfer-parties"),
    ):
        text.write_bytes(sound.replace(old, new))
        assert f"error[{code}]" in tell(*by_bob, code=1).err
    for old, new in ((b"packs.example.org", b"packs.example.net"), (b"pack: hello", b"pack: other")):
        text.write_bytes(sound.replace(old, new))
        assert "error[statement-place]" in tell(*by_bob, code=2).err
    text.write_bytes(sound)
    text.with_name("0001-transfer.yaml.alice.minisig").unlink()
    assert "error[transfer-parties]: who gives has not signed it" in tell(*by_bob, code=1).err


def test_nobody_signs_on_top_of_other_changes(tell: Tell, bare: Path, home: Path) -> None:
    tell("transfer", "hello", "--to", "bob", "--repo", "alice", "--submit")
    branch = "packyard/hello/0001-transfer"
    git(home / "alice", "checkout", "-q", branch)
    (home / "alice" / "more.txt").write_text("more")
    git(home / "alice", "add", "more.txt")
    git(home / "alice", "commit", "-q", "-m", "More")
    git(home / "alice", "push", "-q", "origin", branch)
    said = tell("transfer", "hello", "--accept", "--yes", "--repo", "bob", "--submit", "--key", "bob.key", code=2)
    assert "the branch of the statement brings other changes too" in said.err


@pytest.mark.parametrize("agrees", [True, False])
def test_a_person_is_asked(agrees: bool, tell: Tell, reg: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tell("transfer", "hello", "--to", "bob", "--repo", reg)

    class Terminal:
        def isatty(self) -> bool:
            return True

    monkeypatch.setattr(sys, "stdin", Terminal())
    monkeypatch.setattr(click, "confirm", lambda *_words, **_more: agrees)
    tell("transfer", "hello", "--accept", "--repo", reg, "--key", "bob.key", code=0 if agrees else 130)
    assert (reg / STATEMENTS / "0001-transfer.yaml.bob.minisig").exists() == agrees


# --- the roots --------------------------------------------------------------------------------------------------------


@pytest.fixture
def rooted(reg: Path, tell: Tell, home: Path) -> Path:
    """The registry with a trust file that asks for two of two root keys."""
    tell("init", "other", "--keys", "keys", "--no-password")
    tell("keygen", "--out", "keys/second.key", "--no-password")
    folder = reg / "registry-src" / "trust"
    folder.mkdir()
    value = trustfile.parse_trust((home / "other" / "registry-src" / "trust" / "1.json").read_bytes())
    second = (home / "keys" / "second.pub").read_text().splitlines()[1]
    text = trustfile.format_trust(value._replace(root_keys=(*value.root_keys, second), threshold=2))
    (folder / "1.json").write_bytes(text)
    from packyard.edges.keys import load_signer

    for name in ("root", "second"):
        signer = load_signer(str(home / "keys" / f"{name}.key"))
        signature = signer.sign(text, f"{value.origin} trust 1")
        (folder / f"1.json.{signer.key_id}.minisig").write_bytes(signature)
    git(reg, "add", "registry-src/trust")
    git(reg, "commit", "-q", "-m", "Trust")
    return reg


def test_a_recovery_gathers_signatures(tell: Tell, rooted: Path, home: Path) -> None:
    base = git(rooted, "rev-parse", "HEAD")
    recover = ("recover", "hello", "--to", "bob", "--repo", rooted)
    assert "error[key-unknown]" in tell(*recover, code=2).err
    first = tell(*recover, "--key", "keys/root.key")
    assert "1 more root key must sign it" in first.err
    assert "next, in the same working tree: `packyard recover hello --to bob --key FILE`" in first.err
    assert "error[statement-noop]" in tell(*recover, "--key", "keys/root.key", code=2).err
    text = rooted / STATEMENTS / "0001-recover.yaml"
    sound = text.read_bytes()
    text.write_bytes(sound.replace(b"packs.example.org", b"packs.example.net"))
    assert "error[statement-place]" in tell(*recover, "--key", "keys/second.key", code=2).err
    text.write_bytes(sound)
    second = tell(*recover, "--key", "keys/second.key", "--commit")
    assert "  | reason: its owner lost the keys" in second.err
    assert "must sign" not in second.err
    assert len(signatures(rooted)) == 3
    assert outcome(rooted, base) == "review"
    shown = tell("owners", "list", "hello", "--repo", rooted)
    assert shown.out == "alice  owner\n"
    assert "have given it to bob, from " in shown.err


def test_a_recovery_over_branches(tell: Tell, rooted: Path, home: Path) -> None:
    git(home, "clone", "-q", "--bare", str(rooted), "registry.git")
    for name in ("one", "two"):
        git(home, "clone", "-q", "registry.git", name)
    recover, branch = ("recover", "hello", "--to", "bob", "--submit", "--repo"), "packyard/hello/0001-recover"
    tell(*recover, "one", "--key", "keys/root.key")
    tell(*recover, "two", "--key", "keys/second.key")
    assert outcome(home / "registry.git", "main", branch) == "review"
    assert "is the same" in tell(*recover, "one", "--key", "keys/root.key").err
    assert len(git(home / "registry.git", "rev-list", f"main..{branch}").splitlines()) == 1
    git(home / "registry.git", "update-ref", "refs/heads/main", branch)
    again = tell(*recover, "one", "--key", "keys/root.key", code=2)
    assert "error[statement-noop]: the roots have given it to bob already, from " in again.err


def test_a_withdrawal_for_a_legal_reason(tell: Tell, rooted: Path) -> None:
    base = git(rooted, "rev-parse", "HEAD")
    withdraw = ("withdraw", "hello@0.1.0", "--reason", "a court says so", "--legal", "order 7", "--repo", rooted)
    said = tell(*withdraw, "--key", "keys/root.key", "--commit")
    assert "written, and to be committed later: 1 more root key must sign it" in said.err
    again = "packyard withdraw hello@0.1.0 --reason 'a court says so' --legal 'order 7' --key FILE"
    assert f"next, in the same working tree: `{again}`" in said.err
    assert git(rooted, "rev-parse", "HEAD") == base
    tell(*withdraw, "--key", "keys/second.key", "--commit")
    assert outcome(rooted, base) == "review"


# --- publishers and organisations -------------------------------------------------------------------------------------


def test_a_publisher_by_submission(tell: Tell, bare: Path, home: Path) -> None:
    tell("keygen", "--out", "carol.key", "--no-password")
    said = tell("publisher", "add", "carol", "--key", "carol.key", "--repo", "alice", "--submit")
    assert "review[publisher-new]" in said.err
    (branch,) = [ref for ref in refs(bare) if ref.startswith("refs/heads/packyard/publishers/carol-")]
    assert "minisign -VHm carol.yaml -P RW" in git(bare, "log", "-1", "--format=%B", branch)
    git(bare, "update-ref", "refs/heads/main", branch)
    tell("keygen", "--out", "robot.key", "--no-password")
    add = ("publisher", "add-key", "carol", "robot.pub", "--scope", "publish", "--key", "carol.key")
    tell(*add, "--repo", "alice", "--submit")
    (branch,) = [ref for ref in refs(bare) if ref.startswith("refs/heads/packyard/publishers/carol-") and ref != branch]
    text = git(bare, "show", f"{branch}:registry-src/publishers/carol.yaml") + "\n"
    assert [key.scopes for key in publisher.parse_publisher(text.encode(), "carol").keys] == [
        ("publish", "admin"),
        ("publish",),
    ]
    git(bare, "update-ref", "refs/heads/main", branch)
    assert "error[key-shared]: the new key is known already" in tell(*add, "--repo", "alice", "--submit", code=2).err


def test_an_organisation_and_its_members(tell: Tell, reg: Path, home: Path, packyard: Packyard) -> None:
    path = reg / "registry-src" / "orgs" / "acme.yaml"
    base = git(reg, "rev-parse", "HEAD")
    tell("org", "add", "acme", "--repo", reg, "--commit")
    tell("org", "set", "acme", "bob", "owner", "--repo", reg, "--commit")
    tell("org", "set", "acme", "alice", "admin", "--key", "bob.key", "--repo", reg, "--commit")
    assert org.parse_org(path.read_bytes(), "acme").members == {"alice": "admin", "bob": "owner"}
    assert [each.name for each in sorted(path.parent.iterdir())] == ["acme.yaml", "acme.yaml.bob.minisig"]
    assert outcome(reg, base) == "review"
    for arguments, code in (
        (("add", "acme"), "org-exists"),
        (("set", "acme", "bob", "owner"), "statement-noop"),
        (("set", "acme", "carol", "member", "--key", "bob.key"), "member-unknown"),
        (("set", "acme", "bob", "member", "--key", "bob.key"), "org-owner"),
        (("set", "acme", "bob", "member"), "owner-mismatch"),
        (("remove", "acme", "carol"), "member-unknown"),
        (("remove", "nobody", "carol"), "org-unknown"),
    ):
        assert f"error[{code}]" in tell("org", *arguments, "--repo", reg, code=2).err
    tell("org", "remove", "acme", "alice", "--key", "bob.key", "--repo", reg, "--commit")
    assert git(reg, "status", "--porcelain") == ""


def test_an_organisation_by_patch(tell: Tell, reg: Path, bare: Path, home: Path) -> None:
    tell("org", "add", "acme", "--owner", "bob", "--repo", home / "alice", "--commit")
    git(home / "alice", "push", "-q", "origin", "main")
    git(home / "bob", "pull", "-q")
    change = ("org", "set", "acme", "alice", "member", "--key", "bob.key", "--repo", home / "bob")
    tell(*change, "--patch", "org.patch")
    git(home / "alice", "am", "-q", str(home / "org.patch"))
    tell(*change, "--submit")
    (branch,) = [ref for ref in refs(bare) if "/orgs/acme-" in ref]
    assert tree_of(home / "alice", "HEAD") == tree_of(bare, branch)


def test_the_owners_of_a_scoped_pack_are_the_members(tell: Tell, reg: Path) -> None:
    tell("org", "add", "acme", "--owner", "bob", "--repo", reg, "--commit")
    tell("new", "@acme/tools", "--author", "Al")
    tell("sign", "tools")
    tell("add", "tools", "--repo", reg, "--commit")
    assert tell("owners", "list", "@acme/tools", "--repo", reg).out == "alice  owner\nbob  owner\n"
    tell("yank", "@acme/tools@0.1.0", "--reason", "no", "--key", "bob.key", "--repo", reg, "--commit")
    assert "error[owner-scoped]" in tell("owners", "add", "@acme/tools", "bob", "--repo", reg, code=2).err


def test_a_source_tree_reads_what_is_there(reg: Path) -> None:
    from packyard.edges.git import Repository

    reader = Repository(reg)
    root = reader.subtree(reader.resolve("HEAD").tree, "registry-src")
    tree = SourceTree(reader, root)
    assert tree.versions("hello") == ("0.1.0", "0.2.0")
    assert [(name, version) for name, version, _ in tree.manifests()] == [("hello", "0.1.0"), ("hello", "0.2.0")]
    assert tree.read("registry-src/nowhere/at.all") is None
    assert tree.trust() is None
    assert pygit2.Repository(str(reg)).head_is_unborn is False
