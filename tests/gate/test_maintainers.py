"""Change sets of maintainers: trust files, reserved names, settings. What a build or the next check could not read is
refused; all the rest is for a person.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from packyard.edges.judging import judge_refs
from tests.gate.examples_submission import yard
from tests.hostile.bed import Bed
from tests.registry import TestRegistry

Change = Callable[[TestRegistry], object]


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> TestRegistry:
    """The one registry of this module, which has one trust file."""
    return yard(tmp_path_factory.mktemp("maintainers") / "repo")


@pytest.fixture(scope="module")
def base(good: TestRegistry) -> str:
    """The commit that every change set is proposed to."""
    return str(good.repo.head.target)


def judged(good: TestRegistry, base: str, change: Change) -> tuple[str, set[tuple[str, str]]]:
    """The outcome, and (outcome, code) of what is found."""
    Bed(good).move(base)
    attempt = Bed(good)
    change(attempt)
    attempt.commit()
    verdict = judge_refs(attempt.path, base, "main", attempt.time)
    return verdict.outcome, {(finding.outcome, finding.problem.code) for finding in verdict.findings}


def rotate(registry: TestRegistry) -> None:
    """The second trust file: other roots, signed by enough of the old and of the new ones."""
    registry.trust(("root-4", "root-5"), 2, 2, ("root-1", "root-2", "root-4", "root-5"))


def test_a_rotation_is_for_a_person(good: TestRegistry, base: str) -> None:
    assert judged(good, base, rotate) == ("review", {("review", "scope-settings")})


def test_new_roots_speak_at_once_and_old_ones_no_more(good: TestRegistry, base: str) -> None:
    def recover(by: tuple[str, str]) -> Change:
        def change(registry: TestRegistry) -> None:
            rotate(registry)
            registry.statement("recover", "lonely", by, to="bob")

        return change

    mixed = ("block", "scope-mixed")
    assert judged(good, base, recover(("root-4", "root-5")))[1] == {mixed, ("review", "owner-recovered")}
    assert ("block", "key-unknown") in judged(good, base, recover(("root-1", "root-2")))[1]


def _too_few(registry: TestRegistry) -> None:
    registry.trust(("root-4", "root-5"), 2, 2, ("root-1", "root-4", "root-5"))


def _no_old_root(registry: TestRegistry) -> None:
    registry.trust(("root-4", "root-5"), 2, 2, ("root-4", "root-5"))


def _gap(registry: TestRegistry) -> None:
    rotate(registry)
    for name in [name for name in registry.files if name.startswith("trust/2.json")]:
        registry.files[name.replace("2.json", "3.json")] = registry.files.pop(name)


def _changed(registry: TestRegistry) -> None:
    registry.files["trust/1.json"] += b"\n"


def _removed(registry: TestRegistry) -> None:
    for name in [name for name in registry.files if name.startswith("trust/")]:
        del registry.files[name]


def _stray(registry: TestRegistry) -> None:
    registry.files["trust/latest.json"] = registry.files["trust/1.json"]


def _folder(registry: TestRegistry) -> None:
    registry.files["trust/old/1.json"] = registry.files["trust/1.json"]


def _later_signature(registry: TestRegistry) -> None:
    rotate(registry)
    signature = next(name for name in registry.files if name.startswith("trust/2.json."))
    registry.files["trust/2.json.0123456789ABCDEF.minisig"] = registry.files[signature]


def _signature_of_nothing(registry: TestRegistry) -> None:
    registry.files["trust/2.json.0123456789ABCDEF.minisig"] = b"untrusted comment: x\n"


def _reserved(registry: TestRegistry) -> None:
    registry.files["reserved-names.txt"] += b"Not A Name\n"


def _reserved_large(registry: TestRegistry) -> None:
    registry.files["reserved-names.txt"] = b"# no name\n" * 200_000


def _lowered_behind_many(registry: TestRegistry) -> None:
    for number in range(300):
        registry.files[f"advisories/PY-2026-{number:04}.json"] = b"{}\n"
    registry.settings(limits={"files": 2})


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (_too_few, "trust-unsigned"),
        (_no_old_root, "trust-unsigned"),
        (_gap, "trust-invalid"),
        (_changed, "immutable-changed"),
        (_removed, "immutable-changed"),
        (_stray, "path-unknown"),
        (_folder, "path-unknown"),
        (_later_signature, "key-unknown"),
        (_signature_of_nothing, "path-unknown"),
        (_reserved, "name-invalid"),
        (_reserved_large, "too-large"),
        (_lowered_behind_many, "limit-lowered"),
    ],
)
def test_what_would_break_the_registry_is_refused(good: TestRegistry, base: str, change: Change, code: str) -> None:
    outcome, found = judged(good, base, change)
    assert outcome == "reject"
    assert ("block", code) in found


def test_more_reserved_names_are_for_a_person(good: TestRegistry, base: str) -> None:
    def more(registry: TestRegistry) -> None:
        registry.files["reserved-names.txt"] += b"figurehead\n"

    assert judged(good, base, more) == ("review", {("review", "scope-settings")})
