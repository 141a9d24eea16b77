"""`packyard import`."""

from __future__ import annotations

import shlex
from pathlib import Path

import click

from packyard.cli import options
from packyard.cli.errors import count, show_notes
from packyard.cli.terminal import document, printable, say
from packyard.edges.workfolder import list_files, read_file, require_empty, write_file
from packyard.errors import FormatError, Problem, ProblemsFound, UsageError
from packyard.formats import semver
from packyard.formats.names import parse_name
from packyard.importing.choosing import choose, detect, refuse
from packyard.importing.planning import plan
from packyard.importing.values import KINDS, TITLES, Plan, Source, Wishes, left_out
from packyard.rules.folder import LIMITS


@click.command("import", context_settings=options.CONTEXT)
@click.argument("origin", metavar="FROM", type=options.FOLDER)
@click.option("--dir", "folder", type=options.FOLDER, help="The folder to make.  [default: the pack's name]")
@click.option("--name", default="", help="The pack's name.  [default: what FROM says it is called]")
@click.option("--version", default="", metavar="X.Y.Z", help="The pack's version.  [default: what FROM says, or 1.0.0]")
@click.option("--kind", type=click.Choice(["auto", *KINDS]), default="auto", show_default=True, help="What FROM is.")
@click.option("--dry-run", is_flag=True, help="Say what would be written, and write nothing.")
@options.json
def command(
    origin: Path, folder: Path | None, name: str, version: str, kind: str, dry_run: bool, as_json: bool
) -> None:
    """Make a pack of what you have: a Claude Code plugin, skills, Cursor rules, or a pack for agentpacks.

    FROM is read and never changed. Links, secrets and what belongs to other programs are left out, and told. The new
    folder is a pack like any other: `packyard validate` says what the registry would say.
    """
    wishes = _wishes(name, version)
    made = _plan(origin, kind, wishes)
    target = folder or Path(made.name.rpartition("/")[2])
    _check_target(origin, target)
    if not dry_run:
        for path, data in made.files.items():
            write_file(target / path, data)
    if as_json:
        document("import", _document(made, target, not dry_run))
    else:
        show_notes(made.notes)
        _tell(made, target, dry_run)


def _wishes(name: str, version: str) -> Wishes:
    try:
        return Wishes(name and parse_name(name), version and semver.format_version(semver.parse(version)))
    except FormatError as error:
        raise options.refused(error) from None


def _plan(origin: Path, kind: str, wishes: Wishes) -> Plan:
    """Looks at the folder, reads what was chosen of it, and plans. Raises `UsageError` or `ProblemsFound`."""
    listed = list_files(origin, refuse)
    try:
        found = detect(listed.paths) if kind == "auto" else kind
        choice = choose(found, listed.paths)
    except FormatError as error:
        raise ProblemsFound([error.at(str(origin))]) from None
    files, large = _read(origin, choice.paths)
    made = plan(found, Source(str(origin), origin.resolve().name, files), wishes)
    left = (left_out(str(origin / path), why) for path, why in (*listed.left, *choice.left))
    return made._replace(notes=(*left, *large, *made.notes))


def _read(origin: Path, paths: tuple[str, ...]) -> tuple[dict[str, bytes], list[Problem]]:
    """The files, as long as there is room in a pack, and notes on those for which there is none."""
    files, large, room = dict[str, bytes](), list[Problem](), LIMITS["expanded"]
    for path in paths:
        try:
            files[path] = read_file(origin / path, room)
        except FormatError:
            large.append(left_out(str(origin / path), "it is larger than a pack may be"))
        else:
            room -= len(files[path])
    return files, large


def _check_target(origin: Path, target: Path) -> None:
    if target.resolve().is_relative_to(origin.resolve()):
        message = "the pack would be made inside of the folder that it is made of"
        raise UsageError("usage-wrong", message, path=str(target), help="name another folder with --dir")
    require_empty(target)


def _tell(made: Plan, target: Path, dry_run: bool) -> None:
    what = f"{made.name} {made.version} from {TITLES[made.kind]}: {count(len(made.files), 'file')}"
    if dry_run:
        for path, origin in made.origins.items():
            print(path if path == origin else f"{path}  <- {printable(origin) or '(made)'}")
        say(f"would make {what} in {printable(str(target))}")
        return
    say(f"made {what} in {printable(str(target))}")
    place = shlex.quote(str(target))
    say(f"next: look through it, then `packyard validate {place}` and `packyard submit {place}`")


def _document(made: Plan, target: Path, written: bool) -> dict[str, object]:
    return {
        "kind": made.kind,
        "name": made.name,
        "version": made.version,
        "path": str(target),
        "written": written,
        "files": [{"path": path, "from": origin or None} for path, origin in made.origins.items()],
        "notes": [
            {"code": note.code, "path": note.path, "message": note.message, "help": note.help or None}
            for note in made.notes
        ],
    }
