"""The files of the version that the examples of the interface show: something of every kind that a pack may hold."""

from __future__ import annotations

import json
from collections.abc import Mapping
from types import MappingProxyType

from packyard.formats.manifest import format_manifest
from packyard.model import Manifest

MANIFEST = Manifest(
    name="hello",
    version="1.2.0",
    description="Says hello, and shows what a pack looks like",
    author="Alice Example",
    license="Apache-2.0",
    homepage="https://example.org/hello",
    repository="https://example.org/hello.git",
    logo="",
    tags=("greeting", "tutorial"),
    targets=("*",),
    features=("*",),
    dependencies=(("@acme/house-style", "^3.1.0"),),
    conflicts=(),
    extra={},
)

_SKILL = b"""---
name: greet
description: Greets people who come by. Use it when somebody opens the project for the first time.
---

# Greet

Say hello, by name if the name is known.
"""
_SERVERS = {"mcpServers": {"greetings": {"type": "remote", "url": "https://mcp.example.org/greetings"}}}

FILES: Mapping[str, bytes] = MappingProxyType(
    {
        "README.md": b"# Hello\n\nGreets whoever opens the project.\n",
        "commands/hello.md": b"---\ndescription: Says hello\n---\n\nSay hello to $ARGUMENTS.\n",
        "mcp.json": json.dumps(_SERVERS, indent=2).encode() + b"\n",
        "pack.json": format_manifest(MANIFEST),
        "rules/tone.md": b"Be friendly, and be brief.\n",
        "skills/greet/SKILL.md": _SKILL,
    }
)
