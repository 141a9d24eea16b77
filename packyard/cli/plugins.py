"""`packyard plugins`.

packyard plugins market hello @acme/tools --registry https://packs.example.org/
claude plugin marketplace add ./market
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from packyard.cli import options, user_options
from packyard.cli.errors import FINDINGS, count, show_notes
from packyard.cli.errors import show as show_problems
from packyard.cli.tables import Column, show
from packyard.cli.terminal import document, printable, say

if TYPE_CHECKING:
    from packyard.client import Client
    from packyard.edges.plugins import Written

_COLUMNS = (Column("PLUGIN", "bold"), Column("BEFORE"), Column("NOW", "green"))


@click.command("plugins", context_settings=options.CONTEXT)
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.argument("references", metavar="[PACK]...", nargs=-1)
@user_options.dry_run
@user_options.force
@options.json
@user_options.client
def command(
    client: Client, folder: Path, references: tuple[str, ...], dry_run: bool, force: bool, as_json: bool
) -> int:
    """Write packs as plugins for Claude Code, Codex and Copilot, into a folder that they take as a marketplace.

    Packs are named as for `packyard install`; without names the folder gets all packs of the registry, of which it may
    have 1,000. Nothing is written before all of it is proven. What was written before and is wanted no more is removed.
    Programs are told of the folder once: `claude plugin marketplace add DIR`.

    In a pipe: a line for each plugin that changed, with tabs between name, version before and version now.
    """
    from packyard.edges.plugins import asked, write_plugins

    registry, packs = asked(client.registries, references)
    written = write_plugins(client.registries.session(registry), folder, packs, dry_run=dry_run, force=force)
    show_notes(written.plan.notes if written.plan.changes else ())
    show_problems(written.plan.conflicts)
    if as_json:
        document("plugins", _fields(written, dry_run))
    else:
        show(_COLUMNS, written.changed)
    if not written.plan.conflicts:
        say(_summary(written, folder, dry_run))
    return FINDINGS if written.plan.conflicts else 0


def _fields(written: Written, dry_run: bool) -> dict[str, object]:
    changed = [{"plugin": name, "before": old or None, "now": new or None} for name, old, new in written.changed]
    return {"dry_run": dry_run, "marketplace": written.marketplace, "changed": changed}


def _summary(written: Written, folder: Path, dry_run: bool) -> str:
    plugins = count(len(written.plan.ledger.packs), "plugin")
    if not written.plan.changes:
        return f"nothing to do: {plugins} in {printable(str(folder))}"
    would = "would be " if dry_run else ""
    return f"{plugins} {would}written to {printable(str(folder))}, the marketplace {written.marketplace}"
