"""The browse site in Debian's Chromium: every kind of page, narrow and wide, light and dark; and what pages do with
script.
"""

from __future__ import annotations

import json
import queue
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from packyard.edges.server import serve
from packyard.surfaces.pages import search_page
from packyard.surfaces.templates import open_templates
from tests.registry import small
from tests.sites import built
from tests.surfaces import sample
from tests.tools import need

README = b"""# Hello

| a table | with a wide column | and another |
|---|---|---|
| x | 0123456789012345678901234567890123456789012345678901234567890123456789 | y |

```python
def a_function_with_a_rather_long_name(argument: int = 1, another_argument: str = "and its default") -> None: ...
```

![a picture](a.png) <script>alert(1)</script>
"""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    registry = small(tmp_path_factory.mktemp("browser") / "repo")
    registry.version("hello", "2.0.0", "alice", {"README.md": README, "a.png": b"\x89PNG"})
    registry.trust()
    registry.publisher("carol")
    registry.commit("Publish hello 2.0.0")
    registry.version("hello", "2.1.0", "alice")
    registry.version("bad", "1.0.0", "alice")
    registry.version("given", "1.0.0", "alice")
    registry.statement("promote", "hello", "alice", version="1.1.0", channel="stable")
    registry.statement("promote", "hello", "alice", version="2.0.0", channel="stable")
    registry.statement("promote", "hello", "alice", version="2.1.0", channel="a-channel-of-32-characters-or-so")
    registry.statement("add-owner", "hello", "alice", handle="carol")
    registry.statement("deprecate", "hello", "alice", version="2.0.0", reason="Use 2.1.0.")
    registry.statement(
        "yank", "bad", "alice", version="1.0.0", reason="hooks/hooks.json runs what is on one laptop only"
    )
    registry.statement(
        "transfer", "given", ("alice", "carol"), from_="alice", to="carol", reason="Carol goes on with it."
    )
    registry.statement("withdraw", "hello", "alice", version="1.1.0", reason="It told where somebody lives.")
    registry.statement("recover", "hello", ("root-1", "root-2"), to="bob", reason="Every key was lost in a fire.")
    registry.statement("archive", "other", "bob", reason="It is finished.")
    registry.statement("rename", "other", "bob", to="@acme/tools", reason="A better name.")
    registry.statement("withdraw", "other", ("root-1", "root-3"), version="0.1.0", legal="An order of a court")
    registry.commit("Every state there is")
    built(registry.path, registry.path.parent / "site")
    return registry.path.parent / "site"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync"]
        found = playwright.chromium.launch(executable_path=need("chromium"), args=arguments)
        yield found
        found.close()


@pytest.fixture(scope="module")
def origin(site: Path) -> str:
    """The address at which `packyard serve` shows the site."""
    ready: queue.Queue[str] = queue.Queue()
    threading.Thread(target=serve, args=(site, 0, ready.put), daemon=True).start()
    return ready.get(timeout=60)


@pytest.fixture
def page(browser: Browser, origin: str) -> Iterator[Page]:
    """A tab of its own at the site, which may use the clipboard; it fails when a script does."""
    context = browser.new_context(base_url=origin, color_scheme="light", viewport={"width": 1280, "height": 800})
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    made, failed = context.new_page(), list[str]()
    made.on("pageerror", lambda error: failed.append(str(error)))
    yield made
    assert failed == []
    context.close()


