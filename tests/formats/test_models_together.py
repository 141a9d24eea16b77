"""The models of several packs: how they become one, what tasks say by their words, and why something gets its model."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from packyard.errors import FormatError
from packyard.formats.model_explain import Answer, explain, try_routes
from packyard.formats.model_merge import EMPTY, Source, merge
from packyard.formats.model_tasks import LIMIT, WORDS, Found, derive, parse_given, task_of
from packyard.formats.models import (
    DIMENSIONS,
    MAX_DEPTH,
    Agent,
    Choice,
    Models,
    Profile,
    Route,
    lineage,
    parse_models,
    resolve_profile,
)

NAMES = "abc"
OPUS, HAIKU, GPT = "anthropic/claude-opus-4-1", "anthropic/claude-haiku-4-5", "openai/gpt-5"


def parsed(**fields: Any) -> Models:
    return parse_models(json.dumps(fields).encode())[0]


# --- many of them ---

some_models = st.sampled_from(["", OPUS, HAIKU, GPT])
agent = st.builds(Agent, st.sampled_from([OPUS, HAIKU, GPT]), st.none() | st.just(1.0), st.none())
agents = st.dictionaries(st.sampled_from("xyz"), agent, max_size=2)
choices = st.builds(Choice, some_models, some_models, agents)
whens = st.dictionaries(st.sampled_from(["complexity", "team"]), st.sampled_from(["low", "high"]), max_size=2)
routes = st.builds(Route, whens, st.sampled_from([*NAMES, OPUS]), st.just(""), st.integers(-2, 2))
options = st.dictionaries(st.sampled_from("uv"), st.integers(0, 9), max_size=2)
described = st.fixed_dictionaries({"options": options, "models": st.dictionaries(st.sampled_from("mn"), options)})
providers = st.dictionaries(st.sampled_from("pq"), st.none() | described, max_size=2)


@st.composite
def files(draw: st.DrawFn) -> Models:
    """Models as a file can have them: profiles extend profiles of the same file, and come to an end."""
    names = draw(st.permutations(NAMES))[: draw(st.integers(0, len(NAMES)))]
    profiles = {
        name: Profile(draw(st.sampled_from(["", *names[:at]])), "", draw(choices)) for at, name in enumerate(names)
    }
    overrides = st.dictionaries(st.sampled_from(["cursor", "codexcli"]), choices, max_size=2)
    return Models(draw(choices), profiles, draw(providers), tuple(draw(st.lists(routes, max_size=2))), draw(overrides))


packs = st.lists(files(), max_size=3).map(lambda found: [Source(f"p{at}", each) for at, each in enumerate(found)])
founds = st.builds(
    Found, st.sampled_from(["complexity", "team"]), st.sampled_from(["low", "high"]), st.just(()), st.just(False)
)
told = st.lists(founds, max_size=2)


# --- merging ---


def test_the_first_pack_wins() -> None:
    one = parsed(
        default=OPUS,
        agents={"x": {"model": OPUS}},
        profiles={"p": {"default": OPUS}},
        providers={"a": {"options": {"region": "eu"}, "models": {"m": {"variants": {"v": {"k": 1}}}}}},
        routing=[{"when": {}, "use": OPUS}],
        overrides={"cursor": {"default": OPUS}},
    )
    other = parsed(
        default=GPT,
        small=HAIKU,
        agents={"x": {"model": GPT, "temperature": 1}, "y": {"model": GPT}},
        profiles={"p": {"small": GPT}, "q": {"default": GPT}},
        providers={"a": {"options": {"region": "us", "tier": 2}, "models": {"m": {"variants": {"w": {}}}}}, "b": {}},
        routing=[{"when": {}, "use": GPT}],
        overrides={"cursor": {"small": GPT}, "codexcli": {"default": GPT}},
    )
    found = merge([one, other])
    assert found.base == Choice(OPUS, HAIKU, {"x": Agent(OPUS), "y": Agent(GPT)})
    assert {name: profile.choice for name, profile in found.profiles.items()} == {
        "p": Choice(OPUS, "", {}),
        "q": Choice(GPT, "", {}),
    }
    assert found.providers == {
        "a": {"options": {"region": "eu", "tier": 2}, "models": {"m": {"variants": {"v": {"k": 1}, "w": {}}}}},
        "b": {},
    }
    assert [route.use for route in found.routing] == [OPUS, GPT]
    assert found.overrides == {"cursor": Choice(OPUS, "", {}), "codexcli": Choice(GPT, "", {})}


def test_null_says_nothing_of_a_provider() -> None:
    one, other = parsed(providers={"a": None}), parsed(providers={"a": {"options": {"k": 1}}})
    assert merge([one, other]).providers == merge([other, one]).providers == {"a": {"options": {"k": 1}}}


@given(files(), files(), files())
def test_merging_is_associative_and_empty_packs_add_nothing(one: Models, other: Models, third: Models) -> None:
    assert merge([merge([one, other]), third]) == merge([one, merge([other, third])]) == merge([one, other, third])
    assert merge([EMPTY, one]) == merge([one, EMPTY]) == merge([one])


@given(files())
def test_a_pack_with_itself_is_the_pack_with_its_routes_twice(one: Models) -> None:
    once = merge([one])
    assert merge([one, one]) == once._replace(routing=(*once.routing, *once.routing))


@given(packs)
def test_a_later_pack_changes_nothing_that_was_said(sources: list[Source]) -> None:
    found, first = merge(each.models for each in sources), merge(each.models for each in sources[:1])
    assert first.profiles.items() <= found.profiles.items()
    assert first.overrides.items() <= found.overrides.items()
    assert first.base.agents.items() <= found.base.agents.items()
    assert first.base.default in ("", found.base.default)


# --- inheritance ---


def _walk(extends: Mapping[str, str], name: str) -> str:
    """What is wrong with a chain, found by walking it further than any chain without a fault goes."""
    for step in range(len(extends) + 1):
        if name not in extends:
            return "profile-unknown"
        if not extends[name]:
            return "profile-depth" if step > MAX_DEPTH else ""
        name = extends[name]
    return "profile-cycle"


@given(st.integers(0, 14).flatmap(lambda n: st.lists(st.integers(-2, n), min_size=n, max_size=n)))
def test_no_fault_of_inheritance_is_missed(above: list[int]) -> None:
    extends = {str(at): "" if to == -1 else str(to) for at, to in enumerate(above)}
    profiles = {name: Profile(to, "", Choice("", "", {})) for name, to in extends.items()}
    for name in profiles:
        try:
            chain, code = lineage(profiles, name), ""
        except FormatError as error:
            code = error.code
        else:
            assert chain[0] == name
            assert [extends[each] for each in chain] == [*chain[1:], ""]
        assert code == _walk(extends, name)


def test_a_cycle_is_told_with_its_path() -> None:
    profiles = {name: Profile(above, "", Choice("", "", {})) for name, above in ("ab", "bc", "cb")}
    with pytest.raises(FormatError, match="inherits from itself") as caught:
        lineage(profiles, "a")
    assert caught.value.found == "a → b → c → b"


@given(packs)
def test_packs_without_faults_make_no_cycle_together(sources: list[Source]) -> None:
    found = merge(each.models for each in sources)
    assert all(lineage(found.profiles, name) for name in found.profiles)


def test_packs_may_be_too_deep_together() -> None:
    def chain(first: int, last: int) -> Models:
        above = {f"p{at}": {"extends": f"p{at - 1}"} for at in range(first + 1, last + 1)}
        return parsed(profiles={f"p{first}": {}, **above})

    both = [Source("low", chain(0, 8)), Source("high", chain(8, 16))]
    assert len(explain(both, "p10").chain) == MAX_DEPTH + 1
    with pytest.raises(FormatError, match="more than 10") as caught:
        explain(both, "p16")
    assert (caught.value.code, caught.value.found[:15]) == ("profile-depth", "p16 → p15 → p14")


# --- tasks ---


def test_words_lead_to_values_of_dimensions() -> None:
    assert {name: tuple(values) for name, values in WORDS.items()} == dict(DIMENSIONS)
    every = [word for values in WORDS.values() for words in values.values() for word in words.split()]
    assert len(every) == len(set(every))
    assert all(re.fullmatch("[a-z0-9]+", word) for word in every)
    assert all(words.split() == sorted(words.split()) for values in WORDS.values() for words in values.values())


def test_a_task_is_what_its_words_say() -> None:
    assert derive("Urgent: fix the TYPO, asap!") == (
        Found("complexity", "low", ("typo",), True),
        Found("complexity", "medium", ("fix",)),
        Found("urgency", "high", ("urgent", "asap")),
    )
    assert derive("") == derive("Übersetze das") == derive("fixture typography") == ()


def test_what_is_given_counts_before_words() -> None:
    given_ = (parse_given("complexity=critical"), parse_given(" team = blue "))
    assert task_of("fix the typo now", given_) == (
        Found("complexity", "critical"),
        Found("team", "blue"),
        Found("urgency", "high", ("now",)),
    )


@pytest.mark.parametrize("text", ["", "complexity", "=high", "complexity=", "complexity=huge", "a=b\nc", "budget=HIGH"])
def test_what_cannot_be_given(text: str) -> None:
    with pytest.raises(FormatError):
        parse_given(text)


@given(st.text())
def test_every_value_has_words_of_the_text(text: str) -> None:
    found = derive(text)
    for each in found:
        assert each.words
        assert all(word in text.lower() and word in WORDS[each.dimension][each.value].split() for word in each.words)
    held = [each.dimension for each in found if not each.beaten]
    assert len(held) == len(set(held)) == len({each.dimension for each in found})


def test_a_long_task_is_looked_at_so_far() -> None:
    assert derive("a " * LIMIT + "urgent") == ()


# --- explaining ---


def resolved(models: Models, profile: str, target: str) -> Choice:
    """The rule of resolution in one line: base, then profile, then target override."""
    held = resolve_profile(models, profile) if profile else Choice("", "", {})
    return models.overrides.get(target, Choice("", "", {})).over(held).over(models.base)


def says(answers: Sequence[Answer]) -> Choice:
    """What answers say, as a choice."""
    found = {(each.kind, each.name): each.model for each in answers}
    chosen = {name: agent for (kind, name), agent in found.items() if kind == "agent" and agent}
    default, small = found["default", ""], found["small", ""]
    return Choice(default.model if default else "", small.model if small else "", chosen)


@given(packs, st.sampled_from(["", *NAMES]), st.sampled_from(["", "cursor", "codexcli", "zed"]), st.none() | told)
def test_every_answer_is_the_rule_and_its_reason_leads_to_it(
    sources: list[Source], profile: str, target: str, task: list[Found] | None
) -> None:
    models = merge(each.models for each in sources)
    if profile and profile not in models.profiles:
        with pytest.raises(FormatError, match="no such profile"):
            explain(sources, profile, target, task)
        return
    found = explain(sources, profile, target, task)
    used = found.route.route.use if found.route and not profile else ""
    wanted = resolved(models, found.profile, target)
    if used and used not in models.profiles and not models.overrides.get(target, Choice("", "", {})).default:
        wanted = wanted._replace(default=used)
    assert says(found.answers) == wanted
    for answer in found.answers:
        for step in answer.steps:
            assert step.says == _looked_up(sources, step.kind, step.name, step.pack, answer)
        if answer.reason:
            before = answer.steps[: answer.steps.index(answer.reason)]
            assert not [step for step in before if step.says]
            assert answer.model == answer.reason.says


def _looked_up(sources: Sequence[Source], kind: str, name: str, pack: str, answer: Answer) -> Agent | None:
    """What a place says, found by whoever follows the words of a step into the pack's own file."""
    if not pack:
        return None
    models = next(source.models for source in sources if source.pack == pack)
    if kind == "route":
        return Agent(models.routing[int(name) - 1].use) if answer.kind == "default" else None
    choice = {
        "override": lambda: models.overrides[name],
        "profile": lambda: models.profiles[name].choice,
        "base": lambda: models.base,
    }[kind]()
    if answer.kind == "agent":
        return choice.agents.get(answer.name)
    model = choice.default if answer.kind == "default" else choice.small
    return Agent(model) if model else None


