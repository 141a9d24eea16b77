"""Resolution: what is chosen, what is kept, what is refused and in which words."""

from __future__ import annotations

import random
import time
from itertools import product
from typing import Any, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from packyard.client.choices import Unknown
from packyard.client.lock import Lock
from packyard.client.offers import Demand, Offer, Offers, latest, offers_of
from packyard.client.resolving import missing, resolve
from packyard.errors import BadChecksum, NotFound, PackyardError
from packyard.formats import semver
from packyard.model import Manifest, Mark, Pack, Release, Renaming, Tarball, VersionState
from tests.client.offered import MAIN, WORK, World, chosen, demands, fetched, lock_for, locked, offer, world

SIMPLE = world(
    offer("hello", "1.2.0", "base ^1"),
    offer("hello", "1.1.0", "base ^1"),
    offer("base", "2.0.0"),
    offer("base", "1.3.0"),
    offer("base", "1.2.0"),
)


def refusal(asked: str, known: World) -> PackyardError:
    with pytest.raises(PackyardError) as caught:
        resolve(demands(asked), known, (MAIN,))
    return caught.value


def notes(asked: str, known: World, lock: Lock | None = None) -> list[str]:
    return [note.code for note in resolve(demands(asked), known, (MAIN,), lock).notes]


def versions(known: World, name: str) -> tuple[Offer, ...]:
    pack = known["main", name]
    return pack.versions if pack else ()


def changed(known: World, name: str, version: str, **fields: Any) -> World:
    """The world after something was said about one version."""
    said = [each._replace(**fields) if each.version == version else each for each in versions(known, name)]
    return about(known, name, versions=tuple(said))


def about(known: World, name: str, **fields: Any) -> World:
    """The world after something was said about a pack."""
    pack = known["main", name]
    assert pack
    return known | {("main", name): pack._replace(**fields)}


def pigeons(count: int) -> World:
    """So many pigeons for one hole less: each version of a pigeon sits in another hole, and a hole has one version."""
    holes, numbers = range(1, count), range(1, count + 1)
    offers = [offer(f"hole{h}", f"{p}.0.0") for h in holes for p in numbers]
    return world(*offers, *(offer(f"pigeon{p}", f"{h}.0.0", f"hole{h} {p}.0.0") for p in numbers for h in holes))


# --- what is chosen ---


@pytest.mark.parametrize(
    ("asked", "answer"),
    [
        ("", ""),
        ("hello *", "base 1.3.0, hello 1.2.0"),
        ("hello 1.1.0", "base 1.3.0, hello 1.1.0"),
        ("hello ^1, base 1.2.0", "base 1.2.0, hello 1.2.0"),
        ("hello latest", "base 1.3.0, hello 1.2.0"),
        ("hello stable", "base 1.3.0, hello 1.2.0"),
        ("base *", "base 2.0.0"),
    ],
)
def test_the_highest_that_fits_is_chosen(asked: str, answer: str) -> None:
    assert chosen(asked, SIMPLE) == answer


def test_an_older_version_is_taken_where_the_newest_fits_nowhere() -> None:
    known = SIMPLE | world(offer("tool", "2.0.0", "base ^2"), offer("tool", "1.0.0", "base *"))
    assert chosen("hello *, tool *", known) == "base 1.3.0, hello 1.2.0, tool 1.0.0"


def test_packs_may_need_each_other() -> None:
    assert chosen("ping *", world(offer("ping", "1.0.0", "pong *"), offer("pong", "1.0.0", "ping ^1"))) == (
        "ping 1.0.0, pong 1.0.0"
    )


def test_the_search_goes_back_to_what_it_chose_itself() -> None:
    """The example of resolvelib issue 206, which has one solution."""
    known = world(
        offer("p0", "2.0.0", "p2 2.0.0"),
        offer("p1", "2.0.0", "p0 2.0.0"),
        offer("p1", "1.0.0"),
        offer("p2", "2.0.0", "p1 3.0.0"),
        offer("p2", "1.0.0", "p1 1.0.0 || 2.0.0"),
    )
    assert chosen("p2 *", known) == "p1 1.0.0, p2 1.0.0"


