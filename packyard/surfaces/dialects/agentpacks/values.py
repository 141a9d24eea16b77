"""What is said of a pack and of a version, in the words of agentpacks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from packyard.formats.manifest import FEATURES
from packyard.formats.times import format_time
from packyard.model import Manifest, Mark, Pack, Release, VersionState
from packyard.quality import breakdown, score

Document = dict[str, Any]

#: What the registry does not count or mark.
UNKNOWN: Mapping[str, None] = dict.fromkeys(("downloads", "weeklyDownloads", "verified", "featured"))


def offered(pack: Pack) -> Pack | None:
    """The pack without what was withdrawn; None when nothing is left."""
    versions = tuple(state for state in pack.versions if not state.withdrawn)
    return pack._replace(versions=versions) if versions else None


def points(pack: Pack) -> Mapping[str, int]:
    """The points of what a pack offers, part by part, as the pages of the site count them."""
    shown = offered(pack)
    return breakdown(shown.latest.release, len(pack.versions)) if shown else {}


def summary(pack: Pack, quality: int) -> Document:
    """What lists say of a pack of which something is offered."""
    state = pack.latest
    release, about = state.release, state.release.manifest
    return {
        "name": pack.name,
        "displayName": pack.name,
        "description": about.description,
        "latestVersion": release.version if state.alive else "",
        "author": about.author.partition(" <")[0] or pack.owner,
        "license": about.license or None,
        "homepage": about.homepage or None,
        "repository": about.repository or None,
        "tags": about.tags,
        "targets": about.targets,
        "features": features(release),
        "dependencies": [name for name, _ in about.dependencies],
        "conflicts": about.conflicts,
        **UNKNOWN,
        "qualityScore": quality,
        **_given_up(pack),
        "createdAt": format_time(min(each.release.published for each in pack.versions)),
        "updatedAt": format_time(max(each.release.published for each in pack.versions)),
    }


def details(pack: Pack, quality: int) -> Document:
    """What is said of a pack by itself."""
    renamed = pack.renamed.to if pack.renamed else None
    replacement = (pack.deprecated.replacement if pack.deprecated else "") or renamed
    versions = [version(state) for state in pack.versions]
    return {**summary(pack, quality), "replacement": replacement, "owners": pack.owners, "versions": versions}


def version(state: VersionState) -> Document:
    """What is said of a version among others."""
    release = state.release
    return {
        "version": release.version,
        "createdAt": format_time(release.published),
        "fileCount": len(release.files),
        "tarballSize": release.tarball.size,
        "integrity": integrity(release),
        "yanked": _mark(state.yanked),
        "deprecated": _mark(state.deprecated),
    }


def whole_version(url: str, state: VersionState, summed: Document) -> Document:
    """What is said of a version by itself; `summed` is its summary of features, `url` the registry's address."""
    release, about = state.release, packed(state.release.manifest)
    return {
        "packName": release.pack,
        **version(state),
        "tarballUrl": url + release.tarball.path,
        "fileSize": release.tarball.size,
        "packManifest": about,
        "manifest": about,
        "featureSummary": summed,
        "changelog": None,
    }


def packed(manifest: Manifest) -> Document:
    """The manifest in the shape of agentpacks, whose dependencies are names."""
    known = {**manifest._asdict(), "dependencies": [name for name, _ in manifest.dependencies]}
    extra = known.pop("extra")
    return {**{name: value for name, value in known.items() if value}, **extra}


def features(release: Release) -> list[str]:
    """What the folder has, then what else the manifest lists."""
    return list(dict.fromkeys((*release.features, *(each for each in release.manifest.features if each != "*"))))


def feature_summary(release: Release, servers: int | None, profiles: int | None) -> Document:
    """How much of each feature a version has; the last two are counted in its files, None when they cannot be."""
    paths = [file.path for file in release.files]
    counted = {name: _count(paths, name) for name in ("rules", "commands", "agents", "skills")}
    has = dict.fromkeys(FEATURES, False) | dict.fromkeys(release.features, True)
    return {
        **counted,
        "hooks": has["hooks"],
        "plugins": _count(paths, "plugins"),
        "mcp": servers,
        "ignore": has["ignore"],
        "models": has["models"],
        "modelProfiles": profiles,
    }


def quality_of(pack: Pack) -> Document:
    """What the points of a pack are made of."""
    found = points(pack)
    return {
        "hasReadme": found["readme"] > 0,
        "hasMultipleVersions": found["versions"] > 0,
        "hasLicense": found["license"] > 0,
        "targetCoverage": found["targets"] // 5,
        "featureCount": found["features"] // 3,
        "hasTags": found["tags"] > 0,
        "hasRepository": found["repository"] > 0,
        "hasHomepage": found["homepage"] > 0,
        "noConflicts": found["conflicts"] > 0,
        "total": score(found),
    }


def integrity(release: Release) -> str:
    """The hash of the tarball, as lock files of agentpacks have it."""
    return f"sha256-{release.tarball.sha256}"


def is_given_up(pack: Pack) -> bool:
    """Whether nobody should begin with this pack any more."""
    return bool(pack.deprecated or pack.archived or pack.renamed or pack.latest.deprecated)


def _given_up(pack: Pack) -> Document:
    """Agentpacks knows one word for it."""
    said = [f"Renamed to {pack.renamed.to}: {pack.renamed.reason}"] if pack.renamed else []
    said += [f"Archived: {pack.archived.reason}"] if pack.archived else []
    said += [mark.reason for mark in (pack.deprecated, pack.latest.deprecated) if mark]
    return {"deprecated": is_given_up(pack), "deprecationMessage": said[0] if said else None}


def _mark(mark: Mark | None) -> Document | None:
    return {"reason": mark.reason, "date": mark.date} if mark else None


def _count(paths: list[str], feature: str) -> int:
    inside = (path.removeprefix(f"{feature}/") for path in paths if path.startswith(f"{feature}/"))
    if feature == "skills":
        return sum(path.endswith("/SKILL.md") and path.count("/") == 1 for path in inside)
    return sum("/" not in path and (feature == "plugins" or path.endswith(".md")) for path in inside)
