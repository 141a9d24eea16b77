"""The advisories of a registry as documents: each by itself, in canonical form, and the index of all."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial

from packyard.formats import layout
from packyard.formats.advisories import format_advisories
from packyard.formats.advisory import format_document
from packyard.recipe import Recipe
from packyard.rules.advisories import Listed


def plan_advisories(listed: Sequence[Listed], blob: Callable[[str], bytes]) -> Iterator[Recipe]:
    """The recipes; `blob` gives the text of an advisory by its id in git. Without any there is an empty index."""
    for each in listed:
        yield Recipe(layout.advisory(each.advisory.id), (each.oid,), partial(_render, blob, each.oid))
    found = tuple(each.advisory for each in listed)
    yield Recipe(layout.ADVISORIES_INDEX, found, partial(format_advisories, found))


def _render(blob: Callable[[str], bytes], oid: str) -> bytes:
    return format_document(blob(oid))
