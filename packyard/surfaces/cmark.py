"""GitHub-flavoured Markdown to HTML, by the C library inside cmarkgfm.

The library is called through ctypes because cmarkgfm's own functions never free what the library allocates (48 kB for a
readme of 3 kB), and do not give the tree, in which what a rendering leaves out has to become visible text:

    a <!-- psst --> b           HTML is code: a <code>&lt;!-- psst --&gt;</code> b
    [a](b "psst")               titles of links and images follow them as code
    [a](data:psst)              addresses that the library empties, too
    ```psst                     the words behind a fence, unless they are the name of a language, come before its code
    | a |
    |---|
    | b | psst |                cells beyond the columns of a table are in the last one

Definitions of links, of which the tree knows nothing, are found by `hidden` with the help of a `Document`.
Node and event numbers are those of cmark-gfm.h 0.29.0.gfm.13, which a test holds the library to.
"""

from __future__ import annotations

import ctypes
import re
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from typing import Any, NamedTuple

_EXTENSIONS = (b"table", b"autolink", b"strikethrough", b"tasklist")
_DONE, _ENTER = 1, 2
_CODE_BLOCK, _HTML_BLOCK, _PARAGRAPH = 0x8005, 0x8006, 0x8008
_TEXT_NODE, _SOFTBREAK, _LINEBREAK, _CODE, _HTML_INLINE = 0xC001, 0xC002, 0xC003, 0xC004, 0xC005
_LINK, _IMAGE = 0xC009, 0xC00A
_ROW, _CELL = 0x800D, 0x800E
_TEXT_OF = {_HTML_BLOCK: _CODE_BLOCK, _HTML_INLINE: _CODE}
_BREAKS = {_SOFTBREAK, _LINEBREAK}

_EMPTIED = re.compile(rb"(?i)(?:javascript|vbscript|file|data):")
_LINE_END = re.compile(rb"\r\n?|\n")
_PIPE = re.compile(rb"(?<!\\)\|")
#: What a fence may say without its being shown. Other words are those of the author, and are.
_LANGUAGES = frozenset(
    b"bash bat c cmd console cpp csharp css csv diff dockerfile dotenv elixir env fish go graphql haskell html "
    b"http ini java javascript js json json5 jsonc jsonl jsx kotlin kt lua make makefile markdown md mermaid "
    b"nix php plain plaintext powershell ps1 py python r rb rs ruby rust scala sh shell sql swift text toml ts "
    b"tsx txt typescript vue xml yaml yml zig zsh".split()
)

_POINTER, _TEXT, _INT, _SIZE = ctypes.c_void_p, ctypes.c_char_p, ctypes.c_int, ctypes.c_size_t
_SIGNATURES: tuple[tuple[str, Any, tuple[Any, ...]], ...] = (
    ("cmark_gfm_core_extensions_ensure_registered", None, ()),
    ("cmark_get_default_mem_allocator", ctypes.POINTER(_POINTER), ()),
    ("cmark_version_string", _TEXT, ()),
    ("cmark_find_syntax_extension", _POINTER, (_TEXT,)),
    ("cmark_parser_new", _POINTER, (_INT,)),
    ("cmark_parser_attach_syntax_extension", _INT, (_POINTER, _POINTER)),
    ("cmark_parser_get_syntax_extensions", _POINTER, (_POINTER,)),
    ("cmark_parser_feed", None, (_POINTER, _TEXT, _SIZE)),
    ("cmark_parser_finish", _POINTER, (_POINTER,)),
    ("cmark_parser_free", None, (_POINTER,)),
    ("cmark_render_html", _POINTER, (_POINTER, _INT, _POINTER)),
    ("cmark_node_free", None, (_POINTER,)),
    ("cmark_node_get_type", _INT, (_POINTER,)),
    ("cmark_node_set_type", _INT, (_POINTER, _INT)),
    ("cmark_node_get_literal", _TEXT, (_POINTER,)),
    ("cmark_node_set_literal", _INT, (_POINTER, _TEXT)),
    ("cmark_node_get_url", _TEXT, (_POINTER,)),
    ("cmark_node_get_title", _TEXT, (_POINTER,)),
    ("cmark_node_get_fence_info", _TEXT, (_POINTER,)),
    ("cmark_node_get_start_line", _INT, (_POINTER,)),
    ("cmark_node_get_start_column", _INT, (_POINTER,)),
    ("cmark_node_new", _POINTER, (_INT,)),
    ("cmark_node_insert_after", _INT, (_POINTER, _POINTER)),
    ("cmark_node_insert_before", _INT, (_POINTER, _POINTER)),
    ("cmark_node_append_child", _INT, (_POINTER, _POINTER)),
    ("cmark_iter_new", _POINTER, (_POINTER,)),
    ("cmark_iter_next", _INT, (_POINTER,)),
    ("cmark_iter_get_node", _POINTER, (_POINTER,)),
    ("cmark_iter_free", None, (_POINTER,)),
)


class Document(NamedTuple):
    """A rendered document: its HTML; the addresses and titles of its links and images; the lines of text it shows."""

    html: str
    addresses: frozenset[str]
    titles: frozenset[str]
    lines: frozenset[str]


def to_html(source: str) -> str:
    """The document as HTML in which what Markdown leaves out is text."""
    return render(source).html


