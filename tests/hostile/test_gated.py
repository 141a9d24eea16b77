"""Stories that a build alone could not refuse, or not in time: what the gate says when they are proposed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from packyard.catalogue import RECOVERY_WAIT
from packyard.edges.judging import judge_refs
from packyard.gate.values import Verdict
from tests.hostile.bed import DAY, Bed, good
from tests.hostile.owners import ROOTS
from tests.registry import TestRegistry

Step = Callable[[Bed], object]


class Attack(NamedTuple):
    """What was merged before, what is proposed, the code that must lead to the rejection, and how much later than its
    commit it is judged, in seconds.
    """

    before: Step
    proposed: Step
    code: str
    later: int = 0


def _nothing(bed: Bed) -> None:
    pass


def _two(bed: Bed) -> None:
    bed.version("two", "1.0.0", "alice")


def _recover(bed: Bed) -> None:
    bed.statement("recover", "hello", ROOTS, to="bob")


def _left(bed: Bed) -> None:
    """Bob was a member of acme, and is none any more."""
    bed.org("acme", {"alice": "owner"}, "alice")


def _comes_back(bed: Bed) -> None:
    bed.org("acme", {"alice": "owner", "bob": "member"}, "alice")


def _round(bed: Bed) -> None:
    bed.statement("rename", "hello", "alice", to="two")
    bed.statement("rename", "two", "alice", to="hello")


def _ahead(bed: Bed) -> None:
    bed.time += RECOVERY_WAIT
    bed.version("hello", "1.2.0", "bob")


def _again(bed: Bed) -> None:
    bed.version("hello", "1.0.0", "alice", {"rules/one.md": b"Something else.\n"})


def _renamed(bed: Bed) -> None:
    _two(bed)
    bed.statement("rename", "hello", "alice", to="two")


ATTACKS: dict[str, Attack] = {
    "a-version-withdrawn-that-others-need": Attack(
        _nothing,
        lambda bed: [bed.statement("withdraw", "hello", "alice", version=number) for number in ("1.0.0", "1.1.0")],
        "withdraw-needed",
    ),
    "a-rename-to-a-pack-of-somebody-else": Attack(
        _nothing, lambda bed: bed.statement("rename", "hello", "alice", to="other"), "rename-target"
    ),
    "a-rename-to-a-name-that-nobody-has": Attack(
        _nothing, lambda bed: bed.statement("rename", "hello", "alice", to="greetings"), "rename-astray"
    ),
    "a-rename-round-in-a-circle": Attack(_two, _round, "rename-astray"),
    "an-old-name-taken-by-somebody-else": Attack(
        _renamed, lambda bed: bed.version("hello", "1.2.0", "bob"), "owner-mismatch"
    ),
    "an-old-name-used-again": Attack(_renamed, lambda bed: bed.version("hello", "1.2.0", "alice"), "pack-renamed"),
    "an-old-owner-who-dates-back": Attack(
        _recover, lambda bed: bed.version("hello", "1.2.0", "alice"), "owner-mismatch", RECOVERY_WAIT
    ),
    "a-revoked-key-dated-back": Attack(
        lambda bed: bed.end_key("revoked", "2026-03-02"),
        lambda bed: bed.version("hello", "1.2.0", "alice"),
        "key-not-valid",
        9 * DAY,
    ),
    "a-member-who-left-put-back": Attack(_left, _comes_back, "revision-replayed"),
    "a-member-as-an-owner": Attack(
        _nothing, lambda bed: bed.statement("archive", "@acme/tools", "bob"), "owner-mismatch"
    ),
    "a-withdrawn-number-used-again": Attack(
        lambda bed: bed.statement("withdraw", "hello", "alice", version="1.0.0"), _again, "immutable-changed"
    ),
    "a-recovery-cut-short-by-a-date-to-come": Attack(_recover, _ahead, "commit-future", -RECOVERY_WAIT),
}


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestRegistry]:
    """The one good registry of this module, with root keys."""
    made = good(tmp_path_factory.mktemp("gated") / "repo")
    made.trust()
    made.commit("Root keys")
    yield made


def judged(registry: TestRegistry, before: Step, proposed: Step, later: int = 0) -> Verdict:
    """What the gate says of a proposal after what was merged before it."""
    bed = Bed(registry)
    try:
        before(bed)
        bed.finish()
        base = str(bed.repo.head.target)
        proposed(bed)
        bed.finish()
        return judge_refs(Path(bed.path), base, "main", bed.time + later)
    finally:
        bed.move(bed.base)


@pytest.mark.parametrize("name", ATTACKS)
def test_the_gate_rejects(registry: TestRegistry, name: str) -> None:
    attack = ATTACKS[name]
    verdict = judged(registry, attack.before, attack.proposed, attack.later)
    found = {finding.problem.code for finding in verdict.findings if finding.outcome == "block"}
    assert (verdict.outcome, attack.code in found) == ("reject", True), found
