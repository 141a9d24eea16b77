"""`packyard bridge`."""

from __future__ import annotations

import os

import click

from packyard.cli import options
from packyard.cli.terminal import printable, say, warn
from packyard.errors import UsageError


@click.command("bridge", context_settings=options.CONTEXT)
@click.argument("site", metavar="[SITE|URL]", required=False, default="")
@click.option("--root", metavar="KEY", help="A root key that the registry must have: a public key, or its .pub file.")
@click.option("--host", default="127.0.0.1", show_default=True, help="An address of this machine's own; no other.")
@click.option("--port", type=click.IntRange(0, 65_535), default=8470, show_default=True, help="0 takes any free port.")
@click.option("--submit", "repo", metavar="REPO", help="Take packs too: a clone of the registry, or its address.")
@click.option("--key", metavar="FILE", help="The publisher's secret key that signs them.")
def command(site: str, root: str | None, host: str, port: int, repo: str | None, key: str | None) -> None:
    """Answer the agentpacks API to this machine alone, until Ctrl-C: search with filters, sorting and pages included.

    SITE or URL is a registry's site; without it the first registry that is known, else ./site. Everything is verified
    as by `packyard install`, anew for every request, and what does not verify is not answered.

    With --submit and --key, and a token in PACKYARD_BRIDGE_TOKEN, `agentpacks publish` works: a pack that is posted
    with that token is checked, signed and submitted as by `packyard submit`.
    """
    from packyard.cli.bridging import publishing
    from packyard.client import Client
    from packyard.edges.bridge import Bridge, check_host, serve
    from packyard.edges.bridge_documents import LiveDocuments
    from packyard.edges.bridge_submit import TOKEN

    check_host(host)
    if bool(repo) != bool(key):
        raise UsageError("usage-wrong", "packs are taken with both --submit and --key", found="one of the two")
    pin = options.public_key(root).text if root is not None else ""
    client = Client(registry=site, key=pin, warn=_warn)
    if not site and not client.registries.known:
        client = Client(registry="site", key=pin, warn=_warn)
    documents = LiveDocuments(client)
    head = documents.head()
    takes = publishing(repo, key, os.environ.get(TOKEN, "")) if repo and key else None

    def ready(address: str) -> None:
        print(address, flush=True)
        say(f"answers for {printable(head.origin)}, which is at snapshot {head.snapshot}")
        if takes:
            say(takes.words)
        say("Ctrl-C ends it")

    serve(Bridge(documents, takes), host, port, ready)


def _warn(text: str) -> None:
    warn(printable(text))
