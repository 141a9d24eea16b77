"""The values of variables, as far as the text itself gives them: after `C=curl`, the word `$C` is `curl`.

    X=a            known to be `a` from there on, in the whole text, whoever sets it
    ${X:-b}        the value of X, or `b` when nobody set it
    X=$(…)         not known

What is filled in is bounded for each text, so that reading stays linear.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from packyard.gate.running.command import MADE

_REFERENCE = re.compile(r"\$\{(\w+)(?::?[-=]([^{}]*+))?\}|\$(\w+)")
#: Characters of a value or word with which this is done, and of all that is filled in.
_LONGEST, _FILLED = 400, 100_000
#: How much is read of a text: a word counts one, a script five, a command ten.
_MOST = 200_000


class Known:
    """What all readers of one text share: its variables, and how much may still be read."""

    def __init__(self) -> None:
        self.values, self.left = Values(), _MOST


class Values:
    """The variables of one text."""

    def __init__(self) -> None:
        self._known: dict[str, str] = {}
        self._left = _FILLED

    def take(self, pairs: Iterable[tuple[str, str]]) -> None:
        """Variables are set; one whose value is made by a command is no longer known."""
        for name, value in pairs:
            filled = self.filled(value)
            if MADE in filled or len(filled) > _LONGEST:
                self._known.pop(name, None)
            else:
                self._known[name] = filled

    def filled(self, word: str) -> str:
        """The word with the values that are known in it."""
        if "$" not in word or len(word) > _LONGEST or self._left <= 0:
            return word
        filled = _REFERENCE.sub(self._value, word)
        self._left -= len(filled)
        return filled

    def _value(self, found: re.Match[str]) -> str:
        return self._known.get(found[1] or found[3], found[2] or found[0])
