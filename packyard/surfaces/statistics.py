"""`stats/index.html` and `stats.json`: how much a registry holds, how it grew, and what its packs are like.

    {
      "format": "packyard/stats/1",
      "totals": {"packs": 20, "versions": 41, "publishers": 5, "organisations": 1},
      "downloads": null,
      "months": [{"month": "2026-03", "packs": 12, "versions": 19, "publishers": 4}],
      "features": [{"name": "rules", "packs": 14}],
      "targets": [{"name": "any", "packs": 9}],
      "tags": [{"name": "review", "packs": 6}],
      "licences": [{"name": "MIT", "packs": 11}],
      "sizes": [{"below": 16384, "packs": 4}],
      "quality": [{"from": 70, "packs": 3}]
    }

`months` has, of every month (UTC) in which something was published, how many packs, versions and publishers came for
the first time; what is withdrawn later stays counted. The rest is of packs as they are now, by their latest versions:
`features`, `targets` and `licences` all there are, `tags` the most frequent `TAGS`, most packs first; `any` stands for
packs that say they are for every target; `sizes` the tarballs of at least half of and less than so many bytes;
`quality` the points (`packyard.quality`) from a multiple of ten on. `downloads` is null: a site of files that anybody
may mirror does not know them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import accumulate
from types import MappingProxyType
from typing import Any, NamedTuple

from packyard.formats import canonical, layout
from packyard.surfaces import plots
from packyard.surfaces.site import Site, listable
from packyard.surfaces.templates import Templates, size

FORMAT = "packyard/stats/1"
PAGE, DOCUMENT = "stats/index.html", "stats.json"

#: How many tags the document lists, and rows a table on the page; how many months the plots go back.
TAGS, ROWS, MONTHS = 100, 12, 120

Counts = tuple[tuple[str, int], ...]
_AS_THEY_ARE: Mapping[str, str] = MappingProxyType({})


class Month(NamedTuple):
    """What came in a month, `YYYY-MM`."""

    month: str
    packs: int
    versions: int
    publishers: int


class Statistics(NamedTuple):
    """The figures. `totals` are packs, versions, publishers and organisations; `months` those in which something came,
    in order; the others pair names with numbers of packs: `sizes` by the exponent of the power of two that they are
    below, `quality` by the first of ten points.
    """

    totals: tuple[int, int, int, int]
    months: tuple[Month, ...]
    features: Counts
    targets: Counts
    tags: Counts
    licences: Counts
    sizes: tuple[tuple[int, int], ...]
    quality: tuple[tuple[int, int], ...]


def size_class(length: int) -> int:
    """The exponent of the smallest power of two that is greater than a number of bytes."""
    return length.bit_length()


def quality_class(points: int) -> int:
    """The multiple of ten that points are counted with; all of them with those from 90 on."""
    return min(90, points - points % 10)


def format_stats(stats: Statistics) -> bytes:
    """`stats.json`."""
    packs, versions, publishers, organisations = stats.totals
    totals = {"packs": packs, "versions": versions, "publishers": publishers, "organisations": organisations}
    return canonical.pretty(
        {
            "format": FORMAT,
            "totals": totals,
            "downloads": None,
            "months": [month._asdict() for month in stats.months],
            "features": _named(stats.features),
            "targets": _named(stats.targets),
            "tags": _named(stats.tags),
            "licences": _named(stats.licences),
            "sizes": [{"below": 1 << exponent, "packs": count} for exponent, count in stats.sizes],
            "quality": [{"from": points, "packs": count} for points, count in stats.quality],
        }
    )


def _named(counts: Counts) -> list[dict[str, Any]]:
    return [{"name": name, "packs": count} for name, count in counts]


# --- the page ---


class Measured(NamedTuple):
    """A table that is a plot: rows of a name, a link or "", a number, and the length of its bar."""

    key: str
    title: str
    head: str
    rows: list[tuple[str, str, int, float]]


def stats_page(templates: Templates, site: Site, stats: Statistics) -> bytes:
    """`stats/index.html`."""
    return templates.page(
        "registry/stats.html",
        site,
        PAGE,
        templates.say("Statistics"),
        templates.say("What {registry} holds, and how it grew.", registry=site.registry.title),
        section=PAGE,
        stats=stats,
        growth=_growth(templates, stats),
        tables=_tables(templates, stats),
        sizes=plots.columns(list(_sizes(stats))),
        quality=plots.columns(list(_quality(stats))),
    )


def _growth(templates: Templates, stats: Statistics) -> list[tuple[str, str, plots.Plot, str]]:
    """(key, title, plot, summary) of what grows, by months; the summary is what a picture says, in a sentence."""
    say, every = templates.say, list(_filled(stats.months))
    found: list[tuple[str, str, plots.Plot, str]] = []
    for key, title, at in (
        ("packs", say("Packs over time"), 1),
        ("versions", say("Versions over time"), 2),
        ("publishers", say("Publishers over time"), 3),
    ):
        sums = accumulate(int(month[at]) for month in every)
        numbers = [(month.month, count) for month, count in zip(every, sums, strict=True)][-MONTHS:]
        found.append((key, title, plots.area(numbers), _from_to(templates, numbers)))
    return found


def _from_to(templates: Templates, numbers: Sequence[tuple[str, int]]) -> str:
    if not numbers:
        return templates.say("Nothing yet.")
    (start, first), (end, last) = numbers[0], numbers[-1]
    return templates.say("From {first} in {start} to {last} in {end}.", first=first, start=start, last=last, end=end)


def _filled(months: Sequence[Month]) -> Iterator[Month]:
    """The months with those between them in which nothing came, and the one before them all."""
    known = {month.month: month for month in months}
    if months:
        year, number = map(int, months[0].month.split("-"))
        year, number = (year - 1, 12) if number == 1 else (year, number - 1)
        while (name := f"{year:04}-{number:02}") <= months[-1].month:
            yield known.get(name, Month(name, 0, 0, 0))
            year, number = (year + 1, 1) if number == 12 else (year, number + 1)


def _tables(templates: Templates, stats: Statistics) -> list[Measured]:
    say = templates.say
    unnamed = {"none": say("none stated"), "other": say("unknown to SPDX")}
    return [
        _measured("features", say("Features"), say("Feature"), stats.features),
        _measured("targets", say("Targets"), say("Target"), stats.targets, {"any": say("every target")}),
        _measured("tags", say("Most frequent tags"), say("Tag"), stats.tags),
        _measured("licences", say("Licences"), say("Licence"), stats.licences, unnamed),
    ]


def _measured(family: str, title: str, head: str, counts: Counts, called: Mapping[str, str] = _AS_THEY_ARE) -> Measured:
    most = max((count for _, count in counts), default=0)
    rows = [
        (called.get(name, name), layout.listing(family, name) if listable(name) else "", count, plots.bar(count, most))
        for name, count in counts[:ROWS]
    ]
    return Measured(family, title, head, rows)


def _sizes(stats: Statistics) -> Iterator[tuple[str, int]]:
    """From the smallest class to the largest, those without packs between them too."""
    known = dict(stats.sizes)
    for exponent in range(min(known, default=0), max(known, default=-1) + 1):
        yield f"< {size(1 << exponent)}", known.get(exponent, 0)


def _quality(stats: Statistics) -> Iterator[tuple[str, int]]:
    known = dict(stats.quality)
    for points in range(0, 100, 10):
        yield f"{points}–{points + 9 if points < 90 else 100}", known.get(points, 0)
