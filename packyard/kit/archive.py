"""The tar file of a kit: canonical ustar, without gzip, one byte sequence for one set of files.

    offline-manifest.json            what follows, in this order
    offline-manifest.json.minisig    if the exporter has a key
    SNAPSHOT                         then the files, sorted by the bytes of their paths
    …

It is what GNU tar writes for

    tar --format=ustar --owner=0 --group=0 --numeric-owner --mode=0644 --mtime=@0 -cf KIT.tar -T LIST

with headers as in `packyard.formats.tarball`: ordinary files with mode 0644 and nothing else, no folders, links,
devices or extensions; two zero blocks, then zeros to a multiple of 10,240 bytes.

A path that no ustar header can hold (over 100 bytes, and no slash where it would have to be split) has the member name
`offline-long/SHA256`, the SHA-256 of the path.

A header is read by making it again of the name and the size in it; so there is exactly one header for a file, and what
is not an ordinary file has none.
"""

from __future__ import annotations

from hashlib import sha256

from packyard.errors import FormatError
from packyard.formats.tarball import BLOCK, RECORD, split

MANIFEST, SIGNATURE = "offline-manifest.json", "offline-manifest.json.minisig"
#: No path of a site begins so: these names are the kit's own.
OWN = "offline-"
LONG = "offline-long/"

_NUMBERS = b"0000644\x000000000\x000000000\x00%011o\x0000000000000\x00"
_REST = b"0" + bytes(100) + b"ustar\x0000" + bytes(64) + b"0000000\x000000000\x00"
_TYPES = {
    b"1": "a hard link",
    b"2": "a symbolic link",
    b"3": "a device",
    b"4": "a device",
    b"5": "a folder",
    b"6": "a pipe",
    b"x": "a pax header",
    b"g": "a pax header",
    b"L": "a GNU header",
    b"K": "a GNU header",
    b"S": "a sparse file",
}


def member_name(path: str) -> str:
    """The name under which a site's file is in the archive."""
    try:
        split(path)
    except FormatError:
        return LONG + sha256(path.encode()).hexdigest()
    return path


def header(name: str, size: int) -> bytes:
    """The 512 bytes before a member's content."""
    prefix, short = split(name)
    head = short.ljust(100, b"\0") + _NUMBERS % size
    rest = _REST + prefix.ljust(155, b"\0") + bytes(12)
    return b"%b%06o\x00 %b" % (head, sum(head) + 8 * 32 + sum(rest), rest)


def parse_header(block: bytes) -> tuple[str, int]:
    """(name, size) of a member; the exact inverse of `header`. Raises `kit-archive`."""
    digits, type_flag = block[124:135], block[156:157]
    if len(block) < BLOCK:
        raise FormatError("kit-archive", "the archive is cut short", expected="a header", found=f"{len(block)} bytes")
    if type_flag in _TYPES:
        message = f"the archive holds {_TYPES[type_flag]}"
        raise FormatError("kit-archive", message, expected="ordinary files", found=_shown(block[:100]))
    name, prefix = block[:100].rstrip(b"\0"), block[345:500].rstrip(b"\0")
    try:
        path, size = (prefix + b"/" + name if prefix else name).decode("ascii"), int(digits, 8)
        if path and digits.isdigit() and header(path, size) == block:
            return path, size
    except ValueError:
        pass
    raise FormatError("kit-archive", "the archive is not in its canonical form", found=_shown(block[:100]))


def padding(size: int) -> int:
    """How many zeros follow a content of `size` bytes."""
    return -size % BLOCK


def tail(written: int) -> int:
    """How many zeros end an archive whose members take `written` bytes."""
    return 2 * BLOCK + -(written + 2 * BLOCK) % RECORD


def _shown(name: bytes) -> str:
    return name.rstrip(b"\0").decode("ascii", "backslashreplace")
