"""Gemini CLI: rules in `GEMINI.md`, commands as TOML, agents and skills in `.gemini/`, hooks and servers in settings.

`$ARGUMENTS` in a command is `{{args}}`; a hook's time limit is in milliseconds, in a pack in seconds. Facts:
geminicli.com/docs, gemini-md, custom-commands, subagents, skills, hooks, mcp-server, gemini-ignore.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from packyard.client.placing.target import Target, ignore_block, prompt, rules_block, skills_below
from packyard.client.placing.toml import format_pairs
from packyard.client.placing.values import File, Item, Member
from packyard.parts import Parts, Prompt
from packyard.parts.hooks import Hook, Words, grouped, hooks_for
from packyard.parts.servers import Server, servers_for, usual

TITLE = "Gemini CLI"
_SETTINGS = ".gemini/settings.json"
# fmt: off
HOOKS = Words("geminicli", TITLE, (
    "SessionStart", "SessionEnd", "BeforeAgent", "AfterAgent", "BeforeModel", "AfterModel", "BeforeToolSelection",
    "BeforeTool", "AfterTool", "PreCompress", "Notification",
), tools={"Bash": "run_shell_command", "Edit": "replace", "MultiEdit": "replace", "Write": "write_file",
          "Read": "read_file", "Grep": "grep_search", "Glob": "glob"}, root="${GEMINI_PROJECT_DIR}")
# fmt: on


def _items(parts: Parts) -> Iterator[Item]:
    yield from rules_block(parts, "GEMINI.md")
    for command in parts.commands:
        yield File(f".gemini/commands/{command.name}.toml", _command(parts, command))
    for agent in parts.agents:
        fields = {"name": agent.name, "description": agent.text("description")}
        yield File(f".gemini/agents/{agent.name}.md", prompt(parts, TITLE, agent, **fields))
    yield from skills_below(parts, ".gemini/skills")
    for hook in hooks_for(parts, HOOKS):
        yield Member(_SETTINGS, ("hooks", hook.event), grouped(_timed(hook)), element=True)
    for server in servers_for(parts, TITLE, tools=True):
        yield Member(_SETTINGS, ("mcpServers", server.name), _server(server))
    yield from ignore_block(parts, ".geminiignore")


def _command(parts: Parts, command: Prompt) -> bytes:
    if others := command.others():
        parts.remark(command.path, "says more than can be said there", TITLE, others)
    description = command.text("description")
    fields = {"description": description} if description else {}
    return format_pairs({**fields, "prompt": command.body.replace("$ARGUMENTS", "{{args}}")}).encode()


def _timed(hook: Hook) -> Hook:
    limit = hook.fields.get("timeout")
    known = isinstance(limit, (int, float)) and not isinstance(limit, bool)
    return hook._replace(fields={**hook.fields, "timeout": limit * 1000}) if known and limit is not None else hook


def _server(server: Server) -> dict[str, Any]:
    fields = usual(server, typed=False)
    if server.kind == "http":
        fields = {"httpUrl": fields.pop("url"), **fields}
    tools = {"includeTools": server.enabled, "excludeTools": server.disabled}
    return fields | {name: value for name, value in tools.items() if value}


TARGET = Target(
    "geminicli",
    TITLE,
    {
        "rules": "`GEMINI.md`, a block",
        "commands": "`.gemini/commands/PACK-NAME.toml`",
        "agents": "`.gemini/agents/PACK-NAME.md`, `name` and `description`",
        "skills": "`.gemini/skills/PACK-NAME/`, renamed",
        "hooks": "`.gemini/settings.json`, `hooks`",
        "mcp": "`.gemini/settings.json`, `mcpServers`",
        "ignore": "`.geminiignore`, a block",
    },
    {"plugins": "it has extensions in place of plugins", "models": "choose a model with `/model`"},
    _items,
)
