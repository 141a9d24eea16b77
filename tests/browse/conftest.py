"""The sites that are looked at, servers for them, and the browser."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from packyard.edges.server import serve
from tests.browse.strange import strange
from tests.browse.window import Window
from tests.sites import built
from tests.tools import need

ROOT = Path(__file__).resolve().parents[2]

#: The sites: the sample registry of this repository, and one in which everything is as odd as the rules allow.
SITES = ("sample", "strange")

Windows = Callable[..., Window]
Served = Callable[[str], str]


@pytest.fixture(scope="session")
def sites(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the sites of `SITES`."""
    folder = tmp_path_factory.mktemp("browse")
    built(ROOT, folder / "sample")
    built(strange(folder / "repo").path, folder / "strange")
    return folder


@pytest.fixture(scope="session")
def served(sites: Path) -> Served:
    """Gives the address at which `packyard serve` shows a site."""

    @cache
    def address(site: str) -> str:
        ready: queue.Queue[str] = queue.Queue()
        threading.Thread(target=serve, args=(sites / site, 0, ready.put), daemon=True).start()
        return ready.get(timeout=60)

    return address


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """Chromium as Debian packs it."""
    arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync"]
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=need("chromium"), args=arguments)
        yield found
        found.close()


@pytest.fixture(scope="package")
def windows(browser: Browser) -> Iterator[Windows]:
    """Gives a tab of a width and scheme, the same for the same; a new one costs more than most pages."""
    kept: dict[tuple[int, str, bool], Window] = {}

    def window(width: int = 1280, scheme: str = "light", trusting: bool = False) -> Window:
        key = (width, scheme, trusting)
        if key not in kept:
            kept[key] = Window(browser, *key)
        return kept[key]

    yield window
    for each in kept.values():
        each.close()
