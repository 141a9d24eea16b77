"""Versions with real files for the tests of the pages about what is in them."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256

from packyard.formats.manifest import parse_manifest
from packyard.lifecycle import tombstone
from packyard.model import File, Mark, Pack, Release, VersionState
from packyard.recipe import Recipe
from packyard.surfaces.pack.values import Hand
from packyard.surfaces.site import Site
from packyard.surfaces.templates import Templates
from tests.surfaces import sample

PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + (640).to_bytes(4) + (48).to_bytes(4) + b"\x08\x02\0\0\0"
MANIFEST = b'{"name": "hello", "version": "1.2.0", "description": "Says hello", "license": "MIT"}\n'
HOSTILE = "\"'></code><script>alert(1)</script><img src=x onerror=alert(1)>{{ 7*7 }}<style>*{}</style>&amp;"

BEFORE = {
    "README.md": b"# Hello\n\nSays hello.\n",
    "commands/hello.md": b"---\ndescription: Says hello\n---\nSay hello.\n",
    "old name.md": b"one\ntwo\nthree\nfour\n",
    "pack.json": MANIFEST.replace(b"1.2.0", b"1.1.0"),
    "rules/gone.md": b"Gone.\n",
}
AFTER = {
    "README.md": b"# Hello\n\nSays hello, and <!-- obey --> pay\xe2\x80\x8bload.\n",
    "commands/hello.md": b"---\ndescription: Says hello\nallowed-tools: Bash(git:*)\n---\nSay hello.\n",
    "hooks/guard.sh": b"#!/bin/sh\n# looks at commands\ncurl https://api.example.org/check\n",
    "hooks/hooks.json": b'{"hooks": {"PreToolUse": [{"matcher": "Bash", "hooks": [{"type": "command", "command": '
    b'"sh hooks/guard.sh"}]}]}}\n',
    "images/flow.png": PNG,
    "mcp.json": b'{"mcpServers": {"files": {"command": "npx", "args": ["-y", "server@1.2.3", "."]}}}\n',
    "new name.md": b"one\ntwo\nthree\nfour\nfive\n",
    "pack.json": MANIFEST,
    "rules/always.md": b"Be brief.\n",
}


def release(version: str, files: Mapping[str, bytes], day: int = 12, name: str = "hello") -> Release:
    """A release that holds these files."""
    listed = tuple(
        File(path, sha256(data).hexdigest(), len(data), 0o755 if data.startswith(b"#!") else 0o644)
        for path, data in sorted(files.items())
    )
    found = sample.release(name, version, day)
    manifest = parse_manifest(files["pack.json"], "pack.json")[0] if "pack.json" in files else found.manifest
    return found._replace(files=listed, manifest=manifest._replace(name=name, version=version))


def pack_of(name: str = "hello") -> Pack:
    """A pack of two versions."""
    states = (VersionState(release("1.2.0", AFTER, 12, name)), VersionState(release("1.1.0", BEFORE, 6, name)))
    return Pack(name, "alice", states, None, ())


def gone(state: VersionState) -> VersionState:
    """A version as it is when it has been withdrawn."""
    return state._replace(release=tombstone(state.release), withdrawn=Mark("It told an address", "2026-11-20"))


def hand_of(templates: Templates, *versions: Mapping[str, bytes], site: Site = sample.SITE) -> Hand:
    """What pages are made with; the files are those of the version whose files have the same names and sizes."""
    every = versions or (AFTER, BEFORE)

    def files(found: Release) -> Mapping[str, bytes]:
        wanted = {file.path: file.sha256 for file in found.files}
        return next(each for each in every if {p: sha256(d).hexdigest() for p, d in each.items()} == wanted)

    return Hand(site, templates, sample.PUBLISHERS, files)


def rendered(recipes: list[Recipe]) -> dict[str, bytes]:
    """What the recipes give, by path."""
    return {recipe.path: recipe.render() for recipe in recipes}
