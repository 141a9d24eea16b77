"""`packyard plugins`: the folder that it writes, again and again, and what it refuses."""

from __future__ import annotations

import json
import shutil
import zipfile
from pathlib import Path

import pytest

from packyard.edges import plugins
from packyard.edges.store import walk
from packyard.formats import foreign
from tests.cli.conftest import Packyard
from tests.client.user_bed import PLACES, served, tree
from tests.registry import SILENT, TestRegistry, small
from tests.sites import built


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> TestRegistry:
    """A registry with a scoped pack, one that was renamed, and one that is no plugin."""
    made = small(tmp_path_factory.mktemp("registry"))
    made.settings(surfaces=SILENT | {"claude-code": True})
    script = {"hooks/run.sh": b"#!/bin/sh\necho hello\n", "commands/go.md": b"Go.\n"}
    made.version("old", "1.0.0", "alice", script)
    made.version("new", "1.0.0", "alice", script)
    made.version("elsewhere", "1.0.0", "alice", manifest={"targets": ["cursor"]})
    made.commit("More")
    made.statement("rename", "old", "alice", to="new")
    made.commit("Rename")
    return made


@pytest.fixture(scope="module")
def site(registry: TestRegistry, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Its site, which no test changes."""
    folder = tmp_path_factory.mktemp("site") / "site"
    built(registry.path, folder, new_log=True)
    return folder


@pytest.fixture
def place(home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the commands run."""
    for name in ("XDG_STATE_HOME", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    folder = home / "work"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


def market(folder: Path) -> dict[str, object]:
    found: dict[str, object] = json.loads((folder / plugins.MARKETPLACE).read_text("utf-8"))
    return found


def content(folder: Path) -> dict[str, bytes]:
    return {path: (folder / path).read_bytes() for path in walk(folder)}


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in (folder / "plugins").iterdir())


def test_all_plugins_are_those_of_the_site(site: Path, place: Path, packyard: Packyard, tmp_path: Path) -> None:
    said = packyard("plugins", "market", "--registry", site)
    assert said.code == 0, said.err
    said_of = [line.split("\t") for line in said.out.splitlines()]
    assert ["new", "", "1.0.0"] in said_of and not [line for line in said_of if line[0] in ("old", "elsewhere")]
    assert "the marketplace packs-example-org" in said.err
    for path in [path for path in walk(site) if path.endswith(".plugin.zip") and "/old/" not in path]:
        with zipfile.ZipFile(site / path) as archive:
            folder = place / "market/plugins" / foreign.plugin(path.removeprefix("packs/").rsplit("/", 2)[0])
            assert {name: archive.read(name) for name in archive.namelist()} == content(folder)
    here, there = market(place / "market"), json.loads((site / foreign.MARKETPLACE).read_text("utf-8"))
    assert here["renames"] == there["renames"] == {"old": "new"}
    plain = [{**each, "source": f"./plugins/{each['name']}"} for each in there["plugins"]]
    assert here["plugins"] == plain
    assert (place / "market/plugins/new/pack/hooks/run.sh").stat().st_mode & 0o777 == 0o755


def test_again_it_does_nothing_and_removes_what_is_not_wanted(site: Path, place: Path, packyard: Packyard) -> None:
    packyard("plugins", "market", "hello", "@acme/tools", "--registry", site)
    before = tree(place / "market")
    again = packyard("plugins", "market", "hello", "@acme/tools", "--registry", site)
    assert (again.code, again.out) == (0, "")
    assert again.err.splitlines()[-1] == "nothing to do: 2 plugins in market"
    assert tree(place / "market") == before
    dry = packyard("plugins", "market", "hello@1.0.0", "--registry", site, "--dry-run", "--json")
    assert tree(place / "market") == before
    fields = json.loads(dry.out)
    assert fields["changed"] == [
        {"plugin": "hello", "before": "1.1.0", "now": "1.0.0"},
        {"plugin": "tools-at-acme", "before": "1.0.0", "now": None},
    ]
    assert packyard("plugins", "market", "hello@1.0.0", "--registry", site).code == 0
    assert names(place / "market") == ["hello"]
    assert b"1.0.0" in (place / "market/plugins/hello/.claude-plugin/plugin.json").read_bytes()


def test_what_would_be_written_is_said_of_no_folder(site: Path, place: Path, packyard: Packyard) -> None:
    said = packyard("plugins", "market", "hello", "--registry", site, "--dry-run")
    assert (said.code, said.out) == (0, "hello\t\t1.1.0\n")
    assert said.err.splitlines()[-1] == "1 plugin would be written to market, the marketplace packs-example-org"
    assert not (place / "market").exists()


def test_a_renamed_pack_leads_to_the_new_one(site: Path, place: Path, packyard: Packyard) -> None:
    assert packyard("plugins", "market", "old", "--registry", site).code == 0
    assert names(place / "market") == ["new"]
    assert market(place / "market")["renames"] == {"old": "new"}


def test_what_somebody_has_changed_is_left_alone(site: Path, place: Path, packyard: Packyard) -> None:
    packyard("plugins", "market", "hello", "--registry", site)
    mine = place / "market/plugins/hello/.claude-plugin/plugin.json"
    mine.write_text("mine")
    refused = packyard("plugins", "market", "hello@1.0.0", "--registry", site)
    assert refused.code == 1 and "plugin.json" in refused.err
    assert mine.read_text() == "mine"
    assert packyard("plugins", "market", "hello@1.0.0", "--registry", site, "--force").code == 0
    assert mine.with_name("plugin.json.packyard-orig").read_text() == "mine"


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (["nothere"], 11, "there is no pack nothere"),
        (["hello@9.0.0"], 11, "there is no version 9.0.0 of hello"),
        (["elsewhere"], 2, "nothing in it for programs that read plugins"),
        (["No"], 2, "name"),
        (["other:hello"], 2, "other"),
    ],
)
def test_what_there_is_not(
    arguments: list[str], code: int, told: str, site: Path, place: Path, packyard: Packyard
) -> None:
    said = packyard("plugins", "market", *arguments, "--registry", site)
    assert told in said.err
    assert said.code == code
    assert not (place / "market").exists()


def test_a_project_is_not_a_place_for_plugins(site: Path, place: Path, packyard: Packyard) -> None:
    assert packyard("install", "hello", "--registry", site).code == 0
    before = tree(place)
    said = packyard("plugins", ".", "hello", "--registry", site)
    assert (said.code, "packs are installed in this folder" in said.err) == (2, True)
    assert tree(place) == before


def test_a_large_registry_wants_names(
    site: Path, place: Path, packyard: Packyard, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(plugins, "MOST", 2)
    said = packyard("plugins", "market", "--registry", site)
    assert (said.code, "name those that you want" in said.err) == (2, True)


def test_nothing_is_written_of_what_nobody_signed(site: Path, place: Path, packyard: Packyard, tmp_path: Path) -> None:
    lying = shutil.copytree(site, tmp_path / "lying")
    tarball = lying / "packs/hello/1.1.0/hello-1.1.0.tar.gz"
    tarball.write_bytes(tarball.read_bytes()[:-1] + b"x")
    said = packyard("plugins", "market", "hello", "--registry", lying)
    assert said.code not in (0, 2)
    assert not (place / "market").exists()


@pytest.mark.parametrize("kind", PLACES)
def test_from_every_kind_of_place(kind: str, site: Path, place: Path, packyard: Packyard, tmp_path: Path) -> None:
    with served(kind, site, tmp_path / "work") as address:
        said = packyard("plugins", "market", "hello", "--registry", address)
    assert said.code == 0, said.err
    assert names(place / "market") == ["hello"]
