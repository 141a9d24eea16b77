"""Schemas of the documents of agentpacks' registry API: see `packyard.surfaces.dialects.agentpacks`."""

from __future__ import annotations

from collections.abc import Mapping

from packyard.formats.schemas.terms import (
    PACK,
    TIME,
    URL,
    VERSION,
    Schema,
    flag,
    many,
    maybe,
    number,
    record,
    ref,
    said,
    text,
)

_INTEGRITY = text("The SHA-256 of the tarball, as `sha256-` and hex", pattern="^sha256-[0-9a-f]{64}$")
_UNKNOWN = maybe(number("Not known to a registry of files: null"))
_LATEST = text("The latest version; empty when none is offered")
_COUNT = number("How many packs")
_TOTAL = number("How many there are, of which the first are shown")

_ROW: dict[str, Schema] = {
    "name": PACK,
    "displayName": text("The name"),
    "description": text("What it is, in a line"),
    "latestVersion": _LATEST,
    "author": text("The owner"),
    "license": maybe(text("Its licence, by SPDX")),
    "homepage": maybe(text("A web address")),
    "repository": maybe(text("Where its source is")),
    "tags": many(text("A tag"), "What it is about"),
    "targets": many(text("A program"), 'The programs that it is for; `["*"]`: all'),
    "features": many(text("Such as rules or hooks"), "What it holds"),
    "dependencies": many(PACK, "The packs that it needs"),
    "conflicts": many(PACK, "The packs that it cannot stand beside"),
    "downloads": _UNKNOWN,
    "weeklyDownloads": _UNKNOWN,
    "verified": maybe(flag("Not known to a registry of files: null")),
    "featured": maybe(flag("Whether the registry recommends it; null where that is not looked at")),
    "qualityScore": maybe(number("Points for its quality, of 100", maximum=100)),
    "deprecated": flag("Whether it should not be used any more"),
    "deprecationMessage": maybe(text("Why")),
    "createdAt": said(TIME, "When its first version was published"),
    "updatedAt": said(TIME, "When a version was published last"),
}

_VERSION: dict[str, Schema] = {
    "version": VERSION,
    "createdAt": said(TIME, "When it was merged"),
    "fileCount": number("How many files it has"),
    "tarballSize": number("The bytes of its tarball"),
    "integrity": _INTEGRITY,
    "yanked": maybe(ref("mark")),
    "deprecated": maybe(ref("mark")),
}

_MANIFEST = {"type": "object", "description": "The manifest as agentpacks has it: dependencies are names"}
_HAS = number("How many; null: not known")
_SUMMARY = record(
    "What it holds",
    {
        **{name: maybe(_HAS) for name in ("rules", "commands", "agents", "skills")},
        "hooks": flag("Whether it has hooks"),
        "plugins": maybe(_HAS),
        "mcp": maybe(_HAS),
        "ignore": flag("Whether it has an ignore file"),
        "models": flag("Whether it has model profiles"),
        "modelProfiles": maybe(_HAS),
    },
)

PACKS = record(
    "Packs, by their quality",
    {"packs": many(record("A pack", _ROW, {"note": maybe(text("What the registry says of it"))}), "The first packs")},
    {
        "total": _TOTAL,
        "limit": number("How many are shown at most"),
        "hasMore": flag("Whether there are more"),
        "next": maybe(text("Where all of them are", format="uri-reference")),
    },
)

PACK_PAGE = record(
    "A pack",
    {
        **_ROW,
        "replacement": maybe(said(PACK, "The pack to use instead")),
        "owners": many(text("A handle or an organisation"), "The owner, then the others"),
        "versions": many(record("A version", _VERSION), "All versions, highest first"),
    },
)

VERSIONS = record(
    "All versions of a pack", {"packName": PACK, "versions": many(record("A version", _VERSION), "Highest first")}
)

VERSION_PAGE = record(
    "A version",
    {
        "packName": PACK,
        **_VERSION,
        "tarballUrl": said(URL, "Where its tarball is"),
        "fileSize": number("The bytes of its tarball"),
        "packManifest": _MANIFEST,
        "manifest": _MANIFEST,
        "featureSummary": _SUMMARY,
        "changelog": maybe(text("What is new; null: not known")),
    },
)

