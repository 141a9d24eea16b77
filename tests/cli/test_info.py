"""What is shown of packs, projects and registries: `info`, `list`, `outdated`, `verify`, `audit-lock`, `registries`."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from tests.advising import advisory
from tests.cli.conftest import Packyard
from tests.client.user_bed import Site
from tests.registry import signer

_MCP = b'{"mcpServers": {"one": {"type": "stdio", "command": "one"}}}'


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A site with packs in every state."""
    made = Site(tmp_path_factory.mktemp("site"))
    registry = made.registry
    registry.version("hostile", "1.0.0", "bob", {"mcp.json": _MCP}, {"description": "Greets ##[group]"})
    registry.files["advisories/PY-2026-0001.json"] = advisory("PY-2026-0001", {"beta-pack": ["1.0.0"]})
    registry.version("old-name", "1.0.0", "bob")
    registry.version("beta-pack", "1.0.0", "bob")
    registry.version("beta-pack", "1.1.0", "bob")
    registry.version("gone", "1.0.0", "bob")
    registry.version("gone", "1.0.1", "bob")
    registry.commit("More")
    registry.statement("rename", "old-name", "bob", to="hello")
    registry.statement("promote", "beta-pack", "bob", version="1.1.0", channel="beta")
    registry.statement("withdraw", "gone", "bob", version="1.0.0")
    registry.statement("archive", "gone", "bob")
    registry.commit("Say things")
    made.build()
    return made.path


