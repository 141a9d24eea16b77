"""How pages are read in Debian's Chromium: on a small screen, by keyboard, on paper, and by a link into a file."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from packyard.edges.server import serve
from tests.registry import small
from tests.sites import built
from tests.tools import need

TABS = ("files", "diff", "dependencies", "log")
#: Whether an element is wholly in the window, from left to right.
IN_SIGHT = "e => { const b = e.getBoundingClientRect(); return b.left >= 0 && b.right <= innerWidth; }"
TOP = "e => e.getBoundingClientRect().top"
#: The pixels by which words hang out of what they stand in, of every cell.
OUT = "cells => Math.max(...cells.map(e => e.getBoundingClientRect().right)) - innerWidth"


@pytest.fixture(scope="module")
def origin(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("reading")
    registry = small(folder / "repo")
    registry.version("hello", "1.2.0", "alice", {"rules/long.md": b"a line\n" * 300, "README.md": b"# Hello\n"})
    registry.commit("A long file")
    built(registry.path, folder / "site")
    ready: queue.Queue[str] = queue.Queue()
    threading.Thread(target=serve, args=(folder / "site", 0, ready.put), daemon=True).start()
    return ready.get(timeout=60)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=need("chromium"), args=["--no-sandbox", "--disable-gpu"])
        yield found
        found.close()


@pytest.fixture
def page(browser: Browser, origin: str) -> Iterator[Page]:
    context = browser.new_context(base_url=origin, viewport={"width": 320, "height": 800}, reduced_motion="reduce")
    yield context.new_page()
    context.close()


@pytest.mark.parametrize("tab", TABS)
def test_the_current_tab_is_in_sight(page: Page, tab: str) -> None:
    page.goto(f"/packs/hello/1.2.0/{tab}/index.html")
    page.wait_for_timeout(400)
    assert page.locator(".subpages [aria-current]").evaluate(IN_SIGHT)
    moved = "e => { e.scrollLeft = 0; return new Promise(r => setTimeout(() => r(e.scrollLeft), 200)); }"
    assert page.locator(".subpages").evaluate(moved) == 0


@pytest.mark.parametrize("path", ["packs/hello/index.html", "packs/hello/1.2.0/index.html"])
def test_what_a_pack_can_do_comes_before_how_to_install_it(page: Page, path: str) -> None:
    page.goto(f"/{path}")
    order = [page.locator(f"#{each}").evaluate(TOP) for each in ("can", "install", "signed")]
    assert order == sorted(order)
    ids = "() => [...document.querySelectorAll('[id]')].map(e => e.id)"
    found: list[str] = page.evaluate(ids)
    assert found.index("can") < found.index("install") < found.index("signed")


def test_tables_of_events_stand_in_a_narrow_window(page: Page) -> None:
    page.goto("/audit/index.html")
    assert page.locator(".events :is(th, td):visible").evaluate_all(OUT) <= 0


def test_on_paper_every_way_to_install_is_there(page: Page) -> None:
    page.set_viewport_size({"width": 720, "height": 1000})
    page.goto("/packs/hello/1.2.0/index.html")
    assert page.get_by_role("tab").count() == 2
    page.emulate_media(media="print")
    for text in ("packyard install hello@1.2.0", "minisign -VHm SHA256SUMS"):
        assert page.locator(".clients").get_by_text(text).is_visible()
    assert [each.is_visible() for each in page.locator(".clients h3").all()] == [True, True]
    lines = "e => getComputedStyle(e, '::after').display"
    assert page.locator(".top").evaluate(lines) == "none"
    page.goto("/packs/hello/1.2.0/files/index.html")
    cells = page.locator("main :is(th, td):visible")
    assert cells.evaluate_all(OUT) <= 0


def test_a_link_into_a_file_shows_whose_line_it_is(page: Page) -> None:
    page.goto("/packs/hello/1.2.0/files/index.html")
    line = page.locator(".file:has(h2:text('rules/long.md')) .code span[id]").nth(250)
    page.goto(f"/packs/hello/1.2.0/files/index.html#{line.get_attribute('id')}")
    heading = page.locator("h2:text('rules/long.md')")
    assert heading.evaluate(TOP) == 0
    assert heading.evaluate("e => e.getBoundingClientRect().bottom") < line.evaluate(TOP)
    assert "inset" in line.evaluate("e => getComputedStyle(e).boxShadow")


@pytest.mark.parametrize(
    ("address", "guess"),
    [
        ("packs/git-hygeine/index.html", "git hygeine"),
        ("packs/no-such/1.2.0/index.html", "no such"),
        ("trust/", "trust"),
        ("%3Cimg%20src=x%20onerror=alert(1)%3E", "img src x onerror alert 1"),
        ("no_such%ff", "no_such"),
    ],
)
def test_a_page_that_is_not_there_offers_to_search_for_it(page: Page, address: str, guess: str) -> None:
    page.route(f"**/{address}", lambda route: route.fulfill(response=route.fetch(url=f"{page.url}404.html")))
    page.goto("/")
    page.goto(f"/{address}")
    field = page.locator("[data-guess]")
    assert field.input_value() == guess
    assert page.locator("main img").count() == 0
