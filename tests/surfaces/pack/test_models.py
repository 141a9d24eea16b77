"""The page of models: what holds in which profile and why, which way a task goes, and files that cannot be read."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from packyard.formats.models import DIMENSIONS, lineage, parse_models, resolve_profile
from packyard.model import File, Mark, VersionState
from packyard.surfaces.pack.models import BASE, LINES, lines_of, plan_version, profiles_of, strangers, ways_of
from packyard.surfaces.pack.values import Hand
from packyard.surfaces.templates import open_templates, site_of
from tests.surfaces import sample
from tests.surfaces.markup import Markup

OPUS, SONNET, HAIKU = "anthropic/claude-opus-4-1", "anthropic/claude-sonnet-4-5", "anthropic/claude-haiku-4-5"
EXAMPLE: dict[str, Any] = {
    "default": SONNET,
    "small": HAIKU,
    "agents": {"reviewer": {"model": OPUS, "temperature": 0.1, "top_p": 0.9}},
    "profiles": {
        "everyday": {"description": "Quick enough to talk to", "agents": {"writer": {"model": "acme/house-model"}}},
        "careful": {"extends": "everyday", "default": OPUS},
        "most-careful": {"extends": "careful", "agents": {"reviewer": {"model": "openai/gpt-5"}}},
    },
    "providers": {"local": {"models": {"tiny": {"variants": {"fast": {}, "small": {}}}}}, "empty": {}},
    "routing": [
        {"when": {"budget": "minimal"}, "use": HAIKU},
        {"when": {"complexity": "critical", "mood": "grim"}, "use": "careful", "description": "Think", "priority": 20},
        {"when": {"urgency": "yesterday"}, "use": "everyday", "priority": 20},
        {"when": {}, "use": "nobody/knows-this"},
    ],
    "overrides": {"codexcli": {"default": "openai/gpt-5"}},
}


def of(**fields: Any) -> Any:
    return parse_models(json.dumps(fields).encode())[0]


@pytest.fixture(scope="module")
def hand() -> Hand:
    templates = open_templates()
    return sample.hand_of(templates, site_of(sample.REGISTRY, False, templates))


def with_file(data: bytes, **state: Any) -> VersionState:
    release = sample.release("hello", "1.2.0", 12)
    file = File("models.json", sample.digest("x"), len(data), 0o644)
    return VersionState(release._replace(files=(*release.files, file)), **state)


def page(hand: Hand, data: bytes) -> Markup:
    shown = hand._replace(files=lambda release: {"models.json": data})
    (recipe,) = plan_version(shown, sample.HELLO, with_file(data), None)
    assert recipe.path == "packs/hello/1.2.0/models/index.html"
    found = Markup(recipe.render().decode())
    assert found.errors == []
    assert len(found.all("h1")) == 1
    return found


def test_versions_without_the_file_have_no_page(hand: Hand) -> None:
    assert list(plan_version(hand, sample.HELLO, sample.HELLO.versions[0], None)) == []
    gone = with_file(b"{}", withdrawn=Mark("x", "2026-11-12"))
    assert list(plan_version(hand, sample.HELLO, gone, None)) == []


def test_the_page_shows_everything(hand: Hand) -> None:
    found = page(hand, json.dumps(EXAMPLE).encode())
    for said in (SONNET, HAIKU, OPUS, "Quick enough to talk to", "reviewer", "0.1", "0.9", "yesterday", "mood: grim",
                 "codexcli", "tiny", "fast, small", "Think", "openai/gpt-5", *DIMENSIONS):  # fmt: skip
        assert said in found.text, said
    anchors = [link["href"] for link in found.all("a") if link["href"].startswith("#profile")]
    assert {anchor[1:] for anchor in anchors} <= set(found.values("id"))
    assert "../../../../packs/hello/1.2.0/raw/models.json.txt" in found.values("href")
    assert found.text.count("unknown model") == 1 + 3  # in its route, and in three profiles


def test_what_holds_and_who_says_so() -> None:
    shown = {profile.name: profile for profile in profiles_of(of(**EXAMPLE))}
    last = shown["most-careful"]
    assert last.chain == ("most-careful", "careful", "everyday")
    assert [(line.kind, line.agent, line.model, line.source) for line in last.lines] == [
        ("default", "", OPUS, "careful"),
        ("small", "", HAIKU, BASE),
        ("agent", "reviewer", "openai/gpt-5", "most-careful"),
        ("agent", "writer", "acme/house-model", "everyday"),
    ]


names = st.sampled_from(("a", "b", "c"))
choices = st.fixed_dictionaries(
    {},
    optional={
        "default": st.sampled_from((OPUS, HAIKU)),
        "small": st.sampled_from((OPUS, HAIKU)),
        "agents": st.dictionaries(names, st.sampled_from(({"model": OPUS}, {"model": HAIKU}))),
    },
)


@given(choices, st.lists(choices, min_size=1, max_size=4))
def test_lines_are_what_profiles_resolve_to(base: dict[str, Any], above: list[dict[str, Any]]) -> None:

    profiles = {
        f"p{at}": each | ({"extends": f"p{at + 1}"} if at + 1 < len(above) else {}) for at, each in enumerate(above)
    }
    models = of(**base, profiles=profiles)
    resolved = resolve_profile(models, "p0").over(models.base)
    chain = lineage(models.profiles, "p0")
    assert chain == tuple(profiles)
    lines = list(lines_of([*((name, models.profiles[name].choice) for name in chain), (BASE, models.base)]))
    plain = {line.kind: line.model for line in lines if line.kind != "agent"}
    assert plain == {kind: model for kind, model in (("default", resolved.default), ("small", resolved.small)) if model}
    assert {line.agent: line.model for line in lines if line.kind == "agent"} == {
        name: agent.model for name, agent in resolved.agents.items()
    }


def test_routes_are_in_the_order_in_which_they_are_tried() -> None:
    ways = list(ways_of(of(**EXAMPLE).routing))
    assert [way.use for way in ways] == ["careful", "everyday", HAIKU, "nobody/knows-this"]
    assert ways[0].others == (("mood", "grim"),)
    assert [(cell.value, cell.custom) for cell in ways[1].cells] == [
        ("", False),
        ("yesterday", True),
        ("", False),
        ("", False),
        ("", False),
    ]


def test_unknown_models_are_marked_unless_they_are_described() -> None:
    assert strangers(of(**EXAMPLE)) == {"acme/house-model", "nobody/knows-this"}
    assert strangers(of(default="local/tiny", providers=EXAMPLE["providers"])) == frozenset()


WRONG = {
    "no JSON": (b"{", "json"),
    "a cycle": (b'{"profiles": {"a": {"extends": "b"}, "b": {"extends": "a"}}}', "a → b → a"),
    "nobody above": (b'{"profiles": {"a": {"extends": "b"}}}', "is no profile of this file"),
    "too deep": (
        json.dumps(
            {"profiles": {f"p{at:02}": {"extends": f"p{at + 1:02}"} for at in range(12)} | {"p12": {}}}
        ).encode(),
        "more than 10 profiles above it",
    ),
    "a number": (b'{"default": 7}', "default"),
    "not UTF-8": (b"\xff\xfe", "UTF-8"),
}


@pytest.mark.parametrize(("data", "said"), WRONG.values(), ids=WRONG)
def test_a_file_that_cannot_be_read_is_said_to_be_so(hand: Hand, data: bytes, said: str) -> None:
    found = page(hand, data)
    assert "This file cannot be read" in found.text
    assert said.lower() in found.text.lower()
    assert "Defaults" not in found.text


HOSTILE = "\"'><script>alert(1)</script>{{ 7*7 }}\u200b"


def test_text_stays_text_and_hides_nothing(hand: Hand) -> None:
    data = {
        "default": HOSTILE,
        "agents": {HOSTILE: {"model": HOSTILE}},
        "profiles": {HOSTILE: {"description": HOSTILE, "small": HOSTILE}, "x": {"extends": HOSTILE}},
        "routing": [{"when": {HOSTILE: HOSTILE, "budget": HOSTILE}, "use": HOSTILE, "description": HOSTILE}],
        "overrides": {HOSTILE: {"default": HOSTILE}},
        "providers": {HOSTILE: {"models": {HOSTILE: {"variants": {HOSTILE: {}}}}}},
        HOSTILE: 1,
    }
    found = page(hand, json.dumps(data).encode())
    assert not [each for each in found.all("script") if "src" not in each]
    assert "{{ 7*7 }}" in found.text
    assert "49" not in found.text
    assert "\u200b" not in found.text
    assert "⟦U+200B⟧" in found.text


def test_a_provider_of_which_nothing_is_said(hand: Hand) -> None:
    found = page(hand, b'{"default": "x/y", "providers": {"x": null, "z": {"models": {"y": null}}}}')
    assert "This file cannot be read" not in found.text
    assert "unknown model" in found.text


def test_a_large_file_makes_a_page_of_some_size(hand: Hand) -> None:
    agents = {f"agent-{at}": {"model": OPUS} for at in range(400)}
    profiles = {f"p{at}": {"extends": "p0"} if at else {"agents": agents} for at in range(900)}
    data = json.dumps({"agents": agents, "profiles": profiles, "routing": [{"when": {}, "use": "p0"}] * 900}).encode()
    assert sum(len(profile.lines) for profile in profiles_of(parse_models(data)[0])) <= LINES
    found = page(hand, data)
    assert "And 899 more profiles, in the file itself." in found.text
    assert len(found.pieces) < 20_000


values = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.sampled_from((OPUS, "x", "", "critical", "p")),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from((*EXAMPLE, "p", "when", "use", "model", "extends", "budget")), inner, max_size=4
        )
    ),
    max_leaves=20,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
@given(st.dictionaries(st.sampled_from(tuple(EXAMPLE)), values, max_size=4))
def test_anything_makes_a_page(hand: Hand, fields: dict[str, Any]) -> None:
    page(hand, json.dumps(fields).encode())