@pytest.mark.parametrize("names", [("left", "right"), ("right", "left")])
def test_conflicts_hold_in_both_directions(names: tuple[str, str]) -> None:
    one, other = names
    known = world(offer(one, "2.0.0", "", other), offer(one, "1.0.0"), offer(other, "1.0.0"))
    assert chosen(f"{one} *", known) == f"{one} 2.0.0"
    assert chosen("left *, right *", known).replace("2.0.0", "") == "left 1.0.0, right 1.0.0"


def test_prereleases_are_taken_as_npm_takes_them() -> None:
    known = world(offer("hello", "1.0.0"), offer("hello", "1.1.0-rc.1"), offer("hello", "1.1.0-rc.2"))
    assert chosen("hello *", known) == "hello 1.0.0"
    assert chosen("hello >=1.1.0-rc.1", known) == "hello 1.1.0-rc.2"
    assert chosen("hello latest", known) == "hello 1.0.0"
    assert chosen("new latest", world(offer("new", "0.1.0-rc.1"))) == "new 0.1.0-rc.1"


def test_a_channel_offers_one_version() -> None:
    beta = offer("hello", "1.3.0")._replace(channel="beta")
    known = world(beta, offer("hello", "1.2.0"), channels={"hello": {"beta": "1.3.0"}})
    assert chosen("hello *", known) == "hello 1.2.0"
    assert chosen("hello beta", known) == "hello 1.3.0"
    assert chosen("hello latest", known) == "hello 1.2.0"
    assert notes("hello beta", known) == []
    assert notes("hello ^1.3", known) == ["uses-channel"]
    assert refusal("hello edge", known).problem.code == "version-unavailable"


def test_stable_is_what_was_promoted_to_it() -> None:
    known = world(offer("hello", "1.3.0"), offer("hello", "1.2.0"), channels={"hello": {"stable": "1.2.0"}})
    assert chosen("hello stable", known) == "hello 1.2.0"


def test_latest_is_the_rule_of_the_catalogue() -> None:
    plain, beta, yanked = offer("a1", "1.0.0"), offer("a1", "3.0.0-rc.1"), offer("a1", "2.0.0")._replace(yanked="bad")
    assert latest(Offers("main", "a1", (beta, yanked, plain))) == plain
    assert latest(Offers("main", "a1", (beta, yanked))) == beta
    assert latest(Offers("main", "a1", (yanked,))) is None


def test_offers_are_those_of_the_fold() -> None:
    manifest = Manifest("a1", "1.0.0", "", "", "", "", "", "", (), (), (), (("base", "^1"),), ("enemy",), {})
    tarball = Tarball("packs/a1/1.0.0/a1-1.0.0.tar.gz", "b" * 64, 77, "c" * 64, "x")
    release = Release("a1", "1.0.0", "", "a" * 64, "", "alice", "", 5, 0, 9, manifest, (), (), tarball)
    mark = Mark("old", "2026-11-01", "a2")
    states = (VersionState(release, yanked=mark, channel="beta", withdrawn=mark),)
    pack = Pack("a1", "alice", states, mark, (), archived=mark, renamed=Renaming("a2", "", ""))
    (one,) = offers_of("main", pack).versions
    pairs: dict[str, Any] = {"dependencies": (("base", "^1"),), "conflicts": ("enemy",)}
    said: dict[str, Any] = {"yanked": "old", "withdrawn": True, "deprecated": "old (use a2)", "channel": "beta"}
    assert one == Offer("main", "a1", "1.0.0", "a" * 64, "b" * 64, 77, 5, "alice", 9, **said, **pairs)
    assert offers_of("main", pack)[3:] == ({}, "old", "a2")
    assert latest(offers_of("main", pack)) is None


