"""Ori's registry protocol (`GET /v1/…`), below `ori/v1/`. It defines no JSON; the forms are those of `schemas/ori-*`.

    packages/SCOPE/NAME/versions/              every version, highest first, and what was said of the pack
    packages/SCOPE/NAME/VERSION/metadata/      what a version needs and has, its hashes, whether it is yanked
    packages/SCOPE/NAME/VERSION/download       its archive, see `packyard.formats.oripk`
    search/                                    the first `HEAD` packs by quality
    search/q/WORD.json                         the first `FOUND` with this word in their name or a tag
    search/q/_none.json                        what a word finds that nobody has, for hosts that are told
    advisories/                                where the advisories are

An address that ends with a slash is a folder with the same JSON as `index.html` and `index.json`. SCOPE is `_` for a
pack without one.

`download` is the `.oripk` and not the tarball of the pack, because Ori's clients unpack what comes from there. Its hash
is in the metadata, which is made after it. Packs that were yanked altogether are found by name alone; what a search
shows of a pack is nothing that a new version changes, so a new version makes no list anew.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import partial
from typing import Any

from packyard.formats import foreign, layout
from packyard.formats.documents import mark
from packyard.formats.oripk import exact, fits, format_oripk
from packyard.formats.times import format_time
from packyard.model import Manifest, Pack, Release, VersionState
from packyard.quality import breakdown, score
from packyard.recipe import Recipe
from packyard.surfaces.dialects.values import Dialect, Said, View, document, encode
from packyard.surfaces.pack.values import Hand, facts
from packyard.surfaces.site import Site

HEAD, FOUND = 100, 50
#: The lists of packs: that of all, and how the names of those that have a word begin.
ALL, WITH = "search", "q/"
_NOBODY = f"{WITH}_none"

#: A pack is found by no more words; those of its name come first.
_WORDS = 40
_WORD = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?")
_SEARCH, _ADVISORIES = foreign.ORI + "search/", foreign.ORI + "advisories/"


def plan(hand: Hand, pack: Pack) -> Iterator[Recipe]:
    """A pack's files."""
    yield from document(foreign.ori(pack.name, "versions/"), (versions(pack),), partial(versions, pack))
    said = (pack.deprecated, pack.archived, pack.renamed)
    for state in pack.versions:
        release = state.release
        path = foreign.ori(pack.name, f"{release.version}/")
        offered = _offered(state)
        if offered:
            yield Recipe(path + "download", (release.tree,), partial(_archive, hand, release))
        for name in ("index.html", "index.json"):
            render = partial(_metadata, pack, state) if offered else partial(_metadata, pack, state, ())
            yield Recipe(path + f"metadata/{name}", (facts(state), said), render, (path + "download",) * offered)


def said(_: object, pack: Pack) -> Said | None:
    """What search shows of a pack, and by which words it is found."""
    state = pack.latest
    if not state.alive:
        return None
    rank = f"{100 - score(breakdown(state.release, len(pack.versions))):03d}"
    lists = (ALL, *(WITH + word for word in words(pack.name, state.release.manifest.tags)))
    return Said(json.dumps(_found(pack), ensure_ascii=False), tuple((name, rank) for name in lists))


def plan_list(site: Site, view: View, name: str) -> Iterator[Recipe]:
    """A list of packs, or where the advisories are."""
    if name == "":
        where = advisories(site.registry.url)
        yield from document(_ADVISORIES, (where,), lambda: where)
        nothing = _shown(view, _NOBODY, FOUND)
        yield Recipe(f"{_SEARCH}{_NOBODY}.json", (nothing,), partial(encode, nothing))
    elif name == ALL:
        found = _shown(view, name, HEAD)
        yield from document(_SEARCH, (found,), lambda: found)
    elif view.size(name):
        found = _shown(view, name, FOUND)
        yield Recipe(f"{_SEARCH}{name}.json", (found,), partial(encode, found))


DIALECT = Dialect("ori", plan, said, plan_list, (ALL,))


def words(name: str, tags: tuple[str, ...]) -> list[str]:
    """The words by which a pack is found: its scope and its name, its tags, and the parts of each, in lower case."""
    texts = [*name.removeprefix("@").split("/"), *(tag.lower() for tag in tags)]
    parts = (each for text in texts for each in (text, *re.split(r"[^a-z0-9]+", text)))
    return list(dict.fromkeys(part for part in parts if _WORD.fullmatch(part)))[:_WORDS]


