"""Judging a change set in a repository: two commits in, a verdict out."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import NamedTuple

from packyard.edges.base import Base
from packyard.edges.git import Repository
from packyard.edges.opening import source_tree
from packyard.edges.proposing import proposed, refused, replayed
from packyard.errors import ProblemsFound, WorldError
from packyard.gate.building import judge_build
from packyard.gate.judge import judge
from packyard.gate.proposal import Case, Proposal
from packyard.gate.table import CASE_CHECKS, CONTENT_CHECKS
from packyard.gate.values import Verdict


class Opened(NamedTuple):
    """A change set that was judged, as long as its objects are at hand."""

    case: Case
    verdict: Verdict


@contextmanager
def opened(repo: Path, base: str, head: str, now: int | None = None) -> Iterator[Opened]:
    """The change set that merging `head` into `base` would be, judged by the settings and the history of `base`.

    `now` is when the merge would happen, in seconds; the clock says when it is not given. Nothing is written into the
    repository. Raises `WorldError` when one of the two cannot be read, `ProblemsFound` when the base itself is broken.
    """
    repository = Repository(repo)
    at = repository.resolve(base)
    source_tree(repository, at)
    world = Base(repository, at)
    tip, when = repository.resolve(head), int(time.time()) if now is None else now
    with ExitStack() as stack:
        try:
            found = _judged(world, *stack.enter_context(proposed(world, tip, when)))
        except (ProblemsFound, WorldError) as error:
            problems = error.problems if isinstance(error, ProblemsFound) else (error.problem,)
            found = _judged(world, repository, refused(world, tip, max(when, at.time), problems))
        yield found


def _judged(world: Base, source: Repository, proposal: Proposal) -> Opened:
    case = Case(proposal, world, source, judge_build(proposal, world, source))
    again = None if case.judged.problems else replayed(world, source, proposal)
    return Opened(case, judge(case, again, CASE_CHECKS, CONTENT_CHECKS))


def newer_base(repo: Path, base: str) -> str:
    """The remote branch that has all of `base` and more, "" when there is none."""
    return Repository(repo).newer(base)


def judge_refs(repo: Path, base: str, head: str, now: int | None = None) -> Verdict:
    """The verdict alone; see `opened`."""
    with opened(repo, base, head, now) as found:
        return found.verdict
