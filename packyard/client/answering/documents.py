"""Answers as JSON objects: what the client has proven, with strangers' text made safe to read."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from packyard.client.answering.wording import NOTICE, README, line, lines, revealed
from packyard.client.releases import Opened
from packyard.client.searching import Hit, Pack, Searched
from packyard.client.user_values import About, Info
from packyard.errors import FormatError, NotFound, PackyardError, TrustError
from packyard.formats.times import format_time
from packyard.model import Mark, VersionState

#: Versions and files that an answer shows of a pack, and tags that it lists.
VERSIONS, FILES, TAGS = 30, 100, 1_000

_ACTING = {
    "hooks": "hooks run commands when something happens",
    "mcp": "mcp starts servers, or reaches them",
    "plugins": "plugins are code that the program loads",
}

Document = dict[str, Any]


def answer(origin: str, snapshot: int, fields: Mapping[str, Any]) -> Document:
    """An answer of a registry, as of one of its snapshots."""
    return {"notice": NOTICE, "registry": origin, "snapshot": snapshot, **fields}


def searched(found: Searched) -> Document:
    """Packs that were found, and how many there are in all."""
    packs = [pack(hit) for hit in found.found.hits]
    fields = {"total": found.found.total, "more": found.found.has_more, "packs": packs}
    if found.found.part:
        fields["remark"] = f"no pack has all words; these have {found.found.part} of them"
    return answer(found.origin, found.snapshot, fields)


def pack(hit: Hit) -> Document:
    """A pack in a list."""
    return _pack(hit.pack) | {"match": hit.match}


def _pack(found: Pack) -> Document:
    deprecated = found.deprecated
    return {
        "name": found.name,
        "latest": found.latest,
        "description": line(found.description),
        "owner": found.owner,
        "tags": lines(found.tags),
        "targets": lines(found.targets),
        "features": lines(found.features),
        "license": line(found.license, 100) if found.license else None,
        "updated": found.updated,
        "deprecated": line(str(deprecated.get("reason", ""))) if deprecated else None,
        "archived": found.archived,
        "renamed": found.renamed,
        "uri": f"registry://packs/{found.name}",
    }


def info(found: Info) -> Document:
    """All that is to be known of a pack before it is installed."""
    release, proven = found.version.release, found.pack
    fields = {
        "name": proven.name,
        "version": release.version,
        "owners": list(found.owners),
        "about": _about(found.about) if found.about else None,
        "must_be_known": [line(text) for text in found.banners],
        "dependencies": {name: line(wanted, 100) for name, wanted in release.manifest.dependencies},
        "conflicts": list(release.manifest.conflicts),
        "channels": dict(proven.channels),
        "versions": [_version(state) for state in proven.versions[:VERSIONS]],
        "versions_in_all": len(proven.versions),
        "verified": [line(text) for text in found.proof],
        "install": f"packyard install {proven.name}",
    }
    return answer(found.origin, found.snapshot, fields)


def _about(about: About) -> Document:
    texts = ("author", "license", "homepage", "repository")
    return {
        "description": line(about.description),
        **{name: line(getattr(about, name)) or None for name in texts},
        "tags": lines(about.tags),
        "targets": lines(about.targets),
        "features": lines(about.features),
        "acts": [_ACTING[feature] for feature in about.features if feature in _ACTING],
        "files": [{"path": line(path), "size": size} for path, size in about.files[:FILES]],
        "files_in_all": len(about.files),
    }


def _version(state: VersionState) -> Document:
    release = state.release
    return {
        "version": release.version,
        "published": format_time(release.published),
        "publisher": release.publisher,
        "channel": state.channel or None,
        "yanked": _reason(state.yanked),
        "deprecated": _reason(state.deprecated),
        "withdrawn": _reason(state.withdrawn),
    }


def _reason(mark: Mark | None) -> str | None:
    return line(mark.reason) if mark else None


def readme(origin: str, snapshot: int, opened: Opened) -> Document:
    """The readme of a version. Raises `NotFound`."""
    files = {path.lower(): data for path, data in reversed(opened.files) if "/" not in path}
    if "readme.md" not in files:
        raise NotFound("file-missing", f"{opened.name} {opened.version} has no README.md", path="README.md")
    text = revealed(files["readme.md"][: README * 4].decode("utf-8", "replace"))
    cut = len(text) > README or len(files["readme.md"]) > README * 4
    fields = {"name": opened.name, "version": opened.version, "publisher": opened.publisher}
    return answer(origin, snapshot, {**fields, "readme": text[:README], "truncated": cut})


def featured(data: bytes) -> tuple[str, ...]:
    """The names in the list of featured packs that a registry has for programs. Raises `FormatError`."""
    packs = _member(data, "packs")
    return tuple(each["name"] for each in packs if isinstance(each, dict) and isinstance(each.get("name"), str))


def tags(origin: str, snapshot: int, catalogue: bytes) -> Document:
    """The tags in the bytes of `index.json`, the most frequent first. Raises `FormatError`."""
    rows = [each for each in _member(catalogue, "packs") if isinstance(each, dict)]
    listed = (each["tags"] for each in rows if isinstance(each.get("tags"), list))
    counts = Counter(tag for found in listed for tag in found if isinstance(tag, str))
    ordered = sorted(counts.items(), key=lambda each: (-each[1], each[0]))
    shown = [{"tag": line(tag, 100), "count": count} for tag, count in ordered[:TAGS]]
    return answer(origin, snapshot, {"tags": shown, "tags_in_all": len(ordered)})


def _member(data: bytes, name: str) -> Sequence[Any]:
    try:
        found = json.loads(data)[name]
    except (ValueError, LookupError, TypeError, RecursionError):
        found = None
    if not isinstance(found, list):
        raise FormatError("document-invalid", "the document is not what it should be", expected=f"a list `{name}`")
    return found


def refused(error: PackyardError | FormatError) -> str:
    """What went wrong, in plain words."""
    problem = error.at("") if isinstance(error, FormatError) else error.problem
    said = [f"{line(problem.message)} ({problem.code})"]
    pairs = (("at", problem.path), ("expected", problem.expected), ("found", problem.found), ("help", problem.help))
    said += [f"{name}: {line(text)}" for name, text in pairs if text]
    if isinstance(error, TrustError) and not isinstance(error, NotFound):
        said.append("The registry's answer could not be verified, so nothing of it is shown.")
    return "\n".join(said)


def text(document: Mapping[str, Any] | Iterable[Any]) -> str:
    """A document as JSON."""
    return json.dumps(document, ensure_ascii=False, indent=1)
