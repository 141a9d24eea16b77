"""What a Markdown file holds and its rendering does not show (CommonMark 0.31, GitHub's extensions).

    <!-- a comment -->   <?…?>   <!DOCTYPE …>   <![CDATA[…]]>    nothing of it is rendered
    [//]: # (a remark)   [^1]: a footnote                        nor is a definition that nothing refers to
    <span style="display:none">…</span>   <p hidden>             rendered, and then not shown

An agent reads the source, so to it all of this is text like any other. What stands in code, between fences or between
backticks, is shown as it is written; nothing in it is hidden. Where CommonMark and this reader may differ over whether
something is code, it counts as hidden.
"""

from __future__ import annotations

import re
from bisect import bisect
from collections.abc import Iterator
from typing import NamedTuple

COMMENT, REMARK, LINK, MARKUP = "comment", "remark", "link", "markup"


class Unseen(NamedTuple):
    """A part that is not shown: a COMMENT, a REMARK (a definition that is not about a link), an unused LINK, or MARKUP
    that hides; the line on which it begins, and what it says.
    """

    sort: str
    line: int
    text: str


_FENCE = re.compile(r"(?:[ \t>]{0,40}(?:[-*+]|\d{1,9}[.)])[ \t]{1,4}){0,4}[ \t>]{0,40}(`{3,}(?=[^`]*\Z)|~{3,})")
_CLOSING = re.compile(r"[ \t>]{0,80}(`{3,}|~{3,})[ \t\r]*\Z")
_ITEM = re.compile(r" {0,3}(?:[-*+]|\d{1,9}[.)])(?:\s|\Z)")
_BLOCKS = (
    "address|article|aside|base|basefont|blockquote|body|caption|center|col|colgroup|dd|details|dialog|dir|div|dl|dt|"
    "fieldset|figcaption|figure|footer|form|frame|frameset|h[1-6]|head|header|hr|html|iframe|legend|li|link|main|menu|"
    "menuitem|nav|noframes|ol|optgroup|option|p|param|search|section|summary|table|tbody|td|tfoot|th|thead|title|tr|"
    "track|ul"
)
#: What begins a block of HTML, in which there are no fences: up to its end tag, up to a blank line, and (a tag alone on
#: its line) up to a blank line unless it stands in a paragraph.
_RAW = re.compile(r" {0,12}<(pre|script|style|textarea)(?:[\s>]|\Z)", re.IGNORECASE)
_HTML = re.compile(rf" {{0,12}}</?(?:{_BLOCKS})(?:[\s>/]|\Z)", re.IGNORECASE)
_ALONE = re.compile(r" {0,12}</?[A-Za-z][\w-]{0,100}(?:\s[^<>]*)?>\s*\Z")
_SPAN, _TICKS = re.compile(r"\\[`<]|`+|<!--"), re.compile("`+")
_INDENTED = ("    ", "\t")

_HIDDEN = re.compile(
    r"<!--(?:-?>|(.*?)(?:-->|\Z))|<\?(.*?)(?:\?>|\Z)|<!\[CDATA\[(.*?)(?:\]\]>|\Z)|<!([A-Za-z][^<>]*)>", re.DOTALL
)
_DEFINED = re.compile(
    r"^ {0,3}\[(?!\s*\])((?:[^\[\]\\\n]|\\.){1,999})\]:[ \t]*(?:\n[ \t]*)?"
    r"(<[^<>\n]*>|(?!<)[^\s]+)(?:\s[ \t]*(?:\n[ \t]*)?(\"[^\"]{0,2000}\"|'[^']{0,2000}'|\([^()]{0,2000}\)))?[ \t\r]*$",
    re.MULTILINE,
)
_FOOTNOTE = re.compile(r"^ {0,3}\[\^([^\s\[\]]{1,200})\]:(.*)$", re.MULTILINE)
_REFERENCE = re.compile(r"(^ {0,3})?\[([^\[\]]{1,999})\](:?)", re.MULTILINE)
_NOWHERE = re.compile(r"<?[#./]*>?")
_TAG = re.compile(r"<[A-Za-z][\w-]{0,40}(?=\s)([^<>]{1,4000})>")
_QUOTED = re.compile(r"\"[^\"]*\"|'[^']*'")
_HIDDEN_ATTRIBUTE = re.compile(
    r"\shidden(?=[\s=/]|\Z)|\scolor\s{0,9}=\s{0,9}[\"']?(?:white|#fff(?:fff)?)\b", re.IGNORECASE
)
_HIDING_STYLE = re.compile(
    r"display:none|visibility:(?:hidden|collapse)|clip-path:|clip:rect|(?:text-indent|left|top|right):-\d{3}"
    r"|(?:font-size|opacity|(?<!-)height|(?<!-)width|max-height|max-width):0*\.?0+(?![\d.]*[1-9])"
    r"|(?<!-)color:(?:white|transparent|#fff(?:fff)?|rgba?\(255,255,255)\b"
)


