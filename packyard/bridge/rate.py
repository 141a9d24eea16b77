"""How often somebody may ask: so many requests in any stretch of so many seconds."""

from __future__ import annotations

from math import ceil
from typing import NamedTuple


class Rate(NamedTuple):
    """At most `most` requests in `seconds`."""

    most: int
    seconds: int


#: What the agentpacks registry allows to an address: requests of every kind, and packs to publish.
REQUESTS, PUBLISHES = Rate(100, 60), Rate(10, 60)

#: The times of the requests that were let through, in seconds, the oldest first.
Times = tuple[float, ...]


def admit(times: Times, now: float, rate: Rate) -> tuple[Times, int]:
    """The times that still count, with this request if it is let through; and the seconds to wait, 0 if it is."""
    kept = tuple(each for each in times if now - rate.seconds < each <= now)
    if len(kept) < rate.most:
        return (*kept, now), 0
    return kept, max(1, ceil(kept[0] + rate.seconds - now))
