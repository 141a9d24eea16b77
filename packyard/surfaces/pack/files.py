"""The pages of a version's files: every file as it ships, and its raw bytes."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from packyard.formats import layout
from packyard.model import Pack, Release, VersionState
from packyard.recipe import Recipe
from packyard.surfaces.pack.values import Hand

IMAGES = (".png", ".jpg", ".jpeg", ".gif", ".webp")


def raw_name(path: str) -> str:
    """The name under which a file is published as it is: no host serves one of them as something active."""
    return path if path.lower().endswith(IMAGES) else path + ".txt"


def plan_version(hand: Hand, pack: Pack, state: VersionState, before: VersionState | None) -> Iterator[Recipe]:
    """`packs/NAME/VERSION/raw/…`: the files as they ship."""
    release = state.release
    for file in release.files if not state.withdrawn and not hand.site.preview else ():
        path = layout.version(pack.name, release.version, f"raw/{raw_name(file.path)}")
        yield Recipe(path, (file.sha256,), partial(_raw, hand, release, file.path))


def _raw(hand: Hand, release: Release, path: str) -> bytes:
    return hand.files(release)[path]
