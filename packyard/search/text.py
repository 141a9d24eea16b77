"""Words as people type them, beside text as strangers write it.

Both are compared *folded*: case, accents, width and characters without a shape make no difference, the same letter of
another writing stays another letter.

    Python  PYTHON  Ｐｙｔｈｏｎ    python
    Łódź  Straße  naïve           lodz  strasse  naive

A *word* is a run of letters and digits in folded text; everything else parts words:

    code-review  @acme/hello  C++  node.js        code review   acme hello   c   node js

Writings that do not part words by spaces (Chinese, Japanese, Thai and the like) are cut into overlapping pairs, and the
last character stands alone once more, so that what is inside of a sentence is found: 代码审查 is 代码 码审 审查 查.
The words of a query are the pairs alone: 审查 is 审查, and 查 is 查. A word is cut at `LONGEST` letters, and one that
is not all of a-z and 0-9 at `LONGEST_FOREIGN`.

The rules name ranges of code points instead of Unicode's classes, so that every browser cuts as every Python does.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from unicodedata import normalize

LONGEST, LONGEST_FOREIGN = 64, 24

_FOREIGN = re.compile(r"[^\x00-\x7f]+")
#: Accents of Latin, Greek and Cyrillic letters, and what has no shape.
_DROPPED = re.compile("[\u0300-\u036f\xad\u200b-\u200f\u2060-\u2064\ufe00-\ufe0f\ufeff]+")
_LETTERS = str.maketrans(
    {"ł": "l", "ø": "o", "đ": "d", "ð": "d", "ħ": "h", "ŧ": "t", "ı": "i", "æ": "ae", "œ": "oe", "þ": "th"}
)
_UNSPACED = (
    r"\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\u2fff\u3005-\u3007\u3041-\ua4cf\uf900-\ufaff"
    r"\U00020000-\U0003ffff"
)
_BETWEEN = (
    r"\x00-/:-`{-\xbf\u05be\u060c\u061b\u061f\u06d4\u0964\u0965\u2000-\u2bff\u2e00-\u303f\ufd3e\ufd3f"
    r"\ufe10-\ufe6f\uff00-\uffff"
)
_RUN = re.compile(f"([{_UNSPACED}]+)|[^{_BETWEEN}{_UNSPACED}]+")
_SPACE = re.compile(r"[\x00-\x20]+")
_PLAIN_RUN = re.compile("[0-9a-z]+")
_PLAIN = re.compile("[0-9a-z-]*")


def fold(text: str) -> str:
    """The text as it is compared. What is joined can be folded in parts: folding never looks past ASCII."""
    lower = text.lower()
    return lower if lower.isascii() else _FOREIGN.sub(_fold_match, lower)


def _fold_match(match: re.Match[str]) -> str:
    return _fold_foreign(match[0])


@lru_cache(4096)
def _fold_foreign(text: str) -> str:
    plain = normalize("NFKD", normalize("NFKD", text).casefold())
    return normalize("NFC", _DROPPED.sub("", plain).translate(_LETTERS))


def words(folded: str) -> list[str]:
    """The words of folded text that is searched in, in their order."""
    return [shortened(word) for word in _words(folded, alone=True)]


def asked(folded: str) -> list[str]:
    """The words of a folded query, in their order."""
    return [shortened(word) for word in _words(folded, alone=False)]


def shortened(text: str) -> str:
    """The text cut where terms end."""
    return text[: LONGEST if len(text) <= LONGEST_FOREIGN or _PLAIN.fullmatch(text) else LONGEST_FOREIGN]


def spaced(folded: str) -> str:
    """The text with one space for all white space and control characters that stand together, and none around it."""
    return _SPACE.sub(" ", folded).strip(" ")


def squeezed(folded: str) -> str:
    """All words of ASCII text as one: `code-review` and `code review` are `codereview`. "" of any other text."""
    return shortened("".join(_PLAIN_RUN.findall(folded))) if folded.isascii() else ""


def _words(folded: str, *, alone: bool) -> Iterator[str]:
    if folded.isascii():
        yield from _PLAIN_RUN.findall(folded)
        return
    for match in _RUN.finditer(folded):
        run = match[0]
        if match[1] is None:
            yield run
            continue
        yield from (run[at : at + 2] for at in range(len(run) - 1))
        if alone or len(run) == 1:
            yield run[-1]


def distance(one: str, other: str, most: int) -> int:
    """How many slips make one word of another: a character more, less or other, or two neighbours swapped, none of them
    changed twice (the optimal string alignment distance); `most` + 1 when there are more than `most`.
    """
    if abs(len(one) - len(other)) > most:
        return most + 1
    before, last = list[int](), list(range(len(other) + 1))
    for i, left in enumerate(one, 1):
        row = [i]
        for j, right in enumerate(other, 1):
            cost = min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (left != right))
            if i > 1 and j > 1 and left == other[j - 2] and one[i - 2] == right:
                cost = min(cost, before[j - 2] + 1)
            row.append(cost)
        if min(row) > most:
            return most + 1
        before, last = last, row
    return min(last[-1], most + 1)
