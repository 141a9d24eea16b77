"""`packyard add`."""

from __future__ import annotations

from pathlib import Path

import click

from packyard.cli import options
from packyard.cli.errors import show_notes
from packyard.cli.packs import check_signed, describe
from packyard.edges.workfolder import WorkingTree, top_folder
from packyard.errors import ProblemsFound, UsageError


@click.command("add", context_settings=options.CONTEXT)
@click.argument("folder", metavar="DIR", type=options.FOLDER)
@options.repo
@options.commit
def command(folder: Path, repo: Path, commit: bool) -> None:
    """Put the signed pack in DIR into its place in a registry's working tree.

    The pack, its checksums and its signature are checked first, as a build would check them today.
    """
    repo = top_folder(repo)
    tree = WorkingTree(repo)
    limits, authority = tree.registry().limits, tree.authority()
    described = describe(folder, limits)
    report = check_signed(described, authority, limits)
    problems = tuple(dict.fromkeys((*report.problems, *described.problems)))
    if problems or described.manifest is None:
        raise ProblemsFound(problems)
    show_notes(report.notes)
    name, version = described.manifest.name, described.manifest.version
    place = f"{tree.pack(name)}/{version}"
    if (repo / place).exists():
        raise UsageError("version-exists", f"the registry has {name} {version} already", path=place)
    files = {f"{place}/{path}": content for path, content in described.folder.files.items()}
    options.put(repo, files, f"Add {name} {version}", commit, place)
