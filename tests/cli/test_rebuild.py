"""`packyard rebuild`: the same, different, or undecided; never one for the other."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable, Iterable, Iterator
from copy import copy
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from itertools import product
from pathlib import Path
from threading import Thread
from typing import Any

import pygit2
import pytest

from packyard import recorded
from packyard.cli.errors import reported
from packyard.cli.group import invoke
from packyard.cli.rebuild import command
from packyard.edges import resealing
from packyard.formats import b64, documents, dsse, entries, layout
from packyard.rebuilt import parse_rebuild, trusted_comment, verify_rebuild
from packyard.registry import Registry
from packyard.stages import auditing, sealing
from tests.cli.conftest import Said
from tests.registry import ORIGIN, TestRegistry, signer, small
from tests.signing import public_key
from tests.sites import built
from tests.tools import need, sampled

Rebuild = Callable[..., Said]


def keys_in(folder: Path, **others: str) -> Path:
    """A folder with the keys that a trust file of `tests.registry` names; `others` take the place of roles."""
    folder.mkdir(exist_ok=True)
    for role in ("snapshot", "log", "attest"):
        secret_key(folder / f"{role}.key", others.get(role, role))
    return folder


def secret_key(path: Path, name: str) -> Path:
    path.write_text(f"untrusted comment: test key {name}\n{b64.encode(signer(name)._raw)}\n")
    return path


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> TestRegistry:
    """The small registry with a trust file, built into `site` with its keys."""
    made = small(tmp_path_factory.mktemp("rebuild") / "repo")
    made.trust(("root-1",), 1)
    made.commit("Found trust")
    build(made)
    return made


@pytest.fixture
def registry(tmp_path: Path, original: TestRegistry) -> TestRegistry:
    """A copy of it all."""
    shutil.copytree(original.path.parent, tmp_path, dirs_exist_ok=True)
    made = copy(original)
    made.path, made.files, made.counts = tmp_path / "repo", dict(original.files), dict(original.counts)
    made.repo = pygit2.Repository(str(made.path))
    return made


def build(made: TestRegistry, **options: Any) -> Path:
    site = made.path.parent / "site"
    fresh = not site.exists()
    built(made.path, site, **{"keys": keys_in(made.path.parent / "keys"), "new_log": fresh, **options})
    return site


@pytest.fixture
def rebuild(home: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> Rebuild:
    """Calls the command for the site and the repository in `tmp_path`."""

    def call(*arguments: object, site: object = tmp_path / "site", repo: Path = tmp_path / "repo") -> Said:
        capfd.readouterr()
        words = ["--compare", site, "--repo", repo, "--quiet", "--jobs", 1, *arguments]
        code = reported(lambda: invoke(command, list(map(str, words)), "packyard rebuild"))
        return Said(code, *capfd.readouterr())

    return call


def paths(said: Said) -> set[str]:
    return {each["path"] for each in json.loads(said.out)["differences"]}


# --- the same ---


def test_the_same(registry: TestRegistry, rebuild: Rebuild) -> None:
    said = rebuild("--root-key", signer("root-1").public_key)
    assert said.code == 0, said.err
    assert said.out.startswith("same: snapshot 1 of packs.example.org, commit ")
    found = json.loads(rebuild("--json").out)
    assert (found["format"], found["same"], found["development"]) == ("packyard/rebuild/1", True, False)
    assert found["files"] > 50


@pytest.mark.slow
def test_the_same_after_everything_that_happens_to_a_site(registry: TestRegistry, rebuild: Rebuild) -> None:
    """Several builds, one after the other, a withdrawal, a renewed seal, and a source that has gone on since."""
    site = registry.path.parent / "site"
    registry.version("hello", "1.2.0", "alice")
    registry.commit("Publish hello 1.2.0")
    build(registry)
    registry.statement("withdraw", "hello", "alice", version="1.1.0")
    registry.commit("Withdraw hello 1.1.0")
    build(registry)
    resealing.reseal(site, registry.path.parent / "keys")
    registry.version("hello", "1.3.0", "alice")
    registry.commit("Publish hello 1.3.0")
    said = rebuild("--json")
    assert said.code == 0, said.out
    assert json.loads(said.out)["snapshot"] == 3


def test_a_development_site(tmp_path: Path, rebuild: Rebuild) -> None:
    small(tmp_path / "repo")
    built(tmp_path / "repo", tmp_path / "site")
    said = rebuild()
    assert said.code == 0
    assert "development keys" in said.err
    assert json.loads(rebuild("--json").out)["development"] is True


@pytest.fixture
def address(tmp_path: Path) -> Iterator[str]:
    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, format: str, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(tmp_path / "site"))) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}/"
        server.shutdown()


@pytest.mark.slow
def test_at_an_address(registry: TestRegistry, rebuild: Rebuild, address: str) -> None:
    assert rebuild(site=address).code == 0
    (registry.path.parent / "site" / "index.html").unlink()
    assert paths(rebuild("--json", site=address)) == {"index.html"}


def test_nothing_is_written_but_the_report(registry: TestRegistry, rebuild: Rebuild, home: Path) -> None:
    def everything() -> dict[Path, int]:
        found = (path for path in registry.path.parent.rglob("*") if path.is_file())
        return {path: path.stat().st_mtime_ns for path in found}

    before = everything()
    assert rebuild("--out", home / "report.json").code == 0
    assert everything().keys() - before.keys() == {home / "report.json"}
    assert before.items() <= everything().items()


@pytest.mark.slow
def test_those_who_agree_write_the_same_bytes(registry: TestRegistry, rebuild: Rebuild, home: Path) -> None:
    shutil.copytree(registry.path, home / "clone")
    shutil.copytree(registry.path.parent / "site", home / "mirror")
    assert rebuild("--out", home / "one.json").code == 0
    assert rebuild("--out", home / "two.json", site=home / "mirror", repo=home / "clone").code == 0
    assert (home / "one.json").read_bytes() == (home / "two.json").read_bytes()


@pytest.mark.interop
def test_a_signed_report(registry: TestRegistry, rebuild: Rebuild, home: Path) -> None:
    key = secret_key(home / "carol.key", "carol")
    assert rebuild("--out", "report.json", "--sign", key).code == 0
    data, signature = ((home / name).read_bytes() for name in ("report.json", "report.json.minisig"))
    report = verify_rebuild(data, signature, public_key(signer("carol")))
    assert report.same and report == parse_rebuild(data)
    stock = [need("minisign"), "-VQHm", str(home / "report.json"), "-P", signer("carol").public_key]
    done = subprocess.run(stock, capture_output=True, text=True, check=True)
    assert done.stdout == f"{trusted_comment(report)}\n"
    assert rebuild("--sign", key).code == 2


# --- different ---


CHANGED = ("packs/hello/1.1.0/hello-1.1.0.tar.gz", "index.html", "packs/hello/files.sums", "index.json")


@pytest.mark.parametrize("case", sampled(product(CHANGED, (False, True)), lambda case: f"{case[0]}-{case[1]}", 3))
def test_a_file_that_was_changed(registry: TestRegistry, rebuild: Rebuild, case: tuple[str, bool]) -> None:
    path, gone = case
    file = registry.path.parent / "site" / path
    data = file.read_bytes()
    file.unlink()
    if not gone:
        file.write_bytes(data + b"x")
    said = rebuild("--json")
    assert (said.code, paths(said)) == (1, {path})
    assert rebuild("--lists").code == 0, "what is signed is the same"
    said = rebuild()
    assert f"error[rebuild-differs]: the published site is not what its source makes\n  --> {path}\n" in said.err
    assert said.out.startswith("differs: snapshot 1 of packs.example.org, commit ")


@pytest.mark.slow
def test_other_templates(tmp_path: Path, registry: TestRegistry, rebuild: Rebuild) -> None:
    """The operator has put something into the pages that is in no source."""
    shutil.copytree(Path(__file__).parents[2] / "templates", tmp_path / "templates")
    page = tmp_path / "templates" / "home.html"
    page.write_text(page.read_text().replace("{% block main %}", "{% block main %}Send money!"))
    build(registry, templates=tmp_path / "templates")
    said = rebuild("--json", "--out", "report.json")
    assert (said.code, paths(said)) == (1, {"index.html"})
    assert rebuild("--templates", tmp_path / "templates").code == 0


def test_a_commit_that_was_never_merged(registry: TestRegistry, rebuild: Rebuild) -> None:
    registry.version("hello", "9.0.0", "alice")
    made = registry.commit("Publish what nobody reviewed")
    registry.repo.references.create("refs/heads/aside", made)
    build(registry)
    assert rebuild("--ref", "main").code == 0
    (before,) = registry.repo.revparse_single(made).peel(pygit2.Commit).parent_ids
    registry.repo.references.create("refs/heads/main", before, force=True)
    said = rebuild("--json")
    assert (said.code, paths(said)) == (1, {"SNAPSHOT"})
    assert rebuild("--ref", "main").code == 1


@pytest.mark.slow
def test_a_catalogue_made_for_a_victim(
    registry: TestRegistry, rebuild: Rebuild, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody with all keys of the registry leaves a pack out of `index.json`."""
    parts = documents.index_parts

    def lie(settings: Registry, number: int, commit: str, total: int, rows: Iterable[bytes]) -> Iterator[bytes]:
        return parts(settings, number, commit, total, list(rows)[1:])

    with monkeypatch.context() as lying:
        lying.setattr(auditing, "audit", lambda *_: None)
        lying.setattr(documents, "index_parts", lie)
        registry.version("hello", "1.2.0", "alice")
        registry.commit("Publish hello 1.2.0")
        build(registry)
    said = rebuild("--json")
    assert (said.code, paths(said)) == (1, {"index.json"})


