"""`packyard sign`."""

from __future__ import annotations

import shlex
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

import click

from packyard.cli import options
from packyard.cli.judging import judge, registry, world_of
from packyard.cli.keys import find_signer
from packyard.cli.packs import Described, describe, manifest_name, renumber, sign_files, sound
from packyard.cli.terminal import say
from packyard.cli.validate import show
from packyard.edges.keys import MinisignSigner
from packyard.edges.workfolder import read_pack, write_file
from packyard.errors import BadChecksum, ProblemsFound, UsageError
from packyard.formats import minisign, sums
from packyard.rules.folder import LIMITS, SIGNATURE, SUMS
from packyard.submitting.versions import next_version

if TYPE_CHECKING:
    from packyard.edges.base import Base


@click.command("sign", context_settings=options.CONTEXT)
@click.argument("folder", metavar="DIR", type=options.FOLDER)
@click.option(
    "--version",
    "number",
    metavar="X.Y.Z|auto",
    help="Write this version into the manifest first; auto: the patch after the latest that is published, or 1.0.0.",
)
@registry
@options.key
def command(folder: Path, number: str | None, repo: Path | None, key: str | None) -> None:
    """Sign the pack in DIR: write SHA256SUMS and SHA256SUMS.minisig.

    A pack that the registry would reject for its content is not signed; `packyard validate` says why. Nothing is
    written before all of this is known.
    """
    world = world_of(repo)
    limits = world.registry.limits if world else LIMITS
    described = before = describe(folder, limits)
    if number:
        described = renumber(before, _number(number, before, world), limits)
    findings = judge(described, world)
    if wrong := [problem for problem, outcome in findings if outcome == "block"]:
        raise ProblemsFound(wrong)
    show(findings)
    signer, comment = find_signer(key), _comment(described)
    files = sign_files(described, signer)
    manifest = manifest_name(described)
    if described.folder.files[manifest] != before.folder.files[manifest]:
        write_file(folder / manifest, described.folder.files[manifest])
    for path, data in files.items():
        write_file(folder / path, data)
    _verify(folder, signer, comment, {**LIMITS, **limits})
    say(f"signed {comment} with key {signer.key_id}, identity {sums.identity(files[SUMS])}")
    say(f"next, in a clone of the registry: `packyard submit {shlex.quote(str(folder.absolute()))}` proposes it there")


def _number(number: str, described: Described, world: Base | None) -> str:
    """The version that is wished for. Raises `UsageError` when nobody can say what has been published."""
    if number != "auto":
        return number
    if world is None:
        message, hint = "`--version auto` counts on from what is published", "name a clone of the registry with --repo"
        raise UsageError("usage-wrong", message, help=hint)
    manifest_name(described)
    name = described.manifest.name if described.manifest else ""
    return next_version(release.version for release in world.past(name).releases)


def _comment(described: Described) -> str:
    manifest = sound(described)
    return f"{manifest.name} {manifest.version}"


def _verify(folder: Path, signer: MinisignSigner, comment: str, limits: dict[str, int]) -> None:
    """Reads again what was written, and verifies it as everybody else will."""
    files = dict(read_pack(folder, limits).files)
    text, signature = files.pop(SUMS), files.pop(SIGNATURE)
    key = minisign.parse_public_key(signer.public_key)
    minisign.verify(text, minisign.parse_signature(signature), key, comment)
    if dict(sums.parse(text)) != {path: sha256(content).hexdigest() for path, content in files.items()}:
        raise BadChecksum(
            "sums-mismatch", "the folder changed while it was signed", path=str(folder), help="sign again"
        )
