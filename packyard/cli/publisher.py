"""`packyard publisher`: the file that says which keys sign for a handle. Keys are never taken out of it, only ended."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import click

from packyard.cli import options
from packyard.cli.keys import find_signer, sign_as, today
from packyard.cli.options import Ending, parse_handle
from packyard.cli.sending import finish
from packyard.cli.starting import ground
from packyard.cli.terminal import say, warn
from packyard.edges.commits import identity
from packyard.edges.keys import MinisignSigner
from packyard.errors import FormatError, UsageError
from packyard.formats.minisign import PublicKey
from packyard.formats.publisher import SCOPES, format_publisher, marks_of, parse_publisher
from packyard.history import SOURCE
from packyard.model import Publisher, PublisherKey
from packyard.rules.rights import RIGHTS
from packyard.submitting.changes import Change, Hand, revision
from packyard.submitting.source import SourceTree


@click.group("publisher", context_settings=options.CONTEXT)
def command() -> None:
    """Add a publisher to a registry; add, rotate, retire or revoke a key."""


@command.command(context_settings=options.CONTEXT)
@click.argument("handle")
@click.option("--name", default="", help="The publisher's name.  [default: what git calls you]")
@click.option("--github", default="", help="The publisher's GitHub account.")
@options.key
@options.ending
def add(handle: str, name: str, github: str, key: str | None, ending: Ending) -> int:
    """Register HANDLE with your key."""
    here = ground(ending)
    _, change = registration(here.tree, handle, find_signer(key), name, github)
    return finish(ending, here, change)


@command.command("add-key", context_settings=options.CONTEXT)
@click.argument("handle")
@click.argument("new_key", metavar="PUBLIC_KEY")
@click.option("--scope", "scopes", type=click.Choice(SCOPES), multiple=True, help="What it may sign.  [default: both]")
@options.key
@options.ending
def add_key(handle: str, new_key: str, scopes: tuple[str, ...], key: str | None, ending: Ending) -> int:
    """Let a further key sign for HANDLE.

    PUBLIC_KEY is the line of the key, or its .pub file. A key for automation gets --scope publish: it can bring new
    versions, and can neither yank nor give away anything.
    """
    here, signer = ground(ending), find_signer(key)
    before, new = _publisher(here.tree, handle), _unknown(here.tree, options.public_key(new_key))
    after = before._replace(keys=(*before.keys, PublisherKey(new.text, new.key_id, scopes or SCOPES, today())))
    return finish(ending, here, _change(before, after, signer, f"Add a key of {handle}"))


@command.command(context_settings=options.CONTEXT)
@click.argument("handle")
@click.argument("new_key", metavar="PUBLIC_KEY")
@options.key
@options.ending
def rotate(handle: str, new_key: str, key: str | None, ending: Ending) -> int:
    """Replace the key of HANDLE by PUBLIC_KEY.

    PUBLIC_KEY is the line of the key, or its .pub file. The old key signs for the new one and is retired from today on;
    what it signed stays valid.
    """
    here, signer = ground(ending), find_signer(key)
    before, new = _publisher(here.tree, handle), _unknown(here.tree, options.public_key(new_key))
    old = _own(before, signer.key_id)
    kept = _with(before, old, old._replace(retired=today())).keys
    after = before._replace(keys=(*kept, PublisherKey(new.text, new.key_id, old.scopes, today())))
    say(f"when this is merged, sign with the key {new.key_id}: --key FILE, or PACKYARD_KEY")
    return finish(ending, here, _change(before, after, signer, f"Rotate the key of {handle}"))


@command.command(context_settings=options.CONTEXT)
@click.argument("handle")
@click.argument("key_id", metavar="KEYID")
@options.key
@options.ending
def retire(handle: str, key_id: str, key: str | None, ending: Ending) -> int:
    """Retire the key KEYID of HANDLE from today on.

    That is for a key that is not needed any more; revoke one that somebody else may have. What it signed before stays
    valid. Sign with another key of HANDLE.
    """
    return _end(ending, handle, key_id, key, "Retire", {"retired": today()})


@command.command(context_settings=options.CONTEXT)
@click.argument("handle")
@click.argument("key_id", metavar="KEYID")
@click.option("--reason", required=True, help="Why nobody should rely on the key any more.")
@options.key
@options.ending
def revoke(handle: str, key_id: str, reason: str, key: str | None, ending: Ending) -> int:
    """Revoke the key KEYID of HANDLE from today on.

    What it signed before stays valid. Sign with another key of HANDLE; a last key can revoke itself, and then nobody
    can publish as HANDLE any more.
    """
    return _end(ending, handle, key_id, key, "Revoke", {"revoked": today(), "reason": reason})


def _end(ending: Ending, handle: str, key_id: str, key: str | None, verb: str, how: Mapping[str, Any]) -> int:
    """Ends a key of a publisher; gives the exit code."""
    here, signer = ground(ending), find_signer(key)
    before = _publisher(here.tree, handle)
    old = _own(before, key_id.upper())
    after = _with(before, old, old._replace(**how))
    _warn_of_the_end(after)
    return finish(ending, here, _change(before, after, signer, f"{verb} key {old.key_id} of {handle}"))


def registration(
    tree: SourceTree, handle: str, signer: MinisignSigner, name: str = "", github: str = ""
) -> tuple[Publisher, Change]:
    """A new publisher with the signer's key, and the change that registers it. Raises `UsageError`."""
    if tree.publisher(parse_handle(handle)):
        hint = f"choose another handle; a further key of yours comes with `packyard publisher add-key {handle}`"
        raise UsageError("publisher-exists", "there is such a publisher already", path=_path(handle), help=hint)
    own = PublisherKey(signer.public_key, signer.key_id, SCOPES, today())
    if holder := _holder(tree, own):
        hint = "make a key for this one with `packyard keygen --out FILE`, and name it with --key"
        raise UsageError("key-shared", "the key belongs to another publisher", found=holder, help=hint)
    value = Publisher(handle, name or identity() or handle, github, (own,))
    return value, _change(value, value, signer, f"Add publisher {handle}")


