"""A pack as a plugin of Claude Code, which Codex and Copilot read too: one folder that stands alone.

    .claude-plugin/plugin.json   name, version, description, author, homepage, repository, license, keywords
    commands/NAME.md             as they are; one that does not say what it is for says its first line
    agents/NAME.md               likewise
    skills/NAME/…                as they are
    skills/rules/SKILL.md        all rules in one skill, since plugins have none
    hooks/hooks.json             those for all programs and those for Claude Code, in its words
    .mcp.json                    the servers
    pack/…                       all files of the pack, as they were signed

Only what stands here acts: what else a pack has is below `pack/`, where no program looks by itself. Hooks, servers and
texts that name a file of the pack find it there, through the variable `${CLAUDE_PLUGIN_ROOT}`: `sh hooks/guard.sh` is
`sh "${CLAUDE_PLUGIN_ROOT}"/pack/hooks/guard.sh`. Plugins of OpenCode, ignored files and models have no place; what they
depend on, plugins do not bring along.

Sources: code.claude.com/docs, plugins/manifest-reference and plugins/components.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any, NamedTuple

from packyard.errors import FormatError, Problem
from packyard.formats import canonical, foreign, frontmatter, layout
from packyard.formats.fields import format_text
from packyard.model import Manifest
from packyard.parts import Parts, markdown, rules_text
from packyard.parts.hooks import Hook, Words, grouped, hooks_for
from packyard.parts.servers import servers_for, usual
from packyard.parts.values import Pack

TITLE = "Claude Code"
#: The variable for a plugin's folder, and where the whole pack is in it.
ROOT, WHOLE = "${CLAUDE_PLUGIN_ROOT}", "pack"
# fmt: off
HOOKS = Words("claudecode", TITLE, (
    "PreToolUse", "PostToolUse", "PostToolUseFailure", "PostToolBatch", "PermissionRequest", "PermissionDenied",
    "UserPromptSubmit", "UserPromptExpansion", "Notification", "MessageDisplay", "Stop", "StopFailure",
    "SubagentStart", "SubagentStop", "SessionStart", "SessionEnd", "Setup", "PreCompact", "PostCompact",
    "InstructionsLoaded", "ConfigChange", "CwdChanged", "FileChanged", "WorktreeCreate", "WorktreeRemove",
    "TaskCreated", "TaskCompleted", "TeammateIdle", "Elicitation", "ElicitationResult",
), types=("command", "prompt", "agent", "http", "mcp_tool"), root=ROOT)
# fmt: on

#: The programs that read plugins, and what packs have for them.
READERS = frozenset({"*", "claudecode", "codexcli", "copilot"})
FEATURES = frozenset({"rules", "commands", "agents", "skills", "hooks", "mcp"})

#: What the publisher signed the pack's files with; it stays with the pack.
SIGNED = frozenset({"SHA256SUMS", "SHA256SUMS.minisig"})

#: What a hook needs, by its type.
_NEEDS = {
    "command": ("command",),
    "prompt": ("prompt",),
    "agent": ("prompt",),
    "http": ("url",),
    "mcp_tool": ("server", "tool"),
}
_FIRST_LINE = re.compile(r"^[ \t#>*-]*(\S.*)$", re.MULTILINE)
_AUTHOR = re.compile(r"([^<>]*[^<>\s])\s*<([^\s<>@]+@[^\s<>@]+)>")
_MAX_ABOUT, _MAX_LINE = 1024, 200


def offered(manifest: Manifest, features: Collection[str]) -> bool:
    """Whether a pack that has these features is a plugin: whether it is for a program that reads plugins, and has
    something for it.
    """
    said = manifest.features
    has = FEATURES.intersection(features) if "*" in said else FEATURES.intersection(features, said)
    return bool(has and (not manifest.targets or READERS.intersection(manifest.targets)))


def about(manifest: Manifest, publisher: str, url: str) -> dict[str, Any]:
    """What `plugin.json` and a marketplace say of a pack; `url` is the registry's. What the manifest does not say is
    said of what the registry knows: who published the pack, and where.
    """
    name = foreign.plugin(manifest.name)
    author = _AUTHOR.fullmatch(manifest.author)
    fields = {
        "name": name,
        "displayName": manifest.name if name != manifest.name else "",
        "version": manifest.version,
        "description": manifest.description or manifest.name,
        "author": {"name": author[1], "email": author[2]} if author else {"name": manifest.author or publisher},
        "homepage": manifest.homepage or f"{url.rstrip('/')}/{layout.pack(manifest.name)}",
        "repository": manifest.repository,
        "license": manifest.license,
        "keywords": list(manifest.tags),
    }
    return {field: value for field, value in fields.items() if value}


class Plugin(NamedTuple):
    """The files of a plugin by their paths, and what could not be said in it."""

    files: Mapping[str, bytes]
    notes: tuple[Problem, ...]


def make_plugin(pack: Pack, said: Mapping[str, Any]) -> Plugin:
    """The plugin; `said` is what `about` gives."""
    parts = Parts(pack, f"{ROOT}/{WHOLE}")
    for feature in parts.features:
        if feature not in FEATURES:
            parts.remark("", f"has no place for {feature} in plugins", TITLE)
    found = {**_prompts(parts), **_documents(parts), ".claude-plugin/plugin.json": canonical.pretty(said)}
    whole = {f"{WHOLE}/{path}": data for path, data in pack.files if path not in SIGNED}
    return Plugin(found | whole, tuple(dict.fromkeys(parts.notes)))


def _prompts(parts: Parts) -> dict[str, bytes]:
    """Commands, agents, skills, and the rules as one."""
    found = dict[str, bytes]()
    for prompt in (*parts.commands, *parts.agents):
        found[prompt.path] = _described(_rooted(prompt.data))
    for skill in parts.skills:
        for path, data in skill.files:
            text = _rooted(data) if path.endswith(".md") else data
            found[f"skills/{skill.name}/{path}"] = _described(text) if path == "SKILL.md" else text
    if parts.rules:
        name = _free("rules", {skill.name for skill in parts.skills} | {each.name for each in parts.commands})
        found[f"skills/{name}/SKILL.md"] = _rules(parts, name)
    return found


def _documents(parts: Parts) -> dict[str, bytes]:
    """Hooks and servers."""
    found = dict[str, bytes]()
    if hooks := _hooks(parts):
        found["hooks/hooks.json"] = canonical.pretty({"hooks": hooks})
    if servers := {each.name: usual(each, typed=True) for each in servers_for(parts, TITLE)}:
        found[".mcp.json"] = canonical.pretty({"mcpServers": servers})
    return found


def _hooks(parts: Parts) -> dict[str, list[dict[str, Any]]]:
    found = dict[str, list[dict[str, Any]]]()
    for hook in hooks_for(parts, HOOKS):
        if hook.event in HOOKS.events and all(isinstance(hook.fields.get(need), str) for need in _needs(hook)):
            found.setdefault(hook.event, []).append(grouped(hook._replace(fields=dict(_valid(hook)))))
        else:
            parts.remark("hooks/hooks.json", f"cannot run this hook of {hook.event}", TITLE)
    return found


def _needs(hook: Hook) -> tuple[str, ...]:
    return _NEEDS[hook.fields["type"]]


def _valid(hook: Hook) -> Iterator[tuple[str, Any]]:
    """The fields that the program reads: it refuses a hook for a time that is no number."""
    for name, value in hook.fields.items():
        if name != "timeout" or (isinstance(value, (int, float)) and value is not True and value > 0):
            yield name, value


def _rules(parts: Parts, name: str) -> bytes:
    """The skill that holds the rules: each with the files that it is for."""
    known = (rule.text("description") or rule.name for rule in parts.rules)
    text = f"Rules of {parts.name} to follow in this project: {'; '.join(known)}"
    head = {"name": name, "description": text if len(text) <= _MAX_ABOUT else f"{text[: _MAX_ABOUT - 1]}…"}
    return markdown(head, f"# Rules of {parts.name}\n\n{rules_text(parts)}")


def _rooted(data: bytes) -> bytes:
    """A text whose paths lead from the pack, with paths that lead from the plugin."""
    return data.replace(f"{ROOT}/".encode(), f"{ROOT}/{WHOLE}/".encode())


def _described(data: bytes) -> bytes:
    """A Markdown file whose head says what it is for: where it does not, the first line of its text, which is what the
    program would show.
    """
    given = frontmatter.split(data)
    if isinstance(given.fields, FormatError) or given.fields.get("description"):
        return data
    first = _FIRST_LINE.search(given.body)
    line = f"description: {format_text(first[1].strip()[:_MAX_LINE] if first else 'No text')}\n".encode()
    if given.line == 1:
        return b"---\n" + line + b"---\n\n" + data
    opening = data.find(b"\n") + 1
    return data[:opening] + line + data[opening:] if opening else data


def _free(name: str, taken: Collection[str]) -> str:
    """The name, with a number where it is taken."""
    number = 1
    while (found := name if number == 1 else f"{name}-{number}") in taken:
        number += 1
    return found
