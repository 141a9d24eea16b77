"""`packyard host-config`."""

from __future__ import annotations

from pathlib import Path

import click

from packyard.cli import options
from packyard.cli.terminal import say

KINDS = ("nginx", "caddy", "headers", "redirects")


@click.command("host-config", context_settings=options.CONTEXT)
@click.argument("kind", type=click.Choice(KINDS))
@click.argument("site", type=options.FOLDER, default=Path("site"))
@click.option("--out", type=options.FOLDER, metavar="FILE", help="Write it there.  [default: stdout]")
@click.option("--root", type=options.FOLDER, metavar="DIR", help="What the server serves.  [default: SITE]")
@click.option(
    "--url", default="", metavar="URL", help="Where it is served, as of a mirror.  [default: as it says itself]"
)
@options.repo
def command(kind: str, site: Path, out: Path | None, root: Path | None, url: str, repo: Path) -> None:
    """Print the configuration by which a host serves SITE (by default ./site) as it is meant: types, caching, who may
    read it, limits, renamed packs.

    nginx: a file for the http block. caddy: a file to import. headers and redirects: `_headers` and `_redirects`, for
    hosts that take these. The mirrors are those of the settings in --repo, if it is the registry's.
    """
    from packyard.edges.deploy_host import read_host, site_paths
    from packyard.edges.workfolder import write_file

    host = read_host(site, repo, root, url)
    if kind == "nginx":
        from packyard.hosting.nginx import format_nginx

        text = format_nginx(host)
    elif kind == "caddy":
        from packyard.hosting.caddy import format_caddy

        text = format_caddy(host)
    elif kind == "headers":
        from packyard.hosting.headers import format_headers

        text = format_headers(host, site_paths(site))
    else:
        from packyard.hosting.headers import format_redirects

        text = format_redirects(host)
    if out is None:
        click.echo(text, nl=False)
    else:
        write_file(out, text.encode())
        say(f"wrote {out}")
