"""What is told of a dependency that goes on elsewhere, or not at all; and of a publisher whom nobody can change."""

from __future__ import annotations

from pathlib import Path

import pytest

from packyard.edges.judging import judge_refs
from packyard.errors import Problem
from tests.gate.examples_submission import Change, yard
from tests.registry import TestRegistry


@pytest.fixture
def registry(tmp_path: Path) -> TestRegistry:
    """The registry that change sets are proposed to."""
    return yard(tmp_path / "repo")


def told(registry: TestRegistry, code: str, change: Change) -> list[Problem]:
    """The problems of one code that a change set has."""
    base = str(registry.repo.head.target)
    change(registry)
    registry.commit("Propose")
    verdict = judge_refs(registry.path, base, "main", registry.time)
    return [finding.problem for finding in verdict.findings if finding.problem.code == code]


def _needs_lonely(registry: TestRegistry) -> None:
    registry.version("hello", "1.1.1", "alice", manifest={"dependencies": ["lonely"]})


def test_a_renamed_dependency_is_told_with_its_new_name(registry: TestRegistry) -> None:
    registry.statement("rename", "lonely", "alice", to="greetings")
    registry.commit("Rename lonely")
    (found,) = told(registry, "dependency-deprecated", _needs_lonely)
    assert (found.message, found.expected) == ("lonely goes on under another name", "greetings")
    assert found.help == "depend on greetings"


def test_an_archived_dependency_is_told(registry: TestRegistry) -> None:
    registry.statement("archive", "lonely", "alice", reason="Everybody has company now")
    registry.commit("Archive lonely")
    (found,) = told(registry, "dependency-deprecated", _needs_lonely)
    assert (found.message, found.found) == (
        "lonely is archived: nothing new will come",
        "Everybody has company now",
    )


def test_a_publisher_without_a_key_for_their_file_is_locked(registry: TestRegistry) -> None:
    def drops(registry: TestRegistry) -> None:
        alice = registry.publishers["alice"]
        registry.revise(alice._replace(keys=(alice.keys[0]._replace(scopes=("publish",)),)), "alice")

    (found,) = told(registry, "publisher-locked", drops)
    assert found.path.endswith("publishers/alice.yaml")
    assert found.expected == "a key with the scope admin"


def test_whoever_can_change_their_file_is_not_locked(registry: TestRegistry) -> None:
    assert told(registry, "publisher-locked", lambda each: each.publisher("dora")) == []
