"""What an audit gives."""

from __future__ import annotations

from typing import NamedTuple

from packyard.errors import Problem


class Counts(NamedTuple):
    """How much was looked at; `size` in bytes."""

    files: int = 0
    size: int = 0
    packs: int = 0
    versions: int = 0
    entries: int = 0


class Report(NamedTuple):
    """What is wrong, sorted by path; what could not be looked at or should be known; and how much was looked at.

    `snapshot` is the number of the snapshot, 0 when there is none to believe.
    """

    problems: tuple[Problem, ...]
    notes: tuple[Problem, ...]
    counts: Counts
    snapshot: int
