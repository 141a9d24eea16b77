"""Frontmatter: the YAML between two lines of hyphens at the head of a Markdown file.

    ---
    name: release-notes
    description: Drafts release notes from the commits since the last tag
    allowed-tools: [Read, Grep]
    ---
    # Release notes

The first line of the file is `---`; so is the line after the frontmatter, which is at most 65,536 bytes long.  White
space after the hyphens, a byte order mark before them, and carriage returns are forgiven.  What stands between is a
mapping in the YAML of `packyard.formats.strict`: every scalar is text.  A file that begins otherwise has none.

Many authors write what is not YAML, above all `description: Use when: the build fails`.  Programs that read prompts
take such a line by its first colon, and `plain` reads it as they do.  That, a missing end and what is not a mapping are
*loose*: a careless author's.  What the YAML here refuses (anchors, aliases, tags, a key twice, deep nesting, control
characters) and what is too large is *refused*: programs read different things in it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from packyard.errors import FormatError
from packyard.formats.strict import load_yaml

_OPENING = re.compile(r"---[ \t]*\n")
_CLOSING = re.compile(r"^---[ \t]*$", re.MULTILINE)
_FIELD = re.compile(r"^([A-Za-z][A-Za-z0-9_-]{0,63})[ \t]*:[ \t]*(.*)$", re.MULTILINE)


class Parts(NamedTuple):
    """A Markdown file in its parts: the fields, or why they cannot be read; the text after them; and the line, counted
    from 1, on which that text begins. Without frontmatter there are no fields and the text begins on line 1.
    """

    fields: Mapping[str, Any] | FormatError
    body: str
    line: int


def split(data: bytes) -> Parts:
    """The parts of a Markdown file. Raises nothing: bytes that are not UTF-8 become U+FFFD.

    Errors have the codes `frontmatter-loose` and `frontmatter-refused`.
    """
    block, body, line = _cut(data)
    if block is None:
        return Parts({}, body, 1)
    try:
        if line == 1:
            raise FormatError("frontmatter-loose", "the frontmatter has no end", line=1, expected="a line ---")
        return Parts(_load(block), body, line)
    except FormatError as error:
        return Parts(error, body, line)


def line_of(data: bytes, name: str) -> int:
    """The line of a field of the frontmatter, counted from 1; 0 when there is no such line."""
    block = _cut(data)[0] or ""
    return next((block.count("\n", 0, at.start()) + 1 for at in _FIELD.finditer(block) if at[1] == name), 0)


def plain(data: bytes) -> Mapping[str, str]:
    """The fields as programs read them that know no YAML: everything after the first colon of a line that begins with a
    name; where a name is there twice, the last counts. There are none where the frontmatter has no end.
    """
    block, _, line = _cut(data)
    return {field[1]: field[2].strip() for field in _FIELD.finditer(block or "")} if line > 1 else {}


def _cut(data: bytes) -> tuple[str | None, str, int]:
    """The frontmatter, the text after it, and the line where that begins; None when there is none.

    The frontmatter comes with an empty line for the hyphens, so that its lines count as in the file. When it has no
    end, all of the text stands for both, from line 1.
    """
    text = data.decode(errors="replace").removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    opening = _OPENING.match(text)
    if not opening:
        return None, text, 1
    closing = _CLOSING.search(text, opening.end())
    block = "\n" + text[opening.end() : closing.start() if closing else None]
    return (block, text[closing.end() + 1 :], block.count("\n") + 2) if closing else (block, text, 1)


def _load(block: str) -> dict[str, Any]:
    if not block.strip():
        return {}
    try:
        value = load_yaml(block.encode()).value
    except FormatError as error:
        # Only what libyaml itself cannot read has a cause.
        code = "frontmatter-loose" if error.__cause__ else "frontmatter-refused"
        hint = error.help or (_quoted(block, error.line) if error.__cause__ else "")
        raise FormatError(code, error.message, line=error.line, found=error.found, help=hint) from error
    if not isinstance(value, dict):
        raise FormatError("frontmatter-loose", "the frontmatter is not a mapping", line=2, expected="name: value")
    return value


def _quoted(block: str, line: int) -> str:
    """How to write a line that YAML cannot read, where it is a name and a text without quotes."""
    lines = block.split("\n")
    field = _FIELD.fullmatch(lines[line - 1]) if 0 < line <= len(lines) else None
    return f'put the value in quotes: {field[1]}: "…"' if field and field[2][:1] not in ("", '"', "'") else ""
