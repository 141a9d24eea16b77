"""The lists of packs.

packs         every pack
word WORD     those with the word in their name or their tags
target ID     those that name the target; who is for all of them is not repeated in each, as with agentpacks
tag TAG       those with the tag; only counted
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from functools import partial
from itertools import islice

from packyard.formats.foreign import AGENTPACKS
from packyard.formats.layout import INDEX
from packyard.formats.manifest import TARGETS
from packyard.model import Pack
from packyard.quality import score
from packyard.recipe import Recipe
from packyard.surfaces.dialects.agentpacks import values
from packyard.surfaces.dialects.agentpacks.values import Document
from packyard.surfaces.dialects.values import Said, Size, View, document, encode
from packyard.surfaces.pack.values import Hand
from packyard.surfaces.site import Site, Totals

#: The lists that are there without a pack.
EMPTY = ("packs", *(f"target {target}" for target in TARGETS))

#: How many packs are in a list, and in one of those of which there are many; how many tags and targets are counted.
MOST, FEW, COUNTED = 250, 50, 250
#: The most words by which a pack is found.
WORDS = 40

_WORDS = re.compile(r"[a-z0-9]+(?:-+[a-z0-9]+)*")
#: What is a word of a query as hosts let it through, and the name of a file.
_WORD = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")


def said(hand: Hand, pack: Pack) -> Said | None:
    """What lists say of a pack, and which; None when it offers nothing."""
    shown = values.offered(pack)
    if shown is None or not shown.latest.alive:
        return None
    points, about = score(values.points(pack)), shown.latest.release.manifest
    rank = f"{values.is_given_up(shown):d}{100 - points:03d}"
    text = encode(values.summary(shown, points)).decode().rstrip("\n")
    names = ["packs", *(f"tag {tag}" for tag in about.tags), *(f"target {target}" for target in about.targets)]
    names += [f"word {word}" for word in words((pack.name, *about.tags))]
    return Said(text, tuple((name, rank) for name in dict.fromkeys(names)))


def grown(before: Size, _: Size) -> tuple[str, ...]:
    """The lists that a new registry has before any pack is in them."""
    return () if any(before) else EMPTY


def words(texts: Iterable[str]) -> tuple[str, ...]:
    """The words of some texts, in lower case; those with hyphens also whole."""
    found = dict[str, None]()
    for text in texts:
        for whole in _WORDS.findall(text.lower()):
            found |= dict.fromkeys((whole, *whole.split("-")))
    return tuple(islice(filter(_WORD.fullmatch, found), WORDS))


def plan_list(site: Site, view: View, name: str) -> Iterator[Recipe]:
    """The files of a list; those named "" are planned in every build."""
    kind, _, item = name.partition(" ")
    url = site.registry.url
    if kind == "packs":
        yield from _plan("packs/", url, view.head(name, MOST), view.size(name), MOST)
    elif kind == "word":
        path = f"{AGENTPACKS}q/{item}.json"
        listed = (url, tuple(view.head(name, FEW)), view.size(name), FEW)
        yield Recipe(path, listed, lambda: encode(_list(*listed)))
    elif kind == "target" and _WORD.fullmatch(item):
        yield from _plan(f"targets/{item}/", url, view.head(name, FEW), view.size(name), FEW)
    elif not kind:
        yield from _plan_rest(site, view)


def _plan(folder: str, url: str, texts: Iterable[str], total: int, limit: int) -> Iterator[Recipe]:
    inputs = (url, tuple(texts), total, limit)
    return document(AGENTPACKS + folder, inputs, partial(_list, *inputs))


def _list(url: str, texts: tuple[str, ...], total: int, limit: int) -> Document:
    more = total > len(texts)
    shape = {"total": total, "limit": limit, "hasMore": more, "next": url + INDEX if more else None}
    return {"packs": list(map(json.loads, texts)), **shape}


def _plan_rest(site: Site, view: View) -> Iterator[Recipe]:
    found = ((view.text(each.name), each.note) for each in view.featured())
    featured, totals = tuple(each for each in found if each[0]), view.totals()
    yield from document(f"{AGENTPACKS}health/", (), lambda: {"status": "healthy"})
    yield from document(f"{AGENTPACKS}stats/", (totals,), lambda: _stats(totals))
    yield from document(f"{AGENTPACKS}featured/", featured, lambda: {"packs": [_featured(*each) for each in featured]})
    yield from _plan_counts("tag", view.sizes("tag "))
    yield from _plan_counts("target", [*((f"target {name}", 0) for name in TARGETS), *view.sizes("target ")])
    nothing = (site.registry.url, (), 0, FEW)
    yield Recipe(f"{AGENTPACKS}q/_none.json", nothing, lambda: encode(_list(*nothing)))


def _plan_counts(key: str, sizes: Iterable[tuple[str, int]]) -> Iterator[Recipe]:
    """The tags or targets that most packs have, and how many these are."""
    known = {name.partition(" ")[2]: size for name, size in sizes}
    counts = tuple(sorted(known.items(), key=lambda each: (-each[1], each[0]))[:COUNTED])
    inputs = (key, counts, len(known))
    yield from document(f"{AGENTPACKS}{key}s/", inputs, partial(_counted, *inputs))


def _counted(key: str, counts: Iterable[tuple[str, int]], total: int) -> Document:
    return {f"{key}s": [{key: name, "count": count} for name, count in counts], "total": total}


def _featured(text: str, note: str) -> Document:
    return {**json.loads(text), "featured": True, "note": note}


def _stats(totals: Totals) -> Document:
    return {"totalPacks": totals.packs, "totalVersions": totals.versions, "totalDownloads": None}
