"""`packyard keygen`."""

from __future__ import annotations

import os
from pathlib import Path

import click

from packyard.cli import options
from packyard.cli.keys import default_path, new_password
from packyard.cli.terminal import printable, say, warn
from packyard.edges.keys import make_key
from packyard.errors import UsageError


@click.command("keygen", context_settings=options.CONTEXT)
@click.option("--out", type=options.FOLDER, help="The secret key's file; the public key is put beside it.")
@click.option("--no-password", is_flag=True, help="Do not encrypt the key, for automation.")
@click.option("--comment", default="packyard secret key", show_default=True, help="The first line of the key's file.")
def command(out: Path | None, no_password: bool, comment: str) -> None:
    """Make a minisign key pair to sign packs with.

    The secret key is encrypted with a password, asked for twice or taken from PACKYARD_PASSWORD. Nothing is
    overwritten. The public key is printed; `packyard publisher add` puts it into a registry.
    """
    path = out or default_path(os.environ)
    for there in (path, path.with_suffix(".pub")):
        if there.exists():
            message = "there is a key already, and keys are never overwritten"
            raise UsageError("key-exists", message, path=str(there), help="name another file with --out")
    key = make_key(path, new_password(not no_password), comment)
    say(f"secret key {path}, public key {path.with_suffix('.pub')}, key id {key.key_id}")
    if any((folder / ".git").exists() for folder in path.resolve().parents):
        warn(f"{printable(str(path))} is inside a git repository: never commit it")
    print(key.text)
