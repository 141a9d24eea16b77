"""`packyard audit-lock`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from packyard.cli import options, user_options
from packyard.cli.errors import FINDINGS, count, show_notes
from packyard.cli.terminal import document

if TYPE_CHECKING:
    from packyard.client import Client


@click.command("audit-lock", context_settings=options.CONTEXT)
@options.json
@user_options.client
def command(client: Client, as_json: bool) -> int:
    """Say what is to be known now of the packs that are locked: advisories about them; whether they were yanked,
    withdrawn, deprecated, archived or renamed, signed by a key that was revoked, or are about to get another owner.
    Exits with 1 when there is anything.
    """
    found = client.audit()
    if as_json:
        fields = {"packs": found.packs, "findings": user_options.problems(found.findings)}
        document("audit-lock", {"ok": not found.findings, **fields, "advisories": found.advisories})
    else:
        show_notes(found.findings)
        if found.findings:
            print(f"{count(len(found.findings), 'finding')} in {count(found.packs, 'pack')}")
        else:
            print(f"ok: {count(found.packs, 'pack')}, nothing to be known")
    return FINDINGS if found.findings else 0
