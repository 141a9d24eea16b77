"""`registry.json`: what clients of a site need of the registry's settings. It is sealed like every other document, so
the list of mirrors in it is one that the registry has signed.

    {
      "format": "packyard/registry-page/1",
      "origin": "packs.example.org",
      "title": "Example packs",
      "url": "https://packs.example.org/",
      "mirrors": ["https://mirror.example.net/packs/"],
      "witnesses": ["https://witness.example.org/"],
      "expires_days": 14,
      "limits": {"files": 500},
      "surfaces": {"ori": false}
    }

The members are those of `registry.yaml` (`packyard.formats.registry`), with `limits` that differ from the defaults and
`surfaces` that were turned on or off. `rules` and `policy` are for whoever submits packs, and not here. All members are
there; readers pass over others, which a later version may add.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeVar

from packyard.errors import FormatError
from packyard.formats import canonical
from packyard.formats.fields import Fields, shown
from packyard.formats.registry import LIMITS, check_base, check_origin
from packyard.formats.strict import load_json
from packyard.registry import Registry

FORMAT = "packyard/registry-page/1"

#: The most bytes of the document.
LIMIT = 262_144

T = TypeVar("T")


def format_registry_page(registry: Registry) -> bytes:
    """The document about a registry."""
    differing = {name: value for name, value in registry.limits.items() if value != LIMITS[name].default}
    return canonical.pretty(
        {
            "format": FORMAT,
            "origin": registry.origin,
            "title": registry.title,
            "url": registry.url,
            "mirrors": list(registry.mirrors),
            "witnesses": list(registry.witnesses),
            "expires_days": registry.expires_days,
            "limits": dict(sorted(differing.items())),
            "surfaces": dict(sorted(registry.surfaces.items())),
        }
    )


def parse_registry_page(data: bytes) -> Registry:
    """The settings in the document, without `rules` and `policy`. Raises `FormatError`."""
    fields = Fields(load_json(data, LIMIT))
    fields.choice("format", [FORMAT])
    registry = Registry(
        origin=fields.required_text("origin", check=check_origin),
        title=fields.required_text("title", limit=100),
        url=fields.required_text("url", check=_check_place),
        mirrors=fields.texts("mirrors", check=_check_place),
        expires_days=fields.number("expires_days", None, low=1, high=365),
        limits=_each(fields.mapping("limits"), _limit),
        rules={},
        surfaces=_each(fields.mapping("surfaces"), lambda shown, name: shown.boolean(name, True)),
        witnesses=fields.texts("witnesses"),
    )
    fields.finish(keep_unknown=True)
    return registry


def _check_place(text: str) -> None:
    check_base(text)
    if not text.endswith("/"):
        raise FormatError("url-invalid", "no path can follow it", expected="a slash at the end", found=shown(text))


def _each(fields: Fields, get: Callable[[Fields, str], T]) -> Mapping[str, T]:
    return {name: get(fields, name) for name in fields.names()}


def _limit(fields: Fields, name: str) -> int:
    high = LIMITS[name].highest if name in LIMITS else 2**53 - 1
    return fields.number(name, None, low=1, high=high)
