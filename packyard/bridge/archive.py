"""Foreign tarballs: the files in a `.tar.gz` that somebody's program made, read within limits and never unpacked.

Other programs write tar as they like: with folders, with `./` before paths, with owners and times, and with an extended
header (pax, or GNU's `L`) before a long path. All that is read and makes no difference. What would be something else
than a file with a path below the root is refused, and so is what two programs could read as two things: links, devices
and sparse files; paths that a pack cannot have (`packyard.formats.names.check_path`); a path that is there twice; a
header whose checksum is wrong; bytes behind the end.

    ustar                       POSIX 1003.1-1988: name, size in octal, checksum, type, prefix
    pax (types `x` and `g`)     POSIX 1003.1-2001: `path` counts, in `x` alone; neither may say a size or a link
    GNU (type `L`)              the name of the next member
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

from packyard.errors import FormatError
from packyard.formats.names import check_path, collisions, shown_path
from packyard.formats.tarball import BLOCK, RECORD
from packyard.rules.folder import LIMITS

#: The most headers of an archive, folders and extended ones among them, and bytes of an extended one.
MEMBERS, EXTENDED = 8 * LIMITS["files"], 8192
_TAR_LIMIT = LIMITS["expanded"] + (MEMBERS + LIMITS["files"]) * BLOCK + 2 * RECORD
_OCTAL = re.compile(rb" *([0-7]{1,12})[ \0]*")
_RECORD = re.compile(rb"([1-9][0-9]{0,4}) ")
_FILES, _FOLDER, _PAX, _GLOBAL, _GNU = (b"0", b"\0"), b"5", b"x", b"g", b"L"
_KINDS = {
    b"1": "a hard link",
    b"2": "a symbolic link",
    b"3": "a device",
    b"4": "a device",
    b"6": "a pipe",
    b"K": "a link with a long name",
    b"S": "a sparse file",
}


class _Member(NamedTuple):
    kind: bytes
    name: bytes
    data: bytes


def read(data: bytes, is_left: Callable[[str], bool] = lambda path: False) -> Mapping[str, bytes]:
    """The files by their paths, which can all stand in one folder, but for those that are left out by their paths.

    Raises `FormatError`: `tarball-invalid`, `too-large`, `too-many-files`, `symlink`, `case-collision`, and those of
    `check_path`.
    """
    files, room, extended = dict[str, bytes](), LIMITS["expanded"], b""
    for member in _members(_expand(data)):
        if member.kind in (_GNU, _PAX, _GLOBAL):
            if extended:
                raise _invalid("two extended headers stand before one file")
            extended = _extended(member)
            continue
        name, extended = extended or member.name, b""
        path = _path(name)
        if member.kind == _FOLDER or is_left(path):
            continue
        if member.kind not in _FILES:
            raise _no_file(member.kind, path)
        check_path(path)
        room -= len(member.data)
        if path in files:
            raise _invalid("a path is there twice", shown_path(path)[:200])
        if len(files) == LIMITS["files"] or room < 0:
            code, most = ("too-large", "expanded") if room < 0 else ("too-many-files", "files")
            raise FormatError(code, "there is more in the tarball than a pack may have", expected=str(LIMITS[most]))
        files[path] = member.data
    if extended:
        raise _invalid("an extended header has no file")
    for first, second in collisions(files):
        message = "two paths are one on a file system that ignores case, or one lies in the other"
        raise FormatError("case-collision", message, found=f"{first} and {second}")
    return files


def _expand(data: bytes) -> bytes:
    stream = zlib.decompressobj(wbits=31)
    try:
        content = stream.decompress(data, _TAR_LIMIT + 1)
    except zlib.error as error:
        raise _invalid("this is no gzip", str(error)) from None
    if len(content) > _TAR_LIMIT:
        expected = f"at most {LIMITS['expanded']} bytes"
        raise FormatError("too-large", "the tarball expands to more than a pack may have", expected=expected)
    if not stream.eof or stream.unused_data:
        raise _invalid("the gzip data does not end where it should")
    return content


def _members(tar: bytes) -> Iterator[_Member]:
    """What the archive has, up to its end."""
    offset = 0
    for _ in range(MEMBERS):
        header = tar[offset : offset + BLOCK]
        if len(header) < BLOCK:
            raise _invalid("the archive is cut short")
        if not header.strip(b"\0"):
            if tar[offset:].strip(b"\0"):
                raise _invalid("there is something behind the end of the archive")
            return
        size, kind = _checked(header), header[156:157]
        offset += BLOCK
        content = tar[offset : offset + size]
        if len(content) < size:
            raise _invalid("the archive is cut short")
        name = header[:100].split(b"\0")[0]
        if header[257:263] == b"ustar\0" and (prefix := header[345:500].split(b"\0")[0]):
            name = prefix + b"/" + name
        yield _member(kind, name, content)
        offset += size + -size % BLOCK
    raise FormatError("too-many-files", "the tarball has too many members", expected=f"at most {MEMBERS}")


def _member(kind: bytes, name: bytes, content: bytes) -> _Member:
    if kind == _FOLDER and content:
        raise _invalid("a folder has content")
    return _Member(_FOLDER if name.endswith(b"/") and kind in _FILES and not content else kind, name, content)


def _checked(header: bytes) -> int:
    """The size that a header states."""
    size, stated = _OCTAL.fullmatch(header[124:136]), _OCTAL.fullmatch(header[148:156])
    if not size or not stated:
        raise _invalid("a header cannot be read")
    if sum(header) - sum(header[148:156]) + 8 * 32 != int(stated[1], 8):
        raise _invalid("the checksum of a header is wrong")
    return int(size[1], 8)


def _extended(member: _Member) -> bytes:
    """The name that the next member has, b"" when the header says nothing of it."""
    if len(member.data) > EXTENDED:
        raise _invalid("an extended header is too long", f"{len(member.data)} bytes")
    if member.kind == _GNU:
        return member.data.rstrip(b"\0")
    found = dict(_records(member.data))
    strange = [name for name in found if name in (b"size", b"linkpath") or name.startswith(b"GNU.sparse")]
    if strange or (member.kind == _GLOBAL and b"path" in found):
        raise _invalid("an extended header changes what a file is", repr(strange)[:80])
    return found.get(b"path", b"")


def _records(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Keyword and value of each record: `LENGTH KEYWORD=VALUE` and a newline."""
    while data:
        match = _RECORD.match(data)
        record, length = (data[: int(match[1])], int(match[1])) if match else (b"", 0)
        keyword, equals, value = record[match.end() if match else 0 :].partition(b"=")
        if len(record) != length or not equals or not value.endswith(b"\n"):
            raise _invalid("an extended header cannot be read")
        yield keyword, value[:-1]
        data = data[length:]


def _path(name: bytes) -> str:
    """A member's path, not yet checked. Raises `FormatError`."""
    try:
        path = name.decode()
    except UnicodeDecodeError:
        raise _invalid("a path is not UTF-8") from None
    while path.startswith("./"):
        path = path[2:]
    return path


def _no_file(kind: bytes, path: str) -> FormatError:
    what = _KINDS.get(kind, "something that is no file")
    message = "the tarball holds something else than files"
    return FormatError("symlink", message, found=f"{what}: {shown_path(path)[:200]}")


def _invalid(message: str, found: str = "") -> FormatError:
    return FormatError("tarball-invalid", message, found=found)