def render(source: str) -> Document:
    """The document, rendered. Time is linear in the source, which is walked once before."""
    lib, extensions, free = _library()
    data = source.encode()
    parser = lib.cmark_parser_new(0)
    for extension in extensions:
        lib.cmark_parser_attach_syntax_extension(parser, extension)
    lib.cmark_parser_feed(parser, data, len(data))
    root = lib.cmark_parser_finish(parser)
    try:
        seen = _Walk(lib, data)
        seen.walk(root)
        html = _render(lib, free, parser, root)
    finally:
        lib.cmark_node_free(root)
        lib.cmark_parser_free(parser)
    lines = b"".join(seen.text).decode(errors="replace").splitlines()
    addresses, titles = (
        frozenset(each.decode(errors="replace") for each in told) for told in (seen.addresses, seen.titles)
    )
    return Document(html.decode(), addresses, titles, frozenset(lines))


def version() -> str:
    """The library's version."""
    text: bytes = _library()[0].cmark_version_string()
    return text.decode()


def _render(lib: Any, free: Any, parser: int, root: int) -> bytes:
    pointer = lib.cmark_render_html(root, 0, lib.cmark_parser_get_syntax_extensions(parser))
    try:
        return ctypes.string_at(pointer)
    finally:
        free(pointer)


class _Walk:
    """Goes through a tree once, then puts text into it for what its rendering would leave out."""

    def __init__(self, lib: Any, source: bytes) -> None:
        self.addresses, self.titles, self.text = set[bytes](), set[bytes](), list[bytes]()
        self._lib = lib
        self._lines = _LINE_END.split(source) if b"|" in source else []
        self._behind: list[tuple[int, bytes]] = []
        self._before: list[tuple[int, bytes]] = []
        self._inside: list[tuple[int, bytes]] = []
        self._row, self._cells, self._last = 0, 0, 0

    def walk(self, root: int) -> None:
        for node in self._nodes(root):
            self._look(node, self._lib.cmark_node_get_type(node))
        self._end_row()
        lib = self._lib
        for node, text in self._behind:
            lib.cmark_node_insert_after(node, self._leaf(_CODE, text))
            lib.cmark_node_insert_after(node, self._leaf(_TEXT_NODE, b" "))
        for cell, text in self._inside:
            lib.cmark_node_append_child(cell, self._leaf(_TEXT_NODE, b" "))
            lib.cmark_node_append_child(cell, self._leaf(_CODE, text))
        for block, text in self._before:
            paragraph = lib.cmark_node_new(_PARAGRAPH)
            lib.cmark_node_append_child(paragraph, self._leaf(_CODE, text))
            lib.cmark_node_insert_before(block, paragraph)

    def _nodes(self, root: int) -> Iterator[int]:
        lib = self._lib
        steps = lib.cmark_iter_new(root)
        while (event := lib.cmark_iter_next(steps)) != _DONE:
            if event == _ENTER:
                yield lib.cmark_iter_get_node(steps)
        lib.cmark_iter_free(steps)

    def _look(self, node: int, kind: int) -> None:
        if kind in _BREAKS or not kind & 0x4000:
            self.text.append(b"\n")
        elif kind in (_LINK, _IMAGE):
            self._link(node)
        if kind == _ROW:
            self._end_row()
            self._row = node
        elif kind == _CELL:
            self._cells, self._last = self._cells + 1, node
        elif literal := self._lib.cmark_node_get_literal(node):
            self.text.append(literal)
        if text_kind := _TEXT_OF.get(kind):
            self._lib.cmark_node_set_type(node, text_kind)
            self._lib.cmark_node_set_literal(node, literal)
        elif kind == _CODE_BLOCK and (info := self._lib.cmark_node_get_fence_info(node)):
            self._before += [] if info.lower() in _LANGUAGES else [(node, b"```" + info)]

    def _link(self, node: int) -> None:
        address, title = self._lib.cmark_node_get_url(node) or b"", self._lib.cmark_node_get_title(node)
        self.addresses.add(address)
        if title:
            self.titles.add(title)
            self._behind.append((node, b'"' + title + b'"'))
        if _EMPTIED.match(address):
            self._behind.append((node, address))

    def _end_row(self) -> None:
        """Puts down what the line of a row has beyond the cells that were made of it."""
        if self._row and self._cells:
            line = self._lines[self._lib.cmark_node_get_start_line(self._row) - 1]
            row = line[self._lib.cmark_node_get_start_column(self._row) - 1 :].strip().removeprefix(b"|")
            cells = _PIPE.split(row)
            if beyond := b"|".join(cells[self._cells :]).strip(b" \t|"):
                self._inside.append((self._last, b"| " + beyond))
        self._row, self._cells = 0, 0

    def _leaf(self, kind: int, text: bytes) -> Any:
        node = self._lib.cmark_node_new(kind)
        self._lib.cmark_node_set_literal(node, text)
        return node


@cache
def _library() -> tuple[Any, tuple[int, ...], Any]:
    lib = ctypes.CDLL(import_module("cmarkgfm._cmark").__file__)
    for name, result, arguments in _SIGNATURES:
        function = getattr(lib, name)
        function.restype, function.argtypes = result, arguments
    lib.cmark_gfm_core_extensions_ensure_registered()
    # struct cmark_mem {calloc, realloc, free}
    free = ctypes.CFUNCTYPE(None, _POINTER)(lib.cmark_get_default_mem_allocator()[2] or 0)
    return lib, tuple(lib.cmark_find_syntax_extension(name) for name in _EXTENSIONS), free
