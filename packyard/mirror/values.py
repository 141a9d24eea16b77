"""What a sync is asked for, and what it says of itself."""

from __future__ import annotations

from typing import NamedTuple

from packyard.errors import BadSignature, ProblemsFound
from packyard.head import Head

#: After how many seconds a source is asked again that does not have what it promises.
PAUSES = (0.0, 0.5, 2.0, 5.0, 10.0)


class Terms(NamedTuple):
    """How to sync: at what time, in seconds; the root key that must have signed the first trust file, if it is known;
    how many requests at once; whether nothing that the mirror has is taken as it is.
    """

    now: int
    root_key: str = ""
    jobs: int = 8
    repair: bool = False
    pauses: tuple[float, ...] = PAUSES


class Synced(NamedTuple):
    """The head of the mirror, whether it is another than before, and what that took: `packs` are those of which the log
    told something new, `size` is what was read, in bytes.
    """

    head: Head
    changed: bool
    packs: tuple[str, ...] = ()
    written: int = 0
    removed: int = 0
    requests: int = 0
    size: int = 0


class Untrue(ProblemsFound):
    """What the source has is sealed and not true: somebody's signature, the log or a document does not fit."""

    exit_code = BadSignature.exit_code
