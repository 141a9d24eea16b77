"""What a registry puts in the place of the program's own look: the folder `site` in its source.

    site/templates/NAME.html     takes the place of the template of that name
    site/prose/NAME.md           takes the place of the page of prose, or is the page NAME/index.html
    site/words.yaml              another language: `formats.words`
    site/style.css               rules after those of the program
    site/logo.svg                stands in the header; or logo.png

Colours and a line at the end of every page are settings: `look` in `registry.yaml`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from packyard.errors import FormatError, Problem
from packyard.formats import names
from packyard.formats.fields import errors_of
from packyard.formats.words import Words, parse_words
from packyard.history import FILES, SOURCE, TREE, unknown
from packyard.model import Entry
from packyard.protocols import Source

FOLDER = "site"
#: Where a registry's own templates are in its repository.
TEMPLATES = f"{SOURCE}/{FOLDER}/templates/"
#: The texts that every registry has, which are pages or parts of one, and folders of the site that no text may take.
# fmt: off
PROSE = ("about", "publish", "verify")
TAKEN = frozenset({
    "advisories", "agentpacks", "api", "assets", "audit", "browse", "by-hash", "compliance", "featured", "features",
    "index", "keys", "licences", "log", "mirrors", "name-check", "new", "ori", "orgs", "packs", "publishers", "rules",
    "schemas", "search", "site", "sitemap", "stats", "tags", "targets", "trust", "updated",
})
# fmt: on
LOGOS = ("logo.svg", "logo.png")
#: Bytes of one of the files.
LIMIT = 512_000

_WORDS, _STYLE = "words.yaml", "style.css"
_PAGE = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?\.md")
_HELP = (
    "the folder holds templates/NAME.html, prose/NAME.md, words.yaml, style.css and logo.svg or logo.png; a page is "
    "called by small letters, digits and hyphens, and like no folder of the site itself"
)

#: Every code that the folder can be refused with.
CODES = (
    "duplicate-key",
    "field-invalid",
    "field-missing",
    "field-type",
    "field-unknown",
    "path-unknown",
    "submodule",
    "symlink",
    "text-not-utf8",
    "too-deep",
    "too-large",
    "words-placeholder",
    "yaml-invalid",
)


class Look(NamedTuple):
    """A registry's own look. `tree` is the id of its folder, "" without one; templates by their names, prose by the
    names of pages.
    """

    tree: str = ""
    templates: Mapping[str, str] = {}
    prose: Mapping[str, str] = {}
    words: Words = Words()
    style: bytes = b""
    logo_name: str = ""
    logo: bytes = b""


def check_look(source: Source, root: str) -> tuple[Look, tuple[Problem, ...]]:
    """The look in the source tree `root`, and what is wrong with it."""
    tree = next((each.oid for each in source.tree(root) if (each.name, each.mode) == (FOLDER, TREE)), "")
    problems, files = list[Problem](), dict[str, bytes]()
    for path, entry in _entries(source, tree, "") if tree else ():
        here = f"{SOURCE}/{FOLDER}/{names.shown_path(path)}"
        if entry.mode not in FILES or not _belongs(path):
            problems += (each._replace(help=each.help or _HELP) for each in unknown(here, entry, "is no part of it"))
            continue
        try:
            files[path] = _checked(path, source.blob(entry.oid, LIMIT))
        except FormatError as error:
            problems += (each.at(here) for each in errors_of(error))
    return _look(tree, files) if not problems else Look(), tuple(problems)


def _entries(source: Source, tree: str, folder: str) -> Iterator[tuple[str, Entry]]:
    """Every entry that is no folder, and folders in which nothing may be."""
    for entry in source.tree(tree):
        path = folder + entry.name
        if entry.mode == TREE and path.count("/") < 3:
            yield from _entries(source, entry.oid, f"{path}/")
        else:
            yield path, entry


def _belongs(path: str) -> bool:
    folder, slash, name = path.partition("/")
    if not slash:
        return path in (_WORDS, _STYLE, *LOGOS)
    if folder == "prose":
        return _PAGE.fullmatch(name) is not None and name.removesuffix(".md") not in TAKEN
    return folder == "templates" and name.endswith(".html")


def _checked(path: str, data: bytes) -> bytes:
    if path == _WORDS:
        parse_words(data)
    elif path not in LOGOS:
        try:
            data.decode()
        except UnicodeDecodeError:
            raise FormatError("text-not-utf8", "not UTF-8") from None
    return data


def _look(tree: str, files: Mapping[str, bytes]) -> Look:
    logo = next((name for name in LOGOS if name in files), "")
    return Look(
        tree,
        {name: files[f"templates/{name}"].decode() for name in _below(files, "templates")},
        {name.removesuffix(".md"): files[f"prose/{name}"].decode() for name in _below(files, "prose")},
        parse_words(files[_WORDS]) if _WORDS in files else Words(),
        files.get(_STYLE, b""),
        logo,
        files.get(logo, b""),
    )


def _below(files: Mapping[str, bytes], folder: str) -> list[str]:
    return [path.removeprefix(f"{folder}/") for path in files if path.startswith(f"{folder}/")]
