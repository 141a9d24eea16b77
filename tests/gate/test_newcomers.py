"""Names of new packs, publishers and organisations in change sets: what they may resemble, and whose that is."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from packyard.edges.judging import judge_refs
from tests.gate.examples_submission import yard
from tests.hostile.bed import Bed
from tests.registry import TestRegistry

NAMES = {
    "name-reserved",
    "name-device",
    "name-same",
    "name-similar",
    "name-scope",
    "publisher-name",
    "publisher-account",
}
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

    place = "registry-src/publishers/a1ice.yaml"
    assert judged(good, base, publisher) == {("name-same", place), ("publisher-name", place)}
    assert judged(good, base, org) == {("name-similar", "registry-src/orgs/acmee.yaml")}
    assert judged(good, base, own_org) == set()


@pytest.mark.parametrize("role", ["owner", "admin"])
def test_to_be_named_in_an_organisation_is_not_to_found_it(good: TestRegistry, base: str, role: str) -> None:
    def org(name: str, by: str) -> set[tuple[str, str]]:
        members = {"bob": "owner", "alice": role}
        return judged(good, base, lambda registry: registry.org(name, members, by))

    assert org("alice", "bob") == {("name-scope", "registry-src/orgs/alice.yaml")}
    assert org("acmee", "bob") == {("name-similar", "registry-src/orgs/acmee.yaml")}
    if role == "owner":
        assert org("alice", "alice") == set()
        assert org("acmee", "alice") == set()


#: Names in letters and digits that look like others, and one with a character that nobody sees.
DECEITS = (
    "\u0421\u0430rol",
    "Caro1",
    "\u0391nthropic",
    "ANTHR0PIC",
    "\u0421\u0410R\u041eL",
    "\u0412\u041e\u0412",
    "B0b",
    "8ob",
    "Anthr\xf3pic, Inc.",
    "Anth\xadropic, Inc.",
    "G1tHub",
    "Git Hub",
    "Gernini",
    "\U0001d402arol",
    "\uff22\uff4f\uff42",
    "b_o_b",
    "B\xf8b",
)


@pytest.mark.parametrize("name", ["Bob", "BOB!", "Bób", "Anthropic, Inc.", "The GitHub team", "Carol", *DECEITS])
def test_a_name_to_be_read_that_is_somebody_elses(good: TestRegistry, base: str, name: str) -> None:
    found = judged(
        good, base, lambda registry: registry.revise(registry.publishers["alice"]._replace(name=name), "alice")
    )
    assert found == {("publisher-name", "registry-src/publishers/alice.yaml")}


#: In one alphabet or several, but each word in one; with digits; of signs alone.
OWN = (
    "A1ice",
    "Вова",
    "Σωκράτης",
    "Alice (Алиса)",
    "Ёлка и Co",
    "李 Li",
    "Robert 3",
    "Bj\xf6rn Łukasz",
    "!!!",
    "\U0001f407",
)


@pytest.mark.parametrize("name", ["Alice", "alice", "Alice Example", "Bobby", "ACME", "Алиса", "Ali Ce", *OWN])
def test_a_name_of_ones_own(good: TestRegistry, base: str, name: str) -> None:
    change = good.publishers["alice"]._replace(name=name)
    assert judged(good, base, lambda registry: registry.revise(change, "alice")) == set()


@pytest.mark.parametrize("name", ["\u0430bacus", "Ma\u03c7", "Ann \u041aate", "p\u0451ter"])
def test_a_word_in_two_alphabets(good: TestRegistry, base: str, name: str) -> None:
    change = good.publishers["alice"]._replace(name=name)
    found = judged(good, base, lambda registry: registry.revise(change, "alice"))
    assert found == {("publisher-name", "registry-src/publishers/alice.yaml")}


def test_names_of_signs_alone_are_nobodys(good: TestRegistry, base: str) -> None:
    def both(registry: TestRegistry) -> None:
        registry.revise(registry.publishers["alice"]._replace(name="!!!"), "alice")
        registry.revise(registry.publishers["bob"]._replace(name="???"), "bob")

    assert judged(good, base, both) == set()


@pytest.mark.parametrize(("old", "new", "told"), [("", "bob", True), ("alice-b", "", True), ("alice", "Alice", False)])
def test_another_account(good: TestRegistry, base: str, old: str, new: str, told: bool) -> None:
    def twice(registry: TestRegistry) -> None:
        registry.revise(registry.publishers["alice"]._replace(github=old), "alice")
        before.append(registry.commit("An account"))
        registry.revise(registry.publishers["alice"]._replace(github=new, name="Alice B."), "alice")

    before: list[str] = []
    Bed(good).move(base)
    attempt = Bed(good)
    twice(attempt)
    attempt.commit()
    found = judge_refs(attempt.path, before[0], "main", attempt.time).findings
    assert ("publisher-account" in {each.problem.code for each in found}) == told
