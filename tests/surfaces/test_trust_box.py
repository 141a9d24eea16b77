"""What the pages of a pack say about trust: no more than is known, and whose word it is."""

from __future__ import annotations

import re
from collections.abc import Mapping

import pytest

from packyard.surfaces.pack.overview import version_page
from packyard.surfaces.site import Site, watched
from packyard.surfaces.templates import Templates, site_of
from tests.logsites import trust_of
from tests.surfaces import sample
from tests.surfaces.markup import Markup


@pytest.fixture(scope="module")
def site(templates: Templates) -> Site:
    return site_of(sample.REGISTRY, False, templates)


def box(templates: Templates, site: Site, review: str = "", seen: Mapping[str, str] = {}) -> str:
    """The Trust box of a version that was merged as the pull request `review`; keys were `seen` first on these days."""
    state = sample.HELLO.versions[1]
    state = state._replace(release=state.release._replace(review=review))
    page = Markup(version_page(sample.hand_of(templates, site)._replace(seen=seen), sample.HELLO, state).decode())
    text = re.sub(r"\s+", " ", page.text)
    return text[text.index("Trust Signed") : text.index("Check all of it by hand")]


def test_the_beginning_of_a_key_is_its_publishers_word(templates: Templates, site: Site) -> None:
    assert "says since 2026-09-01." in box(templates, site)
    seen = box(templates, site, seen={sample.ALICE.keys[0].key_id: "2026-11-11"})
    assert "says since 2026-09-01, seen here since 2026-11-11." in seen


def test_the_signer_is_the_handle_and_the_name_is_their_word(templates: Templates, site: Site) -> None:
    assert "Signed by alice, who gives the name Alice Example, with the key" in box(templates, site)


def test_what_the_commit_names_is_not_said_to_have_reviewed(templates: Templates, site: Site) -> None:
    merged, named = box(templates, site), box(templates, site, "17")
    commit = sample.HELLO.versions[1].release.commit[:12]
    assert f"in commit {commit}, with the files as they ship. The commit names no pull request." in merged
    assert f"in commit {commit}, with the files as they ship. The commit names pull request #17." in named
    assert "review" not in (merged + named).lower()


def test_places_of_witnesses_are_no_countersignatures(templates: Templates, site: Site) -> None:
    """The settings say where witnesses publish; who must sign says the trust file alone."""
    registry = sample.REGISTRY._replace(witnesses=("https://witness.example.net/w",))
    said = box(templates, site._replace(registry=registry))
    assert "witness.example.net" not in said
    assert said == box(templates, site)


def test_witnesses_are_those_of_the_trust_file(templates: Templates) -> None:
    demanded = watched(site_of(sample.REGISTRY, False, templates), trust_of(("w1", "w2"), 1))
    said = box(templates, demanded)
    assert "Not countersigned" not in said
    assert "At least 1 witness outside of this registry must have signed" in said
    assert "The trust file names w1.witness.example/log, w2.witness.example/log." in said
    assert "At least 2 witnesses" in box(templates, demanded._replace(quorum=2))


def test_witnesses_that_nobody_demands_are_no_countersignature(templates: Templates) -> None:
    named = watched(site_of(sample.REGISTRY, False, templates), trust_of(("w1", "w2"), 0))
    for site in (named, site_of(sample.REGISTRY, False, templates)):
        assert "Not countersigned Clients demand of no witness" in box(templates, site)


def test_the_home_page_says_no_more(templates: Templates) -> None:
    for quorum, said in ((0, "whoever keeps a head of it"), (1, "that witnesses sign too")):
        site = watched(site_of(sample.REGISTRY, False, templates), trust_of(("w1",), quorum))
        assert said in Markup(sample.pages_of_sample(templates, site)["index.html"].decode()).text
