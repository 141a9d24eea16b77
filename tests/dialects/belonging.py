"""Which files of a site are whose: by the format's name in `registry.yaml`. No two formats write one path."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

BELONGS: Mapping[str, Callable[[str], bool]] = MappingProxyType(
    {
        "agentpacks": lambda path: path.startswith("agentpacks/"),
        "ori": lambda path: path.startswith("ori/"),
        "agent-skills": lambda path: "/.well-known/" in f"/{path}",
        "claude-code": lambda path: path.endswith((".plugin.zip", "/marketplace.json")) or path == "marketplace.json",
        "mcp-registry": lambda path: path.startswith("mcp/"),
        "npm": lambda path: path.startswith("npm/"),
        "osv": lambda path: path.startswith("osv/"),
        "exports": lambda path: path.startswith("exports/"),
    }
)
