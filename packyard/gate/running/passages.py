"""A prompt in its passages: the code in it, by language, and the prose around that.

Changes so far: !`git diff --stat`        is run by the program when the prompt is called

```bash
npm test                                  is what an agent is told to run
```
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from packyard.formats.frontmatter import split
from packyard.gate.running.lines import Lines

#: What a passage is: QUOTED is what stands between fences and is no code that is known.
SHELL, CODE, PROSE, QUOTED = "shell", "code", "prose", "quoted"

_FENCE = re.compile(r"[\s>]{0,40}(?:(?:[-*+]|\d{1,3}[.)])\s{1,4})?(`{3,}|~{3,})\s{0,4}([^\s`]{0,40})")
_SHELLS = frozenset(
    {"", "!", "bash", "bat", "cmd", "console", "fish", "ps1", "powershell", "pwsh", "sh", "shell", "zsh"}
)
_SESSIONS = frozenset({"console", "shell-session", "shellsession", "sh-session", "terminal"})
_CODES = frozenset(
    {"python", "py", "python3", "javascript", "js", "mjs", "node", "typescript", "ts", "ruby", "rb", "perl", "php"}
)
_PROMPT = re.compile(r"\s*[$%#]\s")
_STARTED = re.compile(r"(?<![^\s(>:])!`([^`\n]{1,4000})`")


class Passage(NamedTuple):
    """A part of a prompt, beginning on `line`; `started` when the program runs it by itself."""

    line: int
    text: str
    language: str
    started: bool = False


def passages(data: bytes) -> Iterator[Passage]:
    """The passages of a prompt's text, without its frontmatter."""
    _, body, first = split(data)
    lines = Lines(body, first)
    for span in _STARTED.finditer(body):
        yield Passage(lines.at(span.start()), span[1], SHELL, started=True)
    yield from _blocks(body, first)


def _blocks(body: str, first: int) -> Iterator[Passage]:
    """Code between fences, and what is between that."""
    held: list[str] = []
    fence, kind, began = "", PROSE, first
    for number, line in enumerate(body.split("\n"), first):
        found = _FENCE.match(line)
        closes = bool(fence and found and found[1].startswith(fence) and not found[2])
        if not (closes or (found and not fence)):
            held.append(line)
            continue
        yield from _passage(began, held, kind)
        fence, kind = ("", PROSE) if closes or not found else (found[1], found[2].lower() or "shell")
        held, began = [], number + 1
    yield from _passage(began, held, kind)


def _passage(line: int, held: list[str], kind: str) -> Iterator[Passage]:
    text = "\n".join(held)
    if kind in _SESSIONS and any(map(_PROMPT.match, held)):
        text = "\n".join(_PROMPT.sub("", each, count=1) if _PROMPT.match(each) else "" for each in held)
    if text.strip():
        known = SHELL if kind in _SHELLS | _SESSIONS else CODE if kind in _CODES else QUOTED
        language = PROSE if kind == PROSE else known
        yield Passage(line, text, language, started=kind == "!")
