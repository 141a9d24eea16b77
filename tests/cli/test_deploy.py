"""`packyard deploy` and `packyard host-config`, as they are called."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import click
import pytest

from packyard.cli import deploy, hosting
from packyard.cli.errors import reported
from packyard.cli.group import invoke
from packyard.edges.store import walk
from packyard.formats import layout
from packyard.formats.snapshot import parse_snapshot
from packyard.formats.times import format_time
from tests.cli.conftest import Said
from tests.deploying.places import rsync_daemon
from tests.registry import small
from tests.sites import built

Call = Callable[..., Said]


@pytest.fixture(scope="module")
def built_site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small site, signed with development keys."""
    folder = tmp_path_factory.mktemp("cli-deploy")
    built(small(folder / "repo").path, folder / "site")
    return folder / "site"


@pytest.fixture
def site(built_site: Path, home: Path) -> Path:
    """A copy of it."""
    return shutil.copytree(built_site, home / "site")


@pytest.fixture
def call(home: Path, capfd: pytest.CaptureFixture[str]) -> Call:
    """Calls one of the two commands."""

    def call(command: click.Command, *arguments: object) -> Said:
        capfd.readouterr()
        code = reported(lambda: invoke(command, [str(argument) for argument in arguments], "packyard"))
        return Said(code, *capfd.readouterr())

    return call


def state(folder: Path) -> dict[str, tuple[bytes, int]]:
    return {path: ((folder / path).read_bytes(), (folder / path).stat().st_mtime_ns) for path in walk(folder)}


def test_a_site_comes_into_a_folder(site: Path, home: Path, call: Call) -> None:
    files = len(list(walk(site)))
    planned = call(deploy.command, "site", "www", "--dry-run", "--development", "-v")
    assert planned.code == 0
    lines = planned.out.splitlines()
    assert (len(lines), lines[-2]) == (files + 1, "put SNAPSHOT")
    assert lines[-1].startswith("would put snapshot 1 of packs.example.org to www: ")
    assert not (home / "www").exists()
    done = call(deploy.command, "site", "www", "--development")
    assert (done.code, done.out) == (0, lines[-1].replace("would put", "put") + "\n")
    before = state(home / "www")
    again = call(deploy.command, "site", "www", "--development")
    assert again.out == "nothing to do, www has snapshot 1 of packs.example.org\n"
    assert state(home / "www") == before


def test_as_a_document(site: Path, call: Call) -> None:
    said = json.loads(call(deploy.command, "site", "www", "--development", "--json").out)
    assert (said["format"], said["snapshot"], said["before"], said["removals"]) == ("packyard/deploy/1", 1, None, None)
    assert [stage["name"] for stage in said["stages"]] == ["content", "documents", "lists", "heads"]
    verbose = json.loads(call(deploy.command, "site", "other", "--development", "--json", "-v", "--dry-run").out)
    assert verbose["stages"][-1]["paths"][-1] == "SNAPSHOT"
    assert verbose["dry_run"]


def test_development_keys_must_be_meant(site: Path, home: Path, call: Call) -> None:
    refused = call(deploy.command, "site", "www")
    assert (refused.code, "deploy-development" in refused.err) == (2, True)
    assert not (home / "www").exists()


