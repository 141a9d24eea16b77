"""A registry's life, told through its commands: alice and bob submit, the operator checks, merges and builds.

Every change goes the whole way: a branch on a bare repository, `packyard check` of it, a merge, a build. Before the
merge the stock minisign does what the commit's message tells a reviewer to do.
"""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Packyard, Said
from tests.forges import git, refs
from tests.tools import need

ROOT = "keys/root.key"


class Story:
    """The registry at `bare`, the operator's clone, in which it is built, and the folders of those who contribute."""

    def __init__(self, home: Path, packyard: Packyard, patch: pytest.MonkeyPatch) -> None:
        self.home, self.packyard, self.patch = home, packyard, patch
        self.bare, self.clone = home / "registry.git", home / "operator" / "registry"
        for who in ("operator", "alice", "bob"):
            (home / who).mkdir()
        self.by("operator", "init", "registry", "--keys", "keys", "--no-password", "--origin", "packs.example.org")
        git(home, "clone", "-q", "--bare", str(self.clone), "registry.git")
        git(self.clone, "remote", "add", "origin", str(self.bare))

    def by(self, who: str, *arguments: object, code: int = 0) -> Said:
        """Somebody calls a command in their folder."""
        self.patch.chdir(self.home / who)
        self.patch.setenv("XDG_CONFIG_HOME", str(self.home / who / "config"))
        for role in ("AUTHOR", "COMMITTER"):
            self.patch.setenv(f"GIT_{role}_NAME", who)
            self.patch.setenv(f"GIT_{role}_EMAIL", f"{who}@example.org")
        said = self.packyard(*arguments)
        assert said.code == code, said.err
        assert "Traceback" not in said.err
        if code == 2:
            assert said.err.startswith("error[") or "\nerror[" in said.err
            assert " = help: " in said.err
        return said

    def submits(self, who: str, *arguments: object, verdict: str = "accept") -> Said:
        """Somebody submits, and it lands."""
        said = self.by(who, *arguments, "--repo", "clone", *(() if arguments[0] == "submit" else ("--submit",)))
        (branch,) = self.branches()
        assert (
            f"git fetch origin && packyard check --base origin/main --head origin/{branch}` and merges it" in said.err
        )
        self.lands(branch, verdict)
        return said

    def refused(self, who: str, problem: str, *arguments: object, code: int = 2) -> None:
        """Somebody is told no, and nothing is pushed."""
        more = () if arguments[0] == "submit" else ("--submit",)
        assert f"error[{problem}]" in self.by(who, *arguments, "--repo", "clone", *more, code=code).err
        assert not self.branches()

    def branches(self) -> list[str]:
        """The branches that wait for the operator."""
        return [name.removeprefix("refs/heads/") for name in refs(self.bare) if name != "refs/heads/main"]

    def lands(self, branch: str, verdict: str) -> None:
        """The operator checks it, follows the commit's message by hand, merges it and builds."""
        git(self.clone, "fetch", "-q", "origin")
        check = ("check", "--base", "main", "--head", f"origin/{branch}", "--repo", "registry", "--json")
        said = self.by("operator", *check, code={"accept": 0, "review": 4}[verdict])
        assert json.loads(said.out)["outcome"] == verdict
        git(self.clone, "merge", "-q", "--no-ff", "-m", f"Merge {branch}", f"origin/{branch}")
        verify_by_hand(self.clone, git(self.clone, "log", "-1", "--format=%B", f"origin/{branch}"))
        git(self.clone, "push", "-q", "origin", "main")
        git(self.clone, "push", "-q", "origin", "--delete", branch)
        first = () if (self.clone / "site").exists() else ("--new-log",)
        self.by("operator", "build", "--repo", "registry", "--keys", "keys", "--jobs", "1", "--quiet", *first)
        for who in ("alice", "bob"):
            if (self.home / who / "clone").exists():
                git(self.home / who / "clone", "pull", "-q")

    def pack(self, name: str) -> dict[str, Any]:
        """What the site says of a pack."""
        found: dict[str, Any] = json.loads((self.clone / "site" / "packs" / name / "index.json").read_bytes())
        return found

    def version(self, name: str, number: str) -> dict[str, Any]:
        """What the site says of a version."""
        found: dict[str, Any] = next(each for each in self.pack(name)["versions"] if each["version"] == number)
        return found


