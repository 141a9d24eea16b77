"""Cursor's rules as a pack.

A rule is a file `.cursor/rules/NAME.mdc`, Markdown under fields that only look like YAML: `globs` is a list of patterns
with commas between, without quotes.

    ---
    description: How components are written
    globs: src/**/*.ts,src/**/*.{jsx,tsx}
    alwaysApply: false
    ---

In the pack it is `rules/NAME.md`, with the same fields as YAML: `globs: ["src/**/*.ts", "src/**/*.{jsx,tsx}"]`. Fields
that are YAML already, with a list of patterns or none, stay as they are. The old `.cursorrules` is a rule without
fields. Commands, agents, skills, hooks, MCP servers and the list of ignored files come along.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from packyard.formats import frontmatter
from packyard.formats.fields import format_text
from packyard.importing import about
from packyard.importing.choosing import LICENCES, README, cursor_base
from packyard.importing.placing import below, format_hooks, put_flat, put_skills, read_object
from packyard.importing.values import Draft, Wishes
from packyard.model import Manifest

_FIELD = re.compile(r"([A-Za-z][A-Za-z0-9_-]{0,63})[ \t]*:[ \t]*(.*)")
_ITEM = re.compile(r"[ \t]*-[ \t]+(.*)")
_QUOTES = "\"'"


def convert(draft: Draft, wishes: Wishes) -> Manifest:
    """Fills the draft. Raises `FormatError` or `ProblemsFound`."""
    paths = draft.source.files
    base = cursor_base(paths) or ""
    for path in sorted(paths):
        if target := _rule(path, base):
            draft.make(target, rewrite(paths[path]), path)
    if ".cursorrules" in paths:
        draft.put("rules/cursorrules.md", ".cursorrules")
    for folder in ("commands", "agents"):
        put_flat(draft, folder, base + folder, below(paths, base + folder, ".md"))
    put_skills(draft, below(paths, f"{base}skills"))
    _settings(draft, base)
    for path in paths:
        if LICENCES.fullmatch(path) or README.fullmatch(path):
            draft.put(path, path)
    for path in sorted(set(paths) - set(draft.origins.values())):
        draft.leave(path, "no rule, command, agent or skill")
    return about.describe(draft, {}, "", "cursor", wishes)


def rewrite(data: bytes) -> bytes:
    """A Cursor rule with its fields as YAML; as it is when they are that already, or when it is no text."""
    try:
        data.decode()
    except UnicodeDecodeError:
        return data
    parts = frontmatter.split(data)
    if isinstance(parts.fields, Mapping) and not (isinstance(parts.fields.get("globs"), str) and parts.fields["globs"]):
        return data
    fields = parts.fields if isinstance(parts.fields, Mapping) else _loose(data)
    if not fields:
        return data
    lines = [f"{name}: {_yaml(name, value)}".rstrip() for name, value in fields.items()]
    return "\n".join(["---", *lines, "---", parts.body if parts.line > 1 else ""]).encode()


def patterns(text: str) -> list[str]:
    """The patterns of a text that has commas between them; a comma in braces is part of a pattern."""
    found, start, depth = [], 0, 0
    for at, character in enumerate(text):
        depth = max(0, depth + (character in "{[") - (character in "}]"))
        if character == "," and not depth:
            found.append(text[start:at])
            start = at + 1
    return [each for each in (part.strip().strip(_QUOTES) for part in (*found, text[start:])) if each]


def _rule(path: str, base: str) -> str:
    """Where the pack has the rule in a file, "" when it is none."""
    inner = path.removeprefix(base).removeprefix("rules/").replace(".cursor/rules/", "")
    if not path.startswith(base) or (base and not path.startswith(f"{base}rules/")):
        return ""
    if inner.endswith("/RULE.md"):
        inner = inner.removesuffix("/RULE.md") + ".mdc"
    if path.startswith(f"{base}rules/") and inner.endswith(".md") and not README.fullmatch(inner):
        inner += "c"
    return f"rules/{inner.removesuffix('.mdc').replace('/', '-')}.md" if inner.endswith(".mdc") else ""


def _settings(draft: Draft, base: str) -> None:
    paths = draft.source.files
    if f"{base}hooks.json" in paths:
        hooks = read_object(draft, f"{base}hooks.json").get("hooks", {})
        draft.make("hooks/hooks.json", format_hooks("cursor", hooks), f"{base}hooks.json")
        draft.changed(f"{base}hooks.json", "its commands must find their scripts from where a pack is installed")
    for path in below(paths, f"{base}hooks"):
        draft.put(path.removeprefix(base), path)
    if f"{base}mcp.json" in paths:
        draft.put("mcp.json", f"{base}mcp.json")
    if ".cursorignore" in paths:
        draft.put("ignore", ".cursorignore")


def _loose(data: bytes) -> dict[str, Any]:
    """The fields of a head that is not YAML: each is the rest of its line, or a list of the lines that begin with a
    hyphen below it. {} when the head has no end.
    """
    lines = data.decode(errors="replace").removeprefix("\ufeff").splitlines()
    end = next((at for at, line in enumerate(lines[1:200], 1) if line.rstrip() == "---"), 0)
    fields: dict[str, Any] = {}
    name = ""
    for line in lines[1:end]:
        if field := _FIELD.fullmatch(line):
            name = field[1]
            fields[name] = field[2].strip().strip(_QUOTES)
        elif name and not (fields[name] and isinstance(fields[name], str)) and (item := _ITEM.fullmatch(line)):
            fields[name] = [*fields[name], item[1].strip().strip(_QUOTES)]
    return fields


def _yaml(name: str, value: Any) -> str:
    if name == "globs" and isinstance(value, str) and value:
        listed = value.startswith("[") and value.endswith("]")
        value = patterns(value[1:-1] if listed else value)
    if isinstance(value, str):
        return format_text(value) if value else ""
    return json.dumps(value, ensure_ascii=False)
