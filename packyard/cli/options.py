"""Options that several commands have, and what is done with them."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Mapping
from pathlib import Path

import click

from packyard.cli import settings
from packyard.cli.terminal import say
from packyard.errors import FormatError, UsageError
from packyard.formats import names, semver
from packyard.formats.minisign import LIMIT, PublicKey, parse_public_key, parse_public_key_file

CONTEXT = {"help_option_names": ["-h", "--help"]}
FOLDER = click.Path(path_type=Path)


def configured(name: str) -> Callable[[], str | None]:
    """What a variable or the user's file gives for a setting, asked for when the option is not given."""

    def default() -> str | None:
        found = settings.find().get(name)
        return found.value if found else None

    return default


repo = click.option(
    "--repo",
    type=FOLDER,
    default=lambda: configured("repo")() or ".",
    help="The registry's working tree.  [default: .]",
)
key = click.option(
    "--key",
    metavar="FILE",
    help="The secret key.  [default: PACKYARD_KEY, else the one that `packyard keygen` made]",
)
commit = click.option("--commit", is_flag=True, help="Commit what was written.")
json = click.option("--json", "as_json", is_flag=True, help="Print one JSON document to stdout.")


def parse_target(text: str) -> tuple[str, str]:
    """Name and version in NAME or NAME@VERSION; the version is "" when none is given. Raises `UsageError`."""
    name, at, version = text.rpartition("@") if "@" in text[1:] else (text, "", "")
    try:
        names.parse_name(name)
        if at:
            semver.parse(version)
    except ValueError as error:
        raise UsageError("usage-wrong", str(error), expected="NAME or NAME@VERSION", found=text) from None
    return name, version


def public_key(text: str) -> PublicKey:
    """The minisign public key in a `.pub` file, or in the text itself. Raises `UsageError`."""
    path = Path(text)
    try:
        if not path.is_file():
            return parse_public_key(text)
        with path.open("rb") as file:
            return parse_public_key_file(file.read(LIMIT + 1))
    except FormatError as error:
        raise UsageError(error.code, error.message, expected="a public key, or its .pub file", found=text) from None


def put(repo: Path, files: Mapping[str, bytes], message: str, commit: bool, folder: str = "") -> None:
    """Writes files into the working tree, and commits them or says how to; `folder` holds just them, if it is given."""
    if commit:
        from packyard.edges.commits import commit as make_commit

        say(f"committed {make_commit(repo, files, message)[:12]}: {message}")
        return
    from packyard.edges.workfolder import write_file

    for path, data in files.items():
        write_file(repo / path, data)
    git = "git" if repo == Path() else f"git -C {shlex.quote(str(repo))}"
    say("written; now commit it:")
    say(f"  {git} add -- {shlex.join([folder] if folder else files)}")
    say(f"  {git} commit -m {shlex.quote(message)}")
