"""Judging a change set in a repository: two commits in, a verdict out."""

from __future__ import annotations

import time
from pathlib import Path

from packyard.edges.base import Base
from packyard.edges.git import Repository
from packyard.edges.opening import source_tree
from packyard.edges.proposing import proposed, replayed
from packyard.gate.judge import judge
from packyard.gate.table import CASE_CHECKS, CONTENT_CHECKS
from packyard.gate.values import Verdict


def judge_refs(repo: Path, base: str, head: str, now: int | None = None) -> Verdict:
    """The verdict on what merging `head` into `base` would do, by the settings and the history of `base`.

    `now` is when the merge would happen, in seconds; the clock says when it is not given. Nothing is written into the
    repository. Raises `WorldError` when one of the two cannot be read, `ProblemsFound` when the base itself is broken.
    """
    repository = Repository(repo)
    at = repository.resolve(base)
    source_tree(repository, at)
    world = Base(repository, at)
    with proposed(world, repository.resolve(head), int(time.time()) if now is None else now) as (source, proposal):
        replay = replayed(world, source, proposal)
        return judge(proposal, replay, world, source, CASE_CHECKS, CONTENT_CHECKS)
