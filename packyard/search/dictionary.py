"""The dictionary of terms: made of all packs at once, or kept from change to change. Both give the same lines.

whole = Collected()
for ident, row in enumerate(rows):
    whole.add(ident, terms_of(row))
for term, line in whole.lines(): …

changed = {term: line_after(line, ident, None, place) for term, … in difference(before, after)}
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby
from typing import NamedTuple

from packyard.search import lists
from packyard.search.terms import WITH_LENGTH, Terms, spellings


class Collected:
    """The lines of all terms, to which packs are added by their ids upwards."""

    def __init__(self) -> None:
        self._lists, self._last = dict[str, bytearray](), dict[str, int]()

    def add(self, ident: int, terms: Terms) -> None:
        """Adds a pack."""
        for term, (place, length) in terms.items():
            key = f"{term}\t{place}"
            written = lists.number(ident - self._last.get(key, -1) - 1)
            self._last[key] = ident
            if place in WITH_LENGTH:
                written += lists.number(length)
            if key in self._lists:
                self._lists[key] += written.encode()
            else:
                self._lists[key] = bytearray(written.encode())

    def lines(self) -> Iterator[tuple[str, str]]:
        """(term, its line), in the order of the terms."""
        known = (key.split("\t") for key in self._lists)
        bare = {spelling for term, place in known for spelling in spellings(term, place)}
        for term, found in groupby(sorted([*self._lists, *bare]), lambda key: key.partition("\t")[0]):
            places = [key for key in found if key != term]
            yield term, "\t".join((term, *(key[-1] + self._lists[key].decode() for key in places)))


class Change(NamedTuple):
    """That a pack is no more `before` in a term's lists, and is `after`: a place and a length, or None."""

    term: str
    before: tuple[str, int] | None
    after: tuple[str, int] | None


def difference(before: Terms, after: Terms) -> Iterator[Change]:
    """What changes in the dictionary when a pack has other terms."""
    for term in before.keys() | after.keys():
        change = Change(term, before.get(term), after.get(term))
        if change.before != change.after:
            yield change


def changed_line(line: str, ident: int, change: Change) -> str:
    """A term's line ("" when there is none) after a change of one pack; "" when nothing is left of it."""
    _, there = lists.parse_line(line) if line else ("", {})
    if change.before:
        place, _ = change.before
        there[place] = [pack for pack in there.get(place, ()) if pack[0] != ident]
    if change.after:
        place, length = change.after
        there[place] = sorted([*there.get(place, ()), (ident, length)])
    return lists.format_line(change.term, there) if any(there.values()) else ""


def places(line: str) -> Iterable[str]:
    """The places of a term's line."""
    return (text[:1] for text in line.split("\t")[1:])


def respelt(term: str, before: str, after: str) -> Mapping[str, str]:
    """The lines of the spellings of a term that come or go ("") when its line becomes another one."""
    old, new = spellings(term, places(before)) if before else (), spellings(term, places(after)) if after else ()
    if old == new:
        return {}
    return dict.fromkeys(old, "") | dict(zip(new, new, strict=True))
