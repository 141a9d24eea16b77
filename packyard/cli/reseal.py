"""`packyard reseal`: the same content under a new date."""

from __future__ import annotations

from pathlib import Path

import click

from packyard.cli import options
from packyard.cli.terminal import document, say


@click.command("reseal", context_settings=options.CONTEXT)
@click.argument("site", type=options.FOLDER, default=Path("site"))
@click.option("--keys", type=options.FOLDER, default=options.configured("keys"), help="The folder with snapshot.key.")
@click.option("--witness", "witnesses", multiple=True, metavar="PLACE", help="Where a witness publishes its lines.")
@options.json
def command(site: Path, keys: Path | None, witnesses: tuple[str, ...], as_json: bool) -> None:
    """Renew when the snapshot of SITE (by default ./site) was issued and when it expires, and nothing else.

    The snapshot that is there is verified first. The key comes from --keys, else from PACKYARD_SNAPSHOT_KEY, else it is
    the development key beside the site. What witnesses have published about the log's checkpoint goes into it.
    """
    from packyard.cli.errors import show_notes
    from packyard.cli.keys import ask
    from packyard.edges.resealing import reseal
    from packyard.formats.times import format_time

    snapshot, notes = reseal(site, keys, ask, witnesses)
    show_notes(notes)
    issued, expires = format_time(snapshot.issued), format_time(snapshot.expires)
    if as_json:
        document(
            "reseal",
            {"site": str(site), "origin": snapshot.origin, "snapshot": snapshot.number}
            | {"issued": issued, "expires": expires},
        )
    say(f"snapshot {snapshot.number} of {snapshot.origin} is valid until {expires}")
