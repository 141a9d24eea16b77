"""Makes what a reader could not see visible: characters without a shape, and Markdown lines that render to nothing.

Agents read the source of a file, people its rendering; text that only one of them sees is how the other is deceived.
A hidden character becomes its name: `pay\u200bload` is shown as `pay⟦U+200B⟧load`. Joiners, direction marks and
variation selectors stay where a script or an emoji needs them, one at a time.
"""

from __future__ import annotations

import re
from functools import cache
from html import unescape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from packyard.surfaces.cmark import Document

_CONTROL = r"\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f"
_SHAPELESS = (
    _CONTROL + r"\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164"
    r"\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
_ASCII = re.compile(f"[{_CONTROL}]")
_JOINERS, _MARKS, _PRESENTATION = "\u200c\u200d", "\u200e\u200f\u061c", "\ufe0e\ufe0f"
_RIGHT_TO_LEFT = re.compile(r"[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\U00010800-\U00010fff\U0001e800-\U0001efff]")
_HAN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")

#: What may stand before a block inside of quotes and lists, and a label that is a name rather than a text.
_MARKERS, _NAME = " \t>*+.)-0123456789", 40
_GAP = r"[ \t]*+(?:\r?\n[ \t>]*+)?"
_INSIDE = r"\\.|\n(?![ \t]*+\n)"
_DEFINITION = re.compile(
    rf"^[ \t>*+.)\-0-9]*+\[(?P<label>(?:[^\[\]\\]|\\.){{1,999}})\]:{_GAP}(?P<address><[^<>\n]*+>|\S++)"
    rf"(?:[ \t\r\n]{_GAP}(?P<title>\"(?:[^\"\\\n]|{_INSIDE})*\"|'(?:[^'\\\n]|{_INSIDE})*'|\((?:[^()\\\n]|{_INSIDE})*\))"
    r"(?=[ \t]*+\r?$))?",
    re.MULTILINE | re.DOTALL,
)
_REFERENCE = re.compile(r"\[([^\[\]]{1,999})\](?!:)")
_ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")


def reveal(text: str) -> str:
    """The text with every hidden character replaced by its name in `⟦…⟧`, which is safe in HTML and its attributes."""
    return _ASCII.sub(_name, text) if text.isascii() else _shapeless().sub(_name_unless_needed, text)


def turns(text: str) -> bool:
    """Whether the text has a letter of a script that is written from right to left."""
    return not text.isascii() and _RIGHT_TO_LEFT.search(text) is not None


def unseen_lines(markdown: str, document: Document) -> list[str]:
    """The link definitions of a text that its rendering shows nothing of: unused, or used for another address or title.

    A definition that is used says no more than its link: the address, and the title, which `cmark` makes visible.
    """
    if "]:" not in markdown:
        return []
    used = {_normal(label) for label in _REFERENCE.findall(markdown)}
    titles = {_quoted(title) for title in document.titles}
    shown = {_bare(line) for line in document.lines}
    found: list[str] = []
    for definition in _DEFINITION.finditer(markdown):
        label, address, title = definition["label"], definition["address"], definition["title"]
        known = _normal(label) in used and len(label) <= _NAME and _meant(address.strip("<>")) in document.addresses
        lines = definition[0].strip().splitlines()
        if not (known and (title is None or _quoted(_meant(title[1:-1])) in titles)):
            found += lines if any(_bare(line) not in shown for line in lines) else []
    return found


def _bare(line: str) -> str:
    return " ".join(line.lstrip(_MARKERS).split())


def _quoted(title: str) -> str:
    """A title without the marks of the quotation that its lines may stand in."""
    return " ".join(title.replace("\n>", " ").split())


def _meant(text: str) -> str:
    return unescape(_ESCAPED.sub(r"\1", text))


def _normal(label: str) -> str:
    return " ".join(label.split()).casefold()


@cache
def _shapeless() -> re.Pattern[str]:
    """Compiled on first use: that takes longer than importing this module."""
    return re.compile(f"[{_SHAPELESS}]")


def _name(match: re.Match[str]) -> str:
    return f"⟦U+{ord(match[0]):04X}⟧"


def _name_unless_needed(match: re.Match[str]) -> str:
    text, at = match.string, match.start()
    return match[0] if _needed(match[0], text[at - 1 : at], text[at + 1 : at + 2]) else _name(match)


def _needed(char: str, before: str, after: str) -> bool:
    if char in _JOINERS:
        return before > "\x7f" and after > "\x7f" and not _hidden(before, _PRESENTATION) and not _hidden(after)
    if char in _MARKS:
        return any(map(_RIGHT_TO_LEFT.match, (before, after))) and not _hidden(before) and not _hidden(after)
    if char in _PRESENTATION:
        return (before > "\x7f" or before in "#*0123456789") and not _hidden(before)
    return "\U000e0100" <= char <= "\U000e01ef" and _HAN.match(before) is not None


def _hidden(char: str, allowed: str = "") -> bool:
    return _shapeless().match(char) is not None and char not in allowed
