"""`registry.yaml`: the settings of a registry.

    format: packyard/registry/1
    origin: packs.example.org
    title: Example packs
    url: https://packs.example.org/

These four are required.  `origin` is the registry's name in everything that it signs: lower-case letters, digits, dots
and hyphens, perhaps with a path behind it.  All other settings have the default that `SETTINGS` gives:

    mirrors: [https://mirror.example.net/packs/]
    expires_days: 14
    limits: {files: 500}
    rules: {name-similar: note}
    surfaces: {ori: false}
    policy: {cool_off_days: 7}
    witnesses: [https://witness.example.org/]
    repository: https://example.org/acme/packs
    look: {accent: "#0a5443", accent_dark: "#84d1b4", footer: Run by the makers of Acme., contact: packs@example.org}
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import partial
from types import MappingProxyType
from typing import NamedTuple

from packyard.errors import FormatError
from packyard.formats.fields import Fields, check_url, format_text, shown
from packyard.formats.foreign import SURFACES
from packyard.formats.strict import load_yaml
from packyard.registry import Registry

FORMAT = "packyard/registry/1"
OUTCOMES = ("block", "review", "note")
EXPIRES_DAYS = 14


class Setting(NamedTuple):
    """One line of the settings' documentation; `default` is "" where the setting is required."""

    name: str
    type: str
    default: str
    meaning: str


class Limit(NamedTuple):
    """A number that a registry may set: what holds unless it does, and the most that it may say."""

    default: int
    highest: int
    meaning: str


LIMITS: Mapping[str, Limit] = MappingProxyType(
    {
        "compressed": Limit(10_000_000, 100_000_000, "bytes of a version's tarball"),
        "expanded": Limit(64_000_000, 640_000_000, "bytes of all files of a version"),
        "files": Limit(1_000, 10_000, "files of a version, without `SHA256SUMS` and its signature"),
        "path": Limit(200, 200, "bytes of a path in a pack"),
        "depth": Limit(12, 12, "components of a path in a pack"),
    }
)

#: What the gate asks of a change set; see `packyard check`.
POLICY: Mapping[str, Limit] = MappingProxyType(
    {
        "cool_off_days": Limit(0, 365, "days for which every release of a new key needs review; 0: its first release"),
        "publishes": Limit(60, 1_000_000, "versions that one key may publish in a window"),
        "publish_minutes": Limit(60, 525_600, "minutes of that window"),
        "review_versions": Limit(10, 1_000_000, "versions in one change set, from which on a person looks"),
        "review_files": Limit(2_000, 1_000_000, "files in one change set, from which on a person looks"),
        "shrink_percent": Limit(10, 100, "per cent of the packs that one change set may withdraw from"),
    }
)

SETTINGS: tuple[Setting, ...] = (
    Setting("format", "text", "", f"`{FORMAT}`"),
    Setting("origin", "text", "", "the registry's name in everything that it signs; it can never change"),
    Setting("title", "text", "", "what people read at the top of every page"),
    Setting("url", "web address", "", "where the site is served; ends with a slash"),
    Setting("mirrors", "list of web addresses", "[]", "where else the same site is served; each ends with a slash"),
    Setting("expires_days", "number, 1 to 365", str(EXPIRES_DAYS), "days until clients refuse a snapshot not renewed"),
    Setting(
        "witnesses",
        "list of places",
        "[]",
        "where witnesses publish their lines: folders, or web addresses that end with a slash",
    ),
    *(Setting(f"limits.{name}", "number", str(limit.default), limit.meaning) for name, limit in LIMITS.items()),
    *(Setting(f"policy.{name}", "number", str(limit.default), limit.meaning) for name, limit in POLICY.items()),
    Setting("repository", "web address", "none", "the pages of the git repository, which commits and reviews link to"),
    Setting("look.accent", "colour", "the program's", "links and seals on light ground, such as `#0a5443`"),
    Setting("look.accent_dark", "colour", "the program's", "the same on dark ground"),
    Setting("look.footer", "text", "none", "a line at the end of every page"),
    Setting("look.contact", "web or mail address", "none", "where whoever runs the registry is told of something"),
    Setting("rules.CODE", " or ".join(OUTCOMES), "the rule's own", "what a failure of the rule CODE leads to"),
    *(Setting(f"surfaces.{name}", "true or false", "true", f"files for {who}") for name, who in SURFACES.items()),
)

#: For each colour that a registry may choose, the ground that it must be readable on.
GROUNDS = {"accent": "#eef0ea", "accent_dark": "#171e1b"}
LEAST_CONTRAST = 4.5
_CONTACT = re.compile(r"https://[^\s<>\"]{1,190}|[^\s<>@\":/]{1,64}@[^\s<>@\":/]{1,120}")
_COLOUR = re.compile(r"#[0-9a-f]{6}")
_ORIGIN = re.compile(r"[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?(?:/[a-z0-9](?:[a-z0-9._-]*[a-z0-9])?)*")
_WORD = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*")