def verify_by_hand(folder: Path, message: str) -> None:
    """Does what a commit's message says about checking it by hand."""
    pattern = r"To check it by hand, in (\S+):\n\n    (minisign .+)\n\nThe trusted comment must be: (.+)"
    told = re.findall(pattern, message)
    assert told
    need("minisign")
    for place, command, comment in told:
        done = subprocess.run(
            ["/bin/sh", "-c", command], cwd=folder / place, capture_output=True, text=True, check=True
        )
        assert f"Trusted comment: {comment}\n" in done.stdout


@pytest.fixture
def story(home: Path, packyard: Packyard, monkeypatch: pytest.MonkeyPatch) -> Story:
    """A registry with keys of its own, and nothing in it."""
    return Story(home, packyard, monkeypatch)


@pytest.mark.slow
@pytest.mark.interop
def test_the_life_of_a_registry(story: Story) -> None:
    two_people_arrive(story)
    versions_are_published(story)
    versions_are_marked(story)
    channels_are_filled(story)
    a_pack_changes_hands(story)
    an_organisation_is_founded(story)
    keys_come_and_go(story)
    what_others_need_stays(story)
    the_roots_recover_a_pack(story)
    packs_come_to_an_end(story)
    root = (story.home / "operator" / "keys" / "root.pub").read_text().splitlines()[1]
    assert story.by("operator", "audit", "registry/site", "--key", root, "--quiet").out.startswith("ok: ")


def two_people_arrive(story: Story) -> None:
    for who in ("alice", "bob"):
        git(story.home / who, "clone", "-q", str(story.bare), "clone")
        story.by(who, "keygen", "--no-password")
        story.by(who, "new", f"{who}s-rules", "--description", f"The rules by which {who} works", "--author", who)
    story.submits("alice", "publisher", "add", "alice", "--name", "Alice", verdict="review")
    story.refused("bob", "key-unknown", "submit", "bobs-rules")
    story.refused("bob", "publisher-exists", "publisher", "add", "alice")
    said = story.submits("bob", "submit", "bobs-rules", "--publisher", "bob", verdict="review")
    assert "bobs-rules 0.1.0, signed by bob with key " in said.err
    assert "the registry accepts this when a person has looked at it" in said.err


def versions_are_published(story: Story) -> None:
    story.submits("alice", "submit", "alices-rules", verdict="review")
    assert "there is nothing to do" in story.by("alice", "submit", "alices-rules", "--repo", "clone").err
    story.submits("alice", "submit", "alices-rules", "--version", "auto")
    story.submits("alice", "submit", "alices-rules", "--version", "0.2.0-beta.1")
    story.refused("bob", "owner-mismatch", "submit", "../alice/alices-rules", "--version", "0.3.0", code=1)
    assert [each["version"] for each in story.pack("alices-rules")["versions"]] == ["0.2.0-beta.1", "0.1.1", "0.1.0"]


def versions_are_marked(story: Story) -> None:
    said = story.submits("alice", "yank", "alices-rules@0.1.1", "--reason", "A rule contradicts itself")
    assert "  latest: 0.1.1 → 0.1.0\n" in said.err
    assert story.version("alices-rules", "0.1.1")["yanked"]["reason"] == "A rule contradicts itself"
    story.refused("alice", "statement-noop", "yank", "alices-rules@0.1.1", "--reason", "Again")
    story.refused("bob", "owner-mismatch", "unyank", "alices-rules@0.1.1", "--reason", "It is fine")
    story.submits("alice", "unyank", "alices-rules@0.1.1", "--reason", "It does not")
    assert story.version("alices-rules", "0.1.1")["yanked"] is None
    story.submits("alice", "deprecate", "alices-rules@0.1.0", "--reason", "Old")
    story.submits("alice", "deprecate", "alices-rules", "--reason", "Bob's are better", "--replacement", "bobs-rules")
    assert story.pack("alices-rules")["deprecated"]["replacement"] == "bobs-rules"
    story.submits("alice", "undeprecate", "alices-rules", "--reason", "They are not")
    assert story.pack("alices-rules")["deprecated"] is None
    assert story.version("alices-rules", "0.1.0")["deprecated"]["reason"] == "Old"


