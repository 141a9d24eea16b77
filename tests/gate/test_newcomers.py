"""Names of new packs, publishers and organisations in change sets: what they may resemble, and whose that is."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from packyard.edges.judging import judge_refs
from tests.gate.examples_submission import yard
from tests.hostile.bed import Bed
from tests.registry import TestRegistry

NAMES = {"name-reserved", "name-device", "name-same", "name-similar", "name-scope", "publisher-name"}
Change = Callable[[TestRegistry], object]


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> TestRegistry:
    """The one registry of this module."""
    return yard(tmp_path_factory.mktemp("newcomers") / "repo")


@pytest.fixture(scope="module")
def base(good: TestRegistry) -> str:
    """The commit that every change set is proposed to."""
    return str(good.repo.head.target)


def judged(good: TestRegistry, base: str, change: Change) -> set[tuple[str, str]]:
    """(code, place) of what is said about names, those that people read included."""
    Bed(good).move(base)
    attempt = Bed(good)
    change(attempt)
    attempt.commit()
    found = judge_refs(attempt.path, base, "main", attempt.time).findings
    return {(finding.problem.code, finding.problem.path) for finding in found if finding.problem.code in NAMES}


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("greetngs", "name-similar"),
        ("lonley", "name-similar"),
        ("claude", "name-reserved"),
        ("mascot", "name-reserved"),
        ("acme-tools", "name-scope"),
        ("aux", "name-device"),
        ("l0nely", "name-same"),
    ],
)
def test_a_new_pack_that_looks_like_anothers(good: TestRegistry, base: str, name: str, code: str) -> None:
    found = judged(good, base, lambda registry: registry.version(name, "1.0.0", "carol"))
    assert code in {code for code, _ in found}
    assert {place for _, place in found} == {f"registry-src/packs/{name[:2]}/{name}/1.0.0"}


@pytest.mark.parametrize(
    ("name", "signer"), [("lonley", "alice"), ("greetngs", "alice"), ("acme-toolbox", "alice"), ("walnut", "bob")]
)
def test_nobodys_own_packs_stand_in_the_way(good: TestRegistry, base: str, name: str, signer: str) -> None:
    assert judged(good, base, lambda registry: registry.version(name, "1.0.0", signer)) == set()


def test_a_co_owner_counts_as_owner(good: TestRegistry, base: str) -> None:
    assert judged(good, base, lambda registry: registry.version("greetngs", "1.0.0", "bob")) == set()
    assert judged(good, base, lambda registry: registry.version("greetngs", "1.0.0", "carol"))


def test_only_what_is_new_is_asked_for(good: TestRegistry, base: str) -> None:
    def update(registry: TestRegistry) -> None:
        registry.version("lonley", "1.0.0", "alice")
        registry.commit("The look-alike of her own")
        registry.version("lonley", "1.1.0", "alice")

    assert judged(good, base, update) == set()


def test_names_that_come_together_are_compared(good: TestRegistry, base: str) -> None:
    def both(registry: TestRegistry) -> None:
        registry.version("walnut", "1.0.0", "alice")
        registry.version("wallnut", "1.0.0", "bob")

    def own(registry: TestRegistry) -> None:
        registry.version("walnut", "1.0.0", "bob")
        registry.version("wallnut", "1.0.0", "bob")

    assert judged(good, base, both) == {("name-similar", "registry-src/packs/wa/walnut/1.0.0")}
    assert judged(good, base, own) == set()


def test_new_people(good: TestRegistry, base: str) -> None:
    def publisher(registry: TestRegistry) -> None:
        registry.publisher("a1ice")

    def org(registry: TestRegistry) -> None:
        registry.org("acmee", {"bob": "owner"}, "bob")

    def own_org(registry: TestRegistry) -> None:
        registry.org("alice", {"alice": "owner"}, "alice")

    assert judged(good, base, publisher) == {("name-same", "registry-src/publishers/a1ice.yaml")}
    assert judged(good, base, org) == {("name-similar", "registry-src/orgs/acmee.yaml")}
    assert judged(good, base, own_org) == set()


@pytest.mark.parametrize("name", ["Bob", "BOB!", "Bób", "Anthropic, Inc.", "The GitHub team", "Carol"])
def test_a_name_to_be_read_that_is_somebody_elses(good: TestRegistry, base: str, name: str) -> None:
    found = judged(
        good, base, lambda registry: registry.revise(registry.publishers["alice"]._replace(name=name), "alice")
    )
    assert found == {("publisher-name", "registry-src/publishers/alice.yaml")}


@pytest.mark.parametrize("name", ["Alice", "alice", "Alice Example", "Bobby", "ACME", "Алиса", "Ali Ce"])
def test_a_name_of_ones_own(good: TestRegistry, base: str, name: str) -> None:
    change = good.publishers["alice"]._replace(name=name)
    assert judged(good, base, lambda registry: registry.revise(change, "alice")) == set()
