"""Names of packs and of people, and paths inside a pack.

A pack's name has 2 to 64 lower-case letters, digits and hyphens, and begins and ends with a letter or digit; the common
ground of the clients that install packs.  A scoped name puts an organisation in front.  Handles of publishers and names
of organisations have the same grammar.

    name     = part | "@" part "/" part
    part     = 2 to 64 characters, ^[a-z0-9][a-z0-9-]*[a-z0-9]$
    folder   = "packs/" first two letters "/" part | "packs/@" part "/" part

    hello         packs/he/hello
    @acme/hello   packs/@acme/hello

A path inside a pack must mean one file on every system that installs it: ASCII letters, digits, space and `._+@()[],-`
between slashes; no component that is `.`, `..` or `.git`, begins with a space, ends with a space or a dot, or is a
device of Windows with or without an extension; at most 200 bytes and 12 components.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NewType

from packyard.errors import FormatError

#: The name of a pack that `parse_name` has seen.
PackName = NewType("PackName", str)

#: The handle of a publisher, or the name of an organisation, that `parse_handle` has seen.
Handle = NewType("Handle", str)

MAX_PATH = 200
MAX_DEPTH = 12

_PART = r"(?=[^/]{2,64}(?:/|\Z))[a-z0-9][a-z0-9-]*[a-z0-9]"
_HANDLE = re.compile(_PART)
_NAME = re.compile(rf"(?:@{_PART}/)?{_PART}")
_PATH_CHARACTERS = re.compile(r"[A-Za-z0-9 ._+@()\[\],/-]*")
_COMPONENT = re.compile(r"(?! )(?!\.git\Z)(?!(?:con|prn|aux|nul|com[0-9]|lpt[0-9]) *(?:\.|\Z)).*[^ .]", re.IGNORECASE)


def parse_name(text: str) -> PackName:
    """The name of a pack, scoped or not. Raises `name-invalid`."""
    if not _NAME.fullmatch(text):
        _refuse_name("not the name of a pack", text, "hello or @acme/hello: 2 to 64 of a-z, 0-9 and inner hyphens")
    return PackName(text)


def parse_handle(text: str) -> Handle:
    """The handle of a publisher or the name of an organisation. Raises `name-invalid`."""
    if not _HANDLE.fullmatch(text):
        _refuse_name("not a handle", text, "2 to 64 of a-z, 0-9 and inner hyphens")
    return Handle(text)


def scope(name: PackName) -> str:
    """The organisation of a scoped name, else ""."""
    return name[1:].partition("/")[0] if name.startswith("@") else ""


def folder(name: PackName) -> str:
    """The folder of a pack below the root of the source; `parse_folder` is its inverse."""
    return f"packs/{name}" if name.startswith("@") else f"packs/{name[:2]}/{name}"


def parse_folder(path: str) -> PackName:
    """The pack whose folder this is. Raises `name-invalid`."""
    name = path.removeprefix("packs/")
    name = parse_name(name if name.startswith("@") else name[3:])
    if folder(name) != path:
        _refuse_name("the folder is not that of the pack", path, folder(name))
    return name


def check_path(path: str) -> None:
    """Return when `path` is a path inside a pack. Raises `path-invalid` or `path-too-long`."""
    components = path.split("/")
    if len(path) > MAX_PATH or len(components) > MAX_DEPTH:
        limits = f"at most {MAX_PATH} bytes and {MAX_DEPTH} components"
        raise FormatError("path-too-long", "the path is too long", expected=limits, found=_shown(path))
    if not _PATH_CHARACTERS.fullmatch(path):
        allowed = "ASCII letters, digits, space and ._+@()[],-"
        raise FormatError("path-invalid", "the path has other characters", expected=allowed, found=_shown(path))
    for component in components:
        if not _COMPONENT.fullmatch(component):
            raise FormatError("path-invalid", "not every system can hold this path", found=_shown(component))


def shown_path(path: str) -> str:
    """A path for a message: printable ASCII, with escapes for everything else that it may hold."""
    return "".join(
        character if " " <= character <= "~" else character.encode("unicode_escape").decode() for character in path
    )


def collisions(paths: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Pairs of paths that cannot stand in one folder of a system that ignores case, the second in order of bytes.

    Somewhere on their way they differ in case alone, or one is a file where the other needs a folder.
    """
    seen: dict[str, tuple[str, bool, str]] = {}
    for path in sorted(paths):
        end = len(path)
        while end > 0:
            spelling, is_file = path[:end], end == len(path)
            first = seen.setdefault(spelling.lower(), (spelling, is_file, path))
            if first[:2] != (spelling, is_file):
                yield first[2], path
                break
            end = path.rfind("/", 0, end)


def _refuse_name(message: str, found: str, expected: str) -> None:
    raise FormatError("name-invalid", message, expected=expected, found=_shown(found))


def _shown(text: str) -> str:
    return ascii(text)[1:-1][:80]
