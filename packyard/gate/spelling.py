"""When one word could be mistaken for another: what looks the same, and what a slip of the fingers makes of a word.

    number    one is the plural of the other                      rule        rules
    looks     characters or pairs that look the same              modern      modem
    slips     a character more, less or other, or two swapped     hygiene     hygeine
              (the optimal string alignment distance): one in a word of four letters and more, two from ten on,
              and two from five on when the letters and the first of them are the same: `python`, `phyton`

In a word of up to three letters only two swapped ones, a doubled one and a neighbouring key of a keyboard are a slip,
the last two only beside other words. Words that both stand in `WORDS` are two words and no slip of each other, and
digits that differ are two numbers: `python2` and `python3` are not alike.
"""

from __future__ import annotations

from packyard.gate.words import WORDS

_ALIKE = str.maketrans("0123456789i", "olzeasbtbgl")
_JOINED = (("rn", "m"), ("vv", "w"), ("cl", "d"))
_ROWS = ("1234567890", "qwertyuiop", "asdfghjkl", "zxcvbnm")
_PLACES = {key: (row, column) for row, keys in enumerate(_ROWS) for column, key in enumerate(keys)}
_SHORT, _LONG = 3, 10


def look(text: str) -> str:
    """What the eye sees at a glance: characters, and pairs of them, that look the same are one."""
    seen = text.translate(_ALIKE)
    for pair, one in _JOINED:
        seen = seen.replace(pair, one)
    return seen


def slip(word: str, other: str, agree: int) -> str:
    """How `word` could be mistaken for `other`, or "" when it could not; `agree` counts the letters of the words beside
    them that are the same.
    """
    if _is_plural(word, other):
        return f"`{word}` and `{other}` differ in number only"
    if (word in WORDS and other in WORDS) or _without_digits(word) == _without_digits(other):
        return ""
    if look(word) == look(other) and min(len(word), len(other)) > 1:
        return f"`{word}` looks like `{other}`"
    return _typo(word, other, agree)


def _is_plural(word: str, other: str) -> bool:
    singular, plural = sorted((word, other), key=len)
    if len(singular) < _SHORT or singular.endswith("s"):
        return False
    return plural in (f"{singular}s", f"{singular}es", f"{singular.removesuffix('y')}ies")


def _without_digits(word: str) -> str:
    return "".join("0" if character.isdigit() else character for character in word)


def _typo(word: str, other: str, agree: int) -> str:
    from rapidfuzz.distance import OSA

    shorter, longer = sorted((len(word), len(other)))
    shuffled = sorted(word) == sorted(other)
    if OSA.distance(word, other) > (2 if longer >= _LONG or (shuffled and _is_shuffled(word, other)) else 1):
        return ""
    if shuffled:
        return f"letters of `{other}` are swapped in `{word}`"
    if shorter > _SHORT or (agree > _SHORT and (_is_doubled(word, other) or _are_neighbours(word, other))):
        return f"`{word}` is a slip away from `{other}`"
    return ""


def _is_shuffled(word: str, other: str) -> bool:
    """Whether two words of the same letters are alike to a quick reader, who looks at the first one and the length."""
    return len(word) > _SHORT + 1 and word[0] == other[0]


def _is_doubled(word: str, other: str) -> bool:
    """Whether one of the words is the other with a letter twice."""
    shorter, longer = sorted((word, other), key=len)
    return any(shorter[:at] + shorter[at - 1 :] == longer for at in range(1, len(shorter) + 1))


def _are_neighbours(word: str, other: str) -> bool:
    """Whether the words differ in keys that lie beside each other."""
    differ = [pair for pair in zip(word, other, strict=False) if pair[0] != pair[1]]
    return len(word) == len(other) and all(_beside(*pair) for pair in differ)


def _beside(key: str, other: str) -> bool:
    if key not in _PLACES or other not in _PLACES:
        return False
    (upper, left), (lower, right) = sorted((_PLACES[key], _PLACES[other]))
    return abs(left - right) == 1 if upper == lower else lower - upper == 1 and left - right in (0, 1)
