"""What a dialect is: another program's formats, said from the same catalogue.

A dialect has files of each pack, which belong to the pack (`packyard.formats.foreign`) and change with it alone; and
lists of packs. What a list says of a pack is one text that the pack itself makes, and the list shows the first of
them by rank: so a list costs what it shows, however many packs there are.

    plan(hand, pack)              a pack's files
    said(hand, pack)              what lists say of the pack, and which; None when none has it
    plan_list(site, view, name)   a list; that of the name "" is everything else, and is planned in every build

A list is there as long as a pack is in it; `always` are the names of those that are there without, and `grown` gives
those that change with the size of the registry. Nothing that is said in a dialect may act where a page would: JSON in a
file that a host may serve as a page has no `<`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Any, NamedTuple, Protocol

from packyard.formats.featured import Featured
from packyard.model import Pack, Row
from packyard.recipe import Recipe, same
from packyard.surfaces.pack.values import Hand
from packyard.surfaces.site import Site, Totals

#: What a page would take for more than text, and what ends a line of a script, as JSON writes it otherwise.
_ACTIVE = {ord(sign): f"\\u{ord(sign):04x}" for sign in "<>&\u2028\u2029"}


class Said(NamedTuple):
    """A pack's `text` in the lists of a dialect, and these: pairs of a list's name and the pack's rank in it. Lists are
    ordered by rank, then by name, both by code points.
    """

    text: str
    lists: tuple[tuple[str, str], ...]


class Event(NamedTuple):
    """An event: the number of its entry in the log, the entry, and whose keys signed it, "" for root keys."""

    log_index: int
    entry: bytes
    actors: tuple[str, ...]


class Size(NamedTuple):
    """How much a registry has had: neither goes back."""

    packs: int
    events: int


class View(Protocol):
    """What lists see: those of their own dialect, and a few facts of the catalogue."""

    def head(self, name: str, count: int) -> list[str]:
        """The first texts of a list."""
        ...

    def size(self, name: str) -> int:
        """How many packs a list has."""
        ...

    def sizes(self, prefix: str) -> list[tuple[str, int]]:
        """(name, packs) of the lists whose names begin so, by name."""
        ...

    def text(self, pack: str) -> str:
        """What lists say of a pack, "" when none has it."""
        ...

    def each(self, name: str, after: str, count: int) -> list[tuple[str, str]]:
        """(pack, text) of packs in a list by their names, those behind the name `after`."""
        ...

    def featured(self) -> list[Featured]: ...

    def totals(self) -> Totals: ...

    def row(self, name: str) -> Row | None: ...

    def events(self, start: int, stop: int) -> list[Event]:
        """The events numbered from `start` to before `stop`."""
        ...

    def extent(self) -> Size: ...


def unmoved(_: Size, __: Size) -> Iterator[str]:
    """The lists of a dialect that change with their packs alone."""
    return iter(())


class Dialect(NamedTuple):
    """A dialect, by the name that it has in `registry.yaml`. `grown` gives the lists, those that no pack is in among
    them, that change when a registry grows from one size to another; a new one grows from nothing.
    """

    name: str
    plan: Callable[[Hand, Pack], Iterable[Recipe]]
    said: Callable[[Hand, Pack], Said | None]
    plan_list: Callable[[Site, View, str], Iterable[Recipe]]
    always: tuple[str, ...] = ()
    grown: Callable[[Size, Size], Iterable[str]] = unmoved


def encode(value: Any) -> bytes:
    """JSON on one line, without a sign that a page would act on."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return text.translate(_ACTIVE).encode() + b"\n"


def document(folder: str, inputs: tuple[Any, ...], make: Callable[[], Any]) -> Iterator[Recipe]:
    """The two files of a document at the address of a folder: `index.html`, which every host answers with, and
    `index.json` for hosts that can be told. `folder` ends with a slash.
    """
    page = folder + "index.html"
    yield Recipe(page, inputs, partial(_render, make))
    yield same(folder + "index.json", page)


def _render(make: Callable[[], Any]) -> bytes:
    return encode(make())


def nothing(_: object, __: object) -> Iterator[Recipe]:
    """The files of a pack in a dialect that has none."""
    return iter(())


def unsaid(_: object, __: object) -> None:
    """What lists say of a pack in a dialect that has none."""
