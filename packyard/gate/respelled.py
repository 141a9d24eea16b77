r"""Other ways to write the same bytes: what reads as `ghp_…` once a program has read the file.

    \u0067hp_  \x67hp_  \n                 escapes of JSON, YAML and programs
    %67hp_  &#103;hp_  &#x67;hp_           of addresses and of HTML
    "gh" + "p_…"   "gh" "p_…"   gh\⏎p_…    literals and lines in pieces
    Z2hwX…   6768705f…                     base64 and hexadecimal digits, one around the other as well

Lines stay lines: what is put together keeps its line breaks, after the line that it ends on.
"""

from __future__ import annotations

import re
from binascii import a2b_base64, unhexlify
from bisect import bisect
from collections.abc import Iterator
from typing import NamedTuple

from packyard.gate.patterns import ALPHANUMERIC, runs

_ESCAPED = re.compile(rb"\\(?:u00|u\{|x|U000000)([2-7][0-9A-Fa-f])\}?")
_WIDE = re.compile(rb"(?:[ -~]\0{1,3}){16}")
_SHORT_ESCAPES = tuple(b"\\" + letter for letter in (b"n", b"r", b"t", b"/", b'"'))
_REFERENCE = re.compile(rb"%([2-7][0-9A-Fa-f])|&#[xX]0{0,4}([2-7][0-9A-Fa-f]);?|&#0{0,4}(\d{2,3});?")
_SEAM = re.compile(
    rb"[\"'`][ \t\r\n]{0,200}+(?:[+.&\\]{1,2}[ \t\r\n]{0,200}+)?[\"'`](?=[\w+/=-])|\\\r?\n[ \t]{0,200}+(?=\w)|\n"
)
_HAS_SEAM = re.compile(rb"\w[\"'`][ \t\r\n]{0,200}+(?:[+.&\\]{1,2}[ \t\r\n]{0,200}+)?[\"'`]\w|\w\\\r?\n")

_BASE64, _HEX = ALPHANUMERIC + b"+/-_", b"0123456789abcdefABCDEF"
_PLAIN = bytes.maketrans(b"-_", b"+/")
#: Characters of base64 or hexadecimal digits that may hold a secret, and how often one may be around the other.
_WRAPPED, _DEPTH = 40, 3
_GOES_ON = re.compile(rb"[ \t\r\n]{1,40}([A-Za-z0-9+/_-]+)")


class Unwrapped(NamedTuple):
    """What base64 and hexadecimal digits in some bytes stand for, one line each, and where each of them begins."""

    data: bytes
    starts: tuple[int, ...]
    ends: tuple[int, ...]

    def origin(self, place: int) -> int:
        """Where that begins whose content is at `place`."""
        return self.starts[bisect(self.ends, place)]


def views(data: bytes) -> Iterator[bytes]:
    """The bytes with escapes resolved; and without NULs, which turns UTF-16 and UTF-32 of ASCII into ASCII. Before
    each, if there are pieces in it, these put together: so a whole token is met before a part of it.
    """
    plain = [_unescaped(data)]
    if b"\0" in data and _WIDE.search(data):
        plain.append(_unescaped(data.replace(b"\0", b"")))
    for view in plain:
        if (joined := _joined(view)) != view:
            yield joined
        yield view


def unwrapped(data: bytes, depth: int = _DEPTH) -> Unwrapped:
    """What is inside of all base64 and hexadecimal digits in `data`, and inside of that again."""
    starts, inside, ends = list[int](), list[bytes](), [0]
    for start, content in _contents(data):
        starts.append(start)
        inside.append(_unescaped(content.replace(b"\0", b"")))
        ends.append(ends[-1] + len(inside[-1]) + 1)
    once = Unwrapped(b"\n".join(inside), tuple(starts), tuple(ends[1:]))
    if depth <= 1 or not starts:
        return once
    more = unwrapped(once.data, depth - 1)
    length = len(once.data) + 1
    return Unwrapped(
        once.data + b"\n" + more.data,
        once.starts + tuple(map(once.origin, more.starts)),
        once.ends + tuple(length + end for end in more.ends),
    )


def _contents(data: bytes) -> Iterator[tuple[int, bytes]]:
    for start, wrapped in _wrapped(data):
        whole = wrapped[: len(wrapped) - (len(wrapped) % 4 == 1)].translate(_PLAIN)
        yield start, a2b_base64(whole + b"=" * (-len(whole) % 4))
    for start, end in runs(data, _HEX, _WRAPPED):
        yield start, unhexlify(data[start : end - (end - start) % 2])


def _wrapped(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Long runs of base64 and where they begin, with the lines that they go on to."""
    done = 0
    for start, end in runs(data, _BASE64, _WRAPPED):
        if start >= done:
            parts, done = [data[start:end]], end
            while len(parts[-1]) % 4 == 0 and (more := _GOES_ON.match(data, done)):
                parts.append(more[1])
                done = more.end()
            yield start, b"".join(parts)


def _unescaped(data: bytes) -> bytes:
    """Escapes of printable ASCII become what they stand for, others a space; lines stay lines."""
    if b"\\" not in data:
        return data
    for escape in _SHORT_ESCAPES:
        data = data.replace(escape, b"  ")
    return _ESCAPED.sub(lambda match: bytes.fromhex(match[1].decode()), data)


def _joined(data: bytes) -> bytes:
    """References become what they stand for; literals and lines in pieces become one."""
    if b"%" in data or b"&#" in data:
        data = _REFERENCE.sub(_referred, data)
    if not _HAS_SEAM.search(data):
        return data
    owed = 0

    def close(seam: re.Match[bytes]) -> bytes:
        nonlocal owed
        owed += seam[0].count(b"\n")
        if seam[0] != b"\n":
            return b""
        lines, owed = owed, 0
        return b"\n" * lines

    return _SEAM.sub(close, data)


def _referred(reference: re.Match[bytes]) -> bytes:
    code = int(reference[3]) if reference[3] else int(reference[1] or reference[2], 16)
    return bytes((code,)) if 0x20 <= code < 0x7F else reference[0]
