"""Only what is on the main branch is published, unless another branch is named."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from packyard.cli.build import main
from packyard.errors import UsageError
from tests.registry import TestRegistry, small
from tests.sites import built


def proposal(registry: TestRegistry) -> str:
    """A branch with a commit that is not merged, checked out."""
    main = registry.repo.head.target
    registry.version("hello", "9.0.0", "alice")
    commit = registry.commit("Propose")
    registry.repo.references.create("refs/heads/proposal", commit)
    registry.repo.references.create("refs/heads/main", main, force=True)
    registry.repo.set_head("refs/heads/proposal")
    return commit


def test_a_branch_that_is_not_merged_is_not_published(tmp_path: Path) -> None:
    registry, site = small(tmp_path / "repo"), tmp_path / "site"
    built(registry.path, site)
    before = (site / "SNAPSHOT").read_bytes()
    commit = proposal(registry)
    with pytest.raises(UsageError) as caught:
        built(registry.path, site)
    assert caught.value.problem.code == "ref-not-main"
    assert caught.value.problem.found == f"HEAD at {commit[:12]}"
    assert (site / "SNAPSHOT").read_bytes() == before
    registry.repo.set_head(registry.repo.head.target)
    with pytest.raises(UsageError):
        built(registry.path, site)


def test_it_is_when_it_is_named(tmp_path: Path) -> None:
    registry, site = small(tmp_path / "repo"), tmp_path / "site"
    proposal(registry)
    built(registry.path, site, ref="proposal")
    assert (site / "packs/hello/9.0.0").is_dir()


def test_a_detached_head_on_the_main_branch_is_published(tmp_path: Path) -> None:
    registry = small(tmp_path / "repo")
    registry.repo.set_head(registry.repo.head.target)
    built(registry.path, tmp_path / "site")


def test_without_a_main_branch_what_is_checked_out_counts(tmp_path: Path) -> None:
    registry = small(tmp_path / "repo")
    registry.repo.references.create("refs/heads/trunk", registry.repo.head.target)
    registry.repo.set_head("refs/heads/trunk")
    registry.repo.references.delete("refs/heads/main")
    built(registry.path, tmp_path / "site")


def test_from_a_folder_below_the_top_the_same_site_is_built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    registry = small(tmp_path / "repo")
    subprocess.run(["git", "-C", str(registry.path), "reset", "-q", "--hard"], check=True)
    monkeypatch.chdir(registry.path / "registry-src")
    assert main(None, ["--quiet"]) == 0
    assert (registry.path / "site" / "SNAPSHOT").is_file()
    assert not (registry.path / "registry-src" / "site").exists()
