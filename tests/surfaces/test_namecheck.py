"""The page that says whether a name is free: what it says without script, and what its script says in a browser."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from playwright.sync_api import Page, sync_playwright

from packyard.errors import FormatError
from packyard.formats.names import parse_name
from packyard.gate.likeness import BEHIND, FRONT, KINDS
from packyard.gate.naming import RESERVED, Names, check_name
from packyard.surfaces.namecheck import HOLLOW, name_check_page, plan_name_check
from packyard.surfaces.site import Site
from packyard.surfaces.templates import Templates
from tests.registry import TestRegistry
from tests.sites import built
from tests.surfaces import sample
from tests.surfaces.test_trustpages import page
from tests.tools import need

#: The packs of the site in the browser.
PACKS = ("hello", "goodbye", "git-hygiene", "review-code", "@acme/house-style")


def site(templates: Templates) -> Site:
    return sample.SITE._replace(assets=templates.assets())


def test_the_page_explains_itself_without_script(templates: Templates) -> None:
    found = page(name_check_page(templates, site(templates), RESERVED | {"acme-internal"}))
    text = found.text
    for said in (
        "packyard name-check NAME --site https://packs.example.org/",
        "2 to 64 small letters",
        "acme-internal",
    ):
        assert said in text
    assert set(text.split()) >= RESERVED
    [form] = [each for each in found.all("form") if each.get("id") == "name-check"]
    assert "scripted" in form["class"].split(), "it is there only where it does something"
    assert set(form["data-reserved"].split()) == RESERVED | {"acme-internal"}


def test_the_plan_follows_the_words(templates: Templates) -> None:
    [one], [two] = (list(plan_name_check(templates, sample.SITE, words)) for words in (RESERVED, RESERVED | {"more"}))
    assert one.path == two.path == "name-check/index.html"
    assert one.inputs != two.inputs


def test_hollow_words_are_those_of_the_gate() -> None:
    assert set(HOLLOW) <= BEHIND | FRONT | KINDS
    assert list(HOLLOW) == sorted(HOLLOW)


def test_the_template_says_nothing_without_the_catalogue() -> None:
    text = Path("templates/registry/name-check.html").read_text()
    words = re.sub(r"\{[{%#].*?[}%#]\}|<pre.*?</pre>|<[^>]*>", " ", text, flags=re.DOTALL)
    assert re.findall(r"[A-Za-z]{3,}", words) == []


# --- in a browser ---


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    registry = TestRegistry(tmp_path_factory.mktemp("names") / "repo")
    registry.publisher("alice")
    registry.org("acme", {"alice": "owner"}, "alice")
    for name in PACKS:
        registry.version(name, "1.0.0", "alice")
    registry.commit("Publish all of them")
    folder = registry.path.parent / "site"
    built(registry.path, folder)

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, format: str, *args: object) -> None:
            pass

    here = ("127.0.0.1", 0)
    with ThreadingHTTPServer(here, partial(Quiet, directory=str(folder))) as server, sync_playwright() as play:
        Thread(target=server.serve_forever, daemon=True).start()
        arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync"]
        chromium = play.chromium.launch(executable_path=need("chromium"), args=arguments)
        opened = chromium.new_page()
        opened.goto(f"http://127.0.0.1:{server.server_address[1]}/name-check/index.html")
        yield opened
        chromium.close()
        server.shutdown()


def said(browser: Page, name: str) -> str:
    """The tone of what the page says about a name."""
    browser.fill("#name", "")
    browser.press("#name", "Enter")
    browser.locator("#said:empty").wait_for(state="attached")
    browser.fill("#name", name)
    browser.press("#name", "Enter")
    browser.locator("#said:not(:empty)").wait_for()
    return (browser.get_attribute("#said", "class") or "").removeprefix("verdict ")


VALID = ("hello-world", "ab", "a1", "x" * 64, "@team/tool", "9lives")
INVALID = (
    "Hello",
    "a",
    "-a-",
    "a-",
    "x" * 65,
    "@acme",
    "@acme/",
    "@a/b",
    "a/b",
    "a b",
    "é-è",
    "@acme/x/y",
    "a_b",
    "$&",
)


@pytest.mark.interop
def test_what_is_a_name_is_what_the_program_says(browser: Page) -> None:
    for name in (*VALID, *INVALID):
        try:
            parse_name(name)
            valid = True
        except FormatError:
            valid = False
        assert valid == (name in VALID)
        tone, text = said(browser, name), browser.inner_text("#said")
        assert ("is no name" in text) == (not valid), (name, tone, text)
        assert name in text


@pytest.mark.interop
@pytest.mark.parametrize(
    "name",
    [
        *(
            "hello",
            "claude",
            "c1aude",
            "std-lib",
            "con",
            "@acme/nul",
            "helo",
            "hell0",
            "hel-lo",
            "hello-pro",
            "the-hello",
        ),
        *("code-review", "git-hygeine", "@acmee/house-style", "@team/house-style", "@acme/house-styles", "unheard-of"),
    ],
)
def test_the_first_look_agrees_with_the_command(browser: Page, name: str) -> None:
    known = Names(PACKS, (), ("acme",), frozenset(), lambda pack: pack.startswith("@acme"), lambda party: True)
    codes = {problem.code for problem in check_name(name, "", known)} | ({"taken"} if name in PACKS else set())
    tone = said(browser, name)
    if codes & {"taken", "name-reserved", "name-device"}:
        assert tone == "stop"
    elif codes & {"name-same", "name-similar"}:
        assert tone == "caution"
    else:
        assert tone in ("go", "caution")
        assert tone == "go" or name.startswith("@")


@pytest.mark.interop
@pytest.mark.parametrize(
    ("name", "link"),
    [
        ("alice", "../publishers/alice/index.html"),
        ("@alice/notes", "../publishers/alice/index.html"),
        ("@acme/notes", "../orgs/acme/index.html"),
        ("acme-notes", "../orgs/acme/index.html"),
    ],
)
def test_whom_a_name_seems_to_belong_to(browser: Page, name: str, link: str) -> None:
    assert said(browser, name) == "caution"
    assert browser.get_attribute("#alike a", "href") == link
    assert ("Only members" in browser.inner_text("#said")) == (name == "@acme/notes")


@pytest.mark.interop
def test_what_is_alike_is_linked_and_told_in_a_live_region(browser: Page) -> None:
    assert browser.get_attribute("#said", "role") == "status"
    assert said(browser, "helo") == "caution"
    assert browser.get_attribute("#alike a", "href") == "../packs/hello/index.html"
    assert said(browser, "unheard-of") == "go"
    assert browser.locator("#alike").is_hidden()


@pytest.mark.interop
def test_the_name_stands_in_the_address(browser: Page) -> None:
    assert said(browser, "helo") == "caution"
    assert browser.url.endswith("/name-check/index.html?name=helo")
    browser.reload()
    browser.locator("#alike a").wait_for()
    assert browser.input_value("#name") == "helo"
    browser.fill("#name", "")
    browser.press("#name", "Enter")
    browser.wait_for_url("**/name-check/index.html")


@pytest.mark.interop
def test_it_answers_while_somebody_types(browser: Page) -> None:
    browser.fill("#name", "")
    browser.type("#name", "goodbye")
    browser.get_by_text("goodbye is taken").wait_for()
