"""A registry's own look as pages wear it: what its source holds (`rules.look`), and the colours of its settings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from packyard.registry import Registry
from packyard.rules.look import Look


class Own(NamedTuple):
    """A registry's own look; `style` are rules that go behind the program's."""

    look: Look = Look()
    style: tuple[bytes, ...] = ()


NOTHING_OWN = Own()


def own_of(look: Look, registry: Registry) -> Own:
    """The look with the colours of the settings; what the registry's own sheet says counts last."""
    return Own(look, (*_colours(registry.look), *filter(None, (look.style,))))


def _colours(settings: Mapping[str, str]) -> Iterator[bytes]:
    if accent := settings.get("accent"):
        yield f":root {{ --go: {accent}; }}\n".encode()
    if dark := settings.get("accent_dark"):
        rule = f"--go: {dark};"
        yield (
            f'@media (prefers-color-scheme: dark) {{ :root:not([data-theme="light"]) {{ {rule} }} }}\n'
            f':root[data-theme="dark"] {{ {rule} }}\n'
        ).encode()
