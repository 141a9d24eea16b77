"""`packyard yank` and its like: each writes and signs the next statement about a pack."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import click

from packyard.catalogue import ACTIONS, State
from packyard.cli import options
from packyard.cli.keys import find_signer, publisher_of, sign_as, today
from packyard.edges.workfolder import WorkingTree
from packyard.errors import FormatError, UsageError
from packyard.formats.statement import format_statement as format_text
from packyard.formats.statement import format_stem, parse_statement
from packyard.model import File, Manifest, Release, Statement, Tarball, VersionState


def _speak(
    action: str, target: str, reason: str, more: Mapping[str, str], key: str | None, repo: Path, commit: bool
) -> None:
    """Writes the statement and its signature. Raises when the registry would refuse it."""
    name, version = options.parse_target(target)
    tree, signer = WorkingTree(repo), find_signer(key)
    publisher = publisher_of(signer, tree.authority())
    fields = {key: value for key, value in {"version": version, **more}.items() if value}
    said = tree.statements(name)
    statement = Statement(tree.registry().origin, name, len(said) + 1, action, today(), reason, fields)
    stem = format_stem(statement.sequence, action)
    path, text = f"{tree.pack(name)}/statements/{stem}.yaml", format_text(statement)
    _check(tree, said, statement, stem, path, text)
    signature = f"{path}.{publisher.handle}.minisig"
    signed = sign_as(signer, text, f"statement {name} {statement.sequence}", signature, publisher, "admin")
    options.put(repo, {path: text, signature: signed}, f"{action.capitalize()} {target}", commit)


def _check(
    tree: WorkingTree, said: tuple[Statement, ...], statement: Statement, stem: str, path: str, text: bytes
) -> None:
    """Raises `UsageError` when the statement is not well formed, is about nothing, or changes nothing."""
    versions = tree.versions(statement.pack)
    if not versions:
        raise UsageError("pack-unknown", f"there is no pack {statement.pack}", path=tree.pack(statement.pack))
    try:
        parse_statement(text, stem)
        state = State(statement.pack, "", {version: VersionState(_unread(version)) for version in versions})
        for each in (*said, statement):
            state = ACTIONS[each.action](state, each) if each.action in ACTIONS else state
    except FormatError as error:
        raise UsageError(error.code, error.message, path=path, expected=error.expected, found=error.found) from None


def _unread(version: str) -> Release:
    """A release of which only the number is known: all that the state of yanks and deprecations needs."""
    manifest = Manifest("", version, "", "", "", "", "", "", (), (), (), (), (), {})
    files: tuple[File, ...] = ()
    return Release("", version, "", "", "", "", "", 0, 0, 0, manifest, (), files, Tarball("", "", 0, "", ""))


_reason = click.option("--reason", required=True, help="Why; everybody can read it.")


@click.command("yank", context_settings=options.CONTEXT)
@click.argument("target", metavar="NAME@VERSION")
@_reason
@options.key
@options.repo
@options.commit
def yank(target: str, reason: str, key: str | None, repo: Path, commit: bool) -> None:
    """Say that a version must not be installed any more. It stays where it is for those who have it in a lock file."""
    _speak("yank", target, reason, {}, key, repo, commit)


@click.command("unyank", context_settings=options.CONTEXT)
@click.argument("target", metavar="NAME@VERSION")
@_reason
@options.key
@options.repo
@options.commit
def unyank(target: str, reason: str, key: str | None, repo: Path, commit: bool) -> None:
    """Take a yank back."""
    _speak("unyank", target, reason, {}, key, repo, commit)


@click.command("deprecate", context_settings=options.CONTEXT)
@click.argument("target", metavar="NAME[@VERSION]")
@_reason
@click.option("--replacement", default="", metavar="NAME", help="The pack to use instead.")
@options.key
@options.repo
@options.commit
def deprecate(target: str, reason: str, replacement: str, key: str | None, repo: Path, commit: bool) -> None:
    """Say that a pack, or one version of it, should not be used any more. It can still be installed."""
    _speak("deprecate", target, reason, {"replacement": replacement}, key, repo, commit)


@click.command("undeprecate", context_settings=options.CONTEXT)
@click.argument("target", metavar="NAME[@VERSION]")
@_reason
@options.key
@options.repo
@options.commit
def undeprecate(target: str, reason: str, key: str | None, repo: Path, commit: bool) -> None:
    """Take a deprecation back."""
    _speak("undeprecate", target, reason, {}, key, repo, commit)
