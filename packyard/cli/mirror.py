"""`packyard mirror`: copies of a site that nobody has to trust."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from packyard.cli import options
from packyard.cli.errors import FINDINGS, as_object, count, show, show_notes
from packyard.cli.terminal import document, printable, say
from packyard.errors import Problem, Stale, WorldError

if TYPE_CHECKING:
    from packyard.audit.report import Report
    from packyard.formats.snapshot import Snapshot
    from packyard.head import Head
    from packyard.mirror.parity import Matrix
    from packyard.mirror.values import Synced
    from packyard.protocols import Reader

_KEY = click.option("--key", "root", metavar="ROOTKEY", help="A root key of the registry: a public key, or its file.")
_JOBS = click.option(
    "--jobs", type=click.IntRange(1, 64), default=8, show_default=True, help="How many requests at once."
)
_AGE = ("snapshot-expired", "trust-expired")


@click.group("mirror", context_settings=options.CONTEXT)
def command() -> None:
    """Copy a site, check a copy, compare several."""


@command.command("sync", context_settings=options.CONTEXT)
@click.argument("url", metavar="URL")
@click.argument("folder", metavar="DIR", type=options.FOLDER)
@_JOBS
@_KEY
@click.option("--repair", is_flag=True, help="Look at every file that is there, and fetch what is not as it should be.")
@options.json
def sync(url: str, folder: Path, jobs: int, root: str | None, repair: bool, as_json: bool) -> None:
    """Make DIR a mirror of the site at URL, an address or a folder, or bring it up to date.

    Only what changed is fetched. Everything is verified before anything is put in place, and the snapshot comes last;
    DIR can be served all the while, and a sync that was killed goes on where it was. A source that is expired, older
    than DIR or of another history is refused. Nothing else may write into DIR.
    """
    from packyard.edges.mirror_source import open_source
    from packyard.edges.mirroring import sync
    from packyard.mirror.following import is_old
    from packyard.mirror.values import Terms

    key = options.public_key(root).text if root else ""
    now = int(time.time())
    pinned = bool(key) or (folder / "trust" / "1.json").exists()
    done = sync(open_source(url), folder, Terms(now, key, jobs, repair))
    if as_json:
        document("mirror-sync", _synced(url, folder, done))
    else:
        click.echo(_said(done))
    notes = [] if pinned else [Problem("trust-unpinned", "trust/1.json", "the first trust file was taken as it is")]
    show_notes(notes + ([_aging(done.head.snapshot)] if is_old(done.head.snapshot, now) else []))


def _said(done: Synced) -> str:
    head = done.head.snapshot
    what = f"snapshot {head.number} of {head.origin}"
    if not done.changed:
        return f"up to date: {what}"
    parts = (f"{done.written} files written", f"{done.removed} removed", count(done.requests, "request"))
    return f"synced: {what}, news of {count(len(done.packs), 'pack')}; {', '.join(parts)}, {done.size} bytes"


def _synced(url: str, folder: Path, done: Synced) -> dict[str, object]:
    return {
        "source": url,
        "mirror": str(folder),
        "changed": done.changed,
        **_head(done.head.snapshot),
        "packs": list(done.packs),
        "written": done.written,
        "removed": done.removed,
        "requests": done.requests,
        "bytes": done.size,
    }


def _head(snapshot: Snapshot) -> dict[str, object]:
    from packyard.formats.times import format_time

    return {
        "origin": snapshot.origin,
        "snapshot": snapshot.number,
        "issued": format_time(snapshot.issued),
        "expires": format_time(snapshot.expires),
        "log_size": snapshot.log_size,
    }


def _aging(snapshot: Snapshot) -> Problem:
    from packyard.formats.times import format_time

    message = f"more than half of the snapshot's time is over; it expires {format_time(snapshot.expires)}"
    return Problem("snapshot-aging", "SNAPSHOT", message)


@command.command("verify", context_settings=options.CONTEXT)
@click.argument("place", metavar="DIR|URL")
@_JOBS
@_KEY
@options.json
def verify(place: str, jobs: int, root: str | None, as_json: bool) -> int:
    """Check a whole mirror, every file of it, as a client would, and say how old it is.

    When nothing but its age is wrong, the exit code is 15.
    """
    from packyard.audit import audit
    from packyard.edges.transport import on_web, open_site
    from packyard.edges.workers import processors
    from packyard.mirror.following import is_old

    key = options.public_key(root).text if root else ""
    now = int(time.time())
    site = open_site(place)
    head = _believed(site, key)
    report = audit(site, None, now, jobs if on_web(place) else processors(), key)
    report = _without_hosts_own(report)
    snapshot = head.snapshot if head else None
    notes = [*report.notes, *([_aging(snapshot)] if snapshot and is_old(snapshot, now) else [])]
    if as_json:
        document("mirror-verify", _verified(place, snapshot, report, notes, now))
    else:
        show(report.problems)
        show_notes(notes)
        if snapshot and not report.problems:
            click.echo(f"ok: {_about(snapshot, report, now)}")
    only_age = {problem.code for problem in report.problems} <= set(_AGE)
    return 0 if not report.problems else Stale.exit_code if only_age else FINDINGS


def _without_hosts_own(report: Report) -> Report:
    """The report with the host's own files among the notes."""
    from packyard.edges.mirror_place import hosts_own

    own = [each for each in report.problems if each.code == "file-unlisted" and hosts_own(each.path)]
    problems = tuple(each for each in report.problems if each not in own)
    message = "the file is not the site's; it is the host's own"
    notes = (each._replace(message=message, help="") for each in own)
    return report._replace(problems=problems, notes=(*report.notes, *notes))


