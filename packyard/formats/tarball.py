"""Canonical ustar, canonical gzip: one byte sequence for one set of files.

The tar of a version holds its files at the archive's root, sorted by path bytes, and nothing else: no folders, no
links, no extensions. It is what GNU tar writes for

    LC_ALL=C sort FILES | tar --format=ustar --owner=0 --group=0 --numeric-owner --mtime=@0 -cf NAME.tar -T -

in a folder where a file's mode is 0755 when its content starts with `#!`, else 0644. Every header is POSIX 1003.1-1988
ustar: uid, gid, mtime and device numbers 0, empty owner names. A path over 100 bytes is split at the last slash that
leaves at most 155 bytes before it and at most 100 after it. Two zero blocks end the archive, which is then filled with
zeros to a multiple of 10,240 bytes.

gzip is transport only (RFC 1952): no name, no time, extra flags 0, operating system 255, one member.

`parse` accepts nothing but a canonical archive: it reads the headers strictly and compares the input with the
canonical encoding of what it read. Nothing here ever writes a file.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator

import deflate

from packyard.errors import FormatError

BLOCK = 512
_FIT = "at most 100 bytes behind a slash, and 155 before it"
RECORD = 20 * BLOCK
LEVEL = 6

#: What makes the compressed bytes, recorded with each tarball: another encoder would give other bytes for the same tar.
ENCODER = f"libdeflate {deflate.__version__} level {LEVEL}"

_GZIP_HEADER = bytes.fromhex("1f8b08000000000000ff")
_TAIL = b"ustar\x0000" + bytes(32) + bytes(32) + b"0000000\x000000000\x00"
_REST = b"0" + bytes(100) + _TAIL + bytes(155 + 12)
_REST_SUM = sum(_REST)


def mode_of(content: bytes) -> int:
    """The mode a file is installed with: executable when it says itself how to run."""
    return 0o755 if content.startswith(b"#!") else 0o644


def format_tar(files: Iterable[tuple[str, bytes]]) -> bytes:
    """The canonical tar of (path, content) pairs, in any order; the paths are ASCII and at most 200 bytes."""
    parts: list[bytes] = []
    for path, content in sorted(files, key=lambda file: file[0].encode()):
        parts += (_header(path, content), content, bytes(-len(content) % BLOCK))
    parts.append(bytes(2 * BLOCK))
    size = sum(map(len, parts))
    parts.append(bytes(-size % RECORD))
    return b"".join(parts)


def compress(tar: bytes) -> bytes:
    """The gzip form of a tar. Done once per version: the bytes are kept, other encoders give others."""
    return bytes(deflate.gzip_compress(tar, LEVEL))


def expand(data: bytes, limit: int) -> bytes:
    """The content of a canonical gzip member of at most `limit` bytes expanded; anything around or after it is
    refused.
    """
    if not data.startswith(_GZIP_HEADER):
        raise _refuse("the gzip header is not the canonical one", _GZIP_HEADER.hex(), data[:10].hex())
    stream = zlib.decompressobj(wbits=31)
    try:
        content = stream.decompress(data, limit + 1)
    except zlib.error as error:
        raise _refuse("the gzip data is damaged", "", str(error)) from None
    if len(content) > limit:
        raise FormatError("too-large", "the archive expands to too many bytes", expected=f"at most {limit} bytes")
    if not stream.eof or stream.unused_data:
        raise _refuse("the gzip data does not end where its member ends")
    return content


def parse_tar(tar: bytes) -> tuple[tuple[str, bytes], ...]:
    """The (path, content) pairs of a canonical tar, in order; anything else raises `FormatError`."""
    files = tuple(_members(tar))
    if any(not path for path, _ in files) or format_tar(files) != tar:
        raise _refuse("the archive is not the canonical encoding of its contents")
    return files


def parse(data: bytes, limit: int) -> tuple[tuple[str, bytes], ...]:
    """The files of a published `.tar.gz`; `limit` bounds the expanded bytes."""
    return parse_tar(expand(data, limit))


def split(path: str) -> tuple[bytes, bytes]:
    """(prefix, name) of a ustar header. Raises `FormatError` when the path cannot be split to fit."""
    raw = path.encode("ascii")
    if len(raw) <= 100:
        return b"", raw
    cut = raw.rfind(b"/", 0, 156)
    if cut <= 0 or not 0 < len(raw) - cut - 1 <= 100:
        raise FormatError("path-too-long", "the path does not fit a tar header", expected=_FIT, found=path)
    return raw[:cut], raw[cut + 1 :]


def _header(path: str, content: bytes) -> bytes:
    prefix, name = split(path)
    head = name.ljust(100, b"\0") + b"%07o\x000000000\x000000000\x00%011o\x0000000000000\x00" % (
        mode_of(content),
        len(content),
    )
    rest = _REST if not prefix else b"0" + bytes(100) + _TAIL + prefix.ljust(155, b"\0") + bytes(12)
    checksum = sum(head) + 8 * 32 + (sum(rest) if prefix else _REST_SUM)
    return b"%b%06o\x00 %b" % (head, checksum, rest)


def _members(tar: bytes) -> Iterator[tuple[str, bytes]]:
    offset = 0
    while tar[offset : offset + 1].strip(b"\0"):
        header = tar[offset : offset + BLOCK]
        size = _size(header)
        start = offset + BLOCK
        if len(header) < BLOCK or start + size > len(tar):
            raise _refuse("the archive is cut short")
        yield _path(header), tar[start : start + size]
        offset = start + size + -size % BLOCK


def _size(header: bytes) -> int:
    digits = header[124:135]
    if len(digits) != 11 or digits.strip(b"01234567"):
        raise _refuse("a member's size is not eleven octal digits", found=repr(digits))
    return int(digits, 8)


def _path(header: bytes) -> str:
    name, prefix = header[:100].rstrip(b"\0"), header[345:500].rstrip(b"\0")
    try:
        return (prefix + b"/" + name if prefix else name).decode("ascii")
    except UnicodeDecodeError:
        raise _refuse("a member's path is not ASCII") from None


def _refuse(message: str, expected: str = "", found: str = "") -> FormatError:
    return FormatError("tarball-not-canonical", message, expected=expected, found=found)
