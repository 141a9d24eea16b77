"""Tools that a pack lets agents use without asking: in the frontmatter of prompts, and in settings.

    allowed-tools: Read, Bash(git status:*)       tools: [Read, Grep]       permissionMode: acceptEdits

A *pattern* is a tool with, in parentheses, what it may be used for. An agent that names no tools has all: `*`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from packyard.errors import FormatError
from packyard.formats.frontmatter import plain, split
from packyard.gate.running.runs import LIMIT, is_prompt, launched
from packyard.gate.values import Content

_FIELDS = ("allowed-tools", "allowedTools", "allowed_tools", "tools")
_PATTERN = re.compile(r"[^\s,(){}\[\]\"']+(?:\([^)]{0,500}\))?")
_AGENT = re.compile(r"agents/.*\.md")
_MODES = ("permissionMode", "permission-mode")


def tools_of(content: Content) -> Iterator[tuple[str, str]]:
    """The patterns with the files that have them."""
    for name, data in content.files.items():
        if is_prompt(name) and len(data) <= LIMIT:
            yield from ((pattern, name) for pattern in _of_prompt(name, fields_of(data)))
    for where, launch in launched(content):
        if launch.kind == "tool":
            yield launch.text, where
        yield from ((f"{launch.server}:{tool}", where) for tool in launch.tools)


def covers(wide: str, narrow: str) -> bool:
    """Whether what one pattern allows is all that the other does."""
    if wide in ("*", narrow):
        return True
    tool, limited, inner = wide.partition("(")
    other, _, asked = narrow.partition("(")
    if not limited:
        return other == tool or (tool.endswith("*") and narrow.startswith(tool[:-1]))
    if tool != other or not asked or not inner.endswith("*)"):
        return False
    stem = inner.removesuffix("*)").rstrip(": ")
    return not stem or asked.removesuffix(")") == stem or asked.startswith((f"{stem} ", f"{stem}:"))


def fields_of(data: bytes) -> Mapping[str, Any]:
    """The fields of a prompt's frontmatter; as programs read them that know no YAML, when it is none."""
    fields = split(data).fields
    return plain(data) if isinstance(fields, FormatError) else fields


def _of_prompt(name: str, fields: Mapping[str, Any]) -> Iterator[str]:
    given = [fields[field] for field in _FIELDS if field in fields]
    for value in given:
        yield from _patterns(value)
    if not given and _AGENT.fullmatch(name):
        yield "*"
    yield from (f"permissionMode={fields[mode]}" for mode in _MODES if isinstance(fields.get(mode), str))


def _patterns(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        yield from (
            str(name) for name, allowed in value.items() if str(allowed).lower() not in ("false", "deny", "ask")
        )
    elif isinstance(value, list):
        yield from (item.strip() for item in value if isinstance(item, str))
    elif isinstance(value, str):
        yield from _PATTERN.findall(value)
