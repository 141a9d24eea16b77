"""Words of a shell with their quotes, and without."""

from __future__ import annotations

import re

_HARMLESS = re.compile(r"[A-Za-z0-9_@%+=:,./-]+")
_ESCAPE = re.compile(r"\\(?:x([0-9a-fA-F]{1,2})|u([0-9a-fA-F]{1,4})|([0-7]{1,3})|(.))", re.DOTALL)


def quote(word: str) -> str:
    """The word as a shell reads it back, in quotes where it needs them."""
    return word if _HARMLESS.fullmatch(word) else "'" + word.replace("'", "'\\''") + "'"


def unquoted(kind: str | None, text: str) -> str:
    """A part of a word without its quotes: `single` for '…', `ansi` for $'…', `escape` for a backslash and a character,
    `quote` for a double quote. Anything else stays as it is.
    """
    if kind == "single":
        return text[1:-1]
    if kind == "ansi":
        return _ESCAPE.sub(_character, text[2:-1])
    if kind == "escape":
        return text[1:].strip("\n")
    return text if kind != "quote" else ""


def _character(escape: re.Match[str]) -> str:
    if escape[1] or escape[2]:
        return chr(int(escape[1] or escape[2], 16))
    return chr(int(escape[3], 8)) if escape[3] else escape[4]
