"""Plugins and marketplaces for Claude Code; see `packyard.parts.plugin` and `packyard.parts.marketplace`.

    packs/NAME/VERSION/PLUGIN-VERSION.plugin.zip   the plugin that is made of the pack's latest version
    packs/NAME/marketplace.json                    a marketplace with this plugin alone
    marketplace.json                               all plugins, or the first thousand: featured ones, then by quality

A pack is a plugin when something of its latest version is for a program that reads plugins; one that is yanked or
withdrawn is none. Archives are only read over https, so a registry at another address has none of all this. There are
no unpacked plugins: a browser would run what strangers put into them. `packyard plugins` makes these.

A marketplace has nothing that says that a pack is deprecated, archived or renamed, so the description begins with it.
In `marketplace.json` the name of a renamed pack leads to the new one, when that is there.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from functools import partial
from hashlib import sha256
from typing import Any

from packyard.formats import foreign, layout, tarball
from packyard.formats.ziparchive import format_zip
from packyard.model import Pack, Release
from packyard.parts import plugin, values
from packyard.parts.marketplace import MOST, marketplace
from packyard.quality import breakdown, score
from packyard.recipe import Recipe
from packyard.registry import Registry
from packyard.surfaces.dialects.values import Dialect, Said, View, encode
from packyard.surfaces.pack.values import Files, Hand, facts, standing
from packyard.surfaces.site import Site

#: The names of the lists: of plugins, and of those under an earlier name.
_PLUGINS, _RENAMED = "plugins", "renamed"
_PERFECT = 100

#: What the last archive was made of, and its hash.
_LAST = list[tuple[tuple[str, ...], str]]()


def plan(hand: Hand, pack: Pack) -> Iterator[Recipe]:
    """A pack's archive and marketplace; none when it is no plugin."""
    if _is_plugin(hand, pack):
        registry, state = hand.site.registry, pack.latest
        archive = foreign.plugin_archive(pack.name, state.release.version)
        yield Recipe(archive, _made_of(registry, state.release), partial(_archive, hand.files, registry, state.release))
        told = (registry.origin, registry.title, registry.url, *standing(pack), facts(state))
        yield Recipe(layout.pack(pack.name, foreign.MARKETPLACE), told, partial(_own, registry, pack), (archive,))


def said(hand: Hand, pack: Pack) -> Said | None:
    """The pack's entry, and the name to which it leads."""
    if not _is_plugin(hand, pack):
        return None
    registry, release = hand.site.registry, pack.latest.release
    text = json.dumps(
        [
            _entry(registry, pack, _digest(hand.files, registry, release)),
            foreign.plugin(pack.renamed.to) if pack.renamed else "",
        ]
    )
    points = score(breakdown(release, len(pack.versions)))
    return Said(text, ((_RENAMED if pack.renamed else _PLUGINS, f"{_PERFECT - points:03d}"),))


def plan_list(site: Site, view: View, name: str) -> Iterator[Recipe]:
    """The registry's marketplace, planned anew by every build since what is featured may be new; none when no pack is a
    plugin.
    """
    if name:
        return
    first = (text for each in view.featured() if (text := view.text(each.name)))
    texts = tuple(dict.fromkeys((*first, *view.head(_PLUGINS, MOST), *view.head(_RENAMED, MOST))))
    if texts:
        about = (foreign.marketplace(site.registry.origin), site.registry.title)
        yield Recipe(foreign.MARKETPLACE, (about, texts), partial(_whole, *about, texts))


def _is_plugin(hand: Hand, pack: Pack) -> bool:
    release = pack.latest.release
    reached = hand.site.registry.url.startswith("https://")
    return reached and pack.latest.alive and plugin.offered(release.manifest, release.features)


def _made_of(registry: Registry, release: Release) -> tuple[str, ...]:
    """All that decides the bytes of an archive; name and version are in the tree's manifest."""
    return release.tree, release.publisher, registry.url, tarball.ENCODER


def _archive(files: Files, registry: Registry, release: Release) -> bytes:
    pack = values.Pack(release.pack, release.version, release.identity, tuple(files(release).items()), release.manifest)
    about = plugin.about(release.manifest, release.publisher, registry.url)
    data = format_zip(plugin.make_plugin(pack, about).files.items())
    _LAST[:] = [(_made_of(registry, release), sha256(data).hexdigest())]
    return data


def _digest(files: Files, registry: Registry, release: Release) -> str:
    """The hash of an archive, which has most likely just been made."""
    if not (_LAST and _LAST[0][0] == _made_of(registry, release)):
        _archive(files, registry, release)
    return _LAST[0][1]


def _own(registry: Registry, pack: Pack, digests: Sequence[str]) -> bytes:
    """The pack's own marketplace."""
    name = foreign.marketplace(registry.origin, pack.name)
    return encode(marketplace(name, f"{registry.title}: {pack.name}", [_entry(registry, pack, digests[0])], {}))


def _entry(registry: Registry, pack: Pack, digest: str) -> dict[str, Any]:
    release = pack.latest.release
    about = plugin.about(release.manifest, release.publisher, registry.url)
    path = foreign.plugin_archive(pack.name, release.version)
    source = {"source": "archive", "url": f"{registry.url.rstrip('/')}/{path}", "sha256": digest}
    return {**about, "description": " ".join([*_notices(pack), about["description"]]), "source": source}


def _notices(pack: Pack) -> Iterator[str]:
    """What a user should know before anything else."""
    if pack.renamed:
        yield f"[Renamed to {pack.renamed.to}: {pack.renamed.reason}]"
    if pack.archived:
        yield f"[Archived: {pack.archived.reason}]"
    for mark in filter(None, (pack.deprecated, pack.latest.deprecated)):
        instead = f"; use {mark.replacement}" if mark.replacement else ""
        yield f"[Deprecated: {mark.reason}{instead}]"


def _whole(name: str, title: str, texts: Sequence[str]) -> bytes:
    """The registry's marketplace."""
    told = [json.loads(text) for text in texts]
    leads = {entry["name"]: to for entry, to in told if to}
    return encode(marketplace(name, title, [entry for entry, _ in told], leads))


DIALECT = Dialect("claude-code", plan, said, plan_list)
