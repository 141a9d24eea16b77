"""`packyard publisher`: the file that says which keys sign for a handle. Keys are never taken out of it, only ended."""

from __future__ import annotations

from pathlib import Path

import click

from packyard.cli import options
from packyard.cli.keys import find_signer, sign_as, today
from packyard.edges.commits import identity
from packyard.edges.keys import MinisignSigner
from packyard.edges.workfolder import WorkingTree
from packyard.errors import FormatError, UsageError
from packyard.formats.names import parse_handle
from packyard.formats.publisher import SCOPES, format_publisher, parse_publisher
from packyard.history import SOURCE
from packyard.model import Publisher, PublisherKey


@click.group("publisher", context_settings=options.CONTEXT)
def command() -> None:
    """Add a publisher to a registry, rotate or revoke a key."""


@command.command(context_settings=options.CONTEXT)
@click.argument("handle")
@click.option("--name", help="The publisher's name.  [default: what git calls you]")
@click.option("--github", default="", help="The publisher's GitHub account.")
@options.key
@options.repo
@options.commit
def add(handle: str, name: str | None, github: str, key: str | None, repo: Path, commit: bool) -> None:
    """Register HANDLE with your key."""
    tree, signer = WorkingTree(repo), find_signer(key)
    _check_handle(handle)
    authority = tree.authority()
    if authority.publisher(handle, 1):
        raise UsageError("publisher-exists", "there is such a publisher already", path=_path(handle))
    if holder := authority.holder(signer.key_id):
        raise UsageError("key-shared", "the key belongs to another publisher", found=holder, help="`packyard keygen`")
    own = PublisherKey(signer.public_key, signer.key_id, SCOPES, today())
    value = Publisher(handle, name or identity() or handle, github, (own,))
    _write(tree, value, value, signer, commit, f"Add publisher {handle}")


@command.command(context_settings=options.CONTEXT)
@click.argument("handle")
@click.argument("new_key", metavar="PUBLIC_KEY")
@options.key
@options.repo
@options.commit
def rotate(handle: str, new_key: str, key: str | None, repo: Path, commit: bool) -> None:
    """Replace the key of HANDLE by PUBLIC_KEY (the line, or its .pub file).

    The old key signs for the new one and is retired from today on; what it signed stays valid.
    """
    tree, signer, new = WorkingTree(repo), find_signer(key), options.public_key(new_key)
    before = _publisher(tree, handle)
    if holder := tree.authority().holder(new.key_id):
        raise UsageError("key-shared", "the new key is known already", found=f"key {new.key_id} is {holder}'s")
    old = _own(before, signer.key_id)
    kept = tuple(each._replace(retired=today()) if each == old else each for each in before.keys)
    after = before._replace(keys=(*kept, PublisherKey(new.text, new.key_id, old.scopes, today())))
    _write(tree, before, after, signer, commit, f"Rotate the key of {handle}")


@command.command(context_settings=options.CONTEXT)
@click.argument("handle")
@click.argument("key_id", metavar="KEYID")
@click.option("--reason", required=True, help="Why nobody should rely on the key any more.")
@options.key
@options.repo
@options.commit
def revoke(handle: str, key_id: str, reason: str, key: str | None, repo: Path, commit: bool) -> None:
    """Revoke the key KEYID of HANDLE from today on.

    What it signed before stays valid. Sign with another key of HANDLE; a last key can revoke itself, and then nobody
    can publish as HANDLE any more.
    """
    tree, signer = WorkingTree(repo), find_signer(key)
    before = _publisher(tree, handle)
    old = _own(before, key_id.upper())
    ended = old._replace(revoked=today(), retired="", reason=reason)
    after = before._replace(keys=tuple(ended if each == old else each for each in before.keys))
    _write(tree, before, after, signer, commit, f"Revoke key {old.key_id} of {handle}")


def _write(
    tree: WorkingTree, before: Publisher, after: Publisher, signer: MinisignSigner, commit: bool, message: str
) -> None:
    path, text = _path(after.handle), format_publisher(after)
    try:
        parse_publisher(text, after.handle)
    except FormatError as error:
        raise UsageError("usage-wrong", error.message, path=path, expected=error.expected, found=error.found) from None
    signature = sign_as(signer, text, f"publisher {after.handle}", f"{path}.minisig", before, "admin")
    options.put(tree.repo, {path: text, f"{path}.minisig": signature}, message, commit)


def _publisher(tree: WorkingTree, handle: str) -> Publisher:
    _check_handle(handle)
    found = tree.authority().publisher(handle, 1)
    if found is None:
        raise UsageError("publisher-unknown", "there is no such publisher", path=_path(handle))
    return found


def _own(publisher: Publisher, key_id: str) -> PublisherKey:
    found = publisher.key(key_id)
    if found is None or found.retired or found.revoked:
        current = ", ".join(key.key_id for key in publisher.keys if not key.retired and not key.revoked)
        raise UsageError(
            "key-unknown",
            f"this is not a current key of {publisher.handle}",
            expected=current or "none is left",
            found=key_id,
        )
    return found


def _check_handle(handle: str) -> None:
    try:
        parse_handle(handle)
    except FormatError as error:
        raise UsageError(error.code, error.message, expected=error.expected, found=error.found) from None


def _path(handle: str) -> str:
    return f"{SOURCE}/publishers/{handle}.yaml"
