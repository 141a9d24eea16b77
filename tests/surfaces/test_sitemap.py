"""The sitemap, robots.txt and 404.html: what they name, how little of them changes, and that they work anywhere."""

from __future__ import annotations

import re
from typing import NamedTuple
from xml.etree import ElementTree

import pytest

from packyard.formats import layout
from packyard.model import Event, Row
from packyard.recipe import Recipe
from packyard.surfaces import sitemap
from packyard.surfaces.site import Site, Totals
from packyard.surfaces.sitemap import FAMILIES, MOST, PAGES, WHOLE, Address
from packyard.surfaces.templates import Templates, open_templates, site_of
from tests.surfaces import sample
from tests.surfaces.markup import Markup

SCHEMA = "{http://www.sitemaps.org/schemas/sitemap/0.9}"


class Packs(NamedTuple):
    """A catalogue of rows: a `sitemap.View`."""

    all: tuple[Row, ...]

    def rows(self, limit: int) -> list[Row]:
        return list(self.all[:limit])

    def newest(self, count: int) -> tuple[Event, ...]:
        ordered = sorted(self.all, key=lambda row: -row.updated)
        return tuple(Event(0, "version", row.name, row.latest, (), "", row.updated) for row in ordered)[:count]

    def items(self, family: str) -> list[tuple[str, int]]:
        return [("git", 2), ("c++", 1), ("../x", 9)] if family == "tags" else []

    def row(self, name: str) -> Row | None:
        return next((row for row in self.all if row.name == name), None)

    def totals(self) -> Totals:
        return Totals(len(self.all), len(self.all), 1)

    def shards(self) -> list[int]:
        return sorted({layout.shard(row.name) for row in self.all})

    def named(self, shard: int) -> list[str]:
        return [row.name for row in self.all if layout.shard(row.name) == shard]


def packs(count: int) -> Packs:
    plain = sample.row(sample.HELLO)
    return Packs(tuple(plain._replace(name=f"pack-{at:04}", updated=86_400 * at) for at in range(count)))


@pytest.fixture(scope="module")
def templates() -> Templates:
    return open_templates()


@pytest.fixture(scope="module")
def site(templates: Templates) -> Site:
    return site_of(sample.REGISTRY, False, templates)


def planned(site: Site, templates: Templates, view: Packs, part: str = "") -> dict[str, Recipe]:
    return {recipe.path: recipe for recipe in sitemap.plan(site, templates, view, part)}


def locations(data: bytes, name: str = "url") -> dict[str, str | None]:
    """The addresses and their days, as the protocol demands them."""
    root = ElementTree.fromstring(data)
    assert root.tag == SCHEMA + ("urlset" if name == "url" else "sitemapindex")
    assert {child.tag for child in root} == {SCHEMA + name}
    found = {child.findtext(SCHEMA + "loc") or "": child.findtext(SCHEMA + "lastmod") for child in root}
    assert len(found) == len(root)
    assert all(re.fullmatch(r"[!-~]{1,2047}", each) for each in found)
    return found


def test_a_small_registry_has_one_file(site: Site, templates: Templates) -> None:
    recipes = planned(site, templates, packs(2))
    assert list(recipes) == ["robots.txt", "404.html", "sitemap.xml"]
    found = locations(recipes["sitemap.xml"].render())
    url = site.registry.url
    assert found[url] is None
    assert found[url + "packs/pack-0001/"] == "1970-01-02"
    assert {url + "tags/", url + "tags/git/", url + "tags/c++/", url + "about/"} <= found.keys()
    assert len(found) == len(PAGES) + len(FAMILIES) + 2 + 2
    assert not any(planned(site, templates, packs(2), part) for part in (*FAMILIES, "site", "2c"))


def test_pages_that_a_registry_writes_itself_are_found(templates: Templates) -> None:
    own = open_templates(
        None, None, templates.own._replace(look=templates.own.look._replace(prose={"contact": "# Hi"}))
    )
    site = site_of(sample.REGISTRY, False, own)
    found = locations(planned(site, own, packs(1))["sitemap.xml"].render())
    assert site.registry.url + "contact/" in found


def test_a_large_one_has_an_index_of_parts_that_hold_everything(site: Site, templates: Templates) -> None:
    view, found = packs(WHOLE + 1), dict[str, str | None]()
    recipes = planned(site, templates, view)
    parts = locations(recipes["sitemap.xml"].render(), "sitemap")
    for part in parts:
        path = part.removeprefix(site.registry.url)
        name = path.removeprefix("sitemap/").removesuffix(".xml")
        recipe = recipes[path] if name == "new" else planned(site, templates, view, name)[path]
        found |= locations(recipe.render())
    assert {site.registry.url + f"packs/{row.name}/" for row in view.all} <= found.keys()
    assert {site.registry.url + "tags/git/", site.registry.url} <= found.keys()
    unlisted = {f"sitemap/{shard:02x}.xml" for shard in range(256)} - {part.partition("org/")[2] for part in parts}
    assert all(not planned(site, templates, view, path[8:10]) for path in unlisted)


