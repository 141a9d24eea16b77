"""The page of a version's `models.json`: which model does what, in which profile, and which profile a task asks for.

`packs/NAME/VERSION/models/index.html` is there for versions that have the file. A file that cannot be read is said to
be so, with everything that is wrong with it, cycles and chains of profiles included. What a profile inherits is shown
with where it comes from, so nobody has to follow chains by hand.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from packyard.errors import FormatError
from packyard.formats import layout
from packyard.formats.fields import errors_of
from packyard.formats.models import (
    DIMENSIONS,
    Agent,
    Choice,
    Models,
    Route,
    is_known_model,
    lineage,
    parse_models,
)
from packyard.model import Pack, VersionState
from packyard.recipe import Recipe
from packyard.surfaces.hidden import reveal
from packyard.surfaces.pack.files import raw_names
from packyard.surfaces.pack.values import Hand
from packyard.surfaces.site import HOME

FILE = "models.json"

#: How many lines the tables of profiles have together, and how many of anything else is listed.
LINES, MOST = 600, 200

#: Where a line comes from that no profile says.
BASE = ""


class Line(NamedTuple):
    """A model and what it is for: `kind` is `default`, `small` or `agent`, with the `agent`'s name. `source` is the
    profile that says so, or `BASE`. What is None is left to the program.
    """

    kind: str
    agent: str
    model: str
    temperature: float | None
    top_p: float | None
    source: str


class Shown(NamedTuple):
    """A profile with all that holds in it; `chain` names it and the profiles above it."""

    name: str
    description: str
    chain: tuple[str, ...]
    lines: tuple[Line, ...]


class Cell(NamedTuple):
    """What a route says of a dimension; `custom` when that is not among the dimension's own values."""

    value: str
    custom: bool


class Way(NamedTuple):
    """A route: a cell for each of `DIMENSIONS`, and dimensions besides those, with their values."""

    priority: float
    cells: tuple[Cell, ...]
    others: tuple[tuple[str, str], ...]
    use: str
    description: str


def plan_version(hand: Hand, pack: Pack, state: VersionState, before: VersionState | None) -> Iterator[Recipe]:
    """The page, when the version has the file."""
    release = state.release
    if state.withdrawn is None and any(file.path == FILE for file in release.files):
        path = layout.version(pack.name, release.version, "models/index.html")
        inputs = (hand.site, pack.name, release.version, release.tree)
        yield Recipe(path, inputs, lambda: models_page(hand, pack, state))


def models_page(hand: Hand, pack: Pack, state: VersionState) -> bytes:
    """Defaults, agents, profiles, routes and overrides, or what is wrong with them."""
    say, release = hand.templates.say, state.release
    models, notes, errors = _read(hand.files(release)[FILE])
    raw = raw_names(release.files).get(FILE, "")
    return hand.templates.page(
        "version/models.html",
        hand.site,
        layout.version(pack.name, release.version, "models/index.html"),
        say("Models of {name} {version}", name=pack.name, version=release.version),
        say("Which models {name} {version} asks for, and for what.", name=pack.name, version=release.version),
        section=HOME,
        pack=pack.name,
        version=release.version,
        raw=layout.version(pack.name, release.version, f"raw/{raw}") if raw else "",
        errors=errors[:MOST],
        notes=notes[:MOST],
        **(_tables(models) if models else {"models": None}),
    )


def _read(data: bytes) -> tuple[Models | None, tuple[FormatError, ...], tuple[FormatError, ...]]:
    """The models with their notes, or none with the errors."""
    try:
        models, notes = parse_models(data)
    except FormatError as error:
        return None, (), errors_of(error)
    return models, notes, ()


def _tables(models: Models) -> dict[str, object]:
    base = tuple(lines_of([(BASE, models.base)]))
    profiles = list(profiles_of(models))
    return {
        "models": models,
        "base": base[:MOST],
        "profiles": profiles,
        "left": len(models.profiles) - len(profiles),
        "anchors": {profile.name: f"profile-{at}" for at, profile in enumerate(profiles, 1)},
        "dimensions": tuple(DIMENSIONS),
        "ways": list(ways_of(models.routing))[:MOST],
        "overrides": [
            (reveal(name), tuple(lines_of([(BASE, choice)]))[:MOST])
            for name, choice in list(models.overrides.items())[:MOST]
        ],
        "providers": list(_providers(models.providers))[:MOST],
        "strange": strangers(models),
    }


def profiles_of(models: Models) -> Iterator[Shown]:
    """The profiles with all that holds in them, as many as there is room for."""
    room = LINES
    for name, profile in models.profiles.items():
        chain = lineage(models.profiles, name)
        choices = [*((each, models.profiles[each].choice) for each in chain), (BASE, models.base)]
        lines = tuple(lines_of(choices))
        room -= 1 + len(lines)
        if room < 0:
            return
        yield Shown(reveal(name), reveal(profile.description), tuple(map(reveal, chain)), lines)


def lines_of(choices: Iterable[tuple[str, Choice]]) -> Iterator[Line]:
    """What holds when the first choice that says something counts, and which one it was."""
    found = dict[tuple[str, str], tuple[Agent, str]]()
    for source, choice in choices:
        for kind, model in (("default", choice.default), ("small", choice.small)):
            if model:
                found.setdefault((kind, ""), (Agent(model), source))
        for name, agent in choice.agents.items():
            found.setdefault(("agent", name), (agent, source))
    for kind, name in sorted(found, key=lambda key: (("default", "small", "agent").index(key[0]), key[1])):
        agent, source = found[kind, name]
        model = reveal(agent.model)
        yield Line(kind, reveal(name), model, agent.temperature, agent.top_p, reveal(source))


def ways_of(routing: Iterable[Route]) -> Iterator[Way]:
    """The routes in the order in which they are tried: the highest priority first, then as they stand."""
    for route in sorted(routing, key=lambda route: -route.priority):
        cells = tuple(
            Cell(reveal(value), bool(value) and value not in values)
            for name, values in DIMENSIONS.items()
            for value in [route.when.get(name, "")]
        )
        others = ((reveal(name), reveal(value)) for name, value in route.when.items() if name not in DIMENSIONS)
        yield Way(route.priority, cells, tuple(others), reveal(route.use), reveal(route.description))


def strangers(models: Models) -> frozenset[str]:
    """The ids of models of no known family that `providers` does not describe."""
    choices = [models.base, *(profile.choice for profile in models.profiles.values()), *models.overrides.values()]
    named = {model for choice in choices for model in (choice.default, choice.small) if model}
    named |= {agent.model for choice in choices for agent in choice.agents.values()}
    named |= {route.use for route in models.routing if route.use not in models.profiles}
    described = {
        f"{name}/{model}" for name, about in models.providers.items() for model in (about or {}).get("models") or ()
    }
    return frozenset(reveal(name) for name in named - described if not is_known_model(name))


def _providers(providers: Mapping[str, Mapping[str, Mapping[str, object]] | None]) -> Iterator[tuple[str, str, str]]:
    """(provider, model, variants) of what is described; a provider without models has one line."""
    for name, about in providers.items():
        described = (about or {}).get("models") or {}
        if not described:
            yield reveal(name), "", ""
        for model, options in described.items():
            variants = options.get("variants") if isinstance(options, Mapping) else None
            yield reveal(name), reveal(model), ", ".join(map(reveal, variants or ()))
