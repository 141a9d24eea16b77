"""Which model does what, and why: each answer with every place that was asked for it, in the order of asking.

The models of several packs are one (`model_merge`).  For work in general, for small tasks and for each agent the first
of these that says something counts:

    override    what the packs say for the program (`target`), of the first pack that has anything for it
    route       the model that a route names, for work in general alone; or else, when a profile holds:
    profile     the profile, then those that it extends, one after the other
    base        what the packs say outside of profiles, the first pack first

A profile holds when it was asked for, or when a route names it.  Of the routes, the one with the highest priority
counts that applies, then the one that stands first; a route applies to a task with every value that its `when` has, so
one without any applies to each.  Routes are looked at when there is a task, even if nothing is known of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from packyard.formats.model_merge import Source, merge
from packyard.formats.model_tasks import Found
from packyard.formats.models import Agent, Choice, Models, Route, lineage

OVERRIDE, ROUTE, PROFILE, BASE = "override", "route", "profile", "base"


class Step(NamedTuple):
    """A place that was asked: its `kind`, its `name` (the target, the profile, the number of the route, or ""), the
    pack that says it, "" when none has the place, and what it says, None for nothing.
    """

    kind: str
    name: str
    pack: str
    says: Agent | None


class Answer(NamedTuple):
    """What `default`, `small` or an `agent` by its `name` gets. `steps` are all places in the order of asking.
    The `reason` is the first that says something; without one there is no `model` either.
    """

    kind: str
    name: str
    steps: tuple[Step, ...]

    @property
    def reason(self) -> Step | None:
        """The step that counts."""
        return next((step for step in self.steps if step.says), None)

    @property
    def model(self) -> Agent | None:
        """What it gets."""
        return self.reason.says if self.reason else None


class Tried(NamedTuple):
    """A route that was looked at, by its pack and the `number` that it has there, from 1. `lacks` are the dimensions by
    which it does not apply: what it wants, and what the task has, "" when that is not known.
    """

    pack: str
    number: int
    route: Route
    lacks: tuple[tuple[str, str, str], ...]


class Explained(NamedTuple):
    """All answers. `routes` in the order of looking, without a task none; `route` is the one that counts. `profile` is
    the one that holds, "" when none does, and `chain` has those above it, too. `ignored` when the route that counts was
    not followed, because a profile was asked for.
    """

    models: Models
    target: str
    profile: str
    chain: tuple[str, ...]
    routes: tuple[Tried, ...]
    route: Tried | None
    ignored: bool
    answers: tuple[Answer, ...]


def explain(
    sources: Sequence[Source], profile: str = "", target: str = "", task: Sequence[Found] | None = None
) -> Explained:
    """What the packs' models say for a profile, a program and a task, as far as these are given.

    Raises `FormatError` for a profile that is not there, or is too deep; see `models.lineage`.
    """
    models = merge(source.models for source in sources)
    routes = () if task is None else tuple(try_routes(sources, task))
    route = next((each for each in routes if not each.lacks), None)
    used = route.route.use if route else ""
    ignored = bool(profile and route and used != profile)
    held = profile or (used if used in models.profiles else "")
    chain = lineage(models.profiles, held) if held else ()
    direct = None if profile or held else route
    places = tuple(_places(sources, models, chain, target, direct))
    answers = (Answer(kind, name, tuple(_asked(places, kind, name))) for kind, name in _subjects(places))
    return Explained(models, target, held, chain, routes, route, ignored, tuple(answers))


def try_routes(sources: Sequence[Source], task: Sequence[Found]) -> Iterator[Tried]:
    """The routes of all packs in the order in which they are looked at."""
    has = {each.dimension: each.value for each in task if not each.beaten}
    numbered = ((source.pack, at, route) for source in sources for at, route in enumerate(source.models.routing, 1))
    for pack, number, route in sorted(numbered, key=lambda each: -each[2].priority):
        lacks = ((name, value, has.get(name, "")) for name, value in route.when.items() if has.get(name) != value)
        yield Tried(pack, number, route, tuple(lacks))


class _Place(NamedTuple):
    kind: str
    name: str
    pack: str
    choice: Choice


def _places(
    sources: Sequence[Source], models: Models, chain: Sequence[str], target: str, route: Tried | None
) -> Iterator[_Place]:
    """The places in the order of asking."""
    nothing = Choice("", "", {})
    if target:
        pack = next((source.pack for source in sources if target in source.models.overrides), "")
        yield _Place(OVERRIDE, target, pack, models.overrides.get(target, nothing))
    if route:
        yield _Place(ROUTE, str(route.number), route.pack, Choice(route.route.use, "", {}))
    for name in chain:
        pack = next(source.pack for source in sources if name in source.models.profiles)
        yield _Place(PROFILE, name, pack, models.profiles[name].choice)
    for source in sources:
        yield _Place(BASE, "", source.pack, source.models.base)


def _subjects(places: Sequence[_Place]) -> Iterator[tuple[str, str]]:
    yield "default", ""
    yield "small", ""
    for name in sorted({name for place in places for name in place.choice.agents}):
        yield "agent", name


def _asked(places: Sequence[_Place], kind: str, name: str) -> Iterator[Step]:
    for place in places:
        yield Step(place.kind, place.name, place.pack, _said(place.choice, kind, name))


def _said(choice: Choice, kind: str, name: str) -> Agent | None:
    if kind == "agent":
        return choice.agents.get(name)
    model = choice.default if kind == "default" else choice.small
    return Agent(model) if model else None