def test_a_new_version_changes_one_small_part(site: Site, templates: Templates) -> None:
    view = packs(WHOLE + 50)
    changed = Packs((view.all[0]._replace(updated=86_400 * 9_999, latest="9.9.9"), *view.all[1:]))
    parts = ("", "site", *FAMILIES, *(f"{shard:02x}" for shard in range(256)))
    before, after = (
        {path: recipe.inputs for part in parts for path, recipe in planned(site, templates, each, part).items()}
        for each in (view, changed)
    )
    assert [path for path in before if before[path] != after[path]] == ["sitemap/new.xml"]
    assert len(planned(site, templates, changed)["sitemap/new.xml"].render()) < 30_000


def test_which_units_a_build_plans() -> None:
    assert sitemap.units(3, 4, ["tags"], [44]) == {"sitemap"}
    assert sitemap.units(900, 901, ["tags"], [44]) == {"sitemap", "sitemap tags", "sitemap 2c"}
    assert sitemap.units(900, 900, [], []) == {"sitemap"}
    assert len(sitemap.units(WHOLE, WHOLE + 1, [], [])) == 1 + 256 + 1 + len(FAMILIES)
    assert sitemap.units(0, 900, [], []) == sitemap.units(WHOLE, WHOLE + 1, [], [])


def test_no_part_has_more_than_the_protocol_allows(site: Site, templates: Templates) -> None:
    class Tagged(Packs):
        def items(self, family: str) -> list[tuple[str, int]]:
            return [(f"tag-{at:06}", at) for at in range(MOST + 10)]

    found = locations(planned(site, templates, Tagged(packs(WHOLE + 1).all), "tags")["sitemap/tags.xml"].render())
    assert len(found) == MOST
    assert site.registry.url + f"tags/tag-{MOST + 9:06}/" in found
    assert site.registry.url + "tags/tag-000000/" not in found


def test_addresses_are_escaped() -> None:
    registry = sample.REGISTRY._replace(url="https://example.org/a&b/")
    assert locations(sitemap.urls(registry, [Address("x/index.html"), Address("index.html"), Address("y.html")])) == {
        "https://example.org/a&b/x/": None,
        "https://example.org/a&b/": None,
        "https://example.org/a&b/y.html": None,
    }


def test_robots(site: Site) -> None:
    assert sitemap.robots(site).decode().splitlines() == [
        "User-agent: *",
        "Allow: /",
        "",
        f"Sitemap: {site.registry.url}sitemap.xml",
    ]
    assert b"Disallow: /\n" in sitemap.robots(site._replace(development=True))


@pytest.mark.parametrize("url", ["https://packs.example.org/", "https://example.org/a/packs/"])
def test_the_page_for_what_is_not_there_works_at_any_depth(site: Site, templates: Templates, url: str) -> None:
    shown = site._replace(registry=site.registry._replace(url=url))
    page = Markup(sitemap.not_found(templates, shown).decode())
    root = "/" + url.split("/", 3)[3]
    links = [each for each in [*page.values("href"), *page.values("src")] if not each.startswith(("data:", "#"))]
    assert links
    assert all(each.startswith(root) for each in links)
    assert {root + "search/index.html", root + "index.html"} <= set(links)
    assert {"name": "robots", "content": "noindex"} in page.all("meta")
    assert len(page.all("h1")) == 1
    assert page.errors == []


def test_what_others_show_of_a_page(site: Site, templates: Templates) -> None:
    def meta(site: Site, path: str) -> list[dict[str, str]]:
        text = templates.text("meta.html", site=site, path=path, root="../", title='A "title"', summary="What it is")
        return [element.attributes for element in Markup(text).elements]

    found = meta(site, "packs/hello/index.html")
    said = {each["property"]: each["content"] for each in found if "property" in each}
    assert said["og:title"] == 'A "title"'
    assert said["og:url"] == "https://packs.example.org/packs/hello/"
    assert said["og:image"] == "https://packs.example.org/packs/hello/card.png"
    assert {"rel": "canonical", "href": said["og:url"]} in found
    card = site.registry.url + site.asset("card.png")
    assert card in [each.get("content") for each in meta(site, "about/index.html")]
    assert meta(site._replace(preview=True), "a.html") == [{"name": "robots", "content": "noindex"}]
    assert {"name": "robots", "content": "noindex"} in meta(site._replace(development=True), "a.html")


@pytest.mark.parametrize(
    ("path", "feed"),
    [
        ("packs/@acme/tools/1.0.0/files/index.html", "packs/@acme/tools/feed.atom"),
        ("tags/git/from-x.html", "tags/git/feed.atom"),
        ("publishers/bob/index.html", "publishers/bob/feed.atom"),
        ("orgs/acme/index.html", "orgs/acme/feed.atom"),
        ("tags/index.html", ""),
        ("features/hooks/index.html", ""),
        ("index.html", ""),
    ],
)
def test_pages_name_the_feed_of_what_they_are_about(site: Site, templates: Templates, path: str, feed: str) -> None:
    text = templates.text("meta.html", site=site, path=path, root="", title="x", summary="y")
    links = [link["href"] for link in Markup(text).all("link") if link["rel"] == "alternate"]
    assert links == ([feed, feed.replace("atom", "json")] if feed else [])
