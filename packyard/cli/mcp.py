"""`packyard mcp`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from packyard.cli import options, user_options
from packyard.cli.terminal import say

if TYPE_CHECKING:
    from packyard.client import Client

#: The port that `--http` alone takes.
PORT = 8417


@click.command("mcp", context_settings=options.CONTEXT)
@click.option(
    "--http",
    "port",
    type=click.IntRange(0, 65_535),
    is_flag=False,
    flag_value=PORT,
    metavar="[PORT]",
    help=f"Answer over HTTP, to this machine alone; 0 takes any free port.  [default port: {PORT}]",
)
@user_options.offline
@user_options.client
def command(client: Client, port: int | None, offline: bool) -> None:
    """Answer an AI program's questions about packs: a server of the Model Context Protocol.

    It searches, shows packs, their readmes, tags and what is featured, as the registry's signatures prove it; it
    installs nothing. Without --http it talks over standard input and output, which is how programs start it.
    """
    from packyard.edges.mcp_server import check_installed

    check_installed()
    client.registries.default()
    from packyard.edges.mcp_answers import Answers
    from packyard.edges.mcp_server import serve_http, serve_stdio

    def ready(address: str) -> None:
        print(address, flush=True)
        say("Ctrl-C ends it")

    answers = Answers(client, offline=offline)
    if port is None:
        serve_stdio(answers)
    else:
        serve_http(answers, port, ready)
