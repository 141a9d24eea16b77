"""`packyard registries`: the registries that the user has written down, and those of the project."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from packyard.cli import options
from packyard.cli.tables import Column, show
from packyard.cli.terminal import document, say
from packyard.errors import FormatError, UsageError

if TYPE_CHECKING:
    from packyard.client.project import KnownRegistry

_COLUMNS = (
    Column("NAME", "bold"),
    Column("PLACE"),
    Column("KEY"),
    Column("SCOPES"),
    Column("MIRRORS", gives_way=True),
    Column("WRITTEN IN"),
)


@click.group("registries", context_settings=options.CONTEXT)
def command() -> None:
    """Write down registries for all your projects, and show which ones count.

    The first one that a project names is asked first; those that only you have written down come after its own.
    """


@command.command("list", context_settings=options.CONTEXT)
@click.option("--project", type=options.FOLDER, default=Path(), help="The project's folder.  [default: .]")
@options.json
def list_(project: Path, as_json: bool) -> None:
    """Show the registries of the project and your own, in the order in which they count.

    In a pipe: a line for each, with tabs between name, place, root key, scopes, mirrors and the file that names it.
    """
    from packyard.client.project import FILE, REGISTRIES_FILE
    from packyard.edges.registries import known_registries, read_project

    own, _ = read_project(project)
    named = {registry.name for registry in own.registries}
    known = known_registries(own, os.environ).registries
    found = [(each, FILE if each.name in named else REGISTRIES_FILE) for each in known]
    if as_json:
        document("registries", {"registries": [_fields(each, where) for each, where in found]})
        return
    rows = (
        (each.name, each.place, each.key, ",".join(each.scopes), ",".join(each.mirrors), where) for each, where in found
    )
    show(_COLUMNS, rows)
    if not found:
        say("no registry is known; `packyard registries add NAME PLACE` writes one down")


@command.command("add", context_settings=options.CONTEXT)
@click.argument("name")
@click.argument("place")
@click.option("--key", "root", metavar="KEY", help="A root key of the registry: a public key, or its .pub file.")
@click.option("--scope", "scopes", multiple=True, metavar="@SCOPE", help="A scope whose packs come from it alone.")
@click.option("--mirror", "mirrors", multiple=True, metavar="PLACE", help="Another copy, asked when the first fails.")
def add(name: str, place: str, root: str | None, scopes: tuple[str, ...], mirrors: tuple[str, ...]) -> None:
    """Write down the registry NAME at PLACE, an address or a folder, for all your projects.

    One of that name that is there already is replaced. Without --key it is trusted by what it shows first.
    """
    from packyard.client.project import KnownRegistry
    from packyard.edges.registries import read_registries

    key = options.public_key(root).text if root is not None else ""
    made = KnownRegistry(name, _absolute(place), key, scopes, tuple(map(_absolute, mirrors)))
    others = [each for each in read_registries(os.environ) if each.name != name]
    say(f"{name} is written down in {_write([*others, made])}")


@command.command("remove", context_settings=options.CONTEXT)
@click.argument("name")
def remove(name: str) -> None:
    """Forget that the registry NAME was written down. What it has shown so far stays remembered."""
    from packyard.edges.registries import read_registries
    from packyard.formats.fields import did_you_mean

    known = read_registries(os.environ)
    if name not in [each.name for each in known]:
        names = [each.name for each in known]
        hint, expected = did_you_mean(name, names), ", ".join(names)
        message = "you have written down no registry of this name"
        raise UsageError("registry-unknown", message, expected=expected, found=name, help=hint)
    say(f"{name} is taken out of {_write(each for each in known if each.name != name)}")


def _write(registries: Iterable[KnownRegistry]) -> Path:
    """Writes the user's registries down. Raises `UsageError` for one that cannot be."""
    from packyard.client.project import format_registries, parse_registries
    from packyard.edges.registries import write_registries
    from packyard.formats.fields import errors_of

    made = tuple(registries)
    try:
        parse_registries(format_registries(made))
    except FormatError as error:
        first = errors_of(error)[0]
        raise UsageError(
            first.code, first.message, expected=first.expected, found=first.found, help=first.help
        ) from None
    return write_registries(os.environ, made)


def _absolute(place: str) -> str:
    """A folder as it is found from everywhere."""
    return place if "://" in place else str(Path(place).resolve())


def _fields(registry: KnownRegistry, where: str) -> dict[str, object]:
    lists = {"scopes": list(registry.scopes), "mirrors": list(registry.mirrors)}
    return {"name": registry.name, "place": registry.place, "key": registry.key or None, **lists, "written_in": where}
