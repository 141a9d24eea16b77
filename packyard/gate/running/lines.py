"""Where in a text a place is."""

from __future__ import annotations

import re
from bisect import bisect_left
from functools import cached_property


class Lines:
    """The lines of a text whose first line has the number `first`."""

    def __init__(self, text: str, first: int = 1) -> None:
        self._text, self._first = text, first

    @cached_property
    def breaks(self) -> list[int]:
        """The places of the line breaks."""
        return [found.start() for found in re.finditer("\n", self._text)]

    def at(self, place: int) -> int:
        """The number of the line that this place is on."""
        return self._first + bisect_left(self.breaks, place)
