"""A person's own key: where it is, how it is unlocked, and whose it is."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Mapping
from pathlib import Path

from packyard.cli import settings
from packyard.cli.terminal import printable, warn
from packyard.edges.keys import PASSWORD, MinisignSigner, is_exposed, is_key_text, load_signer
from packyard.edges.workfolder import read_file
from packyard.errors import FormatError, Problem, ProblemsFound, UsageError
from packyard.formats.minisign import LIMIT, PublicKey, parse_public_key_file, parse_signature
from packyard.formats.times import day_of
from packyard.model import Publisher
from packyard.rules.authority import Revisions, verify_by


def default_path(environ: Mapping[str, str] = os.environ) -> Path:
    """Where `packyard keygen` puts a key unless told otherwise."""
    return settings.config_folder(environ) / "keys" / "default.key"


def find_signer(option: str | None, environ: Mapping[str, str] = os.environ) -> MinisignSigner:
    """The key that was named, else that of the environment, else the default one. Raises `UsageError`.

    A key file that others can read is warned about, and used: minisign does not refuse it either.
    """
    configured = settings.find(environ).get("key")
    source = option or (configured.value if configured else "")
    if not source and default_path(environ).exists():
        source = str(default_path(environ))
    if not source:
        raise UsageError(
            "key-missing",
            "there is no key to sign with",
            expected=f"--key FILE, PACKYARD_KEY, or {default_path(environ)}",
            help="make a key with `packyard keygen`",
        )
    try:
        signer = load_signer(source, ask, environ)
    except UsageError as error:
        raise _locked(error.problem, environ) if error.problem.code == "key-password" else error from None
    if is_exposed(source):
        warn(f"{printable(source)} is open to others than you; `chmod 600` closes it")
    return signer


def _locked(problem: Problem, environ: Mapping[str, str]) -> UsageError:
    """The error of a key whose password is wrong or missing, with what helps in this case."""
    if environ.get(PASSWORD):
        hint = f"{PASSWORD} holds another password than the key's: correct it, or unset it to be asked at a terminal"
    elif sys.stdin.isatty():
        hint = "run it again and type the password that the key was made with; nobody can bring back a lost one"
    else:
        hint = problem.help or f"set {PASSWORD} to the key's password, or run it at a terminal"
    return UsageError("key-password", problem.message, path=problem.path, help=hint)


def public_half(environ: Mapping[str, str] = os.environ) -> PublicKey | None:
    """The public key beside the file that `find_signer` would take, without asking for a password; None without one."""
    configured = settings.find(environ).get("key")
    source = configured.value if configured else str(default_path(environ))
    try:
        return (
            None if is_key_text(source) else parse_public_key_file(read_file(Path(source).with_suffix(".pub"), LIMIT))
        )
    except (FormatError, OSError, ValueError):
        return None


def ask(name: str) -> str:
    """The password of a key from whoever sits at the terminal, "" when nobody does."""
    if not sys.stdin.isatty():
        return ""
    import click

    return str(click.prompt(f"Password of {name}", hide_input=True, err=True))


def new_password(wanted: bool) -> str | None:
    """The password for a new key: from the environment, else asked for twice; None when none is wanted."""
    if not wanted:
        return None
    if found := os.environ.get(PASSWORD):
        return found
    if not sys.stdin.isatty():
        raise UsageError(
            "key-password",
            "a new key is encrypted, and there is nobody to ask for a password",
            help=f"set {PASSWORD}, or say --no-password for a key that automation uses",
        )
    import click

    return str(click.prompt("Password for the new key", hide_input=True, confirmation_prompt=True, err=True))


def today() -> str:
    """The day, in UTC."""
    return day_of(int(time.time()))


def publisher_of(signer: MinisignSigner, authority: Revisions) -> Publisher:
    """The publisher whose key it is. Raises `UsageError`."""
    found = authority.publisher(authority.holder(signer.key_id), 1)
    if found is None:
        raise UsageError(
            "key-unknown",
            "no publisher of this registry has the key",
            found=f"key {signer.key_id}",
            help="register it with `packyard publisher add HANDLE`",
        )
    return found


def sign_as(signer: MinisignSigner, text: bytes, comment: str, path: str, publisher: Publisher, scope: str) -> bytes:
    """The signature of `text`, to stand at `path`. Raises `ProblemsFound` when the registry would refuse it today."""
    signature = signer.sign(text, comment)
    try:
        verify_by(text, parse_signature(signature), comment, today(), publisher, scope)
    except FormatError as error:
        raise ProblemsFound([error.at(path)._replace(help=error.help or other_keys(publisher, scope))]) from None
    return signature


def other_keys(publisher: Publisher, scope: str) -> str:
    """With which keys a publisher could sign today what needs a scope, in words of help."""
    able = [key.key_id for key in publisher.keys if key.valid_on(today()) and scope in key.scopes]
    if not able:
        return f"{publisher.handle} has no key that may sign this today"
    return f"sign with a key of {publisher.handle} that may: --key FILE, with the key {' or '.join(able)}"
