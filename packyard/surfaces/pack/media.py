"""What a file that is no text is, by its first bytes: its format, and the width and height of an image.

    format_of(data)       "PNG", "ZIP", "ELF", "" when unknown
    size_of(data)         (640, 480), None when the bytes are no image that browsers show, or say no size

Sizes are read where the format's own header has them: PNG (IHDR), GIF (logical screen), WebP (RFC 9649, VP8X, VP8L or
VP8), JPEG (the first start of a frame, ITU T.81 B.2.2).
"""

from __future__ import annotations

#: Formats by the bytes with which files begin.
_FORMATS = {
    b"\x89PNG\r\n\x1a\n": "PNG",
    b"GIF87a": "GIF",
    b"GIF89a": "GIF",
    b"\xff\xd8\xff": "JPEG",
    b"BM": "BMP",
    b"\0\0\x01\0": "ICO",
    b"%PDF-": "PDF",
    b"PK": "ZIP",
    b"\x1f\x8b": "gzip",
    b"BZh": "bzip2",
    b"\xfd7zXZ\0": "xz",
    b"\x28\xb5\x2f\xfd": "Zstandard",
    b"7z\xbc\xaf\x27\x1c": "7z",
    b"\x7fELF": "ELF",
    b"MZ": "PE",
    b"\xcf\xfa\xed\xfe": "Mach-O",
    b"\xca\xfe\xba\xbe": "Mach-O / Java",
    b"\0asm": "WebAssembly",
    b"SQLite format 3\0": "SQLite",
    b"wOFF": "WOFF",
    b"wOF2": "WOFF2",
    b"OggS": "Ogg",
    b"ID3": "MP3",
    b"\xff\xfe": "UTF-16",
    b"\xfe\xff": "UTF-16",
}
#: Markers of JPEG that start a frame; those between are tables of other kinds.
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
#: Segments of a JPEG that are looked at, and the largest side of an image that is believed.
_SEGMENTS, _LARGEST = 200, 65_535


def format_of(data: bytes) -> str:
    """The name of the file's format, "" when it is unknown."""
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "WebP"
    return next((name for magic, name in _FORMATS.items() if data.startswith(magic)), "")


def size_of(data: bytes) -> tuple[int, int] | None:
    """Width and height of an image in pixels."""
    read = {"PNG": _png, "GIF": _gif, "JPEG": _jpeg, "WebP": _webp}.get(format_of(data))
    size = read(data) if read else None
    return size if size and all(0 < side <= _LARGEST for side in size) else None


def _png(data: bytes) -> tuple[int, int] | None:
    sized = len(data) >= 24 and data[12:16] == b"IHDR"
    return (int.from_bytes(data[16:20]), int.from_bytes(data[20:24])) if sized else None


def _gif(data: bytes) -> tuple[int, int]:
    return _little(data[6:8]), _little(data[8:10])


def _webp(data: bytes) -> tuple[int, int] | None:
    kind = data[12:16]
    if kind == b"VP8X":
        return 1 + _little(data[24:27]), 1 + _little(data[27:30])
    if kind == b"VP8L":
        bits = _little(data[21:25])
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    return (_little(data[26:28]) & 0x3FFF, _little(data[28:30]) & 0x3FFF) if kind == b"VP8 " else None


def _jpeg(data: bytes) -> tuple[int, int] | None:
    at = 2
    for _ in range(_SEGMENTS):
        if len(data) < at + 9 or data[at] != 0xFF:
            return None
        if data[at + 1] in _FRAMES:
            return int.from_bytes(data[at + 7 : at + 9]), int.from_bytes(data[at + 5 : at + 7])
        at += 2 + int.from_bytes(data[at + 2 : at + 4])
    return None


def _little(data: bytes) -> int:
    return int.from_bytes(data, "little")
