"""Plots: round labels, everything inside the axes, and shapes that say what the numbers say."""

from __future__ import annotations

import itertools
import re

from hypothesis import given
from hypothesis import strategies as st

from packyard.surfaces.plots import HEIGHT, LABELS, STEPS, area, bar, columns, scale

values = st.integers(0, 10**9)
series = st.lists(values, max_size=40).map(lambda each: [(f"{at:03}", value) for at, value in enumerate(each)])


def heights(path: str) -> list[float]:
    return [float(number) for number in re.findall(r"V([0-9.]+)h", path)]


def test_labels_are_round_and_few() -> None:
    assert scale(0) == (0, 1)
    assert scale(1) == (0, 1)
    assert scale(5) == (0, 2, 4, 6)
    assert scale(37) == (0, 10, 20, 30, 40)
    assert scale(40) == (0, 10, 20, 30, 40)
    assert scale(41) == (0, 20, 40, 60)
    assert scale(100_000) == (0, 50_000, 100_000)


@given(values)
def test_a_scale_holds_its_values(most: int) -> None:
    marks = scale(most)
    assert marks[0] == 0
    assert most <= marks[-1] <= 2 * max(1, most)
    assert 2 <= len(marks) <= STEPS + 1
    assert len({after - before for before, after in itertools.pairwise(marks)}) == 1
    assert str(marks[1]).rstrip("0") in ("1", "2", "5")


def test_an_area() -> None:
    plot = area([("2026-01", 1), ("2026-02", 3), ("2026-03", 4)])
    assert plot.width == 3
    assert plot.path == "M0,100V75.0h1V25.0h1V0.0h1V100z"
    assert plot.line == "M0,75.0V75.0h1V25.0h1V0.0h1"
    assert [(tick.at, tick.text, tick.anchor) for tick in plot.across] == [
        (16.67, "2026-01", "middle"),
        (50, "2026-02", "middle"),
        (83.33, "2026-03", "middle"),
    ]
    assert [(tick.at, tick.text) for tick in plot.upwards] == [(100, "0"), (75, "1"), (50, "2"), (25, "3"), (0, "4")]


def test_one_value_and_none() -> None:
    assert area([("2026-01", 2)]).line == "M0,0.0V0.0h1"
    assert [tick.text for tick in area([("2026-01", 2)]).across] == ["2026-01"]
    assert area([]) == (1, "", "", (), area([]).upwards, ())
    assert columns([("a", 5)]).path == "M0.12,100V16.7h0.76V100z"
    assert columns([]).path == ""
    assert columns([("a", 0), ("b", 0)]).path == ""


def test_long_axes_have_few_labels() -> None:
    plot = area([(f"{2000 + at // 12}-{at % 12 + 1:02}", at) for at in range(120)])
    assert [tick.text for tick in plot.across] == ["2003-04", "2006-08", "2009-12"]


@given(series)
def test_everything_is_inside(numbers: list[tuple[str, int]]) -> None:
    for plot in (area(numbers), columns(numbers)):
        assert plot.numbers == tuple(numbers)
        assert len(plot.across) <= LABELS
        assert all(0 <= tick.at <= 100 for tick in (*plot.across, *plot.upwards))
        assert all(0 <= y <= HEIGHT for y in heights(plot.path))
    assert len(heights(area(numbers).path)) == len(numbers)
    assert len(heights(columns(numbers).path)) == sum(value > 0 for _, value in numbers)


@given(series)
def test_more_is_higher(numbers: list[tuple[str, int]]) -> None:
    drawn = heights(area(numbers).path)
    by_value = [y for _, y in sorted(zip((value for _, value in numbers), drawn, strict=True))]
    assert by_value == sorted(by_value, reverse=True)


def test_bars() -> None:
    assert [bar(value, 200) for value in (0, 1, 50, 200)] == [0, 1, 25, 100]
    assert bar(0, 0) == 0
