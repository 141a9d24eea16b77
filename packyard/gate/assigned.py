"""Literals that a name calls secret: `api_key = "…"`, `"clientSecret": "…"`, `--token …`, `Authorization: Bearer …`.

A name says what the value is for, not that it is there: most often it is read from the environment, or only described.
So a value counts when it is a literal (no call, variable, path or template), holds digits or signs among its letters,
is not spelled in words, and is as irregular as what a generator makes. Names that only look alike, such as
`max_tokens`, `tokenizer`, `next_page_token` or `public_key`, do not ask for one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from packyard.gate.patterns import Token, entropy, in_words, made_up

_WHERE = rb"(?:[_-](?:prod|production|dev|staging|live|test|[0-9]{1,2}))?"
_GIVES = rb"[\"'`\]]{0,2}([ \t]{0,8}(?::[ \t]{0,8}[a-z_][\w\[\]|.]{0,24}[ \t]{0,8}=|:=|=>|[:=>])[ \t]{0,8}|[ \t]{1,8})"
#: A name that asks for a secret, in lower case, with what gives it a value.
_NAME = re.compile(
    rb"(?:token|secret|password|passwd|passphrase|pwd|credentials|credential|key|bearer|basic)" + _WHERE + _GIVES
)
_WHOSE_KEY = re.compile(
    rb"(?:api|app|access|account|auth|client|consumer|deploy|encryption|license|master|private|secret|service|session|"
    rb"shared|signing|ssh|storage)[_-]?\Z"
)
_OTHER_TOKEN = re.compile(
    rb"(?:next|prev|page|paging|continuation|sync|csrf|xsrf|cancel|cancellation|design|[beu]os|pad|sep|cls|mask)[_-]?\Z"
)
_FLAG = re.compile(rb"--[a-z0-9-]{0,40}\Z")
_HEADER = re.compile(rb"authorization[\"']?[ \t]{0,8}[:=,][ \t]{0,8}[\"'`]?\Z")
_AWS = re.compile(rb"aws[_-]?secret[_-]?(?:access[_-]?)?\Z")
_AWS_SECRET = re.compile(rb"[A-Za-z0-9/+]{40}")

#: Sets of characters rather than groups: before 3.11.5, Python matches a possessive group wrongly.
_VALUE = re.compile(rb"([\"'`])([!#-&(-_a-~]{8,256})\1|([!#-%*+./0-:=?-Z^_a-z~-]{8,256}+)(?![(\[{<])")
_STOP = re.compile(rb"(?<![.])[.:?!]\Z")
_REFERENCE = re.compile(rb"[A-Za-z_$][\w$]*(?:[?!]?\.#?[A-Za-z_$][\w$]*)+")

#: How values begin that say where the secret is, or are no secret by their form.
ELSEWHERE = re.compile(rb"[$%@/~#&*:=]|\.{1,2}/|https?:|arn:|op:|vault:|sha(?:1|256|512)[:-]", re.IGNORECASE)
#: What people make passwords for examples of.
USUAL = re.compile(
    rb"pass(?:word|wd|phrase)?|secret|token|test|sample|demo|user|admin|hello|world|value|string|default|local|root|"
    rb"secure|strong|postgres|mysql|mongo|redis|rabbit|guest|12345?6?7?8?9?0?|abc(?:def)?|qwerty",
    re.IGNORECASE,
)
_HEX = re.compile(rb"[0-9a-f]+|[0-9A-F]+")
_PIECE = re.compile(rb"[A-Z]?[a-z]+|[A-Z]+|[0-9]+")
_LETTERS, _OTHERS = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ", b"0123456789!@#$%^&*?+="


def literals(data: bytes) -> Iterator[Token]:
    """The values in `data` that look like secrets by their name and their own irregularity; hardly one is sure."""
    lower, end = data.lower(), 0
    while name := _NAME.search(lower, end):
        end = name.end()
        before = lower[max(0, name.start() - 42) : name.start()]
        if _asks(name, before) and (value := _VALUE.match(data, end)):
            end = value.end()
            yield from _judged(name[0], before, value)


def _asks(name: re.Match[bytes], before: bytes) -> bool:
    """Whether the word is, with what stands before and after it, the name of a secret to which a value is given."""
    if name[0].startswith(b"bearer"):
        return name[1].isspace()
    if name[0].startswith(b"basic"):
        return name[1].isspace() and _HEADER.search(before) is not None
    if name[1].isspace() and not _FLAG.search(before):
        return False
    return bool(_WHOSE_KEY.search(before)) if name[0].startswith(b"key") else not _OTHER_TOKEN.search(before)


def _judged(name: bytes, before: bytes, value: re.Match[bytes]) -> Iterator[Token]:
    quoted, text, start = bool(value[2]), value[2] or _STOP.sub(b"", value[3]), value.start(2 if value[2] else 3)
    if not quoted and _REFERENCE.fullmatch(text):
        return
    if _AWS.search(before) and _AWS_SECRET.fullmatch(text) and not made_up(text):
        yield Token("an AWS secret key", text, start, True)
    elif irregular(text, 8 if name.startswith((b"pass", b"pwd")) else 16):
        kind = "a credential in a header" if name.startswith((b"bearer", b"basic")) else "a secret by its name"
        yield Token(kind, text, start, False)


def irregular(value: bytes, least: int) -> bool:
    """Whether a literal of at least `least` characters, less the words that people make up passwords of, could have
    been made by a generator.
    """
    core = USUAL.sub(b"", value)
    if len(core) < least or ELSEWHERE.match(value) or made_up(value) or in_words(value) or _spelled(value):
        return False
    letters, others = (len(core) - len(core.translate(None, sort)) for sort in (_LETTERS, _OTHERS))
    return letters > 0 and others > 0 and entropy(core) >= (3 if len(core) >= 16 else 2.5)


def _spelled(value: bytes) -> bool:
    """Whether the value is an identifier of words, as in `PKCS7PrivateKeyTypes`: its pieces of one sort are long, and
    it is no number in hexadecimal digits.
    """
    pieces = _PIECE.findall(value)
    return value.isalnum() and len(value) >= 3.5 * len(pieces) and not _HEX.fullmatch(value)
