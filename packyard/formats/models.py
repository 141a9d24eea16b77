"""`models.json`: which model does what, in named profiles, and which profile a task asks for. The format is that of
agentpacks.

    {
      "default": "anthropic/claude-sonnet-4-5",
      "small": "anthropic/claude-haiku-4-5",
      "agents": {"reviewer": {"model": "anthropic/claude-opus-4-1", "temperature": 0.1, "top_p": 0.9}},
      "profiles": {
        "everyday": {"description": "Quick enough to talk to"},
        "careful": {"extends": "everyday", "default": "anthropic/claude-opus-4-1"}
      },
      "providers": {"anthropic": {"options": {}, "models": {"claude-opus-4-1": {"options": {}, "variants": {}}}}},
      "routing": [{"when": {"complexity": "critical"}, "use": "careful", "description": "Think first", "priority": 20}],
      "overrides": {"codexcli": {"default": "openai/gpt-5"}}
    }

Every field may be absent.  An agent needs `model`; `temperature` is from 0 to 2, `top_p` from 0 to 1.  A profile has
what the base has (`default small agents`) and may extend another one, whose fields it inherits unless it has its own;
`agents` are inherited one by one.  A profile that inherits from itself is refused, and so is one with more than ten
others above it, or one above it that is not there.  `overrides` has for some targets what the base has.  A route has
`when`, texts by dimension, and `use`, a profile or a model.  Dimensions and values other than those of `DIMENSIONS` are
custom ones: allowed, and noted.  So are unknown fields, and models of no family that is known (`is_known_model`) and
that `providers` does not describe.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from packyard.errors import FormatError
from packyard.formats.fields import Fields, did_you_mean, kind_of, shown
from packyard.formats.strict import load_json

#: The most bytes of `models.json`, profiles in it, and profiles above a profile.
LIMIT, MAX_PROFILES, MAX_DEPTH = 262_144, 1000, 10

#: The dimensions of a task by which routes choose, and their values.
DIMENSIONS: Mapping[str, tuple[str, ...]] = {
    "complexity": ("low", "medium", "high", "critical"),
    "urgency": ("low", "normal", "high"),
    "budget": ("minimal", "standard", "premium"),
    "contextWindowNeed": ("small", "medium", "large", "max"),
    "toolUseIntensity": ("none", "light", "heavy"),
}

_MODEL_LIMIT, _TEXT_LIMIT = 200, 2000
# A pattern that takes long to compile, and most processes never need.
_FAMILIES = (
    r"(?:[a-z0-9_-]+[/.]){0,4}"
    r"(?:claude-(?:opus|sonnet|haiku|instant|[0-9])|(?:chat)?gpt-(?:3\.5|[4-9]|oss)|o[1-9](?![a-z0-9])|gemini-"
    r"|(?:meta-)?llama|(?:open-)?mi[sx]tral|(?:code|mini|magi|dev)stral|command|deepseek|qw(?:en|q)|grok).*"
)


class Agent(NamedTuple):
    """The model of one agent; what is None is left to the program."""

    model: str
    temperature: float | None = None
    top_p: float | None = None


class Choice(NamedTuple):
    """The models for work in general, for small tasks, and for agents by name; "" is no choice."""

    default: str
    small: str
    agents: Mapping[str, Agent]

    def over(self, other: Choice) -> Choice:
        """This choice, and where it has none the other one."""
        return Choice(self.default or other.default, self.small or other.small, {**other.agents, **self.agents})


class Profile(NamedTuple):
    """A named choice as it stands in the file; `extends` is the profile above it or ""."""

    extends: str
    description: str
    choice: Choice


class Route(NamedTuple):
    """Which profile or model to `use` for a task with all of these dimensions; the highest `priority` goes first."""

    when: Mapping[str, str]
    use: str
    description: str
    priority: float


class Models(NamedTuple):
    """A `models.json`; `providers` as it stands there, `overrides` by target."""

    base: Choice
    profiles: Mapping[str, Profile]
    providers: Mapping[str, Any]
    routing: tuple[Route, ...]
    overrides: Mapping[str, Choice]


def parse_models(data: bytes) -> tuple[Models, tuple[FormatError, ...]]:
    """The models in the text, and notes with the codes `field-unknown`, `model-unknown`, `route-dimension` and
    `route-unknown`.

    Raises `FormatError`, with all errors at once; those of inheritance are `profile-cycle`, `profile-depth` and
    `profile-unknown`.
    """
    fields = Fields(load_json(data, LIMIT))
    profiles, overrides = fields.mapping("profiles"), fields.mapping("overrides")
    models = Models(
        _choice(fields),
        {name: _profile(profiles.mapping(name)) for name in profiles.names()[:MAX_PROFILES]},
        _providers(fields.mapping("providers")),
        tuple(_route(route) for route in fields.each("routing")),
        {name: _choice(overrides.mapping(name)) for name in overrides.names()},
    )
    if len(profiles.names()) > MAX_PROFILES:
        fields.refuse("field-invalid", "has too many profiles", "profiles", expected=f"at most {MAX_PROFILES}")
    _check_inheritance(profiles, models.profiles)
    fields.finish(keep_unknown=True)
    return models, (*fields.unknown(), *_unknown_models(fields, models), *_strange_routes(fields, models))


def resolve_profile(models: Models, name: str) -> Choice:
    """The choice of a profile with all that it inherits, the base not included. Raises what `lineage` raises."""
    choice = Choice("", "", {})
    for each in lineage(models.profiles, name):
        choice = choice.over(models.profiles[each].choice)
    return choice


def lineage(profiles: Mapping[str, Profile], name: str) -> tuple[str, ...]:
    """The profile and those above it, the nearest first.

    Raises `FormatError`: `profile-unknown` when there is no such profile, or one above it is not there; and, with the
    path, `profile-cycle` and `profile-depth`. Those of `parse_models` have none of these faults, but profiles of
    several packs together may be too deep.
    """
    if name not in profiles:
        hint = did_you_mean(name, profiles)
        raise FormatError("profile-unknown", "there is no such profile", found=shown(name), help=hint)
    path = _lineage(profiles, name)
    above = profiles[path[-1]].extends
    if above in path:
        message, found = "the profile inherits from itself", _shown_path([*path, above])
        raise FormatError("profile-cycle", message, found=found)
    if above:
        message = "a profile extends one that is not there"
        raise FormatError("profile-unknown", message, found=_shown_path([*path, above]))
    if len(path) > MAX_DEPTH + 1:
        message = f"the profile has more than {MAX_DEPTH} profiles above it"
        raise FormatError("profile-depth", message, found=_shown_path(path))
    return tuple(path)


def is_known_model(name: str) -> bool:
    """Whether the id is one of a family that is known, in any letter case, with or without its provider."""
    return re.fullmatch(_FAMILIES, name, re.IGNORECASE) is not None


def _choice(fields: Fields) -> Choice:
    agents = fields.mapping("agents")
    return Choice(
        fields.text("default", limit=_MODEL_LIMIT),
        fields.text("small", limit=_MODEL_LIMIT),
        {name: _agent(agents.mapping(name)) for name in agents.names()},
    )


def _agent(fields: Fields) -> Agent:
    model = fields.required_text("model", limit=_MODEL_LIMIT)
    return Agent(model, _number(fields, "temperature", 0, 2), _number(fields, "top_p", 0, 1))


def _profile(fields: Fields) -> Profile:
    description = fields.text("description", limit=_TEXT_LIMIT, folded=True)
    return Profile(fields.text("extends"), description, _choice(fields))


def _route(fields: Fields) -> Route:
    when = fields.mapping("when")
    return Route(
        {name: when.required_text(name) for name in when.names()},
        fields.required_text("use"),
        fields.text("description", limit=_TEXT_LIMIT, folded=True),
        _number(fields, "priority", -1_000_000, 1_000_000) or 0,
    )


def _providers(fields: Fields) -> Mapping[str, Any]:
    for name in fields.names():
        provider = fields.mapping(name)
        _check_mapping(provider, "options")
        models = provider.mapping("models")
        for model in models.names():
            described = models.mapping(model)
            _check_mapping(described, "options")
            variants = described.mapping("variants")
            for variant in variants.names():
                _check_mapping(variants, variant)
    return fields.value


def _check_mapping(fields: Fields, name: str) -> None:
    """Note when a field is there and is no mapping; what is in it is for the provider to know."""
    if not isinstance(value := fields.raw(name), dict | None):
        fields.refuse("field-type", "is not a mapping", name, expected="names and values", found=kind_of(value))


def _number(fields: Fields, name: str, low: float, high: float) -> float | None:
    value = fields.raw(name)
    if value is None:
        return None
    if isinstance(value, (int, float)) and not isinstance(value, bool) and low <= value <= high:
        return value
    expected = f"a number from {low} to {high}"
    fields.refuse("field-invalid", "is not such a number", name, expected=expected, found=shown(value))
    return None


def _lineage(profiles: Mapping[str, Profile], name: str) -> list[str]:
    """The profile and those above it, up to the first that extends none, one that is not there, or one seen before."""
    path = {name: None}
    while (above := profiles[name].extends) and above in profiles and above not in path:
        path[above] = None
        name = above
    return list(path)


def _check_inheritance(fields: Fields, profiles: Mapping[str, Profile]) -> None:
    """Note every fault of inheritance, once."""
    for name, profile in profiles.items():
        path = _lineage(profiles, name)
        above = profiles[path[-1]].extends
        if profile.extends and profile.extends not in profiles:
            found = shown(profile.extends)
            fields.refuse("profile-unknown", "is no profile of this file", name, "extends", found=found)
        elif above and above == name == min(path):
            fields.refuse("profile-cycle", "inherits from itself", name, "extends", found=_shown_path([*path, name]))
        elif above not in path and len(path) == MAX_DEPTH + 2:
            message = f"has more than {MAX_DEPTH} profiles above it"
            fields.refuse("profile-depth", message, name, "extends", found=_shown_path(path))


def _shown_path(path: list[str]) -> str:
    names = [shown(name) for name in path]
    return " → ".join(names if len(names) <= 20 else [*names[:20], "…"])


def _unknown_models(fields: Fields, models: Models) -> Iterator[FormatError]:
    described = {
        f"{provider}/{model}"
        for provider, about in models.providers.items()
        for model in (about or {}).get("models") or ()
    }
    for place, model in _named_models(models):
        if model and model not in described and not is_known_model(model):
            yield fields.error("model-unknown", "is of no family that is known", *place, found=shown(model))


def _named_models(models: Models) -> Iterator[tuple[tuple[str, ...], str]]:
    """Every place that names a model, with the model."""
    choices: list[tuple[tuple[str, ...], Choice]] = [((), models.base)]
    choices += [(("profiles", name), profile.choice) for name, profile in models.profiles.items()]
    choices += [(("overrides", name), choice) for name, choice in models.overrides.items()]
    for place, choice in choices:
        yield (*place, "default"), choice.default
        yield (*place, "small"), choice.small
        for name, agent in choice.agents.items():
            yield (*place, "agents", name, "model"), agent.model


def _strange_routes(fields: Fields, models: Models) -> Iterator[FormatError]:
    for index, route in enumerate(models.routing):
        if route.use not in models.profiles and not is_known_model(route.use):
            message = "is neither a profile of this file nor a known model"
            yield fields.error("route-unknown", message, "routing", index, "use", found=shown(route.use))
        for name, value in route.when.items():
            if value not in DIMENSIONS.get(name, ()):
                expected = ", ".join(DIMENSIONS.get(name, DIMENSIONS))
                found = f"{shown(name)}: {shown(value)}"
                place = ("routing", index, "when", name)
                yield fields.error("route-dimension", "is a custom one", *place, expected=expected, found=found)
