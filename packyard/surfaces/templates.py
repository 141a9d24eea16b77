"""The templates of the browse site: jinja2, imported on first use because it takes longer than rendering many pages.

Output is escaped and its hidden characters are shown unless it is `Markup`, and an unknown name is an error. Compiled
templates are remembered. A registry's own templates (`own.Own`) come before those of the program. Besides what a page
hands in, a template sees `layout`, the shared names of `site`, and these functions and filters:

    t("Signed by {name}", name=link)       what the page says, in the registry's language: see `words`
    n("{count} file", "{count} files", 3)
    piece("frame/nav.html")                a part of the frame, which is the same on many pages
    asset("site.js")                       the way to an asset, which is called after its content
    pack_of(path)                          the pack that a page belongs to, or ""
    1764000000 | date  ->  2025-11-24
    1764000000 | time  ->  2025-11-24T16:00:00Z
    1536 | size        ->  1.5 kB

The assets are `style.css` (the program's `style.css`, `css/*.css` by name, then the registry's colours and its own
sheet), each `js/*.js` by its name, and the registry's logo.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from packyard.errors import Problem, ProblemsFound
from packyard.formats import inventory, layout
from packyard.formats.times import day_of, format_time
from packyard.formats.words import Words
from packyard.registry import Registry
from packyard.rules.look import TEMPLATES
from packyard.surfaces import cards, site
from packyard.surfaces.own import NOTHING_OWN, Own, own_pages
from packyard.surfaces.words import Speech, seen

if TYPE_CHECKING:
    from jinja2 import Environment
    from jinja2.runtime import Context

#: How compiled templates are called. The number goes up when the options that are compiled into them change.
_COMPILED = "2-%s.cache"
_HELP = "put the template right, or take it away; docs/site.md says what a template sees"
_ENGLISH = Speech(Words()).say
_HERE = Path(__file__).resolve().parents[1]


class Templates:
    """A folder of templates, ready to render; cheap to make and to send to another process."""

    def __init__(self, folder: Path, cache: Path | None = None, own: Own = NOTHING_OWN) -> None:
        self._folder, self._cache, self.own = folder, cache, own
        self._pieces: dict[tuple[object, ...], Markup] = {}
        self._pieces_of: site.Site | None = None
        speech = Speech(own.look.words)
        self.say, self.count = speech.say, speech.count

    def __reduce__(self) -> tuple[type[Templates], tuple[Path, Path | None, Own]]:
        return Templates, (self._folder, self._cache, self.own)

    def render(self, name: str, **context: Any) -> bytes:
        """The template `name` as UTF-8. Raises `ProblemsFound` where a template of the registry's own is wrong."""
        return self.text(name, **context).encode()

    def page(self, name: str, site: site.Site, path: str, title: str, summary: str, **context: Any) -> bytes:
        """A page of the site at `path`; `title` and `summary` (one sentence) describe it to browsers and searches."""
        context.update(site=site, path=path, root=layout.root_of(path), title=title, summary=summary)
        return self.render(name, **context)

    def text(self, name: str, **context: Any) -> str:
        """A template that is not a whole page, as text. Raises `ProblemsFound` as `render` does."""
        with _blamed() if self.own.look.templates else nullcontext():
            return self._environment.get_template(name).render(context)

    def size(self, count: int) -> Markup:
        """A number of bytes for people, in their language."""
        return size(count, self.say)

    def asset(self, name: str) -> bytes:
        """An asset by its name."""
        return self._assets[name]

    def assets(self) -> tuple[tuple[str, str], ...]:
        """(name, path on the site) of every asset; the path follows the content, so it may be cached for ever."""
        return tuple((name, _path(name, data)) for name, data in sorted(self._assets.items()))

    def _piece(self, context: Context, name: str) -> Markup:
        """A part of the frame of every page, rendered once for each depth and section of the site."""
        shown, root, section = context["site"], context["root"], context.get("section", "")
        if shown is not self._pieces_of:
            self._pieces, self._pieces_of = {}, shown
        key = (name, root, section, section == context["path"])
        if key not in self._pieces:
            values = {"site": shown, "root": root, "section": section, "path": context["path"]}
            self._pieces[key] = Markup(self.text(name, **values))  # noqa: S704 - what a template has rendered
        return self._pieces[key]

    @cached_property
    def _assets(self) -> Mapping[str, bytes]:
        sheets = [self._folder / "style.css", *sorted((self._folder / "css").glob("*.css"))]
        found = {"style.css": b"\n".join([*(sheet.read_bytes() for sheet in sheets), *self.own.style])}
        found |= {script.name: script.read_bytes() for script in (self._folder / "js").glob("*.js")}
        look = self.own.look
        return found | ({look.logo_name: look.logo} if look.logo_name else {})

    @cached_property
    def _environment(self) -> Environment:
        from jinja2 import (
            ChoiceLoader,
            Environment,
            FileSystemBytecodeCache,
            FileSystemLoader,
            FunctionLoader,
            StrictUndefined,
            pass_context,
        )

        @pass_context
        def asset(context: Context, name: str) -> str:
            shown: site.Site = context["site"]
            return f"{context['root']}{shown.asset(name)}"

        @pass_context
        def piece(context: Context, name: str) -> Markup:
            return self._piece(context, name)

        if self._cache is not None:
            self._cache.mkdir(parents=True, exist_ok=True)
        shipped = FileSystemLoader(self._folder)
        own = self.own.look.templates

        def of_the_registry(name: str) -> tuple[str, str, None] | None:
            return (own[name], TEMPLATES + name, None) if name in own else None

        environment = Environment(
            loader=ChoiceLoader([FunctionLoader(of_the_registry), shipped]),
            autoescape=True,
            finalize=seen,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
            bytecode_cache=FileSystemBytecodeCache(str(self._cache), _COMPILED) if self._cache is not None else None,
        )
        environment.filters.update(date=day_of, time=format_time, size=self.size)
        environment.globals.update(
            t=self.say,
            piece=piece,
            n=self.count,
            asset=asset,
            layout=layout,
            pack_of=inventory.pack_of,
            listable=site.listable,
            HOME=site.HOME,
            ABOUT=site.ABOUT,
            PUBLISH=site.PUBLISH,
            ACTIVE=site.ACTIVE_FEATURES,
        )
        return environment