def test_what_has_expired_stays_here(site: Path, home: Path, call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    expires = parse_snapshot((site / layout.SNAPSHOT).read_bytes()).expires
    monkeypatch.setattr(time, "time", lambda: float(expires))
    refused = call(deploy.command, "site", "www", "--development")
    assert (refused.code, "snapshot-expired" in refused.err, format_time(expires) in refused.err) == (15, True, True)
    assert not (home / "www").exists()


@pytest.mark.parametrize(
    ("path", "code"),
    [
        (layout.SNAPSHOT, 12),
        (layout.SNAPSHOT_SIGNATURE, 12),
        (layout.SNAPSHOT_BUNDLE, 13),
        (layout.CHECKPOINT, 13),
        (layout.SITE_SUMS, 13),
        (layout.INDEX_SUMS, 13),
        ("trust/1.json", 12),
    ],
)
def test_a_site_that_is_not_whole_stays_here(site: Path, home: Path, call: Call, path: str, code: int) -> None:
    data = (site / path).read_bytes()
    (site / path).write_bytes(data[:-2] + bytes((data[-2] ^ 1,)) + data[-1:])
    assert call(deploy.command, "site", "www", "--development").code == code
    (site / path).unlink()
    assert call(deploy.command, "site", "www", "--development").code == (2 if path == layout.SNAPSHOT else 11)
    assert not (home / "www").exists()


@pytest.mark.parametrize(
    "arguments", [("nothing", "www"), ("site", "https://x.example/"), ("site", "www", "--endpoint", "http://x"), ()]
)
def test_called_wrongly(site: Path, call: Call, arguments: tuple[str, ...]) -> None:
    said = call(deploy.command, *arguments, "--development")
    assert (said.code, said.out) == (2, "")


def test_without_boto3_it_says_what_is_missing(site: Path, call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "boto3", None)
    said = call(deploy.command, "site", "s3://bucket/x", "--development")
    assert (said.code, "packyard[s3]" in said.err) == (2, True)


@pytest.mark.interop
def test_killed_while_it_sends_it_goes_on(site: Path, home: Path, call: Call) -> None:
    """The process is killed as soon as something has come; the same command does what is left."""
    (home / "module").mkdir()
    with rsync_daemon(home / "module") as target:
        program = f"from packyard.cli.deploy import command; command(['site', '{target}', '--development'])"
        for _ in range(3):
            environ = {**os.environ, "TMPDIR": str(home)}
            command = [sys.executable, "-c", program]
            process = subprocess.Popen(command, cwd=home, env=environ, start_new_session=True)
            while process.poll() is None and not any((home / "module").rglob("*.tar.gz")):
                time.sleep(0.005)
            if process.poll() is None:
                os.killpg(process.pid, 9)
            process.wait()
        done = call(deploy.command, "site", target, "--development")
        assert done.code == 0
        assert {path: data for path, (data, _) in state(home / "module").items()} == {
            path: data for path, (data, _) in state(site).items()
        }


@pytest.mark.interop
def test_over_ssh(site: Path, home: Path, call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    """What stands for ssh runs the command here."""
    shell = home / "shell"
    shell.write_text('#!/bin/sh\nshift\nexec sh -c "$*"\n')
    shell.chmod(0o755)
    monkeypatch.setenv("RSYNC_RSH", str(shell))
    assert call(deploy.command, "site", f"host:{home}/a folder", "--development").code == 0
    assert list(walk(home / "a folder"))
    assert "nothing to do" in call(deploy.command, "site", f"host:{home}/a folder/", "--development").out


# Configuration ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", hosting.KINDS)
def test_configuration(site: Path, home: Path, call: Call, kind: str) -> None:
    printed = call(hosting.command, kind)
    assert (printed.code, printed.err) == (0, "")
    assert "packs.example.org" in printed.out
    written = call(hosting.command, kind, "site", "--out", "made/file")
    assert (written.code, written.out) == (0, "")
    assert (home / "made/file").read_text() == printed.out


def test_mirrors_are_those_of_the_settings(site: Path, home: Path, call: Call) -> None:
    settings = home / "registry-src" / "registry.yaml"
    settings.parent.mkdir()
    text = "format: packyard/registry/1\norigin: packs.example.org\ntitle: T\nurl: https://packs.example.org/\n"
    settings.write_text(text + "mirrors: [https://mirror.example.net/]\n")
    assert "https://mirror.example.net/$packyard_path" in call(hosting.command, "nginx").out
    settings.write_text(text.replace("origin: packs", "origin: other") + "mirrors: [https://mirror.example.net/]\n")
    assert "mirror.example.net" not in call(hosting.command, "nginx").out


@pytest.mark.parametrize("root", ['a"b', "a$b", "a{b", "a\nb"])
def test_nothing_gets_into_a_configuration_that_means_more_than_itself(
    site: Path, home: Path, call: Call, root: str
) -> None:
    assert call(hosting.command, "nginx", "--root", root).code == 2
    index = site / "index.json"
    index.write_text(index.read_text().replace("https://packs.example.org/", "https://packs.example.org/$x;/"))
    assert call(hosting.command, "caddy").code == 2


@pytest.mark.parametrize("text", ["", "[]", "{}", "\xff", '{"registry": {"origin": "X Y", "url": "u"}, "packs":['])
def test_an_index_that_cannot_be_read(site: Path, call: Call, text: str) -> None:
    (site / "index.json").write_text(text)
    said = call(hosting.command, "nginx")
    assert (said.code, "Traceback" in said.err) == (3, False)


def test_no_site(call: Call) -> None:
    assert call(hosting.command, "nginx").code == 2
