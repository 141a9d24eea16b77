"""The commands of a contributor: on real folders and repositories, with what they refuse."""

from __future__ import annotations

import json
import os
import re
import shutil
import stat
import subprocess
from pathlib import Path

import pygit2
import pytest

from packyard.cli import settings
from packyard.edges.commits import commit
from packyard.edges.workfolder import WorkingTree
from packyard.formats import minisign, publisher, sums
from tests.cli.conftest import Packyard
from tests.registry import signer
from tests.tools import need


def head_files(repository: Path) -> set[str]:
    """The paths of the last commit."""
    index = pygit2.Index()
    index.read_tree(pygit2.Repository(str(repository)).head.peel(pygit2.Tree))
    return {entry.path for entry in index}


def clean(repository: Path) -> bool:
    return not pygit2.Repository(str(repository)).status(untracked_files="normal")


# --- keygen -----------------------------------------------------------------------------------------------------------


def test_keygen_makes_the_default_key(packyard: Packyard, home: Path) -> None:
    said = packyard("keygen", "--no-password")
    path = home / "config" / "packyard" / "keys" / "default.key"
    assert said.code == 0
    assert minisign.parse_public_key(said.out.strip()).key_id in said.err
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert packyard("keygen", "--no-password").code == 2
    assert "key-exists" in packyard("keygen", "--no-password").err


