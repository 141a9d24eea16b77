"""Whole pages of a small registry, kept in `golden/` for people to review: one of every type.

    python -m tests.browse.golden      renews them, when pages are meant to have changed

They are the bytes of the site, but for the names of assets, which follow what is in those: `style-0000abcd.css` stands
here as `style-HASH.css`.
"""

from __future__ import annotations

import json
import re
import shutil
import tempfile
from pathlib import Path

from bench.pages import examples
from tests.registry import TestRegistry, small
from tests.sites import built
from tests.test_lifecycle import secret_text

GOLDEN = Path(__file__).with_name("golden")

_ASSET = re.compile(rb"(assets/[a-z][a-z0-9-]*)-[0-9a-f]{8}(?=\.)")


def registry(path: Path) -> TestRegistry:
    """The registry whose pages are kept, at `path`."""
    made = small(path)
    made.trust()
    guard = {"hooks": {"preToolUse": [{"type": "command", "matcher": "Bash", "command": "sh hooks/guard.sh"}]}}
    files = {
        "README.md": b"# Hello\n\nIt *greets*. See [the rule](rules/one.md).\n\n## Use\n\n```sh\nhello --now\n```\n",
        "hooks/hooks.json": _json(guard),
        "hooks/guard.sh": b"#!/bin/sh\nexit 0\n",
        "mcp.json": _json({"mcpServers": {"tickets": {"type": "remote", "url": "https://mcp.example.org/"}}}),
        "models.json": _json({"default": "openai/gpt-5", "profiles": {"quick": {"description": "For small things"}}}),
    }
    made.version("hello", "2.0.0", "alice", files, {"dependencies": {"@acme/tools": "^1.0.0"}})
    made.statement("promote", "hello", "alice", version="2.0.0", channel="stable")
    made.commit("Publish hello 2.0.0")
    return made


def _json(value: object) -> bytes:
    return json.dumps(value, indent=2).encode() + b"\n"


def pages(folder: Path) -> dict[str, bytes]:
    """What should be in `golden/`, made in the folder."""
    keys = {f"PACKYARD_{role}_KEY": secret_text(role.lower()) for role in ("SNAPSHOT", "LOG", "ATTEST")}
    site = folder / "site"
    built(registry(folder / "repo").path, site, environ=keys, new_log=True)
    paths = (found[0] for found in examples(site, each=1).values())
    return {path: _ASSET.sub(rb"\1-HASH", (site / path).read_bytes()) for path in paths}


def kept() -> dict[str, bytes]:
    """What is in `golden/`."""
    return {path.relative_to(GOLDEN).as_posix(): path.read_bytes() for path in GOLDEN.rglob("*.html")}


def renew() -> None:
    """Writes `golden/` anew."""
    with tempfile.TemporaryDirectory() as folder:
        made = pages(Path(folder))
    shutil.rmtree(GOLDEN, ignore_errors=True)
    for path, data in made.items():
        (GOLDEN / path).parent.mkdir(parents=True, exist_ok=True)
        (GOLDEN / path).write_bytes(data)
    print(f"{len(made)} pages, {sum(map(len, made.values()))} bytes")


if __name__ == "__main__":
    renew()
