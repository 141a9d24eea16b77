"""The templates of the browse site: jinja2, imported on first use because it takes longer than rendering many pages.

Output is escaped unless it is `Markup`, and an unknown name is an error. Compiled templates are remembered in a folder
if one is given. Besides what a page hands in, a template sees `layout`, the shared names of `site`, and these filters:

    1764000000 | date  ->  2025-11-24
    1764000000 | time  ->  2025-11-24T16:00:00Z
    1536 | size        ->  1.5 kB
"""

from __future__ import annotations

from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from packyard.formats import layout
from packyard.formats.times import day_of, format_time
from packyard.surfaces import site

if TYPE_CHECKING:
    from jinja2 import Environment

_HERE = Path(__file__).resolve().parents[1]


class Templates:
    """A folder of templates, ready to render; cheap to make and to send to another process."""

    def __init__(self, folder: Path, cache: Path | None = None) -> None:
        self._folder, self._cache = folder, cache

    def __reduce__(self) -> tuple[type[Templates], tuple[Path, Path | None]]:
        return Templates, (self._folder, self._cache)

    def render(self, name: str, **context: Any) -> bytes:
        """The template `name` as UTF-8."""
        return self._environment.get_template(name).render(context).encode()

    def page(self, name: str, site: site.Site, path: str, title: str, summary: str, **context: Any) -> bytes:
        """A page of the site at `path`; `title` and `summary` (one sentence) describe it to browsers and searches."""
        context.update(site=site, path=path, root=layout.root_of(path), title=title, summary=summary)
        return self.render(name, **context)

    def text(self, name: str, **context: Any) -> str:
        """A template that is not a whole page, as text."""
        return self._environment.get_template(name).render(context)

    def stylesheet(self) -> bytes:
        """The stylesheet."""
        return (self._folder / "style.css").read_bytes()

    def stylesheet_path(self) -> str:
        """Where the stylesheet lives on the site; the name follows the content, so it may be cached for ever."""
        return f"assets/style-{sha256(self.stylesheet()).hexdigest()[:8]}.css"

    @cached_property
    def _environment(self) -> Environment:
        from jinja2 import Environment, FileSystemBytecodeCache, FileSystemLoader, StrictUndefined

        if self._cache is not None:
            self._cache.mkdir(parents=True, exist_ok=True)
        environment = Environment(
            loader=FileSystemLoader(self._folder),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
            bytecode_cache=FileSystemBytecodeCache(str(self._cache)) if self._cache is not None else None,
        )
        environment.filters.update(date=day_of, time=format_time, size=size)
        environment.globals.update(
            layout=layout,
            listable=site.listable,
            HOME=site.HOME,
            ABOUT=site.ABOUT,
            PUBLISH=site.PUBLISH,
            NAVIGATION=site.NAVIGATION,
            ACTIVE=site.ACTIVE_FEATURES,
        )
        return environment


def open_templates(folder: Path | None = None, cache: Path | None = None) -> Templates:
    """The templates in `folder`, by default the ones that came with the program; compiled ones are kept in `cache`."""
    found = (path for path in (_HERE / "templates", _HERE.parent / "templates") if path.is_dir())
    return Templates(folder or next(found), cache)


def size(count: int) -> str:
    """A number of bytes for people, in powers of 1,000."""
    if count < 1000:
        return f"{count} B"
    unit, symbol = (1e3, "kB") if count < 999_950 else (1e6, "MB")
    return f"{count / unit:.1f} {symbol}"