@pytest.mark.parametrize("there", ["k.key", "k.pub"])
def test_keygen_looks_before_it_asks(
    there: str, packyard: Packyard, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (home / there).write_text("a key")
    at_terminal(monkeypatch, [])
    said = packyard("keygen", "--out", "k.key")
    assert (said.code, "error[key-exists]" in said.err) == (2, True)
    assert (home / there).read_text() == "a key"


def at_terminal(patch: pytest.MonkeyPatch, typed: list[str]) -> None:
    """Makes stdin a terminal at which these passwords are typed; one more is a failure."""
    patch.setattr("sys.stdin.isatty", lambda: True)
    patch.setattr("click.prompt", lambda *_words, **_options: typed.pop(0))


def test_a_wrong_password_is_told_as_the_case_is(
    packyard: Packyard, pack: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PACKYARD_PASSWORD", "open sesame")
    assert packyard("keygen", "--out", "k.key").code == 0
    monkeypatch.setenv("PACKYARD_PASSWORD", "wrong")
    sign = ("sign", pack, "--key", "k.key")
    assert "= help: PACKYARD_PASSWORD holds another password than the key's" in packyard(*sign).err
    monkeypatch.delenv("PACKYARD_PASSWORD")
    assert "= help: set PACKYARD_PASSWORD to its password" in packyard(*sign).err
    at_terminal(monkeypatch, ["wrong", "open sesame"])
    said = packyard(*sign)
    assert "= help: run it again and type the password" in said.err
    assert "PACKYARD_PASSWORD" not in said.err
    assert packyard(*sign).code == 0


def test_a_public_key_is_not_to_be_closed(packyard: Packyard, pack: Path, home: Path) -> None:
    assert packyard("keygen", "--out", "k.key", "--no-password").code == 0
    said = packyard("sign", pack, "--key", "k.pub")
    assert (said.code, "error[key-unreadable]" in said.err, "chmod" in said.err) == (2, True, False)


def test_keygen_encrypts(packyard: Packyard, home: Path, pack: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    nobody = packyard("keygen", "--out", "k.key")
    assert nobody.code == 2
    assert "--no-password" in nobody.err
    monkeypatch.setenv("PACKYARD_PASSWORD", "open sesame")
    assert packyard("keygen", "--out", "k.key").code == 0
    assert packyard("sign", pack, "--key", "k.key").code == 0
    monkeypatch.setenv("PACKYARD_PASSWORD", "wrong")
    assert "key-password" in packyard("sign", pack, "--key", "k.key").err
    monkeypatch.delenv("PACKYARD_PASSWORD")
    assert "key-password" in packyard("sign", pack, "--key", "k.key").err


# --- new, validate, sign ----------------------------------------------------------------------------------------------


def test_new_makes_a_sound_pack_with_every_feature(packyard: Packyard, home: Path) -> None:
    features = "rules,commands,agents,skills,hooks,plugins,mcp,ignore,models"
    assert packyard("new", "@acme/all-of-it", "--feature", features, "--author", "Al").code == 0
    said = packyard("validate", "all-of-it", "--json")
    found = json.loads(said.out)
    assert said.code == 0, found
    assert found["format"] == "packyard/validation/1"
    assert (found["name"], found["version"], found["problems"]) == ("@acme/all-of-it", "0.1.0", [])
    assert all(note["code"].startswith("template-") for note in found["notes"])
    assert found["features"] == features.split(",")
    assert "Copyright (c) 20" in (home / "all-of-it" / "LICENSE").read_text()


@pytest.mark.parametrize(
    "arguments", [["Hello"], ["hello", "--feature", "magic"], ["hello@x"], ["a"], ["hello\x1b[31m"], ["../hello"]]
)
def test_new_refuses(arguments: list[str], packyard: Packyard, home: Path) -> None:
    said = packyard("new", *arguments)
    assert (said.code, said.out) == (2, "")
    assert "\x1b" not in said.err
    assert list(home.iterdir()) == []


def test_new_takes_no_folder_with_something_in_it(packyard: Packyard, pack: Path) -> None:
    assert "error[folder-not-empty]" in packyard("new", "hello").err


def test_validate_says_everything_at_once(packyard: Packyard, pack: Path) -> None:
    (pack / "pack.json").write_text('{"name": "hello", "version": "one", "description": 3}')
    (pack / "Rules").mkdir()
    (pack / "Rules" / "hello.md").write_text("x")
    (pack / "link").symlink_to("README.md")
    said = packyard("validate", pack)
    assert said.code == 1
    codes = set(re.findall(r"error\[([a-z-]+)\]", said.err))
    assert codes >= {"version-invalid", "field-type", "case-collision", "symlink"}
    assert said.err.rstrip().splitlines()[-1].startswith("4 problems")
    assert said.out == f"reject: {pack}\n"


def test_validate_notes_do_not_fail(packyard: Packyard, pack: Path) -> None:
    text = (pack / "pack.json").read_text().replace('"*"', '["cursor", "no-such-editor"]')
    (pack / "pack.json").write_text(text)
    said = packyard("validate", pack)
    assert said.code == 0
    assert "note[target-unknown]" in said.err
    assert "error" not in said.err
    assert ": hello 0.1.0, 5 files, " in said.out


def test_validate_says_what_a_pack_can_do_and_what_it_costs(packyard: Packyard, pack: Path) -> None:
    said = packyard("validate", pack)
    assert "can    nothing by itself\ncosts  about " in said.err
    (pack / "hooks").mkdir()
    run = {"type": "command", "command": "sh hooks/guard.sh"}
    hooks = {"hooks": {"PreToolUse": [{"matcher": "Bash", "hooks": [run]}]}}
    (pack / "hooks" / "hooks.json").write_text(json.dumps(hooks))
    (pack / "hooks" / "guard.sh").write_text("#!/bin/sh\ncurl https://api.example.org/\n")
    said = packyard("validate", pack)
    for line in (
        "can    hook        PreToolUse Bash: sh hooks/guard.sh\n",
        "can    host        api.example.org\n",
        "can    script      hooks/guard.sh\n",
    ):
        assert line in said.err
    found = json.loads(packyard("validate", pack, "--json").out)
    assert {"kind": "host", "what": "api.example.org", "where": "hooks/guard.sh"} in found["capabilities"]
    assert found["cost"].keys() == {"always", "invoked"}
    (pack / "pack.json").write_text("{")
    found = json.loads(packyard("validate", pack, "--json").out)
    assert (found["capabilities"], found["cost"]) == (None, None)


def test_validate_does_not_mind_an_old_signature(packyard: Packyard, registry: Path, pack: Path) -> None:
    assert packyard("sign", pack).code == 0
    (pack / "README.md").write_text("# Changed\n")
    (pack / "more.md").write_text("more\n")
    assert packyard("validate", pack).code == 0


def test_validate_needs_a_folder(packyard: Packyard) -> None:
    assert "error[folder-missing]: there is no such folder" in packyard("validate", "nowhere").err


def test_validate_of_a_file(packyard: Packyard, pack: Path) -> None:
    said = packyard("validate", pack / "pack.json")
    assert "error[folder-missing]: this is a file, not a folder" in said.err
    assert f"= help: name the folder that it is in: {pack}\n" in said.err


def test_what_is_no_regular_file_is_a_problem(packyard: Packyard, pack: Path) -> None:
    os.mkfifo(pack / "rules" / "pipe")
    said = packyard("validate", pack)
    assert (said.code, "disk-failed" in said.err) == (1, False)
    assert f"error[path-unknown]: not a regular file\n  --> {pack}/rules/pipe" in said.err
    assert "git mode" not in said.err


def test_validate_knows_the_organisations(packyard: Packyard, registry: Path) -> None:
    assert packyard("new", "@acme/tools", "--author", "Alice").code == 0
    assert packyard("validate", "tools").code == 0
    said = packyard("validate", "tools", "--repo", registry)
    assert (said.code, "error[org-unknown]: the registry has no organisation acme yet" in said.err) == (1, True)
    assert "= help: found it first: `packyard org add acme`" in said.err
    assert packyard("org", "add", "acme", "--repo", registry, "--commit").code == 0
    assert packyard("validate", "tools", "--repo", registry).code == 0


def test_sign_writes_what_stock_tools_check(packyard: Packyard, registry: Path, pack: Path, home: Path) -> None:
    assert packyard("sign", pack).code == 0
    public = home / "config" / "packyard" / "keys" / "default.pub"
    command = [need("minisign"), "-VHm", "SHA256SUMS", "-p", str(public)]
    done = subprocess.run(command, cwd=pack, capture_output=True, text=True, check=True)
    assert "hello 0.1.0" in done.stdout
    subprocess.run([need("sha256sum"), "--quiet", "--strict", "-c", "SHA256SUMS"], cwd=pack, check=True)


def test_sign_again_after_a_change(packyard: Packyard, registry: Path, pack: Path) -> None:
    assert packyard("sign", pack).code == 0
    (pack / "rules" / "more.md").write_text("more\n")
    (pack / "LICENSE").unlink()
    assert packyard("sign", pack).code == 0
    listed = dict(sums.parse((pack / "SHA256SUMS").read_bytes()))
    assert set(listed) == {"README.md", "pack.json", "rules/hello.md", "rules/more.md", "skills/hello/SKILL.md"}


def test_sign_signs_nothing_that_would_be_refused(packyard: Packyard, registry: Path, pack: Path) -> None:
    (pack / "aux.md").write_text("")
    said = packyard("sign", pack)
    assert said.code == 1
    assert "error[path-invalid]" in said.err
    assert not (pack / "SHA256SUMS").exists()


def test_sign_signs_nothing_that_the_gate_would_reject(packyard: Packyard, registry: Path, pack: Path) -> None:
    (pack / "README.md").write_text("\n")
    said = packyard("sign", pack)
    assert said.code == 1
    assert "error[readme-missing]" in said.err
    assert not (pack / "SHA256SUMS").exists()


# --- against a registry -----------------------------------------------------------------------------------------------


def publish(packyard: Packyard, registry: Path, pack: Path, version: str) -> None:
    assert packyard("sign", pack, "--version", version, "--repo", registry).code == 0
    assert packyard("add", pack, "--repo", registry, "--commit").code == 0


def test_the_first_automatic_version_is_1_and_then_the_patch(packyard: Packyard, registry: Path, pack: Path) -> None:
    before = (pack / "pack.json").read_text()
    numbers = []
    for _ in range(2):
        publish(packyard, registry, pack, "auto")
        text = (pack / "pack.json").read_text()
        numbers.append(json.loads(text)["version"])
        assert text.replace(f'"version": "{numbers[-1]}"', '"version": "0.1.0"') == before
    assert numbers == ["1.0.0", "1.0.1"]


def test_a_version_by_hand_is_written_too(packyard: Packyard, registry: Path, pack: Path) -> None:
    text = "# ours\nname: hello  # greets\nversion: 0.1.0   # auto\ndescription: Greets\n"
    (pack / "pack.json").unlink()
    (pack / "pack.yaml").write_text(text)
    assert packyard("sign", pack, "--version", "2.0.0-rc.1").code == 0
    assert (pack / "pack.yaml").read_text() == text.replace("0.1.0", '"2.0.0-rc.1"')
    assert "error[version-invalid]" in packyard("sign", pack, "--version", "two").err


def test_auto_needs_to_know_what_is_published(packyard: Packyard, registry: Path, pack: Path) -> None:
    before = {path: path.read_bytes() for path in pack.rglob("*") if path.is_file()}
    said = packyard("sign", pack, "--version", "auto")
    assert said.code == 2
    assert "--repo" in said.err
    (pack / "README.md").write_text("")
    assert packyard("sign", pack, "--version", "auto", "--repo", registry).code == 1
    (pack / "README.md").write_bytes(before[pack / "README.md"])
    assert {path: path.read_bytes() for path in pack.rglob("*") if path.is_file()} == before


def test_validate_holds_the_pack_against_what_is_published(packyard: Packyard, registry: Path, pack: Path) -> None:
    publish(packyard, registry, pack, "auto")
    said = packyard("validate", pack, "--repo", registry)
    assert said.code == 1
    assert "error[version-exists]" in said.err
    (pack / "pack.json").write_text((pack / "pack.json").read_text().replace("1.0.0", "4.0.0"))
    said = packyard("validate", pack, "--repo", registry)
    assert "[version-gap]" in said.err
    assert packyard("validate", pack).code == 0


def test_validate_looks_at_the_name_of_a_new_pack(packyard: Packyard, registry: Path, pack: Path) -> None:
    assert packyard("new", "registry", "--author", "Al").code == 0
    for arguments in (["registry"], ["registry", "--repo", str(registry)]):
        assert "error[name-reserved]" in packyard("validate", *arguments).err
    publish(packyard, registry, pack, "auto")
    assert packyard("new", "he-llo", "--author", "Al").code == 0
    assert "name-same" not in packyard("validate", "he-llo", "--repo", registry).err
    other = registry.parent / "config" / "packyard" / "keys" / "default.pub"
    other.unlink()
    assert "error[name-same]" in packyard("validate", "he-llo", "--repo", registry).err


def test_the_settings_of_the_registry_decide(packyard: Packyard, registry: Path, pack: Path) -> None:
    (pack / "LICENSE").unlink()
    assert json.loads(packyard("validate", pack, "--json").out)["ok"]
    settings = registry / "registry-src" / "registry.yaml"
    text = settings.read_text() + "rules: {license-file-missing: block}\nlimits: {files: 4}\n"
    commit(registry, {"registry-src/registry.yaml": text.encode()}, "Be strict")
    said = packyard("validate", pack, "--repo", registry, "--json")
    found = json.loads(said.out)
    assert said.code == 1
    assert (found["verdict"], found["ok"]) == ("reject", False)
    assert [problem["code"] for problem in found["problems"]] == ["license-file-missing"]
    assert found["problems"][0]["outcome"] == "block"
    assert packyard("sign", pack, "--repo", registry).code == 1
    (pack / "LICENSE").write_text("MIT License\n")
    assert "error[too-many-files]" in packyard("validate", pack, "--repo", registry).err


def test_a_registry_is_found_in_the_current_folder(
    packyard: Packyard, registry: Path, pack: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(packyard, registry, pack, "auto")
    monkeypatch.chdir(registry)
    assert "error[version-exists]" in packyard("validate", pack).err
    monkeypatch.chdir(pack)
    monkeypatch.setenv("PACKYARD_REPO", str(registry))
    assert "error[version-exists]" in packyard("validate", ".").err
    monkeypatch.setenv("PACKYARD_REPO", str(registry.parent))
    said = packyard("validate", ".")
    assert (said.code, "error[source-missing]: not in a clone of a registry" in said.err) == (2, True)


# --- keys -------------------------------------------------------------------------------------------------------------


def test_sign_needs_a_key(packyard: Packyard, pack: Path) -> None:
    said = packyard("sign", pack)
    assert said.code == 2
    assert "error[key-missing]" in said.err


def test_a_key_is_found_in_the_environment(packyard: Packyard, pack: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    packyard("keygen", "--out", "other.key", "--no-password")
    monkeypatch.setenv("PACKYARD_KEY", Path("other.key").read_text())
    assert packyard("sign", pack).code == 0


# --- add --------------------------------------------------------------------------------------------------------------


def test_add_commits_the_very_bytes(packyard: Packyard, registry: Path, pack: Path) -> None:
    (pack / "run.sh").write_bytes(b"#!/bin/sh\r\necho hi\r\n")
    pygit2.Repository(str(registry)).config["core.autocrlf"] = "input"
    assert packyard("sign", pack).code == 0
    assert packyard("add", pack, "--repo", registry, "--commit").code == 0
    place = "registry-src/packs/he/hello/0.1.0"
    tree = pygit2.Repository(str(registry)).head.peel(pygit2.Tree)
    for path in pack.rglob("*"):
        if path.is_file():
            blob = tree[f"{place}/{path.relative_to(pack).as_posix()}"]
            assert isinstance(blob, pygit2.Blob)
            assert blob.data == path.read_bytes()
    assert tree[f"{place}/run.sh"].filemode == 0o100755
    assert clean(registry)


def test_add_without_commit_says_how(packyard: Packyard, registry: Path, pack: Path) -> None:
    assert packyard("sign", pack).code == 0
    said = packyard("add", pack, "--repo", registry)
    assert said.code == 0
    assert f"git -C {registry} add -- registry-src/packs/he/hello/0.1.0\n" in said.err
    assert "registry-src/packs/he/hello/0.1.0/pack.json" not in head_files(registry)


@pytest.mark.parametrize("change", ["unsigned", "changed", "extra", "gone", "stranger", "comment", "twice", "scope"])
def test_add_refuses(change: str, packyard: Packyard, registry: Path, pack: Path, home: Path) -> None:
    code = {
        "unsigned": "sums-missing",
        "changed": "sums-mismatch",
        "extra": "sums-extra",
        "gone": "sums-absent",
        "stranger": "key-unknown",
        "comment": "signature-comment",
        "twice": "version-exists",
        "scope": "key-scope",
    }[change]
    if change != "unsigned":
        assert packyard("sign", pack).code == 0
    if change in ("changed", "extra"):
        (pack / ("README.md" if change == "changed" else "extra.md")).write_text("new")
    elif change == "gone":
        (pack / "README.md").unlink()
    elif change == "stranger":
        (pack / "SHA256SUMS.minisig").write_bytes(
            signer("mallory").sign((pack / "SHA256SUMS").read_bytes(), "hello 0.1.0")
        )
    elif change == "comment":
        packyard("new", "other")
        packyard("sign", "other")
        shutil.copy(home / "other" / "SHA256SUMS.minisig", pack)
    elif change == "twice":
        assert packyard("add", pack, "--repo", registry).code == 0
    elif change == "scope":
        path = registry / "registry-src" / "publishers" / "alice.yaml"
        path.write_text(path.read_text().replace("publish, admin", "admin"))
    before = head_files(registry)
    said = packyard("add", pack, "--repo", registry, "--commit")
    assert said.code in (1, 2)
    assert f"error[{code}]" in said.err
    assert head_files(registry) == before


def test_without_a_git_identity_nothing_is_written(
    packyard: Packyard, registry: Path, pack: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert packyard("sign", pack).code == 0

    def nobody(_repository: pygit2.Repository) -> pygit2.Signature:
        raise KeyError("user.name")

    monkeypatch.setattr(pygit2.Repository, "default_signature", property(nobody))
    said = packyard("add", pack, "--repo", registry, "--commit")
    assert said.code == 2
    assert "error[git-identity]" in said.err
    assert not (registry / "registry-src" / "packs").exists()


def test_add_needs_a_registry(packyard: Packyard, pack: Path) -> None:
    said = packyard("add", pack)
    assert said.code == 2
    assert "error[source-missing]" in said.err


def test_a_commit_takes_nothing_else_along(registry: Path) -> None:
    repository = pygit2.Repository(str(registry))
    (registry / "staged.txt").write_text("staged\n")
    repository.index.add("staged.txt")
    repository.index.write()
    commit(registry, {"own.txt": b"own\n"}, "Own")
    assert (registry / "own.txt").read_bytes() == b"own\n"
    assert "own.txt" in head_files(registry)
    assert "staged.txt" not in head_files(registry)
    assert pygit2.Repository(str(registry)).status() == {"staged.txt": pygit2.enums.FileStatus.INDEX_NEW}


# --- publisher --------------------------------------------------------------------------------------------------------


def test_publisher_add_refuses(packyard: Packyard, registry: Path) -> None:
    assert "error[publisher-exists]" in packyard("publisher", "add", "alice", "--repo", registry).err
    assert "error[key-shared]" in packyard("publisher", "add", "bob", "--repo", registry).err
    assert "error[name-invalid]" in packyard("publisher", "add", "../x", "--repo", registry).err
    packyard("keygen", "--out", "b.key", "--no-password")
    said = packyard("publisher", "add", "bob", "--repo", registry, "--key", "b.key", "--name", "a\nb")
    assert said.code == 2
    assert not (registry / "registry-src" / "publishers" / "bob.yaml").exists()


def test_rotate_and_revoke(packyard: Packyard, registry: Path) -> None:
    path = registry / "registry-src" / "publishers" / "alice.yaml"
    packyard("keygen", "--out", "second.key", "--no-password")
    packyard("keygen", "--out", "third.key", "--no-password")
    assert packyard("publisher", "rotate", "alice", "second.pub", "--repo", registry, "--commit").code == 0
    first, second = publisher.parse_publisher(path.read_bytes(), "alice").keys
    assert first.retired == second.since
    assert second.scopes == ("publish", "admin")
    assert "error[key-unknown]" in packyard("publisher", "rotate", "alice", "third.pub", "--repo", registry).err
    line = Path("third.pub").read_text().splitlines()[1]
    assert packyard("publisher", "rotate", "alice", line, "--repo", registry, "--key", "second.key").code == 0
    again = ("publisher", "rotate", "alice", "third.pub", "--repo", registry, "--key", "second.key")
    assert "error[key-shared]" in packyard(*again).err
    third = publisher.parse_publisher(path.read_bytes(), "alice").keys[2]
    revoke = ("publisher", "revoke", "alice", third.key_id, "--reason", "the laptop was stolen", "--repo", registry)
    assert packyard(*revoke, "--key", "third.key", "--commit").code == 0
    ended = publisher.parse_publisher(path.read_bytes(), "alice").keys[2]
    assert (ended.revoked, ended.reason) == (third.since, "the laptop was stolen")
    assert "error[key-unknown]" in packyard(*revoke, "--key", "third.key").err


def test_retire(packyard: Packyard, registry: Path) -> None:
    path = registry / "registry-src" / "publishers" / "alice.yaml"
    packyard("keygen", "--out", "second.key", "--no-password")
    packyard("publisher", "add-key", "alice", "second.pub", "--repo", registry, "--commit")
    first, second = publisher.parse_publisher(path.read_bytes(), "alice").keys
    said = packyard("publisher", "retire", "alice", second.key_id.lower(), "--repo", registry, "--commit")
    assert (said.code, "warning" in said.err) == (0, False)
    assert publisher.parse_publisher(path.read_bytes(), "alice").keys[1].retired == second.since
    again = packyard("publisher", "retire", "alice", second.key_id, "--repo", registry)
    assert "error[key-unknown]" in again.err
    assert f"= found:    {second.key_id}, retired {second.since}" in again.err
    last = packyard("publisher", "retire", "alice", first.key_id, "--repo", registry)
    assert "warning: alice has no key left with the scope admin: nobody can give it another" in last.err


@pytest.mark.parametrize("key", ["nonsense", "/nowhere.pub", "RWQ", "x" * 5_000, "a\0b"])
def test_rotate_wants_a_public_key(key: str, packyard: Packyard, registry: Path) -> None:
    said = packyard("publisher", "rotate", "alice", key, "--repo", registry)
    assert said.code == 2
    assert "error[key-invalid]" in said.err
    assert " = help: " in said.err


def test_a_secret_key_in_the_wrong_place_is_not_shown(packyard: Packyard, registry: Path) -> None:
    packyard("keygen", "--out", "second.key", "--no-password")
    secret = Path("second.key").read_text()
    for text in (secret, secret.splitlines()[1]):
        said = packyard("publisher", "rotate", "alice", text, "--repo", registry)
        assert (said.code, "error[key-invalid]" in said.err) == (2, True)
        assert secret.splitlines()[1][10:60] not in said.err
    public = Path("second.pub").read_text()
    assert packyard("publisher", "rotate", "alice", public, "--repo", registry, "--commit").code == 0


def test_unknown_publishers(packyard: Packyard, registry: Path) -> None:
    packyard("keygen", "--out", "b.key", "--no-password")
    assert "error[publisher-unknown]" in packyard("publisher", "rotate", "bob", "b.pub", "--repo", registry).err


# --- statements -------------------------------------------------------------------------------------------------------


@pytest.fixture
def published(packyard: Packyard, registry: Path, pack: Path) -> Path:
    assert packyard("sign", pack).code == 0
    assert packyard("add", pack, "--repo", registry, "--commit").code == 0
    return registry


def test_statements_are_numbered_and_signed(packyard: Packyard, published: Path) -> None:
    for action, target in (
        ("yank", "hello@0.1.0"),
        ("unyank", "hello@0.1.0"),
        ("deprecate", "hello"),
        ("undeprecate", "hello"),
    ):
        said = packyard(action, target, "--reason", "the tests say so", "--repo", published, "--commit")
        assert said.code == 0, said.err
    said_so = WorkingTree(published).statements("hello")
    assert [statement.action for statement in said_so] == ["yank", "unyank", "deprecate", "undeprecate"]
    assert [statement.sequence for statement in said_so] == [1, 2, 3, 4]
    path = published / "registry-src" / "packs" / "he" / "hello" / "statements" / "0001-yank.yaml"
    signature = minisign.parse_signature(path.with_name("0001-yank.yaml.alice.minisig").read_bytes())
    assert signature.trusted_comment == "statement hello 1"
    assert clean(published)


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["yank", "hello@9.9.9"], "version-unknown"),
        (["yank", "nothing@1.0.0"], "pack-unknown"),
        (["yank", "hello"], "usage-wrong"),
        (["unyank", "hello@0.1.0"], "statement-noop"),
        (["undeprecate", "hello"], "statement-noop"),
        (["yank", "Hello@1.0.0"], "usage-wrong"),
        (["yank", "hello@one"], "usage-wrong"),
        (["yank", "@acme@1.0.0"], "usage-wrong"),
        (["deprecate", "hello", "--replacement", "hello"], "field-invalid"),
        (["deprecate", "hello", "--replacement", "Not A Name"], "name-invalid"),
    ],
)
def test_statements_that_would_be_refused(arguments: list[str], code: str, packyard: Packyard, published: Path) -> None:
    said = packyard(*arguments, "--reason", "no", "--repo", published)
    assert said.code in (1, 2)
    assert f"error[{code}]" in said.err
    assert not (published / "registry-src" / "packs" / "he" / "hello" / "statements").exists()


def test_a_statement_needs_a_reason_and_a_known_key(packyard: Packyard, published: Path) -> None:
    assert packyard("yank", "hello@0.1.0", "--repo", published).code == 2
    packyard("keygen", "--out", "b.key", "--no-password")
    said = packyard("yank", "hello@0.1.0", "--reason", "no", "--repo", published, "--key", "b.key")
    assert "error[key-unknown]" in said.err


# --- explain, config --------------------------------------------------------------------------------------------------


def test_explain(packyard: Packyard) -> None:
    assert packyard("explain", "sums-mismatch").out.startswith("sums-mismatch: ")
    assert "sums-mismatch " in packyard("explain").out
    assert json.loads(packyard("explain", "too-deep", "--json").out)["rules"][0]["code"] == "too-deep"
    said = packyard("explain", "sums-mismach")
    assert said.code == 2
    assert "did you mean sums-mismatch" in said.err


@pytest.mark.parametrize("word", ["error", "review", "note"])
@pytest.mark.parametrize("end", ["", ":", ": the signer may not do this"])
def test_explain_takes_what_was_copied(word: str, end: str, packyard: Packyard) -> None:
    assert packyard("explain", f"{word}[owner-mismatch]{end}").out.startswith("owner-mismatch: ")
    assert "error[code-unknown]" in packyard("explain", f"{word}[nonsense]").err


def test_explain_tells_an_outcome_where_there_is_one(packyard: Packyard) -> None:
    for code in ("name-similar", "target-unknown"):
        assert "Outcome: " in packyard("explain", code).out
    for code in ("usage-wrong", "remote-unknown", "disk-failed", "key-exists"):
        said = packyard("explain", code)
        assert (said.code, "Fix: " in said.out, "Outcome" in said.out) == (0, True, False)


def test_config(packyard: Packyard, registry: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PACKYARD_JOBS", "3")
    monkeypatch.setenv("PACKYARD_KEY", "untrusted comment: secret\nRWR\n")
    said = packyard("config", "--repo", registry, "--json")
    found = {line["name"]: line for line in json.loads(said.out)["settings"]}
    assert (found["jobs"]["value"], found["jobs"]["source"]) == ("3", "PACKYARD_JOBS")
    assert found["key"]["value"] == "(the text of a key)"
    assert (found["registry.title"]["value"], found["registry.title"]["source"]) == (
        "Test packs",
        "registry-src/registry.yaml",
    )
    assert (found["registry.limits.files"]["value"], found["registry.limits.files"]["source"]) == ("1000", "default")
    assert "jobs " in packyard("config").out
    monkeypatch.setenv("PACKYARD_KEY", "RWRTY0IyVGhlIHNlY3JldA==")
    assert "VGhlIHNlY3JldA" not in packyard("config").out + packyard("config", "--json").out


def test_a_relative_configuration_folder_does_not_count(
    packyard: Packyard, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for value in ("config", "", "./config"):
        monkeypatch.setenv("XDG_CONFIG_HOME", value)
        assert settings.config_folder(os.environ) == home / ".config" / "packyard"
    monkeypatch.setenv("XDG_CACHE_HOME", "cache")
    assert settings.cache_folder(os.environ) == home / ".cache" / "packyard"
    monkeypatch.setenv("XDG_CACHE_HOME", "/var/cache")
    assert settings.cache_folder(os.environ) == Path("/var/cache/packyard")


@pytest.mark.parametrize("command", ["##[error]no", "##[set-output name=x]y", "::error::no"])
def test_no_command_of_automation_gets_through(command: str, packyard: Packyard, pack: Path) -> None:
    manifest = pack / "pack.json"
    manifest.write_text(json.dumps({**json.loads(manifest.read_text()), "targets": [command]}))
    said, document = packyard("validate", pack), packyard("validate", pack, "--json")
    assert "##[" not in said.err + said.out + document.out
    assert not any(line.lstrip().startswith("::") for line in (said.err + said.out + document.out).splitlines())
    assert command in {note["found"] for note in json.loads(document.out)["notes"]}


def test_config_of_a_wrong_registry(packyard: Packyard, registry: Path) -> None:
    (registry / "registry-src" / "registry.yaml").write_text("format: packyard/registry/1\nexpires_days: x\n")
    said = packyard("config", "--repo", registry)
    assert said.code == 1
    assert "--> registry-src/registry.yaml:2" in said.err
