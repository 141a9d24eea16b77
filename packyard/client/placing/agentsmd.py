"""Any program that reads `AGENTS.md` and nothing more: the rules, in a block. Facts: agents.md."""

from __future__ import annotations

from collections.abc import Iterator

from packyard.client.placing.target import Target, rules_block
from packyard.client.placing.values import Item
from packyard.parts import Parts

_WHY = "`AGENTS.md` holds instructions alone"


def _items(parts: Parts) -> Iterator[Item]:
    yield from rules_block(parts, "AGENTS.md")


TARGET = Target(
    "agentsmd",
    "AGENTS.md",
    {"rules": "`AGENTS.md`, a block"},
    dict.fromkeys(("commands", "agents", "skills", "hooks", "plugins", "mcp", "ignore", "models"), _WHY),
    _items,
)
