"""For those who do not know the way: `sitemap.xml` (https://www.sitemaps.org/protocol.html), `robots.txt` (RFC 9309)
and `404.html`.

The sitemap names what is worth finding: the pages of packs, the first pages of listings, publishers, organisations and
pages of prose; not versions, files or documents. A registry of up to `WHOLE` packs has everything in one file. Above,
`sitemap.xml` is an index, and a new version changes one small part of it:

    sitemap.xml              the index; it changes when a part comes or goes
    sitemap/new.xml          the packs of the newest versions, with the days of their commits
    sitemap/site.xml         pages of their own; sitemap/tags.xml …: a family of listings
    sitemap/2c.xml           the packs of a shard, without days; it changes when a pack comes

Each is a unit of output: `sitemap` is the index, `robots.txt`, `404.html` and the newest; `sitemap tags` and
`sitemap 2c` are parts. The protocol allows 50,000 addresses a part; of a family with more, those with most packs stay.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from typing import NamedTuple, Protocol

from packyard.formats import layout
from packyard.formats.times import day_of
from packyard.model import Event, Row
from packyard.recipe import Recipe
from packyard.registry import Registry
from packyard.surfaces.feeds import escape
from packyard.surfaces.prose import prose_pages
from packyard.surfaces.site import Site, Totals, listable
from packyard.surfaces.templates import Templates

SITEMAP, ROBOTS, NOT_FOUND = "sitemap.xml", "robots.txt", "404.html"

#: A sitemap of up to so many packs is one file; so many versions are newest; so many addresses a part may have.
WHOLE, NEWEST, MOST = 200, 200, 50_000

_SINGLE = """
    about advisories api audit compliance featured keys mirrors name-check new publish rules stats updated
"""

#: The pages that belong to no family, besides those that a registry writes itself.
PAGES = ("index.html", *(f"{name}/index.html" for name in _SINGLE.split()))

#: The families of listings, each a part.
FAMILIES = ("browse", "features", "licences", "publishers", "tags", "targets")

_SCHEMA = "http://www.sitemaps.org/schemas/sitemap/0.9"


class View(Protocol):
    """What the sitemap sees of the catalogue; `shards` are those with packs, `named` the names of a shard's packs."""

    def rows(self, limit: int) -> list[Row]: ...

    def newest(self, count: int) -> tuple[Event, ...]: ...

    def items(self, family: str) -> list[tuple[str, int]]: ...

    def row(self, name: str) -> Row | None: ...

    def totals(self) -> Totals: ...

    def shards(self) -> list[int]: ...

    def named(self, shard: int) -> list[str]: ...


class Address(NamedTuple):
    """A page worth finding, and the day of its last change, "" when that is not said."""

    path: str
    day: str = ""


def units(before: int, after: int, families: Iterable[str], shards: Iterable[int]) -> set[str]:
    """The units to plan when a registry of `before` packs has `after` packs, these families have other items, and these
    shards have other packs.
    """
    if (before > WHOLE) == (after > WHOLE):
        names = [*families, *(f"{shard:02x}" for shard in shards)] if after > WHOLE else []
    else:
        names = [*FAMILIES, "site", *(f"{shard:02x}" for shard in range(layout.SHARDS))]
    return {"sitemap", *(f"sitemap {name}" for name in names)}


def plan(site: Site, templates: Templates, view: View, part: str = "") -> Iterator[Recipe]:
    """The recipes of a unit: of a part, or without one of the rest."""
    large = view.totals().packs > WHOLE
    single = sorted({*PAGES, *prose_pages(templates.own.look.prose)})
    if not part:
        yield Recipe(ROBOTS, (site.registry.url, site.development), partial(robots, site))
        yield Recipe(NOT_FOUND, (site,), partial(not_found, templates, site))
        yield from _plan_large(site.registry, view) if large else _plan_small(site.registry, view, single)
    elif large and (found := _part(view, part, single)):
        yield _recipe(site.registry, _path(part), found)


def _plan_small(registry: Registry, view: View, single: Sequence[str]) -> Iterator[Recipe]:
    listed = [address for family in ("site", *FAMILIES) for address in _part(view, family, single)]
    packs = [_of_row(row) for row in view.rows(WHOLE)]
    yield _recipe(registry, SITEMAP, [*listed, *packs])


def _plan_large(registry: Registry, view: View) -> Iterator[Recipe]:
    rows = (view.row(name) for name in dict.fromkeys(event.subject for event in view.newest(NEWEST)))
    yield _recipe(registry, _path("new"), [_of_row(row) for row in rows if row])
    parts = tuple(map(_path, ("new", "site", *FAMILIES, *(f"{shard:02x}" for shard in view.shards()))))
    yield Recipe(SITEMAP, (registry.url, parts), partial(index, registry, parts))


def _part(view: View, part: str, single: Sequence[str]) -> list[Address]:
    """The addresses of a part; `single` are the pages that belong to no family."""
    if part == "site":
        return [Address(path) for path in single]
    if part in FAMILIES:
        items = sorted(view.items(part), key=lambda item: (-item[1], item[0]))
        names = sorted(name for name, _ in items[: MOST - 1] if listable(name))
        return [Address(layout.family_index(part)), *(Address(layout.listing(part, name)) for name in names)]
    return [Address(layout.pack(name, "index.html")) for name in view.named(int(part, 16))[:MOST]]


def _of_row(row: Row) -> Address:
    return Address(layout.pack(row.name, "index.html"), day_of(row.updated))


def _path(part: str) -> str:
    return f"sitemap/{part}.xml"


def _recipe(registry: Registry, path: str, addresses: Iterable[Address]) -> Recipe:
    found = tuple(addresses)
    return Recipe(path, (registry.url, found), partial(urls, registry, found))


def address(registry: Registry, path: str) -> str:
    """The address under which a page is to be known: without `index.html`."""
    folder, _, name = path.rpartition("/")
    return registry.url + (folder + "/" if folder else "") + ("" if name == "index.html" else name)


def urls(registry: Registry, addresses: Iterable[Address]) -> bytes:
    """A sitemap of pages."""
    lines = [
        f"<url><loc>{escape(address(registry, each.path))}</loc>"
        + (f"<lastmod>{each.day}</lastmod>" if each.day else "")
        + "</url>"
        for each in addresses
    ]
    return _document("urlset", lines)


def index(registry: Registry, parts: Iterable[str]) -> bytes:
    """A sitemap of sitemaps. It says no days, or it would change with every part."""
    return _document("sitemapindex", [f"<sitemap><loc>{escape(registry.url + part)}</loc></sitemap>" for part in parts])


def _document(name: str, lines: Sequence[str]) -> bytes:
    body = "\n".join(lines)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<{name} xmlns="{_SCHEMA}">\n{body}\n</{name}>\n'.encode()


def robots(site: Site) -> bytes:
    """`robots.txt`: everything may be read; nothing of a site with keys made on the spot, or it would be found."""
    if site.development:
        return b"User-agent: *\nDisallow: /\n"
    return f"User-agent: *\nAllow: /\n\nSitemap: {site.registry.url}{SITEMAP}\n".encode()


def not_found(templates: Templates, site: Site) -> bytes:
    """`404.html`. A host shows it at any address, so its links begin at the root of the host."""
    root = "/" + site.registry.url.split("/", 3)[3]
    title, summary = templates.say("There is no such page"), templates.say("What you asked for is not here.")
    about = {"site": site, "path": NOT_FOUND, "root": root, "title": title, "summary": summary}
    return templates.render("404.html", **about, section="", unlisted=True)
