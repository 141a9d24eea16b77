"""How a pack is named on the command line and in `packyard.json`.

    hello                    the pack of that name, in its newest version
    @acme/hello              a scoped name
    hello@^1.2               in a range of versions, with npm's grammar
    hello@1.0.0              in exactly this version
    hello@beta               in the version that the channel `beta` offers
    work:hello@1.x           of the registry that the project calls `work`
    registry:hello@1.0.0     of no registry in particular, as agentpacks writes it

    reference = [ registry ":" ] name [ "@" ( range | channel ) ]
    registry  = 2 to 64 characters, ^[a-z0-9][a-z0-9-]*[a-z0-9]$

A word that is no range is a channel: 1 to 32 of a-z, 0-9 and inner hyphens. `latest` is a channel that every pack has.
`registry` is no registry's name: it stands for the one in which the name is looked for anyway. A reference is printable
ASCII and has one form: what `parse_reference` takes, `format_reference` gives back.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from packyard.errors import FormatError
from packyard.formats import semver
from packyard.formats.fields import shown
from packyard.formats.names import PackName, parse_handle, parse_name

#: The word that stands for no registry in particular.
ANY_REGISTRY = "registry"

LATEST = "latest"

_CHANNEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,30}[a-z0-9])?")
_LINE = re.compile(r"[!-~](?:[ -~]*[!-~])?")


class Reference(NamedTuple):
    """A pack as somebody named it. `range` is a range or a channel; it and `registry` are "" where nothing was said."""

    registry: str
    name: PackName
    range: str


def parse_reference(text: str) -> Reference:
    """The reference in a text. Raises `reference-invalid`, `range-or-channel`, `name-invalid` or `registry-name`."""
    if "://" in text:
        hint = "name a pack; the addresses of registries stand in packyard.json"
        raise FormatError("reference-invalid", "an address is not the name of a pack", found=shown(text), help=hint)
    registry, colon, rest = text.partition(":") if ":" in text else ("", "", text)
    name, at, wanted = _split(rest)
    if (colon and not registry) or not name or (at and not wanted):
        expected = "hello, @acme/hello, hello@^1.2, work:hello@1.x or hello@beta"
        raise FormatError("reference-invalid", "not the name of a pack", expected=expected, found=shown(text))
    if colon and registry != ANY_REGISTRY:
        check_registry_name(registry)
    if at:
        range_of(wanted)
    return Reference(registry, parse_name(name), wanted)


def format_reference(reference: Reference) -> str:
    """The text of a reference; the inverse of `parse_reference`."""
    registry = f"{reference.registry}:" if reference.registry else ""
    return f"{registry}{reference.name}" + (f"@{reference.range}" if reference.range else "")


def range_of(text: str) -> semver.Range | None:
    """The range that a text asks for, None when it names a channel. Raises `range-or-channel` when it does neither."""
    if _LINE.fullmatch(text):
        try:
            return semver.parse_range(text)
        except FormatError:
            if _CHANNEL.fullmatch(text):
                return None
    expected = "such as ^1.2.0, 1.x, >=1.0.0 <2.0.0, or a channel such as beta"
    raise FormatError("range-or-channel", "neither a range nor a channel", expected=expected, found=shown(text))


def check_registry_name(text: str) -> None:
    """Return when a registry can be called this. Raises `registry-name`."""
    try:
        parse_handle(text)
    except FormatError:
        reserved = False
    else:
        reserved = text == ANY_REGISTRY
        if not reserved:
            return
    message = f"`{ANY_REGISTRY}` stands for any registry" if reserved else "not the name of a registry"
    expected = "2 to 64 of a-z, 0-9 and inner hyphens"
    raise FormatError("registry-name", message, expected=expected, found=shown(text))


def caret(version: str) -> str:
    """The range that is written down for whoever asked for no version and got this one: nothing that breaks."""
    return f"^{version}"


def _split(text: str) -> tuple[str, str, str]:
    """Name, `@` and what is wanted; the `@` of a scope belongs to the name."""
    head, tail = text[:1], text[1:]
    name, at, wanted = tail.partition("@")
    return head + name, at, wanted
