"""Text of strangers stays text: in Chromium, with scripts on, and without the policy that would stop what acts."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree

import pytest

from bench.pages import examples, pages
from packyard.edges.store import walk
from packyard.formats import layout
from packyard.surfaces.hidden import reveal
from packyard.surfaces.readme import render_readme
from tests.browse.auditing import audit, audit_fragments
from tests.browse.conftest import Served, Windows
from tests.browse.pages import read, told
from tests.browse.strange import FILLED, PIXEL, TITLE
from tests.browse.window import Window
from tests.surfaces.commonmark import examples as commonmark
from tests.surfaces.vectors import VECTORS

pytestmark = pytest.mark.interop

_FILES = {"images/flow.png", "logo.svg", "README.md", "rules/a.md"}
_PLACES = ("{}", "a {} b", "> {}", "- {}", "# {}", "|a|\n|-|\n|{}|", "**{}**", "[{}](u)", "![{}](u)")


def _rendered(text: str) -> str:
    return render_readme(text.encode(), "raw/", _FILES, lambda _: b"<svg onload='alert(1)'/>").html


@pytest.fixture
def blank(served: Served, sites: Path, windows: Windows) -> Window:
    """An empty page of a server that has the picture which readmes show."""
    (sites / "blank/raw/images").mkdir(parents=True, exist_ok=True)
    (sites / "blank/raw/images/flow.png").write_bytes(PIXEL)
    html = "<!doctype html><html lang=en><link rel=icon href=data:,><title>x</title><h1>x</h1>"
    (sites / "blank/index.html").write_text(html)
    window = windows(trusting=True)
    assert window.open(served("blank"), "index.html") == []
    return window


@pytest.mark.parametrize("place", _PLACES)
def test_no_vector_acts_in_a_readme(blank: Window, place: str) -> None:
    found = audit_fragments(blank.page, [_rendered(place.format(vector)) for vector in VECTORS])
    assert not found, told((VECTORS[at], what) for at, what in found)
    assert blank.faults == []


def test_no_example_of_commonmark_acts(blank: Window) -> None:
    cases = commonmark()
    assert len(cases) == 652
    found = audit_fragments(blank.page, [_rendered(case.markdown) for case in cases])
    assert not found, told((cases[at].markdown, what) for at, what in found)
    assert blank.faults == []


@pytest.mark.parametrize("site", ["strange", pytest.param("sample", marks=pytest.mark.slow)])
def test_nothing_acts_in_a_page_of_each_type(served: Served, sites: Path, windows: Windows, site: str) -> None:
    found, window = list[str](), windows(trusting=True)
    for path in (path for paths in examples(sites / site).values() for path in paths):
        faults = window.open(served(site), path)
        found += [f"{path}: {fault}" for fault in (*faults, *audit(window.page, served(site)))]
    assert not found, told(found)


@pytest.mark.slow
def test_nothing_acts_in_one_page_of_five(served: Served, sites: Path, windows: Windows) -> None:
    found, window = list[str](), windows(trusting=True)
    for path in pages(sites / "strange")[::5]:
        faults = window.open(served("strange"), path)
        found += [f"{path}: {fault}" for fault in (*faults, *audit(window.page, served("strange")))]
    assert not found, told(found)


def test_nothing_acts_in_what_a_search_finds(served: Served, windows: Windows) -> None:
    window = windows(trusting=True)
    assert window.open(served("strange"), "search/index.html?q=odd") == []
    window.page.locator("main .pack").nth(5).wait_for()
    assert audit(window.page, served("strange")) + window.faults == []


def test_the_html_is_what_was_meant(sites: Path) -> None:
    """Read strictly: everything is closed where it should be, nothing hides in a comment, no template was filled in."""
    found = []
    for path in pages(sites / "strange"):
        page = read(sites / "strange", path)
        found += [f"{path}: {wrong}" for wrong in (*page.errors, *page.comments)]
        found += [f"{path}: filled in"] * (FILLED in page.text)
        found += [f"{path}: the title is {page.title}"] * (TITLE not in page.title)
    assert not found, told(found)


def test_hidden_characters_are_seen(sites: Path) -> None:
    found = []
    for path in pages(sites / "strange"):
        page = read(sites / "strange", path)
        texts = [*page.pieces, *(value for element in page.elements for value in element.attributes.values())]
        found += [(path, ascii(text.strip()[:80])) for text in texts if reveal(text) != text]
    assert not found, told(found)


def test_files_of_packs_are_served_as_what_cannot_act(sites: Path) -> None:
    pictures = (".png", ".jpg", ".jpeg", ".gif", ".webp")
    raw = [path for path in walk(sites / "strange") if "/raw/" in path]
    assert raw
    found = [
        (path, layout.kind(path).content_type)
        for path in raw
        if not path.endswith(pictures) and layout.kind(path).content_type != "text/plain; charset=utf-8"
    ]
    assert not found, told(found)


def test_feeds_and_pictures_are_well_formed_and_cannot_act(sites: Path) -> None:
    found = []
    for path in walk(sites / "strange"):
        if path.endswith((".atom", ".xml", ".svg")) and "/raw/" not in path:
            for element in ElementTree.fromstring((sites / "strange" / path).read_bytes()).iter():
                name = element.tag.rpartition("}")[2].lower()
                if name in ("script", "foreignobject", "iframe", "style", "image", "use") or any(
                    each.rpartition("}")[2].lower().startswith("on") for each in element.attrib
                ):
                    found.append((path, name, element.attrib))
        elif path.endswith(".json") and "/raw/" not in path:
            json.loads((sites / "strange" / path).read_bytes())
    assert not found, told(found)
