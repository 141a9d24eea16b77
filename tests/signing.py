"""Signing keys for tests: made on the spot, never stored."""

from __future__ import annotations

from base64 import b64decode

import minisign

from packyard.edges.keys import MinisignSigner
from packyard.formats.minisign import PublicKey, parse_public_key


def new_signer() -> MinisignSigner:
    """A signer with a fresh key."""
    return signer_of(minisign.KeyPair.generate().secret_key)


def signer_of(secret: minisign.SecretKey) -> MinisignSigner:
    """The signer of a key of py-minisign."""
    return MinisignSigner(b64decode(secret.to_base64()))


def public_key(signer: MinisignSigner) -> PublicKey:
    """The public half of a signer's key."""
    return parse_public_key(signer.public_key)
