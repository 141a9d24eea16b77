"""A site with all formats, carried: audited, mirrored, put into kits, deployed, and one that loses a pack's version."""

from __future__ import annotations

import shutil
import time
from pathlib import Path

import pytest

from packyard.audit import audit
from packyard.edges.mirror_source import open_source
from packyard.edges.mirroring import sync
from packyard.edges.store import FolderSite
from packyard.formats import foreign
from packyard.mirror.values import Terms
from tests.dialects import sample
from tests.dialects.belonging import BELONGS
from tests.kit.conftest import export, imported
from tests.mirror.bed import same
from tests.published import load
from tests.sites import built
from tests.test_lifecycle import secret_text


@pytest.fixture(scope="module")
def states(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The site as it was, and with a version more and one that is withdrawn."""
    folder = tmp_path_factory.mktemp("carried")
    keys = {f"PACKYARD_{role}_KEY": secret_text(role.lower()) for role in ("SNAPSHOT", "LOG", "ATTEST")}
    made = sample.registry(folder / "repo")
    built(made.path, folder / "site", environ=keys, new_log=True)
    shutil.copytree(folder / "site", folder / "before")
    made.version("@acme/hello", "0.4.0", "bob", {"commands/more.md": b"---\ndescription: More\n---\n\nMore.\n"})
    made.statement("withdraw", "active", "bob", version="1.0.0", reason="it was a mistake")
    made.commit("One more, one less")
    built(made.path, folder / "site", environ=keys)
    return folder / "before", folder / "site"


def test_an_audit_finds_nothing(states: tuple[Path, Path]) -> None:
    for site in states:
        assert audit(FolderSite(site), None, int(time.time())).problems == ()


def test_what_is_withdrawn_is_in_no_format(states: tuple[Path, Path]) -> None:
    before, after = (
        [path for path in load(site) if any(belongs(path) for belongs in BELONGS.values()) and "active" in path]
        for site in states
    )
    assert any(path.endswith(".tgz") for path in before)
    assert not [path for path in after if path.endswith((".tgz", ".zip", "/download", ".oripk"))]
    assert not [path for path in after if "/.well-known/" in path and not path.endswith("index.json")]


def test_a_mirror_follows(states: tuple[Path, Path], tmp_path: Path) -> None:
    for site in states:
        sync(open_source(str(site)), tmp_path / "mirror", Terms(int(time.time())))
        assert same(tmp_path / "mirror", load(site))


def test_kits_bring_all_of_it_and_what_changed(states: tuple[Path, Path], tmp_path: Path) -> None:
    before, after = states
    export(before, tmp_path / "full.tar")
    imported(tmp_path / "full.tar", tmp_path / "copy")
    assert load(tmp_path / "copy") == load(before)
    export(after, tmp_path / "delta.tar", profile="delta", bases=(str(tmp_path / "full.tar"),))
    imported(tmp_path / "delta.tar", tmp_path / "copy")
    assert load(tmp_path / "copy") == load(after)


@pytest.mark.slow
def test_one_version_more_changes_its_own_files_and_lists_with_an_end(states: tuple[Path, Path]) -> None:
    """Of other packs, only those of which others say something new."""
    before, after = map(load, states)
    changed = [path for path in after if before.get(path) != after[path] and path.startswith(foreign.FOLDERS)]
    packs = {foreign.place_of(path).pack for path in changed} - {""}
    assert packs == {"@acme/hello", "active"}
