"""What a registry puts in the place of the program's own look: files below `site/` in its source, and settings.

    site/templates/NAME.html     takes the place of the template of that name
    site/prose/NAME.md           takes the place of the page of prose, or is a page of its own
    site/words.yaml              another language: `formats.words`
    site/style.css               rules after those of the program
    site/logo.svg                stands in the header; or logo.png

and `look` in `registry.yaml`: `accent` and `accent_dark`, colours, and `footer`, a line of text.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from packyard.formats.words import Words

LOGOS = ("logo.svg", "logo.png")


class Own(NamedTuple):
    """A registry's own look. `tree` is the id of its folder, "" without one; `style` goes behind the program's
    sheet.
    """

    tree: str = ""
    templates: Mapping[str, str] = {}
    prose: Mapping[str, str] = {}
    words: Words = Words()
    style: tuple[bytes, ...] = ()
    logo_name: str = ""
    logo: bytes = b""


NOTHING_OWN = Own()


def colours(look: Mapping[str, str]) -> Iterator[bytes]:
    """The rules by which the registry's colours take the place of the program's."""
    if accent := look.get("accent"):
        yield f":root {{ --go: {accent}; }}\n".encode()
    if dark := look.get("accent_dark"):
        rule = f"--go: {dark};"
        yield (
            f'@media (prefers-color-scheme: dark) {{ :root:not([data-theme="light"]) {{ {rule} }} }}\n'
            f':root[data-theme="dark"] {{ {rule} }}\n'
        ).encode()
