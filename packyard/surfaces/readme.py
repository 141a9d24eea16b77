"""A pack's readme as HTML that is safe to put into a page, whatever its author wrote.

GitHub-flavoured Markdown goes through `cmark`, where what Markdown would leave out becomes visible text; then links and
images are resolved against the files of the pack; last, an allow-list (nh3) keeps only what this module itself would
write, so that a mistake before it cannot become an executable or loading node:

    # Title                   <h2 id="readme-title">: the page has the one h1, and anchors cannot clash with the page's
    [site](https://x.org)     a link with rel="nofollow noopener noreferrer ugc"
    [rules](rules/a.md)       text with a title; an address that is no file of the pack is text, and stands behind it
    ![flow](images/flow.png)  an image, when it is a PNG, JPEG, GIF or WebP file of the pack
    ![logo](logo.svg)         an image as a data: URI up to 16 kB: inside <img>, SVG neither runs nor loads anything
    ![badge](https://…)       a link: a page asks no other host for anything
    javascript:, data:, …     text

A readme with letters that are written from right to left has `dir="auto"` on its blocks, so each takes the direction of
its own first letter, and code stays from left to right. What the module itself says comes from the catalogue.

Time is linear in the source: what is longer than 512 kB is cut with a note, and what renders to an unreasonable amount
or depth of HTML is shown as plain text.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Callable, Collection
from functools import cache
from html import escape, unescape
from posixpath import normpath
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import quote, unquote

from packyard.formats.words import Words
from packyard.surfaces import cmark
from packyard.surfaces.hidden import reveal, turns, unseen_lines
from packyard.surfaces.views import scrollable
from packyard.surfaces.words import Speech

if TYPE_CHECKING:
    from markupsafe import Markup
    from nh3 import Cleaner

LIMIT = 512_000
SVG_LIMIT, SVG_TOTAL = 16_384, 65_536
_HTML_LIMIT, _DEPTH_LIMIT = 4 * LIMIT, 48
_RASTER = (".png", ".jpg", ".jpeg", ".gif", ".webp")

_REL = "nofollow noopener noreferrer ugc"
_NESTING = re.compile(r"<(/?)(?:blockquote|ul|ol|em|strong|del)\b")
_TAG = re.compile(
    r'<a href="(?P<href>[^"]*)"[^>]*>|(?P<end></a>)|<img src="(?P<src>[^"]*)" alt="(?P<alt>[^"]*)"[^>]*>'
    r'|<input type="checkbox" (?P<checked>checked="" )?disabled="" />| align="(?P<align>center|right)"'
)
_HEADING = re.compile(r"<h([1-6])>(.*?)</h\1>", re.DOTALL)
_ANY_TAG = re.compile(r"<[^>]*>")
_NOT_IN_SLUG = re.compile(r"[^\w\- ]")

_ATTRIBUTES = {
    "a": {"href"}, "img": {"src", "alt", "loading"}, "span": {"title"}, "code": {"class"}, "ol": {"start"},
    "th": {"class"}, "td": {"class"}, "h2": {"id"}, "h3": {"id"}, "h4": {"id"}, "h5": {"id"}, "h6": {"id"},
}  # fmt: skip
_PLAIN_TAGS = ("blockquote", "br", "del", "em", "hr", "li", "p", "pre", "strong", "table", "tbody", "thead", "tr", "ul")
_TAGS = {*_ATTRIBUTES, *_PLAIN_TAGS}
_BLOCKS = ("p", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "li", "th", "td", "blockquote")
_DIRECTIONS = {**{tag: {"dir": "auto"} for tag in _BLOCKS}, "code": {"dir": "ltr"}}
_VALUES = {
    ("a", "href"): re.compile(r"(?:https?://|mailto:|#readme-).*"),
    ("img", "src"): re.compile(r"data:image/svg\+xml;base64,[A-Za-z0-9+/=]*|[^:/?#][^:?#]*"),
    ("code", "class"): re.compile(r"language-[A-Za-z0-9_+#.-]{1,40}"),
    ("th", "class"): re.compile("center|right"),
    ("td", "class"): re.compile("center|right"),
    ("ol", "start"): re.compile("[0-9]{1,9}"),
}


#: Says a text of the catalogue, filled in; as `words.Speech.say`, which says it in English here.
Say = Callable[..., "Markup"]
_ENGLISH: Say = Speech(Words()).say


class Heading(NamedTuple):
    """A heading of a readme: its level as shown (2 to 6), the anchor, and its text (not escaped)."""

    level: int
    anchor: str
    text: str


class Readme(NamedTuple):
    """A rendered readme: safe HTML, its headings, and the paths of the pack's images that it shows below `base`."""

    html: str
    headings: tuple[Heading, ...]
    images: tuple[str, ...]


def render_readme(
    source: bytes,
    base: str,
    files: Collection[str],
    data: Callable[[str], bytes] | None = None,
    say: Say = _ENGLISH,
) -> Readme:
    """The readme of a pack whose files are `files`; `base` leads from the page to their folder and ends with `/`.

    `data` gives the bytes of a file of the pack, for small SVG images; without it they are named but not shown.
    """
    try:
        text = source[:LIMIT].decode(errors="strict" if len(source) <= LIMIT else "ignore").removeprefix("\ufeff")
    except UnicodeDecodeError:
        return Readme(_note(say("The readme is not UTF-8 text and is not shown.")), (), ())
    document = cmark.render(text)
    html = document.html
    if len(html) > _HTML_LIMIT or _depth(html) > _DEPTH_LIMIT:
        plain = _note(say("The readme is shown as plain text: as Markdown it would be too large or too deeply nested."))
        return Readme(f'{plain}<pre dir="auto" tabindex="0">{escape(reveal(text))}</pre>', (), ())
    links = _Links(base, files, data, say)
    outline = _Outline()
    html = _HEADING.sub(outline.rewrite, _TAG.sub(links.rewrite, reveal(html)))
    cleaned = _cleaner(turns(html)).clean(html).replace(f'<a rel="{_REL}">', "<a>")  # of an address that is none
    shown = scrollable(cleaned, say("Table"))
    if turns(html):
        shown = shown.replace("<pre ", '<pre dir="ltr" ').replace("<table>", '<table dir="auto">')
    return Readme(
        shown + _remarks(source, unseen_lines(text, document), say), tuple(outline.headings), tuple(links.images)
    )


