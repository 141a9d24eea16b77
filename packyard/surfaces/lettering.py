"""Lettering for cards: condensed lines of the font that Pillow carries, laid out by its own simple engine.

The font knows ASCII. Accents are left out, other words that it cannot draw too, and a text of which less than half is
left. `weight` thickens strokes by so many pixels.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL.Image import Image
    from PIL.ImageFont import FreeTypeFont

#: Lettering is this much narrower than the font draws it.
_CONDENSED = 0.84
#: More characters than any card has room for.
_ROOM = 400
_ASCII = {"\u2018": "'", "\u2019": "'", "\u201c": '"', "\u201d": '"', "\u2013": "-", "\u2014": "-", "\u2026": "..."}
_ASCII |= {"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "Ø": "O", "ł": "l", "Ł": "L", "đ": "d", "ı": "i", "\xa0": " "}
_TRANSLATION = str.maketrans(_ASCII)


def drawable(text: str) -> str:
    """What of a text the font can draw, in single spaces; "" when that is less than half of its words. What no card
    has room for is not looked at.
    """
    words = text[:_ROOM].split()
    plain = [word for word in map(_plain, words) if word]
    return " ".join(plain) if 2 * len(plain) >= len(words) else ""


def _plain(word: str) -> str:
    """The word in ASCII without accents, or "" when it has other letters."""
    decomposed = unicodedata.normalize("NFKD", word.translate(_TRANSLATION))
    bare = "".join(char for char in decomposed if not unicodedata.combining(char) and not char.isspace())
    return bare if bare.isascii() and bare.isprintable() else ""


@cache
def glyph(char: str, size: int, weight: int) -> tuple[Image, int]:
    """A character as a condensed mask, and how far on the next one stands; `weight` thickens strokes by so many
    pixels. Whole pixels make equal letters equal bytes, which compress well.
    """
    from PIL import Image, ImageDraw

    font = _font(size)
    length = font.getlength(char) + weight / 2
    wide = Image.new("L", (round(length) + weight + 4, round(size * 1.3)))
    ImageDraw.Draw(wide).text((weight / 2, 0), char, 255, font, stroke_width=weight / 2)
    narrow = wide.resize((max(round(wide.width * _CONDENSED), 1), wide.height), Image.Resampling.BOX)
    return narrow, round(length * _CONDENSED)


@cache
def _font(size: int) -> FreeTypeFont:
    from PIL import ImageFont

    font = ImageFont.load_default(size)
    if not isinstance(font, ImageFont.FreeTypeFont):
        raise AssertionError("this Pillow was made without FreeType")
    return font


def length_of(text: str, size: int, weight: int) -> int:
    return sum(glyph(char, size, weight)[1] for char in text)


def lines_of(text: str, size: int, weight: int, width: int, breaks: str) -> Iterator[str]:
    """The text in lines of at most `width` pixels, broken at spaces, behind `breaks`, or anywhere if need be."""
    line = ""
    for piece in _pieces(text, breaks):
        if line and length_of((line + piece).rstrip(), size, weight) > width:
            yield line.rstrip()
            line = ""
        line += piece
        while length_of(line.rstrip(), size, weight) > width:
            fit = _fit(line, size, weight, width)
            yield line[:fit]
            line = line[fit:]
    if line:
        yield line.rstrip()


def _pieces(text: str, breaks: str) -> Iterator[str]:
    start = 0
    for at, char in enumerate(text, 1):
        if char == " " or char in breaks:
            yield text[start:at]
            start = at
    yield text[start:]


def _fit(text: str, size: int, weight: int, width: int) -> int:
    """How many characters of a text fit, at least one."""
    for at, char in enumerate(text):
        width -= length_of(char, size, weight)
        if width < 0:
            return max(at, 1)
    return len(text)


def cut_to(text: str, size: int, weight: int, width: int) -> str:
    return next(iter(first_of(list(lines_of(text, size, weight, width, "")), 1, size, weight, width)), "")


def first_of(lines: Sequence[str], count: int, size: int, weight: int, width: int) -> Sequence[str]:
    """The first lines; the last of them says with dots that there was more."""
    if len(lines) <= count:
        return lines
    last = lines[count - 1]
    while length_of(last + "...", size, weight) > width:
        last = last[: last.rfind(" ")] if " " in last else last[:-1]
    return [*lines[: count - 1], last.rstrip(" -/,;:.") + "..."]
