"""`packyard audit`."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from packyard.cli import options
from packyard.cli.errors import FINDINGS, as_object, count, show, show_notes
from packyard.cli.terminal import document

if TYPE_CHECKING:
    from packyard.audit.report import Report
    from packyard.edges.progress import Progress


@click.command("audit", context_settings=options.CONTEXT)
@click.argument("site", metavar="[SITE|URL]", default="site")
@click.option("--key", "root", metavar="KEY", help="A root key of the registry: a public key, or its .pub file.")
@click.option(
    "--jobs",
    type=click.IntRange(0),
    default=options.configured("jobs"),
    help="How many processes.  [default: one for each processor]",
)
@click.option("--quiet", is_flag=True, help="Show no progress.")
@options.json
def command(site: str, root: str | None, jobs: int | None, quiet: bool, as_json: bool) -> int:
    """Check a whole site, in a folder (by default ./site) or at an address, as a client would.

    Every file is traced to a signature, every signature to the registry's root keys, and every statement of the site to
    what publishers signed. Without --key the site's first trust file is taken as it is: then the site is sound in
    itself, and whose it is remains to be told.
    """
    from packyard.audit import audit
    from packyard.edges.progress import Progress
    from packyard.edges.transport import open_site
    from packyard.edges.workers import processors

    key = options.public_key(root).text if root else ""
    progress = Progress(quiet)
    report = audit(open_site(site), None, int(time.time()), jobs or processors(), key, _watch(progress))
    progress.close()
    if as_json:
        document("audit", _document(site, report))
    else:
        show(report.problems)
        show_notes(report.notes)
        if not report.problems:
            print(f"ok: {_summary(report)}")
    return FINDINGS if report.problems else 0


def _watch(progress: Progress) -> Callable[[int, int], None]:
    """Shows how many packs of how many are done."""

    def watch(done: int, total: int) -> None:
        if done == 0:
            progress.start("packs", total)
        else:
            progress.step()

    return watch


def _summary(report: Report) -> str:
    counts = report.counts
    parts = (
        f"snapshot {report.snapshot}",
        count(counts.packs, "pack"),
        count(counts.versions, "version"),
        f"{counts.entries} log entries",
        f"{count(counts.files, 'file')}, {counts.size} bytes",
    )
    return ", ".join(parts)


def _document(site: str, report: Report) -> dict[str, object]:
    return {
        "site": str(Path(site)) if "://" not in site else site,
        "ok": not report.problems,
        "snapshot": report.snapshot or None,
        "counts": report.counts._asdict(),
        "problems": [as_object(problem) for problem in report.problems],
        "notes": [as_object(note) for note in report.notes],
    }
