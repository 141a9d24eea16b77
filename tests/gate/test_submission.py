"""The rules about a change set as a whole, on real repositories; and the plain honest ones that are accepted."""

from __future__ import annotations

import pytest

from packyard.edges.judging import judge_refs
from packyard.gate.values import Verdict
from packyard.rules.table import rule
from packyard.rules.texts import submission
from tests.gate.examples_submission import EXAMPLES, Change, yard
from tests.hostile.bed import Bed
from tests.registry import TestRegistry


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> TestRegistry:
    """The one registry of this module."""
    return yard(tmp_path_factory.mktemp("gate") / "repo")


@pytest.fixture(scope="module")
def base(good: TestRegistry) -> str:
    """The commit that every change set is proposed to."""
    return str(good.repo.head.target)


def judged(good: TestRegistry, base: str, change: Change) -> Verdict:
    """The verdict on a change set."""
    Bed(good).move(base)
    attempt = Bed(good)
    change(attempt)
    if (attempt.files, attempt.modes) != attempt._saved:
        attempt.commit()
    return judge_refs(attempt.path, base, "main", attempt.time)


def codes(verdict: Verdict) -> set[str]:
    """The codes of the findings."""
    return {finding.problem.code for finding in verdict.findings}


@pytest.mark.parametrize("code", EXAMPLES)
def test_what_passes_and_what_fails(good: TestRegistry, base: str, code: str) -> None:
    passes, fails = EXAMPLES[code]
    assert code not in codes(judged(good, base, passes))
    found = judged(good, base, fails)
    assert code in codes(found)
    assert {finding.outcome for finding in found.findings if finding.problem.code == code} == {rule(code).outcome}


def test_every_rule_has_examples() -> None:
    adjustable = {each.code for each in submission.RULES if each.adjustable}
    assert adjustable <= EXAMPLES.keys()


def test_versions_of_one_change_set_follow_each_other(good: TestRegistry, base: str) -> None:
    def several(registry: TestRegistry) -> None:
        registry.version("hello", "1.1.1", "alice")
        registry.version("hello", "1.2.0", "alice", files={"rules/two.md": b"Be kind.\n"})
        registry.version("hello", "1.2.1", "alice")

    first, second, third = judged(good, base, several).releases
    assert [each.before_version for each in (first, second, third)] == ["1.1.0", "1.1.1", "1.2.0"]
    assert first.before is not None
    assert first.before.path == "registry-src/packs/he/hello/1.1.0"
    assert second.before == first.content
    assert third.before == second.content