@contextmanager
def _blamed() -> Iterator[None]:
    """What goes wrong in a template of the registry's own is a problem in its file. The innermost of those that were
    being rendered is to blame, or all of them where the program's own templates miss something that one should have.
    """
    from jinja2 import TemplateError, TemplateSyntaxError

    try:
        yield
    except ProblemsFound:
        raise
    except Exception as error:
        from traceback import extract_tb

        frames = [each for each in extract_tb(error.__traceback__) if each.filename.startswith(TEMPLATES)]
        at = (frames[-1].filename, frames[-1].lineno or 0) if frames else (TEMPLATES.rstrip("/"), 0)
        if isinstance(error, TemplateSyntaxError) and (error.filename or "").startswith(TEMPLATES):
            at = error.filename or "", error.lineno
        elif not frames and not isinstance(error, TemplateError):
            raise
        kind = "" if isinstance(error, TemplateError) else f"{type(error).__name__}: "
        message = f"the template cannot be rendered: {kind}{error}"
        raise ProblemsFound([Problem("field-invalid", at[0], message, at[1], help=_HELP)]) from error


def open_templates(folder: Path | None = None, cache: Path | None = None, own: Own = NOTHING_OWN) -> Templates:
    """The templates in `folder`, by default the ones that came with the program. Compiled ones of the program are kept
    beside them, as Python does with modules; where that cannot be written, and others, in `cache`.
    """
    if folder:
        return Templates(folder, cache, own)
    shipped = next(path for path in (_HERE / "templates", _HERE.parent / "templates") if path.is_dir())
    return Templates(shipped, shipped / "__pycache__" if os.access(shipped, os.W_OK) else cache, own)


def site_of(registry: Registry, development: bool, templates: Templates, preview: bool = False) -> site.Site:
    """What every page shares, with the look that the templates have."""
    look = templates.own.look
    about = (look.tree, look.words.language, look.words.direction, own_pages(look))
    card = cards.card_path(cards.registry_card(templates.say, registry))
    assets = templates.assets() if preview else (("card.png", card), *templates.assets())
    return site.Site(registry, development, assets, preview, *about)


def _path(name: str, data: bytes) -> str:
    stem, _, ending = name.rpartition(".")
    return f"assets/{stem}-{sha256(data).hexdigest()[:8]}.{ending}"


def size(count: int, say: Callable[..., Markup] = _ENGLISH) -> Markup:
    """A number of bytes for people, in powers of 1,000."""
    if count < 1000:
        return say("{number} B", number=count)
    if count < 999_950:
        return say("{number} kB", number=f"{count / 1e3:.1f}")
    return say("{number} MB", number=f"{count / 1e6:.1f}")
