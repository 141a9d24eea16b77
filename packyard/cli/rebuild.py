"""`packyard rebuild`."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import click

from packyard.cli import options
from packyard.cli.errors import FINDINGS, count, show
from packyard.cli.terminal import document, say
from packyard.errors import Problem, ProblemsFound, UsageError, WorldError

if TYPE_CHECKING:
    from packyard.protocols import Signer
    from packyard.rebuilt import Rebuild

#: So many differences are shown to a person.
_SHOWN = 20


@click.command("rebuild", context_settings=options.CONTEXT)
@click.option("--compare", "place", metavar="URL|DIR", required=True, help="The published site.")
@options.repo
@click.option("--ref", default="", metavar="COMMIT", help="The commit that the site must be of.")
@click.option("--root-key", metavar="KEY", help="A root key of the registry: a public key, or its .pub file.")
@click.option("--lists", is_flag=True, help="Compare the lists that the snapshot signs, and read no file of them.")
@click.option("--templates", type=options.FOLDER, help="The templates that the site is made with, if not our own.")
@click.option("--jobs", type=click.IntRange(0), help="How many processes.  [default: one for each processor]")
@click.option("--out", type=options.FOLDER, metavar="FILE", help="Write the report into this file.")
@click.option("--sign", metavar="KEYFILE", help="Sign the report, beside --out, with this minisign key.")
@click.option("--quiet", is_flag=True, help="Show no progress.")
@options.json
def command(
    place: str,
    repo: Path,
    ref: str,
    root_key: str | None,
    lists: bool,
    templates: Path | None,
    jobs: int | None,
    out: Path | None,
    sign: str | None,
    quiet: bool,
    as_json: bool,
) -> int:
    """Build a published site again from its source, and say whether it is what the source makes.

    The commit that the site names is built in a temporary folder, from nothing but the repository and the published
    log. Every sealed file is compared; what only the registry's keys or a clock can make is set apart. Exit code 0:
    the same; 1: it differs; 3: it could not be decided.
    """
    from packyard.edges.rebuilding import Wish, rebuild
    from packyard.edges.workers import processors
    from packyard.edges.workfolder import top_folder

    if sign and not out:
        raise UsageError("usage-wrong", "--sign signs the file of --out", help="name a file with --out")
    from packyard.cli.keys import ask
    from packyard.edges.keys import load_signer

    signer = load_signer(sign, ask) if sign else None
    key = options.public_key(root_key).text if root_key else ""
    with TemporaryDirectory(prefix="packyard-") as work:
        facts = (top_folder(repo), place, Path(work), ref, key, jobs or processors(), templates, lists, quiet)
        try:
            report = rebuild(Wish(*facts))
        except ProblemsFound as error:
            show(error.problems)
            raise WorldError("rebuild-undecided", "the source of the published site cannot be built") from None
    _write(report, out, signer)
    _tell(report, as_json)
    return 0 if report.same else FINDINGS


def _write(report: Rebuild, out: Path | None, signer: Signer | None) -> None:
    from packyard.edges.workfolder import write_file
    from packyard.rebuilt import format_rebuild, trusted_comment

    text = format_rebuild(report)
    if out:
        write_file(out, text)
    if out and signer:
        write_file(out.with_name(f"{out.name}.minisig"), signer.sign(text, trusted_comment(report)))


def _tell(report: Rebuild, as_json: bool) -> None:
    import json

    from packyard.rebuilt import format_rebuild

    if as_json:
        value = json.loads(format_rebuild(report))
        document("rebuild", {name: value[name] for name in value if name != "format"})
        return
    about = f"snapshot {report.snapshot} of {report.origin}, commit {report.commit[:12]}"
    if report.development:
        say("the site is signed with development keys, which vouch for nothing, and says so on every page")
    if report.same:
        how = "in its signed lists" if report.depth == "lists" else f"in {count(report.files, 'file')}"
        print(f"same: {about} is what its source makes, {how}")
        return
    message = "the published site is not what its source makes"
    shown = report.differences[:_SHOWN]
    show(Problem("rebuild-differs", each.path, message, 0, each.expected or "no file", each.found or "no file")
         for each in shown)  # fmt: skip
    print(f"differs: {about}, {count(report.total, 'difference')}")
