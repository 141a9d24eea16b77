"""`packyard info`."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from packyard.cli import options, user_options
from packyard.cli.tables import Cell, Column, Row, plain, show
from packyard.cli.terminal import colourful, document, paint, printable, say
from packyard.formats.times import format_time

if TYPE_CHECKING:
    from packyard.client import Client
    from packyard.client.user_values import Info
    from packyard.model import VersionState

_COLUMNS = (
    Column("VERSION", "bold"),
    Column("PUBLISHED"),
    Column("PUBLISHER"),
    Column("CHANNEL"),
    Column("LOG", right=True),
    Column("STATE", "yellow", gives_way=True),
)
#: Kinds of things in a pack that run commands or reach out, and what that means.
_ACTING = {
    "hooks": "hooks run commands when something happens",
    "mcp": "mcp starts servers, or reaches them",
    "plugins": "plugins are code that the program loads",
}


@click.command("info", context_settings=options.CONTEXT)
@click.argument("reference", metavar="PACK")
@user_options.offline
@options.json
@user_options.client
def command(client: Client, reference: str, offline: bool, as_json: bool) -> None:
    """Show a pack: whose it is, what was said about it, its versions, and how all this was verified.

    PACK is as for `packyard install`; a range or a channel chooses the version that is described. In a pipe: lines with
    tabs between a word and what it says, then one for each version.
    """
    info = client.info(reference, offline=offline)
    if as_json:
        from packyard.cli.user_documents import info_fields

        document("info", info_fields(info))
        return
    for banner in info.banners:
        say(f"{paint('!', 'yellow', colourful(sys.stderr))} {printable(banner)}")
    rows = list(_facts(info))
    if not sys.stdout.isatty():
        versions = (("version", *_row(state)) for state in info.pack.versions)
        sys.stdout.writelines(f"{line}\n" for line in plain([*rows, *versions]))
        return
    for name, text in rows:
        print(f"{paint(f'{name:<12}', 'dim', colourful(sys.stdout))} {printable(text)}")
    print()
    show(_COLUMNS, map(_row, info.pack.versions))


def _facts(info: Info) -> Iterator[tuple[str, str]]:
    """What is known, in words; what is not is left out."""
    release, about = info.version.release, info.about
    yield "name", info.pack.name
    yield "selected", release.version
    if about:
        texts = ("description", "author", "license", "homepage", "repository")
        yield from ((name, text) for name in texts if (text := getattr(about, name)))
        lists = {"tags": about.tags, "targets": about.targets, "features": about.features}
        yield from ((name, ", ".join(values)) for name, values in lists.items() if values)
        yield from (("can", _ACTING[feature]) for feature in about.features if feature in _ACTING)
        yield "size", f"{len(about.files)} files, {sum(size for _, size in about.files)} bytes"
    yield "owner", ", ".join(info.owners)
    yield from (("key", _key(info, at)) for at in range(len(info.keys)))
    yield from (("depends", f"{name} {wanted}") for name, wanted in release.manifest.dependencies)
    yield from (("conflicts", name) for name in release.manifest.conflicts)
    yield from (("channel", f"{name} {version}") for name, version in info.pack.channels.items())
    yield "registry", f"{info.registry}: {info.origin}, snapshot {info.snapshot} of {format_time(info.issued)}"
    yield "identity", release.identity
    yield from (("verified", line) for line in info.proof)


def _key(info: Info, at: int) -> str:
    key = info.keys[at]
    since = f" since {key.since}" if key.since else ""
    return f"{key.key_id} of {key.publisher}{since}" + (f", {key.ended}" if key.ended else "")


def _row(state: VersionState) -> Row:
    release = state.release
    marks = (("withdrawn", state.withdrawn), ("yanked", state.yanked), ("deprecated", state.deprecated))
    said = "; ".join(f"{what}: {mark.reason}" for what, mark in marks if mark)
    colour = "red" if state.withdrawn or state.yanked else "yellow"
    day = format_time(release.published)[:10]
    return release.version, day, release.publisher, state.channel, str(release.log_index), Cell(said, colour)