# --- marks ---


def test_a_yanked_version_is_taken_only_where_it_is_locked() -> None:
    lock, known = locked("hello *", SIMPLE), changed(SIMPLE, "hello", "1.2.0", yanked="leaks")
    assert chosen("hello *", known) == "base 1.3.0, hello 1.1.0"
    assert chosen("hello *", known, lock) == "base 1.3.0, hello 1.2.0"
    assert notes("hello *", known, lock) == ["locked-yanked"]
    assert chosen("hello *", known, lock, "hello") == "base 1.3.0, hello 1.1.0"
    error = refusal("hello 1.2.0", known)
    assert (error.exit_code, error.problem.code) == (11, "version-unavailable")
    assert error.problem.found == "hello 1.2.0 (yanked), 1.1.0"


def test_a_withdrawn_version_is_never_taken() -> None:
    lock, known = locked("hello *", SIMPLE), changed(SIMPLE, "hello", "1.2.0", withdrawn=True, sha256="", size=0)
    assert chosen("hello *", known, lock) == "base 1.3.0, hello 1.1.0"
    assert notes("hello *", known, lock) == ["locked-withdrawn"]


def test_deprecated_and_archived_packs_are_told_of() -> None:
    known = about(changed(SIMPLE, "hello", "1.2.0", deprecated="use hi"), "base", archived="done")
    assert chosen("hello *", known) == "base 1.3.0, hello 1.2.0"
    assert notes("hello *", known) == ["uses-archived", "uses-deprecated"]


def test_a_renamed_pack_is_followed() -> None:
    known = about(SIMPLE | world(offer("core", "1.9.0"), offer("core", "2.1.0")), "base", renamed="core")
    resolved = resolve(demands("hello *"), known, (MAIN,))
    assert [(each.name, each.version) for each in resolved.offers] == [("core", "1.9.0"), ("hello", "1.2.0")]
    assert (resolved.renames, [note.code for note in resolved.notes]) == ({"base": "core"}, ["follows-rename"])
    again = resolve(demands("hello *"), known, (MAIN,), lock_for(demands("hello *"), resolved))
    assert again == resolved


def test_a_locked_pack_stays_under_its_old_name() -> None:
    lock = locked("hello *", SIMPLE)
    known = about(SIMPLE | world(offer("core", "1.9.0")), "base", renamed="core")
    assert chosen("hello *", known, lock) == "base 1.3.0, hello 1.2.0"
    assert notes("hello *", known, lock) == ["follows-rename"]
    assert chosen("hello *", known, lock, "base") == "core 1.9.0, hello 1.2.0"


def test_a_rename_that_leads_nowhere_is_refused() -> None:
    known = about(SIMPLE, "base", renamed="hello")
    circle = about(known, "hello", renamed="base")
    error = refusal("hello *", circle)
    assert error.problem.code == "version-unavailable"
    assert error.problem.found == "hello is renamed to base, and that leads back"
    assert refusal("base *", about(SIMPLE, "base", renamed="gone") | {("main", "gone"): None}).exit_code == 11


# --- the lock ---


def test_locked_versions_stay_unless_told_to_go() -> None:
    lock = locked("hello *", SIMPLE)
    known = SIMPLE | world(*versions(SIMPLE, "hello"), offer("hello", "1.4.0", "base ^1"))
    known |= world(*versions(SIMPLE, "base"), offer("base", "1.5.0"))
    assert chosen("hello *", known, lock) == "base 1.3.0, hello 1.2.0"
    assert chosen("hello *", known, lock, "hello") == "base 1.3.0, hello 1.4.0"
    assert chosen("hello *", known) == "base 1.5.0, hello 1.4.0"
    assert chosen("hello ^1.4", known, lock) == "base 1.3.0, hello 1.4.0"