# --- documents ---


def versions(pack: Pack) -> dict[str, Any]:
    """All versions of a pack, those that are yanked or withdrawn too: whoever wants one exactly must learn of it."""
    return {
        "format": "packyard/ori-versions/1",
        "name": foreign.ori_full(pack.name),
        "pack": pack.name,
        "latest": pack.latest.release.version if pack.latest.alive else None,
        "deprecated": mark(pack.deprecated),
        "archived": mark(pack.archived),
        "renamed": _renamed(pack),
        "versions": [
            {
                "version": state.release.version,
                "published": format_time(state.release.published),
                "yanked": mark(state.yanked),
                "deprecated": mark(state.deprecated),
                "withdrawn": mark(state.withdrawn),
            }
            for state in pack.versions
        ],
    }


def metadata(pack: Pack, state: VersionState, archive: str) -> dict[str, Any]:
    """A version; `archive` is the SHA-256 of its archive, "" when there is none."""
    release = state.release
    return {
        "format": "packyard/ori-metadata/1",
        "name": foreign.ori_full(pack.name),
        "version": release.version,
        "pack": pack.name,
        **_content(None if state.withdrawn else release),
        "checksums": {
            "archive": f"sha256:{archive}" if archive else None,
            "identity": f"sha256:{release.identity}",
        },
        "download": foreign.ori(pack.name, f"{release.version}/download") if archive else None,
        "published": format_time(release.published),
        "publisher": release.publisher,
        "yanked": mark(state.yanked),
        "deprecated": mark(state.deprecated or pack.deprecated),
        "withdrawn": mark(state.withdrawn),
        "archived": mark(pack.archived),
        "renamed": _renamed(pack),
    }


def advisories(url: str) -> dict[str, Any]:
    """Where the advisories of a registry at this address are."""
    return {
        "format": "packyard/ori-advisories/1",
        "index": url + layout.ADVISORIES_INDEX,
        "advisory": url + layout.advisory("{id}"),
    }


def _content(release: Release | None) -> dict[str, Any]:
    """What a version says of itself, which nobody says of one that was withdrawn."""
    about = release.manifest if release else None
    return {
        "description": about.description if about else None,
        "license": about.license or None if about else None,
        "authors": [about.author] if about and about.author else None,
        "homepage": about.homepage or None if about else None,
        "repository": about.repository or None if about else None,
        "keywords": list(about.tags) if about else None,
        "targets": list(about.targets) if about else None,
        "features": list(release.features) if release else None,
        "dependencies": _dependencies(about) if about else None,
        "conflicts": list(map(foreign.ori_full, about.conflicts)) if about else None,
    }


def _dependencies(about: Manifest) -> list[dict[str, Any]]:
    """Ori knows exact versions only: what a range comes to depends on what else there is, and is left to clients."""
    return [
        {"name": foreign.ori_full(name), "range": wanted, "version": exact(wanted) or None}
        for name, wanted in about.dependencies
    ]


def _found(pack: Pack) -> dict[str, Any]:
    about = pack.latest.release.manifest
    return {
        "name": foreign.ori_full(pack.name),
        "pack": pack.name,
        "description": about.description,
        "keywords": list(about.tags),
        "license": about.license or None,
        "deprecated": mark(pack.deprecated),
        "archived": mark(pack.archived),
        "renamed": _renamed(pack),
    }


def _renamed(pack: Pack) -> str | None:
    return foreign.ori_full(pack.renamed.to) if pack.renamed else None


def _shown(view: View, name: str, count: int) -> dict[str, Any]:
    return {
        "format": "packyard/ori-search/1",
        "query": name.removeprefix(WITH) if name.startswith(WITH) else None,
        "total": view.size(name),
        "packages": [json.loads(text) for text in view.head(name, count)],
    }


# --- files ---


def _offered(state: VersionState) -> bool:
    """Whether a version has an archive: nothing of one that was withdrawn is left, and some are too large for Ori."""
    release = state.release
    return state.withdrawn is None and fits(release.tarball, release.files)


def _archive(hand: Hand, release: Release) -> bytes:
    return format_oripk(release.manifest, hand.files(release).items())


def _metadata(pack: Pack, state: VersionState, hashes: tuple[str, ...]) -> bytes:
    return encode(metadata(pack, state, *hashes or ("",)))
