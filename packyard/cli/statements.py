"""`packyard yank` and its like: each makes and signs the next statement about a pack."""

from __future__ import annotations

import click

from packyard.cli import options
from packyard.cli.cosigning import speak_as_root
from packyard.cli.options import Ending, parse_pack, parse_release, parse_target
from packyard.cli.speaking import Wish, speak
from packyard.cli.starting import Ground, ground
from packyard.errors import FormatError, UsageError
from packyard.formats import names, semver
from packyard.submitting.changes import pack_place
from packyard.submitting.source import SourceTree


@click.command("yank", context_settings=options.CONTEXT)
@click.argument("target", metavar="NAME@VERSION")
@options.reason
@options.key
@options.ending
def yank(target: str, reason: str, key: str | None, ending: Ending) -> int:
    """Say that a version must not be installed any more. It stays where it is for those who have it in a lock file."""
    return _about(parse_release(target), "yank", reason, key, ending)


@click.command("unyank", context_settings=options.CONTEXT)
@click.argument("target", metavar="NAME@VERSION")
@options.reason
@options.key
@options.ending
def unyank(target: str, reason: str, key: str | None, ending: Ending) -> int:
    """Take a yank back."""
    return _about(parse_release(target), "unyank", reason, key, ending)


@click.command("deprecate", context_settings=options.CONTEXT)
@click.argument("target", metavar="NAME[@VERSION]")
@options.reason
@click.option("--replacement", default="", metavar="NAME", help="The pack to use instead.")
@options.key
@options.ending
def deprecate(target: str, reason: str, replacement: str, key: str | None, ending: Ending) -> int:
    """Say that a pack, or one version of it, should not be used any more. It can still be installed."""
    here = ground(ending)
    if replacement:
        _must_be_there(here.tree, replacement)
    return _about(parse_target(target), "deprecate", reason, key, ending, here, replacement=replacement)


@click.command("undeprecate", context_settings=options.CONTEXT)
@click.argument("target", metavar="NAME[@VERSION]")
@options.reason
@options.key
@options.ending
def undeprecate(target: str, reason: str, key: str | None, ending: Ending) -> int:
    """Take a deprecation back."""
    return _about(parse_target(target), "undeprecate", reason, key, ending)


@click.command("promote", context_settings=options.CONTEXT)
@click.argument("target", metavar="NAME@VERSION")
@click.argument("channel")
@click.option("--reason", default="", help="Why.  [default: that it is the channel's next]")
@options.key
@options.ending
def promote(target: str, channel: str, reason: str, key: str | None, ending: Ending) -> int:
    """Put a version into CHANNEL: stable, beta, edge, or a name of your own."""
    return _about(parse_release(target), "promote", reason or f"the next of {channel}", key, ending, channel=channel)


@click.command("archive", context_settings=options.CONTEXT)
@click.argument("name")
@options.reason
@options.key
@options.ending
def archive(name: str, reason: str, key: str | None, ending: Ending) -> int:
    """Say that nothing new will come of a pack: no version and no promotion. This cannot be taken back."""
    return _about((parse_pack(name), ""), "archive", reason, key, ending)


@click.command("rename", context_settings=options.CONTEXT)
@click.argument("name")
@click.option("--to", required=True, metavar="NAME", help="The pack that carries on; it must be there.")
@click.option("--reason", default="", help="Why.  [default: that it goes on under the other name]")
@options.key
@options.ending
def rename(name: str, to: str, reason: str, key: str | None, ending: Ending) -> int:
    """Say that another pack carries on. Clients follow; no new version comes under the old name."""
    name, to = parse_pack(name), parse_pack(to)
    here, title = ground(ending), f"Rename {name} to {to}"
    if not here.tree.versions(to):
        hint = "publish it first: whoever asks for the old name gets it"
        raise UsageError("rename-astray", f"there is no pack {to} that could carry on", path=pack_place(to), help=hint)
    return speak(ending, here, Wish(name, "rename", {"to": to}, reason or f"goes on as {to}", title), key)


@click.command("withdraw", context_settings=options.CONTEXT)
@click.argument("target", metavar="NAME@VERSION")
@options.reason
@click.option("--legal", default="", metavar="TEXT", help="What the law demands; signed by the registry's root keys.")
@options.key
@options.ending
def withdraw(target: str, reason: str, legal: str, key: str | None, ending: Ending) -> int:
    """Take a version's tarball off the site for good. Its number, its signature and its place in the log stay.

    A version on which other packs depend can be withdrawn for a legal reason only; yank it instead. With --legal, --key
    is a root key; where more than one must sign, each says the same, and adds its signature.
    """
    name, version = parse_release(target)
    here, title = ground(ending), f"Withdraw {name} {version}"
    if legal:
        return speak_as_root(
            ending, here, Wish(name, "withdraw", {"version": version, "legal": legal}, reason, title), key
        )
    _must_not_be_needed(here.tree, name, version)
    return speak(ending, here, Wish(name, "withdraw", {"version": version}, reason, title), key)


def _about(
    target: tuple[str, str],
    action: str,
    reason: str,
    key: str | None,
    ending: Ending,
    here: Ground | None = None,
    **more: str,
) -> int:
    name, version = target
    fields = {field: value for field, value in {"version": version, **more}.items() if value}
    title = f"{action.capitalize()} {name} {version}".rstrip() + (f" to {more['channel']}" if "channel" in more else "")
    return speak(ending, here or ground(ending), Wish(name, action, fields, reason, title), key)


def _must_be_there(tree: SourceTree, replacement: str) -> None:
    """Raises `UsageError` when nobody could use the replacement, for there is none."""
    try:
        names.parse_name(replacement)
    except FormatError as error:
        raise options.refused(error) from None
    if not tree.versions(replacement):
        message, hint = f"there is no pack {replacement} to use instead", "correct the name, or publish it first"
        raise UsageError("pack-unknown", message, path=pack_place(replacement), help=hint)


def _must_not_be_needed(tree: SourceTree, name: str, version: str) -> None:
    """Raises `UsageError` when a version of another pack depends on this one, and is not withdrawn itself."""
    users = [
        f"{pack} {number}"
        for pack, number, manifest in tree.manifests()
        for wanted, span in manifest.dependencies
        if pack != name and wanted == name and semver.satisfies(version, semver.parse_range(span))
        if not any(said.action == "withdraw" and said.fields["version"] == number for said in tree.statements(pack))
    ]
    if users:
        more = f" and {len(users) - 5} more" if len(users) > 5 else ""
        raise UsageError(
            "withdraw-needed",
            f"other packs depend on {name} {version}",
            path=pack_place(name),
            found=", ".join(users[:5]) + more,
            help="yank it: nobody new gets it, and those who have it in a lock file still do",
        )
