"""`packyard submit`: a pack folder, all the way to a pull request."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from hashlib import sha256
from pathlib import Path

import click

from packyard.cli import options
from packyard.cli.judging import judge
from packyard.cli.keys import find_signer, other_keys
from packyard.cli.options import Route
from packyard.cli.packs import Described, check_signed, describe, renumber, sign_files, sound
from packyard.cli.publisher import registration
from packyard.cli.sending import propose
from packyard.cli.starting import Start, begin, world_at
from packyard.cli.terminal import say
from packyard.edges.keys import MinisignSigner
from packyard.errors import ProblemsFound, UsageError
from packyard.formats import minisign, sums
from packyard.model import Event
from packyard.rules.authority import Revision, Revisions
from packyard.rules.folder import SIGNATURE, SUMS
from packyard.rules.rights import RIGHTS
from packyard.submitting.changes import Change, Hand, joined, release, version_place
from packyard.submitting.versions import next_version


@click.command("submit", context_settings=options.CONTEXT)
@click.argument("folder", metavar="DIR", type=options.FOLDER)
@click.option(
    "--version", "number", default="", metavar="X.Y.Z|auto", help="Publish it as this version; auto: the next."
)
@click.option("--publisher", "handle", default="", metavar="HANDLE", help="Register HANDLE with your key on the way.")
@options.key
@options.route
def command(folder: Path, number: str, handle: str, key: str | None, route: Route) -> int:
    """Validate the pack in DIR, sign it, commit it to a new branch, push that and open a pull request.

    DIR and the registry's working tree stay as they are. Called again after a change, it brings your branch, and the
    pull request with it, up to date. Without a token for GitHub's API (PACKYARD_GITHUB_TOKEN, GITHUB_TOKEN or GH_TOKEN)
    the page to open is printed.
    """
    start = begin(route)
    limits = start.tree.registry().limits
    described = describe(folder, limits)
    published = start.tree.versions(sound(described).name)
    if number:
        described = renumber(described, next_version(published) if number == "auto" else number, limits)
    manifest = sound(described)
    if manifest.version in published:
        return _published(start, described, manifest.name, manifest.version)
    _must_be_fit(start, route, described)
    signer = cache(lambda: find_signer(key))
    authority, joining = _authority(start, handle, signer)
    described, hand = _signed(described, authority, limits, signer, anew=key is not None)
    change = release(manifest.name, manifest.version, manifest.description, described.folder.files, hand)
    say(f"{manifest.name} {manifest.version}, signed by {hand.signer} with key {hand.key_id}")
    return propose(start, route, joined(joining, change) if joining else change)


def _must_be_fit(start: Start, route: Route, described: Described) -> None:
    """Raises `ProblemsFound` when the registry would reject the content, before anybody is asked for a password. What
    else is found, the gate shows later.
    """
    findings = judge(described, world_at(start)) if route.check else ()
    if wrong := [problem for problem, outcome in findings if outcome == "block"]:
        raise ProblemsFound(wrong)


def _authority(start: Start, handle: str, signer: Callable[[], MinisignSigner]) -> tuple[Revisions, Change | None]:
    """Who may sign, with the new publisher among them and the change that registers it, if there is to be one."""
    authority = start.tree.authority()
    if not handle or authority.publisher(handle, 1):
        return authority, None
    value, change = registration(start.tree, handle, signer())
    authority.add(Revision(Event(0, "publisher", handle, "", (), "", 0), value, "", ()))
    return authority, change


def _signed(
    described: Described,
    authority: Revisions,
    limits: Mapping[str, int],
    signer: Callable[[], MinisignSigner],
    anew: bool,
) -> tuple[Described, Hand]:
    """The pack with its signature: the one that it has, if that is good and none is wanted `anew`, else a new one.
    Raises `ProblemsFound` when the registry would not take that either.
    """
    manifest = sound(described)
    if anew or check_signed(described, authority, limits).problems:
        holder = authority.publisher(authority.holder(signer().key_id), 1)
        if holder is None:
            raise UsageError(
                "key-unknown",
                "no publisher of this registry has the key",
                found=f"key {signer().key_id}",
                help="--publisher HANDLE registers you with it in the same submission",
            )
        own = {path: described.folder.files[path] for path in described.paths}
        files = {**own, **sign_files(described, signer())}
        described = described._replace(folder=described.folder._replace(files=files))
        if problems := check_signed(described, authority, limits).problems:
            hint = other_keys(holder, RIGHTS["publish"].scope)
            raise ProblemsFound(each._replace(help=each.help or hint) for each in problems)
    key_id = minisign.parse_signature(described.folder.files[SIGNATURE]).key_id
    publisher = authority.publisher(authority.holder(key_id), 1)
    key = publisher.key(key_id) if publisher else None
    assert publisher is not None  # the signature was checked against one of its keys
    assert key is not None
    return described, Hand(publisher.handle, key.key, f"{manifest.name} {manifest.version}")


def _published(start: Start, described: Described, name: str, version: str) -> int:
    """Says that there is nothing to do when the version is published just as it is here. Raises `UsageError` when what
    is published is another.
    """
    place, files = version_place(name, version), described.folder.files
    digests = ((path, sha256(files[path]).hexdigest()) for path in described.paths)
    if start.tree.read(f"{place}/{SUMS}") == sums.format(digests):
        say(f"{name} {version} is published already, just as it is here: there is nothing to do")
        return 0
    message, hint = (
        f"{name} {version} is published already, and never changes",
        "`--version auto` takes the next number",
    )
    raise UsageError("version-exists", message, path=place, help=hint)
