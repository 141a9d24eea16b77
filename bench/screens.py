"""Take pictures of the pages of a site: every type of page, light and dark, in three widths, with a sheet of them all.

    python -m bench.screens --out DIR [--site site] [--pages packs/NAME/index.html,index.html]

`--pages` picks types of pages as `bench.pages.type_of` names them, or pages by their paths. Without `--site` the sample
registry of this repository is built. Of each type the largest page is taken. `DIR/index.html` shows the pictures side
by side.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from html import escape
from pathlib import Path
from typing import NamedTuple

from playwright.sync_api import Browser, FloatRect

from bench.pages import examples, pages, type_of
from bench.showing import browser, built_site, served

WIDTHS = (320, 768, 1280)
SCHEMES = ("light", "dark")
#: The most pixels of a page that a picture shows, from its top.
HEIGHT = 3_000


class Shot(NamedTuple):
    """A picture: of which page, in which width and scheme, and the name of its file."""

    page: str
    width: int
    scheme: str

    @property
    def file(self) -> str:
        """The name of the picture's file."""
        return f"{type_of(self.page).removesuffix('.html').replace('/', '-')}-{self.width}-{self.scheme}.png"


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m bench.screens", description="Take pictures of a site's pages.")
    parser.add_argument("--out", type=Path, required=True, help="where the pictures go")
    parser.add_argument("--site", type=Path, help="a built site; without it the sample registry is built")
    parser.add_argument("--pages", default="", help="types of pages, or paths of pages, separated by commas")
    given = parser.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    with built_site(given.site) as site:
        shots = plan(site, tuple(filter(None, given.pages.split(","))))
        take(served(site), shots, given.out)
    (given.out / "index.html").write_text(sheet(shots))
    print(given.out / "index.html")


def plan(site: Path, wanted: Sequence[str]) -> list[Shot]:
    """The pictures of a site: of the wanted pages or types, or of all types."""
    by_type = {kind: found[0] for kind, found in examples(site, each=1).items()}
    known = {**{path: path for path in pages(site)}, **by_type}
    missing = [each for each in wanted if each not in known]
    if missing:
        raise SystemExit(f"no such page or type of page: {', '.join(missing)}")
    paths = [known[each] for each in wanted] or list(by_type.values())
    return [Shot(path, width, scheme) for path in paths for scheme in SCHEMES for width in WIDTHS]


def take(origin: str, shots: Sequence[Shot], out: Path) -> None:
    """Takes the pictures of the site that is served at `origin`."""
    with browser() as chromium:
        for scheme in SCHEMES:
            for width in WIDTHS:
                _take_alike(chromium, origin, [shot for shot in shots if shot[1:] == (width, scheme)], out)


def _take_alike(chromium: Browser, origin: str, shots: Sequence[Shot], out: Path) -> None:
    if not shots:
        return
    view = {"width": shots[0].width, "height": 800}
    context = chromium.new_context(
        viewport={"width": view["width"], "height": view["height"]},
        color_scheme="dark" if shots[0].scheme == "dark" else "light",
        reduced_motion="reduce",
    )
    page = context.new_page()
    for shot in shots:
        page.goto(origin + shot.page)
        height = min(HEIGHT, page.evaluate("document.documentElement.scrollHeight"))
        area: FloatRect = {"x": 0, "y": 0, "width": shot.width, "height": height}
        page.screenshot(path=out / shot.file, full_page=True, clip=area)
    context.close()


def sheet(shots: Sequence[Shot]) -> str:
    """A page with all pictures, a row for each page."""
    rows = []
    for page in dict.fromkeys(shot.page for shot in shots):
        files = [shot.file for shot in shots if shot.page == page]
        pictures = "".join(f'<a href="{file}"><img src="{file}" alt="{file}" loading="lazy"></a>' for file in files)
        rows.append(f"<h2>{escape(page)}</h2><p>{pictures}</p>")
    style = "body{font:14px sans-serif;background:#888}p{display:flex;gap:8px;align-items:start}img{height:420px}"
    head = f'<!doctype html><html lang="en"><meta charset="utf-8"><title>Pages</title><style>{style}</style>'
    return head + "".join(rows)


if __name__ == "__main__":
    main()
