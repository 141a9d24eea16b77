"""The page of a pack's versions: which of them an advisory is about."""

from __future__ import annotations

import pytest

from packyard.formats.advisory import Advisory, parse_advisory
from packyard.surfaces.pack.values import Around, Hand
from packyard.surfaces.pack.versions import plan
from packyard.surfaces.templates import open_templates, site_of
from tests.advising import advisory
from tests.surfaces import sample
from tests.surfaces.markup import Markup


@pytest.fixture(scope="module")
def hand() -> Hand:
    templates = open_templates()
    return sample.hand_of(templates, site_of(sample.REGISTRY, False, templates))


def about(*versions: str) -> Advisory:
    """An advisory about versions of the sample's pack."""
    return parse_advisory(advisory("PY-2026-0007", {"hello": list(versions)}), "PY-2026-0007")[0]


def rows_with(page: Markup, text: str) -> int:
    return sum(text in link for link in page.values("href"))


def test_versions_with_an_advisory_are_marked(hand: Hand) -> None:
    [plain] = plan(hand, sample.HELLO)
    [advised] = plan(hand._replace(around=Around((about("1.1.0", "1.2.0"),))), sample.HELLO)
    before, after = (Markup(recipe.render().decode()) for recipe in (plain, advised))
    assert (before.errors, after.errors) == ([], [])
    assert rows_with(before, "PY-2026-0007") == 0
    assert after.values("href").count("../../../advisories/PY-2026-0007/index.html") == 2
    assert "advisory PY-2026-0007" in after.text
    assert plain.inputs != advised.inputs, "the page is made again when an advisory comes"
