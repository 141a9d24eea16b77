"""The geometry of plots, from plain numbers: areas over time, columns, and bars in tables.

A plot is one SVG without a `viewBox`: axes and labels are placed by percentages, so that text keeps its size at every
width, and the data stand in a nested one that is stretched. Lengths inside that are units of `HEIGHT` upwards and one
for each step sideways. Values are whole numbers from 0. Behind every plot the page has a table with the very numbers.

    scale(37)   ->  (0, 10, 20, 30, 40)
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

#: The height of the data's own coordinates, and of the smallest thing that is drawn for a value that is not 0.
HEIGHT, LEAST = 100, 1

#: The most steps between the labels of the upright axis, and of labels below the other.
STEPS, LABELS = 4, 4

#: How much of the width between two columns is theirs.
_GAP = 0.12


class Tick(NamedTuple):
    """A label of an axis: where, in percent from the left or from the top, its text, and which end of that is there."""

    at: float
    text: str
    anchor: str = "start"


class Plot(NamedTuple):
    """A plot to draw: `path` in coordinates `width` wide and `HEIGHT` high, `line` what is drawn over it, and the
    numbers: a label and a value each.
    """

    width: int
    path: str
    line: str
    across: tuple[Tick, ...]
    upwards: tuple[Tick, ...]
    numbers: tuple[tuple[str, int], ...]


def scale(most: int) -> tuple[int, ...]:
    """The labels of an axis from 0 to at least `most`: whole and round, at most `STEPS` above 0."""
    size = 1
    while True:
        for factor in (1, 2, 5):
            step = factor * size
            if step * STEPS >= most:
                return tuple(range(0, max(1, -(-most // step)) * step + 1, step))
        size *= 10


def area(numbers: Sequence[tuple[str, int]]) -> Plot:
    """Values over time as an area under steps: each value stands for its whole time, as nothing is known of what was
    between. No values are an empty plot.
    """
    marks = scale(max((value for _, value in numbers), default=0))
    steps = "".join(f"V{_y(value, marks[-1])}h1" for _, value in numbers)
    path = f"M0,{HEIGHT}{steps}V{HEIGHT}z" if steps else ""
    line = f"M0,{_y(numbers[0][1], marks[-1])}{steps}" if steps else ""
    return Plot(max(1, len(numbers)), path, line, *_axes(numbers, _middles(len(numbers)), marks), tuple(numbers))


def columns(numbers: Sequence[tuple[str, int]]) -> Plot:
    """Values as columns side by side."""
    marks = scale(max((value for _, value in numbers), default=0))
    path = "".join(
        f"M{at + _GAP:g},{HEIGHT}V{_y(value, marks[-1])}h{1 - 2 * _GAP:g}V{HEIGHT}z"
        for at, (_, value) in enumerate(numbers)
        if value
    )
    return Plot(max(1, len(numbers)), path, "", *_axes(numbers, _middles(len(numbers)), marks), tuple(numbers))


def bar(value: int, most: int) -> float:
    """How long the bar of a value is, in percent of that of the largest one, `most`."""
    return round(max(LEAST, 100 * value / most), 1) if value and most else 0


def _middles(count: int) -> list[float]:
    """Where the middles of so many steps are, as parts of the width."""
    return [(at + 0.5) / count for at in range(count)]


def _y(value: int, top: int) -> float:
    return round(HEIGHT - max(LEAST if value else 0, HEIGHT * value / top), 1)


def _axes(
    numbers: Sequence[tuple[str, int]], shares: Sequence[float], marks: tuple[int, ...]
) -> tuple[tuple[Tick, ...], tuple[Tick, ...]]:
    every = max(1, -(-(len(numbers) - 1) // (LABELS - 1)))
    across = (
        _across(round(100 * shares[at], 2), numbers[at][0])
        for at in range(max(0, len(numbers) - 1) % every, len(numbers), every)
    )
    upwards = (Tick(round(100 - 100 * mark / marks[-1], 2), f"{mark:,}") for mark in marks)
    return tuple(across), tuple(upwards)


def _across(at: float, text: str) -> Tick:
    return Tick(at, text, "start" if at < 10 else "end" if at > 90 else "middle")
