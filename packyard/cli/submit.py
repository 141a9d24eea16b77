"""`packyard submit`: a pack folder, all the way to a pull request."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path

import click

from packyard.cli import options
from packyard.cli.errors import show_notes
from packyard.cli.keys import find_signer, publisher_of
from packyard.cli.options import Route
from packyard.cli.packs import Described, check_signed, describe, sound
from packyard.cli.publisher import registration
from packyard.cli.sending import propose
from packyard.cli.starting import Start, begin
from packyard.cli.terminal import say
from packyard.errors import FormatError, ProblemsFound, UsageError
from packyard.formats import minisign, sums
from packyard.formats.manifest import parse_manifest
from packyard.model import Event, Publisher
from packyard.rules.authority import Revision, Revisions
from packyard.rules.folder import SIGNATURE, SUMS
from packyard.rules.version import MANIFESTS
from packyard.submitting.changes import Change, Hand, joined, release, version_place
from packyard.submitting.versions import next_version, set_version


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

    DIR and the registry's working tree stay as they are. Without a token for GitHub's API (PACKYARD_GITHUB_TOKEN,
    GITHUB_TOKEN or GH_TOKEN) the page to open is printed.
    """
    start = begin(route)
    limits = start.tree.registry().limits
    described = describe(folder, limits)
    manifest = sound(described)
    show_notes(described.notes)
    published = start.tree.versions(manifest.name)
    if number:
        described = _numbered(described, next_version(published) if number == "auto" else number)
        manifest = sound(described)
    authority, joining = _authority(start, handle, key)
    described, hand = _signed(described, authority, limits, key)
    if manifest.version in published:
        raise _published(start, described, manifest.name, manifest.version)
    own = {path: described.folder.files[path] for path in sorted(described.folder.files)}
    change = release(manifest.name, manifest.version, manifest.description, own, hand)
    say(f"{manifest.name} {manifest.version}, signed by {hand.signer} with key {hand.key_id}")
    return propose(start, route, joined(joining, change) if joining else change)


def _numbered(described: Described, version: str) -> Described:
    """The pack with another version in its manifest; an old signature is gone then."""
    name = next(name for name in MANIFESTS if name in described.folder.files)
    try:
        data = set_version(described.folder.files[name], name, version)
        manifest = parse_manifest(data, name)[0]
    except FormatError as error:
        raise UsageError(error.code, error.message, expected=error.expected, found=error.found) from None
    return described._replace(
        folder=described.folder._replace(files={**described.folder.files, name: data}), manifest=manifest
    )


def _authority(start: Start, handle: str, key: str | None) -> tuple[Revisions, Change | None]:
    """Who may sign, with the new publisher among them and the change that registers it, if there is to be one."""
    authority = start.tree.authority()
    if not handle or authority.publisher(handle, 1):
        return authority, None
    value, change = registration(start.tree, handle, find_signer(key))
    authority.add(Revision(Event(0, "publisher", handle, "", (), "", 0), value, "", ()))
    return authority, change


def _signed(
    described: Described, authority: Revisions, limits: Mapping[str, int], key: str | None
) -> tuple[Described, Hand]:
    """The pack with its signature: the one that it has, if that is good, else a new one. Raises `ProblemsFound`."""
    assert described.manifest is not None
    comment = f"{described.manifest.name} {described.manifest.version}"
    report = check_signed(described, authority, limits)
    if report.problems:
        signer = find_signer(key)
        publisher_of(signer, authority)
        files = {path: described.folder.files[path] for path in described.paths}
        text = sums.format((path, sha256(data).hexdigest()) for path, data in files.items())
        files |= {SUMS: text, SIGNATURE: signer.sign(text, comment)}
        described = described._replace(folder=described.folder._replace(files=files))
        report = check_signed(described, authority, limits)
        if report.problems:
            raise ProblemsFound(report.problems)
    key_id = minisign.parse_signature(described.folder.files[SIGNATURE]).key_id
    publisher = authority.publisher(authority.holder(key_id), 1)
    return described, Hand(*_named(publisher, key_id), comment)


def _named(publisher: Publisher | None, key_id: str) -> tuple[str, str]:
    found = publisher.key(key_id) if publisher else None
    assert publisher is not None
    assert found is not None
    return publisher.handle, found.key


def _published(start: Start, described: Described, name: str, version: str) -> UsageError:
    """The error of a version that is there already, be it the same or another."""
    place = version_place(name, version)
    same = start.tree.read(f"{place}/{SUMS}") == described.folder.files[SUMS]
    message = f"{name} {version} is published already, " + ("just as it is here" if same else "and never changes")
    return UsageError(
        "version-exists", message, path=place, help="`--version auto` takes the next number" if not same else ""
    )
