"""`packyard verify`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from packyard.cli import options, user_options
from packyard.cli.errors import count, show
from packyard.cli.terminal import document

if TYPE_CHECKING:
    from packyard.client import Client


@click.command("verify", context_settings=options.CONTEXT)
@user_options.offline
@options.json
@user_options.client
def command(client: Client, offline: bool, as_json: bool) -> int:
    """Compare every installed file with what was locked and signed, and the lock with its registries as they are now.

    Exit codes: 0 all is as it should be, 11 something is missing, 13 a file is not what was signed, 1 the lock does not
    fit packyard.json or what is installed; 10 to 15 what a registry shows is wrong, 3 it could not be asked.
    """
    found = client.verify(offline=offline)
    if as_json:
        fields = {"packs": found.packs, "files": found.files, "problems": user_options.problems(found.problems)}
        document("verify", {"ok": not found.problems, **fields, "exit_code": found.exit_code})
    else:
        show(found.problems)
        if not found.problems:
            print(f"ok: {count(found.packs, 'pack')}, {count(found.files, 'file')}, as they were signed and locked")
    return found.exit_code
