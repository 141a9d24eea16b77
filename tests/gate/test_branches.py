"""Branches as git knows them: what merging, rebasing or forwarding them would do, and not what their last tree says."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pygit2
import pytest

from packyard.edges.judging import judge_refs
from packyard.formats.times import DAY
from packyard.gate import judge
from packyard.gate.values import Verdict
from tests.gate.examples_submission import yard
from tests.hostile.bed import Bed
from tests.registry import ROOTS, TestRegistry


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> TestRegistry:
    """The one registry of this module."""
    return yard(tmp_path_factory.mktemp("branches") / "repo")


@pytest.fixture(scope="module")
def start(good: TestRegistry) -> str:
    """Its last commit."""
    return str(good.repo.head.target)


@pytest.fixture
def bed(good: TestRegistry, start: str) -> Bed:
    """The registry to change."""
    Bed(good).move(start)
    return Bed(good)


def codes(verdict: Verdict) -> set[tuple[str, str]]:
    """(outcome, code) of what was found."""
    return {(finding.outcome, finding.problem.code) for finding in verdict.findings}


def git(path: Path, *arguments: str) -> None:
    """Runs git in a repository."""
    subprocess.run(["git", "-C", str(path), *arguments], check=True, capture_output=True)


def two_merged(bed: Bed, start: str) -> tuple[str, str, str, dict[str, bytes]]:
    """Two versions on branches of their own, merged one after the other: the tips, main, and the second one's files."""
    before = dict(bed.files)
    bed.version("hello", "1.1.1", "alice")
    first, with_first = bed.commit("First"), dict(bed.files)
    bed.move(start)
    bed.files = dict(before)
    bed.version("base", "1.0.1", "alice")
    second, with_second = bed.commit("Second"), dict(bed.files)
    bed.move(start)
    bed.files = dict(with_first)
    main = bed.commit("Merge the first", [start, first])
    bed.files = {**with_first, **with_second}
    main = bed.commit("Merge the second", [main, second])
    return first, second, main, with_second


@pytest.mark.parametrize("turned", [False, True])
def test_what_criss_cross_merges_would_make_is_not_guessed(bed: Bed, start: str, turned: bool) -> None:
    first, second, main, files = two_merged(bed, start)
    bed.files = files
    head = bed.commit("Take the second for all", [first, second] if turned else [second, first])
    bed.move(main)
    assert ("block", "history-crossed") in codes(judge_refs(bed.path, main, head, bed.time))


def test_a_branch_that_was_merged_and_goes_on_is_no_criss_cross(bed: Bed, start: str) -> None:
    before = dict(bed.files)
    bed.version("hello", "1.1.1", "alice")
    first, with_first = bed.commit("First"), dict(bed.files)
    bed.move(start)
    bed.files = dict(before)
    bed.version("base", "1.0.1", "alice")
    bed.commit("Second")
    bed.files = {**bed.files, **with_first}
    main = bed.commit("Merge", [str(bed.repo.head.target), first])
    bed.move(first)
    bed.files = with_first
    bed.version("hello", "1.1.2", "alice")
    head = bed.commit("Go on")
    bed.move(main)
    assert judge_refs(bed.path, main, head, bed.time).outcome == "accept"


def test_trust_that_goes_and_comes_back_is_missed_by_nobody(bed: Bed, start: str) -> None:
    trust = {path: data for path, data in bed.files.items() if path.startswith("trust/")}
    bed.files = {path: data for path, data in bed.files.items() if path not in trust}
    bed.commit("Take it away")
    bed.files.update(trust)
    bed.commit("Put it back")
    verdict = judge_refs(bed.path, start, "main", bed.time)
    assert ("block", "history-mended") in codes(verdict)


def test_what_a_rebase_would_put_on_the_line_is_looked_at(bed: Bed, start: str) -> None:
    folder = bed.version("hello", "1.1.1", "alice")
    bed.commit("Publish")
    bed.files[f"{folder}/rules/one.md"] = b"Be more exact.\n"
    bed.sign(folder, "alice", "hello 1.1.1")
    second, files = bed.commit("Change what was published"), dict(bed.files)
    bed.move(start)
    bed.files = files
    head = bed.commit("Merge", [start, second])
    verdict = judge_refs(bed.path, start, head, bed.time)
    assert verdict.outcome == "reject"
    assert ("block", "history-mended") in codes(verdict)


