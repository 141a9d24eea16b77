"""Canonical zip: one byte sequence for one set of files, for programs that read no tar.

The members are sorted by path bytes; there are no folders, comments, extra fields or data descriptors. Every member is
compressed with raw deflate (RFC 1951), or stored where that is not longer, and has the time 1980-01-01 00:00:00, which
is the first that there is. It is made by "Unix", so that programs give an unpacked file the mode of its content: 0755
when it begins with `#!`, else 0644. Source: PKWARE's APPNOTE.TXT 6.3.10, sections 4.3.7, 4.3.12 and 4.3.16.

    local header, path, data    for each file
    central header, path        for each file
    end of central directory

There is no zip64, so an archive has at most 65,535 files and 4 GiB.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable

import deflate

from packyard.formats.tarball import LEVEL, mode_of

#: 20 is version 2.0, the first with deflate; 3 << 8 is Unix.
_VERSION, _MADE_BY = 20, 3 << 8 | 20
_STORED, _DEFLATED = 0, 8
_TIME, _DATE = 0, 1 << 5 | 1
_REGULAR = 0o100000

_LOCAL = struct.Struct("<4s5H3I2H")
_CENTRAL = struct.Struct("<4s6H3I5H2I")
_END = struct.Struct("<4s4H2IH")


def format_zip(files: Iterable[tuple[str, bytes]]) -> bytes:
    """The archive of (path, content) pairs, in any order; the paths are ASCII and differ."""
    local, central = bytearray(), bytearray()
    ordered = sorted((path.encode("ascii"), content) for path, content in files)
    for path, content in ordered:
        packed = bytes(deflate.deflate_compress(content, LEVEL))
        method, data = (_DEFLATED, packed) if len(packed) < len(content) else (_STORED, content)
        said = (_VERSION, 0, method, _TIME, _DATE, deflate.crc32(content), len(data), len(content), len(path), 0)
        mode = (_REGULAR | mode_of(content)) << 16
        central += _CENTRAL.pack(b"PK\x01\x02", _MADE_BY, *said, 0, 0, 0, mode, len(local)) + path
        local += _LOCAL.pack(b"PK\x03\x04", *said) + path + data
    count = len(ordered)
    end = _END.pack(b"PK\x05\x06", 0, 0, count, count, len(central), len(local), 0)
    return bytes(local + central) + end