@given(packs, told)
def test_the_route_that_counts_is_the_first_that_applies(sources: list[Source], task: list[Found]) -> None:
    tried = list(try_routes(sources, task))
    has = {each.dimension: each.value for each in task}
    assert sorted(-each.route.priority for each in tried) == [-each.route.priority for each in tried]
    for each in tried:
        assert bool(each.lacks) == (not each.route.when.items() <= has.items())
        [own] = [source.models.routing for source in sources if source.pack == each.pack]
        assert own[each.number - 1] is each.route
    applying = [each for each in tried if not each.lacks]
    assert explain(sources, task=task).route == (applying[0] if applying else None)


def test_without_a_task_no_route_is_looked_at() -> None:
    sources = [Source("one", parsed(routing=[{"when": {}, "use": OPUS}]))]
    assert explain(sources).routes == ()
    assert says(explain(sources).answers) == Choice("", "", {})
    assert says(explain(sources, task=()).answers).default == OPUS


def test_a_profile_that_was_asked_for_holds_whatever_routes_say() -> None:
    both = {"a": {"default": OPUS}, "b": {"default": HAIKU}}
    sources = [Source("one", parsed(profiles=both, routing=[{"when": {}, "use": "a"}]))]
    assert [(each.profile, each.ignored) for each in (explain(sources, task=()), explain(sources, "b", task=()))] == [
        ("a", False),
        ("b", True),
    ]


def test_a_name_that_was_meant_is_told() -> None:
    with pytest.raises(FormatError) as caught:
        explain([Source("one", parsed(profiles={"careful": {}}))], "carefull")
    assert caught.value.help == "did you mean careful?"


def test_the_page_lists_the_words() -> None:
    page = (Path(__file__).parents[2] / "docs/models.md").read_text("utf-8")
    for dimension, values in WORDS.items():
        for value, words in values.items():
            listed = ", ".join(f"`{word}`" for word in words.split())
            assert f"| `{dimension}` | `{value}` | {listed} |" in page
