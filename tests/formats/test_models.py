"""`models.json`."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from packyard.errors import FormatError
from packyard.formats import models
from packyard.formats.fields import errors_of
from packyard.formats.models import (
    DIMENSIONS,
    MAX_DEPTH,
    MAX_PROFILES,
    Agent,
    Choice,
    Models,
    Profile,
    Route,
    is_known_model,
    parse_models,
    resolve_profile,
)

OPUS, HAIKU = "anthropic/claude-opus-4-1", "anthropic/claude-haiku-4-5"


def parsed(**fields: Any) -> Models:
    return parse_models(json.dumps(fields).encode())[0]


def notes(**fields: Any) -> list[tuple[str, str]]:
    return [(note.code, note.found) for note in parse_models(json.dumps(fields).encode())[1]]


def problems(**fields: Any) -> list[tuple[str, str, int]]:
    with pytest.raises(FormatError) as caught:
        parse_models(json.dumps(fields, indent=1).encode())
    return [(error.code, error.found or error.expected, error.line) for error in errors_of(caught.value)]


def extending(*extends: str) -> dict[str, Any]:
    return {f"p{number}": {"extends": name} for number, name in enumerate(extends)}


# --- what it reads --------------------------------------------------------------------------------------------------


def test_the_example_of_the_specification() -> None:
    text = (models.__doc__ or "").partition("\n\n")[2].partition("\n\nEvery field")[0]
    found, noted = parse_models(text.encode())
    assert noted == ()
    reviewer = Agent(OPUS, 0.1, 0.9)
    assert found.base == Choice("anthropic/claude-sonnet-4-5", HAIKU, {"reviewer": reviewer})
    assert found.profiles["careful"] == Profile("everyday", "", Choice(OPUS, "", {}))
    assert found.routing == (Route({"complexity": "critical"}, "careful", "Think first", 20),)
    assert found.overrides == {"codexcli": Choice("openai/gpt-5", "", {})}
    assert found.providers["anthropic"]["models"] == {"claude-opus-4-1": {"options": {}, "variants": {}}}


def test_nothing_is_required() -> None:
    assert parsed() == Models(Choice("", "", {}), {}, {}, (), {})


def test_the_nearest_profile_wins_agent_by_agent() -> None:
    found = parsed(
        profiles={
            "a": {"default": OPUS, "agents": {"x": {"model": OPUS, "temperature": 1}, "y": {"model": OPUS}}},
            "b": {"extends": "a", "small": HAIKU, "agents": {"x": {"model": HAIKU}}},
            "c": {"extends": "b", "default": HAIKU},
        }
    )
    agents = {"x": Agent(HAIKU), "y": Agent(OPUS)}
    assert resolve_profile(found, "b") == Choice(OPUS, HAIKU, agents)
    assert resolve_profile(found, "c") == Choice(HAIKU, HAIKU, agents)
    with pytest.raises(FormatError, match="no such profile"):
        resolve_profile(found, "d")


# --- what it refuses ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("field", "value", "right"),
    [
        ("temperature", -0.1, False),
        ("temperature", 2, True),
        ("temperature", 2.1, False),
        ("temperature", "1", False),
        ("temperature", True, False),
        ("top_p", 0, True),
        ("top_p", 1, True),
        ("top_p", 1.01, False),
    ],
)
def test_numbers_have_ranges(field: str, value: Any, right: bool) -> None:
    agents = {"x": {"model": OPUS, field: value}}
    if right:
        assert getattr(parsed(agents=agents).base.agents["x"], field) == value
    else:
        assert problems(agents=agents)[0][0] == "field-invalid"


@pytest.mark.parametrize(
    "fields",
    [
        {"default": 1},
        {"agents": {"x": {}}},
        {"agents": {"x": {"model": 1}}},
        {"agents": []},
        {"profiles": {"x": []}},
        {"profiles": {"x": {"extends": 1}}},
        {"providers": {"x": {"options": []}}},
        {"providers": {"x": {"models": {"y": {"variants": {"z": 1}}}}}},
        {"routing": {}},
        {"routing": [{"when": {}}]},
        {"routing": [{"use": OPUS, "when": {"task": 1}}]},
        {"routing": [{"use": OPUS, "priority": "high"}]},
        {"overrides": {"cursor": []}},
    ],
)
def test_what_is_not_of_the_schema(fields: dict[str, Any]) -> None:
    assert len(problems(**fields)) == 1


def test_a_cycle_is_told_once_with_its_path() -> None:
    assert problems(profiles=extending("p0")) == [("profile-cycle", "p0 → p0", 4)]
    assert problems(profiles=extending("p1", "p2", "p0", "p0")) == [("profile-cycle", "p0 → p1 → p2 → p0", 4)]
    long = problems(profiles=extending(*(f"p{number}" for number in range(1, 30)), "p0"))
    assert [code for code, _, _ in long] == ["profile-cycle"]


def test_depth_is_told_where_it_begins() -> None:
    chain = ["", *(f"p{number}" for number in range(MAX_DEPTH))]
    assert resolve_profile(parsed(profiles=extending(*chain)), "p10") == Choice("", "", {})
    chain += [f"p{number}" for number in range(MAX_DEPTH, MAX_DEPTH + 5)]
    path = " → ".join(f"p{number}" for number in range(11, -1, -1))
    assert problems(profiles=extending(*chain)) == [("profile-depth", path, 37)]


def test_a_profile_that_is_not_there() -> None:
    assert problems(profiles=extending("p1", "nobody")) == [("profile-unknown", "nobody", 7)]


def test_there_are_not_too_many_profiles() -> None:
    ring = extending(*(f"p{(number + 1) % MAX_PROFILES}" for number in range(MAX_PROFILES)))
    assert [code for code, _, _ in problems(profiles=ring)] == ["profile-cycle"]
    assert problems(profiles=extending(*[""] * (MAX_PROFILES + 1)))[0][0] == "field-invalid"


# --- what it notes --------------------------------------------------------------------------------------------------


KNOWN = """
claude-opus-4-1 anthropic/claude-3.5-sonnet Claude-Instant-1 openrouter/anthropic/claude-sonnet-4.5
openai/gpt-5-mini gpt-3.5-turbo o3-mini o1 google/gemini-2.5-pro meta-llama/llama-3.3-70b mistral-large cohere/command-r
deepseek/deepseek-chat qwen3-coder xai/grok-4 us.anthropic.claude-3
"""


@pytest.mark.parametrize("name", KNOWN.split())
def test_known_families(name: str) -> None:
    assert is_known_model(name)


@pytest.mark.parametrize(
    "name", ["", "opus", "claude", "gpt-2", "o10", "anthropic/clod-3", "anthropic/", "my gpt-5", "o3x"]
)
def test_other_models(name: str) -> None:
    assert not is_known_model(name)


def test_unknown_models_are_noted_wherever_they_stand() -> None:
    agents = {"x": {"model": "one"}}
    choice = {"default": "two", "small": "three", "agents": agents}
    found = notes(**choice, profiles={"p": choice}, overrides={"cursor": choice})
    assert found == [("model-unknown", name) for name in ("two", "three", "one") * 3]
    assert notes(default="acme/two", providers={"acme": {"models": {"two": {}}}}) == []


def test_routes_that_lead_nowhere_and_custom_dimensions() -> None:
    when = {"complexity": "high", "budget": "none", "task": "review"}
    assert notes(routing=[{"when": when, "use": "careful"}]) == [
        ("route-unknown", "careful"),
        ("route-dimension", "budget: none"),
        ("route-dimension", "task: review"),
    ]
    assert notes(routing=[{"when": {}, "use": OPUS}]) == []


def test_a_custom_dimension_or_value_is_told_with_those_that_are_known() -> None:
    routes = {"routing": [{"when": {"budget": "none", "task": "review"}, "use": OPUS}]}
    found = parse_models(json.dumps(routes).encode())[1]
    assert [note.expected for note in found] == ["minimal, standard, premium", ", ".join(DIMENSIONS)]


def test_unknown_fields() -> None:
    fields = {"agents": {"x": {"model": OPUS, "temprature": 1}}, "providers": {"a": {"options": {"b": 1}, "c": 1}}}
    assert [code for code, _ in notes(**fields, version=1)] == ["field-unknown"] * 3


@given(
    st.dictionaries(st.sampled_from("abcd"), st.sampled_from(["", "a", "b", "c", "d", "e"]), max_size=4),
)
def test_inheritance_is_resolved_or_refused(extends: dict[str, str]) -> None:
    profiles = {name: {"extends": above, "default": name} for name, above in extends.items()}
    try:
        found = parsed(profiles=profiles)
    except FormatError as error:
        assert error.code in ("profile-cycle", "profile-unknown")
    else:
        assert all(resolve_profile(found, name).default == name for name in profiles)
