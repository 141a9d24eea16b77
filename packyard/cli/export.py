"""`packyard export`.

packyard export sqlite https://packs.example.org/ --out packs.db
packyard export csv site --table packs --out tables
"""

from __future__ import annotations

from pathlib import Path

import click

from packyard.cli import options
from packyard.cli.errors import count
from packyard.cli.terminal import document, printable, say

_FORMS = ("csv", "sqlite", "jsonl")
_NAMES = ("packs", "versions", "events")


@click.command("export", context_settings=options.CONTEXT)
@click.argument("form", metavar="csv|sqlite|jsonl", type=click.Choice(_FORMS))
@click.argument("site", metavar="[SITE|URL]", default="site")
@click.option(
    "--out",
    type=options.FOLDER,
    metavar="PLACE",
    help="The file for sqlite, a folder else.  [default: packs.db, else exports]",
)
@click.option("--table", "names", multiple=True, type=click.Choice(_NAMES), help="Only this table; may be repeated.")
@click.option("--key", "root", metavar="KEY", help="A root key of the registry: a public key, or its .pub file.")
@click.option("--force", is_flag=True, help="Replace what is there.")
@options.json
def command(
    form: str, site: str, out: Path | None, names: tuple[str, ...], root: str | None, force: bool, as_json: bool
) -> None:
    """Write the catalogue of a site, in a folder (by default ./site) or at an address, as tables: every pack, every
    version and every event of the log.

    Every file that is read is traced to the site's signed snapshot, and the log to its root. Without --key the site's
    first trust file is taken as it is. What the columns are is in docs/clients/exports.md. In CSV a text that a
    spreadsheet would take for a formula has an apostrophe before it.
    """
    from packyard.edges.exporting import Catalogue
    from packyard.edges.tablefiles import check_free, paths_of, write_tables
    from packyard.edges.transport import open_site
    from packyard.surfaces.dialects.exports.tables import TABLES

    place = out or Path("packs.db" if form == "sqlite" else "exports")
    tables = [table for name, table in TABLES.items() if name in names or not names]
    paths = paths_of(form, place, tables)
    if not force:
        check_free(paths)
    catalogue = Catalogue(open_site(site), options.public_key(root).text if root else "")
    stated = catalogue.snapshot
    about = {"origin": stated.origin, "snapshot": str(stated.number), "commit": stated.commit}
    counts = write_tables(form, place, tables, catalogue.rows(tables), about)
    if as_json:
        document("export", {**about, "snapshot": stated.number, "files": list(map(str, paths)), "rows": counts})
        return
    for path in paths:
        print(printable(str(path)))
    written = ", ".join(count(number, name[:-1]) for name, number in counts.items())
    say(f"{written} of {stated.origin}, snapshot {stated.number}")
