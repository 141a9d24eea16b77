"""Have Lighthouse judge pages of a site, as a phone and as a desk sees them.

    python -m bench.lighthouse [--site site] [--pages index.html,packs/NAME/index.html] [--out DIR]

Without `--site` the sample registry of this repository is built, without `--pages` five types of pages are judged; of
each type the largest page. Prints the scores, and every audit that is not perfect with what it says; leaves the whole
reports as JSON in `--out`. Ends with 1 when a score is below 100. Lighthouse comes with `npm ci --prefix .ci`.

A site that is signed with development keys asks not to be found; a copy that does not is judged in its place.

The network and the processor are throttled by simulation, as Lighthouse does by default, so that scores depend little
on this machine. The server is `packyard serve`, which compresses nothing; a real host does.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from bench.pages import examples, pages, type_of
from bench.showing import built_site, program, served

PAGES = (
    "index.html",
    "search/index.html",
    "packs/NAME/index.html",
    "packs/NAME/VERSION/files/index.html",
    "publishers/ITEM/index.html",
)
CATEGORIES = ("performance", "accessibility", "best-practices", "seo")
FORMS = {"mobile": (), "desktop": ("--preset=desktop",)}

#: Chromium without what needs a desktop, a graphics card or a service of its maker.
FLAGS = "--headless=new --no-sandbox --disable-gpu --disable-background-networking --disable-component-update"


class Verdict(NamedTuple):
    """What Lighthouse says of a page: scores from 0 to 100 by category, and the audits that are not perfect."""

    page: str
    form: str
    scores: dict[str, int]
    complaints: tuple[str, ...]


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m bench.lighthouse", description="Have Lighthouse judge a site.")
    parser.add_argument("--site", type=Path, help="a built site; without it the sample registry is built")
    parser.add_argument("--pages", default=",".join(PAGES), help="types of pages, or paths of pages")
    parser.add_argument("--out", type=Path, help="where the whole reports go")
    given = parser.parse_args()
    with built_site(given.site) as found, tempfile.TemporaryDirectory() as folder:
        site, out = findable(found, Path(folder) / "site"), given.out or Path(folder)
        out.mkdir(parents=True, exist_ok=True)
        perfect = True
        for verdict in judged(site, served(site), given.pages.split(","), out):
            perfect = perfect and set(verdict.scores.values()) == {100}
            scores = "  ".join(f"{name} {score}" for name, score in verdict.scores.items())
            print(f"{verdict.page} ({verdict.form}): {scores}")
            print("".join(f"    {complaint}\n" for complaint in verdict.complaints), end="", flush=True)
    sys.exit(0 if perfect else 1)


def findable(site: Path, copy: Path) -> Path:
    """A copy of the site that does not ask search engines to leave it out."""
    shutil.copytree(site, copy)
    for path in pages(copy):
        html = (copy / path).read_bytes()
        (copy / path).write_bytes(html.replace(b'<meta name="robots" content="noindex">\n', b""))
    robots = copy / "robots.txt"
    robots.write_bytes(robots.read_bytes().replace(b"Disallow: /\n", b"Disallow:\n"))
    return copy


def judged(site: Path, origin: str, wanted: Sequence[str], out: Path) -> Iterator[Verdict]:
    """What Lighthouse says of the wanted pages, or types of pages, of a site that is served at `origin`."""
    known = {**{path: path for path in pages(site)}, **{kind: found[0] for kind, found in examples(site, 1).items()}}
    for each in wanted:
        if each not in known:
            print(f"{each}: the site has no such page", file=sys.stderr)
            continue
        for form, options in FORMS.items():
            path = known[each]
            report = out / f"{type_of(path).removesuffix('.html').replace('/', '-')}-{form}.json"
            yield judge(origin + path, path, form, (*options, f"--output-path={report}"), report)


def judge(url: str, page: str, form: str, options: Sequence[str], report: Path) -> Verdict:
    """Runs Lighthouse once; the report goes to the path that the options name."""
    command = [program("lighthouse"), url, "--output=json", "--quiet", f"--chrome-flags={FLAGS}", *options]
    environment = os.environ | {"CHROME_PATH": program("chromium"), "CI": "1"}
    subprocess.run(command, check=True, env=environment, stdin=subprocess.DEVNULL, timeout=180)
    found = json.loads(report.read_bytes())
    scores = {name: round(100 * (found["categories"][name]["score"] or 0)) for name in CATEGORIES}
    return Verdict(page, form, scores, tuple(_complaints(found)))


def _complaints(found: dict[str, Any]) -> Iterator[str]:
    """The audits that count and are not perfect, with the first things that they name."""
    for name in CATEGORIES:
        for reference in found["categories"][name]["auditRefs"]:
            audit = found["audits"][reference["id"]]
            if reference["weight"] and audit["score"] is not None and audit["score"] < 1:
                items = audit.get("details", {}).get("items", [])
                yield f"{name}: {audit['title']} {audit.get('displayValue', '')} {json.dumps(items[:2])[:300]}"


if __name__ == "__main__":
    main()
