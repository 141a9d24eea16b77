"""Change sets of strangers: what harms is refused or shown to a person for the right reason, what is honest is not."""

from __future__ import annotations

import pytest

from packyard.edges.judging import judge_refs
from packyard.gate.values import Verdict
from tests.gate.redteam import (
    bed,
    honest,
    honest_content,
    hostile_content,
    hostile_hidden,
    hostile_names,
    hostile_numbers,
    hostile_people,
    hostile_running,
    hostile_scope,
    hostile_secrets,
    hostile_statements,
    hostile_time,
)
from tests.gate.redteam.bed import CASES, Attempt, Case
from tests.registry import TestRegistry
from tests.tools import sampled

TABLES = (
    honest,
    honest_content,
    hostile_content,
    hostile_hidden,
    hostile_names,
    hostile_numbers,
    hostile_people,
    hostile_running,
    hostile_scope,
    hostile_secrets,
    hostile_statements,
    hostile_time,
)
_OUTCOMES = {"reject": "block", "review": "review", "accept": "note"}


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> TestRegistry:
    """The one registry of this module."""
    return bed.yard(tmp_path_factory.mktemp("redteam") / "repo")


@pytest.fixture(scope="module")
def base(good: TestRegistry) -> str:
    """The commit that every change set is proposed to."""
    return str(good.repo.head.target)


def judged(good: TestRegistry, base: str, case: Case) -> Verdict:
    """The verdict on a change set."""
    Attempt(good).move(base)
    attempt = Attempt(good)
    case.change(attempt)
    attempt.finish()
    return judge_refs(attempt.path, attempt.base, "main", max(attempt.time, good.time))


@pytest.mark.parametrize("case", sampled(CASES.values(), lambda case: case.name, 4))
def test_redteam(good: TestRegistry, base: str, case: Case) -> None:
    verdict = judged(good, base, case)
    found = {(finding.outcome, finding.problem.code) for finding in verdict.findings}
    assert verdict.outcome == case.outcome, found
    expected = {(_OUTCOMES[case.outcome], code) for code in case.codes}
    assert found <= expected if case.outcome == "accept" else expected <= found
