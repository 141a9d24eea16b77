"""`packyard prove`."""

from __future__ import annotations

import click

from packyard.cli import options
from packyard.errors import UsageError


@click.command("prove", context_settings=options.CONTEXT)
@click.argument("target", metavar="NAME@VERSION")
@click.argument("site", metavar="[SITE|URL]", default="site")
@click.option("--key", "root", metavar="KEY", help="A root key of the registry: a public key, or its .pub file.")
def command(target: str, site: str, root: str | None) -> None:
    """Print the proof that the log of SITE (by default ./site) has NAME@VERSION.

    The proof is a C2SP tlog-proof with the log's entry in it. It can be kept beside the pack and checked offline.
    """
    from packyard.edges.transport import open_site
    from packyard.prove import prove

    name, version = options.parse_target(target)
    if not version:
        raise UsageError("usage-wrong", "a proof is about one version", expected="NAME@VERSION", found=target)
    key = options.public_key(root).text if root else ""
    click.echo(prove(open_site(site), name, version, key), nl=False)
