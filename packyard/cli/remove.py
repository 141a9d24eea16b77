"""`packyard remove`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from packyard.cli import options, user_options

if TYPE_CHECKING:
    from packyard.client import Client


@click.command("remove", context_settings=options.CONTEXT)
@click.argument("names", metavar="NAME...", nargs=-1, required=True)
@user_options.dry_run
@user_options.diff
@user_options.force
@options.json
@user_options.client
def command(client: Client, names: tuple[str, ...], dry_run: bool, with_diff: bool, force: bool, as_json: bool) -> int:
    """Take packs out of the project, and what only they needed. No registry is asked.

    What you have changed since it was installed stays. In a pipe: a line for each pack that changed, with tabs between
    name, version before and version now.
    """
    outcome = client.remove(names, dry_run=dry_run, force=force)
    return user_options.told("remove", client, outcome, dry_run, with_diff, as_json)
