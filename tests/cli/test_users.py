"""Packs as their users get them: through every kind of place, with servers that die, mirrors that lie, and company."""

from __future__ import annotations

import json
import os
import resource
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from packyard.formats import layout
from tests.badserver import serving, silence
from tests.cli.conftest import Packyard
from tests.client.user_bed import PLACES, Site, served, tree, watched
from tests.registry import TestRegistry
from tests.sites import built
from tests.test_readme import DOCS, run, tour, web_server


@pytest.fixture(scope="module")
def old(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A site before there was news."""
    return _sites(tmp_path_factory)[0]


_MADE: list[tuple[Path, Path]] = []


def _sites(factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    if not _MADE:
        site = Site(factory.mktemp("users"))
        before = site.copy(site.root / "old")
        site.registry.version("hello", "1.2.0", "alice", {"rules/one.md": b"Be kind.\n"})
        site.registry.commit("News")
        site.build()
        _MADE.append((before, site.path))
    return _MADE[0]


@pytest.fixture(scope="module")
def new(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same site after there was."""
    return _sites(tmp_path_factory)[1]


@pytest.fixture
def project(home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty project, in which the commands run."""
    for name in ("XDG_STATE_HOME", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    folder = home / "project"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


def spawn(project: Path, *arguments: str, **more: object) -> subprocess.Popen[str]:
    """A command in a process of its own."""
    command = [sys.executable, "-m", "packyard", *arguments]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    return subprocess.Popen(command, cwd=project, **{**pipes, **more})  # type: ignore[call-overload, no-any-return]


# --- every kind of place ---


@pytest.mark.parametrize("kind", PLACES)
def test_from_install_to_remove(
    kind: str, old: Path, new: Path, project: Path, packyard: Packyard, tmp_path: Path
) -> None:
    site = shutil.copytree(old, tmp_path / "site")
    with served(kind, site, tmp_path / "work") as place:
        said = packyard("install", "hello", "@acme/tools", "--registry", place, "--target", "claudecode")
        assert (said.code, said.out) == (0, "@acme/tools\t\t1.0.0\nhello\t\t1.1.0\n")
        rule = project / ".claude/rules/hello-one.md"
        assert rule.read_text() == "Be exact.\n"
        assert packyard("verify").out == "ok: 2 packs, 10 files, as they were signed and locked\n"
        assert packyard("outdated").out == ""
        shutil.copytree(new, site, dirs_exist_ok=True)
        assert packyard("outdated").out == "hello\t1.1.0\t1.2.0\t1.2.0\tmain\n"
        assert packyard("outdated", "--exit-code").code == 1
        assert packyard("update").out == "hello\t1.1.0\t1.2.0\n"
        assert rule.read_text() == "Be kind.\n"
        assert packyard("verify").code == 0
        assert packyard("audit-lock").code == 0
        assert packyard("search", "kit").out.startswith("kit\t1.0.0\tbob\t")
        shutil.copytree(old, site, dirs_exist_ok=True)
        rolled = packyard("update")
        assert (rolled.code, "error[snapshot-older]" in rolled.err) == (15, True)
        assert rule.read_text() == "Be kind.\n"
    assert packyard("remove", "hello", "@acme/tools").code == 0
    assert not rule.exists()
    assert not (project / ".agentpacks").exists()


# --- servers that die, lie or keep silent ---


@pytest.mark.parametrize("after", [pytest.param(after, marks=pytest.mark.slow) for after in (0, 1, 5)] + [12])
def test_a_server_that_dies(after: int, old: Path, project: Path, packyard: Packyard) -> None:
    count = 0

    def hang_up(path: str) -> None:
        nonlocal count
        count += 1
        if count > after:
            raise ConnectionResetError

    with watched(old, hang_up) as place:
        said = packyard("install", "hello", "--registry", place)
        assert (said.code, said.out) == (3, "")
        assert "error[network-failed]" in said.err
        assert list(project.iterdir()) == []
    with watched(old) as place:
        assert packyard("install", "hello", "--registry", place).code == 0


def _corrupted(site: Path, name: str) -> Path:
    """The site with one file changed."""
    path = site / name
    data = path.read_bytes()
    path.write_bytes(data[:-1] + bytes([data[-1] ^ 1]))
    return site


@pytest.mark.parametrize(
    ("wrong", "code", "exit_code"),
    [
        (layout.tarball("hello", "1.1.0"), "file-changed", 13),
        ("packs/hello/index.json", "file-changed", 13),
        ("index.sums", "file-changed", 13),
        ("SNAPSHOT.bundle", "", 0),
        ("trust/1.json", "", 0),
        ("log/checkpoint", "", -1),
    ],
)
def test_a_corrupt_mirror_beside_a_good_one(
    wrong: str, code: str, exit_code: int, old: Path, project: Path, packyard: Packyard, tmp_path: Path
) -> None:
    """Whichever of them is asked first, what is installed is right; alone, the bad one is refused."""
    bad = _corrupted(shutil.copytree(old, tmp_path / "bad"), wrong)
    for first, second in ((bad, old), (old, bad)):
        registry = {"name": "main", "folder": str(first), "mirrors": [str(second)]}
        text = json.dumps({"format": "packyard/project/1", "registries": [registry]})
        (project / "packyard.json").write_text(text)
        said = packyard("install", "hello")
        assert (said.code, said.out) == (0, "hello\t\t1.1.0\n"), said.err
        assert packyard("verify").code == 0
        for folder in (project, project.parent / ".local", project.parent / ".cache"):
            shutil.rmtree(folder)
        project.mkdir()
        os.chdir(project)
    alone = packyard("install", "hello", "--registry", bad)
    if exit_code < 0:  # nobody reads it where there is a bundle
        assert alone.code == 0
        return
    assert alone.code in ({exit_code} if exit_code else {1, 10, 12, 13, 14, 15}), alone.err
    assert f"error[{code}" in alone.err
    assert str(bad) in alone.err
    assert "the evidence is kept in " in alone.err
    assert list(project.iterdir()) == []


def test_a_server_that_keeps_silent_until_somebody_interrupts(project: Path) -> None:
    before = tree(project)
    with serving({"/SNAPSHOT.bundle": silence(30), "/trust/1.json": silence(30)}) as server:
        process = spawn(project, "install", "hello", "--registry", server.url)
        time.sleep(1.5)
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=60)
    assert (process.returncode, err.splitlines()[-1]) == (130, "interrupted")
    assert tree(project) == before
    assert list(project.iterdir()) == []


# --- company ---


def test_two_installs_at_once(old: Path, project: Path, packyard: Packyard) -> None:
    """Each of them is there afterwards, as if they had come one after the other."""
    names = ("hello", "other", "middle", "part-05")
    ends = [spawn(project, "install", name, "--registry", str(old), "--target", "claudecode") for name in names]
    for process in ends:
        _, err = process.communicate(timeout=60)
        assert process.returncode == 0, err
    packs = json.loads((project / "packyard.json").read_text())["packs"]
    assert set(packs) == set(names)
    assert packyard("verify").code == 0
    assert packyard("install", "--frozen").out == ""


@pytest.mark.parametrize(
    "after", [pytest.param(after, marks=pytest.mark.slow) for after in (0.05, 0.2, 0.3, 0.4, 0.5)] + [0.35]
)
def test_an_install_that_is_killed(after: float, old: Path, project: Path, packyard: Packyard) -> None:
    """All or nothing, once the next command has run."""
    process = spawn(project, "install", "kit", "--registry", str(old), "--target", "claudecode")
    time.sleep(after)
    process.kill()
    process.communicate(timeout=60)
    assert packyard("install", "kit", "--registry", old, "--target", "claudecode").code == 0
    assert packyard("verify").code == 0


# --- disks ---


def _small_files() -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (1_000, 1_000))


def test_a_disk_that_is_full(old: Path, project: Path) -> None:
    process = spawn(project, "install", "hello", "--registry", str(old), preexec_fn=_small_files)
    _, err = process.communicate(timeout=60)
    assert (process.returncode, "error[disk-failed]" in err) == (3, True), err
    assert [path for path in project.rglob("*") if path.is_file() and path.name != "lock"] == []


def test_folders_that_cannot_be_written(
    old: Path, project: Path, packyard: Packyard, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = project.parent / "file"
    file.write_text("")
    monkeypatch.setenv("XDG_CACHE_HOME", str(file))
    assert packyard("install", "hello", "--registry", old).code == 0  # a cache is a convenience
    monkeypatch.setenv("XDG_STATE_HOME", str(file))
    said = packyard("install", "other")
    assert (said.code, "error[disk-failed]" in said.err, str(file) in said.err) == (3, True, True)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(file))
    assert packyard("registries", "add", "main", old).code == 3
    monkeypatch.setenv("XDG_CONFIG_HOME", str(project))
    said = packyard("install", "other", "--project", file, "--registry", old)
    assert (said.code, said.out) == (3, "")
    said = packyard("install", "other", "--project", project / "nowhere", "--registry", old)
    assert said.code == 3


def test_no_home(old: Path, project: Path, packyard: Packyard, monkeypatch: pytest.MonkeyPatch) -> None:
    def nobody() -> Path:
        raise RuntimeError("Could not determine home directory.")

    for name in ("HOME", "XDG_CONFIG_HOME"):
        monkeypatch.delenv(name)
    monkeypatch.setattr(Path, "home", nobody)
    said = packyard("install", "hello", "--registry", old)
    assert (said.code, "error[home-missing]" in said.err) == (3, True)


@pytest.fixture(autouse=True)
def _back() -> Iterator[None]:
    """Leaves no test in a folder that is gone."""
    here = Path.cwd()
    yield
    os.chdir(here)


# --- the page for users ---


@pytest.mark.slow
@pytest.mark.interop
def test_commands_for_users(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The registry and a copy of it are there, and the root key is."""
    registry = TestRegistry(tmp_path / "repo")
    for handle in ("ada", "ben"):
        registry.publisher(handle)
    registry.org("acme", {"ben": "owner"}, "ben")
    about = {"description": "Small commits whose messages say why", "targets": "*"}
    for number in ("1.0.0", "1.1.0"):
        registry.version("tidy-commits", number, "ada", {"rules/commits.md": b"Say why.\n"}, about)
    registry.version("review-kit", "2.0.0", "ben", manifest={"dependencies": {"tidy-commits": "^1.0.0"}})
    registry.version("@acme/house-rules", "1.0.0", "ben")
    registry.commit("Open")
    place = tmp_path / "empty"
    with web_server(place / "www") as address:
        built(tmp_path / "repo", place / "www")
        shutil.copytree(place / "www", place / "copy")
        key = json.loads((place / "www/trust/1.json").read_text())["roots"]["keys"][0]
        (place / "root.pub").write_text(f"untrusted comment: minisign public key\n{key}\n")
        for name in ("XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME"):
            monkeypatch.delenv(name, raising=False)
        monkeypatch.setenv("HOME", str(tmp_path))
        monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
        here = ("https://packs.my.example/", address)
        blocks = [
            block._replace(code=block.code.replace(*here), shown=[line.replace(*here) for line in block.shown])
            for block in tour(DOCS / "users.md")
        ]
        assert len(blocks) > 8
        run(tmp_path, blocks)
