"""`packyard mirror`: exit codes, what is said, and documents."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from packyard.cli.errors import reported
from packyard.cli.group import invoke
from packyard.cli.mirror import command
from packyard.formats import layout
from packyard.formats.times import DAY
from tests.cli.conftest import Said
from tests.mirror.bed import States, made, put
from tests.registry import signer

Mirror = Callable[..., Said]


@pytest.fixture(scope="module")
def states(tmp_path_factory: pytest.TempPathFactory) -> States:
    return made(tmp_path_factory.mktemp("states"))


@pytest.fixture
def mirror(home: Path, states: States, capfd: pytest.CaptureFixture[str]) -> Mirror:
    """Calls the command in a folder with a site in several states."""
    put(home / "first", states.first)
    put(home / "second", states.second)

    def call(*arguments: object) -> Said:
        capfd.readouterr()
        code = reported(lambda: invoke(command, [str(each) for each in arguments], "packyard mirror"))
        return Said(code, *capfd.readouterr())

    return call


def test_sync(mirror: Mirror) -> None:
    said = mirror("sync", "first", "copy")
    assert said.code == 0
    assert said.out.startswith("synced: snapshot 1 of packs.example.org, news of 3 packs; ")
    assert "note[trust-unpinned]" in said.err
    again = mirror("sync", "first", "copy")
    assert (again.code, again.out, again.err) == (0, "up to date: snapshot 1 of packs.example.org\n", "")
    document = json.loads(mirror("sync", "second", "copy", "--json").out)
    assert document["format"] == "packyard/mirror-sync/1"
    assert (document["changed"], document["snapshot"], document["packs"]) == (True, 2, ["hello"])
    assert (document["removed"], document["requests"]) == (0, 46)


def test_sync_refuses(mirror: Mirror, home: Path) -> None:
    assert mirror("sync", "second", "copy").code == 0
    said = mirror("sync", "first", "copy")
    assert (said.code, said.out) == (15, "")
    assert "error[mirror-rollback]" in said.err
    assert "evidence" in said.err
    assert mirror("sync", "first", "other", "--key", signer("stranger").public_key).code == 14
    (home / "second/packs/hello/1.0.0/SHA256SUMS").write_bytes(b"")
    said = mirror("sync", "second", "fresh")
    assert (said.code, said.out) == (13, "")
    assert "error[file-changed]" in said.err
    assert not (home / "fresh").exists()
    assert mirror("sync", "nowhere", "fresh").code == 2
    assert mirror("sync", "http://127.0.0.1:9/", "fresh").code == 3


def test_verify(mirror: Mirror, home: Path) -> None:
    said = mirror("verify", "first")
    assert said.code == 0
    assert said.out.startswith("ok: snapshot 1 of packs.example.org, ")
    assert said.out.endswith(" log entries\n")
    document = json.loads(mirror("verify", "first", "--json").out)
    assert document["format"] == "packyard/mirror-verify/1"
    assert (document["ok"], document["snapshot"], document["log_size"]) == (True, 1, 9 + 1)
    assert document["age"] >= 0
    (home / "first/index.html").unlink()
    said = mirror("verify", "first")
    assert (said.code, said.out) == (1, "")
    assert "error[file-missing]" in said.err
    (home / "second" / layout.SNAPSHOT).unlink()
    document = json.loads(mirror("verify", "second", "--json").out)
    assert (document["ok"], document["snapshot"], document["age"]) == (False, None, None)


def test_age(mirror: Mirror, monkeypatch: pytest.MonkeyPatch) -> None:
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + 8 * DAY)
    said = mirror("verify", "first")
    assert said.code == 0
    assert "8 days old" in said.out
    assert "note[snapshot-aging]" in said.err
    monkeypatch.setattr(time, "time", lambda: now + 15 * DAY)
    assert mirror("verify", "first").code == 15
    said = mirror("sync", "first", "copy")
    assert said.code == 15
    assert "error[snapshot-expired]" in said.err


def test_parity(mirror: Mirror, home: Path) -> None:
    said = mirror("parity", "second", "second/", "--html", "page.html")
    assert said.code == 0
    assert len(said.out.splitlines()) == 2
    assert (home / "page.html").read_text().startswith("<!doctype html>")
    said = mirror("parity", "second", "first")
    assert said.code == 1
    assert "hello@1.2.0: stale at first" in said.out
    said = mirror("parity", "second", "http://127.0.0.1:9/")
    assert said.code == 3
    assert "http://127.0.0.1:9/: unknown, " in said.out
    document = json.loads(mirror("parity", "second", "first", "--json", "--quick").out)
    assert (document["format"], document["read"]) == ("packyard/mirror-parity/1", "lists")


def test_a_fork(mirror: Mirror, home: Path, states: States) -> None:
    put(home / "forked", states.forked)
    said = mirror("parity", "second", "forked")
    assert said.code == 15
    assert "forked: second and forked show two histories" in said.out
    assert mirror("sync", "second", "copy").code == 0
    said = mirror("sync", "forked", "copy")
    assert said.code == 15
    assert "error[mirror-forked]" in said.err


def test_wrong_use(mirror: Mirror) -> None:
    assert mirror("parity").code == 2
    assert mirror("sync", "first").code == 2
    assert mirror("--help").code == 0
