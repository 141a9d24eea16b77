"""The pages of advisories and of a pack's security: every version that is concerned; no text of others as markup."""

from __future__ import annotations

import json
from typing import Any

import pytest

from packyard.formats.advisory import Advisory, parse_advisory
from packyard.model import Mark, Pack
from packyard.rules.advisories import Listed
from packyard.surfaces.advisorypages import (
    Span,
    Told,
    advisory_page,
    index_page,
    of_pack,
    plan_all,
    plan_pages,
    spans,
    tell,
)
from packyard.surfaces.pack.security import plan, security_page, touched
from packyard.surfaces.pack.values import Around, Hand
from packyard.surfaces.templates import Templates
from tests.advising import advisory, affected
from tests.surfaces import sample
from tests.surfaces.markup import Markup
from tests.surfaces.test_trustpages import page

HOSTILE = "<script>alert(1)</script>"
FULL: dict[str, Any] = {
    "details": "In *Markdown*: [a link](https://example.org/a) <img src=x onerror=alert(1)>",
    "aliases": ["CVE-2026-1234"],
    "related": ["GHSA-1"],
    "severity": [{"type": "CVSS_V3", "score": "CVSS:3.1/AV:L/AC:L/PR:N/UI:R/S:U/C:N/I:H/A:N"}],
    "references": [{"type": "FIX", "url": "https://example.org/fix"}],
    "credits": [{"name": HOSTILE, "type": "REMEDIATION_DEVELOPER"}, {"name": "Bob"}],
    "database_specific": {"severity": "HIGH"},
}


def made(ident: str, **more: Any) -> tuple[Advisory, bytes]:
    data = advisory(ident, {"hello": ["1.0.0"]}, **more)
    return parse_advisory(data)[0], data


def hand(templates: Templates, *advisories: Advisory) -> Hand:
    return Hand(sample.SITE, templates, sample.PUBLISHERS, lambda release: {}, Around(advisories))


RANGED = [affected("hello", ["3.0.0"], [("introduced", "1.0.0"), ("fixed", "1.1.0"), ("introduced", "2.0.0-rc.1")])]


# --- one advisory ---


def test_everything_that_an_advisory_says(templates: Templates) -> None:
    found, data = made("PY-2026-0001", **FULL, affected=RANGED)
    text = page(advisory_page(templates, sample.SITE, found, tell(data))).text
    for said in (
        *("PY-2026-0001", "high", "CVE-2026-1234", "GHSA-1", "CVSS:3.1/AV:L", "https://example.org/fix", "FIX"),
        *("In Markdown", "Bob", HOSTILE, "REMEDIATION_DEVELOPER", "What is wrong, by PY-2026-0001"),
        *("from 1.0.0, before 1.1.0", "from 2.0.0-rc.1 on", "3.0.0"),
    ):
        assert said in text, said


def test_texts_of_others_stay_texts(templates: Templates) -> None:
    found, data = made("PY-2026-0001", **FULL, summary=HOSTILE)
    markup = page(advisory_page(templates, sample.SITE, found, tell(data)))
    assert not [each for each in markup.all("script") if "src" not in each]
    assert markup.all("img") == []
    outward = [each for each in markup.all("a") if each.get("href", "").startswith("https://")]
    assert len(outward) == 2
    assert all("noopener" in each["rel"] for each in outward)


def test_an_advisory_that_says_little(templates: Templates) -> None:
    found, data = made("PY-2026-0002", published=None)
    told = tell(data)
    assert told == Told(None, "", (), (), (), ())
    text = page(advisory_page(templates, sample.SITE, found, told)).text
    for absent in ("What happens", "Where more is said", "Whom to thank", "Also known as", "Published"):
        assert absent not in text


def test_a_withdrawn_one_says_so(templates: Templates) -> None:
    found, data = made("PY-2026-0003", withdrawn="2026-03-01T09:00:00Z")
    assert "It affects nothing any more." in page(advisory_page(templates, sample.SITE, found, tell(data))).text


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        ([("introduced", "0")], (Span("", "", ""),)),
        ([("introduced", "0"), ("fixed", "1.1.0")], (Span("", "1.1.0", ""),)),
        ([("introduced", "1.0.0"), ("last_affected", "1.2.0")], (Span("1.0.0", "", "1.2.0"),)),
        (
            [("introduced", "1.0.0"), ("fixed", "1.1.0"), ("introduced", "2.0.0")],
            (Span("1.0.0", "1.1.0", ""), Span("2.0.0", "", "")),
        ),
    ],
)
def test_ranges(events: list[tuple[str, str]], expected: tuple[Span, ...]) -> None:
    found, _ = made("PY-2026-0001", affected=[affected("hello", [], events)])
    assert spans(found.affected[0].ranges[0]) == expected


# --- all of them ---


def test_the_index_has_every_advisory_and_withdrawn_ones_apart(templates: Templates) -> None:
    old, new = made("PY-2026-0001")[0], made("PY-2026-0002")[0]._replace(modified=2_000_000_000)
    gone = made("PY-2026-0003", withdrawn="2026-03-01T09:00:00Z")[0]
    text = page(index_page(templates, sample.SITE, [old, gone, new])).text
    assert (
        text.index("PY-2026-0002") < text.index("PY-2026-0001") < text.index("Withdrawn") < text.index("PY-2026-0003")
    )


