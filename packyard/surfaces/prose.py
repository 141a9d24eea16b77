"""Pages of prose: Markdown in `templates/prose/`, and in `site/prose/` of a registry's own source.

    site/prose/about.md       takes the place of about/index.html
    site/prose/code-of-conduct.md   becomes code-of-conduct/index.html, unless the site has such a folder itself

The first line is the title, `# Title`, and the first paragraph the summary. `{{ title }}`, `{{ origin }}`, `{{ url }}`
(without a slash at its end) and `{{ root }}` (the way to the site's root) are filled in; nothing else is evaluated,
so that what a registry writes is text and no program.

What its owner writes is reviewed, and may hold HTML. All the same the page is put through an allow-list (nh3), for
three reasons: every page keeps the promise that it loads nothing from elsewhere and runs nothing; a tag that is not
closed cannot break the page around it; and whoever may change prose may not thereby change what the site's scripts do.
So structure, links and pictures of the site itself stay; scripts, styles, forms, frames, pictures from elsewhere,
classes and ids that are not ours go. Anchors of headings begin with `on-`, so that none is an id of the page.

Python-Markdown is imported on first use; it is slow, and these pages are few.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache, partial
from typing import TYPE_CHECKING, Any, NamedTuple

from markupsafe import Markup, escape

from packyard.formats import layout
from packyard.recipe import Recipe
from packyard.rules.look import PROSE
from packyard.surfaces.own import title_of
from packyard.surfaces.site import Site
from packyard.surfaces.templates import Templates
from packyard.surfaces.views import scrollable

if TYPE_CHECKING:
    from nh3 import Cleaner

#: The pages that every registry has; the other texts of `PROSE` are parts of pages.
PAGES = ("about", "publish")

_HOLE = re.compile(r"\{\{ *(title|origin|url|root) *\}\}")
_HEADING = re.compile(r"<(/?)h([1-5])\b")
_OUTWARD = re.compile(r'<a href="(?=https?://)')
_ALIGN = re.compile(r' align="(center|right)"| align="left"')
# fmt: off
_ATTRIBUTES = {
    "a": {"href", "title", "hreflang"}, "img": {"src", "alt", "title", "width", "height"}, "code": {"class"},
    "abbr": {"title"}, "time": {"datetime"}, "ol": {"start", "reversed"}, "details": {"open"},
    "th": {"align", "colspan", "rowspan", "scope"}, "td": {"align", "colspan", "rowspan"}, "*": {"id", "lang", "dir"},
}
_TAGS = {
    "b", "blockquote", "br", "caption", "cite", "dd", "del", "dfn", "div", "dl", "dt", "em", "h1", "h2", "h3", "h4",
    "h5", "h6", "hr", "i", "ins", "kbd", "li", "mark", "p", "pre", "q", "s", "samp", "small", "span", "strong", "sub",
    "summary", "sup", "table", "tbody", "tfoot", "thead", "tr", "u", "ul", "var", *(_ATTRIBUTES.keys() - {"*"}),
}
# fmt: on
_VALUES = {
    "src": re.compile(r"data:image/(?:png|jpeg|gif|webp);base64,[A-Za-z0-9+/=]*|[^:/?#][^:?#]*"),
    "class": re.compile(r"language-[A-Za-z0-9_+#.-]{1,40}"),
    "id": re.compile(r"on-.*"),
    "href": re.compile(r"(?:https?://|mailto:)[^\s]+|#on-\S+|[^:#?\s/\\][^:\s\\]*"),
}


class Prose(NamedTuple):
    """A rendered text: title and summary in plain text, the safe HTML, and (anchor, label) of its sections."""

    title: str
    summary: str
    html: str
    contents: tuple[tuple[str, str], ...]


def prose_pages(own: Mapping[str, str]) -> Mapping[str, str]:
    """The pages of prose by path, with the names of their texts, of a registry that has these texts of its own."""
    return {layout.family_index(name): name for name in (*PAGES, *sorted(own.keys() - set(PROSE)))}


def plan_prose(templates: Templates, site: Site) -> Iterator[Recipe]:
    """The recipes of the pages of prose; what the registry itself wrote is named by `site.own`."""
    for path, name in prose_pages(templates.own.look.prose).items():
        yield Recipe(path, (site, name), partial(prose_page, templates, site, path, name))


def prose_page(templates: Templates, site: Site, path: str, name: str) -> bytes:
    """The page at `path` from the registry's own text of that name, or from `prose/NAME.md`."""
    found = read_prose(templates, site, path, name)
    return templates.page(
        "prose.html",
        site,
        path,
        found.title,
        found.summary,
        section=path,
        body=found.html,
        contents=found.contents,
    )


