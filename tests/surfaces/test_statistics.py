"""The figures of a registry: the document as it is specified, and the page for full, small and empty registries."""

from __future__ import annotations

import json
import re

import pytest

from packyard.surfaces import statistics
from packyard.surfaces.site import Site
from packyard.surfaces.statistics import format_stats, quality_class, size_class, stats_page
from packyard.surfaces.templates import Templates, site_of
from tests.surfaces import remembered, sample
from tests.surfaces.markup import Markup


@pytest.fixture(scope="module")
def site(templates: Templates) -> Site:
    return site_of(sample.REGISTRY, False, templates)


def shape(value: object) -> object:
    """A document without its values: names, and the first item of each list."""
    if isinstance(value, dict):
        return {name: shape(member) for name, member in value.items()}
    return [shape(value[0])] if isinstance(value, list) and value else type(value).__name__


def test_the_document_is_as_it_is_specified() -> None:
    text = (statistics.__doc__ or "").split("\n\n")[1]
    assert shape(json.loads(format_stats(remembered.STATS))) == shape(json.loads(text))


def test_the_document() -> None:
    found = json.loads(format_stats(remembered.STATS))
    assert found["totals"] == {"packs": 26, "versions": 61, "publishers": 7, "organisations": 2}
    assert found["downloads"] is None
    assert found["months"][1] == {"month": "2026-01", "packs": 9, "versions": 14, "publishers": 3}
    assert found["sizes"][0] == {"below": 4096, "packs": 2}
    assert json.loads(format_stats(remembered.NOTHING))["months"] == []


def test_classes() -> None:
    assert [size_class(length) for length in (0, 1, 1023, 1024, 2047)] == [0, 1, 10, 11, 11]
    assert [quality_class(points) for points in (0, 9, 10, 89, 90, 100)] == [0, 0, 10, 80, 90, 90]


def test_the_page_has_the_numbers_behind_every_plot(templates: Templates, site: Site) -> None:
    page = Markup(stats_page(templates, site, remembered.STATS).decode())
    assert page.errors == []
    text = re.sub(r"\s+", " ", page.text)
    for said in (
        "2025-100 2025-112 2025-122 2026-0111 2026-0215 2026-0315 2026-0426",
        "From 0 in 2025-10 to 61 in 2026-04.",
        "< 4.1 kB2 < 8.2 kB7 < 16.4 kB11 < 32.8 kB0 < 65.5 kB5",
        "0–90 10–190",
        "90–10011",
        "rules19",
        "unknown: anybody may mirror these files",
    ):
        assert said in text, said


def test_pictures_are_described(templates: Templates, site: Site) -> None:
    for stats in (remembered.STATS, remembered.NOTHING):
        page = Markup(stats_page(templates, site, stats).decode())
        ids = page.values("id")
        assert len(ids) == len(set(ids))
        drawings = [svg for svg in page.all("svg") if svg.get("role") == "img"]
        assert len(drawings) == 5
        assert all(label in ids for svg in drawings for label in svg["aria-labelledby"].split())


def test_only_what_may_be_a_folder_is_linked(templates: Templates, site: Site) -> None:
    page = Markup(stats_page(templates, site, remembered.STATS).decode())
    assert "../tags/review/index.html" in page.values("href")
    assert not any("no folder" in link or "no%20folder" in link for link in page.values("href"))
    assert "a tag that is no folder" in page.text


def test_nothing_and_one_month(templates: Templates, site: Site) -> None:
    page = Markup(stats_page(templates, site, remembered.NOTHING).decode())
    assert page.errors == []
    assert page.text.count("Nothing yet.") == 7
    january = (statistics.Month("2026-01", 2, 2, 1),)
    assert "From 0 in 2025-12 to 2 in 2026-01." in _text(templates, site, remembered.NOTHING._replace(months=january))
    one = remembered.NOTHING._replace(totals=(1, 1, 1, 0), months=(statistics.Month("2026-12", 1, 1, 1),))
    assert "From 0 in 2026-11 to 1 in 2026-12." in _text(templates, site, one)


def _text(templates: Templates, site: Site, stats: statistics.Statistics) -> str:
    return Markup(stats_page(templates, site, stats).decode()).text


def test_long_histories_are_cut_and_keep_their_sums(templates: Templates, site: Site) -> None:
    months = tuple(statistics.Month(f"{1990 + at // 12}-{at % 12 + 1:02}", 1, 1, 0) for at in range(400))
    page = Markup(stats_page(templates, site, remembered.STATS._replace(months=months)).decode())
    assert "From 281 in 2013-05 to 400 in 2023-04." in page.text
    assert len(page.text) < 20_000
