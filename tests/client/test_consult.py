"""Questions to a registry without a network: which rounds they take, and what is answered."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from hashlib import sha256
from typing import NamedTuple

import pytest

from packyard.client.chain import HINT_LIMIT
from packyard.client.consult import GUESSES, Answer, Choose, Question, Step, consult
from packyard.client.wanted import Files, Want, Wanted
from packyard.errors import BadChecksum, NotFound, TrustError, UsageError
from packyard.formats import layout
from packyard.model import Pack
from tests.client.simulated import newest
from tests.client.simulator import Registry, small


class Asked(NamedTuple):
    """An answer, and what was fetched for it in each round."""

    answer: Answer
    rounds: list[tuple[Want, ...]]

    @property
    def paths(self) -> list[str]:
        return [want.path for wants in self.rounds for want in wants]


def ask(
    site: Mapping[str, bytes],
    question: Question,
    kept: Callable[[str, int], bytes | None] = lambda digest, limit: None,
) -> Asked:
    """The answer of a site."""
    files, rounds = Files("https://one.example", kept), list[tuple[Want, ...]]()
    while len(rounds) < 30:
        try:
            return Asked(consult(files, question), rounds)
        except Wanted as wanted:
            rounds.append(wanted.wants)
            found = {want: site.get(want.path) for want in wanted.wants}
            files.take({want: data if data is None else data[want.start :] for want, data in found.items()})
    raise AssertionError("it wants more and more")


def question(registry: Registry, *names: str, choose: Choose = newest, after: Answer | None = None) -> Question:
    state, known = (after.state, after.entries) if after else (None, {})
    return Question(state, known, registry.time, "", names, choose)


def chain(length: int) -> Registry:
    """Packs that each need the next one."""
    registry = Registry()
    registry.publisher("alice")
    for number in range(length):
        needs = {f"pack-{number + 1}": "*"} if number + 1 < length else {}
        registry.version(f"pack-{number}", "1.0.0", "alice", manifest={"dependencies": needs})
    registry.seal()
    return registry


def test_nothing_is_wanted_twice() -> None:
    registry = small()
    asked = ask(registry.site, question(registry, "hello", "@acme/tools", "evil", "hello"))
    assert len(asked.rounds) == 2
    assert len(asked.paths) == len(set(asked.paths))
    assert list(asked.answer.packs) == ["hello", "@acme/tools", "evil"]


def test_the_first_round_asks_for_all_that_can_be_known() -> None:
    registry = small()
    first = ask(registry.site, question(registry, "hello")).rounds[0]
    assert [want.path for want in first] == [
        layout.SNAPSHOT_BUNDLE,
        "trust/1.json",
        "index.sums",
        layout.shard_sums(layout.shard("hello")),
        "packs/hello/files.sums",
        "packs/hello/index.json",
    ]
    assert [want.hint for want in first] == [False, *[True] * 5]


@pytest.mark.parametrize(("length", "rounds"), [(1, 2), (2, 3), (3, 4), (6, 7)])
def test_each_level_of_dependencies_takes_a_round(length: int, rounds: int) -> None:
    asked = ask(chain(length).site, question(chain(length), "pack-0"))
    assert len(asked.answer.opened) == length
    assert len(asked.rounds) == rounds


def test_proofs_and_tarballs_come_in_one_round() -> None:
    """Somebody comes back, and a pack is new to them: the head, the document, and everything else."""
    registry = small()
    before = ask(registry.site, question(registry)).answer
    registry.version("other", "0.2.0", "bob")
    registry.seal()
    asked = ask(registry.site, question(registry, "other", after=before))
    assert len(asked.rounds) == 3
    assert ("other", "0.2.0") in asked.answer.opened


def test_what_is_at_hand_is_not_fetched() -> None:
    registry = small()
    before = ask(registry.site, question(registry, "hello")).answer
    at_hand = {sha256(data).hexdigest(): data for data in registry.site.values()}
    asked = ask(registry.site, question(registry, "hello", after=before), lambda digest, limit: at_hand.get(digest))
    assert asked.paths == [layout.SNAPSHOT_BUNDLE]
    assert asked.answer.opened.keys() == {("hello", "1.1.0")}
    assert asked.answer.state == before.state


def test_packs_that_there_are_not() -> None:
    registry = small()
    answer = ask(registry.site, question(registry, "hullo", "hello")).answer
    assert answer.absent == {"hullo"}

    def choose(packs: Mapping[str, Pack]) -> Step:
        return Step(("hallo", "hello"))

    answer = ask(registry.site, question(registry, choose=choose)).answer
    assert (set(answer.absent), list(answer.packs)) == ({"hallo"}, ["hello"])


@pytest.mark.parametrize(
    ("pin", "code"),
    [(("hello", "9.9.9"), "version-unknown"), (("hallo", "1.0.0"), "pack-unknown"), (("hello", ""), "version-unknown")],
)
def test_versions_that_there_are_not(pin: tuple[str, str], code: str) -> None:
    registry = small()
    with pytest.raises(NotFound) as caught:
        ask(registry.site, question(registry, "hello", choose=lambda packs: Step((), (pin,))))
    assert caught.value.problem.code == code


def test_a_withdrawn_version_is_not_opened() -> None:
    registry = small()
    registry.statement("withdraw", "hello", "alice", version="1.0.0", reason="a secret")
    registry.seal()
    pins = (("hello", "1.0.0"),)
    with pytest.raises(NotFound) as caught:
        ask(registry.site, question(registry, "hello", choose=lambda packs: Step((), pins)))
    assert caught.value.problem.code == "version-withdrawn"
    assert "a secret" in caught.value.problem.message


def test_a_yanked_version_is_opened_for_who_asks_for_it() -> None:
    registry = small()
    pins = (("hello", "1.0.0"),)
    answer = ask(registry.site, question(registry, "hello", choose=lambda packs: Step((), pins))).answer
    assert list(answer.opened) == [("hello", "1.0.0")]


def test_before_the_head_is_proven_only_guesses_are_made() -> None:
    """Their number and their size are bounded, and what is wrong with them is not looked at."""
    registry = small()
    site = dict(registry.site)
    site["packs/hello/index.json"] = b"[" * 100
    files, rounds = Files("x"), 0
    asked = question(registry, "hello", *(f"pack-{number}" for number in range(GUESSES)))
    with pytest.raises(TrustError):
        while True:
            try:
                consult(files, asked)
            except Wanted as wanted:
                rounds += 1
                guesses = [want for want in wanted.wants if want.hint]
                if rounds < 3:
                    assert len(guesses) <= GUESSES
                    assert all(want.limit <= HINT_LIMIT for want in guesses)
                    assert len(wanted.wants) - len(guesses) < 10
                found = {want: site.get(want.path) for want in wanted.wants}
                files.take({want: data for want, data in found.items() if data is None or not want.start})
    assert rounds >= 2


def test_who_chooses_may_fail_at_guesses() -> None:
    """It is not asked again what went wrong until the head is proven; then it counts."""
    registry = small()

    def choose(packs: Mapping[str, Pack]) -> Step:
        raise UsageError("no", "I do not like it")

    with pytest.raises(UsageError):
        ask(registry.site, question(registry, "hello", choose=choose))


def test_a_guess_that_is_too_large_is_fetched_later(monkeypatch: pytest.MonkeyPatch) -> None:
    registry = small()
    monkeypatch.setattr("packyard.client.consult.HINT_LIMIT", 500)
    files = Files("x")
    while True:
        try:
            answer = consult(files, question(registry, "hello"))
            break
        except Wanted as wanted:
            found = {want: registry.site.get(want.path) for want in wanted.wants}
            small_enough = {
                want: data if data is None or len(data) <= want.limit else None for want, data in found.items()
            }
            files.take(small_enough)
    assert answer.opened


def test_a_file_that_is_not_the_one_that_was_wanted_is_not_taken() -> None:
    files, want = Files("https://one.example"), Want("index.sums", 10, "0" * 64)
    with pytest.raises(BadChecksum) as caught:
        files.take({want: b"x"})
    assert caught.value.problem.path == "https://one.example/index.sums"
    assert not files.has(want)


def test_a_file_is_wanted_once_and_by_its_hash() -> None:
    hint, plain, sealed = Want("a", 1, hint=True), Want("a", 2), Want("a", 3, "0" * 64)
    assert Wanted([hint, plain, sealed, plain, hint]).wants == (sealed,)
    assert Wanted([hint, plain]).wants == (plain,)
    assert len(Wanted([plain, Want("a", 2, "", 7), Want("b", 1)]).wants) == 3


def test_what_is_missing_at_its_path_may_be_somewhere_else() -> None:
    files, data = Files("x"), b"hello"
    digest = sha256(data).hexdigest()
    files.take({Want("a", 9, hint=True): None, Want("b", 9): None})
    for path in ("a", "b"):
        with pytest.raises(Wanted):
            files.sealed(path, digest, 9)
    with pytest.raises(Wanted):
        files.read("a", 9)
    with pytest.raises(NotFound):
        files.read("b", 9)
    files.take({Want("a", 9, digest): data})
    assert files.sealed("b", digest, 9) == data
    files.take({Want("c", 9, "0" * 64): None})
    with pytest.raises(NotFound):
        files.sealed("c", "0" * 64, 9)
