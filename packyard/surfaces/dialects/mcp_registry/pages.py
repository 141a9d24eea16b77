"""The pages of the list of servers, for hosts that are configured to answer `?cursor=`.

    mcp/v0.1/servers/index.json    the first page
    mcp/v0.1/cursor/C.json         the page that begins at the cursor C

Packs have places on a line, by the SHA-256 of their names, and a page is a piece of the line: all of it, as long as no
more than `PACKS` packs have servers; else it is cut in sixteen by the first hex digit, and a piece with too many packs
once more, by the second. A cursor is where a piece begins: `3`, `3f`, but not `30`, which is `3`.

So a new version changes the page of its pack alone, and which page follows is told by a page's own place: the pages
around it may be cut or joined without it. `plan` makes the pieces of one piece, and the first page of all.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import partial
from hashlib import sha256
from typing import Any

from packyard.formats import foreign
from packyard.recipe import Recipe
from packyard.surfaces.dialects.values import View, encode

#: Packs of a page, as long as there are fewer pages than can be.
PACKS = 100
#: How often a piece may be cut.
DEPTH = 2
#: How the names of the lists begin that are pieces of the line.
PIECE = "piece "
CURSORS = foreign.MCP + "cursor/"
FIRST = foreign.MCP + "servers/index.json"

_DIGITS = "0123456789abcdef"


def pieces(name: str) -> tuple[str, ...]:
    """The lists of pieces that a pack is in."""
    digest = sha256(name.encode()).hexdigest()
    return tuple(PIECE + digest[:length] for length in range(DEPTH + 1))


def plan(view: View, name: str) -> Iterator[Recipe]:
    """The pages that begin in a piece, other than where it begins itself; of the whole line, the first one too."""
    piece = name.removeprefix(PIECE)
    if not piece:
        yield _recipe(FIRST, view, piece)
    if _is_cut(view, piece):
        yield from (_recipe(f"{CURSORS}{piece}{digit}.json", view, piece + digit) for digit in _DIGITS[1:])


def after(piece: str) -> str:
    """The cursor of what follows a piece; "" when nothing does."""
    rest = piece.rstrip("f")
    return rest[:-1] + _DIGITS[_DIGITS.index(rest[-1]) + 1] if rest else ""


def page(texts: tuple[str, ...], following: str = "") -> bytes:
    """A document with servers, each as text, and the cursor of the page after it."""
    servers = [json.loads(text) for text in texts]
    metadata: Mapping[str, Any] = {"nextCursor": following} if following else {}
    return encode({"servers": servers, "metadata": {**metadata, "count": len(servers)}})


def _recipe(path: str, view: View, piece: str) -> Recipe:
    while _is_cut(view, piece):
        piece += "0"
    texts = tuple("\n".join(view.head(PIECE + piece, view.size(PIECE + piece))).split("\n"))
    shown, following = tuple(filter(None, texts)), after(piece)
    return Recipe(path, (shown, following), partial(page, shown, following))


def _is_cut(view: View, piece: str) -> bool:
    return len(piece) < DEPTH and view.size(PIECE + piece) > PACKS