def _with(publisher: Publisher, old: PublisherKey, new: PublisherKey) -> Publisher:
    """The publisher with a key as it is from now on."""
    return publisher._replace(keys=tuple(new if each == old else each for each in publisher.keys))


def _warn_of_the_end(publisher: Publisher) -> None:
    """Says it when nobody can sign a further change of the publisher's file."""
    scope = RIGHTS["publisher"].scope
    if not any(key.valid_on(today()) and scope in key.scopes for key in publisher.keys):
        warn(f"{publisher.handle} has no key left with the scope {scope}: nobody can give it another")


def _change(before: Publisher, after: Publisher, signer: MinisignSigner, title: str) -> Change:
    handle, text = after.handle, format_publisher(after)
    path, file = _path(handle), f"{handle}.yaml.minisig"
    try:
        parse_publisher(text, handle)
    except FormatError as error:
        raise options.refused(error, path) from None
    comment = f"publisher {handle}"
    signature = sign_as(signer, text, comment, f"{path}.minisig", before, RIGHTS["publisher"].scope)
    hand = Hand(handle, signer.public_key, comment)
    return revision("publishers", handle, title, {f"{handle}.yaml": text, file: signature}, file, hand)


def _publisher(tree: SourceTree, handle: str) -> Publisher:
    found = tree.publisher(parse_handle(handle))
    if found is None:
        hint = f"correct the handle, or register it with `packyard publisher add {handle}`"
        raise UsageError("publisher-unknown", "there is no such publisher", path=_path(handle), help=hint)
    return found


def _unknown(tree: SourceTree, key: PublicKey) -> PublicKey:
    """The key, if no publisher has it. Raises `UsageError`."""
    if holder := _holder(tree, PublisherKey(key.text, key.key_id, (), "")):
        found, hint = f"key {key.key_id} is {holder}'s", "make a new one with `packyard keygen --out FILE`"
        raise UsageError("key-shared", "the new key is known already", found=found, help=hint)
    return key


def _holder(tree: SourceTree, key: PublisherKey) -> str:
    authority = tree.authority()
    return next((holder for mark in marks_of(key) if (holder := authority.holder(mark))), "")


def _own(publisher: Publisher, key_id: str) -> PublisherKey:
    found = publisher.key(key_id)
    if found is None or found.retired or found.revoked:
        current = ", ".join(key.key_id for key in publisher.keys if not key.retired and not key.revoked)
        ended = found and (f"revoked {found.revoked}" if found.revoked else f"retired {found.retired}")
        raise UsageError(
            "key-unknown",
            f"this is not a current key of {publisher.handle}",
            path=_path(publisher.handle),
            expected=current or "none is left",
            found=f"{key_id}, {ended}" if ended else key_id,
            help="there is nothing to do" if ended else "--key FILE names the key that signs",
        )
    return found


def _path(handle: str) -> str:
    return f"{SOURCE}/publishers/{handle}.yaml"
