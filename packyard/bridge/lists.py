"""What is said of many packs: what a search finds, tags, targets and totals."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from packyard.bridge.values import Refused
from packyard.client.searching import Hit
from packyard.client.searching import Pack as Row
from packyard.formats.manifest import TARGETS
from packyard.search.engine import Found

#: What `stats.json` calls packs that are for every program.
_ANY = "any"


def row(pack: Row, featured: Collection[str] | None) -> dict[str, Any]:
    """A pack in a list, as the catalogue has it; `featured` are the names of those that are, None when nobody knows.

    Catalogues do not say who wrote a pack: its owner stands for that. A pack without points has nothing to install.
    """
    return {
        "name": pack.name,
        "displayName": pack.name,
        "description": pack.description,
        "latestVersion": "" if pack.quality is None else pack.latest,
        "author": pack.owner,
        "license": pack.license,
        "tags": pack.tags,
        "targets": pack.targets,
        "features": pack.features,
        "downloads": pack.downloads,
        "weeklyDownloads": pack.weekly,
        "verified": None,
        "featured": None if featured is None else pack.name in featured,
        "qualityScore": pack.quality,
        **_given_up(pack),
        "updatedAt": pack.updated,
    }


def page(found: Found[Hit], featured: Collection[str] | None) -> dict[str, Any]:
    """A page of packs."""
    return {
        "packs": [row(hit.pack, featured) for hit in found.hits],
        "total": found.total,
        "page": found.page,
        "limit": found.limit,
        "hasMore": found.has_more,
    }


def tags(stats: Mapping[str, Any]) -> dict[str, Any]:
    """`/tags`: the most frequent ones, which is what `stats.json` lists."""
    return {"tags": [{"tag": name, "count": count} for name, count in _counts(stats, "tags").items()]}


def targets(stats: Mapping[str, Any]) -> dict[str, Any]:
    """`/targets`: agentpacks' programs and others that packs name; a pack for every program counts for each."""
    counts = _counts(stats, "targets")
    every = counts.pop(_ANY, 0)
    names = sorted({*TARGETS, *counts})
    return {"targets": [{"target": name, "count": counts.get(name, 0) + every} for name in names]}


def totals(stats: Mapping[str, Any]) -> dict[str, Any]:
    """`/stats`."""
    found = stats.get("totals")
    if not isinstance(found, dict):
        raise _none()
    return {"totalPacks": found.get("packs"), "totalVersions": found.get("versions"), "totalDownloads": None}


def _given_up(pack: Row) -> dict[str, Any]:
    """Agentpacks knows one word for it."""
    said = [f"Renamed to {pack.renamed}"] if pack.renamed else []
    said += ["Archived"] if pack.archived else []
    said += [str(pack.deprecated.get("reason"))] if pack.deprecated else []
    return {"deprecated": bool(said), "deprecationMessage": said[0] if said else None}


def _counts(stats: Mapping[str, Any], field: str) -> dict[str, int]:
    try:
        return {str(each["name"]): int(each["packs"]) for each in stats[field]}
    except (LookupError, TypeError, ValueError):
        raise _none() from None


def _none() -> Refused:
    return Refused(404, "this site publishes no statistics that can be read")
