"""Pages of prose: Markdown in `templates/prose/`, in which `{{ origin }}` and the like are filled in first.

The first line is the title, `# Title`, and the first paragraph the summary. Python-Markdown is imported on first use;
it is slow, and these pages are few.
"""

from __future__ import annotations

from typing import Any

from packyard.formats import layout
from packyard.surfaces.site import Site
from packyard.surfaces.templates import Templates
from packyard.surfaces.views import scrollable


def prose_page(templates: Templates, site: Site, path: str, name: str) -> bytes:
    """The page at `path` from `prose/NAME.md`."""
    from markdown import Markdown

    url = site.registry.url.rstrip("/")
    text = templates.text(f"prose/{name}.md", registry=site.registry, url=url, layout=layout, root=layout.root_of(path))
    title, summary = text.removeprefix("# ").split("\n\n", 2)[:2]
    renderer = Markdown(extensions=["fenced_code", "tables", "toc"], output_format="html")
    body = scrollable(renderer.convert(text))
    contents = [(token["id"], token["name"]) for token in _sections(renderer)]
    return templates.page(
        "prose.html", site, path, title, " ".join(summary.split()), section=path, body=body, contents=contents
    )


def _sections(renderer: object) -> list[dict[str, str]]:
    tokens: list[dict[str, Any]] = getattr(renderer, "toc_tokens", [])
    return [section for title in tokens for section in title["children"]]
