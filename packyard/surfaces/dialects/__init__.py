"""Other programs' formats, each a module with a `DIALECT`: a registry speaks those that `registry.yaml` does not switch
off, and the others cost nothing. They write below folders of their own, or into the pack's own folder where the
programs look there:

    agentpacks     agentpacks/                                          the agentpacks client
    ori            ori/v1/                                              Ori's registry protocol
    agent-skills   packs/NAME/.well-known/  .well-known/agent-skills/   `skills`, OpenCode
    claude-code    marketplace.json  packs/NAME/marketplace.json  …     Claude Code, Codex, Copilot
    mcp-registry   mcp/v0.1/                                            programs that look for MCP servers
    npm            npm/                                                 npm and its kin
    osv            osv/                                                 scanners of dependencies
    exports        exports/                                             people who query
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from importlib import import_module
from types import MappingProxyType

from packyard.formats import foreign
from packyard.model import Pack
from packyard.recipe import Recipe
from packyard.registry import Registry
from packyard.surfaces.dialects.values import Dialect, Said
from packyard.surfaces.pack.values import Hand

_MODULES = MappingProxyType({name: name.replace("-", "_") for name in foreign.SURFACES})


def dialects(registry: Registry) -> tuple[Dialect, ...]:
    """The dialects that a registry speaks."""
    return tuple(map(dialect, foreign.spoken(registry)))


@cache
def dialect(name: str) -> Dialect:
    """A dialect by its name."""
    found = import_module(f"{__name__}.{_MODULES[name]}").DIALECT
    assert isinstance(found, Dialect)
    return found


def plan_pack(hand: Hand, pack: Pack) -> Iterator[Recipe]:
    """A pack's files in all dialects; a preview is for people alone."""
    for each in () if hand.site.preview else dialects(hand.site.registry):
        yield from each.plan(hand, pack)


def said(hand: Hand, pack: Pack) -> tuple[tuple[str, Said], ...]:
    """(dialect, what its lists say of a pack), of those that say something."""
    found = ((each.name, each.said(hand, pack)) for each in dialects(hand.site.registry))
    return tuple((name, text) for name, text in found if text)
