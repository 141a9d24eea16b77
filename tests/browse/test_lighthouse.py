"""Lighthouse's judgement of five types of pages, as a phone and as a desk sees them.

The whole measurement is `python -m bench.lighthouse`, which asks for 100 in all categories. Here other tests run at the
same time, so performance only has to be sound.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.lighthouse import PAGES, findable, judged
from bench.showing import served
from tests.browse.pages import told
from tests.tools import need


@pytest.mark.slow
@pytest.mark.interop
@pytest.mark.parametrize("page", PAGES)
def test_lighthouse_has_nothing_to_say(sites: Path, tmp_path: Path, page: str) -> None:
    need("lighthouse")
    need("chromium")
    site = findable(sites / "sample", tmp_path / "site")
    verdicts = list(judged(site, served(site), [page], tmp_path))
    assert len(verdicts) == 2
    complaints = [f"{each.form} {text}" for each in verdicts for text in each.complaints if not text.startswith("perf")]
    assert not complaints, told(complaints)
    assert all(each.scores["performance"] >= 60 for each in verdicts), verdicts
