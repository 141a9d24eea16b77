"""A registry's first day, told through its commands: from an empty folder to a yanked version, with its own keys."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pygit2
import pytest

from tests.cli.conftest import Packyard, Said


def test_the_first_day(packyard: Packyard, home: Path) -> None:
    def tell(*arguments: str, code: int = 0) -> Said:
        said = packyard(*arguments)
        assert said.code == code, said.err
        assert "Traceback" not in said.err
        return said

    tell("init", "reg", "--title", "Our packs", "--keys", "keys", "--no-password")
    repository = pygit2.Repository(str(home / "reg"))
    repository.config["user.name"], repository.config["user.email"] = "Tester", "tester@example.org"
    here = ("--repo", "reg")
    build = ("build", *here, "--keys", "keys", "--json")

    tell("build", *here, "--keys", "keys", code=2)
    first = json.loads(tell(*build, "--new-log").out)
    assert first["snapshot"] == 1

    tell("keygen", "--no-password")
    tell("publisher", "add", "alice", "--name", "Alice", *here, "--commit")
    tell("new", "hello", "--feature", "rules,skills,hooks", "--author", "Alice")
    tell("validate", "hello")
    tell("sign", "hello")
    tell("add", "hello", *here, "--commit")
    second = json.loads(tell(*build).out)
    assert (second["snapshot"], second["log_size"]) == (2, first["log_size"] + 3)

    root = (home / "keys" / "root.pub").read_text().splitlines()[1]
    assert tell("audit", "reg/site", "--key", root).out.startswith("ok: snapshot 2, 1 pack, 1 version, ")
    proof = tell("prove", "hello@0.1.0", "reg/site").out
    assert proof.startswith("c2sp.org/tlog-proof@v1\n")

    tell("yank", "hello@0.1.0", "--reason", "it greets nobody", *here, "--commit")
    third = json.loads(tell(*build).out)
    assert third["snapshot"] == 3
    described = json.loads((home / "reg" / "site" / "packs" / "hello" / "index.json").read_text())
    assert described["versions"][0]["yanked"]["reason"] == "it greets nobody"
    assert json.loads(tell("audit", "reg/site", "--key", root, "--json").out)["ok"] is True
    assert "nothing to do" in tell("build", *here, "--keys", "keys").err

    tell("publisher", "revoke", "alice", key_id(home), "--reason", "lost", *here, "--commit")
    assert "error[key-not-valid]" in tell("add", "hello", *here, code=1).err
    assert json.loads(tell(*build).out)["snapshot"] == 4


def key_id(home: Path) -> str:
    public = home / "config" / "packyard" / "keys" / "default.pub"
    return public.read_text().splitlines()[0].rpartition(" ")[2]


@pytest.mark.parametrize("victim", ["index.json", "packs/hello/index.html", "packs/hello/0.1.0/hello-0.1.0.tar.gz"])
def test_a_changed_site_is_found_out(victim: str, packyard: Packyard, registry: Path, pack: Path) -> None:
    assert packyard("sign", pack).code == 0
    assert packyard("add", pack, "--repo", registry, "--commit").code == 0
    assert packyard("build", "--repo", registry).code == 0
    path = registry / "site" / victim
    path.write_bytes(path.read_bytes()[:-1] + b"?")
    said = packyard("audit", registry / "site")
    assert said.code == 1
    assert f"--> {victim}" in said.err
    found = json.loads(packyard("audit", registry / "site", "--json").out)
    assert (found["format"], found["ok"]) == ("packyard/audit/1", False)
    assert victim in {problem["path"] for problem in found["problems"]}


@pytest.mark.slow
def test_both_ways_to_build_are_one(registry: Path) -> None:
    root = Path(__file__).parent.parent.parent
    for command in ([str(root / "build.py")], ["-m", "packyard", "build"]):
        process = [sys.executable, *command, "--repo", str(registry), "--json"]
        done = subprocess.run(process, cwd=root, capture_output=True, text=True, check=True)
        assert json.loads(done.stdout)["snapshot"] == 1
        assert done.stderr.splitlines()[0].startswith("warning: signed with development keys")
    assert "nothing to do" in done.stderr


def test_what_is_wrong_in_a_commit_is_shown_whole(packyard: Packyard, registry: Path, pack: Path) -> None:
    assert packyard("sign", pack).code == 0
    assert packyard("add", pack, "--repo", registry, "--commit").code == 0
    place = registry / "registry-src" / "packs" / "he" / "hello" / "0.2.0"
    place.mkdir()
    (place / "pack.json").write_text('{"name": "hello", "version": "0.3.0", "description": "x"}')
    repository = pygit2.Repository(str(registry))
    repository.index.add_all()
    author = pygit2.Signature("Tester", "tester@example.org")
    parents = [repository.head.target]
    repository.create_commit("HEAD", author, author, "Break it", repository.index.write_tree(), parents)
    said = packyard("build", "--repo", registry)
    assert said.code == 1
    assert "error[manifest-version]" in said.err
    assert "error[sums-missing]" in said.err
    assert said.err.rstrip().endswith("places")
    assert not (registry / "site").exists()
