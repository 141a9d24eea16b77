"""Links into files and changes, in a real browser: they land where they should, and no page is too wide for a phone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, sync_playwright

from packyard.surfaces.pack import diff, files, record
from packyard.surfaces.templates import open_templates, site_of
from tests.surfaces import sample
from tests.surfaces.pack.versions import AFTER, BEFORE, hand_of, pack_of, release, rendered
from tests.tools import need

NAME = "docs/a b (c) [d],e+f@g.md"
NEW = {**AFTER, NAME: b"<!-- one -->\n" * 3 + b"x" * 500 + b"\n", "long.md": b"y\n" * 400}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The pages of a version, on a disk."""
    here, templates = tmp_path_factory.mktemp("site"), open_templates()
    hand = hand_of(templates, NEW, BEFORE, site=site_of(sample.REGISTRY, False, templates))
    pack = pack_of()
    state, before = pack.versions[0]._replace(release=release("1.2.0", NEW)), pack.versions[1]
    made = {path: templates.asset(name) for name, path in templates.assets()}
    for module in (files, diff, record):
        made |= rendered(list(module.plan_version(hand, pack, state, before)))
    for path, data in made.items():
        (here / path).parent.mkdir(parents=True, exist_ok=True)
        (here / path).write_bytes(data)
    return here / "packs/hello/1.2.0"


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=need("chromium"), args=["--no-sandbox", "--disable-gpu"])
        yield browser.new_page(viewport={"width": 320, "height": 640})
        browser.close()


@pytest.mark.interop
def test_links_land_where_they_should(folder: Path, page: Page) -> None:
    page.goto(f"file://{folder}/files/index.html")
    page.click(f'a:text-is("{NAME.rpartition("/")[2]}")')
    assert page.locator(":target").text_content() == NAME
    number = page.evaluate('document.querySelector(":target").closest("section").querySelector(".code a").hash')
    page.goto(f"file://{folder}/files/index.html{number.removesuffix('1')}4")
    assert (page.locator(":target").text_content() or "").startswith("4xxx")
    page.goto(f"file://{folder}/diff/index.html")
    page.click('a:text-is("hooks/hooks.json")')
    page.wait_for_url("**/files/index.html#/hooks/hooks.json")
    assert page.locator(":target").text_content() == "hooks/hooks.json"


@pytest.mark.interop
@pytest.mark.parametrize("name", ["files", "diff", "log"])
def test_pages_fit_a_phone(folder: Path, page: Page, name: str) -> None:
    page.goto(f"file://{folder}/{name}/index.html")
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