#: What each page says in words of the state of what it shows, whatever the colours are.
SAID = {
    "packs/hello/index.html": (
        "This pack is being recovered",
        "Every key was lost in a fire.",
        "give it to bob",
        "Until",
    ),
    "packs/hello/1.0.0/index.html": ("This version is yanked", "take it only where it is in use already"),
    "packs/hello/1.1.0/index.html": ("This version is withdrawn", "It told where somebody lives.", "What is gone"),
    "packs/hello/2.0.0/index.html": ("This version is deprecated", "Use 2.1.0.", "stable"),
    "packs/bad/index.html": ("Every version of this pack is yanked", "on one laptop only"),
    "packs/given/versions/index.html": ("Pack transferred from alice to carol", "Carol goes on with it."),
    "packs/hello/versions/index.html": ("1.1.0 withdrawn", "2.0.0 deprecated", "1.0.0 yanked", "latest", "stable"),
    "packs/other/index.html": (
        "This pack is renamed",
        "It goes on as @acme/tools.",
        "This pack is archived: nothing new will come",
        "This pack is deprecated",
        "Every version of this pack is withdrawn",
        "Demanded by law: An order of a court",
    ),
    "index.html": ("archived", "renamed", "deprecated"),
}

#: The smallest contrast between the text of banners and flags and what is behind it, and the banners without words.
SCRIPT = """() => {
  const pen = document.createElement("canvas").getContext("2d", {willReadFrequently: true});
  const light = colour => {
    pen.clearRect(0, 0, 1, 1); pen.fillStyle = colour; pen.fillRect(0, 0, 1, 1);
    const part = v => (v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
    const [r, g, b] = pen.getImageData(0, 0, 1, 1).data;
    return 0.2126 * part(r) + 0.7152 * part(g) + 0.0722 * part(b);
  };
  const ground = e => {
    for (; e; e = e.parentElement) {
      const colour = getComputedStyle(e).backgroundColor;
      if (!/, 0\\)|transparent/.test(colour)) return colour;
    }
  };
  const ratio = e => {
    const [a, b] = [light(getComputedStyle(e).color), light(ground(e))].sort((x, y) => y - x);
    return (a + 0.05) / (b + 0.05);
  };
  const all = [...document.querySelectorAll(".banner p, .banner strong, .banner a, .flag")];
  const mute = [...document.querySelectorAll(".banner")].filter(e => !e.querySelector("strong")?.innerText.trim());
  return [Math.min(21, ...all.map(ratio)), mute.length];
}"""


@pytest.mark.interop
@pytest.mark.parametrize(("width", "scheme"), [(320, "light"), (1280, "dark")])
def test_pages_of_every_state_fit_and_are_quiet(browser: Browser, site: Path, width: int, scheme: str) -> None:
    """From a disk; tests/browse looks at all types of pages, from a host."""
    context = browser.new_context(
        viewport={"width": width, "height": 800}, color_scheme="dark" if scheme == "dark" else "light"
    )
    page, said, asked = context.new_page(), list[str](), list[str]()
    page.on("console", lambda message: said.append(message.text))
    page.on("request", lambda request: asked.append(request.url))
    for path in SAID:
        page.goto((site / path).as_uri())
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
        assert page.locator("h1").count() == 1, path
        assert _contrast_differs(page), path
    assert said == []
    assert [url for url in asked if not url.startswith(site.as_uri()) and not url.startswith("data:")] == []
    context.close()


@pytest.mark.interop
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_states_are_told_in_words_that_can_be_read(browser: Browser, site: Path, scheme: str) -> None:
    context = browser.new_context(color_scheme="dark" if scheme == "dark" else "light")
    page = context.new_page()
    for path, texts in SAID.items():
        page.goto((site / path).as_uri())
        shown = " ".join(page.locator("main").inner_text().split())
        assert [text for text in texts if text not in shown] == [], path
        contrast, mute = page.evaluate(SCRIPT)
        assert (contrast >= 4.5, mute) == (True, 0), (path, contrast)
    context.close()


def _contrast_differs(page: Page) -> bool:
    script = "const s = getComputedStyle(document.body); [s.color, s.backgroundColor]"
    text, ground = page.evaluate(f"(() => {{ {script.replace('; [', '; return [')} }})()")
    return bool(text != ground)