def test_a_channel_moves_only_with_an_update() -> None:
    old = offer("hello", "1.3.0")._replace(channel="beta")
    new = offer("hello", "1.4.0")._replace(channel="beta")
    lock = locked("hello beta", world(old, channels={"hello": {"beta": "1.3.0"}}))
    known = world(old, new, channels={"hello": {"beta": "1.4.0"}})
    assert chosen("hello beta", known, lock) == "hello 1.3.0"
    assert chosen("hello beta", known, lock, "hello") == "hello 1.4.0"
    assert chosen("hello latest", known, lock) == "hello 1.4.0"


@pytest.mark.parametrize("field", ["identity", "sha256"])
@pytest.mark.parametrize("update", [(), ("hello",)])
def test_a_locked_version_that_changed_is_refused(field: str, update: tuple[str, ...]) -> None:
    lock, known = locked("hello *", SIMPLE), changed(SIMPLE, "hello", "1.2.0", **{field: "f" * 64})
    for function in (resolve, missing):
        with pytest.raises(BadChecksum) as caught:
            function(demands("hello *"), known, (MAIN,), lock, update)
        assert caught.value.problem.code == "locked-changed"


# --- registries ---


def test_dependencies_come_from_the_registry_of_their_dependent_unless_a_scope_says_otherwise() -> None:
    known = world(
        offer("app", "1.0.0", "@acme/secret *, util *"),
        offer("util", "1.0.0"),
        offer("@acme/secret", "9.0.0"),
        offer("@acme/secret", "1.0.0", "util *", registry="work"),
        offer("util", "2.0.0", registry="work"),
    )
    with pytest.raises(PackyardError, match=r"work:util|main:util") as caught:
        resolve(demands("app *"), known, (MAIN, WORK))
    assert "main:util *" in caught.value.problem.message
    known |= world(offer("@acme/secret", "1.0.0", registry="work"))
    found = resolve(demands("app *"), known, (MAIN, WORK)).offers
    assert [(each.registry, each.name) for each in found] == [
        ("work", "@acme/secret"),
        ("main", "app"),
        ("main", "util"),
    ]


# --- refusals ---


def test_a_pack_or_version_that_does_not_exist_is_not_found() -> None:
    error = refusal("helo ^1", {("main", "helo"): None})
    assert (error.exit_code, error.problem.code) == (11, "pack-unknown")
    error = refusal("hello ^9", SIMPLE)
    assert isinstance(error, NotFound)
    assert (error.problem.code, error.problem.message) == ("version-unavailable", "there is no version for hello ^9")
    assert error.problem.found == "hello 1.2.0, 1.1.0"


def test_a_missing_dependency_is_told_with_its_chain() -> None:
    error = refusal("hello *", {**SIMPLE, ("main", "base"): None})
    assert error.problem.code == "resolution-impossible"
    assert "project -> hello 1.2.0 -> base ^1" in error.problem.message
    assert error.problem.found == "no pack base in the registry main"


def test_what_cannot_hold_together_is_told_in_chains() -> None:
    known = SIMPLE | world(offer("tool", "1.2.0", "deep *"), offer("deep", "1.0.1", "base ^2"), offer("fine", "1.0.0"))
    error = refusal("fine *, hello ^1, tool *", known)
    assert (error.exit_code, error.problem.code) == (1, "resolution-impossible")
    assert error.problem.message == (
        "no version of base fits all that is asked: "
        "project -> hello 1.2.0 -> base ^1; project -> tool 1.2.0 -> deep 1.0.1 -> base ^2"
    )
    assert error.problem.found == "base 2.0.0, 1.3.0, 1.2.0"
    assert "hello and tool" in error.problem.help


