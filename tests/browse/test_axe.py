"""Every type of page in Chromium: narrow and wide, light and dark, with and without script.

The quick tests look at one page of each type, in turn in each view; the slow ones at all views, with axe: in the two
views that differ most at the largest page of each type, in the others at the smallest, which axe takes less long for.
Pages that are alike in every registry and take axe as long as all others together are looked at in those two alone.
"""

from __future__ import annotations

from collections.abc import Collection
from itertools import cycle
from pathlib import Path

import pytest

from bench.pages import examples
from tests.browse.conftest import SITES, Served, Windows
from tests.browse.pages import told
from tests.browse.window import VIEWS, View

pytestmark = pytest.mark.interop

#: Pages of the program's own words, with thousands of elements.
LONG = ("rules/index.html", "api/index.html")
#: The views that differ in everything.
EXTREMES = (VIEWS[1], VIEWS[-2])


@pytest.mark.parametrize("site", SITES)
def test_every_type_of_page_fits_and_is_quiet(sites: Path, served: Served, windows: Windows, site: str) -> None:
    found: list[str] = []
    for (path, *_), view in zip(examples(sites / site).values(), cycle(VIEWS), strict=False):
        window = windows(view.width, view.scheme)
        found += [f"{path} {view}: {fault}" for fault in window.open(served(site), path, view.script)]
    assert not found, told(found)


@pytest.mark.slow
@pytest.mark.parametrize("view", VIEWS, ids=str)
def test_axe_finds_nothing(sites: Path, served: Served, windows: Windows, view: View) -> None:
    assert not (found := _violations(sites, served, windows, "sample", view, view in EXTREMES)), told(found)


@pytest.mark.slow
def test_axe_finds_nothing_strange(sites: Path, served: Served, windows: Windows) -> None:
    assert not (found := _violations(sites, served, windows, "strange", EXTREMES[-1], True, LONG)), told(found)


def _violations(
    sites: Path, served: Served, windows: Windows, site: str, view: View, large: bool, but: Collection[str] = ()
) -> list[str]:
    """What is wrong in the largest page of every type `but` these, or in the smallest of those that are not long."""
    found, window = list[str](), windows(view.width, view.scheme)
    for paths in examples(sites / site).values():
        path = paths[0] if large else paths[-1]
        if path not in (but if large else LONG):
            faults = window.open(served(site), path, view.script)
            found += [f"{path}: {fault}" for fault in (*faults, *window.violations())]
    return found


@pytest.mark.parametrize("place", ["under a prefix", "on a disk"])
def test_a_site_may_stand_anywhere(sites: Path, served: Served, windows: Windows, place: str) -> None:
    origin, at = (served(""), "sample/") if place == "under a prefix" else ("file:///", f"{sites / 'sample'}/"[1:])
    found, window = list[str](), windows()
    for path in (found[0] for found in examples(sites / "sample", 1).values()):
        if path != "404.html":  # which names everything from the root, as it is shown in any folder
            found += [f"{path}: {fault}" for fault in window.open(origin, at + path)]
    assert not found, told(found)
