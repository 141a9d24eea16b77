"""The browse site in Debian's Chromium: every kind of page, narrow and wide, light and dark."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from packyard.edges.store import walk
from tests.registry import small
from tests.sites import built
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
    registry.statement("promote", "hello", "alice", version="2.0.0", channel="stable")
    registry.statement("promote", "hello", "alice", version="2.1.0", channel="a-channel-of-32-characters-or-so")
    registry.statement("add-owner", "hello", "alice", handle="carol")
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


@pytest.mark.interop
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 1280])
def test_pages_fit_and_are_quiet(browser: Browser, site: Path, width: int, scheme: str) -> None:
    context = browser.new_context(
        viewport={"width": width, "height": 800}, color_scheme="dark" if scheme == "dark" else "light"
    )
    page, said, asked = context.new_page(), list[str](), list[str]()
    page.on("console", lambda message: said.append(message.text))
    page.on("request", lambda request: asked.append(request.url))
    pages = sorted(path for path in walk(site) if path.endswith(".html") and "/from-" not in path)
    assert len(pages) > 20
    for path in pages:
        page.goto((site / path).as_uri())
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
        assert page.locator("h1").count() == 1, path
        assert _contrast_differs(page), path
    assert said == []
    assert [url for url in asked if not url.startswith(site.as_uri()) and not url.startswith("data:")] == []
    context.close()


def _contrast_differs(page: Page) -> bool:
    script = "const s = getComputedStyle(document.body); [s.color, s.backgroundColor]"
    text, ground = page.evaluate(f"(() => {{ {script.replace('; [', '; return [')} }})()")
    return bool(text != ground)
