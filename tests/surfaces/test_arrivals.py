"""What is new, what was updated, what is featured."""

from __future__ import annotations

import pytest

from packyard.formats.featured import Featured
from packyard.surfaces.arrivals import NEW, UPDATED, Said, arrivals_page, featured_page, said
from packyard.surfaces.series import part
from packyard.surfaces.site import Site
from packyard.surfaces.templates import Templates, site_of
from tests.surfaces import remembered, sample
from tests.surfaces.markup import Markup


@pytest.fixture(scope="module")
def site(templates: Templates) -> Site:
    return site_of(sample.REGISTRY, False, templates)


ACTS = [remembered.act("publish", 2), remembered.act("publish", 1, subject="@acme/house-style", version="3.1.4")]
SAID = {"hello": Said("Says hello", True, False, "")}


@pytest.mark.parametrize("folder", [NEW, UPDATED])
def test_the_newest_page(templates: Templates, site: Site, folder: str) -> None:
    page = Markup(arrivals_page(templates, site, part(folder, 2, 1), folder, ACTS, SAID).decode())
    assert page.errors == []
    assert "Says hello" in page.text
    assert "deprecated" in page.text
    links = page.values("href")
    assert links.index("../packs/hello/1.0.1/index.html") < links.index("../packs/@acme/house-style/3.1.4/index.html")
    assert f"../{UPDATED if folder == NEW else NEW}index.html" in links
    assert {"datetime": "2026-11-10T02:00:00Z"} in page.all("time")


def test_a_full_page_says_nothing_that_changes(templates: Templates, site: Site) -> None:
    one, other = (arrivals_page(templates, site, part(NEW, size, 1), NEW, ACTS, {}) for size in (300, 700))
    assert one == other
    page = Markup(one.decode())
    assert "Says hello" not in page.text
    assert "../../new/0/2.html" in page.values("href")


def test_nothing_yet(templates: Templates, site: Site) -> None:
    page = Markup(arrivals_page(templates, site, part(NEW, 0, 1), NEW, [], {}).decode())
    assert "Nothing yet." in page.text
    assert "No pack is featured yet." in Markup(featured_page(templates, site, []).decode()).text


def test_featured(templates: Templates, site: Site) -> None:
    rows = {row.name: row for row in sample.rows()}
    hostile = Featured("goodbye", "<script>alert(1)</script>")
    chosen = [(Featured("hello", "The pack to begin with."), rows["hello"]), (hostile, rows["goodbye"])]
    page = Markup(featured_page(templates, site, chosen).decode())
    assert page.errors == []
    assert "The pack to begin with." in page.text
    assert "<script>alert(1)</script>" in page.text
    links = page.values("href")
    assert links.index("../packs/hello/index.html") < links.index("../packs/goodbye/index.html")


def test_what_is_said_of_a_pack() -> None:
    row = next(row for row in sample.rows() if row.name == "goodbye")
    assert said(row) == Said(row.description, True, False, "")
