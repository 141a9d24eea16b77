"""Text of strangers stays text: in Chromium, with scripts on, and without the policy that would stop what acts."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree

import pytest

from packyard.edges.store import walk
from packyard.formats import layout
from packyard.surfaces.hidden import reveal
from packyard.surfaces.readme import render_readme
from tests.browse.auditing import audit, audit_fragments
from tests.browse.conftest import Windows
from tests.browse.pages import examples, pages, read, told
from tests.browse.strange import FILLED, PIXEL, TITLE
from tests.surfaces.commonmark import examples as commonmark
from tests.surfaces.vectors import VECTORS

pytestmark = pytest.mark.interop

_FILES = {"images/flow.png", "logo.svg", "README.md", "rules/a.md"}
_PLACES = ("{}", "a {} b", "> {}", "- {}", "# {}", "|a|\n|-|\n|{}|", "**{}**", "[{}](u)", "![{}](u)")


def _rendered(text: str) -> str:
    return render_readme(text.encode(), "raw/", _FILES, lambda _: b"<svg onload='alert(1)'/>").html


@pytest.fixture
def blank(origin: str, sites: Path, windows: Windows) -> str:
    """The address of an empty page."""
    (sites / "blank.html").write_text(
        "<!doctype html><html lang=en><link rel=icon href=data:,><title>x</title><h1>x</h1>"
    )
    (sites / "raw/images").mkdir(parents=True, exist_ok=True)
    (sites / "raw/images/flow.png").write_bytes(PIXEL)
    return f"{origin}blank.html"


@pytest.mark.parametrize("place", _PLACES)
def test_no_vector_acts_in_a_readme(origin: str, blank: str, windows: Windows, place: str) -> None:
    window = windows(trusting=True)
    assert window.open(blank, origin) == []
    found = audit_fragments(window.page, [_rendered(place.format(vector)) for vector in VECTORS])
    assert not found, told((VECTORS[at], what) for at, what in found)
    assert window.faults == []


def test_no_example_of_commonmark_acts(origin: str, blank: str, windows: Windows) -> None:
    window, cases = windows(trusting=True), commonmark()
    assert len(cases) == 652
    assert window.open(blank, origin) == []
    found = audit_fragments(window.page, [_rendered(case.markdown) for case in cases])
    assert not found, told((cases[at].markdown, what) for at, what in found)
    assert window.faults == []


@pytest.mark.parametrize("site", ["strange", pytest.param("sample", marks=pytest.mark.slow)])
def test_nothing_acts_in_a_page_of_each_type(origin: str, sites: Path, windows: Windows, site: str) -> None:
    found, window = list[str](), windows(trusting=True)
    for path in (path for paths in examples(sites / site).values() for path in paths):
        faults = window.open(f"{origin}{site}/{path}", origin)
        found += [f"{path}: {fault}" for fault in (*faults, *audit(window.page, origin))]
    assert not found, told(found)


@pytest.mark.slow
def test_nothing_acts_in_any_page(origin: str, sites: Path, windows: Windows) -> None:
    found, window = list[str](), windows(trusting=True)
    for path in pages(sites / "strange"):
        faults = window.open(f"{origin}strange/{path}", origin)
        found += [f"{path}: {fault}" for fault in (*faults, *audit(window.page, origin))]
    assert not found, told(found)


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