def parse_registry(data: bytes) -> Registry:
    """The settings in `registry.yaml`. Raises `FormatError`."""
    fields = Fields(load_yaml(data))
    fields.choice("format", [FORMAT])
    registry = Registry(
        origin=fields.required_text("origin", check=check_origin),
        title=fields.required_text("title", limit=100),
        url=_base(fields.required_text("url", check=check_base)),
        mirrors=tuple(map(_base, fields.texts("mirrors", check=check_base))),
        expires_days=fields.number("expires_days", EXPIRES_DAYS, low=1, high=365),
        limits=_numbers(fields.mapping("limits"), LIMITS),
        rules=_rules(fields.mapping("rules")),
        surfaces=_surfaces(fields.mapping("surfaces")),
        policy=_numbers(fields.mapping("policy"), POLICY),
        witnesses=fields.texts("witnesses"),
        repository=fields.text("repository", check=check_base).rstrip("/"),
        look=_look(fields.mapping("look")),
    )
    fields.finish()
    return registry


def format_registry(registry: Registry) -> bytes:
    """The text of `registry.yaml`, defaults left out; `parse_registry` gives the same settings."""
    lines = [f"format: {FORMAT}", f"origin: {registry.origin}"]
    lines += [f"title: {format_text(registry.title)}", f"url: {format_text(registry.url)}"]
    if registry.mirrors:
        lines += ["mirrors:", *(f"  - {format_text(url)}" for url in registry.mirrors)]
    if registry.witnesses:
        lines += ["witnesses:", *(f"  - {format_text(place)}" for place in registry.witnesses)]
    if registry.expires_days != EXPIRES_DAYS:
        lines.append(f"expires_days: {registry.expires_days}")
    surfaces = {name: "true" if shown else "false" for name, shown in registry.surfaces.items()}
    look = {name: format_text(value) for name, value in registry.look.items()}
    for name, members in (
        ("limits", registry.limits),
        ("policy", registry.policy),
        ("rules", registry.rules),
        ("surfaces", surfaces),
        ("look", look),
    ):
        if members:
            lines += [f"{name}:", *(f"  {key}: {value}" for key, value in members.items())]
    if registry.repository:
        lines.append(f"repository: {format_text(registry.repository)}")
    return ("\n".join(lines) + "\n").encode()


def policy_of(registry: Registry, name: str) -> int:
    """What the registry asks, by its settings or by default; `name` is one of `POLICY`."""
    return registry.policy.get(name, POLICY[name].default)


def check_origin(text: str) -> None:
    """Return when the text can name a registry. Raises `origin-invalid`."""
    if len(text) > 200 or not _ORIGIN.fullmatch(text):
        expected = "such as packs.example.org or example.org/packs, in lower case"
        raise FormatError("origin-invalid", "not the name of a registry", expected=expected, found=shown(text))


def check_base(text: str) -> None:
    """Return when the text is a web address to which paths can be appended. Raises `url-invalid`."""
    check_url(text)
    if "?" in text or "#" in text:
        expected = "an address without ? and #"
        raise FormatError("url-invalid", "no path can follow it", expected=expected, found=shown(text))


def _base(text: str) -> str:
    """The address as paths are appended to it: with a slash at its end."""
    return text if not text or text.endswith("/") else text + "/"


def _numbers(fields: Fields, known: Mapping[str, Limit]) -> dict[str, int]:
    named = [name for name in fields.names() if name in known]
    return {
        name: fields.number(name, None, low=min(1, known[name].default), high=known[name].highest) for name in named
    }


def _rules(fields: Fields) -> dict[str, str]:
    return {_word(fields, name): fields.choice(name, OUTCOMES) for name in fields.names()}


def _surfaces(fields: Fields) -> dict[str, bool]:
    return {_surface(fields, name): fields.boolean(name, True) for name in fields.names()}


def _surface(fields: Fields, name: str) -> str:
    if name not in SURFACES:
        fields.refuse("field-invalid", "is no format that is rendered", name, expected=", ".join(SURFACES))
    return name


def _look(fields: Fields) -> dict[str, str]:
    found = {name: fields.text(name, check=partial(_check_colour, ground)) for name, ground in GROUNDS.items()}
    found["footer"] = fields.text("footer")
    found["contact"] = fields.text("contact", limit=200, check=_check_contact)
    return {name: value for name, value in found.items() if value}


def _check_contact(text: str) -> None:
    if not _CONTACT.fullmatch(text):
        expected = "such as packs@example.org or https://example.org/contact"
        raise FormatError("field-invalid", "is no address", expected=expected, found=shown(text))


def _check_colour(ground: str, text: str) -> None:
    if not _COLOUR.fullmatch(text):
        raise FormatError("field-invalid", "is not a colour", expected="such as #0a5443", found=shown(text))
    if (found := contrast(text, ground)) < LEAST_CONTRAST:
        message = f"is hard to read on {ground}"
        raise FormatError("colour-faint", message, expected=f"a contrast of {LEAST_CONTRAST}", found=f"{found:.1f}")


def contrast(one: str, other: str) -> float:
    """The contrast of two colours `#rrggbb`, from 1 to 21 (WCAG 2.2, relative luminance)."""
    darker, lighter = sorted(map(_luminance, (one, other)))
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    parts = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    linear = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def _word(fields: Fields, name: str) -> str:
    if not _WORD.fullmatch(name):
        fields.refuse("field-invalid", "is not such a name", name, expected="words of a-z and 0-9 joined by hyphens")
    return name
