"""Known packs are found by what people remember of them, and a first query moves little: the measurements of
`bench.search`, in small.
"""

from __future__ import annotations

from itertools import pairwise

from bench.catalogues import rows
from bench.search import BOUNDS, PAGE, measure, rates, table


def test_known_packs_are_found() -> None:
    packs = list(rows(1_500))
    files, cost = measure(packs)
    found = rates(files, packs, 60)
    assert {kind: rate.found for kind, rate in found.items() if rate.found < BOUNDS[kind]} == {}
    assert max(rate.most_bytes for rate in found.values()) < 60_000
    assert (cost.version_files, cost.files > 200) == (2, True)
    assert cost.pack_files < 60
    lines = table([cost], [found]).splitlines()
    assert all(one.count("|") == other.count("|") for one, other in pairwise(lines))


def test_the_page_has_a_place_for_the_figures() -> None:
    assert PAGE.is_file()