def _believed(site: Reader, key: str) -> Head | None:
    """The head of a site, None when there is none to believe: why that is so, the audit says."""
    from packyard.errors import TrustError
    from packyard.head import read_head

    try:
        return read_head(site, key)
    except TrustError:
        return None


def _about(snapshot: Snapshot, report: Report, now: int) -> str:
    from packyard.formats.times import format_time

    return (
        f"snapshot {snapshot.number} of {snapshot.origin}, {_age(now - snapshot.issued)} old, valid until "
        f"{format_time(snapshot.expires)}, {count(report.counts.packs, 'pack')}, "
        f"{count(report.counts.versions, 'version')}, {snapshot.log_size} log entries"
    )


def _age(seconds: int) -> str:
    for size, unit in ((86_400, "day"), (3_600, "hour"), (60, "minute")):
        if seconds >= size:
            return count(seconds // size, unit)
    return count(max(seconds, 0), "second")


def _verified(
    place: str, snapshot: Snapshot | None, report: Report, notes: list[Problem], now: int
) -> dict[str, object]:
    absent = dict.fromkeys(("origin", "snapshot", "issued", "expires", "log_size"))
    return {
        "mirror": place,
        "ok": not report.problems,
        **(_head(snapshot) if snapshot else absent),
        "age": now - snapshot.issued if snapshot else None,
        "counts": report.counts._asdict(),
        "problems": [as_object(problem) for problem in report.problems],
        "notes": [as_object(note) for note in notes],
    }


@command.command("parity", context_settings=options.CONTEXT)
@click.argument("places", metavar="PLACE PLACE…", nargs=-1, required=True)
@_JOBS
@_KEY
@click.option("--quick", is_flag=True, help="Compare what the signed lists promise, and read no archive.")
@click.option("--html", type=options.FOLDER, metavar="FILE", help="Write the matrix as a page.")
@options.json
def parity(places: tuple[str, ...], jobs: int, root: str | None, quick: bool, html: Path | None, as_json: bool) -> int:
    """Compare what several places, addresses or folders, have of a registry: every version at each.

    A version is the same, missing, differs or is stale; where a place cannot be asked it is unknown. Exit code 1 says
    that not all is the same, 3 that something is unknown and nothing worse, 15 that two places show two histories.
    """
    from packyard.edges.mirror_parity import compare
    from packyard.edges.workfolder import write_file
    from packyard.mirror.page import page
    from packyard.mirror.parity import document as as_document
    from packyard.mirror.parity import summary

    key = options.public_key(root).text if root else ""
    matrix = compare(places, int(time.time()), key, jobs, quick)
    if html:
        write_file(html, page(matrix).encode())
        say(f"written: {html}")
    if as_json:
        document("mirror-parity", as_document(matrix))
    else:
        for line in summary(matrix):
            click.echo(printable(line))
        _show(matrix)
    return _verdict(matrix)


def _show(matrix: Matrix) -> None:
    """The forks, and the versions that are not the same everywhere."""
    for one, other in matrix.forks:
        click.echo(printable(f"forked: {one} and {other} show two histories"))
    for row in matrix.rows:
        told = [
            f"{cell.state} at {mirror.place}"
            for cell, mirror in zip(row.cells, matrix.mirrors, strict=True)
            if cell.state != "same" and mirror.snapshot
        ]
        if told:
            click.echo(printable(f"{row.pack}@{row.version}: {', '.join(told)}"))


def _verdict(matrix: Matrix) -> int:
    states = {cell.state for row in matrix.rows for cell in row.cells}
    unknown = "unknown" in states or any(mirror.log == "unknown" for mirror in matrix.mirrors)
    if matrix.forks:
        return Stale.exit_code
    if states & {"missing", "differs", "stale"} or any(mirror.expired for mirror in matrix.mirrors):
        return FINDINGS
    return WorldError.exit_code if unknown else 0
