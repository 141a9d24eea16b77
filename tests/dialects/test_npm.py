"""The registry as npm itself sees it, over a plain server on loopback; and what a version costs."""

from __future__ import annotations

import gzip
import io
import json
import os
import subprocess
import tarfile
from base64 import b64decode
from collections.abc import Iterator, Mapping
from functools import partial
from hashlib import sha256
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from packyard.formats import foreign, layout, tarball
from packyard.model import File, Mark, Pack, Release, VersionState
from packyard.recipe import Recipe, key, told
from packyard.surfaces.dialects import npm
from tests.dialects import sample
from tests.registry import ORIGIN, SILENT, TestRegistry, signer
from tests.sites import built, inodes, rewritten
from tests.surfaces.sample import release
from tests.test_readme import DOCS, home, run, tour
from tests.tools import need

__all__ = ["home"]  # a fixture

SCOPE = f"@{ORIGIN}"
PACKUMENT = f"npm/{SCOPE}/hello"
#: What npm would run, or read as its own, if it were in a package.
EVIL = {
    "package.json": b'{"name":"evil","version":"6.6.6","scripts":{"preinstall":"RUN","install":"RUN","prepare":"RUN"}}',
    "binding.gyp": b"{'targets': [{'target_name': 'x', 'actions': [{'action': ['RUN']}]}]}",
    "npm-shrinkwrap.json": b'{"lockfileVersion":1,"dependencies":{"evil":{"version":"file:evil"}}}',
    "node_modules/evil/package.json": b'{"name":"evil","version":"1.0.0","scripts":{"install":"RUN"}}',
    "plugins/package.json": b'{"name":"inner","version":"1.0.0","scripts":{"postinstall":"RUN"}}',
}


class Served(NamedTuple):
    """A site, the server's address, and the mark that a script would leave."""

    site: Path
    url: str
    mark: Path


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *arguments: object) -> None:
        """Says nothing."""


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    top = tmp_path_factory.mktemp("npm")
    site, mark = top / "site", top / "it-ran"
    site.mkdir()
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(site)))
    Thread(target=server.serve_forever, daemon=True).start()
    url = f"http://127.0.0.1:{server.server_port}/"
    made = sample.registry(top / "repo", ("npm",))
    made.settings(surfaces=SILENT | {"npm": True}, url=url)
    evil = {path: data.replace(b"RUN", b"touch " + bytes(mark)) for path, data in EVIL.items()}
    made.version("lively", "1.0.0", "bob", evil)
    shouted = {path.replace("n", "N").replace("p", "P"): data for path, data in evil.items()}
    made.version("loud", "1.0.0", "bob", shouted, {"dependencies": {"lively": "*"}})
    made.commit("Publish what must not run")
    built(made.path, site)
    yield Served(site, url, mark)
    server.shutdown()
    server.server_close()


class Project(NamedTuple):
    """A folder in which npm works, knowing nothing but the registry."""

    path: Path
    url: str

    def npm(self, *arguments: str, code: int = 0) -> str:
        """What npm says, both streams together."""
        home = self.path.parent
        environ = {"PATH": os.environ["PATH"], "HOME": str(home), "npm_config_cache": str(home / "cache")}
        command = [need("npm"), *arguments]
        done = subprocess.run(command, cwd=self.path, env=environ, capture_output=True, text=True, check=False)
        assert done.returncode == code, done.stdout + done.stderr
        return done.stdout + done.stderr

    def lock(self) -> dict[str, Any]:
        """The packages of the lock file."""
        found: dict[str, Any] = json.loads((self.path / "package-lock.json").read_bytes())["packages"]
        return found

    def installed(self, name: str) -> dict[str, Any]:
        """The `package.json` of an installed package."""
        found: dict[str, Any] = json.loads((self.path / f"node_modules/{SCOPE}/{name}/package.json").read_bytes())
        return found


@pytest.fixture
def project(served: Served, tmp_path: Path) -> Project:
    folder = tmp_path / "project"
    folder.mkdir()
    lines = [f"{SCOPE}:registry={served.url}npm/", f"registry={served.url}no/", "audit=false", "update-notifier=false"]
    (folder / ".npmrc").write_text("".join(f"{line}\n" for line in lines))
    (folder / "package.json").write_text('{"name":"project","version":"1.0.0","private":true}')
    return Project(folder, served.url)