@pytest.fixture
def project(home: Path, monkeypatch: pytest.MonkeyPatch, site: Path) -> Path:
    """An empty project of a user who knows the registry as `test`, in which the commands run."""
    for name in ("XDG_STATE_HOME", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    folder = home / "project"
    folder.mkdir()
    monkeypatch.chdir(folder)
    registries = {"format": "packyard/registries/1", "registries": [{"name": "test", "folder": str(site)}]}
    (home / "config/packyard").mkdir(parents=True)
    (home / "config/packyard/registries.json").write_text(json.dumps(registries))
    return folder


# --- info ---


def test_info(project: Path, packyard: Packyard) -> None:
    said = packyard("info", "hello")
    assert said.code == 0
    lines = said.out.splitlines()
    assert lines[:5] == ["name\thello", "selected\t1.1.0", "description\tAbout hello", "license\tMIT", "tags\ttest"]
    assert "owner\talice" in lines
    assert f"key\t{signer('alice').key_id} of alice since 2026-01-01" in lines
    assert [line for line in lines if line.startswith("version\t")] == [
        "version\t1.1.0\t2026-03-01\talice\t\t3\t",
        "version\t1.0.0\t2026-03-01\talice\t\t2\tyanked: the tests say so",
    ]
    assert len([line for line in lines if line.startswith("verified\t")]) == 5
    assert "yanked" not in said.err
    assert "! 1.0.0 was yanked on 2026-03-01: the tests say so" in packyard("info", "hello@1.0.0").err


@pytest.mark.parametrize(
    ("name", "banner"),
    [
        ("other", "! deprecated since 2026-03-01: the tests say so (use hello)"),
        ("old-name", "! goes on as hello since 2026-03-01: the tests say so"),
        ("gone", "! archived on 2026-03-01, nothing new will come: the tests say so"),
        ("gone@1.0.0", "! 1.0.0 was withdrawn on 2026-03-01: the tests say so"),
    ],
)
def test_banners(name: str, banner: str, project: Path, packyard: Packyard) -> None:
    said = packyard("info", name)
    assert (said.code, banner in said.err) == (0, True), said.err


def test_channels_ranges_and_what_a_pack_can_do(project: Path, packyard: Packyard) -> None:
    lines = packyard("info", "beta-pack@beta").out.splitlines()
    assert {"selected\t1.1.0", "channel\tbeta 1.1.0"} <= {*lines}
    assert "selected\t1.0.0" in packyard("info", "beta-pack").out
    assert "selected\t1.0.0" in packyard("info", "beta-pack@1.0.x").out
    assert packyard("info", "beta-pack@nightly").code == 11
    said = packyard("info", "hostile")
    assert "can\tmcp starts servers, or reaches them" in said.out
    assert "description\tGreets ##\\x5bgroup]" in said.out


def test_the_document_of_a_pack(project: Path, packyard: Packyard) -> None:
    found = json.loads(packyard("info", "gone@1.0.0", "--json").out)
    assert (found["format"], found["registry"], found["about"]) == ("packyard/info/1", "test", None)
    assert (found["version"]["tarball"], found["version"]["withdrawn"]["reason"]) == (None, "the tests say so")
    assert (found["archived"]["date"], found["renamed"], found["recovery"]) == ("2026-03-01", None, None)
    found = json.loads(packyard("info", "@acme/tools", "--json").out)
    assert found["version"]["dependencies"] == {"hello": "^1.0.0"}
    assert (found["owners"], found["about"]["homepage"], found["about"]["description"]) == (
        ["acme"],
        None,
        "About @acme/tools",
    )
    assert found["keys"][0] == {
        "publisher": "bob",
        "key_id": signer("bob").key_id,
        "since": "2026-01-01",
        "ended": None,
    }


def test_on_a_terminal(project: Path) -> None:
    out = _on_terminal(project, "info", "hello")
    assert "\x1b[2mdescription \x1b[0m About hello" in out
    assert "\x1b[2mVERSION\x1b[0m" in out
    assert "\x1b[31myanked: the tests say so\x1b[0m" in out


def _on_terminal(project: Path, *arguments: str) -> str:
    """What a command prints on a terminal."""
    leader, follower = pty.openpty()
    environ = {**os.environ, "TERM": "xterm-256color", "COLUMNS": "120"}
    environ.pop("NO_COLOR", None)
    command = [sys.executable, "-m", "packyard", *arguments]
    with subprocess.Popen(command, cwd=project, stdout=follower, stderr=subprocess.PIPE, env=environ):
        os.close(follower)
        out = b""
        while True:
            try:
                part = os.read(leader, 65_536)
            except OSError:
                break
            if not part:
                break
            out += part
    os.close(leader)
    return out.decode().replace("\r\n", "\n")


# --- list and outdated ---


def test_list_and_outdated(project: Path, packyard: Packyard) -> None:
    assert (packyard("list").code, packyard("list").out) == (0, "")
    assert packyard("install", "@acme/tools@^1", "--target", "cursor").code == 0
    assert packyard("list").out == (
        "@acme/tools\t1.0.0\ttest\t^1\t\t\tcursor\nhello\t1.1.0\ttest\t\t@acme/tools\t\tcursor\n"
    )
    assert packyard("list", "--offline", "--verbose").err == "no registry was asked\n"
    found = json.loads(packyard("list", "--json").out)
    assert found["packs"][1] == {
        "name": "hello",
        "version": "1.1.0",
        "registry": "test",
        "asked": None,
        "needed_by": ["@acme/tools"],
        "installed": "1.1.0",
        "targets": ["cursor"],
    }
    assert json.loads(packyard("outdated", "--json").out) == {"format": "packyard/outdated/1", "packs": []}
    assert packyard("outdated", "--exit-code").code == 0
    (project / ".packyard/installed.json").unlink()
    assert packyard("list").out.splitlines()[0] == "@acme/tools\t1.0.0\ttest\t^1\t\tmissing\t"


# --- verify and audit-lock ---


def test_verify(project: Path, packyard: Packyard) -> None:
    assert packyard("install", "hello").code == 0
    assert json.loads(packyard("verify", "--json").out) == {
        "format": "packyard/verify/1",
        "ok": True,
        "packs": 1,
        "files": 5,
        "problems": [],
        "exit_code": 0,
    }
    readme = project / ".agentpacks/.curated/hello/README.md"
    readme.write_text("Do as I say.\n")
    said = packyard("verify")
    assert (said.code, said.out) == (13, "")
    assert (
        "error[install-changed]: this is not what was installed\n  --> .agentpacks/.curated/hello/README.md" in said.err
    )
    readme.unlink()
    assert packyard("verify").code == 11
    assert json.loads(packyard("verify", "--json").out)["problems"][0]["code"] == "install-missing"
    assert packyard("install", "--frozen").code == 0
    assert packyard("verify", "--offline", "--verbose").err.startswith("test: 0 requests")


def test_audit_lock(project: Path, packyard: Packyard) -> None:
    assert packyard("install", "hello").code == 0
    said = packyard("audit-lock")
    assert said == (0, "ok: 1 pack, nothing to be known\n", said.err)
    assert packyard("install", "other", "gone").code == 0
    said = packyard("audit-lock")
    assert (said.code, said.out) == (1, "2 findings in 3 packs\n")
    assert "note[uses-archived]: gone is archived: nothing new will come" in said.err
    found = json.loads(packyard("audit-lock", "--json").out)
    assert (found["ok"], found["advisories"], found["packs"]) == (False, 1, 3)
    assert [each["code"] for each in found["findings"]] == ["uses-archived", "uses-deprecated"]
    assert packyard("remove", "other", "gone").code == 0
    assert packyard("install", "beta-pack").code == 0
    said = packyard("audit-lock")
    assert said.code == 1
    assert "note[locked-advisory]: beta-pack 1.0.0: What is wrong, by PY-2026-0001\n" in said.err


# --- registries ---


def test_registries(project: Path, packyard: Packyard, site: Path, home: Path) -> None:
    key = json.loads((site / "trust/1.json").read_text())["roots"]["keys"][0]
    assert packyard("registries", "list").out == f"test\t{site}\t\t\t\tregistries.json\n"
    said = packyard(
        "registries", "add", "work", "../site", "--key", key, "--scope", "@acme", "--mirror", "https://m.example/"
    )
    assert said.code == 0
    found = json.loads(packyard("registries", "list", "--json").out)["registries"]
    assert found[1] == {
        "name": "work",
        "place": str(home / "site"),
        "key": key,
        "scopes": ["@acme"],
        "mirrors": ["https://m.example/"],
        "written_in": "registries.json",
    }
    assert packyard("registries", "add", "work", site).code == 0
    assert packyard("install", "work:hello").out == "hello\t\t1.1.0\n"
    assert packyard("search", "hello", "--registry", "work").code == 0
    removed = packyard("registries", "remove", "work")
    assert (removed.code, "is taken out of" in removed.err) == (0, True)
    missing = packyard("install", "--frozen")
    assert (missing.code, "error[registry-unknown]" in missing.err) == (2, True)
    assert packyard("registries", "remove", "tset").err.endswith("did you mean test?\n")
    for arguments in (("Not A Name", site), ("registry", site), ("one", "ftp://x/"), ("one", "https://u:p@x/")):
        refused = packyard("registries", "add", *arguments)
        assert (refused.code, refused.out) == (2, "")
    assert packyard("registries", "add", "two", site, "--scope", "acme").code == 2
    assert packyard("registries", "list").out == f"test\t{site}\t\t\t\tregistries.json\n"
    (home / "config/packyard/registries.json").write_text("{")
    assert packyard("registries", "list").code == 1
