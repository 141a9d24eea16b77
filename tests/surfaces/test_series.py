"""Series: every thing on one page, old pages that stay as they are, links that lead to pages that are there."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from packyard.surfaces.series import PAGE, Part, changed, count, part

sizes = st.integers(0, 40 * PAGE)


def parts(size: int) -> dict[int, Part]:
    return {number: part("audit/", size, number) for number in range(1, count(size) + 1)}


def test_pages_of_a_series() -> None:
    assert part("audit/", 0, 1) == Part("audit/index.html", 1, 0, 0, "", "", "audit/index.html")
    assert part("audit/", 100, 1).stop == 100
    assert part("audit/", 101, 1)[:6] == ("audit/0/1.html", 1, 0, 100, "", "audit/index.html")
    assert part("audit/", 101, 2)[:6] == ("audit/index.html", 2, 100, 101, "audit/0/1.html", "")
    assert part("new/", 20_000, 150)[:6] == ("new/1/150.html", 150, 14_900, 15_000, "new/1/149.html", "new/1/151.html")
    assert [number for number, _ in part("audit/", 3_700, 37).jumps] == [36, 35, 33, 29, 21, 5, 1]


@given(sizes)
def test_everything_is_on_one_page(size: int) -> None:
    found = [at for each in parts(size).values() for at in range(each.start, each.stop)]
    assert found == list(range(size))


@given(sizes)
def test_links_lead_to_pages(size: int) -> None:
    found = parts(size)
    paths = {each.path: number for number, each in found.items()}
    assert len(paths) == len(found)
    for number, each in found.items():
        assert paths.get(each.older, 0) == number - 1
        assert not each.newer or paths[each.newer] == number + 1
        assert paths[each.newest] == len(found)
        assert all(paths[path] == at for at, path in each.jumps)


@given(sizes, st.integers(0, 5 * PAGE))
def test_only_what_changed_is_made_again(before: int, more: int) -> None:
    old, new = ({each.path: each for each in parts(size).values()} for size in (before, before + more))
    made = {part("audit/", before + more, number).path for number in changed(before, before + more)}
    assert {path for path, each in new.items() if old.get(path) != each} <= made
    assert len(made) <= more // PAGE + 3


@given(sizes)
def test_one_more_costs_one_page_or_three(size: int) -> None:
    assert len(list(changed(size, size + 1))) <= (3 if size % PAGE == 0 else 1)
