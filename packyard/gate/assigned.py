"""Literals that a name calls secret: `api_key = "…"`, `"clientSecret": "…"`, `--token …`, `Authorization: Bearer …`.

A name says what the value is for, not that it is there: most often it is read from the environment, or only described.
So a value counts when it is a literal (no call, variable or template), holds digits or signs among its letters, is not
words with separators between, and is as irregular as what a generator makes. Names that only look alike, such as
`max_tokens`, `tokenizer`, `next_page_token` or `public_key`, do not ask for one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from packyard.gate.patterns import entropy, in_words, made_up


class Literal(NamedTuple):
    """A value with a secret's name, and where it stands in the bytes."""

    kind: str
    value: bytes
    start: int


_WHERE = rb"(?:[_-](?:prod|production|dev|staging|live|test|[0-9]{1,2}))?"
_GIVES = rb"[\"'`\]]{0,2}([ \t]{0,8}(?::[ \t]{0,8}[a-z_][\w\[\]|.]{0,24}[ \t]{0,8}=|:=|=>|[:=>])[ \t]{0,8}|[ \t]{1,8})"
_NAME = re.compile(
    rb"(?:token|secret|password|passwd|passphrase|pwd|credentials|credential|key|bearer|basic)" + _WHERE + _GIVES
)
_KEY = re.compile(
    rb"(?:api|app|access|account|auth|client|consumer|deploy|encryption|license|master|private|secret|service|session|"
    rb"shared|signing|ssh|storage)[_-]?\Z"
)
_FLAG = re.compile(rb"--[a-z0-9-]{0,40}\Z")
_OTHER = re.compile(
    rb"(?:next|prev|page|paging|continuation|sync|csrf|xsrf|cancel|cancellation|design|[beu]os|pad|sep|cls|mask)[_-]?\Z"
)
_VALUE = re.compile(rb"([\"'`])([^\"'`\s]{8,512}+)\1|([^\s\"'`,;(){}\[\]<>|&\\]{8,512}+)(?![(\[{<])")
_TAIL = re.compile(rb"(?<![.])[.:?!]\Z")
_URL = re.compile(rb"://[^\s/:@\"'`<>]{1,64}:([^\s/@\"'`<>]{6,128})@[\w.\[-]")
_B, _LETTERS = ord("b"), b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
_USUAL = re.compile(
    rb"pass(?:word|wd|phrase)?|secret|token|test|sample|demo|user|admin|hello|world|value|string|default|local|root|"
    rb"secure|strong|postgres|mysql|mongo|redis|rabbit|guest|12345?6?7?8?9?0?|abc(?:def)?|qwerty",
    re.IGNORECASE,
)
_ELSEWHERE = (
    b"$",
    b"%",
    b"@",
    b"/",
    b"./",
    b"../",
    b"~",
    b"#",
    b"&",
    b"*",
    b"http:",
    b"https:",
    b"arn:",
    b"op:",
    b"vault:",
    b"sha256",
)


def literals(data: bytes) -> Iterator[Literal]:
    """The values in `data` that look like secrets by their name and their own irregularity."""
    for match in _URL.finditer(data):
        if _irregular(match[1], 6):
            yield Literal("a password in an address", match[1], match.start(1))
    lower, end = data.lower(), 0
    while name := _NAME.search(lower, end):
        end = name.end()
        if _asks(name, lower) and (value := _VALUE.match(data, end)):
            end = value.end()
            text, start = (value[2], value.start(2)) if value[2] else (_TAIL.sub(b"", value[3]), value.start(3))
            if _irregular(text, 8 if name[0].startswith((b"pass", b"pwd")) else 16):
                yield Literal("a credential in a header" if name[0][0] == _B else "a secret by its name", text, start)


def _asks(name: re.Match[bytes], lower: bytes) -> bool:
    """Whether the word is, with what stands before and after it, the name of a secret to which a value is given."""
    before = lower[max(0, name.start() - 42) : name.start()]
    if name[0].startswith((b"bearer", b"basic")):
        return name[1].isspace()
    if name[1].isspace() and not _FLAG.search(before):
        return False
    return bool(_KEY.search(before)) if name[0].startswith(b"key") else not _OTHER.search(before)


def _irregular(value: bytes, least: int) -> bool:
    """Whether a literal of at least `least` characters, less the words that people make up passwords of, could have
    been made by a generator.
    """
    core = _USUAL.sub(b"", value)
    if len(core) < least or value.startswith(_ELSEWHERE) or made_up(value) or in_words(value):
        return False
    letters = len(core) - len(core.translate(None, _LETTERS))
    others = len(core) - len(core.translate(None, b"0123456789!@#$%^&*?+="))
    return letters > 0 and others > 0 and entropy(core) >= (3 if len(core) >= 16 else 2.5)