def read_prose(templates: Templates, site: Site, path: str, name: str) -> Prose:
    """The text of that name as the page at `path` shows it."""
    text = templates.own.look.prose.get(name)
    values = {
        "title": site.registry.title,
        "origin": site.registry.origin,
        "url": site.registry.url.rstrip("/"),
        "root": layout.root_of(path),
    }
    if text is None:
        text = templates.text(f"prose/{name}.md", **values)
    else:
        text = _HOLE.sub(lambda match: str(escape(values[match[1]])), text)
    return render(text, name)


def render(text: str, name: str) -> Prose:
    """Markdown as safe HTML. Without a title, `name` is it, and stands as a heading before the text."""
    from markdown import Markdown
    from markdown.extensions.toc import TocExtension, slugify_unicode

    if not text.lstrip().startswith("# "):
        text = f"# {title_of(text, name)}\n\n{text}"
    toc = TocExtension(slugify=lambda heading, separator: "on-" + slugify_unicode(heading, separator))
    aligned = {"tables": {"use_align_attribute": True}}
    renderer = Markdown(extensions=["fenced_code", "tables", "sane_lists", toc], extension_configs=aligned)
    made = safe(renderer.convert(text))
    return Prose(title_of(text, name), _summary(made), scrollable(made), tuple(_sections(renderer)))


def safe(html: str) -> str:
    """HTML that loads nothing, runs nothing, and whose links out of the site say nothing of where they come from."""
    cleaned = _ALIGN.sub(lambda match: f' class="{match[1]}"' if match[1] else "", _cleaner().clean(html))
    return _OUTWARD.sub('<a rel="noopener noreferrer" href="', cleaned)


def lowered(html: str) -> str:
    """The HTML with every heading a level lower, to stand as a part of another page."""
    return _HEADING.sub(lambda match: f"<{match[1]}h{int(match[2]) + 1}", html)


def _summary(html: str) -> str:
    """The first paragraph as text, for search engines and previews."""
    from html import unescape

    paragraph = html.partition("<p>")[2].partition("</p>")[0]
    return " ".join(unescape(re.sub(r"<[^>]*>", "", paragraph)).split())[:300]


def _sections(renderer: object) -> Iterator[tuple[str, str]]:
    from html import unescape

    tokens: list[dict[str, Any]] = getattr(renderer, "toc_tokens", [])
    for title in tokens:
        for section in title["children"]:
            yield section["id"], unescape(section["name"])


@cache
def _cleaner() -> Cleaner:
    from nh3 import Cleaner

    return Cleaner(
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        attribute_filter=_allowed,
        url_schemes={"http", "https", "mailto", "data"},
        link_rel=None,
    )


def _allowed(tag: str, attribute: str, value: str) -> str | None:
    pattern = _VALUES.get(attribute)
    return value if pattern is None or pattern.fullmatch(value) else None


def ticked(text: str) -> Markup:
    """A line of the program's own texts, in which `backticks` enclose code."""
    parts = text.split("`")
    if len(parts) % 2 == 0:
        return escape(text)
    return Markup("").join(
        Markup("<code>{}</code>").format(part) if at % 2 else escape(part) for at, part in enumerate(parts)
    )
