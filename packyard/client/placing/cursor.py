"""Cursor: rules as `.mdc`, commands, agents and skills in `.cursor/`, hooks and servers in JSON files there.

A rule's patterns are one text with commas, without quotes, which is no YAML. Facts: cursor.com/docs, rules, commands,
subagents, skills, hooks, mcp, ignore files.
"""

from __future__ import annotations

from collections.abc import Iterator

from packyard.client.placing.target import Target, ignore_block, prompt, skills_below
from packyard.client.placing.values import File, Item, Member
from packyard.formats.fields import format_text
from packyard.parts import Parts, Prompt
from packyard.parts.hooks import Words, hooks_for
from packyard.parts.servers import servers_for, usual

TITLE = "Cursor"
_HOOKS = ".cursor/hooks.json"
# fmt: off
HOOKS = Words("cursor", TITLE, (
    "sessionStart", "sessionEnd", "preToolUse", "postToolUse", "postToolUseFailure", "subagentStart", "subagentStop",
    "beforeShellExecution", "afterShellExecution", "beforeMCPExecution", "afterMCPExecution", "beforeReadFile",
    "afterFileEdit", "beforeSubmitPrompt", "preCompact", "stop", "afterAgentResponse", "afterAgentThought",
    "beforeTabFileRead", "afterTabFileEdit", "workspaceOpen",
), tools={"Bash": "Shell", "Edit": "Write", "MultiEdit": "Write", "Write": "Write", "Read": "Read", "Grep": "Grep",
          "Task": "Task"}, types=("command", "prompt"))
# fmt: on


def _items(parts: Parts) -> Iterator[Item]:
    for rule in parts.rules:
        yield File(f".cursor/rules/{rule.name}.mdc", _rule(rule))
    for command in parts.commands:
        yield File(f".cursor/commands/{command.name}.md", prompt(parts, TITLE, command))
    for agent in parts.agents:
        fields = {"name": agent.name, "description": agent.text("description")}
        yield File(f".cursor/agents/{agent.name}.md", prompt(parts, TITLE, agent, **fields))
    yield from skills_below(parts, ".cursor/skills")
    yield from _hooks(parts)
    for server in servers_for(parts, TITLE, "${env:NAME}"):
        yield Member(".cursor/mcp.json", ("mcpServers", server.name), usual(server, typed=False))
    yield from ignore_block(parts, ".cursorignore")


def _rule(rule: Prompt) -> bytes:
    description = rule.text("description")
    lines = [f"description: {format_text(description)}"] if description else []
    lines += [f"globs: {','.join(rule.patterns)}"] if rule.patterns else []
    lines.append(f"alwaysApply: {'false' if rule.patterns or rule.on_request else 'true'}")
    return "\n".join(["---", *lines, "---", "", f"{rule.body.rstrip()}\n"]).encode()


def _hooks(parts: Parts) -> Iterator[Item]:
    hooks = list(hooks_for(parts, HOOKS))
    if hooks:
        yield Member(_HOOKS, ("version",), 1)
    for hook in hooks:
        fields = {name: value for name, value in hook.fields.items() if (name, value) != ("type", "command")}
        matcher = {"matcher": hook.matcher} if hook.matcher else {}
        yield Member(_HOOKS, ("hooks", hook.event), {**fields, **matcher}, element=True)


TARGET = Target(
    "cursor",
    TITLE,
    {
        "rules": "`.cursor/rules/PACK-NAME.mdc`",
        "commands": "`.cursor/commands/PACK-NAME.md`, without fields",
        "agents": "`.cursor/agents/PACK-NAME.md`, `name` and `description`",
        "skills": "`.cursor/skills/PACK-NAME/`, renamed",
        "hooks": "`.cursor/hooks.json`, `hooks`",
        "mcp": "`.cursor/mcp.json`, `mcpServers`",
        "ignore": "`.cursorignore`, a block",
    },
    {"plugins": "its plugins are another thing", "models": "choose a model in the program"},
    _items,
)
