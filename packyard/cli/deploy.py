"""`packyard deploy`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from packyard.cli import options
from packyard.cli.errors import as_object, count, show_notes
from packyard.cli.terminal import document, printable

if TYPE_CHECKING:
    from packyard.edges.deploying import Outcome


@click.command("deploy", context_settings=options.CONTEXT)
@click.argument("site", type=options.FOLDER)
@click.argument("target")
@click.option("--endpoint", default="", metavar="URL", help="The S3 service.  [default: where boto3 finds it]")
@click.option("--dry-run", is_flag=True, help="Print the plan and write nothing.")
@click.option("--delete/--no-delete", default=True, show_default=True, help="Remove what the site does not have.")
@click.option("--development", is_flag=True, help="Deploy although the site is signed with development keys.")
@click.option("--check", is_flag=True, help="Look at every file, also when nothing has been deployed since.")
@click.option("--jobs", type=click.IntRange(1, 64), default=8, show_default=True, help="How many files at once.")
@click.option("-v", "--verbose", is_flag=True, help="Print every path.")
@click.option("--quiet", is_flag=True, help="Show no progress.")
@options.json
def command(
    site: Path,
    target: str,
    endpoint: str,
    dry_run: bool,
    delete: bool,
    development: bool,
    check: bool,
    jobs: int,
    verbose: bool,
    quiet: bool,
    as_json: bool,
) -> None:
    """Bring the site in SITE to where it is served: a folder, user@host:path or rsync://host/module/path, or
    s3://bucket/prefix.

    Both ends are verified first, and nothing ever goes back. What differs is put there, content first and SNAPSHOT
    last; then what the site does not have is removed. After an interruption the same command does what is left. Where
    this snapshot was deployed as a whole before, only the heads are looked at.
    """
    from packyard.edges.deploying import Wish, deploy
    from packyard.edges.progress import Progress

    progress = Progress(quiet)
    try:
        done = deploy(Wish(site, target, endpoint, dry_run, delete, development, jobs, check), progress)
    finally:
        progress.close()
    if as_json:
        document("deploy", _document(site, done, dry_run, verbose))
    else:
        if verbose:
            print("".join(f"{printable(line)}\n" for line in done.plan.lines()), end="")
        print(_summary(done, dry_run))
    show_notes(done.notes)


def _summary(done: Outcome, dry_run: bool) -> str:
    snapshot, plan = done.snapshot, done.plan
    what = f"snapshot {snapshot.number} of {snapshot.origin}"
    if plan.empty:
        return f"nothing to do, {printable(done.target)} has {what}"
    stages = ", ".join(f"{len(stage.paths)} {stage.name}" for stage in plan.stages) or "none"
    verb = "would put" if dry_run else "put"
    return (
        f"{verb} {what} to {printable(done.target)}: {count(plan.files, 'file')} ({stages}), {plan.size} bytes; "
        f"{len(plan.removals)} removed, {plan.unchanged} unchanged"
    )


def _document(site: Path, done: Outcome, dry_run: bool, verbose: bool) -> dict[str, object]:
    plan = done.plan
    return {
        "site": str(site),
        "target": done.target,
        "dry_run": dry_run,
        "origin": done.snapshot.origin,
        "snapshot": done.snapshot.number,
        "before": done.before.number if done.before else None,
        "stages": [
            {"name": stage.name, "files": len(stage.paths), "bytes": stage.size}
            | {"paths": list(stage.paths) if verbose else None}
            for stage in plan.stages
        ],
        "removed": len(plan.removals),
        "removals": list(plan.removals) if verbose else None,
        "unchanged": None if plan.empty and not plan.unchanged else plan.unchanged,  # then nobody counted
        "notes": [as_object(note) for note in done.notes],
    }