@pytest.mark.parametrize("how", ["more", *(pytest.param(how, marks=pytest.mark.slow) for how in ("fewer", "other"))])
def test_a_log_that_is_not_what_history_demands(
    registry: TestRegistry, rebuild: Rebuild, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    forged = entries.publish_entry("hello", "6.6.6", "0" * 64, "0" * 16, registry.time)
    real = recorded.new_entries

    def lie(*arguments: Any) -> list[bytes]:
        honest = list(real(*arguments))
        return {"more": [*honest, forged], "fewer": honest[:-1], "other": [*honest[:-1], forged]}[how]

    with monkeypatch.context() as lying:
        lying.setattr(auditing, "audit", lambda *_: None)
        lying.setattr(sealing, "new_entries", lie)
        registry.version("hello", "1.2.0", "alice")
        registry.commit("Publish hello 1.2.0")
        build(registry)
    said = rebuild("--json")
    assert said.code == 1 and layout.LOG in paths(said)


@pytest.mark.parametrize("how", ["key", pytest.param("payload", marks=pytest.mark.slow)])
def test_provenance(registry: TestRegistry, rebuild: Rebuild, monkeypatch: pytest.MonkeyPatch, how: str) -> None:
    """Only the signature is set apart, and only when it is one by the registry's attestation key."""
    sign = dsse.sign_envelope

    def lie(payload: bytes, _signer: object) -> dsse.Envelope:
        return sign(payload if how == "key" else payload.replace(b"registry-src", b"registry-old"),
                    signer("x" if how == "key" else "attest"))  # fmt: skip

    with monkeypatch.context() as lying:
        lying.setattr(auditing, "audit", lambda *_: None)
        lying.setattr(dsse, "sign_envelope", lie)
        registry.version("hello", "1.2.0", "alice")
        registry.commit("Publish hello 1.2.0")
        build(registry)
    said = rebuild("--json")
    assert (said.code, paths(said)) == (1, {"packs/hello/1.2.0/provenance.intoto.jsonl"})


def test_trust_files_that_are_not_those_of_the_source(registry: TestRegistry, rebuild: Rebuild) -> None:
    """The source has been told of a key that the site does not speak of."""
    site = registry.path.parent / "site"
    (site / "trust" / f"1.json.{signer('root-1').key_id}.minisig").write_bytes(
        signer("root-1").sign((site / "trust/1.json").read_bytes(), f"{ORIGIN} trust 1").replace(b"from", b"by")
    )
    assert rebuild().code == 12


# --- undecided ---


def test_a_source_that_does_not_have_the_commit(tmp_path: Path, registry: TestRegistry, rebuild: Rebuild) -> None:
    other = small(tmp_path / "other")
    said = rebuild("--json", repo=other.path)
    assert (said.code, said.out) == (3, "")
    assert "error[git-unreadable]" in said.err
    assert rebuild(repo=tmp_path).code == 3


def test_a_source_that_cannot_be_built(
    registry: TestRegistry, rebuild: Rebuild, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The program is not the one that made the site: it has a stricter rule."""
    from packyard.errors import Problem
    from packyard.stages import reading

    monkeypatch.setattr(reading, "check_dates", lambda *_: [Problem("date-invalid", "x", "too strict")])
    said = rebuild()
    assert (said.code, said.out) == (3, "")
    assert "error[date-invalid]" in said.err and "error[rebuild-undecided]" in said.err


@pytest.mark.parametrize(("path", "code"), [("SNAPSHOT", 12), ("SNAPSHOT.minisig", 12), ("log/checkpoint", 15)])
def test_a_head_that_cannot_be_believed(registry: TestRegistry, rebuild: Rebuild, path: str, code: int) -> None:
    file = registry.path.parent / "site" / path
    data = bytearray(file.read_bytes())
    data[data.index(b"0")] ^= 1
    file.write_bytes(data)
    assert rebuild().code == code


def test_no_site(registry: TestRegistry, rebuild: Rebuild, tmp_path: Path) -> None:
    assert rebuild(site=tmp_path / "nowhere").code == 2
    assert rebuild(site="http://127.0.0.1:9/").code == 3
    assert rebuild("--root-key", signer("x").public_key).code == 14
