"""Words as people type them, beside text as strangers write it.

Both are compared *folded*: case, accents, width and characters without a shape make no difference, the same letter of
another writing stays another letter.

    Python  PYTHON  Ｐｙｔｈｏｎ    python
    Łódź  Straße  naïve           lodz  strasse  naive

A word is found in a pack by the best of the places where it stands, from the name down to the description:

    the name itself, or without its scope      hello           hello, @acme/hello
    the beginning of the name                  hel             hello-world
    a word of the name, its beginning          world, wor      hello-world
    a tag, a word of a tag, its beginning      greet           greeting
    the inside of a name                       ell             hello-world
    a word of the description, its beginning   opens           "Greets whoever opens the project"

Writings that do not part words by spaces are searched inside of words as well. A word that is nowhere may be a slip:
one character more, less or other, or two swapped (the optimal string alignment distance), one from three letters on,
two from eight.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from functools import lru_cache
from unicodedata import normalize

#: Where a word stands in a text.
INSIDE, BEGIN, WHOLE = 1, 2, 3
#: What stands around each of the tags of a pack.
SEPARATOR = "\x1f"
#: From here on a word is in the name or the tags of a pack, and no slip is to be looked for.
SURE = 400

_NAME, _PREFIX = 100, 80
_IN_NAME, _IN_TAGS, _IN_TEXT = (0, 30, 60, 70), (0, 15, 40, 50), (0, 0, 15, 20)
_TAG = 55
_INSIDE_FOREIGN = 12

_ONE_SLIP, _TWO_SLIPS, _MOST_SLIPS = 3, 8, 6
_MOST_GUESSES = 3

_FOREIGN = re.compile(r"[^\x00-\x7f]+")
#: Accents of Latin, Greek and Cyrillic letters, and what has no shape.
_DROPPED = re.compile("[\u0300-\u036f\xad\u200b-\u200f\u2060-\u2064\ufe00-\ufe0f\ufeff]+")
_LETTERS = str.maketrans(
    {"ł": "l", "ø": "o", "đ": "d", "ð": "d", "ħ": "h", "ŧ": "t", "ı": "i", "æ": "ae", "œ": "oe", "þ": "th"}
)


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


def place(word: str, text: str) -> int:
    """The best place of a word in a text, both folded: `WHOLE`, `BEGIN`, `INSIDE`, or 0 when it is not there."""
    best, at = 0, text.find(word)
    while at >= 0:
        end = at + len(word)
        if at and text[at - 1].isalnum():
            best = best or INSIDE
        elif end == len(text) or not text[end].isalnum():
            return WHOLE
        else:
            best = BEGIN
        at = text.find(word, at + 1)
    return best


def points(word: str, name: str, tags: str, description: str) -> int:
    """How well a word fits a pack, all folded; 0 when it is nowhere. Tags stand between separators.

    Ten times the points of the best place, and one for each further field that has the word.
    """
    found = (
        _in_name(word, name) if word in name else 0,
        _in_tags(word, tags) if word in tags else 0,
        _in_text(word, description) if word in description else 0,
    )
    return 10 * max(found) + 2 - found.count(0) if any(found) else 0


def forms(name: str) -> tuple[str, ...]:
    """What counts as the name itself: `@acme/hello`, `acme/hello`, `hello`."""
    return (name, name[1:], name.rpartition("/")[2]) if name.startswith("@") else (name,)


def _in_name(word: str, name: str) -> int:
    at = place(word, name)
    if word in (known := forms(name)):
        return _NAME
    if any(form.startswith(word) for form in known):
        return _PREFIX + at
    return _IN_NAME[at]


def _in_tags(word: str, tags: str) -> int:
    at = place(word, tags)
    return _TAG if at == WHOLE and f"{SEPARATOR}{word}{SEPARATOR}" in tags else _IN_TAGS[at]


def _in_text(word: str, text: str) -> int:
    at = place(word, text)
    return _INSIDE_FOREIGN if at == INSIDE and not word.isascii() else _IN_TEXT[at]


def vocabulary(packs: Iterable[tuple[str, str]]) -> set[str]:
    """The names and tags of packs, given as (name, tags between separators), and their parts, all folded."""
    whole = set[str]()
    for name, tags in packs:
        whole.update((name, name.rpartition("/")[2], *tags.split(SEPARATOR)))
    return whole.union("\n".join(whole).replace("-", "\n").replace("/", "\n").split("\n")) - {""}


def slips(word: str, known: Collection[str]) -> tuple[str, ...]:
    """Those of the known words that could be meant by a word, the nearest first."""
    most = 0 if len(word) < _ONE_SLIP else 1 if len(word) < _TWO_SLIPS else 2
    return _near(word, known, most, _MOST_SLIPS) if most else ()


def guesses(word: str, known: Collection[str]) -> tuple[str, ...]:
    """A few of the known words that are not too unlike a word, the nearest first."""
    return _near(word, known, max(2, len(word) * 2 // 5), _MOST_GUESSES)


def _near(word: str, known: Collection[str], most: int, count: int) -> tuple[str, ...]:
    from rapidfuzz.distance import OSA
    from rapidfuzz.process import extract

    found = extract(word, known, scorer=OSA.distance, score_cutoff=most, limit=None)
    near = sorted((distance, other) for other, distance, _ in found if distance)
    return tuple(other for _, other in near[:count])
