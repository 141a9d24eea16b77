"""The audit log: what every type of event says, what revisions changed, and that the words of strangers stay text."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

from packyard.formats import entries, layout, statement
from packyard.model import Event, Org, Publisher, Statement
from packyard.registry import Registry
from packyard.rules.notices import SETTINGS
from packyard.surfaces import events
from packyard.surfaces.events import Actor, Change, act_of, audit_folder, audit_page, changes_of, kind_of, type_names
from packyard.surfaces.series import part
from packyard.surfaces.site import Site
from packyard.surfaces.templates import Templates, site_of
from tests.surfaces import remembered, sample
from tests.surfaces.markup import Markup
from tests.tools import need

HOSTILE = "\"'><script>alert(1)</script><img src=x onerror=alert(1)>{{ 7*7 }}"


@pytest.fixture(scope="module")
def site(templates: Templates) -> Site:
    return site_of(sample.REGISTRY, False, templates)


def page_of(templates: Templates, site: Site, acts: list[events.Act], kind: str = "", size: int = 0) -> Markup:
    shown = part(audit_folder(kind), size or len(acts), 1)
    page = Markup(audit_page(templates, site, shown, kind, acts).decode())
    assert page.errors == []
    assert len(page.all("h1")) == 1
    return page


def plain(page: Markup) -> str:
    return re.sub(r"\s+", " ", page.text)


def test_every_type_says_what_happened(templates: Templates, site: Site) -> None:
    text = plain(page_of(templates, site, remembered.acts()))
    for said in (
        "2026-11-10 00:00hello 1.0.1 published",
        "hello 1.0.1 yanked hooks/hooks.json runs a path",
        "hello 1.0.1 no longer yanked",
        "hello 1.0.1 deprecated use goodbye instead merged into goodbye",
        "hello deprecated nobody keeps it",
        "hello 1.0.1 no longer deprecated",
        "hello 1.0.1 promoted to stable",
        "hello archived: nothing new will come",
        "hello 1.0.1 withdrawn: its content is gone names a person demanded by law: An order of a court",
        "bob became an owner of hello",
        "bob is no longer an owner of hello",
        "hello transferred from alice to bob",
        "hello goes on as greetings-base",
        "hello to become bob’s by the registry’s root keys",
        f"key {remembered.BOB.key} added, for publish",
        "Organisation @acme bob joined as member alice left",
        "Trust file 2",
        "Advisory PY-2026-0001",
        "Settings of the registry",
        f"root key {remembered.ROOT.key}",
    ):
        assert said in text, said


def test_every_type_has_a_name_and_a_folder(templates: Templates) -> None:
    assert set(type_names(templates)) == set(events.TYPES)
    assert set(statement.ACTIONS) <= set(events.TYPES)
    folders = [audit_folder(kind) for kind in ("", *events.TYPES)]
    assert len(set(folders)) == len(folders)
    assert folders[:3] == ["audit/", "updated/", "audit/yank/"]


def test_people_and_packs_are_linked(templates: Templates, site: Site) -> None:
    links = page_of(templates, site, remembered.acts()).values("href")
    for path in (
        layout.version("hello", "1.0.1", "index.html"),
        layout.pack("goodbye", "index.html"),
        layout.publisher("bob"),
        layout.org("acme"),
        *(f"{audit_folder(kind)}index.html" for kind in events.TYPES),
    ):
        assert f"../{path}" in links


def test_pages_are_joined(templates: Templates, site: Site) -> None:
    page = page_of(templates, site, remembered.acts(), size=250)
    assert {"../../audit/0/2.html", "../../audit/index.html"} <= set(page.values("href"))
    assert "Events 1 to 100" in page.text
    newest = Markup(audit_page(templates, site, part("audit/", 250, 3), "", remembered.acts()).decode())
    assert {"../audit/0/2.html", "../audit/0/1.html"} <= set(newest.values("href"))


def test_a_full_page_knows_nothing_of_what_comes_later(templates: Templates, site: Site) -> None:
    one, other = (audit_page(templates, site, part("audit/", size, 1), "", remembered.acts()) for size in (250, 99_999))
    assert one == other


def test_a_type_without_events(templates: Templates, site: Site) -> None:
    page = page_of(templates, site, [], "recover")
    assert "No such event yet." in page.text
    assert page.all("table") == []


def test_words_of_strangers_stay_text(templates: Templates, site: Site) -> None:
    hostile = remembered.act("promote", fields=(("channel", HOSTILE), ("reason", HOSTILE), ("legal", HOSTILE)))
    page = page_of(templates, site, [hostile, remembered.act("publisher", changes=(Change("name", "", HOSTILE),))])
    assert page.text.count(HOSTILE) == 4
    assert page.all("img") == []
    assert all("src" in script for script in page.all("script"))


def test_a_dash_is_explained(templates: Templates, site: Site) -> None:
    text = re.sub(r"\s+", " ", page_of(templates, site, remembered.acts()).text)
    assert "A dash stands where the log has no entry." in text
    assert "the word of whoever runs this registry" in text


def test_what_the_registry_changed_of_its_own_is_named(templates: Templates, site: Site) -> None:
    acts = [remembered.act("settings", subject=name, version="", by=(), log_index=-1) for name in SETTINGS]
    page = page_of(templates, site, acts, "settings")
    for said in (
        "Settings of the registry",
        "Which packs are featured",
        "Who agreed, as the registry records it",
        "Names that nobody may take",
        "Texts and look of these pages",
    ):
        assert page.text.count(said) == 1, said


def test_commits_are_links_where_the_forge_is_known(templates: Templates, site: Site) -> None:
    forge = "https://forge.example/acme/packs"
    known = site._replace(registry=site.registry._replace(repository=forge))
    acts = remembered.acts()
    links = page_of(templates, known, acts).values("href")
    assert [f"{forge}/commit/{each.commit}" for each in acts] == [link for link in links if "/commit/" in link]
    assert not [link for link in page_of(templates, site, acts).values("href") if "/commit/" in link]


@pytest.mark.interop
def test_the_filter_of_a_page(templates: Templates, site: Site, tmp_path: Path) -> None:
    for path, data in (
        ("audit/index.html", audit_page(templates, site, part("audit/", 19, 1), "", remembered.acts())),
        *((path, templates.asset(name)) for name, path in site.assets if not name.endswith(".png")),
    ):
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_bytes(data)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=need("chromium"), args=["--no-sandbox", "--disable-gpu"])
        page, said = browser.new_page(), list[str]()
        page.on("console", lambda message: said.append(message.text))
        page.goto((tmp_path / "audit/index.html").as_uri())
        rows = page.locator("table.events tbody tr")
        page.get_by_label("Filter this page").fill("BOB hello")
        assert rows.filter(visible=True).count() == 4
        assert page.locator(".filter output").text_content() == f"4 / {len(remembered.acts())}"
        page.get_by_label("Filter this page").fill("nobody-did-this")
        assert rows.filter(visible=True).count() == 0
        assert page.locator(".filter output").text_content() == "Nothing on this page matches."
        page.get_by_label("Filter this page").fill("")
        assert rows.filter(visible=True).count() == len(remembered.acts())
        assert said == []
        browser.close()


# --- from history and log to an event ---


def test_an_event_of_each_kind() -> None:
    holders = {"KEY1": "alice"}
    entry = entries.parse_entry(entries.publish_entry("hello", "1.0.0", "ab", "KEY1", 60))
    version = Event(0, "version", "hello", "1.0.0", (), "c0ffee", 60, 7)
    act = act_of(version, entry, lambda key: holders.get(key, ""))
    assert act == events.Act("publish", "hello", "1.0.0", 60, "c0ffee", 7, (Actor("alice", "KEY1"),))
    said = Statement("o", "hello", 1, "withdraw", "2026-01-01", "w\u200bhy", {"version": "1.0.0", "legal": "law"})
    entry = entries.parse_entry(entries.statement_entry("withdraw", "hello", 1, "1.0.0", "ab", ["R", "KEY1"], 60))
    act = act_of(
        version._replace(kind="statement", ident="0001-withdraw"), entry, lambda key: holders.get(key, ""), said
    )
    assert (act.kind, act.version) == ("withdraw", "1.0.0")
    assert act.by == (Actor("alice", "KEY1"), Actor("", "R"))
    assert (act.field("reason"), act.field("legal"), act.field("to")) == ("w⟦U+200B⟧hy", "law", "")
    entry = entries.parse_entry(entries.revision_entry("org", "acme", "ab", ["KEY1"], 60))
    act = act_of(
        version._replace(kind="org", subject="acme", ident=""), entry, lambda _: "alice", None, (Change("new"),)
    )
    assert (act.kind, act.version, act.changes) == ("org", "", (Change("new"),))


def test_types_of_events() -> None:
    event = Event(0, "statement", "hello", "0012-remove-owner", (), "", 0)
    assert kind_of(event) == "remove-owner"
    assert kind_of(event._replace(kind="version", ident="1.0.0")) == "publish"
    assert kind_of(event._replace(kind="org", ident="")) == "org"


def test_what_a_publisher_changed() -> None:
    old, new = sample.ALICE.keys[1]._replace(retired=""), sample.ALICE.keys[0]
    first = Publisher("alice", "Alice", "", (old,))
    assert changes_of(None, first) == (Change("new"), Change("key", old.key_id, "publish"))
    second = first._replace(name="Alice Example", github="alice", keys=(old._replace(retired="2026-10-15"), new))
    assert changes_of(first, second) == (
        Change("name", "Alice", "Alice Example"),
        Change("github", "", "alice"),
        Change("retired", old.key_id, "2026-10-15"),
        Change("key", new.key_id, "publish admin"),
    )
    third = second._replace(keys=(second.keys[0], new._replace(scopes=("admin",), revoked="2026-11-01", reason="x")))
    assert changes_of(second, third) == (
        Change("scopes", new.key_id, "admin"),
        Change("revoked", new.key_id, "2026-11-01"),
    )
    assert changes_of(third, third) == ()


def test_what_an_organisation_changed() -> None:
    first = Org("acme", {"alice": "owner", "bob": "member"})
    assert changes_of(None, first) == (
        Change("new"),
        Change("joined", "alice", "owner"),
        Change("joined", "bob", "member"),
    )
    assert changes_of(first, Org("acme", {"bob": "owner"})) == (Change("role", "bob", "owner"), Change("left", "alice"))


def test_a_registry_of_another_title(templates: Templates) -> None:
    registry: Registry = sample.REGISTRY._replace(title=HOSTILE)
    page = Markup(audit_page(templates, site_of(registry, False, templates), part("audit/", 0, 1), "", []).decode())
    assert page.errors == []
