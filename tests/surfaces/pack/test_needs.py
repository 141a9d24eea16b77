"""Dependencies and dependents: the graph and its pictures over values, and the two pages."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from packyard.formats import semver
from packyard.formats.words import Words
from packyard.model import Mark, Pack, VersionState
from packyard.surfaces.pack import beneath
from packyard.surfaces.pack.beneath import DEPTH, MOST, MOST_EDGES, Branch, Graph, graph_of, mermaid, reached, tree_of
from packyard.surfaces.pack.needs import admits, asked_of, in_words, plan, plan_version
from packyard.surfaces.pack.picture import HEIGHT, draw
from packyard.surfaces.pack.values import Around, Dependent, Hand, Need
from packyard.surfaces.templates import open_templates, site_of
from packyard.surfaces.words import Speech
from tests.surfaces import sample
from tests.surfaces.markup import Markup

SAY = Speech(Words()).say


def known(**needs: str) -> dict[str, Need]:
    """What is known of packs, each with the names that it needs and, behind `!`, those that it conflicts with."""
    return {name: _need(name, text) for name, text in needs.items()}


def _need(name: str, text: str) -> Need:
    words = text.split()
    wanted = tuple((word, "^1.0.0") for word in words if word[0] != "!")
    return Need(name, True, False, wanted, tuple(word[1:] for word in words if word[0] == "!"))


def graph(needs: str, **others: str) -> Graph:
    return graph_of("root", tuple((name, "*") for name in needs.split()), (), known(**others))


def test_the_walk_is_breadth_first_and_by_name() -> None:
    found = graph("b a", a="c", b="c d", c="", d="")
    assert [(node.name, node.depth) for node in found.nodes] == [("root", 0), ("a", 1), ("b", 1), ("c", 2), ("d", 2)]
    assert [edge[:2] for edge in found.edges] == [("root", "a"), ("root", "b"), ("a", "c"), ("b", "c"), ("b", "d")]
    assert found.whole
    assert found.cycles == ()


CYCLES = {
    "none": ({"a": "b", "b": ""}, ()),
    "itself": ({"a": "a"}, (("a", "a"),)),
    "two": ({"a": "b", "b": "a"}, (("a", "b", "a"),)),
    "the root": ({"a": "b", "b": "root"}, (("a", "b", "root", "a"),)),
    "two of them": ({"a": "b c", "b": "a", "c": "a"}, (("a", "b", "a"), ("a", "c", "a"))),
    "a diamond": ({"a": "b c", "b": "d", "c": "d", "d": ""}, ()),
}


@pytest.mark.parametrize(("others", "cycles"), CYCLES.values(), ids=CYCLES)
def test_cycles(others: Mapping[str, str], cycles: tuple[tuple[str, ...], ...]) -> None:
    assert graph("a", **others).cycles == cycles


def test_a_chain_ends_at_the_depth() -> None:
    chain = {f"p{at:02}": f"p{at + 1:02}" for at in range(30)}
    found = graph("p00", **chain)
    assert max(node.depth for node in found.nodes) == DEPTH
    assert not found.whole
    assert graph("p21", **chain, p30="").whole


def test_a_crowd_is_cut() -> None:
    crowd = {f"p{at:03}": " ".join(f"p{other:03}" for other in range(200)) for at in range(200)}
    found = graph(" ".join(crowd), **crowd)
    assert len(found.nodes) == MOST
    assert len(found.edges) <= MOST_EDGES
    assert len(found.cycles) <= beneath.MOST_CYCLES
    assert not found.whole


def test_conflicts_are_seen_wherever_they_are() -> None:
    found = graph_of("root", (("a", "*"), ("b", "*")), ("a", "z"), known(a="c", b="!c !y", c="!root"))
    assert found.clashes == (("root", "a"), ("b", "c"), ("c", "root"))


def test_what_a_version_is_shown_of_others() -> None:
    packs = known(a="b", b="a", x="y", y="")
    assert [need.name for need in reached((("a", "*"), ("gone", "*")), packs)] == ["a", "b"]
    assert reached((), packs) == ()


names = st.sampled_from(("a", "b", "c", "d", "e", "root"))
worlds = st.dictionaries(names.filter("root".__ne__), st.lists(names, max_size=4, unique=True).map(" ".join))


def every(branches: tuple[Branch, ...]) -> Iterator[Branch]:
    for branch in branches:
        yield branch
        yield from every(branch.branches)


@given(st.lists(names, max_size=5, unique=True).map(" ".join), worlds)
def test_the_list_shows_every_pack_once_and_every_dependency(needs: str, others: dict[str, str]) -> None:
    found = graph(needs, **others)
    branches = list(every(tree_of(found)))
    assert len(branches) == len(found.edges)
    assert sorted(each.name for each in branches if not each.again) == sorted(node.name for node in found.nodes[1:])
    assert bool(found.cycles) >= any(each.back for each in branches)


@given(st.lists(names, max_size=5, unique=True).map(" ".join), worlds)
def test_boxes_do_not_overlap_and_lines_begin_and_end_at_them(needs: str, others: dict[str, str]) -> None:
    found = graph(needs, **others)
    picture = draw(found)
    assert [box.node for box in picture.boxes if box.node.depth == 0] == [found.nodes[0]]
    assert len(picture.boxes) == len(found.nodes)
    assert len(picture.lines) == len(found.edges)
    for one, other in itertools.combinations(picture.boxes, 2):
        apart = one.x + one.width < other.x or other.x + other.width < one.x
        assert apart or abs(one.y - other.y) > HEIGHT
    for box in picture.boxes:
        assert 0 < box.x < box.x + box.width < picture.width
        assert 0 < box.y < box.y + HEIGHT < picture.height
    assert any(line.back for line in picture.lines) == bool(found.cycles)
    for line in picture.lines:
        numbers = list(map(int, re.findall(r"-?\d+", line.path)))
        assert all(0 <= each <= picture.width for each in numbers[::2])
        assert all(0 <= each <= picture.height for each in numbers[1::2])


def test_what_several_packs_need_stands_right_of_all_of_them() -> None:
    picture = draw(graph("a b", a="b", b="c", c="a"))
    places = {box.node.name: box.x for box in picture.boxes}
    assert sorted(places, key=lambda name: places[name]) == ["root", "a", "b", "c"]
    assert [line.back for line in picture.lines] == [False, False, False, False, True]


def test_a_large_graph_is_drawn_in_part() -> None:
    crowd = {f"p{at:03}": " ".join(f"p{other:03}" for other in range(at)) for at in range(99)}
    picture = draw(graph(" ".join(crowd), **crowd))
    assert len(picture.boxes) == 60
    assert not any(line.back for line in picture.lines)


def test_a_graph_as_mermaid() -> None:
    found = graph_of("@acme/tools", (("hello", ">=1.0.0 <2.0.0 || 3.x"),), (), known(hello=""))
    assert mermaid(found).splitlines() == [
        "graph TD",
        '    n0["@acme/tools"]',
        '    n1["hello"]',
        '    n0 -->|"#62;=1.0.0 #60;2.0.0 #124;#124; 3.x"| n1',
    ]


RANGES = {
    "*": "any version",
    "": "any version",
    "1.2.3": "exactly 1.2.3",
    "^1.2.3": "from 1.2.3 on, but below 2.0.0",
    "~1.2.3": "from 1.2.3 on, but below 1.3.0",
    "1.x": "from 1.0.0 on, but below 2.0.0",
    ">=1.2.0": "1.2.0 or higher",
    ">1.2.3": "higher than 1.2.3",
    "<=2.0.0": "2.0.0 or lower",
    "<2.0.0": "below 2.0.0",
    "1.2.0 - 1.4.0": "1.2.0 or higher and 1.4.0 or lower",
    "^1.0.0 || ^2.0.0": "from 1.0.0 on, but below 2.0.0, or from 2.0.0 on, but below 3.0.0",
    "^2.0.0-rc.1": "from 2.0.0-rc.1 on, but below 3.0.0",
    "<*": "no version",
    "latest": "no range that can be read",
    "<b>": "no range that can be read",
}


@pytest.mark.parametrize(("text", "words"), RANGES.items())
def test_ranges_in_words(text: str, words: str) -> None:
    assert in_words(SAY, text) == words


@given(st.lists(st.sampled_from(("^1.2.3", ">=1.0.0", "<2", "~0.3", "1 - 2", "||", "1.2.3-rc.1", ">*")), max_size=6))
def test_every_range_has_words(parts: list[str]) -> None:
    assert in_words(SAY, " ".join(parts))


def test_what_dependents_ask_for() -> None:
    dependents = [
        Dependent(f"p{at}", text, "bob") for at, text in enumerate(("^1.0.0", "*", "^1.0.0", "^2.0.0", "x y"))
    ]
    assert [tuple(each) for each in asked_of("1.2.0", dependents)] == [
        ("^1.0.0", 2, True),
        ("*", 1, True),
        ("^2.0.0", 1, False),
        ("x y", 1, False),
    ]
    assert admits("^1.0.0", "1.9.0") == semver.satisfies("1.9.0", semver.parse_range("^1.0.0"))


@pytest.fixture(scope="module")
def hand() -> Hand:
    templates = open_templates()
    return sample.hand_of(templates, site_of(sample.REGISTRY, False, templates))


BENEATH = Around(
    needs=(
        Need("greetings-base", True, True, (("words", "~1.0.0"), ("hello", "*")), ()),
        Need("@acme/house-style", False, False, (), ()),
        Need("words", True, False, (), ("greetings-base",)),
        Need("elsewhere", True, False, (), ()),
    )
)


def page_of(hand: Hand, pack: Pack, state: VersionState) -> Markup:
    (recipe,) = plan_version(hand, pack, state, None)
    assert recipe.path == f"packs/{pack.name}/{state.release.version}/dependencies/index.html"
    page = Markup(recipe.render().decode())
    assert page.errors == []
    assert len(page.all("h1")) == 1
    return page


def test_the_page_of_dependencies(hand: Hand) -> None:
    page = page_of(hand._replace(around=BENEATH), sample.HELLO, sample.HELLO.versions[1])
    for said in (
        "from 1.2.0 on, but below 2.0.0",
        "not in this registry",
        "deprecated",
        "leads back",
        "Some of these packs depend on themselves",
        "greetings-base → hello → greetings-base",
        "Some of these packs conflict with each other",
        "words conflicts with greetings-base",
        "goodbye",
        "graph TD",
    ):
        assert said in page.text, said
    assert "elsewhere" not in page.text
    links = [link["href"] for link in page.all("a")]
    assert "../../../../packs/words/index.html" in links
    assert "../../../../packs/@acme/house-style/index.html" not in links


def test_what_nothing_is_known_of_is_named_and_not_linked(hand: Hand) -> None:
    partly = hand._replace(around=Around(needs=BENEATH.needs[:2]))
    page = page_of(partly, sample.HELLO, sample.HELLO.versions[1])
    assert "../../../../packs/words/index.html" not in page.values("href")
    assert "words" in page.text
    assert "There may be more" in page.text
    assert (
        "There may be more" not in page_of(hand._replace(around=BENEATH), sample.HELLO, sample.HELLO.versions[1]).text
    )
    assert "../../../../packs/hello/index.html" in page.values("href"), "the pack itself"


def test_a_conflict_is_linked_when_it_is_there(hand: Hand) -> None:
    link, state = "../../../../packs/goodbye/index.html", sample.HELLO.versions[1]
    there = Around(needs=(*BENEATH.needs, Need("goodbye", True, False, (), ())))
    assert link not in page_of(hand._replace(around=BENEATH), sample.HELLO, state).values("href")
    assert link in page_of(hand._replace(around=there), sample.HELLO, state).values("href")


def test_a_yanked_version_says_so_here_too(hand: Hand) -> None:
    assert "This version is yanked" in page_of(hand, sample.HELLO, sample.HELLO.versions[3]).text


def test_a_version_without_needs_says_so(hand: Hand) -> None:
    page = page_of(hand, sample.HELLO, sample.HELLO.versions[2])
    assert "depends on no other pack" in page.text
    assert page.all("svg") == [each for each in page.all("svg") if "role" not in each]
    gone = VersionState(sample.release("hello", "1.0.0", 1), withdrawn=Mark("x", "2026-11-12"))
    assert "This version is withdrawn" in page_of(hand, sample.HELLO, gone).text


def test_only_what_is_beneath_changes_the_page(hand: Hand) -> None:
    state = sample.HELLO.versions[1]

    def inputs(*needs: Need) -> object:
        (recipe,) = plan_version(hand._replace(around=Around(needs=needs)), sample.HELLO, state, None)
        return recipe.inputs

    other = BENEATH.needs[3]._replace(deprecated=True)
    assert inputs(*BENEATH.needs) == inputs(*BENEATH.needs[:3], other)
    assert inputs(*BENEATH.needs) != inputs(*BENEATH.needs[1:])


def crowd(count: int) -> Around:
    return Around(dependents=tuple(Dependent(f"pack-{at:04}", f"^1.{at % 3}.0", "bob") for at in range(count)))


def test_the_page_of_dependents(hand: Hand) -> None:
    dependents = (Dependent("@acme/tools", "^1.0.0", "acme"), Dependent("zeta", "^2.0.0", "bob"))
    (recipe,) = plan(hand._replace(around=Around(dependents=dependents)), sample.HELLO)
    page = Markup(recipe.render().decode())
    assert page.errors == []
    assert "2 packs depend on this one; 1 of them with the latest version, 1.2.0." in page.text
    assert "../../../orgs/acme/index.html" in page.values("href")
    (recipe,) = plan(hand, sample.HELLO)
    assert "No pack depends on this one." in Markup(recipe.render().decode()).text


def test_a_new_version_changes_the_first_page_of_dependents_only(hand: Hand) -> None:
    around = hand._replace(around=crowd(900))
    newer = VersionState(sample.release("hello", "1.3.0", 14))
    later = sample.HELLO._replace(versions=(newer, *sample.HELLO.versions))
    before, after = ({recipe.path: recipe for recipe in plan(around, each)} for each in (sample.HELLO, later))
    assert len(before) > 3
    changed = [path for path in before if before[path].inputs != after[path].inputs]
    assert changed == ["packs/hello/dependents/index.html"]
    for path, recipe in before.items():
        page, again = recipe.render(), after[path].render()
        assert (page != again) == (path in changed)
        assert Markup(page.decode()).errors == []
        for link in re.findall(r'href="((?:from-|index)[^"]*)"', page.decode()):
            assert f"packs/hello/dependents/{link}" in before
    assert len(before["packs/hello/dependents/index.html"].render()) < 60_000
