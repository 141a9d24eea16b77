"""`packyard oripk`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from packyard.cli import options, user_options
from packyard.cli.terminal import say

if TYPE_CHECKING:
    from packyard.client import Client
    from packyard.client.releases import Opened


@click.command("oripk", context_settings=options.CONTEXT)
@click.argument("reference", metavar="PACK")
@click.option("--out", type=options.FOLDER, metavar="FILE", help="Write it there.  [default: ./NAME-VERSION.oripk]")
@user_options.offline
@user_options.client
def command(client: Client, reference: str, out: Path | None, offline: bool) -> None:
    """Write a version as an archive for Ori, made from files that were verified from the publisher's key upward.

    PACK is as for `packyard install`; without a version the newest is meant. The archive is the very one that the
    registry offers at `ori/v1/packages/…/VERSION/download`, so the two can be compared.
    """
    from packyard.edges.client_asking import told
    from packyard.edges.workfolder import write_file
    from packyard.formats.oripk import format_oripk
    from packyard.rules.folder import SIGNATURE, SUMS

    opened = _opened(client, reference, offline)
    files = [each for each in opened.files if each[0] not in (SUMS, SIGNATURE)]
    data = told(lambda: format_oripk(opened.manifest, files))
    path = out or Path(f"{opened.name.rpartition('/')[2]}-{opened.version}.oripk")
    write_file(path, data)
    say(f"wrote {path}: {opened.name} {opened.version}, {len(files)} files, {len(data)} bytes")


def _opened(client: Client, reference: str, offline: bool) -> Opened:
    """The proven files of the version that a reference means."""
    from packyard.client.consult import Step

    info = client.info(reference, offline=offline)
    pin = (info.pack.name, info.version.release.version)
    session = client.registries.session(info.registry, offline=offline)
    return session.ask(pin[:1], lambda packs: Step((), (pin,))).opened[pin]
