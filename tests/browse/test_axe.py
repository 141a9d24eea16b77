"""Every type of page in Chromium: narrow and wide, light and dark, with and without script.

The quick tests look at one page of each type, in turn in each view; the slow ones at all views, with axe.
"""

from __future__ import annotations

from itertools import cycle
from pathlib import Path

import pytest

from tests.browse.conftest import SITES, Windows
from tests.browse.pages import examples, told
from tests.browse.window import VIEWS, View

pytestmark = pytest.mark.interop


@pytest.mark.parametrize("site", SITES)
def test_every_type_of_page_fits_and_is_quiet(sites: Path, origin: str, windows: Windows, site: str) -> None:
    found: list[str] = []
    for (path, *_), view in zip(examples(sites / site).values(), cycle(VIEWS), strict=False):
        window = windows(view.width, view.scheme)
        found += [f"{path} {view}: {fault}" for fault in window.open(f"{origin}{site}/{path}", origin, view.script)]
    assert not found, told(found)


@pytest.mark.slow
@pytest.mark.parametrize("view", VIEWS, ids=str)
@pytest.mark.parametrize("site", SITES)
def test_axe_finds_nothing(sites: Path, origin: str, windows: Windows, site: str, view: View) -> None:
    found, window = list[str](), windows(view.width, view.scheme)
    for path in (path for paths in examples(sites / site).values() for path in paths):
        faults = window.open(f"{origin}{site}/{path}", origin, view.script)
        found += [f"{path}: {fault}" for fault in (*faults, *window.violations())]
    assert not found, told(found)
