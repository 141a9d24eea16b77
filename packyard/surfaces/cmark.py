"""GitHub-flavoured Markdown to HTML, by the C library inside cmarkgfm.

The library is called through ctypes because cmarkgfm's own functions never free what the library allocates (48 kB for a
readme of 3 kB), and do not give the tree, in which raw HTML has to become visible text: `a <!-- psst --> b` gives
`<p>a <code>&lt;!-- psst --&gt;</code> b</p>`. Links with dangerous schemes are emptied by the library.

Node and event numbers are those of cmark-gfm.h 0.29.0.gfm.13, which a test holds the library to.
"""

from __future__ import annotations

import ctypes
from functools import cache
from importlib import import_module
from typing import Any

_EXTENSIONS = (b"table", b"autolink", b"strikethrough", b"tasklist")
_OMITTED = b"<!-- raw HTML omitted -->"
_DONE, _ENTER = 1, 2
_CODE_BLOCK, _HTML_BLOCK, _CODE, _HTML_INLINE = 0x8005, 0x8006, 0xC004, 0xC005
_TEXT_OF = {_HTML_BLOCK: _CODE_BLOCK, _HTML_INLINE: _CODE}

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
    ("cmark_iter_new", _POINTER, (_POINTER,)),
    ("cmark_iter_next", _INT, (_POINTER,)),
    ("cmark_iter_get_node", _POINTER, (_POINTER,)),
    ("cmark_iter_free", None, (_POINTER,)),
)


def to_html(source: str) -> str:
    """The document as HTML in which the HTML of the source is text."""
    lib, extensions, free = _library()
    parser = lib.cmark_parser_new(0)
    for extension in extensions:
        lib.cmark_parser_attach_syntax_extension(parser, extension)
    data = source.encode()
    lib.cmark_parser_feed(parser, data, len(data))
    root = lib.cmark_parser_finish(parser)
    try:
        html = _render(lib, free, parser, root)
        if _OMITTED in html:
            _show_raw_html(lib, root)
            html = _render(lib, free, parser, root)
    finally:
        lib.cmark_node_free(root)
        lib.cmark_parser_free(parser)
    return html.decode()


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


def _show_raw_html(lib: Any, root: int) -> None:
    steps = lib.cmark_iter_new(root)
    while (event := lib.cmark_iter_next(steps)) != _DONE:
        if event == _ENTER:
            node = lib.cmark_iter_get_node(steps)
            if text_type := _TEXT_OF.get(lib.cmark_node_get_type(node)):
                literal = lib.cmark_node_get_literal(node)
                lib.cmark_node_set_type(node, text_type)
                lib.cmark_node_set_literal(node, literal)
    lib.cmark_iter_free(steps)


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
