r"""Text that hides: from whoever reviews a pack, and not from the agent that reads it.

Two things hide in a text. *Characters* without a shape (`packyard.formats.unseen`), which are judged in every file that
is text, in JSON as escapes too:

    tag characters                                     text-tags        can only be deceit
    what turns the direction, alone or in code         text-bidi        can only be deceit
    runs of several sorts, or many of them scattered   text-encoded     can only be deceit
    one alone where no writing needs it                text-invisible   most often left behind, at times to part a word
    a selector left behind, a soft hyphen              text-stray       left behind
    controls, such as those that move a cursor         text-control     make a terminal show another text
    private use                                        text-private     means what its reader was told
    blanks that fill a window                          text-far         show a file that seems to end before them
    letters that look like others                      text-lookalike   keep a search from finding a word of a prompt

And *markup* that is not rendered (`packyard.gate.unrendered`), in Markdown: `prompt-comment`, also in the YAML above a
prompt, and `prompt-markup` where agents read it, `text-unrendered` where people do. Comments in which nothing can be
said are known by their form (`packyard.gate.remarks`).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from typing import NamedTuple

from packyard.errors import Problem
from packyard.formats.fields import shown
from packyard.formats.frontmatter import split
from packyard.formats.unseen import (
    CONTROLS,
    SELECTORS,
    TAGS,
    TURNS,
    hyphenated,
    needed,
    paired,
    right_to_left,
    runs,
    turned,
)
from packyard.gate.lookalikes import lookalikes
from packyard.gate.remarks import harmless, of_frontmatter, spoken
from packyard.gate.running.lines import Lines
from packyard.gate.running.runs import is_prompt, is_script
from packyard.gate.unrendered import LINK, MARKUP, Unseen, unrendered
from packyard.gate.values import Candidate, ContentCheck

#: Problems that are shown of one code in one file.
MOST = 10
#: Characters of Markdown that are rendered for one version; what goes beyond is hidden if it looks so.
TOTAL = 4_000_000

_TEXT = re.compile(
    r"(?:.*/)?(?-i:[A-Z]\w+)|.*\.(?:md|mdc|markdown|txt|rst|json|jsonc|json5|ya?ml|toml|ini|cfg|conf|env|xml|html?|svg|css|csv"
    r"|(?:cursor|windsurf|cline)rules|[a-z]*ignore|sh|bash|zsh|fish|ps1|psm1|bat|cmd|py|rb|pl|php|lua|[cm]?[jt]s|[jt]sx)",
    re.IGNORECASE,
)
_MARKDOWN = re.compile(r".*\.(?:md|mdc|markdown)|(?:.*/)?\.(?:cursor|windsurf|cline)rules", re.IGNORECASE)
_ESCAPE = re.compile(r"\\(?:u([0-9A-Fa-f]{4})(?:\\u([Dd][C-Fc-f][0-9A-Fa-f]{2}))?|U000([0-9A-Fa-f]{5})|.)", re.DOTALL)
_FENCE = re.compile(r"[ \t>]*(?:[-*+]|\d{1,9}[.)])?[ \t>]*(?:```|~~~)")

_ANY_TAG, _ANY_CONTROL = re.compile(f"[{TAGS}]"), re.compile(f"[{CONTROLS}]")
_SELECTED, _RESERVED = re.compile(f"[{SELECTORS}]{{2,}}"), re.compile("[\U000e0080-\U000e00ff\U000e01f0-\U000e0fff]")
_ANY_SELECTOR, _SHOWN = re.compile(f"[{SELECTORS}]"), 400
_STRAY = re.compile("\ufe0e?\ufe0f*|\ufe0e+|\xad")
_TURN, _BACKWARD = re.compile(f"[{TURNS}]"), re.compile("[\u202b\u2067]")
_OVERWRITTEN = re.compile(r"(?<=[^\r\n])\r+(?=[^\r\n])")
_PRIVATE = re.compile("[\ue000-\uf8ff\U000f0000-\U000ffffd\U00100000-\U0010fffd]+")
_RIGHT = re.compile(r"(?<![|\s])[^\S\r\n]{200,}+(?=[^\s|])|^[^\S\r\n]{200,}+(?=[^\s|])", re.MULTILINE)
_DOWN, _WINDOW = re.compile(r"(?:^[^\S\n]*+\n)++(?=.)", re.MULTILINE | re.DOTALL), 100
#: So many characters in a run, of two sorts, encode something; so many in a file that are not of the commonest sort.
_RUN, _SCATTERED = 4, 8
#: Icons of a font for terminals that encode something when they stand in a row in code, and places of them that may be
#: in the code of a prompt.
_ICONS, _MANY = 16, 64

#: What is said of each code, and what helps.
_SAID: Mapping[str, tuple[str, str]] = {
    "text-tags": ("tag characters, which nobody sees, spell a text", "take them out"),
    "text-bidi": ("the text is shown in another order than it is read in", "take out what turns its direction"),
    "text-encoded": ("characters that nobody sees encode something", "take them out"),
    "text-invisible": ("a character that nobody sees, where no writing needs it", "take it out"),
    "text-stray": ("a character that nobody sees was left behind", "take it out"),
    "text-control": ("a control character, which makes a terminal show another text", "write it as an escape"),
    "text-private": ("a character for private use, which means what its reader was told", "use a public character"),
    "text-lookalike": ("a word is spelled in letters that look like others", "write it in its own letters"),
    "text-far": ("text goes on after blanks that fill a window", "move it to where it is seen"),
    "prompt-comment": ("an agent reads this comment, and who reads the rendered prompt does not", "say it openly"),
    "prompt-markup": ("an agent reads this, and the markup hides it from people", "take it out, or let it be seen"),
    "text-unrendered": ("this is in the file and not in what is rendered", "take it out, or let it be seen"),
}


class _Found(NamedTuple):
    code: str
    line: int
    text: str


def check_characters(candidate: Candidate) -> Iterator[Problem]:
    """Whether there are characters in the texts of a version that nobody sees and nothing needs."""
    for name, data in candidate.content.files.items():
        if (text := _text_of(name, data)) is not None:
            yield from _problems(candidate.content.at(name), _characters(name, data, text), _spelt)
            if _told(name) and not text.isascii():
                lines = Lines(text)
                words = (_Found("text-lookalike", lines.at(start), word) for start, word in lookalikes(text))
                yield from _problems(candidate.content.at(name), words, shown)


def check_rendering(candidate: Candidate) -> Iterator[Problem]:
    """Whether anything in the Markdown of a version is not shown when it is rendered."""
    left = TOTAL
    for name, data in candidate.content.files.items():
        if _MARKDOWN.fullmatch(name):
            text = _text_of(name, data) or ""
            _, body, first = split(text.encode())
            left -= len(body)
            found = _unrendered(unrendered(body, left >= 0), first - 1, is_prompt(name))
            yield from _problems(candidate.content.at(name), found, shown)
            if is_prompt(name):
                remarks = (_Found("prompt-comment", line, said) for line, said in of_frontmatter(text, first - 1))
                yield from _problems(candidate.content.at(name), remarks, shown)


def _problems(path: str, found: Iterator[_Found], evidence: Callable[[str], str]) -> Iterator[Problem]:
    """One problem for each code and line, and one for all that is too much."""
    told: Counter[str] = Counter()
    lines: set[tuple[str, int]] = set()
    for code, line, text in found:
        if (code, line) not in lines:
            told[code] += 1
            if told[code] <= MOST:
                lines.add((code, line))
                message, hint = _SAID[code]
                yield Problem(code, path, message, line, found=evidence(text), help=hint)
    for code, number in told.items():
        if number > MOST:
            yield Problem(code, path, f"the same in {number - MOST} more places")


# --- characters -----------------------------------------------------------------------------------------------------


def _text_of(name: str, data: bytes) -> str | None:
    """The text of a file, None when it is none. What has the name of a text is one, whatever its bytes are."""
    named = _TEXT.fullmatch(name) is not None
    encoding = "utf-16" if data.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
    try:
        text = data.decode(encoding, "replace" if named else "strict")
    except UnicodeDecodeError:
        return None
    if "\0" in text and not named:
        return None
    escaped = name.endswith(".json") or name == "pack.yaml"
    return _ESCAPE.sub(_resolved, text) if escaped and "\\" in text else text


def _resolved(escape: re.Match[str]) -> str:
    """What an escape stands for, unless that is ASCII or a control: those are seen as escapes."""
    first, second = int(escape[1] or escape[3] or "0", 16), int(escape[2] or "0", 16)
    if 0xD800 <= first < 0xDC00 and second:
        return chr(0x10000 + (first - 0xD800) * 0x400 + second - 0xDC00)
    return escape[0] if first < 0xA0 or second or 0xD800 <= first < 0xE000 else chr(first)


def _characters(name: str, data: bytes, text: str) -> Iterator[_Found]:
    prompt, lines = _told(name), Lines(text)
    yield from _runs(text, lines, prompt)
    if "\r" in text:
        yield from (_Found("text-control", lines.at(found.start()), "\r") for found in _OVERWRITTEN.finditer(text))
    yield from (_Found("text-far", lines.at(found.end()), found[0]) for found in _RIGHT.finditer(text))
    for found in _DOWN.finditer(text):
        if found[0].count("\n") >= _WINDOW:
            yield _Found("text-far", lines.at(found.end()), found[0])
    if not text.isascii():
        script, fenced = is_script(name, data), _fenced(text) if _MARKDOWN.fullmatch(name) else frozenset()
        yield from _turns(text, script, fenced)
        icons = list(_PRIVATE.finditer(text))
        for found in icons:
            line = lines.at(found.start())
            code = script or (line in fenced and len(icons) <= _MANY)
            if len(found[0]) >= (_ICONS if code else 1 if prompt else _RUN):
                yield _Found("text-private", line, found[0])


def _told(name: str) -> bool:
    """Whether an agent reads the file, or everybody reads it as what the pack says of itself."""
    return is_prompt(name) or name in ("pack.json", "pack.yaml")


def _runs(text: str, lines: Lines, prompt: bool) -> Iterator[_Found]:
    """Characters without a shape that nothing needs; and, where they are many, that they may encode something."""
    alone: Counter[str] = Counter()
    last, strict = 0, prompt and not hyphenated(text)
    for run in runs(text):
        if not needed(run):
            code, last = _code_of(run, strict), lines.at(run.start())
            alone.update(run[0] if code in ("text-invisible", "text-stray") else "")
            yield _Found(code, last, run[0])
    if sum(alone.values()) - max(alone.values(), default=0) >= _SCATTERED:
        yield _Found("text-encoded", last, "".join(alone))


def _code_of(run: re.Match[str], strict: bool) -> str:
    found = run[0]
    if _ANY_TAG.search(found):
        return "text-tags"
    if _ANY_CONTROL.search(found):
        return "text-control"
    if _RESERVED.search(found) or (len(found) >= _RUN and len(set(found)) > 1) or _encodes(found):
        return "text-encoded"
    at_start = found == "\ufeff" and run.string[run.start() - 1 : run.start()] in ("", "\n")
    stray = _STRAY.fullmatch(found) and not (strict and found == "\xad")
    return "text-stray" if at_start or stray else "text-invisible"


def _encodes(found: str) -> bool:
    """Whether there are selectors in a row that select nothing."""
    return _SELECTED.search(found) is not None and len(set(found)) > 1 and not _STRAY.fullmatch(found)


def _turns(text: str, program: bool, fenced: Container[int]) -> Iterator[_Found]:
    """Lines on which something turns the direction: in code, where no language needs it; or not in whole pairs around
    writing from right to left.
    """
    for number, line in enumerate(text.split("\n"), 1) if turned(text) else ():
        if turned(line):
            deceives = program or number in fenced or not paired(line)
            if deceives or (_BACKWARD.search(line) and not right_to_left(line)):
                yield _Found("text-bidi", number, "".join(_TURN.findall(line)))
            elif not right_to_left(line):
                yield _Found("text-invisible", number, "".join(_TURN.findall(line)))


def _fenced(text: str) -> frozenset[int]:
    """The numbers of the lines of Markdown that are code between fences, and of the fences that begin it."""
    inside, found = False, set[int]()
    for number, line in enumerate(text.split("\n"), 1):
        inside ^= _FENCE.match(line) is not None
        if inside:
            found.add(number)
    return frozenset(found)


def _spelt(text: str) -> str:
    """The names of those characters that cannot be seen, and the text that they spell."""
    run = [char for char in text[:_SHOWN] if not char.isprintable() or _ANY_SELECTOR.match(char)] or text[:_SHOWN]
    names = " ".join(f"U+{ord(char):04X}" for char in run[:4])
    spelt = "".join(chr(ord(char) - 0xE0000) for char in run if 0xE0020 <= ord(char) <= 0xE007E) or _selected(run)
    much = f" … ({len(text)} characters)" if len(run) > 4 else ""
    return f"{names}{much}, which spell {shown(spelt)}" if spelt else f"{names}{much}"


def _selected(run: Sequence[str]) -> str:
    """The text whose bytes are written as variation selectors, one each."""
    codes = (ord(char) for char in run)
    values = bytes(code & 15 if code < 0xE0100 else min(code - 0xE0100 + 16, 255) for code in codes if code >= 0xFE00)
    text = values.decode("ascii", "ignore")
    return text if len(text) == len(run) > 1 and text.isprintable() else ""


# --- markup ---------------------------------------------------------------------------------------------------------


def _unrendered(found: Iterator[Unseen], before: int, prompt: bool) -> Iterator[_Found]:
    """What matters of what was found in a text that has `before` lines before it."""
    for sort, line, text in found:
        said = spoken(text)
        if sort == MARKUP or not harmless(said):
            code = "prompt-markup" if sort == MARKUP else "prompt-comment"
            yield _Found(code if prompt and sort != LINK else "text-unrendered", line and line + before, said)


CHECKS: tuple[ContentCheck, ...] = (
    ContentCheck(
        "hidden characters",
        (
            "text-tags",
            "text-bidi",
            "text-encoded",
            "text-invisible",
            "text-stray",
            "text-control",
            "text-private",
            "text-far",
            "text-lookalike",
        ),
        check_characters,
    ),
    ContentCheck("hidden markup", ("prompt-comment", "prompt-markup", "text-unrendered"), check_rendering),
)
