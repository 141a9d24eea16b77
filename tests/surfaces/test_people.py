"""Pages of publishers and organisations."""

from __future__ import annotations

import itertools
import re

import pytest

from packyard.formats import layout
from packyard.surfaces import people
from packyard.surfaces.people import SHOWN, org_page, packs_page, publisher_page
from packyard.surfaces.site import Site
from packyard.surfaces.templates import Templates, site_of
from tests.surfaces import remembered, sample
from tests.surfaces.markup import Markup

HOSTILE = "\"'><script>alert(1)</script>{{ 7*7 }}"


@pytest.fixture(scope="module")
def site(templates: Templates) -> Site:
    return site_of(sample.REGISTRY, False, templates)


@pytest.fixture(scope="module")
def pages(templates: Templates, site: Site) -> dict[str, Markup]:
    found = remembered.pages_of_remembered(templates, site)
    return {path: Markup(data.decode()) for path, data in found.items()}


def test_a_publisher(pages: dict[str, Markup]) -> None:
    page = pages["publishers/alice/index.html"]
    text = re.sub(r"\s+", " ", page.text)
    for said in (
        sample.ALICE.keys[0].key,
        "retired 2026-10-15",
        "says since 2026-09-01, seen here since 2026-11-11",
        "says since 2026-06-01, seen here since 2026-11-10",
        "Nobody here has verified who this is: the name and the account are the publisher’s own words.",
        "whoever signs as alice has one of the keys below",
        "Signs versions, statements, and changes of this page.",
        "Signs versions, and nothing else.",
        "@acme owner",
        "Packs owned with others",
        f"key {sample.ALICE.keys[1].key_id} retired on 2026-10-15",
        "name: Alice Example",
        "hello 1.0.1 no longer deprecated",
    ):
        assert said in text, said
    links = page.values("href")
    assert {
        "feed.atom",
        "feed.json",
        "index.json",
        "../../publishers/alice/3.yaml",
        "../../orgs/acme/index.html",
    } <= set(links)


def test_an_organisation(pages: dict[str, Markup]) -> None:
    text = re.sub(r"\s+", " ", pages["orgs/acme/index.html"].text)
    assert "alice owner bob member" in text
    assert "bob joined as member" in text
    assert "@acme/house-style" in text


def test_structure(pages: dict[str, Markup]) -> None:
    for path, page in pages.items():
        assert page.errors == [], path
        assert len(page.all("h1")) == len(page.all("main")) == 1, path
        ids = page.values("id")
        assert len(ids) == len(set(ids)), path
        assert {label for labels in page.values("aria-labelledby") for label in labels.split()} <= set(ids), path
        levels = [int(each.tag[1]) for each in page.elements if re.fullmatch("h[1-6]", each.tag)]
        assert all(after <= before + 1 for before, after in itertools.pairwise(levels)), path
        assert not any("style" in each.attributes for each in page.elements), path


def test_revisions_are_numbered(templates: Templates) -> None:
    found = remembered.of_alice()
    assert [each.path for each in found] == [f"publishers/alice/{number}.yaml" for number in (1, 2, 3)]
    assert [change.what for each in found for change in each.changes] == [
        "new",
        "key",
        "name",
        "github",
        "key",
        "retired",
    ]


def test_what_is_not_known_of_a_publisher_is_not_said(templates: Templates, site: Site) -> None:
    """Neither an account that they do not name, nor a forge that the registry does not name."""
    page = Markup(
        publisher_page(templates, site, sample.BOB, remembered.of_alice(), (), (), remembered.acts()).decode()
    )
    assert "they name no account to reach them" in page.text
    assert "seen here since" not in page.text, "these revisions brought the keys of somebody else"
    assert not [target for target in page.values("href") if "/commit/" in target]


def test_commits_are_links_where_the_forge_is_known(templates: Templates, site: Site) -> None:
    forge = "https://forge.example/acme/packs"
    known = site._replace(registry=site.registry._replace(repository=forge))
    revisions, acts = remembered.of_alice(), remembered.acts()
    of_org = remembered.of_acme()
    pages = (
        (
            publisher_page(templates, known, sample.ALICE, revisions, (), (), acts),
            {each.commit for each in acts} | {each.commit for each in revisions},
        ),
        (org_page(templates, known, sample.ACME, of_org, (), ()), {each.commit for each in of_org}),
    )
    for data, commits in pages:
        page = Markup(data.decode())
        assert page.errors == []
        assert {f"{forge}/commit/{commit}" for commit in commits} <= set(page.values("href"))


def test_many_packs_are_on_pages_of_their_own(templates: Templates, site: Site) -> None:
    row = sample.rows()[0]._replace(owner="alice")
    rows = [row._replace(name=f"pack-{at:03}") for at in range(SHOWN + 1)]
    page = Markup(publisher_page(templates, site, sample.ALICE, (), (), rows, ()).decode())
    assert "../../publishers/alice/packs/index.html" in page.values("href")
    assert f"All of {SHOWN + 1} packs" in page.text
    assert "pack-060" not in page.text
    few = Markup(publisher_page(templates, site, sample.ALICE, (), (), rows[:SHOWN], ()).decode())
    assert "../../publishers/alice/packs/index.html" not in few.values("href")
    of_org = Markup(org_page(templates, site, sample.ACME, (), rows, ()).decode())
    assert "../../orgs/acme/packs/index.html" in of_org.values("href")


def test_a_page_of_all_packs(templates: Templates, site: Site) -> None:
    folder = people.packs_folder(layout.publisher("alice"))
    whose = (layout.publisher("alice"), "alice")
    jumps = ("index.html", "from-@acme+x.html")
    made = packs_page(templates, site, folder + "index.html", whose, sample.rows()[:2], "", "from-x.html", jumps)
    page = Markup(made.decode())
    assert page.errors == []
    assert "Packs of alice" in page.text
    assert {"../../../publishers/alice/index.html", "from-x.html", "from-@acme+x.html"} <= set(page.values("href"))


def test_words_of_strangers_stay_text(templates: Templates, site: Site) -> None:
    key = sample.ALICE.keys[0]._replace(revoked="2026-11-20", reason=HOSTILE)
    publisher = sample.ALICE._replace(name=HOSTILE, github=HOSTILE, keys=(key,))
    row = sample.rows()[0]._replace(owner="alice", description=HOSTILE)
    page = Markup(publisher_page(templates, site, publisher, (), (), [row], ()).decode())
    assert page.errors == []
    assert HOSTILE in page.text
    assert all("src" in script for script in page.all("script"))
