"""OpenCode: rules in `AGENTS.md`, Markdown files and plugins in `.opencode/`, servers and models in `opencode.json`.

A model that the user has chosen stays. Facts: opencode.ai/docs, rules, commands, agents, skills, plugins, mcp-servers,
config.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from packyard.client.placing.target import Target, prompt, rules_block, skills_below
from packyard.client.placing.values import File, Item, Member
from packyard.parts import Parts
from packyard.parts.servers import Server, servers_for
from packyard.parts.values import slug

TITLE = "OpenCode"
_CONFIG = "opencode.json"


def _items(parts: Parts) -> Iterator[Item]:
    yield from rules_block(parts, "AGENTS.md")
    for command in parts.commands:
        text = prompt(parts, TITLE, command, description=command.text("description"))
        yield File(f".opencode/commands/{command.name}.md", text)
    for agent in parts.agents:
        fields = {"description": agent.text("description"), "mode": "subagent"}
        yield File(f".opencode/agents/{agent.name}.md", prompt(parts, TITLE, agent, **fields))
    yield from skills_below(parts, ".opencode/skills")
    for name, data in parts.plugins:
        if "/" in name or not name.endswith((".ts", ".js")):
            parts.remark(f"plugins/{name}", "loads .ts and .js at the top of the folder alone", TITLE)
        else:
            yield File(f".opencode/plugins/{slug(parts.name)}-{name}", data)
    for server in servers_for(parts, TITLE, "{env:NAME}"):
        yield Member(_CONFIG, ("mcp", server.name), _server(server))
    yield from _models(parts)


def _server(server: Server) -> dict[str, Any]:
    if server.kind == "stdio":
        started = {"type": "local", "command": [server.command, *server.args], "enabled": True}
        return started | ({"environment": server.env} if server.env else {})
    remote = {"type": "remote", "url": server.url, "enabled": True}
    return remote | ({"headers": server.headers} if server.headers else {})


def _models(parts: Parts) -> Iterator[Item]:
    overrides = parts.models.get("overrides")
    own = overrides.get("opencode") if isinstance(overrides, dict) else None
    for field, key in (("default", "model"), ("small", "small_model")):
        value = (own.get(field) if isinstance(own, dict) else None) or parts.models.get(field)
        if isinstance(value, str) and value:
            yield Member(_CONFIG, (key,), value, mild=True)


TARGET = Target(
    "opencode",
    TITLE,
    {
        "rules": "`AGENTS.md`, a block",
        "commands": "`.opencode/commands/PACK-NAME.md`, `description`",
        "agents": "`.opencode/agents/PACK-NAME.md`, `description`, as subagents",
        "skills": "`.opencode/skills/PACK-NAME/`, renamed",
        "plugins": "`.opencode/plugins/PACK-NAME`",
        "mcp": "`opencode.json`, `mcp`",
        "models": "`opencode.json`, `model` and `small_model`",
    },
    {"hooks": "it has plugins in place of hooks", "ignore": "it follows `.gitignore`"},
    _items,
)