def _remarks(source: bytes, unseen: list[str], say: Say) -> str:
    remarks = ""
    if unseen:
        lines = escape(reveal("\n".join(unseen)))
        remarks += _note(say("Lines of the source that Markdown does not show:"))
        remarks += f'<pre dir="auto" tabindex="0">{lines}</pre>'
    if len(source) > LIMIT:
        size, limit = f"{len(source):,}", f"{LIMIT:,}"
        text_of = say("The readme goes on: {size} bytes, of which the first {limit} are shown.", size=size, limit=limit)
        remarks += _note(text_of)
    return remarks


def _note(text: str) -> str:
    return f'<p class="note">{text}</p>'


def _depth(html: str) -> int:
    depth = deepest = 0
    for match in _NESTING.finditer(html):
        depth += -1 if match[1] else 1
        deepest = max(deepest, depth)
    return deepest


class _Outline:
    """Moves headings down one level, and gives each an anchor as GitHub would, with a prefix."""

    def __init__(self) -> None:
        self.headings: list[Heading] = []
        self._seen: dict[str, int] = {}

    def rewrite(self, match: re.Match[str]) -> str:
        level = min(int(match[1]) + 1, 6)
        text = unescape(_ANY_TAG.sub("", match[2])).strip()
        slug = _slug(text)
        count = self._seen[slug] = self._seen.get(slug, -1) + 1
        anchor = f"readme-{slug}-{count}" if count else f"readme-{slug}"
        self.headings.append(Heading(level, anchor, text))
        return f'<h{level} id="{anchor}">{match[2]}</h{level}>'


def _slug(text: str) -> str:
    return _NOT_IN_SLUG.sub("", text.lower()).replace(" ", "-")[:80]


class _Links:
    """Resolves links and images in the order in which they stand; cmark never nests links."""

    def __init__(self, base: str, files: Collection[str], data: Callable[[str], bytes] | None, say: Say) -> None:
        self.images: dict[str, None] = {}
        self._base, self._files, self._data, self.say = base, files, data, say
        self._close = ""
        self._embedded = 0

    def rewrite(self, match: re.Match[str]) -> str:
        kind = match.lastgroup
        if kind == "href":
            return self._link(match["href"])
        if kind == "end":
            close, self._close = self._close, ""
            return close
        if kind == "alt":
            return self._image(unescape(match["src"]), match["alt"])
        if kind == "align":
            return f' class="{match["align"]}"'
        return "☑" if kind == "checked" else "☐"

    def _link(self, href: str) -> str:
        if href.startswith("//"):
            href = "https:" + href
        self._close = "</a>"
        if href.startswith("#"):
            return f'<a href="#readme-{href[1:].lower()}">'
        if _VALUES["a", "href"].fullmatch(href):
            return f'<a href="{href}">'
        self._close = "</span>"
        path = _inside(unescape(href))
        if path in self._files:
            return f'<span title="{self.say("{path}, a file of this pack", path=path)}">'
        self._close = f"</span> <code>{href}</code>" if href else "</span>"
        return "<span>"

    def _image(self, src: str, alt: str) -> str:
        path = _inside(src)
        if path in self._files and path.lower().endswith(_RASTER):
            self.images[path] = None
            return f'<img src="{self._base}{quote(path)}" alt="{alt}" loading="lazy">'
        if path in self._files and path.lower().endswith(".svg") and (uri := self._svg(path)):
            return f'<img src="{uri}" alt="{alt}">'
        label = alt or self.say("image")
        if src.startswith(("https://", "http://")) and not self._close:
            return f'<a href="{escape(src)}">{label}</a>'
        title = self.say("an image that is not shown here")
        address = "" if path in self._files or not src else f" <code>{escape(src)}</code>"
        return f'<span title="{title}">{label}</span>{address}'

    def _svg(self, path: str) -> str:
        content = self._data(path) if self._data else b""
        self._embedded += len(content)
        if not content or len(content) > SVG_LIMIT or self._embedded > SVG_TOTAL:
            return ""
        return "data:image/svg+xml;base64," + b64encode(content).decode()


def _inside(href: str) -> str:
    """The path in the pack that a relative link means; "" or `../…` when it means none."""
    path = unquote(href.partition("#")[0].partition("?")[0])
    return normpath(path.lstrip("/")) if path else ""


@cache
def _cleaner(turned: bool) -> Cleaner:
    from nh3 import Cleaner

    return Cleaner(
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        attribute_filter=_allowed,
        url_schemes={"http", "https", "mailto", "data"},
        link_rel=_REL,
        set_tag_attribute_values=_DIRECTIONS if turned else None,
    )


def _allowed(tag: str, attribute: str, value: str) -> str | None:
    if attribute == "id":
        return value if value.startswith("readme-") else None
    pattern = _VALUES.get((tag, attribute))
    return value if pattern is None or pattern.fullmatch(value) else None
