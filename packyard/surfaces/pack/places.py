"""Where each file of a version is shown: on which of its pages of files, and at which anchor.

Where a page ends follows from the names and sizes of the files alone, so that a plan reads none, and a link from
another page finds a file without its text: `address_of` gives `2.html#/hooks/guard.sh`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple
from urllib.parse import quote

from packyard.model import File

IMAGES = (".png", ".jpg", ".jpeg", ".gif", ".webp")
EXECUTABLE = 0o755

#: About how many bytes of HTML a page has.
PAGE = 150_000
#: Bytes of a file that are shown.
TEXT = 64_000
#: What a row of the table and a file's head take, and how many bytes of HTML a byte of text becomes, roughly.
_ROW, _HEAD, _GROWTH = 420, 700, 3
#: Bytes of text that an image counts for: it may be called one and be none. What those of a page show is shared out.
_MOCK = 2_000

#: Characters of a path that need no escape in a fragment.
_SAFE = "/+@(),"


class Page(NamedTuple):
    """A page: its file name, the files in its part of the table, and those whose text it shows."""

    file: str
    rows: tuple[File, ...]
    shown: tuple[File, ...]


def cut(files: Sequence[File]) -> tuple[Page, ...]:
    """The pages, in the order of folders and names: first the table, then the texts. There is always one page."""
    ordered = sorted(files, key=_place)
    parts: list[tuple[list[File], list[File]]] = [([], [])]
    left = PAGE
    for which, weigh in enumerate((_row_weight, _text_weight)):
        for file in ordered:
            if weigh(file) > left < PAGE:
                parts.append(([], []))
                left = PAGE
            parts[-1][which].append(file)
            left -= weigh(file)
    names = ("index.html", *(f"{number}.html" for number in range(2, len(parts) + 1)))
    return tuple(Page(name, tuple(rows), tuple(shown)) for name, (rows, shown) in zip(names, parts, strict=True))


def homes(pages: Sequence[Page]) -> dict[str, str]:
    """The page that shows each file, in the order in which they are shown."""
    return {file.path: page.file for page in pages for file in page.shown}


def homes_of(files: Sequence[File]) -> Mapping[str, str]:
    """The page that shows each of the files."""
    return homes(cut(files))


def anchor_of(path: str) -> str:
    """The anchor of a file on its page; no path begins with a slash, so no other anchor is the same."""
    return "/" + quote(path, safe=_SAFE)


def address_of(homes: Mapping[str, str], path: str) -> str:
    """Where a file is shown, from the folder of the pages of files."""
    return f"{homes.get(path, 'index.html')}#{anchor_of(path)}"


def is_image_name(path: str) -> bool:
    """Whether a file is called an image, whatever it is."""
    return path.lower().endswith(IMAGES)


def is_mock(file: File) -> bool:
    """Whether a file is weighed as an image. One that can be run is weighed as the text that it then shows."""
    return is_image_name(file.path) and file.mode != EXECUTABLE


def _place(file: File) -> tuple[str, str]:
    """Where a file stands in the tree: those of a folder together, before those of the folders in it."""
    folder, _, name = file.path.rpartition("/")
    return folder, name


def _row_weight(file: File) -> int:
    return _ROW + 3 * len(file.path)


def _text_weight(file: File) -> int:
    return _HEAD + _GROWTH * min(file.size, _MOCK if is_mock(file) else TEXT)
