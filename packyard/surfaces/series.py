"""What only ever grows, cut into pages by number: the audit log, the packs by first publication, the versions.

The things of a series are numbered from 0, and page N holds those from `PAGE * (N - 1)` on. The newest page, which is
not full yet or just became so, is `index.html` of the series; it becomes closed when the next thing comes, and gets its
address for good:

    audit/index.html       the newest 1 to 100
    audit/0/37.html        page 37, closed; a folder holds a hundred of them
    audit/1/112.html

So a new thing costs one page. One in a hundred closes a page: then there is also the closed page, and the one before
it, whose link to the next led to `index.html` and now leads to the closed page for good. A page never says how many
there are after it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

#: How many things a page holds, and pages a folder.
PAGE, FOLDER = 100, 100

#: About how many other pages the newest one links to.
_JUMPS = 12


class Part(NamedTuple):
    """A page of a series: its path and number, the things it holds (`start` to before `stop`), the paths of its
    neighbours, "" when there is none, and of the newest page (number, path) of others to jump to.
    """

    path: str
    number: int
    start: int
    stop: int
    older: str
    newer: str
    newest: str
    jumps: tuple[tuple[int, str], ...] = ()


def count(size: int) -> int:
    """How many pages a series of this size has; an empty one has an empty page."""
    return max(1, -(-size // PAGE))


def part(folder: str, size: int, number: int) -> Part:
    """Page `number`, from 1, of the series of this size in `folder`, such as `audit/`."""
    newest = count(size)
    start = PAGE * (number - 1)
    return Part(
        _path(folder, number, newest),
        number,
        start,
        min(start + PAGE, size),
        _path(folder, number - 1, newest) if number > 1 else "",
        _path(folder, number + 1, newest) if number < newest else "",
        _path(folder, newest, newest),
        tuple((at, _path(folder, at, newest)) for at in _jumps(newest)) if number == newest else (),
    )


def changed(before: int, size: int) -> Iterator[int]:
    """The numbers of the pages that are new or other when a series grows from `before` to `size`; all of them when it
    was empty.
    """
    first, last = count(before), count(size)
    if before and first < last:
        first = max(1, first - 1)
    return iter(range(first, last + 1))


def _path(folder: str, number: int, newest: int) -> str:
    return folder + ("index.html" if number == newest else f"{number // FOLDER}/{number}.html")


def _jumps(newest: int) -> list[int]:
    """The first page, and some between: fewer the further back."""
    found, step = set[int](), 1
    while newest - step > 1 and len(found) < _JUMPS:
        found.add(newest - step)
        step *= 2
    return sorted(found | ({1} if newest > 1 else set()), reverse=True)
