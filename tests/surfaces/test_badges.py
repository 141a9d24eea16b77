"""Badges: words that stay in their boxes, colours that can be read, nothing to load."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

import pytest
from hypothesis import given
from hypothesis import strategies as st
from playwright.sync_api import sync_playwright

from packyard.surfaces.badges import INK, MOST, TONES, badge, level, quality_badge
from tests.tools import need

SVG = "{http://www.w3.org/2000/svg}"


def read(data: bytes) -> Element:
    """The image, whose texts stand in their boxes."""
    root = ElementTree.fromstring(data)
    width, edges = int(root.attrib["width"]), [0]
    for path in root.findall(SVG + "path"):
        start, length = map(int, re.findall(r"M(\d+) 0h(\d+)v20h?-?\d*H?0?z", path.attrib["d"])[0])
        assert start == edges[-1]
        edges.append(start + length)
    assert edges[-1] == width
    for text, low, high in zip(root.iter(SVG + "text"), edges[:-1], edges[1:], strict=True):
        assert low < int(text.attrib["x"])
        assert int(text.attrib["x"]) + int(text.attrib["textLength"]) < high
    return root


@given(st.text(max_size=60), st.text(max_size=60), st.sampled_from(tuple(TONES)))
def test_any_text_stays_in_its_box(label: str, text: str, tone: str) -> None:
    root = read(badge(label, text, tone))
    assert root.attrib["role"] == "img"
    assert root.attrib["aria-label"] == root.findtext(SVG + "title")
    assert {element.tag.removeprefix(SVG) for element in root.iter()} == {"svg", "title", "path", "g", "text"}
    assert not {"href", "style", "class", "onload"} & {name for element in root.iter() for name in element.attrib}


def test_long_texts_are_cut_and_the_title_has_them_whole() -> None:
    root = read(badge("@" + "a" * 39 + "/" + "b" * 60, "1.2.3-" + "x" * 200))
    assert [len(text.text or "") for text in root.iter(SVG + "text")] == [MOST, MOST]
    assert (root.findtext(SVG + "title") or "").endswith("b: 1.2.3-" + "x" * 200)


def luminance(colour: str) -> float:
    """The relative luminance of WCAG 2.2."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("colour", [INK, *TONES.values()])
def test_white_can_be_read_on_every_ground(colour: str) -> None:
    assert 1.05 / (luminance(colour) + 0.05) >= 7


LEVELS = {100: "excellent", 80: "excellent", 79: "good", 60: "good", 59: "fair", 40: "fair", 39: "needs-work"}


@pytest.mark.parametrize(("points", "name"), LEVELS.items())
def test_levels(points: int, name: str) -> None:
    assert level(points)[0] == name
    assert f"<title>quality: {name} {points}</title>".encode() in quality_badge("quality", points)


def test_what_is_not_known_has_no_points() -> None:
    assert level(0)[0] == "needs-work"
    assert b"<title>quality: unrated</title>" in quality_badge("quality", None)


@pytest.mark.interop
def test_a_browser_draws_within_the_boxes(tmp_path: Path) -> None:
    picture = tmp_path / "badge.svg"
    picture.write_bytes(badge("@acme/WWWWWWWWWWWWWWWWWWWWWWWWWW", "iiiiiiii 品質 1.2.3", "stop"))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=need("chromium"), args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page()
        page.goto(picture.as_uri())
        edges = page.evaluate(
            "[...document.querySelectorAll('path,text')].map(e => e.getBBox()).map(b => [b.x, b.width])"
        )
        browser.close()
    (_, left), (_, right), (first, long), (second, other) = edges
    assert first >= 7.5
    assert first + long <= left
    assert second >= left
    assert second + other <= left + right