@pytest.mark.interop
def test_the_key_goes_to_the_search(page: Page) -> None:
    page.goto("packs/hello/index.html")
    page.keyboard.press("/")
    page.keyboard.type("a/b")
    assert page.evaluate("document.activeElement.value") == "a/b"
    page.goto("packs/hello/index.html")
    page.keyboard.press("Control+/")
    assert page.evaluate("document.activeElement.tagName") == "BODY"


@pytest.mark.interop
def test_the_colours_that_were_chosen_stay(page: Page) -> None:
    def ground() -> str:
        return str(page.evaluate("getComputedStyle(document.body).backgroundColor"))

    page.goto("index.html")
    light, button = ground(), page.get_by_role("button", name="Colours")
    assert button.get_attribute("aria-label") == "Colours: as your system has them"
    button.press("Enter")
    assert (button.get_attribute("aria-label"), ground()) == ("Colours: light", light)
    button.press("Enter")
    dark = ground()
    assert (button.get_attribute("aria-label"), dark != light) == ("Colours: dark", True)
    page.goto("packs/hello/index.html")
    assert ground() == dark
    page.get_by_role("button", name="Colours").press("Enter")
    assert ground() == light


@pytest.mark.interop
def test_clients_are_tabs_and_the_chosen_one_comes_back(page: Page) -> None:
    page.goto("packs/hello/index.html")
    tabs = page.get_by_role("tab")
    assert tabs.all_inner_texts() == ["packyard", "curl + minisign"]
    assert page.get_by_role("tabpanel", name="packyard").is_visible()
    tabs.first.focus()
    page.keyboard.press("ArrowLeft")
    shown = page.get_by_role("tabpanel")
    assert (shown.count(), "minisign -VHm SHA256SUMS -P" in shown.inner_text()) == (1, True)
    shown.get_by_role("button", name="Copy").click()
    shown.get_by_role("button", name="Copied").wait_for()
    assert page.evaluate("navigator.clipboard.readText()") == shown.locator("pre code").inner_text()
    page.goto("packs/other/index.html")
    page.goto("packs/@acme/tools/index.html")
    assert page.get_by_role("tab", selected=True).inner_text() == "curl + minisign"
    page.keyboard.press("Home")  # without the focus in the list, keys are the page's
    assert page.get_by_role("tab", selected=True).inner_text() == "curl + minisign"


@pytest.mark.interop
def test_everything_is_there_without_script(browser: Browser, origin: str) -> None:
    context = browser.new_context(base_url=origin, java_script_enabled=False)
    page = context.new_page()
    page.goto("packs/hello/index.html")
    shown = page.locator("main").inner_text()
    assert all(text in shown for text in ("packyard install hello@2.0.0", "minisign -VHm", "curl -f"))
    assert page.get_by_role("button").count() == 0
    context.close()


