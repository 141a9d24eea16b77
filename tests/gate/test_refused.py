"""Every hostile registry that a build refuses, as a change set: the gate rejects it, one commit for the same reason.

Of several commits the gate may see another reason first, since it judges what merging the last one would do.
"""

from __future__ import annotations

from pathlib import Path

import pygit2
import pytest

from packyard.edges.judging import judge_refs
from packyard.errors import PackyardError, Problem, ProblemsFound
from tests.hostile import (
    bed,
    folders,
    keys,
    lifecycle,
    manifests,
    orgs,
    owners,
    past,
    places,
    signatures,
    statements,
    sums,
)
from tests.hostile.bed import CASES, Bed, Case
from tests.registry import TestRegistry
from tests.tools import sampled

TABLES = (folders, keys, lifecycle, manifests, orgs, owners, past, places, signatures, statements, sums)


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> TestRegistry:
    """The one good registry of this module."""
    return bed.good(tmp_path_factory.mktemp("hostile") / "repo")


@pytest.fixture(scope="module")
def base(good: TestRegistry) -> str:
    """The commit that every change set is proposed to."""
    return str(good.repo.head.target)


def blockers(repo: Path, base: str, now: int) -> tuple[Problem, ...]:
    """What the gate rejects the change set for."""
    try:
        verdict = judge_refs(repo, base, "main", now)
    except ProblemsFound as error:
        return error.problems
    except PackyardError as error:
        return (error.problem,)
    assert verdict.outcome == "reject"
    return tuple(finding.problem for finding in verdict.findings if finding.outcome == "block")


@pytest.mark.parametrize("case", sampled(CASES, lambda case: case.name, 3))
def test_rejected(good: TestRegistry, base: str, case: Case) -> None:
    Bed(good).move(base)
    attempt = Bed(good)
    case.tamper(attempt)
    attempt.finish()
    found = {(problem.code, problem.path) for problem in blockers(attempt.path, base, attempt.time)}
    wanted = {(code, f"registry-src/{path}" if path else "") for code, path in case.expected}
    several = str(attempt.repo.head.peel(pygit2.Commit).parent_ids[0]) != base
    assert wanted <= found or several or "limit-lowered" in {code for code, _ in found}
