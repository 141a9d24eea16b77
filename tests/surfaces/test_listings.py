"""Where the home page and the search lead: to what is known and what many packs have, however packs call things."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import cast

import pytest

from packyard.edges.memory import Memory
from packyard.edges.view import MemoryView
from packyard.formats import layout
from packyard.model import Mark
from packyard.protocols import Source
from packyard.recipe import Recipe
from packyard.surfaces import listings
from packyard.surfaces.pages import listing_page
from packyard.surfaces.site import listable
from packyard.surfaces.templates import Templates, site_of
from tests.surfaces import sample
from tests.surfaces.markup import Markup


@pytest.fixture
def memory(tmp_path: Path) -> Iterator[Memory]:
    """A memory of packs of which one calls its features, targets and tags as nobody else does."""
    made = Memory(tmp_path / "memory")
    rows = [row._replace(targets=("cursor",), features=("hooks", "rules"), tags=("git",)) for row in sample.rows()]
    rows[0] = rows[0]._replace(features=("buy-now", "hooks"), targets=("best-pack", "zed"), tags=("visit-example",))
    for row in rows:
        made.set_pack(row, layout.shard(row.name), "0" * 64, b"{}")
        made.set_facets(row.name, listings.facets(row, ()))
    made.put("packs", str(len(rows)))
    yield made
    made.close()


def page(templates: Templates, memory: Memory, unit: str) -> Markup:
    site = site_of(sample.REGISTRY, False, templates)
    view = MemoryView(memory, cast(Source, None))
    [recipe] = listings.plan_unit(unit, site, templates, view)
    return Markup(recipe.render().decode())


@pytest.mark.parametrize("unit", ["home", "find"])
def test_only_known_words_lead_anywhere(
    templates: Templates, memory: Memory, unit: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listings, "WHOLE", 0)
    monkeypatch.setattr(listings, "FREQUENT", 1)
    found = page(templates, memory, unit)
    links = " ".join(found.values("href"))
    for word in ("buy-now", "best-pack", "visit-example"):
        assert f"/{word}/" not in links, word
        assert word not in found.text, word
    for known in ("features/hooks/", "features/rules/", "targets/cursor/", "targets/zed/", "tags/git/"):
        assert known in links, known
    assert "features/mcp/" not in links, "no pack holds that"


def test_the_search_offers_the_channels_that_there_are(templates: Templates, memory: Memory) -> None:
    def offered() -> set[str]:
        found = page(templates, memory, "find").all("select")
        return {each["data-word"] for each in found if "data-word" in each} & {"channel", "has"}

    assert offered() == set()
    row = sample.rows()[0]._replace(channels=(("beta", "1.0.0"), ("nightly", "1.0.0")), routing=("budget",))
    memory.set_facets(row.name, listings.facets(row, ()))
    assert offered() == {"channel", "has"}
    text = page(templates, memory, "find").text
    assert ("stable" in text, "nightly" in text) == (False, False)


def test_the_pages_of_families_are_cut(templates: Templates, memory: Memory) -> None:
    tags = [f"{'aB'[at % 2]}{at:04}" for at in range(2_500)]
    row = sample.rows()[0]._replace(tags=tuple(tags))
    memory.set_facets(row.name, listings.facets(row, ()))
    site = site_of(sample.REGISTRY, False, templates)

    def made() -> dict[str, Recipe]:
        view = MemoryView(memory, cast(Source, None))
        return {recipe.path: recipe for recipe in listings.plan_unit("family tags", site, templates, view)}

    before = made()
    pages = {path: Markup(recipe.render().decode()) for path, recipe in before.items()}
    assert len(pages) > 2
    assert not any(map(listable, (path.removeprefix("tags/") for path in pages if path != "tags/index.html")))
    linked = [link for found in pages.values() for link in found.values("href")]
    assert {f"tags/{link}" for link in linked if link.startswith("from~")} == set(pages) - {"tags/index.html"}
    assert sum(link.endswith("/index.html") and link.startswith("../tags/") for link in linked) >= len(tags)
    memory.set_facets("another", [("tags", tags[-1])])
    after = made()
    assert len([path for path in before if before[path].inputs != after[path].inputs]) == 1


def test_the_pages_of_families_have_every_word(templates: Templates, memory: Memory) -> None:
    assert "buy-now" in page(templates, memory, "family features").text


def test_a_program_leads_to_what_is_for_every_program_too(templates: Templates) -> None:
    site = site_of(sample.REGISTRY, False, templates)
    listed = {
        item: Markup(
            listing_page(
                templates, site, f"{family}/{item}/index.html", family, item, sample.rows(), "", "", ()
            ).decode()
        )
        for family, item in (("targets", "cursor"), ("targets", "any"), ("tags", "git"))
    }
    links = {item: [link for link in found.values("href") if "?q=" in link] for item, found in listed.items()}
    assert links == {"cursor": ["../../search/index.html?q=target:cursor"], "any": [], "git": []}


def test_what_a_pack_mentions_is_remembered(memory: Memory) -> None:
    row = sample.rows()[0]._replace(conflicts=("xx",), deprecated=Mark("old", "2026-11-20", "yy"))
    memory.set_facets(row.name, listings.facets(row, ()))
    assert (memory.mentioning("xx"), memory.mentioning("yy")) == ([row.name], [row.name])
    assert not list(listings.units_of(("mentions", "xx"), frozenset()))
