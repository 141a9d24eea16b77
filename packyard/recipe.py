"""The plan of an output as a value: which path, from which inputs, and how to render it if that is not known yet.

A recipe's key digests the tool, the path and every field of the inputs, so a changed input cannot be forgotten: what a
renderer reads must be in `inputs`. A git tree id does not contain its own name; the path does.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable
from hashlib import sha256
from typing import Any, NamedTuple


class Recipe(NamedTuple):
    """One file of the site. `inputs` are values whose `repr` is their content; `render` gives the bytes."""

    path: str
    inputs: tuple[Any, ...]
    render: Callable[[], bytes]


def key(tool: str, recipe: Recipe) -> str:
    """What decides the recipe's bytes, as a digest."""
    return sha256(repr((tool, recipe.path, recipe.inputs)).encode("utf-8", "surrogateescape")).hexdigest()


def once(recipes: Iterable[Recipe]) -> list[Recipe]:
    """The recipes in the order of their paths; two for one path are a defect of the program."""
    ordered = sorted(recipes, key=lambda recipe: recipe.path)
    for first, second in itertools.pairwise(ordered):
        if first.path == second.path:
            raise AssertionError(f"two recipes write {first.path}")
    return ordered
