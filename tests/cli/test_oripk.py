"""`packyard oripk`: from a proven version to the archive that the registry offers to Ori."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from packyard.formats import foreign
from packyard.formats.oripk import parse_oripk
from tests.cli.conftest import Packyard
from tests.dialects import sample


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return sample.site(tmp_path_factory.mktemp("oripk"), ["ori"])


def test_it_is_what_the_registry_offers(site: Path, home: Path, packyard: Packyard) -> None:
    for name, version in (("hello", "2.0.0"), ("@acme/hello", "0.3.0"), ("hello", "1.0.0")):
        said = packyard("oripk", f"{name}@{version}", "--registry", site)
        assert (said.code, said.out) == (0, "")
        made = home / f"hello-{version}.oripk"
        assert f"wrote {made.name}: {name} {version}, " in said.err
        assert made.read_bytes() == (site / foreign.ori(name, f"{version}/download")).read_bytes()
        assert parse_oripk(made.read_bytes()).manifest.name == name


def test_the_newest_where_one_wants_it_and_again_without_asking(site: Path, home: Path, packyard: Packyard) -> None:
    assert packyard("oripk", "@acme/tools", "--registry", site, "--out", "a/b.oripk").code == 0
    made = (home / "a/b.oripk").read_bytes()
    assert parse_oripk(made).manifest.version == "1.0.0"
    assert packyard("oripk", "@acme/tools", "--registry", site, "--out", "c.oripk", "--offline").code == 0
    assert (home / "c.oripk").read_bytes() == made


@pytest.mark.parametrize(
    ("reference", "code", "word"),
    [("gone@1.0.0", 11, "withdrawn"), ("hello@9.9.9", 11, "9.9.9"), ("nobody", 11, "nobody"), ("Hello", 2, "name")],
)
def test_what_cannot_be_had(site: Path, home: Path, packyard: Packyard, reference: str, code: int, word: str) -> None:
    said = packyard("oripk", reference, "--registry", site)
    assert (said.code, list(home.glob("*.oripk"))) == (code, [])
    assert word in said.err


def test_a_changed_pack_becomes_no_archive(site: Path, home: Path, packyard: Packyard, tmp_path: Path) -> None:
    broken = shutil.copytree(site, tmp_path / "broken")
    tarball = broken / "packs/hello/2.0.0/hello-2.0.0.tar.gz"
    tarball.write_bytes(tarball.read_bytes()[:-1] + b"x")
    said = packyard("oripk", "hello@2.0.0", "--registry", broken)
    assert said.code == 13
    assert "file-changed" in said.err
    assert not list(home.glob("*.oripk"))
