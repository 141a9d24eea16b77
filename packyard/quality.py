"""How well a pack is described, in points from 0 to 100. The measure is that of agentpacks.

    readme 20         a readme with something in it
    versions 10       more than one version
    license 10
    targets 20        5 for each, up to four
    features 15       3 for each, up to five
    tags 10           at least one
    repository 5
    homepage 5
    conflicts 5       for having none

`*` counts as all targets, or all features. The points say nothing about what a pack does, or about trust.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from packyard.model import Release

#: The points that each part can have.
MOST: Mapping[str, int] = {
    "readme": 20,
    "versions": 10,
    "license": 10,
    "targets": 20,
    "features": 15,
    "tags": 10,
    "repository": 5,
    "homepage": 5,
    "conflicts": 5,
}

_READMES = ("README.md", "readme.md", "Readme.md")


def breakdown(latest: Release, versions: int) -> Mapping[str, int]:
    """The points of a pack by its latest release, which is not withdrawn, and the number of its versions."""
    about = latest.manifest
    earned = {
        "readme": any(file.path in _READMES and file.size for file in latest.files),
        "versions": versions > 1,
        "license": bool(about.license),
        "tags": bool(about.tags),
        "repository": bool(about.repository),
        "homepage": bool(about.homepage),
        "conflicts": not about.conflicts,
    }
    counted = {"targets": 5 * _count(about.targets, 4), "features": 3 * _count(about.features, 5)}
    return {name: counted[name] if name in counted else most * earned[name] for name, most in MOST.items()}


def score(points: Mapping[str, int]) -> int:
    """The sum of a breakdown."""
    return sum(points.values())


def _count(words: Sequence[str], most: int) -> int:
    """How many words there are, at most so many, which is what `*` counts."""
    return most if "*" in words else min(len(words), most)
