"""The plan of an output as a value: which path, from which inputs, and how to render it if that is not known yet.

A recipe's key digests the tool, the path and every field of the inputs, so a changed input cannot be forgotten: what a
renderer reads must be in `inputs`. A git tree id does not contain its own name; the path does.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable
from functools import partial
from hashlib import sha256
from typing import Any, NamedTuple


class Recipe(NamedTuple):
    """One file of the site. `inputs` are values whose `repr` is their content; `render` gives the bytes. It is given
    the hashes of the files `after` which it is made, if it names any: files of the same unit, and before it by path.
    `copied` is the path of the file that it is a copy of, see `same`.
    """

    path: str
    inputs: tuple[Any, ...]
    render: Callable[..., bytes]
    after: tuple[str, ...] = ()
    copied: str = ""


def same(path: str, copied: str) -> Recipe:
    """The recipe of a file that has the bytes of another one, which was made before it in the same unit: nobody renders
    or reads them again.
    """
    return Recipe(path, (), _unrendered, copied=copied)


def _unrendered() -> bytes:
    raise AssertionError("what is a copy is not rendered")


def told(recipe: Recipe, digest: Callable[[str], str]) -> Recipe:
    """The recipe with the hashes that it waits for, which are inputs as all others; `digest` gives that of a path."""
    if not recipe.after:
        return recipe
    digests = tuple(map(digest, recipe.after))
    return Recipe(recipe.path, (*recipe.inputs, digests), partial(recipe.render, digests))


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
