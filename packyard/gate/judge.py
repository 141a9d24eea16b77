"""The verdict: every check is run, every finding gets its outcome, and nothing that should have run is passed over.

What a code leads to is said by the rule table; a registry's settings adjust the rules of the gate, and no other. A
check that breaks off is a finding itself, which blocks: "could not decide" is never "yes".
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Protocol, TypeVar

from packyard.errors import PackyardError, Problem
from packyard.gate.building import judge_build
from packyard.gate.proposal import Case, CaseCheck, Proposal
from packyard.gate.summary import changes_of
from packyard.gate.values import Candidate, ContentCheck, Finding, Verdict
from packyard.history import SOURCE
from packyard.rules.table import outcome

_About_contra = TypeVar("_About_contra", contravariant=True)

#: The most bytes of new versions, and of those that they follow, that are looked at in one change set.
CONTENT_LIMIT = 64_000_000
ORDER = ("block", "review", "note")
_VERDICTS = {"block": "reject", "review": "review"}


def judge(
    case: Case, replay: Proposal | None, case_checks: Iterable[CaseCheck], content_checks: Iterable[ContentCheck]
) -> Verdict:
    """The verdict on a change set. `replay` is the same as single commits, if that makes a difference."""
    rules, judged, proposal = case.world.registry.rules, case.judged, case.proposal
    problems, ran = [*judged.notes, *_mended(case, replay)], list[tuple[str, bool]]()
    for check in case_checks:
        found, whole = _run(check, case, "")
        problems += found
        ran.append((check.name, whole))
    left = CONTENT_LIMIT
    for candidate in judged.candidates:
        left -= _size(candidate)
        if left < 0:
            problems.append(_too_much(judged.candidates))
            ran.append(("content of all versions", False))
            break
        found, done = _judge_content(candidate, content_checks)
        problems += found
        ran += done
    refused = (Finding(problem, "block") for problem in judged.problems)
    findings = in_order((*refused, *find(problems, rules)))
    return Verdict(
        proposal.base.id,
        proposal.head.id,
        outcome_of(findings),
        findings,
        judged.candidates,
        changes_of(case),
        tuple(ran),
    )


def _size(candidate: Candidate) -> int:
    contents = (candidate.content, candidate.before)
    return sum(len(data) for content in contents if content for data in content.files.values())


def _too_much(candidates: Iterable[Candidate]) -> Problem:
    found = f"{sum(map(_size, candidates))} bytes, with the versions that they follow"
    message, hint = "the new versions are too much to look at in one change set", "submit them in several change sets"
    return Problem("rule-not-run", SOURCE, message, 0, f"at most {CONTENT_LIMIT} bytes", found, hint)


def judge_content(
    candidate: Candidate, rules: Mapping[str, str], checks: Iterable[ContentCheck]
) -> tuple[Finding, ...]:
    """What the content checks say of one version, with outcomes as `rules` adjust them."""
    return find(_judge_content(candidate, checks)[0], rules)


def find(problems: Iterable[Problem], rules: Mapping[str, str]) -> tuple[Finding, ...]:
    """The problems with their outcomes, each once, by outcome, path and line."""
    return in_order(Finding(problem, outcome(problem.code, rules)) for problem in problems)


def in_order(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Each finding once, by outcome, path and line."""
    return tuple(sorted(set(findings), key=_place))


def _place(finding: Finding) -> tuple[int, str, int, Problem]:
    return ORDER.index(finding.outcome), finding.problem.path, finding.problem.line, finding.problem


def outcome_of(findings: Iterable[Finding]) -> str:
    """`accept`, `review` or `reject`."""
    worst = min((ORDER.index(finding.outcome) for finding in findings), default=len(ORDER) - 1)
    return _VERDICTS.get(ORDER[worst], "accept")


def _judge_content(
    candidate: Candidate, checks: Iterable[ContentCheck]
) -> tuple[list[Problem], list[tuple[str, bool]]]:
    problems, ran = list[Problem](), list[tuple[str, bool]]()
    for check in checks:
        found, whole = _run(check, candidate, candidate.content.path)
        problems += found
        ran.append((f"{check.name} of {candidate.name} {candidate.version}", whole))
    return problems, ran


class _Check(Protocol[_About_contra]):
    """What both kinds of checks are."""

    @property
    def name(self) -> str: ...
    @property
    def codes(self) -> tuple[str, ...]: ...
    @property
    def run(self) -> Callable[[_About_contra], Iterable[Problem]]: ...


def _run(check: _Check[_About_contra], about: _About_contra, path: str) -> tuple[list[Problem], bool]:
    """What a check gives, and whether it ran to its end and gave only codes that it may give."""
    try:
        found = list(check.run(about))
    except PackyardError:
        raise
    except Exception as error:
        return [_not_run(check.name, path, f"{type(error).__name__}: {error}")], False
    strange = sorted({problem.code for problem in found} - set(check.codes))
    if strange:
        return [*found, _not_run(check.name, path, f"it gave {', '.join(strange)}")], False
    return found, True


def _not_run(name: str, path: str, found: str) -> Problem:
    return Problem("rule-not-run", path, f"the check `{name}` did not run to its end", found=found[:200])


def _mended(case: Case, replay: Proposal | None) -> list[Problem]:
    """One problem when single commits have problems that the whole has not."""
    if replay is None or case.judged.problems:
        return []
    wrong = judge_build(replay, case.world, case.source).problems
    if not wrong:
        return []
    return [
        Problem(
            "history-mended",
            wrong[0].path,
            "one of its commits, taken by itself, is refused: a later one mends it",
            found=f"{wrong[0].code}: {wrong[0].message}",
            help=f"make one commit of it: git reset --soft {replay.base.id[:12]} && git commit",
        )
    ]
