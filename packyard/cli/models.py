"""`packyard models explain`.

    packyard models explain --task "urgent: fix the login" --target claudecode

Elsewhere than on a terminal there are lines with tabs, of which the first word says what they are:

    dimension  NAME  VALUE  HOW                    what is known of the task
    route  PACK  NUMBER  USE  WHEN  HOLDS          a route that was looked at
    model  FOR  MODEL  SETTINGS  WHY               what something gets
    step  FOR  PLACE  PACK  SAYS                   a place that was asked for it, in the order of asking
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from packyard.cli import options
from packyard.cli.tables import Cell, Column, Row, show
from packyard.cli.terminal import document, printable, say
from packyard.errors import FormatError, ProblemsFound

if TYPE_CHECKING:
    from packyard.formats.model_explain import Answer, Explained, Step, Tried
    from packyard.formats.model_merge import Source
    from packyard.formats.model_tasks import Found
    from packyard.formats.models import Agent


@click.group("models", context_settings=options.CONTEXT)
def command() -> None:
    """Say which model does what, by the models.json of packs."""


@command.command("explain", context_settings=options.CONTEXT)
@click.argument("packs", metavar="[PACK|DIR]...", nargs=-1)
@click.option("--project", type=options.FOLDER, default=Path(), help="The project's folder.  [default: .]")
@click.option("--task", metavar="TEXT", help="What is to be done, in words.")
@click.option("--when", "given", multiple=True, metavar="NAME=VALUE", help="A dimension of the task and its value.")
@click.option("--profile", default="", metavar="NAME", help="The profile that holds, whatever routes say.")
@click.option("--target", default="", metavar="TARGET", help="The program that asks, such as claudecode.")
@options.json
def explain(
    packs: tuple[str, ...],
    project: Path,
    task: str | None,
    given: tuple[str, ...],
    profile: str,
    target: str,
    as_json: bool,
) -> None:
    """Say which model everything gets, and why: by the packs of a project, in the order of its lock, or by these.

    DIR is a folder with a models.json in it. With --task or --when routes are looked at: of a text the words count that
    docs/models.md lists, and what nothing was said about is not known. How packs come together, and what counts
    first, is described there too.
    """
    from packyard.edges.modelfiles import read_sources
    from packyard.formats.model_explain import explain as explained
    from packyard.formats.model_tasks import parse_given, task_of

    sources, left = read_sources(project, packs)
    try:
        dimensions = task_of(task or "", tuple(map(parse_given, given))) if task is not None or given else None
        found = explained(sources, profile, target, dimensions)
    except FormatError as error:
        if error.code == "profile-depth":  # no pack is to blame alone, and the command was called rightly
            raise ProblemsFound([error.at(", ".join(source.pack for source in sources))]) from None
        raise options.refused(error) from None
    if as_json:
        document("models", _document(sources, dimensions, found))
        return
    _show(dimensions or (), found)
    for line in _words(sources, left, found):
        say(printable(line))


_DIMENSIONS = (Column(""), Column("DIMENSION", "bold"), Column("VALUE"), Column("WHY", gives_way=True))
_ROUTES = (*map(Column, ("", "PACK", "ROUTE", "USE", "WHEN")), Column("HOLDS", gives_way=True))
_MODELS = (Column(""), Column("FOR", "bold"), Column("MODEL"), Column("SETTINGS"), Column("WHY", gives_way=True))
_STEPS = (Column(""), Column("FOR", "bold"), Column("PLACE"), Column("PACK"), Column("SAYS"))


def _show(dimensions: tuple[Found, ...], found: Explained) -> None:
    """Tables, one after the other."""
    shown = (
        (_DIMENSIONS, [("dimension", each.dimension, each.value, _led(each)) for each in dimensions]),
        (_ROUTES, [_route(each, found) for each in found.routes]),
        (_MODELS, [_model(answer, found.profile) for answer in found.answers]),
        (_STEPS, [_step(answer, step) for answer in found.answers for step in answer.steps]),
    )
    for at, (columns, rows) in enumerate(table for table in shown if table[1]):
        if at and sys.stdout.isatty():
            print()
        show(columns, rows)


def _route(tried: Tried, found: Explained) -> Row:
    when = ", ".join(f"{name}={value}" for name, value in tried.route.when.items()) or "always"
    lacks = ", ".join(f"{name} is {has or 'not known'}" for name, _, has in tried.lacks)
    holds = lacks or ("counts" if tried == found.route else "applies, after another one")
    use = f"{tried.route.use}" + (" (profile)" if tried.route.use in found.models.profiles else "")
    return ("route", tried.pack, str(tried.number), use, when, Cell(holds, "green" if tried == found.route else ""))


def _model(answer: Answer, profile: str) -> Row:
    model = answer.model
    why = _why(answer.reason, profile) if answer.reason else "no pack says anything: the program's own"
    return ("model", _subject(answer), model.model if model else "", _settings(model), why)


def _step(answer: Answer, step: Step) -> Row:
    said, taken = step.says.model if step.says else "nothing", step is answer.reason
    says = Cell(f"{said}, taken", "green") if taken else Cell(said)
    return ("step", _subject(answer), _place(step), step.pack, says)


def _subject(answer: Answer) -> str:
    return f"agent {answer.name}" if answer.name else answer.kind


def _settings(model: Agent | None) -> str:
    named = {"temperature": model.temperature, "top_p": model.top_p} if model else {}
    return " ".join(f"{name}={value:g}" for name, value in named.items() if value is not None)


def _why(step: Step, profile: str) -> str:
    above = f", above {profile}" if step.kind == "profile" and step.name != profile else ""
    return f"{_place(step)} of {step.pack}{above}"


def _place(step: Step) -> str:
    return f"{step.kind} {step.name}" if step.name else step.kind


def _led(found: Found) -> str:
    if not found.words:
        return "given"
    words = ", ".join(found.words)
    return f"words: {words}; another value asks for more" if found.beaten else f"words: {words}"


def _words(sources: list[Source], left: list[str], found: Explained) -> Iterator[str]:
    """What a person is told beside the tables."""
    order = ", ".join(source.pack for source in sources)
    yield f"packs in their order: {order}" if sources else "no pack says anything"
    yield from left
    if found.chain:
        above = " → ".join(found.chain)
        yield f"profile {found.profile}: {above}" if len(found.chain) > 1 else f"profile {found.profile}"
    if found.ignored and found.route:
        yield f"the route to {found.route.route.use} is not followed: the profile {found.profile} was asked for"
    if found.routes and found.route is None:
        yield "no route applies"


def _document(sources: list[Source], task: tuple[Found, ...] | None, found: Explained) -> dict[str, Any]:
    return {
        "packs": [source.pack for source in sources],
        "target": found.target or None,
        "profile": found.profile or None,
        "chain": list(found.chain),
        "task": None if task is None else [each._asdict() | {"words": list(each.words)} for each in task],
        "routes": [_route_object(each) for each in found.routes],
        "route": found.routes.index(found.route) if found.route else None,
        "followed": None if found.route is None else not found.ignored,
        "models": [_answer_object(answer) for answer in found.answers],
        "providers": found.models.providers,
    }


def _route_object(tried: Tried) -> dict[str, Any]:
    route = tried.route
    lacks = [{"dimension": name, "wanted": wanted, "known": has or None} for name, wanted, has in tried.lacks]
    return {
        "pack": tried.pack,
        "number": tried.number,
        "use": route.use,
        "when": dict(route.when),
        "description": route.description or None,
        "priority": route.priority,
        "lacks": lacks,
    }


def _answer_object(answer: Answer) -> dict[str, Any]:
    model = answer.model._asdict() if answer.model else {"model": None, "temperature": None, "top_p": None}
    steps = [
        {
            "place": step.kind,
            "name": step.name or None,
            "pack": step.pack or None,
            "model": step.says.model if step.says else None,
            "taken": step is answer.reason,
        }
        for step in answer.steps
    ]
    return {"for": answer.kind, "agent": answer.name or None, **model, "steps": steps}
