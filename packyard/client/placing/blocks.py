"""Marked blocks: a pack's lines in a text that people and other packs write too.

    Our own rules.

    <!-- packyard:begin hello -->
    Greet whoever opens the project.
    <!-- packyard:end hello -->

The marks are comments of Markdown or, in TOML and lists of ignored files, lines that begin with `#`:

    # packyard:begin hello
    # packyard:end hello

A block begins and ends with a line of its own, after an empty line unless it is at the head of the text. What is
before, between and after the blocks is the user's and stays byte for byte, whatever its encoding, as long as it is a
form of ASCII. The line ends that were put before a block are remembered outside of the text, so that a text that had no
last line end gets it back. Blocks stay where they are; a new one is put at the end.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

from packyard.errors import FormatError

_MARKS = {
    False: re.compile(rb"^<!-- packyard:(begin|end) ([^\n ]{1,200}) -->[ \t\r]*$", re.MULTILINE),
    True: re.compile(rb"^# packyard:(begin|end) ([^\n ]{1,200})[ \t\r]*$", re.MULTILINE),
}


class Piece(NamedTuple):
    """A stretch of a text: a pack's block without its last line end, or what the user wrote where `pack` is ""."""

    pack: str
    data: bytes


def hash_marks(path: str) -> bool:
    """Whether the comments of a file begin with `#`."""
    return not path.endswith(".md")


def format_block(pack: str, text: str, hashes: bool) -> bytes:
    """The block, without its last line end. Raises `block-damaged` when the text itself has a mark."""
    if _MARKS[hashes].search(text.encode()):
        raise FormatError("block-damaged", f"what {pack} brings has a line that is the mark of a block")
    first, last = ("# ", "") if hashes else ("<!-- ", " -->")
    lines = f"{first}packyard:begin {pack}{last}\n{text.strip(chr(10))}\n{first}packyard:end {pack}{last}"
    return lines.encode()


def split(data: bytes, hashes: bool) -> tuple[Piece, ...]:
    """The text in pieces, the user's and blocks by turns, the user's first and last.

    Raises `block-damaged` when a mark has no partner or a pack has two blocks, and `text-not-utf8` for UTF-16 and the
    like.
    """
    if b"\0" in data or data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise FormatError("text-not-utf8", "not a text that lines can be put into")
    pieces: list[Piece] = []
    end, begun = 0, None
    for mark in _MARKS[hashes].finditer(data):
        pack = mark[2].decode(errors="replace")
        if (mark[1] == b"begin") != (begun is None) or (begun and begun[0] != pack):
            raise _damaged(data, mark.start(), pack)
        if begun is None:
            begun = pack, mark.start()
            continue
        if any(piece.pack == pack for piece in pieces):
            raise _damaged(data, mark.start(), pack)
        pieces += Piece("", data[end : begun[1]]), Piece(pack, data[begun[1] : mark.end()].rstrip(b" \t\r"))
        end, begun = mark.end() + (data[mark.end() : mark.end() + 1] == b"\n"), None
    if begun:
        raise _damaged(data, begun[1], begun[0])
    return (*pieces, Piece("", data[end:]))


def _damaged(data: bytes, at: int, pack: str) -> FormatError:
    hint = "put each pair of marks right, or delete both together with what is between them"
    line = data.count(b"\n", 0, at) + 1
    return FormatError("block-damaged", "the marks of a block do not fit together", line=line, found=pack, help=hint)


def edit(pieces: tuple[Piece, ...], leads: Mapping[str, str], wanted: Mapping[str, bytes | None]) -> Edited:
    """The text with other blocks: `wanted` has the new lines of a pack, None for a block to take out; all others stay.

    `leads` are the line ends that were put before blocks. The result has the new ones.
    """
    kept: list[tuple[Piece, bool]] = []
    user = b""
    for at in range(0, len(pieces) - 1, 2):
        before, block = pieces[at].data, pieces[at + 1]
        bare = _without_lead(before, leads.get(block.pack), first=at == 0)
        user = _glued(user, before if bare is None else bare)
        new = wanted.get(block.pack, block.data)
        if new is not None:
            kept += (Piece("", user), False), (Piece(block.pack, new), bare is not None)
            user = b""
    kept.append((Piece("", _glued(user, pieces[-1].data)), False))
    present = {piece.pack for piece in pieces}
    for pack in sorted(set(wanted) - present):
        if (data := wanted[pack]) is not None:
            kept += (Piece(pack, data), True), (Piece("", b""), False)
    return _joined(kept)


class Edited(NamedTuple):
    """A text, and the line ends that were put before the blocks in it."""

    data: bytes
    leads: Mapping[str, str]


def _joined(pieces: list[tuple[Piece, bool]]) -> Edited:
    data, leads = bytearray(), {}
    for piece, leading in pieces:
        if leading:
            leads[piece.pack] = _lead(bytes(data[-2:]), bool(data))
            data += leads[piece.pack].encode()
        data += piece.data + (b"\n" if piece.pack else b"")
    return Edited(bytes(data), leads)


def _lead(end: bytes, anything: bool) -> str:
    """What is put between a text that ends so and a block."""
    return "" if not anything else "\n" if end.endswith(b"\n") else "\n\n"


def _without_lead(user: bytes, lead: str | None, *, first: bool) -> bytes | None:
    """The user's text without the line ends that were put after it; None when they are not there any more."""
    if lead is None or not user.endswith(lead.encode()):
        return None
    bare = user[: len(user) - len(lead)]
    # Another block ends with a line end, so that a text in between may be empty.
    before = bare[-2:] if bare or first else b"\n"
    return bare if _lead(before, bool(bare) or not first) == lead else None


def _glued(before: bytes, after: bytes) -> bytes:
    """Two texts that a block had kept apart: what was written below it begins a line of its own."""
    apart = before and after and not before.endswith(b"\n") and not after.startswith(b"\n")
    return before + (b"\n" if apart else b"") + after
