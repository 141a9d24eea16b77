"""A tab of Chromium that notes what a page says, asks for and tries to do, and looks at it with axe.

A page is seen as it is without script when its scripts may not run until it has loaded: `noscript` then counts, and
axe, which is a script itself, can be started afterwards.
"""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import Any, NamedTuple

from playwright.sync_api import Browser, CDPSession, Dialog, Page, Request, Response

_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
_AXE = """async tags => {
  const found = await axe.run(document, {runOnly: tags, resultTypes: ["violations"], preload: false});
  return found.violations.flatMap(rule => rule.nodes.map(node => `${rule.id}: ${node.target}: ${node.html}`));
}"""
_SIZES = "[document.documentElement.scrollWidth, innerWidth]"
#: What hangs out of the window without a box around it that scrolls.
_WIDE = """() => {
  const scrolls = e => e && (/auto|scroll|hidden|clip/.test(getComputedStyle(e).overflowX) || scrolls(e.parentElement));
  const wide = [...document.body.querySelectorAll("*")].filter(
    e => e.getBoundingClientRect().right > innerWidth + 1 && !scrolls(e.parentElement));
  return wide.slice(0, 5).map(e => e.cloneNode().outerHTML);
}"""
_WATCH = """
  window.refused = [];
  document.addEventListener("securitypolicyviolation", e => refused.push(`${e.violatedDirective}: ${e.blockedURI}`));
"""


class View(NamedTuple):
    """How a page is looked at: the window's width in pixels, the colour scheme, and whether scripts run."""

    width: int
    scheme: str
    script: bool

    def __str__(self) -> str:
        return f"{self.width}-{self.scheme}-{'script' if self.script else 'plain'}"


VIEWS = [
    View(width, scheme, script) for script in (True, False) for scheme in ("light", "dark") for width in (320, 1280)
]


class Window:
    """A tab of one width and scheme; `faults` is what was wrong with the page that was opened last.

    With `trusting`, the pages' content security policy does not hold, so that what only it would stop shows itself.
    """

    def __init__(self, browser: Browser, width: int, scheme: str, trusting: bool = False) -> None:
        self._context = browser.new_context(
            viewport={"width": width, "height": 800},
            color_scheme="dark" if scheme == "dark" else "light",
            reduced_motion="reduce",
            bypass_csp=trusting,
        )
        self._context.add_init_script(_WATCH)
        self.page: Page = self._context.new_page()
        self._devtools: CDPSession = self._context.new_cdp_session(self.page)
        self._origin = ""
        self.faults: list[str] = []
        self.page.on("console", lambda message: self.faults.append(f"said: {message.text}"))
        self.page.on("pageerror", lambda error: self.faults.append(f"threw: {error}"))
        self.page.on("dialog", self._refuse)
        self.page.on("request", self._asked)
        self.page.on("response", self._answered)
        self.page.on("download", lambda download: self.faults.append(f"downloaded: {download.url}"))
        self.page.on("popup", lambda other: self.faults.append(f"opened: {other.url}"))

    def open(self, origin: str, path: str, script: bool = True) -> list[str]:
        """Opens a page of the server at `origin`, and gives what is wrong with its behaviour, its size and its outline.

        What it did is noted in `faults` as well, also what it does later.
        """
        self._origin, self.faults = origin, []
        self._let_scripts_run(script)
        self.page.goto(origin + path)
        self._let_scripts_run(True)
        return self.faults + self._shape()

    def violations(self) -> list[str]:
        """What axe finds in the page as it is now: WCAG 2.2 at levels A and AA, and best practices."""
        if not self.page.evaluate("'axe' in window"):
            self.page.evaluate(_axe() + ";0")
        found: list[str] = self.page.evaluate(_AXE, _TAGS)
        return found

    def close(self) -> None:
        """Closes the tab."""
        self._context.close()

    def _let_scripts_run(self, run: bool) -> None:
        self._devtools.send("Emulation.setScriptExecutionDisabled", {"value": not run})

    def _shape(self) -> list[str]:
        page, found = self.page, list[str]()
        width, inner = page.evaluate(_SIZES)
        if width > inner:
            found.append(f"is {width} pixels wide in a window of {inner}: {page.evaluate(_WIDE)}")
        if (count := page.locator("h1").count()) != 1:
            found.append(f"has {count} h1")
        return found + [f"the policy refused {each}" for each in page.evaluate("window.refused || []")]

    def _refuse(self, dialog: Dialog) -> None:
        self.faults.append(f"showed: {dialog.message}")
        dialog.dismiss()

    def _asked(self, request: Request) -> None:
        if not request.url.startswith((self._origin, "data:", "blob:")):
            self.faults.append(f"asked for {request.url}")

    def _answered(self, response: Response) -> None:
        if response.status >= 400 and not response.url.endswith("/404.html"):
            self.faults.append(f"{response.status}: {response.url}")


@cache
def _axe() -> Any:
    return (resources.files("axe_playwright_python") / "axe.min.js").read_text()