def test_of_many_versions_and_chains_the_newest_and_fewest_are_told() -> None:
    known = world(
        *(offer("app", f"1.{n}.0", "base ^2") for n in range(10)),
        *(offer("tool", f"1.{n}.0", "more *, base ^1") for n in range(10)),
        offer("more", "1.0.0", "base ^1"),
        offer("base", "1.0.0"),
        offer("base", "2.0.0"),
        offer("fine", "1.0.0", "base *"),
    )
    error = refusal("app *, fine *, tool *", known)
    assert error.problem.message == (
        "no version of base fits all that is asked: project -> app 1.9.0 -> base ^2; project -> tool 1.9.0 -> base ^1"
    )
    assert "of app and tool in" in error.problem.help


def test_one_pack_cannot_be_wanted_twice() -> None:
    message = refusal("base ^1, base ^2", SIMPLE).problem.message
    assert message == "no version of base fits all that is asked: project -> base ^1; project -> base ^2"


def test_a_pack_that_needs_what_cannot_be_is_told_of_by_itself() -> None:
    known = world(
        offer("app", "1.0.0", "left *, right *"),
        offer("left", "1.0.0", "base 1.0.0"),
        offer("right", "1.0.0", "base 2.0.0"),
        offer("base", "1.0.0"),
        offer("base", "2.0.0"),
    )
    error = refusal("app *", known)
    assert "project -> app 1.0.0 -> left 1.0.0 -> base 1.0.0; project -> app 1.0.0 -> right" in error.problem.message


def test_what_only_the_search_finds_impossible_is_told_too() -> None:
    """Four pigeons, three holes: nothing can be ruled out before something is tried."""
    error = refusal(", ".join(f"pigeon{p} *" for p in range(1, 5)), pigeons(4))
    assert error.problem.code == "resolution-impossible"
    assert all(f"pigeon{p}" in error.problem.help for p in range(1, 5))


def test_a_conflict_is_told_in_chains() -> None:
    known = world(offer("left", "1.0.0", "", "right"), offer("right", "1.0.0"))
    message = refusal("left *, right *", known).problem.message
    assert "project -> left 1.0.0 -> no right" in message
    assert "project -> right *" in message


def test_what_was_not_fetched_is_not_taken_for_missing() -> None:
    with pytest.raises(Unknown):
        resolve(demands("hello *"), {}, (MAIN,))


# --- what is fetched ---


def test_each_round_is_one_step_down() -> None:
    packs = [offer("app", "1.0.0", ", ".join(f"p{n} *" for n in range(10, 21)))]
    packs += [offer("app", "0.9.0", "legacy *"), *(offer(f"p{n}", "1.0.0") for n in range(10, 21))]
    assert fetched(demands("app *"), world(*packs)) == [1, 11]


def test_more_is_fetched_only_where_the_search_goes_back() -> None:
    known = world(
        offer("app", "2.0.0", "base ^2, util *"),
        offer("app", "1.0.0", "old *"),
        offer("util", "1.0.0", "base ^1"),
        offer("base", "2.0.0"),
        offer("base", "1.0.0"),
        offer("old", "1.0.0", "older *"),
        offer("older", "1.0.0"),
    )
    assert fetched(demands("app *"), known) == [1, 2, 1, 1]


# --- properties ---


class Small(NamedTuple):
    asked: list[Demand]
    known: World


NAMES = ("aa", "bb", "cc", "dd")
RANGES = ("*", "1.0.0", "2.0.0", "3.0.0", "^1", "^2", ">=2.0.0", "<3.0.0", "1.0.0 || 3.0.0", "^9")


