"""What the commands of those who use packs have in common: the project, its registries, and what is said at the end."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from packyard.cli import options
from packyard.cli.terminal import printable, say, warn

if TYPE_CHECKING:
    from packyard.client import Client
    from packyard.client.user_values import Outcome
    from packyard.edges.transport import Traffic
    from packyard.errors import Problem

#: Notes that are as they were when the pack was installed, and are told again only when something changes.
_STANDING = "place-"

_SHARED = (
    click.option("--project", type=options.FOLDER, default=Path(), help="The project's folder.  [default: .]"),
    click.option(
        "--registry",
        default="",
        metavar="NAME|PLACE",
        help="The registry to ask first: its name, address or folder.  [default: PACKYARD_REGISTRY, else the first one "
        "of packyard.json, else of registries.json]",
    ),
    click.option("--key", "root", metavar="KEY", help="A root key of that registry: a public key, or its .pub file."),
    click.option("--verbose", is_flag=True, help="Say what asking the registries has cost."),
)
offline = click.option(
    "--offline", is_flag=True, help="Ask nobody: use what is on this machine, or say what is missing."
)
dry_run = click.option("--dry-run", is_flag=True, help="Say what would be done, and do nothing.")
diff = click.option("--diff", "with_diff", is_flag=True, help="Print what is written and removed as a unified diff.")
force = click.option("--force", is_flag=True, help="Replace what stands in the way, and keep a copy of it beside it.")
target = click.option(
    "--target",
    "targets",
    multiple=True,
    metavar="TARGET",
    help="For which program, such as claudecode or cursor, besides those of packyard.json.",
)


def client(function: Callable[..., Any]) -> Callable[..., Any]:
    """The options that lead to a client; the command gets it as its first argument."""

    @wraps(function)
    def command(*arguments: Any, project: Path, registry: str, root: str | None, verbose: bool, **given: Any) -> Any:
        from packyard.client import Client

        key = options.public_key(root).text if root is not None else ""
        place = _from_here(project, registry)
        made = Client(project, registry=place, key=key, warn=lambda text: warn(printable(text)))
        try:
            return function(made, *arguments, **given)
        finally:
            if verbose:
                _say_cost(made.registries.traffic())

    for option in reversed(_SHARED):
        command = option(command)
    return command


def _from_here(project: Path, place: str) -> str:
    """A folder that is named on the command line is meant from where one is, not from where the project is."""
    elsewhere = project != Path() and "://" not in place and place and Path(place).is_dir()
    return str(Path(place).resolve()) if elsewhere else place


def _say_cost(traffic: Mapping[str, Traffic]) -> None:
    if not traffic:
        say("no registry was asked")
    for name, cost in traffic.items():
        say(f"{name}: {cost.requests} requests in {cost.rounds} rounds, {cost.received} bytes")


def told(word: str, client: Client, outcome: Outcome, dry_run: bool, with_diff: bool, as_json: bool) -> int:
    """Says what was done, or would be, `word` being the command; gives the exit code."""
    from packyard.cli.errors import FINDINGS, show, show_notes

    for line in outcome.said:
        say(printable(line))
    changes = outcome.plan.changes
    show_notes(note for note in outcome.notes if changes or not note.code.startswith(_STANDING) or not note.path)
    show(outcome.plan.conflicts)
    if as_json:
        from packyard.cli.terminal import document
        from packyard.cli.user_documents import outcome_fields

        document(word, outcome_fields(outcome, dry_run, with_diff))
    else:
        _print(outcome, with_diff)
    if not outcome.plan.conflicts:
        say(_summary(outcome, dry_run))
    return FINDINGS if outcome.plan.conflicts else 0


def _print(outcome: Outcome, with_diff: bool) -> None:
    """What changed: for each pack name, version before and version now; or the difference in the files."""
    if with_diff:
        from packyard.client.placing import diff as unified

        click.echo(unified(outcome.plan), nl=False)
        return
    from packyard.cli.tables import Column, show

    show((Column("PACK", "bold"), Column("BEFORE"), Column("NOW", "green")), outcome.changed)


def _summary(outcome: Outcome, dry_run: bool) -> str:
    from packyard.cli.errors import count
    from packyard.client.placing.values import LEDGER

    paths = [change for change in outcome.plan.changes if change.path != LEDGER]
    if not paths:
        return f"nothing to do: {count(len(outcome.lock.packs), 'pack')} installed as locked"
    written = sum(change.new is not None for change in paths)
    done = f"{count(written, 'file')} written, {len(paths) - written} removed"
    places = f" for {', '.join(outcome.targets)}" if outcome.targets else ""
    end = "; nothing was written, since this is a dry run" if dry_run else ""
    return f"{count(len(outcome.lock.packs), 'pack')} locked{places}; {done}{end}"


def problems(found: Iterable[Problem]) -> list[dict[str, object]]:
    """Problems in a JSON document."""
    from packyard.cli.errors import as_object

    return [as_object(problem) for problem in found]
