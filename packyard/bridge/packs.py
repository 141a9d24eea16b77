"""What is said of one pack. The words are those of the files that a site has for agentpacks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote

from packyard.bridge.metadata import known
from packyard.errors import FormatError, NotFound
from packyard.formats.mcp import parse_mcp
from packyard.formats.models import parse_models
from packyard.model import Pack, Release, VersionState
from packyard.quality import score
from packyard.surfaces.badges import level
from packyard.surfaces.dialects.agentpacks import values

LATEST = "latest"
_READMES = ("README.md", "readme.md", "Readme.md")


def version_of(pack: Pack, wanted: str) -> VersionState:
    """A version by its number, or the latest, which no yanked one is. Raises `NotFound`."""
    state = next((each for each in pack.versions if each.release.version == wanted), None)
    if wanted == LATEST:
        state = pack.latest if pack.latest.alive else None
    if state is None:
        raise NotFound("version-unknown", f"there is no version {wanted} of {pack.name}")
    if state.withdrawn:
        what, mark = f"{pack.name} {state.release.version}", state.withdrawn
        raise NotFound("version-withdrawn", f"{what} was withdrawn on {mark.date}: {mark.reason}")
    return state


def offered(pack: Pack) -> Pack:
    """The pack without what was withdrawn. Raises `NotFound` when nothing is left."""
    shown = values.offered(pack)
    if shown is None:
        raise NotFound("version-withdrawn", f"all versions of {pack.name} were withdrawn")
    return shown


def pack_document(pack: Pack, featured: bool | None) -> dict[str, Any]:
    """`/packs/NAME`; `featured` is None where nobody knows."""
    shown = offered(pack)
    said = values.details(shown, score(values.points(pack)))
    return said | {"versions": versions(shown), "featured": featured}


def versions(pack: Pack) -> list[dict[str, Any]]:
    """The versions that can be downloaded, highest first; of those whose files were not read, their count is null."""
    shown = offered(pack).versions
    unread = {"fileCount": None}
    return [values.version(state) | ({} if known(state.release) else unread) for state in shown]


def download_address(base: str, release: Release) -> str:
    """Where the bridge at `base` has the tarball of a version."""
    return f"{base}/packs/{quote(release.pack, safe='@/')}/versions/{quote(release.version)}/download"


def version_document(state: VersionState, files: Mapping[str, bytes], base: str) -> dict[str, Any]:
    """`/packs/NAME/versions/V`; `files` are those of the version."""
    release = state.release
    servers = _count(files, "mcp.json", lambda data: len(parse_mcp(data)))
    profiles = _count(files, "models.json", lambda data: len(parse_models(data)[0].profiles))
    said = values.whole_version("", state, values.feature_summary(release, servers, profiles))
    return said | {"tarballUrl": download_address(base, release)}


def _count(files: Mapping[str, bytes], path: str, count: Callable[[bytes], int]) -> int | None:
    try:
        return count(files[path]) if path in files else 0
    except FormatError:
        return None


def readme_of(files: Mapping[str, bytes]) -> str | None:
    """The text of a version's readme, None when it has none."""
    found = next((files[name] for name in _READMES if name in files), None)
    return None if found is None else found.decode("utf-8", "replace").removeprefix("\ufeff")


def quality_document(pack: Pack) -> dict[str, Any]:
    """`/packs/NAME/quality`."""
    offered(pack)
    points = score(values.points(pack))
    return {
        "packName": pack.name,
        "score": points,
        "badge": level(points)[0],
        "breakdown": values.quality_of(pack),
    }


def dependents_document(name: str, found: list[str]) -> dict[str, Any]:
    """`/packs/NAME/dependents`."""
    listed = [{"packName": each, "displayName": each, "downloads": None} for each in found]
    return {"packName": name, "dependents": listed, "total": len(listed)}


def stats_document(pack: Pack) -> dict[str, Any]:
    """`/packs/NAME/stats`: nobody counts the downloads of files that anybody may mirror."""
    return {"packName": pack.name, "totalDownloads": None, "weeklyDownloads": None, "dailyStats": []}


def reviews_document() -> dict[str, Any]:
    """`/packs/NAME/reviews`: a registry takes none."""
    return {"reviews": [], "total": 0, "averageRating": None}
