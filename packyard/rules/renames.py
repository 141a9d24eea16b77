"""Where a rename leads.

A client that is asked for a pack under its old name goes on to the new one, from there perhaps to a third, and takes
what it finds. So a rename arrives at a pack that is there: a name that nobody has could be taken by somebody who would
get everybody who follows. The old name is never free again, since its pack stays. How many steps it takes is not
limited here, since the last of them would make all the renames before it too long, which were good when they were made.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from packyard.errors import Problem


def check_rename(name: str, path: str, lead: Callable[[str], str | None]) -> Iterator[Problem]:
    """The problem, at `path`, of the renamed pack `name` if it does not arrive.

    `lead` gives the name under which a pack goes on, "" for a pack that is not renamed, None for no pack.
    """
    way, at = {name: None}, name
    while (to := lead(at)) and to not in way:
        way[to], at = None, to
    if to:
        found, expected = " → ".join((*way, to)), "a pack that is not renamed"
        yield Problem("rename-astray", path, "the rename leads round in a circle", 0, expected, found)
    elif to is None:
        message = f"there is no pack {at} that could carry on"
        yield Problem("rename-astray", path, message, expected="a pack of this registry", found=" → ".join(way))
