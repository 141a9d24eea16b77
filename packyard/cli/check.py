"""`packyard check`: what the gate says of a change set.

    packyard check --base origin/main --head HEAD --format github --report markdown=summary.md

It reads two commits and writes nothing into the repository; settings and history are those of the base. The verdict is
also the exit code: 0 accept, 1 reject, 4 review.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from packyard.cli import options
from packyard.cli.terminal import colourful, paint, say, warn
from packyard.errors import UsageError

if TYPE_CHECKING:
    from packyard.edges.judging import Opened
    from packyard.gate.capabilities import Delta
    from packyard.gate.values import Candidate, Verdict

FORMATS = ("text", "json", "github", "markdown", "sarif")
CODES = {"accept": 0, "reject": 1, "review": 4}


@click.command("check", context_settings=options.CONTEXT)
@click.option("--base", default="main", show_default=True, metavar="REF", help="What it would be merged into.")
@click.option("--head", default="HEAD", show_default=True, metavar="REF", help="The last commit of the change set.")
@click.option("--format", "form", type=click.Choice(FORMATS), default="text", show_default=True)
@click.option("--json", "as_json", is_flag=True, help="The same as --format json.")
@click.option(
    "--report", "reports", multiple=True, metavar="FORMAT=FILE", help="Write the verdict into a file as well."
)
@click.option(
    "--preview", type=options.FOLDER, metavar="DIR", help="Write the pages that it would get into a new folder."
)
@click.option("--review-ok", is_flag=True, help="Exit with 0 when a person has to look, too.")
@options.repo
def command(
    base: str,
    head: str,
    form: str,
    as_json: bool,
    reports: tuple[str, ...],
    preview: Path | None,
    review_ok: bool,
    repo: Path,
) -> int:
    """Judge what merging HEAD into BASE would do: accept, review or reject.

    Settings, names and history are those of BASE; nothing that HEAD brings has a say. Nothing is written into the
    repository. Exit codes: 0 accept, 1 reject, 4 review.
    """
    from packyard.edges.judging import newer_base, opened
    from packyard.edges.workfolder import top_folder

    files, repo = _files(reports), top_folder(repo)
    if newer := newer_base(repo, base):
        warn(f"{base} is behind {newer}; `--base {newer}` judges by what is merged there")
    with opened(repo, base, head) as found:
        verdict, deltas = found.verdict, _deltas(found.verdict)
        _show(verdict, "json" if as_json else form, deltas)
        for written, path in files.items():
            path.write_text(_formatted(verdict, written, deltas), encoding="utf-8")
        if preview:
            _preview(found, preview)
    return 0 if review_ok and verdict.outcome == "review" else CODES[verdict.outcome]


def _files(reports: tuple[str, ...]) -> dict[str, Path]:
    """Where to write which format. Raises `UsageError`."""
    found = {}
    for report in reports:
        form, equals, path = report.partition("=")
        if form not in FORMATS or not equals or not path:
            expected = f"FORMAT=FILE, where FORMAT is one of {', '.join(FORMATS)}"
            raise UsageError("usage-wrong", "not a report", expected=expected, found=report)
        if form in found:
            raise UsageError("usage-wrong", f"two reports in the format {form}", expected="one file for a format")
        found[form] = Path(path)
    return found


def _deltas(verdict: Verdict) -> dict[tuple[str, str], Delta]:
    return {(each.name, each.version): delta for each in verdict.releases if (delta := _delta(each))}


def _delta(candidate: Candidate) -> Delta | None:
    """What a version can do that the one before could not, None when that could not be found out: a check said so."""
    from packyard.gate.capabilities import compare

    try:
        return compare(candidate)
    except Exception:  # whatever a pack may hold, the verdict is shown
        return None


def _show(verdict: Verdict, form: str, deltas: Mapping[tuple[str, str], Delta]) -> None:
    if form == "text":
        from packyard.gate.report.text import format_text

        wanted = colourful(sys.stdout)
        text = format_text(verdict, deltas, lambda part, colour: paint(part, colour, wanted))
    else:
        text = _formatted(verdict, form, deltas)
    sys.stdout.write(text)


def _formatted(verdict: Verdict, form: str, deltas: Mapping[tuple[str, str], Delta]) -> str:
    from packyard.gate.report import format_verdict

    return format_verdict(verdict, form, deltas)


def _preview(found: Opened, folder: Path) -> None:
    from packyard.edges.previewing import preview

    pages = preview(found.case, folder)
    say(f"preview of {len(pages)} pack(s) in {folder}" if pages else "nothing to preview: no pack could be built")
