"""`packyard kit`: a registry, or a part of it, as one file that is carried to where there is no network."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from packyard.cli import options
from packyard.cli.errors import as_object, count, show, show_notes
from packyard.cli.terminal import document, say
from packyard.errors import FormatError, PackyardError, Problem, ProblemsFound, UsageError, WorldError

if TYPE_CHECKING:
    from packyard.kit.manifest import Manifest
    from packyard.kit.verifying import Keys

INVALID = 11

_PROFILES = ("full", "delta", "packs", "tenant")
_EXITS = """
    \b
    Exit codes of the kit commands:
      0 ok                       5 a signature
      1 a file is not there      8 not newer than what is there
      2 a checksum               11 anything else that does not validate
      3 network or disk          130 interrupted
"""


class KitUsage(UsageError):
    """A kit command was called wrongly: in these commands 2 means a checksum."""

    exit_code = INVALID


class KitGroup(click.Group):
    """The kit commands, which have exit codes of their own."""

    def make_context(self, info_name: str | None, args: list[str], *rest: Any, **more: Any) -> click.Context:
        """The context of the group. Raises `KitUsage`."""
        context: click.Context = _called(lambda: super(KitGroup, self).make_context(info_name, args, *rest, **more))
        return context

    def invoke(self, ctx: click.Context) -> Any:
        """Calls a command of the group. Raises `KitUsage`."""
        return _called(lambda: super(KitGroup, self).invoke(ctx))


def _called(call: Callable[[], Any]) -> Any:
    try:
        return call()
    except click.exceptions.NoArgsIsHelpError:
        raise
    except click.ClickException as error:
        raise KitUsage("usage-wrong", error.format_message(), help="`packyard kit --help` says what it takes") from None


def _coded(function: Callable[..., int]) -> Callable[..., int]:
    """A command whose refusals end with the exit codes of kits."""

    @wraps(function)
    def command(*arguments: Any, **given: Any) -> int:
        from packyard.kit.exits import MISSING, WORLD, gravest

        try:
            return function(*arguments, **given)
        except (PackyardError, FormatError) as error:
            problems = _problems(error)
            show(problems)
            code = WORLD if isinstance(error, WorldError) else gravest(problem.code for problem in problems)
            return INVALID if isinstance(error, UsageError) and code != MISSING else code

    command.__doc__ = f"{function.__doc__}{_EXITS}"
    return command


def _problems(error: PackyardError | FormatError) -> tuple[Problem, ...]:
    if isinstance(error, FormatError):
        return (error.at(""),)
    return error.problems if isinstance(error, ProblemsFound) else (error.problem,)


@click.group("kit", cls=KitGroup, context_settings=options.CONTEXT)
def command() -> None:
    """Carry a registry, or a part of it, to where there is no network: one file, signed, verified, imported."""


_root = click.option("--root-key", metavar="KEY", help="A root key of the registry: a public key, or its .pub file.")
_exporter = click.option("--key", metavar="PUBKEY", help="The exporter's public key, or its .pub file.")


@command.command("export", context_settings=options.CONTEXT)
@click.argument("site", metavar="SITE|URL")
@click.argument("out", metavar="OUT.tar", type=options.FOLDER)
@click.option("--profile", type=click.Choice(_PROFILES), help="What to take.  [default: what the other options say]")
@click.option("--base", "bases", multiple=True, metavar="KIT|SITE", help="Of a delta: what it is the difference to.")
@click.option("--pack", "wanted", multiple=True, metavar="NAME[@RANGE]", help="A pack, with all that it depends on.")
@click.option("--all-versions", is_flag=True, help="Every version in the ranges, not the highest alone.")
@click.option("--tenant", metavar="FILE", type=options.FOLDER, help="The allow-list of a tenant.")
@click.option("--key", metavar="FILE", help="The secret key to sign the kit with.")
@_root
@_coded
def export(
    site: str,
    out: Path,
    profile: str | None,
    bases: tuple[str, ...],
    wanted: tuple[str, ...],
    all_versions: bool,
    tenant: Path | None,
    key: str | None,
    root_key: str | None,
) -> int:
    """Write a kit of SITE, a folder or an address, to OUT.tar.

    The site is verified first. The same site and options give the same bytes. --base may be given several times: a
    full kit (or its offline-manifest.json), then each delta after it; or once, a site of which SNAPSHOT and the lists
    are there.
    """
    from packyard.cli.keys import find_signer
    from packyard.edges.kit_contents import Order
    from packyard.edges.kit_export import export_kit
    from packyard.edges.transport import open_site
    from packyard.edges.workers import processors

    chosen = _profile(profile, bases, wanted, all_versions, tenant)
    allowed = _allowed(tenant) if tenant else b""
    signer = find_signer(key) if key else None
    order = Order(chosen, bases, wanted, all_versions, allowed, signer, _text(root_key))
    manifest = export_kit(open_site(site), out, order, int(time.time()), processors())
    print(f"ok: {_summary(manifest)}")
    if signer is None:
        say("the kit is not signed; --key FILE signs it")
    return 0


@command.command("verify", context_settings=options.CONTEXT)
@click.argument("kit", metavar="KIT", type=options.FOLDER)
@_root
@_exporter
@options.json
@_coded
def verify(kit: Path, root_key: str | None, key: str | None, as_json: bool) -> int:
    """Check KIT: every file, then every signature up to the registry's root keys. Nothing is unpacked.

    Without --root-key the first trust file is taken as it is, without --key nobody is asked who put the kit together.
    """
    from packyard.edges.kits import Kit
    from packyard.edges.workers import processors
    from packyard.kit.exits import gravest
    from packyard.kit.verifying import Verified, verify_kit

    keys, manifest = _keys(root_key, key), None
    try:
        opened = Kit(kit)
        manifest = opened.manifest
        found = verify_kit(opened, keys, int(time.time()), processors())
        opened.close()
    except PackyardError as error:
        found = Verified(_problems(error), ())
    if as_json:
        document("kit-report", _report(kit, manifest, found.problems, found.notes))
    else:
        show(found.problems)
        show_notes(found.notes)
        if not found.problems and manifest is not None:
            print(f"ok: {_summary(manifest)}")
    return gravest(problem.code for problem in found.problems)


@command.command("import", context_settings=options.CONTEXT)
@click.argument("kit", metavar="KIT", type=options.FOLDER)
@click.argument("folder", metavar="DIR", type=options.FOLDER)
@_root
@_exporter
@_coded
def import_(kit: Path, folder: Path, root_key: str | None, key: str | None) -> int:
    """Make DIR the mirror that KIT holds, or bring it up to date.

    The kit is verified first, and nothing in the mirror goes back. A kit that is refused changes nothing and is put
    into .packyard/NAME/quarantine/ beside the mirror, with the reason. An import that was cut short is run again.
    """
    from packyard.edges.kit_import import import_kit
    from packyard.edges.workers import processors

    done = import_kit(kit, folder, _keys(root_key, key), int(time.time()), processors())
    show_notes(done.notes)
    changed = f"{count(done.written, 'file')} written, {done.removed} removed"
    print(f"ok: {folder} is at snapshot {done.manifest.state.number} of {done.manifest.origin}, {changed}")
    return 0


def _profile(
    given: str | None, bases: tuple[str, ...], wanted: tuple[str, ...], all_versions: bool, tenant: Path | None
) -> str:
    """The profile that the options are those of. Raises `UsageError`."""
    meant = [name for name, said in (("delta", bases), ("packs", wanted), ("tenant", tenant)) if said]
    profile = given or (meant[0] if meant else "full")
    if meant != [name for name in (profile,) if name != "full"] or (all_versions and profile != "packs"):
        expected = "full, or delta and --base, or packs and --pack, or tenant and --tenant"
        found = ", ".join([f"--profile {given}"] * bool(given) + meant)
        raise UsageError("usage-wrong", "the options do not fit together", expected=expected, found=found)
    return profile


def _allowed(path: Path) -> bytes:
    """The allow-list in a file. Raises `UsageError`, and `ProblemsFound` when it is none."""
    from packyard.edges.workfolder import read_file
    from packyard.formats.fields import errors_of
    from packyard.formats.strict import LIMIT
    from packyard.kit.tenant import parse_tenant

    try:
        data = read_file(path, LIMIT)
        parse_tenant(data)
    except FileNotFoundError:
        raise UsageError("file-missing", "there is no such list", path=str(path)) from None
    except FormatError as error:
        raise ProblemsFound(each.at(str(path)) for each in errors_of(error)) from None
    return data


def _text(key: str | None) -> str:
    return options.public_key(key).text if key else ""


def _keys(root: str | None, exporter: str | None) -> Keys:
    from packyard.kit.verifying import Keys

    return Keys(_text(root), options.public_key(exporter) if exporter else None)


def _summary(manifest: Manifest) -> str:
    parts = f"{count(manifest.total, 'file')}, {manifest.size} bytes"
    return f"{manifest.profile} kit of {manifest.origin}, snapshot {manifest.state.number}, {parts}"


def _report(
    kit: Path, manifest: Manifest | None, problems: tuple[Problem, ...], notes: tuple[Problem, ...]
) -> dict[str, object]:
    chosen = manifest.selection if manifest else None
    return {
        "kit": str(kit),
        "ok": not problems,
        "profile": manifest.profile if manifest else None,
        "origin": manifest.origin if manifest else None,
        "snapshot": manifest.state.number if manifest else None,
        "base": manifest.base.number if manifest and manifest.base else None,
        "tenant": (chosen.tenant or None) if chosen else None,
        "packs": {name: list(versions) for name, versions in chosen.packs.items()} if chosen else None,
        "files": manifest.total if manifest else None,
        "size": manifest.size if manifest else None,
        "problems": [as_object(problem) for problem in problems],
        "notes": [as_object(note) for note in notes],
    }
