"""The figures of compliance, and the classes of licences."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.licenses import canonicalize_license_expression

from packyard.surfaces.compliance import _FREQUENT, HeldKey, compliance_page, licence_items, state_names
from packyard.surfaces.site import Site, listable
from packyard.surfaces.templates import Templates, site_of
from tests.surfaces import remembered, sample
from tests.surfaces.markup import Markup

HOSTILE = "\"'><script>alert(1)</script>"


@pytest.fixture(scope="module")
def site(templates: Templates) -> Site:
    return site_of(sample.REGISTRY, False, templates)


LICENCES = {
    "": ("none",),
    "  ": ("none",),
    "MIT": ("MIT",),
    "CC0-1.0": ("CC0-1.0",),
    "mit": ("MIT",),
    "MIT OR (Apache-2.0 AND MIT)": ("Apache-2.0", "MIT"),
    "GPL-2.0-or-later WITH Classpath-exception-2.0": ("GPL-2.0-or-later",),
    "LicenseRef-Ours": ("LicenseRef-Ours",),
    "Do what you like": ("other",),
    "MIT OR": ("other",),
    "(((": ("other",),
}


@pytest.mark.parametrize(("text", "items"), LICENCES.items())
def test_licences(text: str, items: tuple[str, ...]) -> None:
    assert licence_items(text) == items


def test_frequent_licences_are_expressions() -> None:
    assert all(canonicalize_license_expression(text) == text for text in _FREQUENT)


@given(st.text("MITORAND()+-. x\\\"'", max_size=40) | st.text(max_size=40))
def test_any_text_is_some_licence(text: str) -> None:
    items = licence_items(text)
    assert items
    assert all(listable(item) or len(item) > 64 for item in items)


def test_the_page(templates: Templates, site: Site) -> None:
    page = Markup(compliance_page(templates, site, remembered.COMPLIANCE).decode())
    assert page.errors == []
    text = re.sub(r"\s+", " ", page.text)
    for said in (
        "Versions 61every file against",
        "Entries of the log 82",
        "9 of 26",
        f"{remembered.ALICE.key}alice2025-03-0140",
        "FEDCBA9876543210bob2026-03-032laptop lost in Leipziggoodbye, @acme/house-style",
        "packs that state no licence 2",
        "that programs know 23",
        "Of 1 that is withdrawn, the files are gone from here",
        "versions yanked 2",
        "recoveries that the registry’s root keys declared, each in force two weeks after its entry 0",
        "A key counts from the day that its publisher says, or from the day of the commit that brought it here",
        "field-unknown3",
    ):
        assert said in text, said
    assert {"../rules/index.html#field-unknown", "../licences/none/index.html"} <= set(page.values("href"))


def test_nothing_to_remark(templates: Templates, site: Site) -> None:
    page = Markup(compliance_page(templates, site, remembered.CLEAN).decode())
    assert page.errors == []
    assert "No key was ever revoked." in page.text
    assert "withdrawn, the files" not in page.text
    assert "None." in page.text
    assert "../licences/none/index.html" not in page.values("href")


def test_every_state_has_a_name(templates: Templates) -> None:
    assert [word for word, _ in remembered.COMPLIANCE.states] == list(state_names(templates))


def test_reasons_stay_text(templates: Templates, site: Site) -> None:
    key = HeldKey("bob", "K", "2025-01-01", "", "2026-01-01", HOSTILE)
    found = remembered.COMPLIANCE._replace(revoked=((key, ()),))
    page = Markup(compliance_page(templates, site, found).decode())
    assert HOSTILE in page.text