@st.composite
def smalls(draw: st.DrawFn) -> Small:
    pairs = st.dictionaries(st.sampled_from(NAMES), st.sampled_from(RANGES), max_size=3)
    offers: list[Offer] = []
    for name in NAMES:
        for major in range(1, 1 + draw(st.integers(0, 3))):
            needs = {other: wanted for other, wanted in draw(pairs).items() if other != name}
            enemies = draw(st.sets(st.sampled_from(NAMES), max_size=1)) if draw(st.integers(0, 4)) == 0 else set()
            each = offer(
                name, f"{major}.0.0", ", ".join(f"{a} {b}" for a, b in needs.items()), " ".join(enemies - {name})
            )
            offers.append(each._replace(yanked="bad" if draw(st.integers(0, 9)) == 0 else None))
    asked = draw(st.dictionaries(st.sampled_from(NAMES), st.sampled_from(RANGES), min_size=1, max_size=3))
    known = {("main", name): None for name in NAMES} | world(*offers)
    return Small([Demand("main", name, wanted) for name, wanted in asked.items()], known)


def holds(small: Small, picked: dict[str, Offer]) -> bool:
    """Whether the versions meet every demand and dependency, and no two are in conflict."""
    pairs = [(demand.name, demand.range) for demand in small.asked]
    for each in picked.values():
        pairs += each.dependencies
        if picked.keys() & set(each.conflicts) or not each.alive:
            return False
    return all(
        name in picked and semver.satisfies(picked[name].version, semver.parse_range(wanted)) for name, wanted in pairs
    )


def satisfiable(small: Small) -> bool:
    any_or_none = [[None, *versions(small.known, name)] for name in NAMES]
    return any(holds(small, {each.name: each for each in some if each}) for some in product(*any_or_none))


@settings(max_examples=200, deadline=None)
@given(smalls())
def test_a_resolution_holds_and_is_found_whenever_there_is_one(small: Small) -> None:
    try:
        resolved = resolve(small.asked, small.known, (MAIN,))
    except PackyardError as error:
        assert not satisfiable(small)
        assert error.problem.code in ("resolution-impossible", "pack-unknown", "version-unavailable")
        return
    assert holds(small, {each.name: each for each in resolved.offers})
    lock = lock_for(small.asked, resolved)
    assert resolve(small.asked, small.known, (MAIN,), lock) == resolved
    assert resolve(small.asked[::-1], small.known, (MAIN,)) == resolved


@settings(max_examples=100, deadline=None)
@given(smalls())
def test_what_is_fetched_is_enough(small: Small) -> None:
    known: World = {}
    while needed := missing(small.asked, known, (MAIN,)):
        assert not needed & known.keys()
        known |= {key: small.known[key] for key in needed}
    try:
        answer = resolve(small.asked, small.known, (MAIN,))
    except PackyardError:
        with pytest.raises(PackyardError):
            resolve(small.asked, known, (MAIN,))
    else:
        assert resolve(small.asked, known, (MAIN,)) == answer


# --- size ---


def large(seed: int, packs: int = 300, numbers: int = 20) -> World:
    """Packs whose versions need versions of others, by caret, that were there at the same time."""
    dice = random.Random(seed)
    majors = {f"p{n:03}": dice.randint(1, 4) for n in range(packs)}
    offers = []
    for n, name in enumerate(majors):
        below = [f"p{m:03}" for m in range(n + 1, min(n + 60, packs))]
        needs = sorted(dice.sample(below, min(len(below), dice.randint(0, 4))))
        for v in range(numbers):
            wanted = ", ".join(f"{each} ^{1 + v * majors[each] // numbers}" for each in needs)
            offers.append(offer(name, f"{1 + v * majors[name] // numbers}.{v}.0", wanted))
    return world(*offers)


def test_a_large_graph_is_resolved() -> None:
    known = large(7)
    asked = demands(", ".join(f"p{n:03} *" for n in range(20)))
    start = time.perf_counter()
    found = resolve(asked, known, (MAIN,))
    print(f"{len(found.offers)} packs in {time.perf_counter() - start:.2f} s")
    assert len(found.offers) > 150


def test_a_search_without_end_is_given_up() -> None:
    error = refusal(", ".join(f"pigeon{p} *" for p in range(1, 12)), pigeons(11))
    assert error.problem.code == "resolution-too-hard"
