"""`packyard validate`."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import click

from packyard.cli import options
from packyard.cli.errors import FINDINGS, as_object, count, format_problem
from packyard.cli.judging import judge, registry, world_of
from packyard.cli.packs import Described, describe
from packyard.cli.terminal import colourful, document, printable, say
from packyard.gate.judge import outcome_of
from packyard.gate.report.shown import WORDS
from packyard.gate.values import Finding


@click.command("validate", context_settings=options.CONTEXT)
@click.argument("folder", metavar="DIR", type=options.FOLDER)
@registry
@options.json
def command(folder: Path, repo: Path | None, as_json: bool) -> int:
    """Say what the registry's check would say about the content of the pack in DIR, before anybody signs it.

    The last line is the verdict: accept, review (a person will look at it) or reject. With --repo the registry's
    settings decide, and the pack is held against what is published there. Who may publish it is not asked here.
    """
    world = world_of(repo)
    described = describe(folder, world.registry.limits if world else {})
    findings = judge(described, world)
    verdict = outcome_of(findings)
    if as_json:
        document("validation", _document(folder, described, findings))
    else:
        show(findings)
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
