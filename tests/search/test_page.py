"""The search page of a built site in a browser: what results show, and what is said of words read otherwise."""

from __future__ import annotations

import queue
import re
import threading
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, sync_playwright

from packyard.edges.server import serve
from tests.registry import TestRegistry
from tests.sites import built
from tests.tools import need


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    registry = TestRegistry(tmp_path_factory.mktemp("searched") / "repo")
    registry.publisher("alice")
    registry.version("migrations", "1.0.0", "alice", manifest={"targets": ["cursor", "claudecode"]})
    registry.version("house-style", "1.0.0", "alice", manifest={"targets": "*"})
    registry.commit("Publish both")
    folder = registry.path.parent / "site"
    built(registry.path, folder)
    ready: queue.Queue[str] = queue.Queue()
    threading.Thread(target=serve, args=(folder, 0, ready.put), daemon=True).start()
    with sync_playwright() as play:
        chromium = play.chromium.launch(executable_path=need("chromium"), args=["--no-sandbox", "--disable-gpu"])
        opened = chromium.new_page()
        opened.goto(ready.get(timeout=60) + "search/index.html")
        yield opened
        chromium.close()


def ask(page: Page, words: str, said: str) -> None:
    """Searches, and waits until the page says this."""
    page.fill("#q", words)
    page.locator("#found", has_text=said).wait_for()


@pytest.mark.interop
def test_a_program_finds_the_packs_that_are_for_it(page: Page) -> None:
    ask(page, "claude code", "1 pack found.")
    assert page.locator("#hits .pack").all_inner_texts() == ["migrations"]
    targets = page.locator("#hits .for a")
    assert targets.all_inner_texts() == ["cursor", "claudecode"]
    assert targets.first.get_attribute("href") == "../targets/cursor/index.html"
    page.fill("#q", "house-style")
    page.locator("#hits .pack", has_text="house-style").wait_for()
    assert page.locator("#hits .for a").get_attribute("href") == "../targets/any/index.html"


@pytest.mark.interop
def test_words_that_are_read_otherwise_are_said(page: Page) -> None:
    ask(page, "migartions", "this is what is found for migrations. 1 pack found.")
    page.fill("#q", "migrations")
    page.get_by_text(re.compile(r"^1 pack found\.$")).wait_for()
