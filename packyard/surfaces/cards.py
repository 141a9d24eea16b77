"""Social cards: the picture that other programs show beside a link, as PNG of 1200 by 630 pixels (https://ogp.me).

A card is a waybill in the look of the site by day: the registry, a track, the name in condensed lettering, what it is,
and a ruled form with the owner and what the pack holds. It shows nothing that a plain new version changes.

The bytes are a function of the values: the lettering comes with Pillow (`lettering`), the picture has a fixed palette,
libdeflate compresses it.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable, Iterator
from hashlib import sha256
from typing import TYPE_CHECKING, NamedTuple

import deflate

from packyard.registry import Registry
from packyard.surfaces.lettering import cut_to, drawable, first_of, glyph, length_of, lines_of

if TYPE_CHECKING:
    from markupsafe import Markup
    from PIL.Image import Image

WIDTH, HEIGHT = 1200, 630

#: The colour of seals on the site by day.
ACCENT = "#0a5443"

#: Counted up when the same values give another picture, so that the path of the registry's card follows its content.
LOOK = 1

_MARGIN, _INNER = 64, 1072
#: Shades of a colour on the sheet.
_STEPS = 2
_SHEET, _INK, _QUIET, _LINE = (251, 252, 249), (23, 33, 29), (75, 89, 82), (194, 202, 194)
_SHIFTED = bytes(index << 4 & 0xF0 for index in range(256))


class Card(NamedTuple):
    """What a card shows: the `above` line, the `name`, one line or two of text, captions with their entries, and marks
    of which those in `active` can act by themselves. `accent` is the colour of the seal, `#rrggbb`.
    """

    above: str
    name: str
    text: str
    facts: tuple[tuple[str, str], ...] = ()
    marks_caption: str = ""
    marks: tuple[str, ...] = ()
    active: tuple[str, ...] = ()
    accent: str = ACCENT


def registry_card(say: Callable[..., Markup], registry: Registry) -> Card:
    """The card of the registry, and of every page that has none of its own."""
    text = say("Signed packs for AI coding agents: rules, commands, agents, skills, hooks, MCP servers").unescape()
    facts = ((say("To check one").unescape(), "minisign and sha256sum"),)
    return Card(registry.origin, registry.title, text, facts, accent=registry.look.get("accent") or ACCENT)


def card_path(card: Card) -> str:
    """Where a card lies that is called after its content."""
    return f"assets/card-{sha256(repr((LOOK, card)).encode()).hexdigest()[:8]}.png"


def render(card: Card) -> bytes:
    """The picture."""
    from PIL import Image

    accent = tuple(bytes.fromhex(card.accent[1:]))
    drawing = _Drawing(Image.new("RGB", (WIDTH, HEIGHT), _SHEET))
    drawing.image.paste(accent, (_MARGIN, 52), _seal(52))
    drawing.head(drawable(card.above))
    below, lines = drawing.title(drawable(card.name), 176)
    drawing.text(drawable(card.text), below + 28, 3 - lines)
    if card.facts or card.marks:
        drawing.form(card)
    return _png(drawing.image, [_SHEET, _LINE, *_shades(_INK), *_shades(_QUIET), *_shades(accent)])


class _Drawing:
    """A card as it is drawn, from top to bottom."""

    def __init__(self, image: Image) -> None:
        from PIL import ImageDraw

        self.image, self.pen = image, ImageDraw.Draw(image)

    def head(self, text: str) -> None:
        """The registry beside the seal, and the track below them."""
        self.letters(_MARGIN + 68, 56, cut_to(text, 34, 2, _INNER - 68), 34, 2)
        for y in (128, 138):
            self.pen.rectangle((0, y, WIDTH, y + 1), _INK)
        for x in range(0, WIDTH, 88):
            self.pen.rectangle((x, 128, x + 43, 139), _INK)

    def title(self, text: str, top: int) -> tuple[int, int]:
        """The name as large as it fits in two lines; gives where it ends, and the number of lines."""
        for size in (128, 108, 92, 78, 66, 56):
            lines = list(lines_of(text, size, 3, _INNER, "-/"))
            if len(lines) <= (1 if size > 100 else 2):
                break
        shown = first_of(lines, 2, size, 3, _INNER)
        for line in shown:
            self.letters(_MARGIN, top, line, size, 3)
            top += round(size * 1.02)
        return top, len(shown)

    def text(self, text: str, top: int, count: int) -> None:
        """So many lines of running text."""
        for line in first_of(list(lines_of(text, 36, 0, _INNER, "")), count, 36, 0, _INNER):
            self.letters(_MARGIN, top, line, 36, 0, _QUIET)
            top += 46

    def form(self, card: Card) -> None:
        """The ruled form at the foot: a cell for each fact, the rest for the marks."""
        left, top, bottom = _MARGIN, 454, 574
        for caption, said in ((drawable(caption), drawable(said)) for caption, said in card.facts):
            entry = cut_to(said, 40, 2, 420 if card.marks else 960)
            width = max(220, length_of(entry, 40, 2) + 48, length_of(caption, 24, 0) + 48)
            self.letters(left + 24, top + 16, caption, 24, 0, _QUIET)
            self.letters(left + 24, top + 54, entry, 40, 2)
            left += width
            if card.marks:
                self.pen.rectangle((left, top, left + 1, bottom), _LINE)
        self.letters(left + 24, top + 16, drawable(card.marks_caption), 24, 0, _QUIET)
        self.marks(card, left + 24, top + 52)
        for grown in range(3):
            self.pen.rectangle((_MARGIN - grown, top - grown, WIDTH - _MARGIN + grown, bottom + grown), outline=_INK)

    def marks(self, card: Card, left: int, top: int) -> None:
        """As many marks as there is room for, and how many more there are."""
        marks = [mark for mark in map(drawable, card.marks) if mark]
        for at, mark in enumerate(marks):
            width = length_of(mark, 30, 0) + 24
            after = 24 if at + 1 == len(marks) else 24 + length_of("+99", 30, 0)
            if left + width + after > WIDTH - _MARGIN:
                self.letters(left, top + 6, f"+{len(marks) - at}", 30, 0, _QUIET)
                return
            acts = mark in card.active
            self.pen.rectangle((left, top, left + width, top + 48), _INK if acts else None, _INK if acts else _LINE, 2)
            self.letters(left + 12, top + 6, mark, 30, 0, _SHEET if acts else _INK)
            left += width + 12

    def letters(
        self, left: int, top: int, text: str, size: int, weight: int, colour: tuple[int, int, int] = _INK
    ) -> None:
        """A line of lettering."""
        for char in text:
            mask, length = glyph(char, size, weight)
            self.image.paste(colour, (left, top), mask)
            left += length


def _seal(size: int) -> Image:
    """The mark of the site: a closed lock with a tick, as a mask."""
    from PIL import Image, ImageDraw

    unit = 4 * size / 24
    large = Image.new("L", (4 * size, 4 * size))
    pen = ImageDraw.Draw(large)

    def at(*points: float) -> list[float]:
        return [unit * point for point in points]

    stroke = round(2.2 * unit)
    pen.arc(at(6.5, 0.6, 17.5, 11.6), 180, 360, 255, stroke)
    for x in (7.5, 16.5):
        pen.line(at(x, 6, x, 10), 255, stroke)
    pen.ellipse(at(4, 7.5, 20, 23.5), None, 255, stroke)
    pen.line(at(8.6, 15.7, 11, 18, 15.2, 13), 255, stroke, "curve")
    return large.resize((size, size), Image.Resampling.BOX)


def _png(image: Image, colours: Iterable[tuple[int, ...]]) -> bytes:
    """The picture with no other colours than these, four bits each (https://www.w3.org/TR/png-3/)."""
    from PIL import Image, ImageChops

    palette = bytes(part for colour in colours for part in colour)
    key = Image.new("P", (1, 1))
    key.putpalette(palette)
    pixels = image.quantize(palette=key, dither=Image.Dither.NONE).tobytes()
    row = WIDTH // 2
    high, low = pixels[::2].translate(_SHIFTED), pixels[1::2]
    left, right = (Image.frombytes("L", (row, HEIGHT), half) for half in (high, low))
    packed = ImageChops.add(left, right).tobytes()
    lines = b"".join(b"\0" + packed[at : at + row] for at in range(0, len(packed), row))
    header = struct.pack(">IIBBBBB", WIDTH, HEIGHT, 4, 3, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"PLTE", palette), (b"IDAT", deflate.zlib_compress(lines, 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", deflate.crc32(name + data))
        for name, data in chunks
    )


def _shades(colour: tuple[int, ...]) -> Iterator[tuple[int, ...]]:
    """A colour of lettering with its steps towards the sheet."""
    for step in range(_STEPS, 0, -1):
        yield tuple(paper + (ink - paper) * step // _STEPS for ink, paper in zip(colour, _SHEET, strict=True))
