"""`packyard install`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from packyard.cli import options, user_options

if TYPE_CHECKING:
    from packyard.client import Client


@click.command("install", context_settings=options.CONTEXT)
@click.argument("references", metavar="[PACK]...", nargs=-1)
@user_options.target
@click.option(
    "--frozen", is_flag=True, help="Install exactly what is locked, or fail when packyard.json asks for more."
)
@user_options.offline
@user_options.dry_run
@user_options.diff
@user_options.force
@options.json
@user_options.client
def command(
    client: Client,
    references: tuple[str, ...],
    targets: tuple[str, ...],
    frozen: bool,
    offline: bool,
    dry_run: bool,
    with_diff: bool,
    force: bool,
    as_json: bool,
) -> int:
    """Install the project's packs, and those that are named, which become the project's.

    A pack is `hello`, `@acme/hello`, `hello@^1.2`, `hello@beta` for a channel, or `work:hello` of the registry `work`.
    Nothing is written before all of it is proven: signed by its publisher, in the registry's log, and in a snapshot
    that is fresh. All packs are installed, or nothing is changed.

    In a pipe: a line for each pack that changed, with tabs between name, version before and version now.
    """
    outcome = client.install(references, targets=targets, frozen=frozen, offline=offline, dry_run=dry_run, force=force)
    return user_options.told("install", client, outcome, dry_run, with_diff, as_json)