#: A search engine for the page alone: the words of a query in the rows of `index.json`, and three of its filters.
ENGINE = """const PackyardSearch = { async open(load) {
  const rows = JSON.parse(new TextDecoder().decode(await load("search/catalogue.gz")));
  return { async search(text, { sort, page, limit }) {
    const words = text.split(" "), filters = words.filter((word) => word.includes(":")).map((word) => word.split(":"));
    if (filters.some(([name]) => name === "colour")) throw new RangeError("there is no filter colour");
    const plain = words.filter((word) => !word.includes(":"));
    const hits = rows.filter((row) => plain.every((word) => `${row.name} ${row.description}`.includes(word)) &&
      filters.every(([name, value]) => row[`${name}s`].includes(value)));
    if (sort === "name") hits.sort((a, b) => (a.name < b.name ? -1 : 1));
    return { total: hits.length, hits: hits.slice((page - 1) * limit, page * limit), part: 0 };
  } };
} };"""


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The address of a site that has the search page, its scripts and rows to search in, and nothing else."""
    folder, templates = tmp_path_factory.mktemp("search"), open_templates()
    site = sample.SITE._replace(assets=templates.assets())
    page = search_page(templates, site, sample.TAGS, sample.TARGETS, (("hooks", 3), ("mcp", 1)))
    rows = [row._asdict() | {"updated": "2026-11-20T06:00:00Z", "deprecated": None} for row in sample.rows()]
    files = {"search/index.html": page, "search/catalogue.gz": json.dumps(rows).encode()}
    files |= {path: templates.asset(name) for name, path in site.assets} | {
        site.asset("search-engine.js"): ENGINE.encode()
    }
    for path, data in files.items():
        (folder / path).parent.mkdir(exist_ok=True)
        (folder / path).write_bytes(data)
    ready: queue.Queue[str] = queue.Queue()
    threading.Thread(target=serve, args=(folder, 0, ready.put), daemon=True).start()
    return ready.get(timeout=60)


def names(page: Page) -> list[str]:
    """The packs that a search shows."""
    return page.locator("#hits .pack").all_inner_texts()


def said(page: Page, text: str) -> None:
    """Waits until the search says this."""
    page.locator("#found", has_text=text).wait_for()


@pytest.mark.interop
def test_a_search_by_keyboard_alone(page: Page, shelf: str) -> None:
    page.goto(f"{shelf}search/index.html")
    page.keyboard.type("review")  # the field has the focus
    said(page, "packs found")
    assert "security-reviewer" in names(page)
    assert page.url.endswith("?q=review")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    assert page.evaluate("document.activeElement.textContent") == names(page)[1]
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.id") == "q"
    page.keyboard.press("Escape")
    assert (names(page), page.url.endswith("index.html"), page.locator("#ways").is_visible()) == ([], True, True)


@pytest.mark.interop
def test_a_built_site_is_searched_from_every_page(page: Page) -> None:
    page.goto("packs/other/index.html")
    page.keyboard.press("/")
    page.keyboard.type("toosl")  # a slip
    page.keyboard.press("Enter")
    said(page, "1 pack found.")
    assert names(page) == ["@acme/tools"]
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url("**/packs/@acme/tools/index.html")


@pytest.mark.interop
def test_controls_write_words_and_the_address_keeps_them(page: Page, shelf: str) -> None:
    page.goto(f"{shelf}search/index.html?q=and")
    said(page, "packs found")
    page.get_by_label("Holds").select_option("mcp")
    said(page, "1 pack found.")
    assert (names(page), page.locator("#q").input_value()) == (["mcp-postgres-readonly"], "and feature:mcp")
    page.get_by_label("Sort by").select_option("name")
    assert "sort=name" in page.url
    page.reload()
    said(page, "1 pack found.")
    assert page.get_by_label("Holds").input_value() == "mcp"
    page.go_back()
    page.go_back()
    said(page, "packs found")
    assert page.get_by_label("Holds").input_value() == ""


@pytest.mark.interop
def test_a_search_says_what_it_cannot_do(page: Page, shelf: str) -> None:
    page.goto(f"{shelf}search/index.html?q=tag%3Anothing+xylophone")
    said(page, "Nothing found.")
    page.get_by_role("link", name="The same words without filters").wait_for()
    page.locator("#q").fill("colour:red")
    said(page, "This cannot be searched for")
    page.goto(f"{shelf}search/index.html")
    page.route("**/catalogue.gz", lambda route: route.abort())
    page.locator("#q").fill("review")
    said(page, "The search could not be loaded")
    page.unroute("**/catalogue.gz")
    page.keyboard.press("Enter")
    said(page, "packs found")


@pytest.mark.interop
def test_nothing_moves_when_the_results_come(page: Page, shelf: str) -> None:
    page.add_init_script(
        "window.shift = 0; new PerformanceObserver(list => list.getEntries().forEach(e => window.shift += e.value))"
        ".observe({type: 'layout-shift', buffered: true})"
    )
    page.goto(f"{shelf}search/index.html?q=review")
    said(page, "packs found")
    page.wait_for_timeout(200)
    assert page.evaluate("window.shift") < 0.01
