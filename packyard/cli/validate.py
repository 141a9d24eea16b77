"""`packyard validate`."""

from __future__ import annotations

from pathlib import Path

import click

from packyard.cli import options
from packyard.cli.errors import FINDINGS, as_object, count, show, show_notes
from packyard.cli.packs import Described, describe
from packyard.cli.terminal import document


@click.command("validate", context_settings=options.CONTEXT)
@click.argument("folder", metavar="DIR", type=options.FOLDER)
@options.json
def command(folder: Path, as_json: bool) -> int:
    """Say what the registry would say about the pack in DIR, before anybody signs it."""
    found = describe(folder)
    if as_json:
        document("validation", _document(folder, found))
    else:
        show(found.problems)
        show_notes(found.notes)
        if not found.problems and found.manifest:
            features = ", ".join(found.features) or "no features"
            size = f"{count(len(found.paths), 'file')}, {found.size} bytes"
            print(f"ok: {found.manifest.name} {found.manifest.version}, {size}, {features}")
    return FINDINGS if found.problems else 0


def _document(folder: Path, found: Described) -> dict[str, object]:
    return {
        "path": str(folder),
        "name": found.manifest.name if found.manifest else None,
        "version": found.manifest.version if found.manifest else None,
        "files": len(found.paths),
        "size": found.size,
        "features": list(found.features),
        "ok": not found.problems,
        "problems": [as_object(problem) for problem in found.problems],
        "notes": [as_object(note) for note in found.notes],
    }
