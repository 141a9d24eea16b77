"""What a Markdown file holds and its rendering does not show (GitHub's Markdown, as cmark-gfm renders it).

    <!-- a comment -->   <?…?>   <![CDATA[…]]>               nothing of it is rendered
    [//]: # (a remark)   [^1]: a footnote                    nor is a definition that nothing refers to
    <span style="display:none">…</span>   <p hidden>         rendered, and then not shown
    <template>…</template>   <svg><desc>…                    elements whose content is not shown
    [](# "a text without a place")   <a data-x="a text">     a text in an attribute that nobody sees

An agent reads the source, so to it all of this is text like any other. The file is rendered as it is for the people who
review it, and what they would see is compared with the source; so code that shows how a comment is written is no
comment, wherever its author thought that the code ends.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from importlib import import_module
from itertools import islice, zip_longest
from typing import NamedTuple
from urllib.parse import unquote

from packyard.formats.unseen import eastern
from packyard.gate.running.lines import Lines

COMMENT, REMARK, LINK, MARKUP = "comment", "remark", "link", "markup"

#: Characters of a text that is rendered; in a longer one, everything is hidden that looks so.
LIMIT = 1_000_000


class Unseen(NamedTuple):
    """A part that is not shown: a COMMENT, a REMARK (a definition that says something), an unused LINK, or MARKUP that
    hides; the line on which it begins, and what it says.
    """

    sort: str
    line: int
    text: str


_CANDIDATE = re.compile(
    r"<[!?]|\]:|\]\(|<[A-Za-z][^<>]*=|<[A-Za-z][^<>]*hidden"
    r"|<(?:template|script|style|noscript|object|iframe|noembed|noframes|datalist|svg)\b",
    re.IGNORECASE,
)
_EXTENSIONS = ("table", "strikethrough", "autolink")

_COMMENT = re.compile(
    r"<!--(?:-?>|(.*?)(?:-->|\Z))|<\?(.*?)(?:\?>|\Z)|<!\[CDATA\[(.*?)(?:\]\]>|\Z)|<!([A-Za-z][^<>]*)>", re.DOTALL
)
_TAG = re.compile(r"<([A-Za-z][\w:-]{0,60}+)((?:[^\"'<>]{1,400}+|\"[^\"]{0,4000}+\"|'[^']{0,4000}+'){0,100}+)")
_ATTRIBUTE = re.compile(
    r"([^\s\"'=<>/]{1,60}+)\s{0,20}=\s{0,20}(\"[^\"]*+\"|'[^']*+'|[^\s\"'<>]++)|([^\s\"'=<>/]{1,60}+)"
)
#: Elements whose content is not shown; without an end, some are most likely meant as names: `git show <object>`.
_OPENING = re.compile(
    r"<(template|script|style|noscript|object|iframe|noembed|noframes|datalist|svg)\b[^<>]{0,4000}+>", re.IGNORECASE
)
_NAMES = frozenset(("template", "object", "datalist", "svg"))
#: What describes a drawing.
_DESCRIBED = re.compile(r"<(?:desc|title|metadata)\b[^<>]{0,400}+>([^<>]*[^<>\s][^<>]*)", re.IGNORECASE)
_HIDING_STYLE = re.compile(
    r"display:none|visibility:(?:hidden|collapse)|clip-path:|clip:rect|(?:text-indent|left|top|right):-\d{3}"
    r"|(?:font-size|opacity|(?<!-)height|(?<!-)width|max-height|max-width):0*\.?0+(?![\d.]*[1-9])"
    r"|opacity:(?:0*\.0\d|\d(?:\.\d+)?%)|font-size:(?:[0-3](?:\.\d+)?p[xt]|0?\.[0-2]\d*r?em|[12]?\d(?:\.\d+)?%)"
    r"|scale[xy]?\(0+(?:\.0*)?[),]|(?<!-)color:(?:transparent|rgba\((?:[^(),]*,){3}0*\.?0\d*\)|#(?:[0-9a-f]{3}0|[0-9a-f]{6}0[0-9a-f])(?![0-9a-z]))|\\"
)
_LIGHT = (
    r"(?:white(?:smoke)?|snow|ivory|(?:ghost|floral)white|mintcream|azure|aliceblue|seashell|#fff|#eee(?:eee)?|#(?:f[0-9a-f]){3}"
    r"|rgba?\((?:2[45]\d,){2}2[45]\d|hsla?\(\d+(?:deg)?,\d+%,(?:9[5-9]|100)%)"
)
_PALE, _WHITE = re.compile(rf"(?<!-)color:{_LIGHT}(?![0-9a-z])"), re.compile(_LIGHT)
_HIDING_CLASS = re.compile(
    r"(?:^|\s)(?:sr-only|visually-?hidden|screen-reader(?:-only|-text)?|d-none|hidden(?!.*:(?:block|flex|grid|inline))|invisible"
    r"|opacity-0)(?:\s|$)"
)
#: Attributes whose values are no text, those that are spoken or shown when there is no picture, and elements that have
#: nothing but attributes.
_SHOWN = frozenset(("class", "d", "points", "sizes", "srcset", "style"))
_SPOKEN = frozenset(("alt", "aria-label", "aria-description"))
_MUTE = re.compile(r"meta\b|input\b(?=.*\btype\s*=\s*[\"']?hidden)", re.IGNORECASE | re.DOTALL)
#: Words of an attribute, and of a label or an empty link, that make it a text; and characters of what is spoken.
_LONG, _LABEL, _SPEECH = 8, 4, 125
_EMPTY = re.compile(r"\[\s{0,100}\][(\[]")
_EMPTY_LINK = re.compile(r"<a href=\"([^\"]*)\"(?: title=\"([^\"]*)\")?></a>")

#: What a definition may stand behind on its line: quotes, lists, and the beginnings of footnotes.
_BEFORE = r"^[ \t>*+.)0-9-]*+(?:\[\^[^\s\[\]]{1,999}+\]:[ \t]*+)*+"
_DEFINED = re.compile(
    _BEFORE + r"\[(?!\s*\])((?:[^\[\]\\]|\\.){1,1001})\]:[ \t]*(?:\n[ \t>]*)?(<[^<>\n]*>|[^\s<]\S*)?", re.MULTILINE
)
_FOOTNOTE = re.compile(r"^[ \t>*+.)0-9-]*+\[\^([^\s\[\]]{1,999}+)\]:", re.MULTILINE)
_BLANK_LINE = re.compile(r"\n[ \t>]*(?:\n|\Z)")
#: Characters of what may follow a definition; parts that are looked for and not found.
_FAR, _LOST = 4000, 100
_NOWHERE = re.compile(r"<?[#./]*>?")
_VALUE = re.compile(r" (?:href|src|title|alt)=\"([^\"]*)\"")
_SIGNS = re.compile(r"[\s!-/:-@\[-`{-~]+")


def unrendered(markdown: str, render: bool = True) -> Iterator[Unseen]:
    """Everything in the text that its rendering does not show, sort by sort, in order.

    Unless it is to `render`, or when it is longer than `LIMIT`, what looks like a comment, a tag or a definition is one
    that hides.
    """
    if not _CANDIDATE.search(markdown):
        return
    render = render and len(markdown) <= LIMIT
    html = _html(markdown) if render else markdown
    source = _Source(markdown)
    for comment in _COMMENT.finditer(html):
        yield Unseen(COMMENT, source.line(comment[0]), next(filter(None, comment.groups()), ""))
    shown = _COMMENT.sub("", html)
    yield from _definitions(markdown, shown if render else "")
    yield from _markup(markdown, shown)
    yield from _contents(markdown, shown)


def _markup(markdown: str, shown: str) -> Iterator[Unseen]:
    source = _Source(markdown)
    for tag in _TAG.finditer(shown):
        long = _LABEL if _MUTE.match(tag[1] + tag[2]) else _LONG
        if hiding := [value for name, value in _attributes(tag[2]) if _hides(name.lower(), unescape(value), long)]:
            yield Unseen(MARKUP, source.line(tag[0]) or source.line(unescape(hiding[0])), f"{tag[0]}>")
    for link in _EMPTY_LINK.finditer(shown):
        if len((text := unquote(f"{link[1]} {link[2] or ''}")).split()) >= _LABEL:
            written = _EMPTY.search(markdown)
            yield Unseen(MARKUP, source.lines.at(written.start()) if written else 0, unescape(text))


def _contents(markdown: str, shown: str) -> Iterator[Unseen]:
    """The texts in elements whose content is not shown, and those of some words that describe drawings."""
    source, done, endless = _Source(markdown), 0, set[str]()
    for opening in _OPENING.finditer(shown):
        name = opening[1].lower()
        if opening.start() < done or name in endless:
            continue
        end = re.compile(f"</{name}", re.IGNORECASE).search(shown, opening.end())
        if end is None:
            endless.add(name)
            if name in _NAMES:
                continue
        done = end.start() if end else len(shown)
        content, line = shown[opening.end() : done], source.line(opening[0])
        texts = [content] if name != "svg" else _DESCRIBED.findall(content)
        if len(text := " ".join(texts).split()) >= (_LABEL - 1 if name == "svg" else 1):
            yield Unseen(MARKUP, line, " ".join(text))


def _html(markdown: str) -> str:
    """The rendering. The library keeps some memory of every text, so only those come here that have to."""
    cmark = import_module("cmarkgfm")
    options = cmark.cmark.Options.CMARK_OPT_UNSAFE | cmark.cmark.Options.CMARK_OPT_FOOTNOTES
    html: str = cmark.markdown_to_html_with_extensions(markdown, options, _EXTENSIONS)
    return html


class _Source:
    """Looks for parts of a text that come one after the other."""

    def __init__(self, text: str) -> None:
        self.text, self.lines, self.place, self.lost = text, Lines(text), 0, 0

    def line(self, part: str) -> int:
        """The line on which the next such part begins; 0 when it cannot be found."""
        start = part.partition("\n")[0]
        place = self.text.find(start, self.place) if self.lost < _LOST else -1
        if place < 0:
            self.lost += 1
            return 0
        self.place = place + len(start)
        return self.lines.at(place)


def _attributes(text: str) -> Iterator[tuple[str, str]]:
    for name, value, alone in _ATTRIBUTE.findall(text):
        yield (alone, "") if alone else (name, value.strip("\"'"))


def _hides(name: str, value: str, long: int) -> bool:
    """Whether an attribute hides its element, or a text of so many words in itself."""
    if name == "style":
        style = re.sub(r"/\*.*?\*/|\s+", "", value, flags=re.DOTALL).lower()
        return bool(_HIDING_STYLE.search(style) or (_PALE.search(style) and "background" not in style))
    if name == "color":
        return _WHITE.fullmatch(value.lower()) is not None
    if name == "class":
        return _HIDING_CLASS.search(value.lower()) is not None
    text = re.sub(r"[_+.-]", " ", value) if name.startswith("data-") else value
    words = len(text.split()) + eastern(text) // 2
    return name == "hidden" or (name not in _SHOWN and words >= long and (name not in _SPOKEN or len(value) > _SPEECH))


def _definitions(markdown: str, html: str) -> Iterator[Unseen]:
    """The definitions of links and footnotes that cannot be seen, neither as what they are for nor as code."""
    if "]:" not in markdown:
        return
    seen, lines = _Seen(html), Lines(markdown)
    for note, rest in _with_rest(_FOOTNOTE, markdown):
        text = f"[^{note[1]}]:{rest}"
        if not seen.footnote(note[1]) and not seen.line(text.partition("\n")[0]):
            yield Unseen(REMARK, lines.at(note.start(1)), text)
    for definition, rest in _with_rest(_DEFINED, markdown):
        text = markdown[definition.start(1) - 1 : definition.end()]
        unseen = [line for line in rest.split("\n") if line.strip() and not seen.value(line) and not seen.line(line)]
        sort = _unused(seen, definition[1], definition[2] or "", bool(unseen))
        if sort and not seen.line((text + rest).partition("\n")[0]):
            yield Unseen(sort, lines.at(definition.start(1)), text + "\n".join(unseen))


def _with_rest(pattern: re.Pattern[str], text: str) -> Iterator[tuple[re.Match[str], str]]:
    """Every match, and what follows it up to a blank line, or to the next match."""
    for found, after in zip_longest(pattern.finditer(text), islice(pattern.finditer(text), 1, None)):
        rest = text[found.end() : min(found.end() + _FAR, after.start() if after else len(text))]
        blank = _BLANK_LINE.search(rest)
        yield found, rest[: blank.start()] if blank else rest


def _unused(seen: _Seen, label: str, target: str, said: bool) -> str:
    """What a definition is that cannot be seen, else ""; `said` is whether more than its target is unseen."""
    nowhere = _NOWHERE.fullmatch(target) is not None
    if said or len(target.split()) > 1 or (len(label.split()) >= _LABEL and not seen.text(label)):
        return REMARK
    if nowhere or seen.value(target):
        return ""
    return LINK


class _Seen:
    """What of a rendering can be seen, without blanks and signs."""

    def __init__(self, html: str) -> None:
        text = unescape(re.sub(r"<[^<>]*>", "", html))
        self.whole, self.asked = _letters(text), 0
        self.lines = {_letters(line) for line in text.split("\n")}
        values = (unquote(unescape(value)).split("\n") for value in _VALUE.findall(html))
        self.values = {_letters(line) for lines in values for line in lines}
        self.footnotes = {unquote(unescape(label)).casefold() for label in re.findall(r"<li id=\"fn-([^\"]*)\"", html)}

    def line(self, text: str) -> bool:
        """Whether the text is one of the lines, and so most likely code."""
        return _letters(text) in self.lines

    def value(self, text: str) -> bool:
        """Whether something leads to the target, or has the title."""
        return _letters(unquote(unescape(text))) in self.values

    def text(self, text: str) -> bool:
        """Whether the text is there at all; of many texts, only the first are looked for."""
        self.asked += 1
        return self.asked <= _LOST and _letters(text) in self.whole

    def footnote(self, label: str) -> bool:
        """Whether anything refers to the footnote."""
        return label.casefold() in self.footnotes


def _letters(text: str) -> str:
    return _SIGNS.sub("", text).casefold()
