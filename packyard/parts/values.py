"""A pack whose parts are looked at, and what its things are called among those of others."""

from __future__ import annotations

from typing import NamedTuple

from packyard.model import Manifest


class Pack(NamedTuple):
    """A verified pack: its name (checked), version, the hash of its SHA256SUMS, its files by checked paths."""

    name: str
    version: str
    identity: str
    files: tuple[tuple[str, bytes], ...]
    manifest: Manifest


def slug(pack: str) -> str:
    """A pack's name as a part of file names: `@acme/hello` is `acme-hello`."""
    return pack.removeprefix("@").replace("/", "-")


def joined(pack: str, name: str) -> str:
    """What a pack's thing is called among those of all packs: `hello` and `style` give `hello-style`."""
    return name if name == slug(pack) else f"{slug(pack)}-{name}"


def curated(pack: str) -> str:
    """The folder in which the whole pack is, as agentpacks has it."""
    return f".agentpacks/.curated/{pack}"
