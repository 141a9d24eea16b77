"""What the commands say: documents for programs on stdout, words for people on stderr.

Text from outside (paths, names, what a file held) passes through `printable` before a person sees it, so that nothing
in it can move the cursor, reverse the reading order or begin a new line. In the logs of automation `::` at the
beginning of a line and `##[` anywhere are commands: no line begins with text from outside, and `##[` is broken up.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from typing import Any, TextIO

_COLOURS = {"red": 31, "green": 32, "yellow": 33, "blue": 34, "bold": 1, "dim": 2}


def printable(text: str, limit: int = 0) -> str:
    """The text on one line, with escapes for what is not printable; longer than `limit` it is cut in the middle."""
    shown = "".join(character if character.isprintable() else _escape(character) for character in text)
    shown = shown.replace("##[", "##\\x5b")
    if limit and len(shown) > limit:
        half = (limit - 1) // 2
        shown = f"{shown[:half]}…{shown[-half:]}"
    return shown


def _escape(character: str) -> str:
    return character.encode("unicode_escape").decode()


def colourful(stream: TextIO) -> bool:
    """Whether a stream is a terminal whose user wants colours; see https://no-color.org."""
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def paint(text: str, colour: str, wanted: bool) -> str:
    """The text in a colour, if one is wanted."""
    return f"\033[{_COLOURS[colour]}m{text}\033[0m" if wanted else text


def say(text: str) -> None:
    """A line for people, after what has been said for programs so far: in one file or pipe both stand in order."""
    sys.stdout.flush()
    print(text, file=sys.stderr)


def warn(text: str) -> None:
    """A line for people that they should not miss."""
    say(f"{paint('warning', 'yellow', colourful(sys.stderr))}: {text}")


def document(name: str, fields: Mapping[str, Any]) -> None:
    """One JSON document for programs, in ASCII; `name` is that of its format, as in `packyard/NAME/1`."""
    import json

    text = json.dumps({"format": f"packyard/{name}/1", **fields}, indent=2)
    print(text.replace("##[", "##\\u005b").replace("\x7f", "\\u007f"))
