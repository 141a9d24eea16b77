"""`packyard serve`."""

from __future__ import annotations

from pathlib import Path

import click

from packyard.cli import options
from packyard.cli.terminal import say


@click.command("serve", context_settings=options.CONTEXT)
@click.argument("site", type=options.FOLDER, default=Path("site"))
@click.option("--port", type=click.IntRange(0, 65_535), default=8000, show_default=True, help="0 takes any free port.")
def command(site: Path, port: int) -> None:
    """Show the site in SITE (by default ./site) to this machine alone, until Ctrl-C. Nothing is cached."""
    from packyard.edges.server import serve

    def ready(address: str) -> None:
        print(address, flush=True)
        say("Ctrl-C ends it")

    serve(site, port, ready)
