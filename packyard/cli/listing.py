"""`packyard list`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from packyard.cli import options, user_options
from packyard.cli.tables import Cell, Column, Row, show
from packyard.cli.terminal import document, say

if TYPE_CHECKING:
    from packyard.client import Client
    from packyard.client.user_values import Listed

_COLUMNS = (
    Column("NAME", "bold"),
    Column("VERSION"),
    Column("REGISTRY"),
    Column("ASKED FOR"),
    Column("NEEDED BY", gives_way=True),
    Column("STATE"),
    Column("TARGETS", gives_way=True),
)


@click.command("list", context_settings=options.CONTEXT)
@user_options.offline
@options.json
@user_options.client
def command(client: Client, offline: bool, as_json: bool) -> None:
    """Show the project's packs, as they are locked and installed. No registry is asked, with --offline or without.

    In a pipe: a line for each pack, with tabs between name, version, registry, the range that packyard.json asks for,
    the packs that need it, state and targets. The state is empty, `missing`, or `installed:VERSION` for another one.
    """
    packs = client.list()
    if as_json:
        from packyard.cli.user_documents import listed_fields

        document("list", listed_fields(packs))
        return
    show(_COLUMNS, map(_row, packs))
    if not packs:
        say("no packs are locked here; `packyard install NAME` installs one")


def _row(pack: Listed) -> Row:
    needed, targets = ",".join(pack.needed_by), ",".join(pack.targets)
    state = "missing" if not pack.installed else f"installed:{pack.installed}"
    shown = Cell("" if pack.installed == pack.version else state, "red")
    return pack.name, pack.version, pack.registry, pack.asked, needed, shown, targets
