"""`packyard outdated`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from packyard.cli import options, user_options
from packyard.cli.errors import FINDINGS
from packyard.cli.tables import Column, show
from packyard.cli.terminal import document, say

if TYPE_CHECKING:
    from packyard.client import Client

_COLUMNS = (Column("NAME", "bold"), Column("LOCKED"), Column("FITTING", "green"), Column("NEWEST"), Column("REGISTRY"))


@click.command("outdated", context_settings=options.CONTEXT)
@click.option("--exit-code", is_flag=True, help="Exit with 1 when something is outdated.")
@options.json
@user_options.client
def command(client: Client, exit_code: bool, as_json: bool) -> int:
    """Show the packs for which there is something newer.

    `fitting` is what `packyard update` would take, `newest` what the registry offers to everybody. In a pipe: a line
    for each pack, with tabs between name, locked, fitting and newest version, and registry.
    """
    packs = client.outdated()
    if as_json:
        from packyard.cli.user_documents import outdated_fields

        document("outdated", outdated_fields(packs))
    else:
        show(_COLUMNS, ((pack.name, pack.locked, pack.fitting, pack.newest, pack.registry) for pack in packs))
        if not packs:
            say("nothing is outdated")
    return FINDINGS if exit_code and packs else 0
