"""The featured packs of a source tree."""

from __future__ import annotations

from pathlib import Path

from packyard.edges.git import Repository
from packyard.formats.featured import Featured, format_featured
from packyard.rules.featured import CODES, check_featured, file_of
from packyard.rules.table import rule
from tests.registry import TestRegistry


def checked(registry: TestRegistry, text: bytes) -> tuple[list[str], list[str]]:
    """The names of the featured packs, and the problems as `code path:line`."""
    registry.files["featured.yaml"] = text
    registry.commit("Feature")
    repository = Repository(registry.path)
    root = repository.subtree(repository.resolve("main").tree, "registry-src")
    found = check_featured(repository, root)
    problems = [f"{each.code} {each.path}:{each.line}" for each in found.problems]
    return [each.name for each in found.featured], problems


def test_featured_packs_must_be_there(tmp_path: Path) -> None:
    registry = TestRegistry(tmp_path / "repo")
    registry.publisher("alice")
    registry.org("acme", {"alice": "owner"}, "alice")
    registry.version("hello", "1.0.0", "alice")
    registry.version("@acme/tools", "1.0.0", "alice")
    chosen = (Featured("@acme/tools", "Tools."), Featured("hello", "Begin here."))
    assert checked(registry, format_featured(chosen)) == (["@acme/tools", "hello"], [])
    more = (*chosen, Featured("helo", "A slip."), Featured("@acme/none", "None."), Featured("@none/tools", "None."))
    at = "registry-src/featured.yaml"
    assert checked(registry, format_featured(more)) == ([], [f"pack-unknown {at}:{line}" for line in (7, 9, 11)])
    assert checked(registry, b"format: packyard/featured/1\n") == ([], [f"field-missing {at}:1"])
    assert checked(registry, b"[" * 100) == ([], [f"too-deep {at}:1"])


def test_without_the_file_nothing_is_featured(tmp_path: Path) -> None:
    registry = TestRegistry(tmp_path / "repo")
    registry.commit("Open")
    repository = Repository(registry.path)
    root = repository.subtree(repository.resolve("main").tree, "registry-src")
    assert file_of(repository, root) == file_of(repository, "") == ""
    assert check_featured(repository, root) == ((), ())
    assert check_featured(repository, "") == ((), ())


def test_every_code_is_a_rule() -> None:
    assert [rule(code).code for code in CODES] == sorted(CODES)