_EDGE = record("That a pack needs another", {"from": PACK, "to": PACK})

DEPENDENCIES = record(
    "What a pack needs, and what that needs",
    {
        "graph": record(
            "The graph",
            {
                "root": PACK,
                "nodes": many(PACK, "The packs"),
                "edges": many(_EDGE, "Who needs whom"),
                "depth": number("The longest way from the pack"),
            },
        ),
        "cycles": maybe(many(PACK, "A way that leads back to where it began; null: there is none")),
    },
)

_DAY = record("A day", {"date": text("The day"), "count": number("How often it was downloaded")})
_POINTS: Mapping[str, Schema] = {
    **{name: flag("Whether there are points for it") for name in ("hasReadme", "hasMultipleVersions", "hasLicense")},
    "targetCoverage": number("How many programs count"),
    "featureCount": number("How many kinds of content count"),
    **{name: flag("Whether there are points for it") for name in ("hasTags", "hasRepository", "hasHomepage")},
    "noConflicts": flag("Whether there are points for it"),
    "total": number("All points"),
}


def _counted(name: str, meaning: str) -> Schema:
    return many(record("One and its packs", {name: text(meaning), "count": _COUNT}), "Most packs first")


#: The documents by their names, with their titles.
DOCUMENTS: Mapping[str, tuple[str, Schema]] = {
    "packs": ("Packs for agentpacks", PACKS),
    "pack": ("Pack for agentpacks", PACK_PAGE),
    "versions": ("Versions for agentpacks", VERSIONS),
    "version": ("Version for agentpacks", VERSION_PAGE),
    "readme": ("Readme for agentpacks", record("A readme", {"content": text("The text, in Markdown")})),
    "dependencies": ("Dependencies for agentpacks", DEPENDENCIES),
    "mermaid": (
        "Dependencies as a drawing for agentpacks",
        record(
            "What a pack needs, as Mermaid",
            {"mermaid": text("The text")},
            {"cycles": DEPENDENCIES["properties"]["cycles"]},
        ),
    ),
    "dependents": (
        "Dependents for agentpacks",
        record(
            "Who needs a pack",
            {
                "packName": PACK,
                "dependents": many(
                    record("A pack", {"packName": PACK, "displayName": text("The name"), "downloads": _UNKNOWN}),
                    "The first of them",
                ),
                "total": _TOTAL,
            },
        ),
    ),
    "quality": (
        "Quality for agentpacks",
        record(
            "How well a pack is described",
            {
                "packName": PACK,
                "score": number("Points, of 100", maximum=100),
                "badge": {"enum": ["excellent", "good", "fair", "needs-work", "unrated"], "description": "In a word"},
                "breakdown": record("What the points are for", _POINTS),
            },
        ),
    ),
    "pack-stats": (
        "Downloads for agentpacks",
        record(
            "What nobody counts here",
            {
                "packName": PACK,
                "totalDownloads": _UNKNOWN,
                "weeklyDownloads": _UNKNOWN,
                "dailyStats": many(_DAY, "The days that are known: none"),
            },
        ),
    ),
    "reviews": (
        "Reviews for agentpacks",
        record(
            "Reviews, which are not taken here",
            {
                "reviews": many({"type": "object", "description": "A review"}, "There are none"),
                "total": number("How many there are"),
                "averageRating": maybe(number("Not known: null")),
            },
        ),
    ),
    "tags": (
        "Tags for agentpacks",
        record("The most frequent tags", {"tags": _counted("tag", "A tag")}, {"total": _TOTAL}),
    ),
    "targets": ("Targets for agentpacks", record("Programs", {"targets": _counted("target", "A program")})),
    "stats": (
        "Statistics for agentpacks",
        record(
            "How much there is",
            {"totalPacks": _COUNT, "totalVersions": number("How many versions"), "totalDownloads": _UNKNOWN},
        ),
    ),
    "health": ("Health for agentpacks", record("Whether it is there", {"status": {"const": "healthy"}})),
}
