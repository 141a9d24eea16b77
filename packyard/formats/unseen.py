r"""Characters that have no shape, and where writing needs them (Unicode 15.1, chapter 23; UTS #51; UAX #9).

What nobody sees can still be read by a program: tag characters and variation selectors spell whole texts, direction
marks put words in another order, and a zero-width space makes two names of one. The same characters are in honest use:

    \U0001f469\u200d\U0001f4bb  1\ufe0f\u20e3    joiners and selectors of emoji: a woman at a computer, a keycap
    \u0645\u06cc\u200c\u062e  \u0915\u094d\u200d\u0937    joiners in Persian, in Indic and other writings
    \u05e9\u05dc (C++)\u200e                     direction marks where writings of both directions meet
    \u1797\u17b6\u200b\u1781                     zero-width spaces between words of Khmer, Thai, Lao, Burmese
    \u845b\U000e0100  \u2268\ufe00               variants of ideographs and of mathematical signs

So a character is judged with its neighbours. A *run* is everything without a shape that stands together: `needed` says
whether the writing around a run explains it. What *turns* the direction of a stretch of text comes in pairs, and is
judged by its line: `paired` says whether every pair is whole. Line ends, tabs, form feeds and spaces that can be seen
are no such characters; other controls are.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

CONTROLS = r"\x00-\x08\x0b\x0e-\x1f\x7f-\x9f"
TAGS = r"\U000e0000-\U000e007f"
#: What says which variant of the character before it is meant; the last two of the first sixteen are about emoji.
SELECTORS = r"\ufe00-\ufe0f\U000e0100-\U000e01ef"
#: What turns the direction of whole stretches: embeddings, overrides, isolates, and their ends.
TURNS = r"\u202a-\u202e\u2066-\u2069"

_SHAPELESS = (
    CONTROLS + r"\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028\u2029\u2060-\u2065"
    r"\u206a-\u206f\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
    r"\U000e0000-\U000e0fff"
)
_RIGHT_TO_LEFT = re.compile(
    r"[\u0590-\u060b\u060d-\u061b\u061d-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\U00010800-\U00010fff\U0001e800-\U0001eeff]"
)
_CURSIVE = r"\u0600-\u07ff\u0840-\u08ff\u1807-\u18af\ua840-\ua877\ufb50-\ufdff\ufe70-\ufefc\U00010ac0-\U00010aff"
_INDIC = r"\u0900-\u0dff\u1c50-\u1c7f\ua830-\ua839\ua8e0-\ua8ff\uabc0-\uabff\U00011000-\U000116ff\U0001e900-\U0001e95f"
_SOUTHEAST = r"\u0e00-\u109f\u1780-\u17b3\u17b6-\u17ff\u1950-\u1aaf\u1b00-\u1bff\ua980-\ua9ff\uaa00-\uaadf"
_PICTURES = (
    r"\xa9\xae\u203c\u2049\u20e3\u2122\u2139\u2190-\u27ff\u2900-\u2bff\u3030\u303d\u3297\u3299\U0001f000-\U0001faff"
)
_IDEOGRAPHS = r"\u3005\u3007\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
#: Ideographs, and what is written among them.
_EASTERN = _IDEOGRAPHS + r"\u3001-\u3003\u3006-\u303f\u3040-\u312f\u31a0-\u31ff\uac00-\ud7a3\uff01-\uff9f"
_SIGNS = r"0\u1000-\u109f\u2190-\u2bff\u3001-\u303f\ua840-\ua877\uaa60-\uaa7f\uff01-\uff60\U00010ac0-\U00010aff"
_FORMULA = r"()\[\]{}|0-9\u0370-\u03ff\u2032-\u2034\u2070-\u209f\u2100-\u214f\u2200-\u22ff\U0001d400-\U0001d7ff"
_JAMO = r"\u1100-\u115e\u1161-\u11ff\ua960-\ua97f\ud7b0-\ud7ff"


def _tags(pattern: str) -> str:
    return "".join(f"[{chr(0xE0061)}-{chr(0xE007A)}]" if sign == "?" else chr(0xE0000 + ord(sign)) for sign in pattern)


#: The flags of England, Scotland and Wales, of the states of the USA and the provinces of Canada, less the black flag.
_FLAGS = "|".join(map(_tags, ("gbeng", "gbsct", "gbwls", "us??", "ca??")))

#: A run with one character before and one after it, where the writing needs the run.
_NEEDED = rf"""
    [{_CURSIVE}{_INDIC}{_SOUTHEAST}] [\u200c\u200d]{{1,2}} .
  | . [\u200c\u200d]{{1,2}} [{_CURSIVE}{_SOUTHEAST}]
  | [{_PICTURES}] \ufe0f?\u200d [{_PICTURES}]
  | [{_PICTURES}0-9\#*] [\ufe0e\ufe0f] .
  | [{_IDEOGRAPHS}] (?:[\ufe00-\ufe02]|[\U000e0100-\U000e01ef]) .
  | [{_SIGNS}] [\ufe00-\ufe02] .
  | [{_SOUTHEAST}{_EASTERN}] \u200b{{1,2}} .
  | . \u200b{{1,2}} [{_SOUTHEAST}{_EASTERN}]
  | [\u1800-\u180a\u1810-\u18af] [\u180b-\u180d\u180f]?\u180e? .
  | [\u0300-\u036f\u0591-\u05c7] \u034f .
  | [\u1780-\u17b3\u17b6-\u17ff] [\u17b4\u17b5] .
  | [{_JAMO}] [\u115f\u1160]{{1,2}} .
  | . [\u115f\u1160]{{1,2}} [{_JAMO}]
  | [{_FORMULA}] [\u2061-\u2064] .
  | . [\u2061-\u2064] [{_FORMULA}]
  | \U0001f3f4 (?:{_FLAGS}) \U000e007f .
"""
_MARKS, _BLANKS = re.compile("[\u200e\u200f\u061c]{1,2}"), re.compile("\u2800+")
_TURN = re.compile(f"[{TURNS}]")
_ENDS = {"\u202a": "\u202c", "\u202b": "\u202c", "\u2066": "\u2069", "\u2067": "\u2069", "\u2068": "\u2069"}
_WORD = re.compile("[^\\W\\d_]*(?:\xad+[^\\W\\d_]*)+")
#: Soft hyphens of a text that is divided by them, and letters of a word that they may stand in.
_HYPHENS, _LONG_WORD = 5, 9
#: As much of a line as this, before and after a run, is looked at for what explains it.
_NEAR = 120


def runs(text: str) -> Iterator[re.Match[str]]:
    """Every run of characters without a shape, in order, needed or not; what turns the direction is in none."""
    return _runs(text.isascii()).finditer(text)


def needed(run: re.Match[str]) -> bool:
    """Whether the writing around a run needs it, so that it hides nothing."""
    text, found, (start, end) = run.string, run[0], run.span()
    if _BLANKS.fullmatch(found):
        return re.search("[\u2801-\u28ff]", _near(text, start, end)) is not None
    if (mark := _MARKS.search(found)) and right_to_left(_near(text, start, end)):
        found = found[: mark.start()] + found[mark.end() :]
    before, after = text[max(0, start - 1) : start] or "\n", text[end : end + 1] or "\n"
    return not found or _context().fullmatch(before + found + after) is not None


def right_to_left(text: str) -> bool:
    """Whether there is a letter in the text that is written from right to left."""
    return not text.isascii() and _RIGHT_TO_LEFT.search(text) is not None


def eastern(text: str) -> int:
    """How many letters of Chinese, Japanese or Korean there are in the text; two of them are about a word."""
    if text.isascii():
        return 0
    return sum("\u3040" <= letter <= "\u9fff" or "\uac00" <= letter <= "\ud7a3" for letter in text)


def turned(text: str) -> bool:
    """Whether anything in the text turns the direction of a stretch."""
    return not text.isascii() and _TURN.search(text) is not None


def paired(line: str) -> bool:
    """Whether everything in a line that turns the direction of a stretch is ended, in order, and nothing overrides the
    direction that letters have of themselves.
    """
    ends: list[str] = []
    for turn in _TURN.findall(line):
        if turn in _ENDS:
            ends.append(_ENDS[turn])
        elif not ends or ends.pop() != turn:
            return False
    return not ends


def hyphenated(text: str) -> bool:
    """Whether soft hyphens divide long words throughout a text, as it is done in German: five or more, each between
    pieces of two letters at least, in words of nine or more.
    """
    if text.count("\xad") < _HYPHENS:
        return False
    words = (word for word in _WORD.findall(text) if "\xad" in word)
    return all(
        len(word) - word.count("\xad") >= _LONG_WORD and min(map(len, word.split("\xad"))) >= 2 for word in words
    )


def _near(text: str, start: int, end: int) -> str:
    before, after = text[max(0, start - _NEAR) : start], text[end : end + _NEAR]
    return before[before.rfind("\n") + 1 :] + after.partition("\n")[0]


@cache
def _runs(ascii_only: bool) -> re.Pattern[str]:
    return re.compile(f"[{CONTROLS if ascii_only else _SHAPELESS}]+")


@cache
def _context() -> re.Pattern[str]:
    return re.compile(_NEEDED, re.VERBOSE | re.DOTALL)
