"""`packyard validate`."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import click

from packyard.cli import options
from packyard.cli.errors import FINDINGS, as_object, count, format_problem
from packyard.cli.judging import judge, registry, world_of
from packyard.cli.packs import Described, describe
from packyard.cli.terminal import colourful, document, printable, say
from packyard.gate.judge import outcome_of
from packyard.gate.report.shown import WORDS
from packyard.gate.values import Finding

if TYPE_CHECKING:
    from packyard.gate.capabilities import Capability, Cost

#: How many capabilities of a kind people are shown, and how many characters of each.
_SHOWN, _WIDTH = 5, 100


@click.command("validate", context_settings=options.CONTEXT)
@click.argument("folder", metavar="DIR", type=options.FOLDER)
@registry
@options.json
def command(folder: Path, repo: Path | None, as_json: bool) -> int:
    """Say what the registry's check would say about the content of the pack in DIR, before anybody signs it.

    The last line is the verdict: accept, review (a person will look at it) or reject. With --repo the registry's
    settings decide, and the pack is held against what is published there. Who may publish it is not asked here.

    It says too what the pack can do on a machine that has it, as a reviewer will see it, and what it costs in tokens:
    in every conversation, and when everything in it is invoked.
    """
    world = world_of(repo)
    described = describe(folder, world.registry.limits if world else {})
    findings, able = judge(described, world), _ability(described)
    verdict = outcome_of(findings)
    if as_json:
        document("validation", {**_document(folder, described, findings), **_ability_document(able)})
    else:
        show(findings)
        for line in _ability_lines(able) if able else ():
            say(line)
        print(f"{verdict}: {_summary(folder, described)}")
    return FINDINGS if verdict == "reject" else 0


def show(findings: Iterable[Finding]) -> None:
    """Tells people all findings, and how many there are."""
    listed, colour = list(findings), colourful(sys.stderr)
    for problem, outcome in listed:
        say(format_problem(problem, WORDS[outcome], colour))
    if len(listed) > 1:
        say(", ".join(_counts(listed)))


def _counts(findings: list[Finding]) -> Iterator[str]:
    for outcome, noun in (("block", "problem"), ("review", "thing"), ("note", "note")):
        number = sum(each.outcome == outcome for each in findings)
        if number:
            yield count(number, noun) + (" for a person to look at" if outcome == "review" else "")


def _summary(folder: Path, described: Described) -> str:
    if described.manifest is None:
        return printable(str(folder))
    features = ", ".join(described.features) or "no features"
    size = f"{count(len(described.paths), 'file')}, {described.size} bytes"
    return f"{described.manifest.name} {described.manifest.version}, {size}, {features}"


# --- what the pack can do ---


class Ability(NamedTuple):
    """What a pack can do, and what it costs."""

    capabilities: tuple[Capability, ...]
    cost: Cost


def _ability(described: Described) -> Ability | None:
    """None when it cannot be told: the findings say why."""
    if not described.folder.whole or described.manifest is None:
        return None
    from packyard.gate.building import content_of
    from packyard.gate.capabilities import capabilities, cost

    content = content_of(described.folder)
    try:
        return Ability(capabilities(content), cost(content))
    except Exception:  # whatever a pack may hold, the verdict is shown
        return None


def _ability_lines(able: Ability) -> Iterator[str]:
    """A line for each kind of capability, then one for the cost."""
    for kind, group in groupby(able.capabilities, lambda each: each.kind):
        every = list(dict.fromkeys(printable(each.what, _WIDTH) for each in group))
        more = f", and {len(every) - _SHOWN} more" if len(every) > _SHOWN else ""
        yield f"can    {kind:10}  {', '.join(every[:_SHOWN])}{more}"
    if not able.capabilities:
        yield "can    nothing by itself"
    yield f"costs  about {able.cost.always:,} tokens always, {able.cost.invoked:,} when all is invoked"


def _ability_document(able: Ability | None) -> dict[str, object]:
    if able is None:
        return {"capabilities": None, "cost": None}
    return {"capabilities": [each._asdict() for each in able.capabilities], "cost": able.cost._asdict()}


# --- documents ---


def _document(folder: Path, described: Described, findings: tuple[Finding, ...]) -> dict[str, object]:
    listed = {
        outcome: [{**as_object(each.problem), "outcome": outcome} for each in findings if each.outcome == outcome]
        for outcome in WORDS
    }
    return {
        "path": str(folder),
        "name": described.manifest.name if described.manifest else None,
        "version": described.manifest.version if described.manifest else None,
        "files": len(described.paths),
        "size": described.size,
        "features": list(described.features),
        "ok": not listed["block"],
        "verdict": outcome_of(findings),
        "problems": listed["block"],
        "reviews": listed["review"],
        "notes": listed["note"],
    }
