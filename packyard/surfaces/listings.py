"""The pages and documents that are about many packs, each a unit of output that is planned when something in it
changed.

    home, find              index.html, search/index.html
    feeds …                 feed.atom, feed.json, of the registry and of others: `packyard.surfaces.feeds`
    sitemap …               sitemap.xml and its parts, robots.txt, 404.html: `packyard.surfaces.sitemap`
    assets, prose           style sheet, scripts, logo; about/, publish/
    registry                registry.json
    family FAMILY           tags/index.html and the like, with counts, and its further pages
    list FAMILY ITEM        tags/python/index.html and its further pages
    publisher HANDLE        publishers/HANDLE/: page, document, and every signed revision
    org ORG                 orgs/ORG/
    series … stats compliance featured     `packyard.surfaces.chronicle`

A pack is listed without its version numbers and dates, so a new version changes no listing; the home page and the
feeds show what is new. The home page and the search lead to kinds and programs that are known, and to what many packs
have: no single publisher's words become a way through the site.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from typing import NamedTuple, Protocol

from packyard.formats import documents, layout
from packyard.formats.manifest import FEATURES, TARGETS
from packyard.formats.registry_page import format_registry_page
from packyard.model import Event, Org, Publisher, Row
from packyard.recipe import Recipe
from packyard.rules.authority import Revision
from packyard.surfaces import cards, chronicle, feeds, pages, people, sitemap
from packyard.surfaces.compliance import OTHER
from packyard.surfaces.paging import cut, cut_items
from packyard.surfaces.prose import plan_prose
from packyard.surfaces.site import Site, listable

FAMILIES = ("tags", "targets", "features", "licences", "browse")
#: The words of a family to which the home page and the search lead, in their order.
KNOWN = {"targets": ("any", *sorted(TARGETS)), "features": FEATURES, "channels": ("stable", "beta", "edge")}
FIXED = ("assets", "prose", "registry")

#: The home page lists every pack of a registry up to this size.
WHOLE = 48
NEWEST = 12
FREQUENT = 40
FEATURED = 6


class View(chronicle.View, feeds.View, sitemap.View, Protocol):
    """What listings see of the catalogue."""

    def listed(self, family: str, item: str) -> list[Row]: ...

    def items(self, family: str) -> list[tuple[str, int]]: ...

    def most(self, family: str, limit: int) -> list[tuple[str, int]]: ...

    def how_many(self, family: str, item: str) -> int: ...

    def newest(self, count: int) -> tuple[Event, ...]: ...

    def row(self, name: str) -> Row | None: ...

    def rows(self, limit: int) -> list[Row]: ...

    def totals(self) -> pages.Totals: ...

    def history(self, kind: str, name: str) -> list[Revision]: ...

    def revised(self, revisions: Iterable[Revision]) -> tuple[people.Revised, ...]: ...

    def blob(self, oid: str) -> bytes: ...


class Shown(NamedTuple):
    """What of a row a listing shows."""

    name: str
    description: str
    owner: str
    deprecated: bool
    archived: bool
    renamed: str


def facets(row: Row, signers: Iterable[str]) -> frozenset[tuple[str, str]]:
    """Everything a pack is listed under, as (family, item). The `channels` that it offers and whether it has `routing`
    have no page, nor what it `mentions` besides what it depends on: packs that it conflicts with, or that replace it.
    """
    bare = row.name.rpartition("/")[2]
    found = {("browse", bare[0]), *(("owners", owner) for owner in (row.owner, *row.co_owners))}
    found |= {("tags", tag) for tag in row.tags if listable(tag)}
    found |= {
        ("targets", "any" if target == "*" else target)
        for target in row.targets
        if listable(target.replace("*", "any"))
    }
    found |= {("features", feature) for feature in row.features if listable(feature)}
    found |= {("channels", channel) for channel, _ in row.channels} | ({("routing", "yes")} if row.routing else set())
    found |= {("mentions", other) for other in row.conflicts}
    found |= {("mentions", row.deprecated.replacement)} if row.deprecated and row.deprecated.replacement else set()
    return frozenset(found | {("signers", handle) for handle in signers})


def shown(row: Row) -> Shown:
    """The part of a row whose change is a change of listings."""
    return Shown(row.name, row.description, row.owner, row.deprecated is not None, row.archived, row.renamed)


def units_of(facet: tuple[str, str], orgs: frozenset[str]) -> Iterator[str]:
    """The units that show a facet."""
    family, item = facet
    if family in FAMILIES:
        yield f"list {family} {item}"
    elif family == "owners":
        yield f"org {item}" if item in orgs else f"publisher {item}"


def plan_unit(unit: str, site: Site, templates: pages.Templates, view: View) -> Iterator[Recipe]:
    """The recipes of a unit, by its name."""
    word, *rest = unit.split(" ")
    if word == "list":
        yield from _list(site, templates, view, *rest)
    elif word == "family":
        yield from _family(site, templates, view, *rest)
    elif word == "publisher":
        yield from _publisher(site, templates, view, *rest)
    elif word == "org":
        yield from _org(site, templates, view, *rest)
    elif word == "feeds":
        yield from feeds.plan(site.registry, view, *rest)
    elif word == "sitemap":
        yield from sitemap.plan(site, templates, view, *rest)
    elif word == "series":
        yield from chronicle.plan_series(site, templates, view, *rest)
    else:
        fixed = {"home": _home, "find": _find, "assets": _assets, "prose": _prose, "registry": _registry}
        fixed |= {
            "stats": chronicle.plan_stats,
            "compliance": chronicle.plan_compliance,
            "featured": chronicle.plan_featured,
        }
        yield from fixed[word](site, templates, view)


def _list(site: Site, templates: pages.Templates, view: View, family: str, item: str) -> Iterator[Recipe]:
    rows = view.listed(family, item)
    if not rows:
        return
    parts = list(cut(rows))
    files = tuple(part.file for part in parts)
    for at, part in enumerate(parts):
        path = f"{family}/{item}/{part.file}"
        before, after = files[at - 1] if at else "", files[at + 1] if at + 1 < len(files) else ""
        jumps = files if at == 0 else ()
        visible = tuple(map(shown, part.rows))
        yield Recipe(
            path,
            (site, visible, before, after, jumps),
            partial(pages.listing_page, templates, site, path, family, item, part.rows, before, after, jumps),
        )


def _family(site: Site, templates: pages.Templates, view: View, family: str) -> Iterator[Recipe]:
    parts = list(cut_items(view.items(family)))
    files = tuple(part.file for part in parts)
    for at, part in enumerate(parts):
        before, after = files[at - 1] if at else "", files[at + 1] if at + 1 < len(files) else ""
        around = (part.file, before, after, files if at == 0 else ())
        items = tuple(part.rows)
        render = partial(pages.family_page, templates, site, family, items, *around)
        yield Recipe(f"{family}/{part.file}", (site, items, *around), render)


def _home(site: Site, templates: pages.Templates, view: View) -> Iterator[Recipe]:
    totals = view.totals()
    rows = tuple(view.rows(WHOLE)) if totals.packs <= WHOLE else ()
    newest = tuple(_newest_packs(view, NEWEST))
    letters = tuple(item for item, _ in view.items("browse"))
    chosen = tuple(row for each in view.featured()[:FEATURED] for row in [view.row(each.name)] if row)
    ways = (tuple(view.most("tags", FREQUENT)), _known(view, "targets"), letters, _known(view, "features"))
    facts = (rows, totals.packs <= WHOLE, totals, newest, *ways, chosen)
    yield Recipe("index.html", (site, *facts), partial(pages.home_page, templates, site, *facts))


def _find(site: Site, templates: pages.Templates, view: View) -> Iterator[Recipe]:
    ways = (tuple(view.most("tags", FREQUENT)), _known(view, "targets"), _known(view, "features"))
    licences = tuple(each for each in view.most("licences", FREQUENT) if each[0] != OTHER)
    about = (licences, tuple(view.most("owners", FREQUENT)), _known(view, "channels"))
    routing = view.how_many("routing", "yes") > 0
    path = layout.family_index("search")
    render = partial(pages.search_page, templates, site, *ways, *about, routing=routing)
    yield Recipe(path, (site, *ways, *about, routing), render)


def _known(view: View, family: str) -> tuple[tuple[str, int], ...]:
    """The known words of a family that any pack is listed under, with the numbers of packs."""
    counts = ((word, view.how_many(family, word)) for word in KNOWN[family])
    return tuple((word, count) for word, count in counts if count)


def _newest_packs(view: View, count: int) -> Iterator[Row]:
    """The packs with the newest versions, each as it stands, but with that version and its day."""
    seen: set[str] = set()
    for event in view.newest(4 * count):
        row = view.row(event.subject) if event.subject not in seen and len(seen) < count else None
        seen.add(event.subject)
        if row:
            yield row._replace(latest=event.ident, updated=event.time)


def _publisher(site: Site, templates: pages.Templates, view: View, handle: str) -> Iterator[Recipe]:
    revisions = view.history("publisher", handle)
    rows = tuple(view.listed("owners", handle))
    value = revisions[-1].value
    if isinstance(value, Publisher):
        yield from chronicle.plan_publisher(site, templates, view, value, view.revised(revisions))
        yield from _revisions(view, f"publishers/{handle}/", handle, revisions)
        names = [row.name for row in rows]
        document = partial(documents.publisher_document, value, len(revisions), names)
        yield Recipe(layout.publisher(handle, "index.json"), (value, len(revisions), names), document)


def _org(site: Site, templates: pages.Templates, view: View, name: str) -> Iterator[Recipe]:
    revisions = view.history("org", name)
    rows = tuple(view.listed("owners", name))
    value = revisions[-1].value
    if isinstance(value, Org):
        yield from chronicle.plan_org(site, templates, view, value, view.revised(revisions))
        yield from _revisions(view, f"orgs/{name}/", name, revisions)
        names = [row.name for row in rows]
        document = partial(documents.org_document, value, len(revisions), names)
        yield Recipe(layout.org(name, "index.json"), (value, len(revisions), names), document)


def _revisions(view: View, folder: str, stem: str, revisions: Sequence[Revision]) -> Iterator[Recipe]:
    """The signed file of every revision, numbered from 1, with its signatures: `3.yaml`, `3.yaml.minisig`."""
    for at, revision in enumerate(revisions, 1):
        for name, oid in revision.event.objects:
            path = folder + f"{at}{name.removeprefix(stem)}"
            yield Recipe(path, (oid,), partial(view.blob, oid))


def _assets(site: Site, templates: pages.Templates, view: View) -> Iterator[Recipe]:
    card = cards.registry_card(templates.say, site.registry)
    for name, path in site.assets:
        yield Recipe(path, (), partial(cards.render, card) if name == "card.png" else partial(templates.asset, name))


def _prose(site: Site, templates: pages.Templates, view: View) -> Iterator[Recipe]:
    yield from plan_prose(templates, site)


def _registry(site: Site, templates: pages.Templates, view: View) -> Iterator[Recipe]:
    yield Recipe(layout.REGISTRY, (site.registry,), partial(format_registry_page, site.registry))