def channels_are_filled(story: Story) -> None:
    for version, channel in (("0.2.0-beta.1", "beta"), ("0.1.1", "edge"), ("0.1.0", "team-one")):
        said = story.submits("alice", "promote", f"alices-rules@{version}", channel)
        assert f"  channel {channel}: nothing → {version}\n" in said.err
    assert story.pack("alices-rules")["channels"] == {"beta": "0.2.0-beta.1", "edge": "0.1.1", "team-one": "0.1.0"}
    said = story.submits("alice", "promote", "alices-rules@0.1.1", "stable")
    assert "  channel edge: 0.1.1 → nothing\n" in said.err
    story.refused("alice", "field-invalid", "promote", "alices-rules@0.1.1", "No Channel")


def a_pack_changes_hands(story: Story) -> None:
    story.submits("alice", "owners", "add", "alices-rules", "bob", verdict="review")
    assert story.by("bob", "owners", "list", "alices-rules", "--repo", "clone").out == "alice  owner\nbob  co-owner\n"
    story.submits("bob", "yank", "alices-rules@0.1.0", "--reason", "Nobody needs it")
    story.refused("bob", "owner-principal", "owners", "remove", "alices-rules", "alice")
    story.submits("alice", "owners", "remove", "alices-rules", "bob")
    story.refused("bob", "transfer-missing", "transfer", "alices-rules", "--accept", "--yes")
    said = story.by("alice", "transfer", "alices-rules", "--to", "bob", "--repo", "clone", "--submit")
    assert "bob has to sign it too; next: `packyard transfer alices-rules --accept --submit`" in said.err
    (branch,) = story.branches()
    git(story.clone, "fetch", "-q", "origin")
    one = story.by("operator", "check", "--head", f"origin/{branch}", "--repo", "registry", code=1)
    assert "error[transfer-parties]" in one.out
    said = story.submits("bob", "transfer", "alices-rules", "--accept", "--yes")
    assert "  | to: bob\n" in said.err
    assert story.pack("alices-rules")["owners"] == ["bob"]
    both = sorted(
        path.name for path in (story.clone / "registry-src/packs/al/alices-rules/statements").glob("*transfer*")
    )
    assert [name.rpartition(".yaml")[2] for name in both] == ["", ".alice.minisig", ".bob.minisig"]
    story.refused("alice", "owner-mismatch", "submit", "alices-rules", "--version", "0.3.0", code=1)


def an_organisation_is_founded(story: Story) -> None:
    story.submits("alice", "org", "add", "acme", verdict="review")
    story.refused("bob", "owner-mismatch", "org", "set", "acme", "bob", "owner")
    story.submits("alice", "org", "set", "acme", "bob", "member")
    story.by("bob", "new", "@acme/tools", "--description", "What everybody at Acme uses", "--author", "Bob")
    story.submits("bob", "submit", "tools", verdict="review")
    assert story.pack("@acme/tools")["owner"] == "acme"
    story.refused("bob", "owner-mismatch", "yank", "@acme/tools@0.1.0", "--reason", "No")
    story.submits("alice", "org", "set", "acme", "bob", "admin")
    story.submits("bob", "yank", "@acme/tools@0.1.0", "--reason", "It has the wrong tools")
    story.refused("bob", "owner-scoped", "transfer", "@acme/tools", "--to", "alice")
    story.refused("alice", "org-owner", "org", "remove", "acme", "alice")
    story.submits("alice", "org", "set", "acme", "bob", "member")  # as once before, and yet a new change
    story.submits("alice", "org", "remove", "acme", "bob")
    story.refused("bob", "owner-mismatch", "submit", "tools", "--version", "auto", code=1)


