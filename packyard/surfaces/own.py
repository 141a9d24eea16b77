"""A registry's own look as pages wear it: what its source holds (`rules.look`), and the colours of its settings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from packyard.formats import layout
from packyard.registry import Registry
from packyard.rules.look import PROSE, Look


class Own(NamedTuple):
    """A registry's own look; `style` are rules that go behind the program's."""

    look: Look = Look()
    style: tuple[bytes, ...] = ()


NOTHING_OWN = Own()
#: The program's own colours of links and seals, on light ground and on dark.
ACCENT, ACCENT_DARK = "#0a5443", "#84d1b4"


def own_of(look: Look, registry: Registry) -> Own:
    """The look with the colours of the settings; what the registry's own sheet says counts last."""
    return Own(look, (*_colours(registry.look), *filter(None, (look.style,))))


def own_pages(look: Look) -> tuple[tuple[str, str], ...]:
    """(path, title) of the pages of prose that the registry adds to those that every registry has."""
    own = sorted(look.prose.keys() - set(PROSE))
    return tuple((layout.family_index(name), title_of(look.prose[name], name)) for name in own)


def title_of(text: str, name: str) -> str:
    """The title of a text of prose: its first line, or its name."""
    first = text.lstrip().partition("\n")[0]
    return first.removeprefix("# ").strip() if first.startswith("# ") else name.replace("-", " ").capitalize()


def _colours(settings: Mapping[str, str]) -> Iterator[bytes]:
    light, dark = settings.get("accent", ACCENT), settings.get("accent_dark", ACCENT_DARK)
    if (light, dark) != (ACCENT, ACCENT_DARK):
        yield f":root {{ --go: light-dark({light}, {dark}); }}\n".encode()