def test_an_honest_branch_that_took_in_main_is_accepted(bed: Bed, start: str) -> None:
    before = dict(bed.files)
    bed.version("hello", "1.1.1", "alice")
    first, with_first = bed.commit("Mine"), dict(bed.files)
    bed.move(start)
    bed.files = dict(before)
    bed.version("base", "1.0.1", "alice")
    main, with_main = bed.commit("Main goes on"), dict(bed.files)
    bed.files = {**with_first, **with_main}
    head = bed.commit("Take in main", [first, main])
    bed.move(main)
    verdict = judge_refs(bed.path, main, head, bed.time)
    assert verdict.outcome == "accept"
    assert ("note", "merge-forward") in codes(verdict)


def test_a_release_from_before_a_recovery_takes_effect(bed: Bed) -> None:
    bed.statement("recover", "lonely", ROOTS[:2], to="bob")
    bed.commit("Recover")
    effective = bed.repo.head.peel(pygit2.Commit).commit_time + 14 * DAY
    base = str(bed.repo.head.target)
    bed.time = effective - 1800
    bed.version("lonely", "1.0.1", "bob")
    bed.commit("Half an hour too early")
    assert ("block", "history-mended") in codes(judge_refs(bed.path, base, "main", effective + 1800))


def test_a_recovery_is_not_dated_back(bed: Bed, start: str) -> None:
    now = bed.time
    bed.time -= 5 * DAY
    bed.statement("recover", "lonely", ROOTS[:2], to="bob")
    bed.commit("Recover")
    found = {finding.problem.found for finding in judge_refs(bed.path, start, "main", now).findings}
    assert any(text.startswith("recovery-early") for text in found)


@pytest.mark.parametrize("name", ['"@acme\\/tools"', '"@\\u0061cme/tools"'])
def test_a_dependent_that_spells_the_name_otherwise(bed: Bed, name: str) -> None:
    folder = bed.version("other", "0.2.0", "bob")
    manifest = bed.files[f"{folder}/pack.json"]
    bed.files[f"{folder}/pack.json"] = manifest.replace(
        b'"license"', b'"dependencies": {' + name.encode() + b': "^1.0.0"}, "license"'
    )
    bed.sign(folder, "bob", "other 0.2.0")
    base = bed.commit("Needs the tools")
    bed.statement("withdraw", "@acme/tools", "alice", version="1.0.0")
    bed.commit("Withdraw them")
    assert ("block", "withdraw-needed") in codes(judge_refs(bed.path, base, "main", bed.time))


def test_pre_releases_lead_to_their_release(bed: Bed) -> None:
    bed.version("novel", "0.2.0-rc.1", "alice")
    base = bed.commit("Begin")
    for number in ("0.2.0-rc.2", "0.2.0"):
        bed.version("novel", number, "alice")
    bed.commit("Go on")
    assert judge_refs(bed.path, base, "main", bed.time).outcome == "accept"


def test_a_date_before_all_dates_is_a_verdict(bed: Bed, start: str) -> None:
    bed.version("hello", "1.1.1", "alice")
    bed.redate(-5)
    verdict = judge_refs(bed.path, start, "main", DAY * 40_000)
    assert verdict.outcome == "reject"
    assert ("block", "git-unreadable") in codes(verdict)


def test_more_than_can_be_looked_at_is_not_accepted(bed: Bed, start: str, monkeypatch: pytest.MonkeyPatch) -> None:
    bed.version("hello", "1.1.1", "alice")
    bed.version("hello", "1.1.2", "alice")
    bed.commit("Publish")
    assert judge_refs(bed.path, start, "main", bed.time).outcome == "accept"
    monkeypatch.setattr(judge, "CONTENT_LIMIT", 200)
    verdict = judge_refs(bed.path, start, "main", bed.time)
    assert ("block", "rule-not-run") in codes(verdict)
    assert ("content of all versions", False) in verdict.checks
