"""Signing keys for tests: made on the spot, never stored."""

from __future__ import annotations

import minisign  # type: ignore[import-untyped]  # py-minisign ships no types

from packyard.edges.keys import MinisignSigner
from packyard.formats.minisign import PublicKey, parse_public_key


def new_signer() -> MinisignSigner:
    """A signer with a fresh key."""
    return MinisignSigner(minisign.KeyPair.generate().secret_key)


def public_key(signer: MinisignSigner) -> PublicKey:
    """The public half of a signer's key."""
    return parse_public_key(signer.public_key)
