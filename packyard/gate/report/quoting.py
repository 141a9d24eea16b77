"""Text of others in Markdown: it is shown, and nothing in it acts.

Only in code does GitHub-flavoured Markdown leave text alone: elsewhere `@name` calls a person, an address becomes a
link, and escapes do not help, because that happens after them. So whatever is not harmless is code:

    code("a`b")                 ``a`b``
    cell("a|b")                 `a\\|b`
    prose("sign it, @alice")    `sign it, @alice`
    prose("run `make`")         run `make`
    fenced(["+```"], "diff")    a block whose fence has four backticks
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from packyard.gate.report.shown import TEXT_LENGTH, reveal, shortened

#: Parsers bound the backticks that they count (cmark at 80 in a line, at 255 in a fence), so none may see more.
_MANY_TICKS = re.compile("`{20,}")
_TICKS = re.compile("`+")
#: Words and the punctuation of a sentence; a colon or a slash only where it makes no address.
_HARMLESS = re.compile(r"(?:[^\W_]|[ ,.;()'\"%=“”‘’…–—→-]|:(?= |$)|/(?!/))*")
#: What a list item may begin with that is not a list itself, a rule or a heading.
_BEGINNING = re.compile(r"[^\W\d_]|[('\"“‘`]|\d+(?![\d.)])")
_ADDRESS = re.compile(r"www\.", re.IGNORECASE)


def code(text: str, limit: int = TEXT_LENGTH) -> str:
    """The text as inline code on one line; longer than `limit` it is cut in the middle."""
    shown = _visible(text, limit)
    if not shown:
        return "(nothing)"
    ticks = "`" * (_longest(shown) + 1)
    pad = " " if shown[0] in " `" or shown[-1] in " `" else ""
    return f"{ticks}{pad}{shown}{pad}{ticks}"


def cell(text: str, limit: int = TEXT_LENGTH) -> str:
    """The text as inline code in a cell of a table, where a pipe is escaped; parsers disagree on a backslash before it,
    which is therefore named."""
    return re.sub(r"\\(?=\|)", "⟦U+005C⟧", code(text, limit)).replace("|", "\\|")


def prose(text: str, limit: int = TEXT_LENGTH) -> str:
    """The text as words when it is harmless, with what stands in backticks as code; else all of it as code."""
    words = _visible(text, limit).strip()
    parts = words.split("`")
    paired = len(parts) % 2 == 1 and all(parts[1::2]) and all(parts[2:-1:2])
    if paired and _BEGINNING.match(words) and all(map(_harmless, parts[::2])):
        return "".join(code(part) if at % 2 else part for at, part in enumerate(parts))
    return code(text, limit)


def fenced(lines: Sequence[str], info: str) -> str:
    """The lines as a block of code; they hold no newlines, and have been through `block_line`."""
    ticks = "`" * max(3, _longest("\n".join(lines)) + 1)
    return "\n".join((f"{ticks}{info}", *lines, ticks))


def block_line(line: str, limit: int) -> str:
    """A line for a block of code, cut at its end. A line that begins with `::`, blanks aside, would be a command where
    a step of GitHub Actions prints it."""
    shown = _calm(line[:limit])
    if len(line) > limit or len(shown) > limit:
        shown = f"{shown[:limit]}… cut, {len(line):,} characters in all"
    start = len(shown) - len(shown.lstrip())
    return f"{shown[:start]}⟦U+003A⟧{shown[start + 1 :]}" if shown.startswith("::", start) else shown


def _visible(text: str, limit: int) -> str:
    """Cut before and after what is hidden gets its name: that makes a text ten times as long."""
    return shortened(_calm(shortened(text, 2 * limit)), limit)


def _calm(text: str) -> str:
    return _MANY_TICKS.sub(lambda ticks: f"⟦{len(ticks[0])} backticks⟧", reveal(text))


def _longest(text: str) -> int:
    return max((len(run) for run in _TICKS.findall(text)), default=0)


def _harmless(text: str) -> bool:
    return _HARMLESS.fullmatch(text) is not None and not _ADDRESS.search(text)