def unrendered(markdown: str) -> Iterator[Unseen]:
    """Everything in the text that its rendering does not show, sort by sort, in order."""
    if "<" not in markdown and "]:" not in markdown:
        return
    text = without_code(markdown)
    lines = _Lines(text)
    for found in _HIDDEN.finditer(text):
        yield Unseen(COMMENT, lines.at(found.start()), next(filter(None, found.groups()), ""))
    seen = _HIDDEN.sub(lambda found: re.sub(r"[^\n]", " ", found[0]), text)
    yield from _definitions(seen, markdown, lines)
    for tag in _TAG.finditer(seen):
        if _hides(tag[1]):
            yield Unseen(MARKUP, lines.at(tag.start()), tag[0])


def _hides(attributes: str) -> bool:
    style = re.search(r"\sstyle\s{0,9}=(.*)", attributes, re.IGNORECASE | re.DOTALL)
    if style and _HIDING_STYLE.search("".join(style[1].split()).lower()):
        return True
    return _HIDDEN_ATTRIBUTE.search(_QUOTED.sub("''", attributes)) is not None or 'color="white"' in attributes


class _Lines:
    """Counts lines forward through a text."""

    def __init__(self, text: str) -> None:
        self.text, self.place, self.line = text, 0, 1

    def at(self, place: int) -> int:
        if place < self.place:
            self.place, self.line = 0, 1
        self.line += self.text.count("\n", self.place, place)
        self.place = place
        return self.line


def _definitions(text: str, whole: str, lines: _Lines) -> Iterator[Unseen]:
    found = [*_DEFINED.finditer(text), *_FOOTNOTE.finditer(text)] if "]:" in text else []
    used = _used(whole) if found else set()
    for definition in found:
        footnote = definition.re is _FOOTNOTE
        label = "^" * footnote + whole[definition.start(1) : definition.end(1)]
        if _normal(label) in used or (label.startswith("^") and not footnote):
            continue
        remark = footnote or definition[3] or _NOWHERE.fullmatch(definition[2])
        yield Unseen(
            REMARK if remark else LINK,
            lines.at(definition.start()),
            whole[definition.start() : definition.end()].strip(),
        )


def _used(markdown: str) -> set[str]:
    """The labels that anything in the text refers to, code included."""
    found = _REFERENCE.finditer(markdown)
    return {_normal(label[2]) for label in found if label[1] is None or not label[3]}


def _normal(label: str) -> str:
    return " ".join(label.split()).casefold()


def without_code(markdown: str) -> str:
    """The text with everything that is shown as code turned into spaces; everything else stays where it is."""
    reader = _Reader()
    return "\n".join(map(reader.line, markdown.split("\n")))


class _Reader:
    """Goes through a text line by line; knows whether it is in a fence, a comment, a list or a block of HTML."""

    def __init__(self) -> None:
        self.fence = self.raw = ""
        self.comment = self.html = self.item = self.indented = False
        self.blank = True

    def line(self, line: str) -> str:
        """The line without its code."""
        if self.fence:
            closing = _CLOSING.match(line)
            if closing and closing[1].startswith(self.fence):
                self.fence = ""
            return " " * len(line)
        if self.comment or self.raw:
            return self.spans(line)
        if not line.strip():
            self.blank, self.html = True, False
            return line
        if not self.html and (opening := _FENCE.match(line)):
            self.fence, self.blank, self.indented = opening[1], False, False
            return " " * len(line)
        return self.text(line)

    def text(self, line: str) -> str:
        """A line that is neither blank nor a fence, nor inside one."""
        deep = line.startswith(("    ", "\t"))
        self.indented = deep and not self.item and not self.html and (self.blank or self.indented)
        if not self.indented:
            self.html = self.html or bool(_HTML.match(line) or (self.blank and _ALONE.match(line)))
            raw = _RAW.match(line)
            self.raw = raw[1].lower() if raw else ""
        if not deep:
            self.item = _ITEM.match(line) is not None or (self.item and line.startswith(" "))
        self.blank = False
        return " " * len(line) if self.indented else self.spans(line)

    def spans(self, line: str) -> str:
        """The line without what stands between backticks; takes note of a comment that goes on after it."""
        literal = self.html or bool(self.raw)
        if self.raw and f"</{self.raw}" in line.lower():
            self.raw = ""
        if "`" not in line and "<!--" not in line and not self.comment:
            return line
        kept, place, ticks = list[str](), 0, _ticks(line)
        while place < len(line):
            if self.comment:
                end = line.find("-->", max(0, place - 2)) + 3
                self.comment, begin, place = end < 3, place, end if end >= 3 else len(line)
                kept.append(line[begin:place])
                continue
            if not (found := _SPAN.search(line, place)):
                break
            kept.append(line[place : found.start()])
            self.comment = found[0] == "<!--"
            end = 0 if literal or self.comment else _end_of_code(ticks, found)
            place = end or found.end()
            kept.append(" " * (place - found.start()) if end else found[0])
        return "".join(kept) + line[place:]


def _ticks(line: str) -> dict[str, list[int]]:
    """Where the runs of backticks of each length begin."""
    places: dict[str, list[int]] = {}
    for run in _TICKS.finditer(line):
        places.setdefault(run[0], []).append(run.start())
    return places


def _end_of_code(ticks: dict[str, list[int]], opening: re.Match[str]) -> int:
    """Where code that begins with these backticks ends, or an escaped character; 0 when it is neither."""
    if opening[0].startswith("\\"):
        return opening.end()
    places = ticks.get(opening[0], [])
    closing = bisect(places, opening.start())
    return places[closing] + len(opening[0]) if closing < len(places) else 0
