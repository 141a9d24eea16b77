"""Every hostile registry that a build refuses, as a change set: the gate rejects it, one commit for the same reason.

Of several commits the gate may see another reason first, since it judges what merging the last one would do; then the
last one alone, as a change to those before it, is rejected for the same.
"""

from __future__ import annotations

from pathlib import Path

import pygit2
import pytest

from packyard.edges.judging import judge_refs
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


def blockers(repo: Path, base: str, now: int) -> set[tuple[str, str]]:
    """(code, place) of what the gate rejects the change set for; of single commits that others mend, the code alone."""
    verdict = judge_refs(repo, base, "main", now)
    assert verdict.outcome == "reject"
    problems = [finding.problem for finding in verdict.findings if finding.outcome == "block"]
    mended = {(each.found.partition(":")[0], each.path) for each in problems if each.code == "history-mended"}
    return mended | {(problem.code, problem.path) for problem in problems}


@pytest.mark.parametrize("case", sampled(CASES, lambda case: case.name, 3))
def test_rejected(good: TestRegistry, base: str, case: Case) -> None:
    Bed(good).move(base)
    attempt = Bed(good)
    case.tamper(attempt)
    attempt.finish()
    wanted = {(code, f"registry-src/{path}" if path else "") for code, path in case.expected}
    found = blockers(attempt.path, base, attempt.time)
    if not wanted <= found and "limit-lowered" not in {code for code, _ in found}:
        before = str(attempt.repo.head.peel(pygit2.Commit).parent_ids[0])
        assert before != base
        assert wanted <= blockers(attempt.path, before, attempt.time)
