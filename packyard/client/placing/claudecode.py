"""Claude Code: Markdown files in `.claude/`, hooks in its settings, servers in `.mcp.json`.

Rules name their files under `paths`. What is to be ignored is denied to the tool that reads files. The facts are those
of the program's documentation: code.claude.com/docs, memory, slash-commands, sub-agents, skills, hooks, mcp, settings.
"""

from __future__ import annotations

from collections.abc import Iterator

from packyard.client.placing.target import Target, grouped_hooks, skills_below
from packyard.client.placing.values import File, Item, Member
from packyard.parts import Parts, markdown, plugin, rename
from packyard.parts.servers import servers_for, usual

TITLE = plugin.TITLE
_SETTINGS = ".claude/settings.json"
HOOKS = plugin.HOOKS._replace(root="${CLAUDE_PROJECT_DIR}")


def _items(parts: Parts) -> Iterator[Item]:
    for rule in parts.rules:
        if rule.on_request:
            parts.remark(rule.path, "always applies there, not only when asked for", TITLE, "alwaysApply: false")
        yield File(f".claude/rules/{rule.name}.md", markdown({"paths": rule.patterns}, rule.body))
    for command in parts.commands:
        yield File(f".claude/commands/{command.name}.md", command.data)
    for agent in parts.agents:
        yield File(f".claude/agents/{agent.name}.md", rename(agent.data, agent.name))
    yield from skills_below(parts, ".claude/skills")
    yield from grouped_hooks(parts, HOOKS, _SETTINGS)
    for server in servers_for(parts, TITLE):
        yield Member(".mcp.json", ("mcpServers", server.name), usual(server, typed=True))
    for pattern in parts.ignored:
        if pattern.startswith("!"):
            parts.remark("ignore", "cannot make an exception of what is ignored", TITLE, pattern)
        else:
            yield Member(_SETTINGS, ("permissions", "deny"), f"Read({_rooted(pattern)})", element=True)


def _rooted(pattern: str) -> str:
    """A pattern of a list of ignored files as one of a permission: below the project's root, at any depth unless the
    pattern has a slash in it.
    """
    below = f"{pattern}**" if pattern.endswith("/") else pattern
    return f"./{below.removeprefix('/')}" if "/" in pattern.rstrip("/") else f"./**/{below}"


TARGET = Target(
    "claudecode",
    TITLE,
    {
        "rules": "`.claude/rules/PACK-NAME.md`, with `paths`",
        "commands": "`.claude/commands/PACK-NAME.md`, as it is",
        "agents": "`.claude/agents/PACK-NAME.md`, renamed",
        "skills": "`.claude/skills/PACK-NAME/`, renamed",
        "hooks": "`.claude/settings.json`, `hooks`",
        "mcp": "`.mcp.json`, `mcpServers`",
        "ignore": "`.claude/settings.json`, `permissions.deny`",
    },
    {"plugins": "its plugins are another thing", "models": "choose a model with `/model`"},
    _items,
)