# --- npm itself ---


@pytest.mark.interop
def test_a_pack_is_installed_with_what_it_depends_on(served: Served, project: Project) -> None:
    project.npm("install", f"{SCOPE}/hello@^2.0.0")
    assert project.installed("hello")["version"] == "2.0.0"
    assert project.installed("acme.tools")["packyard"]["pack"] == "@acme/tools"
    lock = project.lock()
    assert lock[f"node_modules/{SCOPE}/acme.tools"]["dependencies"] == {f"{SCOPE}/hello": "^1.0.0"}
    # 1.0.0 is yanked.
    assert lock[f"node_modules/{SCOPE}/acme.tools/node_modules/{SCOPE}/hello"]["version"] == "1.1.0"
    script = project.path / f"node_modules/{SCOPE}/hello/skills/greet/scripts/greet.sh"
    assert script.read_bytes() == b"#!/bin/sh\necho hello\n"
    assert script.stat().st_mode & 0o111
    assert (project.path / f"node_modules/{SCOPE}/hello/pack.json").exists()


@pytest.mark.interop
def test_a_project_is_installed_from_its_lock(project: Project) -> None:
    project.npm("install", f"{SCOPE}/acme.tools")
    locked = project.lock()
    assert locked[f"node_modules/{SCOPE}/hello"]["integrity"].startswith("sha256-")
    project.npm("ci")
    assert project.lock() == locked
    assert project.installed("hello")["version"] == "1.1.0"


@pytest.mark.interop
def test_a_tarball_that_was_tampered_with_is_refused(served: Served, project: Project) -> None:
    path = served.site / foreign.npm_tarball("@acme/tools", "1.0.0")
    kept = path.read_bytes()
    path.write_bytes(gzip.compress(gzip.decompress(kept).replace(b"Be exact.", b"Be false.")))
    try:
        assert "EINTEGRITY" in project.npm("install", f"{SCOPE}/acme.tools", code=1)
    finally:
        path.write_bytes(kept)
    assert not (project.path / f"node_modules/{SCOPE}").exists()


@pytest.mark.interop
def test_nothing_of_a_pack_is_run(served: Served, project: Project) -> None:
    project.npm("install", f"{SCOPE}/loud", "--foreground-scripts")
    project.npm("rebuild", "--foreground-scripts")
    project.npm("ci", "--foreground-scripts")
    assert not served.mark.exists()
    for name in ("lively", "loud"):
        folder = project.path / f"node_modules/{SCOPE}/{name}"
        said = project.installed(name)
        assert "scripts" not in said
        assert len(said["packyard"]["omitted"]) == 4
        assert not [path for path in said["packyard"]["omitted"] if path != "package.json" and (folder / path).exists()]
        assert sum(path.name.lower() == "package.json" for path in folder.rglob("*")) == 2


@pytest.mark.interop
def test_a_script_of_another_package_would_have_run(served: Served, project: Project) -> None:
    """The test above would see it: with the pack's own file in place npm runs what it says."""
    (project.path / "evil").mkdir()
    (project.path / "evil/package.json").write_bytes(EVIL["package.json"].replace(b"RUN", b"touch ran-here"))
    project.npm("install", "./evil", "--install-links", "--foreground-scripts")
    assert list(project.path.rglob("ran-here"))


@pytest.mark.interop
def test_what_is_deprecated_warns(project: Project) -> None:
    said = project.npm("install", f"{SCOPE}/other")
    assert f"npm warn deprecated {SCOPE}/other@0.1.0: the tests say so (use {SCOPE}/hello)" in said.lower()
    said = project.npm("install", f"{SCOPE}/hello@1.0.0")
    assert "deprecated" in said
    assert "yanked: the tests say so" in said


@pytest.mark.interop
def test_what_is_withdrawn_is_not_there(project: Project) -> None:
    assert "ETARGET" in project.npm("install", f"{SCOPE}/gone@1.0.0", code=1)
    assert "E404" in project.npm("install", f"{SCOPE}/nowhere", code=1)


