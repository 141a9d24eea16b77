"""Texts that were once put together of pieces, or said what they do not mean."""

from __future__ import annotations

import re

import pytest

from packyard.formats import layout
from packyard.formats.words import Words
from packyard.rules.look import Look
from packyard.surfaces.badges import LEVELS
from packyard.surfaces.own import Own
from packyard.surfaces.pack.overview import pack_page, version_page
from packyard.surfaces.pack.quality import named, quality_page
from packyard.surfaces.templates import Templates, open_templates
from tests.surfaces import sample
from tests.surfaces.markup import Markup as HTML

TEXTS = {"{number} kB": ("{number} ko",), "moderate": ("mittel",), "well described": ("gut beschrieben",)}


@pytest.fixture(scope="module")
def templates() -> Templates:
    return open_templates(own=Own(Look(words=Words("fr", texts=TEXTS))))


def test_sizes_are_said_in_the_language_of_the_registry(templates: Templates) -> None:
    assert templates.size(1_500) == "1.5 ko"
    assert "1.5 ko" in templates._environment.from_string("{{ 1500 | size }}").render()


def test_how_bad_an_advisory_is_can_be_translated(templates: Templates) -> None:
    macro = '{% import "parts.html" as parts %}{{ parts.warnings("", found) }}'
    found = [{"id": "PY-2026-0001", "level": "moderate", "summary": "It tells everything."}]
    assert "mittel" in templates._environment.from_string(macro).render(found=found)


def test_every_level_of_quality_can_be_translated(templates: Templates) -> None:
    assert named(templates.say, 70) == "gut beschrieben"
    english = [str(named(open_templates().say, least)) for least, _, _ in LEVELS]
    assert len(set(english)) == len(LEVELS)
    assert named(templates.say, None) == "not rated"


def test_quality_is_said_to_be_no_safety() -> None:
    templates = open_templates()
    hand = sample.hand_of(templates, sample.SITE)
    page = HTML(quality_page(hand, sample.HELLO).decode())
    assert "How well hello is described" in page.text
    assert "They say nothing of what it does, whether it is safe, or whom to trust." in page.text
    overview = HTML(pack_page(hand, sample.HELLO, None).decode()).text
    assert "How well described" in overview
    assert "Quality" not in overview


def test_the_page_of_a_version_is_among_the_versions() -> None:
    templates = open_templates()
    hand = sample.hand_of(templates, sample.SITE)
    page = HTML(version_page(hand, sample.HELLO, sample.HELLO.versions[1]).decode())
    current = [each["href"] for each in page.all("a") if each.get("aria-current") == "true"]
    assert [path.endswith(layout.pack("hello", "versions/index.html")) for path in current if "hello" in path] == [True]
    (crumbs,) = re.findall(r"[.]crumbs [^{]*::after", templates.asset("style.css").decode())
    assert "not(:last-child)" in crumbs