def test_the_index_exists_when_empty(templates: Templates) -> None:
    [recipe] = plan_pages(templates, sample.SITE, (), lambda oid: b"")
    assert recipe.path == "advisories/index.html"
    assert "There is no advisory." in page(recipe.render()).text


def test_documents_and_pages_are_one_unit(templates: Templates) -> None:
    found, data = made("PY-2026-0001", **FULL)
    paths = [each.path for each in plan_all(templates, sample.SITE, [Listed(found, "oid")], {"oid": data}.__getitem__)]
    documents = ["advisories/PY-2026-0001.json", "advisories/index.json"]
    assert paths == [*documents, "advisories/PY-2026-0001/index.html", "advisories/index.html"]


def test_the_plan(templates: Templates) -> None:
    found, data = made("PY-2026-0001", **FULL)
    one, index = plan_pages(templates, sample.SITE, [Listed(found, "oid")], {"oid": data}.__getitem__)
    assert (one.path, index.path) == ("advisories/PY-2026-0001/index.html", "advisories/index.html")
    assert "../../packs/hello/index.html" in Markup(one.render().decode()).values("href")
    other = found._replace(summary="Other")
    _, changed = plan_pages(templates, sample.SITE, [Listed(other, "oid")], {"oid": data}.__getitem__)
    assert changed.inputs != index.inputs


# --- of a pack ---


def test_of_a_version_the_worst_stands_first() -> None:
    low = made("PY-2026-0001", database_specific={"severity": "LOW"})[0]
    high, unknown = made("PY-2026-0002", **FULL)[0], made("PY-2026-0003")[0]
    gone = made("PY-2026-0004", withdrawn="2026-03-01T09:00:00Z", **FULL)[0]
    every = (gone, unknown, low, high)
    assert [each.id[-1] for each in of_pack(every, "hello", "1.0.0")] == ["2", "1", "3"]
    assert [each.id[-1] for each in of_pack(every, "hello")] == ["2", "1", "3", "4"]
    assert of_pack(every, "hello", "1.1.0") == of_pack(every, "other") == ()


def test_which_versions_an_advisory_touches_and_what_is_better() -> None:
    below = made("PY-2026-0001", affected=[affected("hello", [], [("introduced", "0"), ("fixed", "1.1.0")])])[0]
    found = touched(below, sample.HELLO)
    assert [state.release.version for state in found.versions] == ["1.0.1", "1.0.0"]
    assert found.better == "1.1.0"
    above = made("PY-2026-0001", affected=[affected("hello", [], [("introduced", "2.0.0-rc.1")])])[0]
    assert touched(above, sample.HELLO).better == "1.2.0"
    every = made("PY-2026-0001", affected=[affected("hello", [], [("introduced", "0")])])[0]
    assert touched(every, sample.HELLO).better == ""
    assert len(touched(every, sample.HELLO).versions) == len(sample.HELLO.versions)
    assert touched(every, sample.GOODBYE) == (every, (), (), (), "")


def test_the_page_of_a_pack_with_advisories(templates: Templates) -> None:
    old = made(
        "PY-2026-0001",
        affected=[affected("hello", ["9.0.0"], [("introduced", "0"), ("fixed", "1.1.0")])],
        **{**FULL, "summary": HOSTILE},
    )[0]
    markup = page(security_page(hand(templates, old), sample.HELLO))
    text = " ".join(markup.text.split())
    for said in (
        "None of them is about 1.2.0",
        "all before 1.1.0; 9.0.0",
        "1.0.1 yanked",
        HOSTILE,
        "Take instead1.1.0",
    ):
        assert said in text, said
    links = markup.values("href")
    for path in (
        "../1.0.0/index.html",
        "../1.1.0/index.html",
        "../feed.atom",
        "../../../advisories/PY-2026-0001/index.html",
    ):
        assert any(link.endswith(path.replace("../", "")) for link in links), path
    every = made("PY-2026-0001", affected=[affected("hello", [], [("introduced", "0")])])[0]
    assert (
        "1.2.0, which is what you get today, is concerned."
        in page(security_page(hand(templates, every), sample.HELLO)).text
    )


@pytest.mark.parametrize("pack", sample.PACKS, ids=lambda pack: pack.name)
def test_the_page_exists_when_empty(templates: Templates, pack: Pack) -> None:
    text = page(security_page(hand(templates), pack)).text
    assert "No advisory names this pack." in text
    assert "packyard audit-lock" in text


def test_the_page_changes_when_what_it_says_changes(templates: Templates) -> None:
    found, _ = made("PY-2026-0001")
    [recipe] = plan(hand(templates, found), sample.HELLO)
    assert recipe.path == "packs/hello/security/index.html"
    [same] = plan(hand(templates, found), sample.HELLO._replace(statements=()))
    [other] = plan(hand(templates), sample.HELLO)
    first, *rest = sample.HELLO.versions
    yanked = sample.HELLO._replace(versions=(first._replace(yanked=Mark("broken", "2026-11-20")), *rest))
    [without] = plan(hand(templates, found), yanked)
    assert recipe.inputs == same.inputs
    assert recipe.inputs != other.inputs
    assert recipe.inputs != without.inputs


def test_what_is_told_is_what_the_document_holds() -> None:
    _, data = made("PY-2026-0001", **FULL)
    told = tell(json.dumps(json.loads(data)).encode())
    assert told.references == (("FIX", "https://example.org/fix"),)
    assert told.credits == ((HOSTILE, "REMEDIATION_DEVELOPER"), ("Bob", ""))