@pytest.mark.interop
def test_npm_shows_a_pack(project: Project) -> None:
    said = json.loads(project.npm("view", f"{SCOPE}/hello", "--json"))
    assert said["dist-tags"] == {"latest": "2.0.0", "beta": "2.1.0-beta.1"}
    assert said["versions"] == ["1.0.0", "1.1.0", "2.0.0", "2.1.0-beta.1"]
    shown = project.npm("view", f"{SCOPE}/hello")
    assert "- alice\n" in shown
    assert "MIT" in shown
    assert json.loads(project.npm("view", f"{SCOPE}/hello@beta", "version", "--json")) == "2.1.0-beta.1"


@pytest.mark.interop
def test_commands_of_the_page(served: Served, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing but the server on loopback is asked; the publisher's key is the one that tests have."""
    for name, value in (("registry", served.url), ("audit", "false"), ("update_notifier", "false")):
        monkeypatch.setenv(f"npm_config_{name}", value)
    meant_by = {"https://packs.my.example/": served.url, " -P RWQf": f" -P {signer('alice').public_key} #"}
    blocks = tour(DOCS / "clients/npm.md")
    for shown, meant in meant_by.items():
        assert any(shown in block.code for block in blocks)
        blocks = [block._replace(code=block.code.replace(shown, meant)) for block in blocks]
    run(home, blocks)


# --- the files ---


def packument(site: Path, name: str) -> dict[str, Any]:
    """What the site has of a pack."""
    found: dict[str, Any] = json.loads((site / foreign.npm(ORIGIN, name)).read_bytes())
    return found


def members(data: bytes) -> dict[str, bytes]:
    """The files in a tarball."""
    with tarfile.open(fileobj=io.BytesIO(data), mode="r:gz") as tar:
        return {each.name: tar.extractfile(each).read() for each in tar}  # type: ignore[union-attr]  # files alone


def test_every_version_is_what_its_tarball_says(whole: Path) -> None:
    paths = sorted((whole / f"npm/{SCOPE}").iterdir())
    assert [path.name for path in paths] == ["acme.hello", "acme.tools", "active", "gone", "hello", "other"]
    for path in paths:
        found = json.loads(path.read_bytes())
        for version, said in found["versions"].items():
            at = said["dist"]["tarball"].removeprefix("https://packs.example.org/")
            data = (whole / at).read_bytes()
            assert b64decode(said["dist"]["integrity"].removeprefix("sha256-")) == sha256(data).digest()
            inside = json.loads(members(data)["package/package.json"])
            assert inside == {name: value for name, value in said.items() if name not in ("dist", "deprecated")}
            assert (said["name"], said["version"]) == (f"{SCOPE}/{path.name}", version)
            pack = foreign.unflat(path.name)
            sums = (whole / layout.version(pack, version, "SHA256SUMS")).read_bytes()
            assert sha256(sums).hexdigest() == said["packyard"]["identity"]
            shipped = {
                name.removeprefix("package/"): sha256(content).hexdigest() for name, content in members(data).items()
            }
            del shipped["package.json"]
            assert {line[66:]: line[:64] for line in sums.decode().splitlines()} == shipped


def test_a_withdrawn_version_is_nowhere(whole: Path) -> None:
    found = packument(whole, "gone")
    assert list(found["versions"]) == ["1.1.0"]
    assert set(found["time"]) == {"created", "1.1.0"}
    assert not (whole / foreign.npm_tarball("gone", "1.0.0")).exists()


def test_a_pack_without_a_living_version(tmp_path: Path) -> None:
    made = TestRegistry(tmp_path / "repo")
    made.settings(surfaces=SILENT | {"npm": True})
    made.publisher("alice")
    for name in ("yanked", "gone"):
        made.version(name, "1.0.0", "alice")
    made.commit("Publish")
    made.statement("yank", "yanked", "alice", version="1.0.0")
    made.statement("withdraw", "gone", "alice", version="1.0.0")
    made.commit("Take back")
    built(made.path, tmp_path / "site")
    found = packument(tmp_path / "site", "yanked")
    assert found["dist-tags"] == {}
    assert found["versions"]["1.0.0"]["deprecated"] == "yanked: the tests say so"
    assert not (tmp_path / "site" / foreign.npm(ORIGIN, "gone")).exists()
    assert not (tmp_path / "site/npm/-/gone").exists()


def test_a_new_version_costs_one_tarball_and_the_packument(tmp_path: Path) -> None:
    made, site = sample.registry(tmp_path / "repo", ("npm",)), tmp_path / "site"
    built(made.path, site)
    before = inodes(site)
    made.version("hello", "2.2.0", "alice")
    made.commit("One more")
    built(made.path, site)
    after = inodes(site)
    assert [path for path in rewritten(before, after) if path.startswith("npm/")] == [PACKUMENT]
    added = [path for path in after.keys() - before.keys() if path.startswith("npm/")]
    assert added == [foreign.npm_tarball("hello", "2.2.0")]
    made.statement("deprecate", "hello", "alice", version="2.2.0")
    made.commit("Deprecate it")
    before = inodes(site)
    built(made.path, site)
    after = inodes(site)
    assert [path for path in rewritten(before, after) if path.startswith("npm/")] == [PACKUMENT]
    assert packument(site, "hello")["versions"]["2.2.0"]["deprecated"] == "the tests say so"


def test_bytes_that_locks_know(whole: Path) -> None:
    """A changed hash breaks every lock file that has it; see the module's docstring before changing one here."""
    found = packument(whole, "hello")["versions"]["1.0.0"]["dist"]["integrity"]
    tar = gzip.decompress((whole / foreign.npm_tarball("hello", "1.0.0")).read_bytes())
    assert sha256(tar).hexdigest() == "07d40b3acfb2de37675bdb1af4166f10cfc95759bb105287121dec188837e040"
    assert found == "sha256-RrxP//95wPnI2eJaKxuiAyRfxxAVPb1poCI2pYXSAbY="


# --- by themselves ---


def test_a_file_after_others_has_their_hashes_among_its_inputs() -> None:
    def render(digests: tuple[str, ...]) -> bytes:
        return " ".join(digests).encode()

    waiting = Recipe("c", (1,), render, ("a", "b"))
    made = [told(waiting, digests.__getitem__) for digests in ({"a": "1", "b": "2"}, {"a": "1", "b": "3"})]
    assert [each.render() for each in made] == [b"1 2", b"1 3"]
    assert len({key("tool", each) for each in made}) == 2
    plain = Recipe("c", (1,), bytes)
    assert told(plain, str) is plain


def packed(one: Release, files: Mapping[str, bytes]) -> dict[str, bytes]:
    """What the tarball of a release with these files has."""
    listed = tuple(File(path, "", len(data), 0o644) for path, data in files.items())
    return members(npm._tarball(ORIGIN, one._replace(files=listed), lambda _: files))


OWN = st.sampled_from(["package.json", "PACKAGE.JSON", "binding.gyp", "Node_Modules/a/b", "node_modules", "x", "a/b"])


@given(st.sets(OWN))
def test_npm_finds_one_file_of_its_own(paths: set[str]) -> None:
    found = packed(release("hello", "1.0.0", 1), dict.fromkeys(paths, b"evil"))
    first = {name.split("/")[1].lower() for name in found}
    assert first & npm.RESERVED == {"package.json"}
    assert b"evil" not in found["package/package.json"]
    omitted = json.loads(found["package/package.json"])["packyard"]["omitted"]
    assert {name.removeprefix("package/") for name in found} - {"package.json"} == paths - set(omitted)


def test_a_version_that_does_not_fit_is_not_offered() -> None:
    one = release("hello", "1.0.0", 1)
    for path, fits in ((f"{'a' * 60}/{'b' * 70}/{'c' * 60}", True), (f"{'a' * 90}/{'b' * 60}/{'c' * 40}", False)):
        tarball.split(path)
        assert npm._fits(one._replace(files=(File(path, "", 0, 0o644),))) is fits


def test_what_speaks_against_a_version() -> None:
    mark = Mark("it is old", "2026-03-01", "@acme/new")
    state = VersionState(release("hello", "1.0.0", 1), yanked=Mark("it is broken", "2026-03-01"), deprecated=mark)
    pack = Pack("hello", "alice", (state,), None, (), archived=Mark("nobody cares", "2026-03-02"))
    assert npm._warning(ORIGIN, pack, state) == (
        "yanked: it is broken; it is old (use @packs.example.org/acme.new); archived: nobody cares"
    )
