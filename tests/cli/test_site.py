"""The commands that read a built site: audit, prove, serve."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from packyard.formats import entries, note, tlog_proof
from packyard.formats.trustfile import parse_trust
from tests.cli.conftest import Packyard
from tests.registry import small
from tests.sites import built


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    built(small(folder / "repo").path, folder / "site")
    return folder / "site"


@pytest.fixture
def address(site: Path) -> Iterator[str]:
    command = [sys.executable, "-m", "packyard", "serve", str(site), "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        assert process.stdout is not None
        yield process.stdout.readline().strip()
        process.terminate()


def root_key(site: Path) -> str:
    return parse_trust((site / "trust" / "1.json").read_bytes()).root_keys[0]


def test_a_sound_site(packyard: Packyard, site: Path) -> None:
    said = packyard("audit", site, "--key", root_key(site))
    assert (said.code, said.err) == (0, "")
    assert said.out.startswith("ok: snapshot 1, 3 packs, 4 versions, ")


def test_a_site_whose_owner_is_not_known(packyard: Packyard, site: Path) -> None:
    said = packyard("audit", site)
    assert said.code == 0
    assert said.err.startswith("note[trust-unpinned]: ")


def test_somebody_elses_site(packyard: Packyard, site: Path, home: Path) -> None:
    packyard("keygen", "--no-password", "--out", "other.key")
    said = packyard("audit", site, "--key", "other.pub")
    assert said.code == 1
    assert "error[trust-pinned]" in said.err


def test_a_site_at_an_address(packyard: Packyard, site: Path, address: str) -> None:
    said = packyard("audit", address, "--key", root_key(site), "--json")
    found = json.loads(said.out)
    assert (said.code, found["ok"], found["snapshot"]) == (0, True, 1)
    assert [each["code"] for each in found["notes"]] == ["paths-unknown"]
    assert packyard("prove", "hello@1.0.0", address).out == packyard("prove", "hello@1.0.0", site).out


@pytest.mark.parametrize(
    ("arguments", "code", "word"),
    [
        (["audit", "nowhere"], 2, "site-missing"),
        (["audit", "http://127.0.0.1:1/"], 3, "network-failed"),
        (["audit", "site", "--key", "nonsense"], 2, "key-invalid"),
        (["prove", "hello@1.0.0", "nowhere"], 2, "site-missing"),
        (["prove", "hello", "site"], 2, "usage-wrong"),
        (["prove", "hello@9.9.9", "site"], 11, "version-unknown"),
        (["prove", "nothing@1.0.0", "site"], 11, "pack-unknown"),
        (["serve", "nowhere"], 2, "site-missing"),
    ],
)
def test_refusals(
    arguments: list[str], code: int, word: str, packyard: Packyard, site: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(site.parent)
    said = packyard(*arguments)
    assert (said.code, said.out) == (code, "")
    assert f"error[{word}]" in said.err


@pytest.mark.parametrize("target", ["hello@1.0.0", "hello@1.1.0", "other@0.1.0", "@acme/tools@1.0.0"])
def test_a_proof_holds_offline(target: str, packyard: Packyard, site: Path) -> None:
    said = packyard("prove", target, site, "--key", root_key(site))
    assert (said.code, said.err) == (0, "")
    trust = parse_trust((site / "trust" / "1.json").read_bytes())
    proof = tlog_proof.parse_proof(said.out.encode())
    head = tlog_proof.verify_proof(proof, proof.extra, note.parse_vkey(trust.log_vkey))
    assert head.origin == trust.log_origin
    logged = entries.parse_entry(proof.extra)
    assert f"{logged['pack']}@{logged['version']}" == target
    name, _, version = target.rpartition("@")
    described = json.loads((site / "packs" / name / version / "metadata.json").read_text())
    assert logged["identity"] == described["identity"]["sha256"]


@pytest.mark.parametrize(
    "victim", ["SNAPSHOT", "SNAPSHOT.minisig", "trust/1.json", "log/checkpoint", "packs/hello/index.json", "index.sums"]
)
def test_nothing_is_proved_from_what_does_not_verify(
    victim: str, packyard: Packyard, site: Path, tmp_path: Path
) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(site, copy)
    data = (copy / victim).read_bytes()
    (copy / victim).write_bytes(data.replace(b"1", b"2"))
    said = packyard("prove", "hello@1.0.0", copy)
    assert (said.code, said.out) == (12, "")
    assert f"--> {copy}/" in said.err
