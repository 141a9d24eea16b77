r"""Words in letters that look like others.

    p\u0430yload                       Cyrillic letters in a word of Latin ones
    \U0001d5f6\U0001d5f4\U0001d5fb\U0001d5fc\U0001d5ff\U0001d5f2 all     letters of formulas
    \uff49\uff47\uff4e\uff4f\uff52\uff45 \uff41\uff4c\uff4c            letters as wide as ideographs

To a reader, and often to an agent, they are the word that they look like; to a search, or to whoever compares two
names, they are another one. A word of two scripts counts when every foreign letter in it looks Latin: no unit does
that (`\u03bcs`), no formula (`\u0394x`), no name of a protein (`TNF\u03b1`), and no Russian or Greek word. Letters of
formulas count when they are more than a formula has in a row; wide ones too, among ideographs when they are even more.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from unicodedata import normalize

from packyard.formats.unseen import eastern

#: Letters that look like Latin ones in most fonts: Cyrillic, Armenian, Cherokee, and Greek capitals.
_TWINS = (
    "\u0430\u0435\u043e\u0440\u0441\u0443\u0445\u0455\u0456\u0457\u0458\u0501\u051b\u051d\u04bb\u04cf\u04af\u0451"
    "\u0410\u0412\u0415\u041a\u041c\u041d\u041e\u0420\u0421\u0422\u0423\u0425\u0405\u0406\u0407\u0408\u04ae\u050c\u051a\u051c"
    "\u0391\u0392\u0395\u0396\u0397\u0399\u039a\u039c\u039d\u039f\u03a1\u03a4\u03a5\u03a7\u03bf\u03f2\u03f3"
    "\u0570\u0578\u057d\u0585\u0555\u054f\u053c\u13aa\u13a1\u13d9\u13de\u13a5\u13b7\u13f4\u13a2\u13c6"
)
#: Greek letters that formulas and names use as well: they count between Latin ones.
_INNER = "\u03b1\u03b9\u03ba\u03bd\u03c1\u03c5"
_LATIN = r"a-zA-Z\xc0-\xd6\xd8-\xf6\xf8-\u024f"
_MIXED = re.compile(rf"[{_LATIN}{_TWINS}{_INNER}]{{3,}}")
_INSIDE = re.compile(rf"(?<=[a-z])[{_INNER}]+(?=[a-z])|[{_TWINS}]")
_LETTER = re.compile(r"[^\W\d_]")
#: An abbreviation with the ending of a Russian case.
_DECLINED = re.compile(r"[A-Z]{2,}[\u0430-\u044f]{1,3}")

_STYLED = r"\U0001d400-\U0001d6a5\u210a-\u2113\u211b-\u211d\u2124\u2128\u212c-\u2134\u24b6-\u24e9\U0001f130-\U0001f149"
_WIDE = r"\uff21-\uff3a\uff41-\uff5a"
_DRESSED = re.compile(rf"[{_STYLED}]{{2,}}(?:[ \u3000][{_STYLED}]+)*+|[{_WIDE}]{{2,}}(?:[ \u3000][{_WIDE}]+)*+")
#: Letters in a row that make it a text: more than in the name of a function, or among ideographs in that of a product.
_TEXT, _PRODUCT = 8, 16
#: What is looked at on either side for ideographs.
_NEAR = 60


def lookalikes(text: str) -> Iterator[tuple[int, str]]:
    """Where words begin that are spelled in letters that look like others; the words, and what is odd about them."""
    for word in _MIXED.finditer(text):
        twins = sorted(set(_INSIDE.findall(word[0])))
        latin = any(letter not in _TWINS + _INNER for letter in word[0])
        if twins and latin and not _DECLINED.fullmatch(word[0]) and not _goes_on(text, word):
            yield word.start(), f"{word[0]} ({', '.join(f'U+{ord(letter[0]):04X}' for letter in twins)})"
    for run in _DRESSED.finditer(text):
        spelt = normalize("NFKC", run[0])
        near = text[max(0, run.start() - _NEAR) : run.start()] + text[run.end() : run.end() + _NEAR]
        if len(spelt.replace(" ", "")) >= (_PRODUCT if eastern(near) else _TEXT):
            yield run.start(), f"{run[0]} ({spelt})"


def _goes_on(text: str, word: re.Match[str]) -> bool:
    """Whether the letters are a part of a longer word, with others that look like nothing else."""
    start, end = word.span()
    return any(map(_LETTER.match, (text[max(0, start - 1) : start], text[end : end + 1])))
