"""Several `models.json` as one: what a project has whose packs choose models, the first pack first.

    default small        the first pack that names one
    agents profiles      by name: the first pack that has it, with all that it says of it
    providers            member by member at every depth; where packs disagree, the first one
    routing              the routes of all packs, in the order of the packs
    overrides            by target: the first pack that has one

So a pack can only add to what those before it have said. A profile that extends another one of its own file gets the
profile of that name that counts, which may be an earlier pack's. Packs without faults never make a cycle together: from
an earlier pack no chain leads back to a later one. But they may make a chain that is too deep (`models.lineage`).

The order in which packs are taken together does not matter, only their own: `(a, b)` with `c` is `a` with `(b, c)`, as
long as no two packs have members of one provider of which one is an object and the other is none. A pack with itself is
the pack, its routes twice.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import reduce
from typing import Any, NamedTuple, TypeVar

from packyard.formats.models import Choice, Models

T = TypeVar("T")

EMPTY = Models(Choice("", "", {}), {}, {}, (), {})


class Source(NamedTuple):
    """The models of a pack, and what the pack is called."""

    pack: str
    models: Models


def merge(packs: Iterable[Models]) -> Models:
    """The models of packs in their order as one."""
    return reduce(_over, packs, EMPTY)


def _over(one: Models, other: Models) -> Models:
    return Models(
        one.base.over(other.base),
        _first(one.profiles, other.profiles),
        _deep(one.providers, _told(other.providers)),
        (*one.routing, *other.routing),
        _first(one.overrides, other.overrides),
    )


def _first(one: Mapping[str, T], other: Mapping[str, T]) -> dict[str, T]:
    """All members, those of the first before the others."""
    return {**one, **{name: value for name, value in other.items() if name not in one}}


def _deep(one: Mapping[str, Any], other: Mapping[str, Any]) -> dict[str, Any]:
    """All members; where both have objects, of these all members."""
    both = (name for name in one if isinstance(one[name], Mapping) and isinstance(other.get(name), Mapping))
    return _first(one, other) | {name: _deep(one[name], other[name]) for name in both}


def _told(value: Any) -> Any:
    """A value without the members of objects that are null: they say nothing."""
    if not isinstance(value, Mapping):
        return value
    return {name: _told(member) for name, member in value.items() if member is not None}
