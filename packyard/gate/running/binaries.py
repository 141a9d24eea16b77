"""Files that hold programs nobody can read: known by their first bytes, whatever they are called.

    kind_of("assets/logo.png", b"\x7fELF...")        gives "a program of Linux"

Images, fonts, sound and PDFs hold none.  An archive may hold anything, save that documents of offices are archives too.
"""

from __future__ import annotations

import re

_MAGIC = {
    b"\x7fELF": "a program of Linux",
    b"\xfe\xed\xfa\xce": "a program of macOS",
    b"\xfe\xed\xfa\xcf": "a program of macOS",
    b"\xce\xfa\xed\xfe": "a program of macOS",
    b"\xcf\xfa\xed\xfe": "a program of macOS",
    b"\xca\xfe\xba\xbe": "a program of macOS or Java",
    b"\xca\xfe\xba\xbf": "a program of macOS",
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1": "an installer or document of Windows",
    b"L\0\0\0\x01\x14\x02\0": "a link of Windows",
    b"\0asm": "a program of WebAssembly",
    b"\x1bLua": "a program of Lua",
    b"dex\n": "a program of Android",
    b"PK\x03\x04": "an archive",
    b"PK\x05\x06": "an archive",
    b"PK\x07\x08": "an archive",
    b"\x1f\x8b": "an archive",
    b"BZh": "an archive",
    b"\xfd7zXZ\0": "an archive",
    b"\x28\xb5\x2f\xfd": "an archive",
    b"7z\xbc\xaf\x27\x1c": "an archive",
    b"Rar!\x1a\x07": "an archive",
    b"!<arch>\n": "an archive",
    b"\xed\xab\xee\xdb": "an archive",
    b"070701": "an archive",
    b"hsqs": "an image of a disk",
}
_NAMED = re.compile(
    r".*\.(?:exe|dll|scr|msi|com|so|dylib|node|pyc|pyo|class|jar|war|wasm|dmg|pkg|deb|rpm|appimage|apk|iso|lnk|vsix|whl)",
    re.IGNORECASE,
)
_OFFICE = re.compile(r".*\.(?:docx|xlsx|pptx|odt|ods|odp|epub)", re.IGNORECASE)
_FIRST_OF_OFFICE = (b"[Content_Types].xml", b"_rels/", b"docProps/", b"mimetype")
_TAR, _DMG = slice(257, 262), slice(-512, -508)


def kind_of(name: str, data: bytes) -> str:
    """What program or archive the file is; "" when it is none."""
    if _OFFICE.fullmatch(name) and data[:2] == b"PK" and data[30:].startswith(_FIRST_OF_OFFICE):
        return ""
    return next((kind for magic, kind in _MAGIC.items() if data.startswith(magic)), "") or _guessed(name, data)


def _guessed(name: str, data: bytes) -> str:
    """What the file is by signs that stand elsewhere, or are too short to be told from text without a NUL."""
    if data[:2] == b"MZ" and b"\0" in data[:64]:
        return "a program of Windows"
    if data[2:4] == b"\r\n" and b"\0" in data[4:16]:
        return "a program of Python"
    if data[_TAR] == b"ustar":
        return "an archive"
    if data[_DMG] == b"koly":
        return "an image of a disk"
    return "a program, by its name" if _NAMED.fullmatch(name) and b"\0" in data else ""
