"""A preview: the pages that a submission would get, as a folder of their own that any host can show.

It is made by what makes the site, from the state that merging would give. What is signed or packed is left out: a
preview is to be looked at, and nothing can be installed from it. Links to what is left out become plain text.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Collection
from html import unescape
from pathlib import Path
from urllib.parse import unquote

from packyard.edges.workfolder import write_file
from packyard.errors import UsageError
from packyard.formats import layout
from packyard.gate.building import touched
from packyard.gate.proposal import Case
from packyard.model import Event
from packyard.packs import Job, Workshop, make_pack
from packyard.surfaces.templates import open_templates, site_of
from packyard.tool import tool_digest

#: A link of a page, up to its text, and what else a page says is elsewhere; the templates write both so.
_LINK = re.compile(r'<a (?:class="[^"]*" )?href="([^"]*)"[^>]*>')
_ALTERNATE = re.compile(r'<link rel="alternate"[^>]*>\n?')


#: What has lost its link looks like text; what the sheet says of a link in its place is kept.
_PLAIN = b"a:where(:not([href])) { color: inherit; }\n"


class Nobody:
    """A signer for what is not kept."""

    key_id, public_key = "0" * 16, ""

    def sign(self, message: bytes, trusted_comment: str) -> bytes:
        """No signature."""
        return b""

    def sign_raw(self, message: bytes) -> bytes:
        """No signature, in the length of one."""
        return bytes(64)


class Shown:
    """A sink that keeps what people look at; `finish` writes it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.kept, self.written = dict[str, bytes](), 0

    def same(self, path: str, data: bytes) -> bool:
        """Nothing is there before."""
        return False

    def current(self, path: str, limit: int) -> bytes | None:
        """Nothing is there before."""
        return None

    def replace(self, path: str, data: bytes) -> None:
        """Keeps a page, a document or an image."""
        if not layout.immutable(path):
            self.kept[path] = data
            self.written = len(self.kept)

    def copy(self, path: str, of: str) -> None:
        """Copies are for other programs."""

    def finish(self) -> None:
        """Writes everything, with links in pages to what is there alone."""
        for path, data in self.kept.items():
            page = path.endswith(".html")
            write_file(self.folder / path, _linked(path, data.decode(), self.kept).encode() if page else data)


def preview(case: Case, folder: Path, templates: Path | None = None) -> tuple[str, ...]:
    """Writes the pages of every touched pack that a build would make; gives their names. The folder must be new."""
    if folder.exists() and any(folder.iterdir()):
        raise UsageError("folder-not-empty", "the folder is not empty", path=str(folder))
    found, sink = open_templates(templates), Shown(folder)
    site = site_of(case.world.registry, False, found, preview=True)
    shop = Workshop(case.source, case.judged.authority, Nobody(), sink, found, site, tool_digest(templates))
    made = [
        name
        for name, tree in touched(case.source, case.proposal.before, case.proposal.after)
        if name in case.judged.packs and not make_pack(shop, Job(name, tree, _events(case, name), "", (), 0)).problems
    ]
    for name, path in site.assets:
        sink.replace(path, found.asset(name) + (_PLAIN if name.endswith(".css") else b""))
    paths = [(name, layout.pack(name, "index.html")) for name in made]
    sink.replace(
        "index.html", found.page("preview.html", site, "index.html", "Preview", "A proposed change", paths=paths)
    )
    sink.finish()
    return tuple(made)


def _linked(path: str, page: str, there: Collection[str]) -> str:
    """The page at `path` without links to other paths than those that are `there`; a link elsewhere stays."""

    def kept(link: re.Match[str]) -> str:
        target = unescape(link[1]).partition("#")[0]
        found = posixpath.normpath(posixpath.join(posixpath.dirname(path), unquote(target)))
        return link[0] if not target or "://" in target or found in there else "<a>"

    return _LINK.sub(kept, _ALTERNATE.sub("", page))


def _events(case: Case, name: str) -> tuple[Event, ...]:
    """All events of a pack; those that are proposed are in no commit yet that anybody has reviewed."""
    new = (event for event in case.proposal.events if event.kind in ("version", "statement") and event.subject == name)
    return (*case.world.past(name).events, *(event._replace(commit="") for event in new))
