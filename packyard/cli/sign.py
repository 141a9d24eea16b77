"""`packyard sign`."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

import click

from packyard.cli import options
from packyard.cli.errors import show_notes
from packyard.cli.keys import find_signer
from packyard.cli.packs import describe, sound
from packyard.cli.terminal import say
from packyard.edges.keys import MinisignSigner
from packyard.edges.workfolder import read_pack, write_file
from packyard.errors import BadChecksum
from packyard.formats import minisign, sums
from packyard.rules.folder import LIMITS, SIGNATURE, SUMS


@click.command("sign", context_settings=options.CONTEXT)
@click.argument("folder", metavar="DIR", type=options.FOLDER)
@options.key
def command(folder: Path, key: str | None) -> None:
    """Sign the pack in DIR: write SHA256SUMS and SHA256SUMS.minisig.

    A pack that the registry would refuse is not signed; `packyard validate` says why.
    """
    described = describe(folder)
    manifest = sound(described)
    show_notes(described.notes)
    signer = find_signer(key)
    text = sums.format((path, sha256(described.folder.files[path]).hexdigest()) for path in described.paths)
    comment = f"{manifest.name} {manifest.version}"
    write_file(folder / SUMS, text)
    write_file(folder / SIGNATURE, signer.sign(text, comment))
    _verify(folder, signer, comment)
    say(f"signed {comment} with key {signer.key_id}, identity {sums.identity(text)}")


def _verify(folder: Path, signer: MinisignSigner, comment: str) -> None:
    """Reads again what was written, and verifies it as everybody else will."""
    files = dict(read_pack(folder, LIMITS).files)
    text, signature = files.pop(SUMS), files.pop(SIGNATURE)
    key = minisign.parse_public_key(signer.public_key)
    minisign.verify(text, minisign.parse_signature(signature), key, comment)
    if dict(sums.parse(text)) != {path: sha256(content).hexdigest() for path, content in files.items()}:
        raise BadChecksum(
            "sums-mismatch", "the folder changed while it was signed", path=str(folder), help="sign again"
        )
