"""Codex: rules in `AGENTS.md`, agents as TOML, skills in `.agents/skills`, servers in `.codex/config.toml`.

Servers are tables in a marked block. Codex does not put variables into values: `${NAME}` alone becomes the name of a
variable to pass on. It reads `.codex/` only in projects that its user trusts. Facts: developers.openai.com/codex,
agents-md, skills, subagents, hooks, mcp.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from packyard.client.placing.target import Target, grouped_hooks, rules_block, skills_below
from packyard.client.placing.toml import Value, format_pairs, format_table
from packyard.client.placing.values import Block, File, Item
from packyard.parts import Parts
from packyard.parts.hooks import Words
from packyard.parts.servers import Server, servers_for

TITLE = "Codex"
HOOKS = Words(
    "codexcli",
    TITLE,
    (
        "SessionStart",
        "SubagentStart",
        "PreToolUse",
        "PermissionRequest",
        "PostToolUse",
        "PreCompact",
        "PostCompact",
        "UserPromptSubmit",
        "SubagentStop",
        "Stop",
    ),
)
_BEARER = re.compile(r"Bearer \$\{([A-Za-z_][A-Za-z0-9_]*)\}")
_ALONE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")


def _items(parts: Parts) -> Iterator[Item]:
    yield from rules_block(parts, "AGENTS.md")
    for agent in parts.agents:
        if others := agent.others():
            parts.remark(agent.path, "says more than can be said there", TITLE, others)
        fields = {"name": agent.name, "description": agent.text("description"), "developer_instructions": agent.body}
        yield File(f".codex/agents/{agent.name}.toml", format_pairs(fields).encode())
    yield from skills_below(parts, ".agents/skills")
    yield from grouped_hooks(parts, HOOKS, ".codex/hooks.json")
    tables = [_table(parts, server) for server in servers_for(parts, TITLE, tools=True)]
    if any(tables):
        yield Block(".codex/config.toml", "\n".join(filter(None, tables)))


def _table(parts: Parts, server: Server) -> str:
    if server.kind == "sse":
        parts.remark("mcp.json", f"the server {server.name} speaks sse, which it does not", TITLE)
        return ""
    fields, tables = _started(server) if server.kind == "stdio" else _remote(server)
    if "${" in f"{fields}{tables}":
        parts.remark("mcp.json", f"a variable in the server {server.name} is not filled in", TITLE, "${…}")
    tools = {"enabled_tools": server.enabled, "disabled_tools": server.disabled}
    said = {name: value for name, value in {**fields, **tools}.items() if value}
    inner = (format_table(("mcp_servers", server.name, name), pairs) for name, pairs in tables.items() if pairs)
    return "\n".join([format_table(("mcp_servers", server.name), said), *inner])


def _started(server: Server) -> tuple[dict[str, Value], dict[str, Mapping[str, Value]]]:
    passed = [name for name, value in server.env.items() if value == f"${{{name}}}"]
    given = {name: value for name, value in server.env.items() if name not in passed}
    return {"command": server.command, "args": server.args, "env_vars": passed}, {"env": given}


def _remote(server: Server) -> tuple[dict[str, Value], dict[str, Mapping[str, Value]]]:
    fields: dict[str, Value] = {"url": server.url}
    given, passed = dict[str, Value](), dict[str, Value]()
    for name, value in server.headers.items():
        if name.lower() == "authorization" and (bearer := _BEARER.fullmatch(value)):
            fields["bearer_token_env_var"] = bearer[1]
        elif alone := _ALONE.fullmatch(value):
            passed[name] = alone[1]
        else:
            given[name] = value
    return fields, {"http_headers": given, "env_http_headers": passed}


TARGET = Target(
    "codexcli",
    TITLE,
    {
        "rules": "`AGENTS.md`, a block",
        "agents": "`.codex/agents/PACK-NAME.toml`",
        "skills": "`.agents/skills/PACK-NAME/`, renamed",
        "hooks": "`.codex/hooks.json`, `hooks`",
        "mcp": "`.codex/config.toml`, a block of `[mcp_servers.NAME]`",
    },
    {
        "commands": "prompts are in the user's own folder; write a skill",
        "plugins": "its plugins are another thing",
        "ignore": "it has no list of ignored files",
        "models": "choose a model with `/model`",
    },
    _items,
)
