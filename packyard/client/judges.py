"""By what packs are judged: what is known of the registry, and its publishers, organisations and roots over time."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from typing import NamedTuple

from packyard.registry import Trust
from packyard.rules.revisions import Revisions


class Registry(NamedTuple):
    """By what a pack is judged: the registry's name, its trust files, the size of the log when each of them was first
    known, when the snapshot was issued, and the files of people that were verified before.
    """

    origin: str
    trusts: tuple[Trust, ...]
    since: tuple[int, ...]
    issued: int
    people: Mapping[str, bytes]


class Known(Revisions):
    """Publishers and organisations as the log brought them in. Since when there is a trust file the site does not say;
    but what came into the log after a client knew of one was not said by the roots before it.
    """

    def __init__(self, registry: Registry) -> None:
        super().__init__()
        for first, trust in zip(registry.since, registry.trusts, strict=True):
            self.add_trust(first, trust)

    def roots(self, at: int) -> tuple[Trust, ...]:
        """Every trust file that may have been the newest at the place `at` of the log."""
        found = bisect_right(self.trusts, at, key=lambda each: each[0])
        return self.chain()[max(0, found - 1) :]