def keys_come_and_go(story: Story) -> None:
    keys = {}
    for name in ("second", "third", "robot"):
        keys[name] = story.by("bob", "keygen", "--out", f"{name}.key", "--no-password").err.split("key id ")[1].strip()
    said = story.submits("bob", "publisher", "rotate", "bob", "second.pub")
    assert f"when this is merged, sign with the key {keys['second']}" in said.err
    story.refused("bob", "key-not-valid", "submit", "bobs-rules", "--version", "auto", code=1)
    second = ("--key", "second.key")
    story.submits("bob", "submit", "bobs-rules", "--version", "auto", *second, verdict="review")
    story.submits("bob", "publisher", "add-key", "bob", "robot.pub", "--scope", "publish", *second)
    story.submits("bob", "submit", "bobs-rules", "--version", "auto", "--key", "robot.key", verdict="review")
    story.refused("bob", "key-scope", "yank", "bobs-rules@0.1.0", "--reason", "No", "--key", "robot.key", code=1)
    story.submits("bob", "publisher", "add-key", "bob", "third.pub", *second)
    story.submits("bob", "publisher", "revoke", "bob", keys["robot"], "--reason", "It was in a log", *second)
    story.refused("bob", "key-not-valid", "submit", "bobs-rules", "--version", "1.0.0", "--key", "robot.key", code=1)
    story.submits("bob", "publisher", "retire", "bob", keys["third"], *second)
    story.refused("bob", "key-unknown", "publisher", "retire", "bob", keys["third"], *second)
    assert {each["version"] for each in story.pack("bobs-rules")["versions"]} == {"0.1.0", "0.1.1", "0.1.2"}


def what_others_need_stays(story: Story) -> None:
    story.by("alice", "new", "guide", "--description", "A guide that builds upon the rules", "--author", "Alice")
    manifest = story.home / "alice" / "guide" / "pack.json"
    manifest.write_text(json.dumps(json.loads(manifest.read_text()) | {"dependencies": {"bobs-rules": "^0.1.1"}}))
    story.submits("alice", "submit", "guide", verdict="review")
    withdraw = ("withdraw", "bobs-rules@0.1.1", "--reason", "It must not be here")
    story.refused("bob", "withdraw-needed", *withdraw, "--key", "second.key")
    story.refused("bob", "key-unknown", *withdraw, "--legal", "order 7", "--key", "second.key")
    story.submits("bob", "withdraw", "bobs-rules@0.1.0", "--reason", "Nobody needs it", "--key", "second.key")
    git(story.home / "operator", "clone", "-q", str(story.bare), "clone")
    story.submits("operator", *withdraw, "--legal", "order 7", "--key", ROOT, verdict="review")
    gone = story.version("bobs-rules", "0.1.1")
    assert (gone["tarball"], gone["withdrawn"]["reason"]) == (None, "It must not be here")
    assert not list((story.clone / "site" / "packs" / "bobs-rules" / "0.1.1").glob("*.tar.gz"))


def the_roots_recover_a_pack(story: Story) -> None:
    recover = ("recover", "alices-rules", "--to", "alice", "--key")
    story.refused("bob", "key-unknown", *recover, "second.key")
    story.submits("operator", *recover, ROOT, verdict="review")
    story.refused("operator", "statement-noop", *recover, ROOT)
    assert story.pack("alices-rules")["recovery"]["to"] == "alice"
    said = story.by("alice", "owners", "list", "alices-rules", "--repo", "clone")
    assert said.out == "bob  owner\n"
    assert "the registry's roots have given it to alice, from " in said.err


def packs_come_to_an_end(story: Story) -> None:
    story.refused("alice", "rename-astray", "rename", "guide", "--to", "handbook")
    story.refused("alice", "rename-target", "rename", "guide", "--to", "alices-rules", code=1)
    story.by("alice", "new", "handbook", "--description", "All that the guide said, and more", "--author", "Alice")
    story.submits("alice", "submit", "handbook", verdict="review")
    story.submits("alice", "rename", "guide", "--to", "handbook")
    assert story.pack("guide")["renamed"]["to"] == "handbook"
    story.refused("alice", "pack-renamed", "submit", "guide", "--version", "auto", code=1)
    story.submits("bob", "archive", "bobs-rules", "--reason", "It is done", "--key", "second.key")
    assert story.pack("bobs-rules")["archived"]["reason"] == "It is done"
    story.refused("bob", "pack-archived", "promote", "bobs-rules@0.1.2", "stable", "--key", "second.key")
