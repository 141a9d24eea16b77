"""GitHub Copilot: instructions, prompts, agents, skills and hooks in `.github/`, servers in `.vscode/mcp.json`.

An instruction names its files under `applyTo`, a text with commas. Each file of hooks is read by itself, so that a pack
has its own. Facts: docs.github.com/copilot and code.visualstudio.com/docs, custom instructions, prompt files, custom
agents, agent skills, hooks, MCP servers.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from packyard.client.placing.target import Target, prompt, skills_below
from packyard.client.placing.values import File, Item, Member
from packyard.formats import canonical
from packyard.parts import Parts, markdown
from packyard.parts.hooks import Hook, Words, hooks_for
from packyard.parts.servers import servers_for, usual
from packyard.parts.values import slug

TITLE = "Copilot"
# fmt: off
HOOKS = Words("copilot", TITLE, (
    "sessionStart", "sessionEnd", "userPromptSubmitted", "preToolUse", "postToolUse", "agentStop", "subagentStop",
    "errorOccurred",
))
# fmt: on


def _items(parts: Parts) -> Iterator[Item]:
    for rule in parts.rules:
        applies = "" if rule.on_request else ",".join(rule.patterns) or "**"
        fields = {"description": rule.text("description"), "applyTo": applies}
        yield File(f".github/instructions/{rule.name}.instructions.md", markdown(fields, rule.body))
    for command in parts.commands:
        text = prompt(parts, TITLE, command, description=command.text("description"))
        yield File(f".github/prompts/{command.name}.prompt.md", text)
    for agent in parts.agents:
        fields = {"name": agent.name, "description": agent.text("description")}
        yield File(f".github/agents/{agent.name}.agent.md", prompt(parts, TITLE, agent, **fields))
    yield from skills_below(parts, ".github/skills")
    events = dict[str, list[dict[str, Any]]]()
    for hook in hooks_for(parts, HOOKS):
        events.setdefault(hook.event, []).append(_hook(parts, hook))
    if events:
        yield File(f".github/hooks/{slug(parts.name)}.json", canonical.pretty({"version": 1, "hooks": events}))
    for server in servers_for(parts, TITLE, "${env:NAME}"):
        yield Member(".vscode/mcp.json", ("servers", server.name), usual(server, typed=True))


def _hook(parts: Parts, hook: Hook) -> dict[str, Any]:
    """A hook as both programs of the name have it: commands by shell, seconds under another name."""
    if hook.matcher:
        parts.remark("hooks/hooks.json", "runs the hook for every tool", TITLE, hook.matcher)
    fields = dict(hook.fields)
    if "command" in fields:
        fields.setdefault("bash", fields.pop("command"))
    if "timeout" in fields:
        fields["timeoutSec"] = fields.pop("timeout")
    return fields


TARGET = Target(
    "copilot",
    TITLE,
    {
        "rules": "`.github/instructions/PACK-NAME.instructions.md`, with `applyTo`",
        "commands": "`.github/prompts/PACK-NAME.prompt.md`, `description`",
        "agents": "`.github/agents/PACK-NAME.agent.md`, `name` and `description`",
        "skills": "`.github/skills/PACK-NAME/`, renamed",
        "hooks": "`.github/hooks/PACK.json`",
        "mcp": "`.vscode/mcp.json`, `servers`",
    },
    {
        "plugins": "it has none of this kind",
        "ignore": "what is excluded is a setting on GitHub",
        "models": "choose a model in the program",
    },
    _items,
)
