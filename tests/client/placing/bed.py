"""Packs in code, and a project that is a mapping: what an installation makes of it, without a disk."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from typing import Any, NamedTuple

from packyard.client.placing import Disk, Ledger, Pack, Plan, format_ledger, make_plan, parse_ledger, paths, want
from packyard.client.placing.planning import parents
from packyard.client.placing.targets import TARGETS
from packyard.client.placing.values import LEDGER
from packyard.formats.manifest import parse_manifest
from packyard.parts.values import slug

EVERY = tuple(TARGETS)
RULE_HEAD = "---\ndescription: Style\nglobs: src/*.ts,lib/*.{js,ts}\n---\n"


def pack(name: str, files: Mapping[str, str | bytes] | None = None, version: str = "1.0.0", **fields: Any) -> Pack:
    """A pack with these files, and a manifest with these fields."""
    data = json.dumps({"name": name, "version": version, **fields}).encode()
    manifest, _ = parse_manifest(data, "pack.json")
    given = {path: text.encode() if isinstance(text, str) else text for path, text in (files or {}).items()}
    return Pack(name, version, "ab" * 32, tuple(sorted({"pack.json": data, **given}.items())), manifest)


def full(name: str, word: str = "one") -> Pack:
    """A pack with everything in it; `word` tells its versions apart."""
    servers = {
        f"{slug(name)}-files": {"command": "files", "args": ["-y", word], "env": {"TOKEN": "${TOKEN}"}},
        f"{slug(name)}-net": {"url": "https://example.org/mcp", "headers": {"X": word}},
    }
    hooks = {
        "hooks": {"preToolUse": [{"type": "command", "matcher": "Bash", "command": f"sh hooks/guard.sh {name} {word}"}]}
    }
    return pack(
        name,
        {
            "rules/style.md": f"{RULE_HEAD}# Style of {name}\n{word}\n",
            "commands/ship.md": f"---\ndescription: Ship\n---\nShip $ARGUMENTS {word}\n",
            "agents/reviewer.md": f"---\nname: reviewer\ndescription: Reviews\ntools: Read\n---\nReview {word}.\n",
            "skills/notes/SKILL.md": f"---\nname: notes\ndescription: Notes\n---\n{word}\n",
            "skills/notes/run.sh": "#!/bin/sh\n",
            "hooks/hooks.json": json.dumps(hooks),
            "hooks/guard.sh": "#!/bin/sh\nexit 0\n",
            "mcp.json": json.dumps({"mcpServers": servers}),
            "plugins/watch.ts": f"export const x = '{word}'\n",
            "ignore": f"# secrets\n*.pem\n{slug(name)}/\n",
            "models.json": '{"default": "anthropic/claude-opus-4-1"}',
        },
        {"one": "1.0.0", "two": "2.0.0"}.get(word, "3.0.0"),
    )


class Project(NamedTuple):
    """A project's files, and its folders."""

    files: Mapping[str, bytes] = {}
    folders: frozenset[str] = frozenset()

    @property
    def ledger(self) -> Ledger:
        """What is installed."""
        return parse_ledger(self.files[LEDGER]) if LEDGER in self.files else Ledger()

    def plan(
        self, *packs: Pack, targets: Collection[str] = EVERY, remove: Collection[str] = (), force: bool = False
    ) -> Plan:
        """What installing and removing packs would do; only what the plan may know of is shown to it."""
        wanted = want(packs, targets)
        needed = paths(self.ledger, wanted, remove)
        disk = Disk({path: self.files.get(path) for path in needed}, self.folders)
        return make_plan(self.ledger, disk, wanted, remove=remove, force=force)

    def after(self, plan: Plan) -> Project:
        """The project when a plan has been carried out."""
        assert not plan.conflicts, plan.conflicts
        files, folders = dict(self.files), set(self.folders)
        for change in plan.changes:
            assert files.get(change.path) == change.old
            if change.new is None:
                del files[change.path]
            else:
                files[change.path] = change.new
                folders |= set(parents(change.path)) - {".packyard"}
        for folder in plan.folders:
            if not any(path.startswith(f"{folder}/") for path in (*files, *folders)):
                folders.discard(folder)
        assert not plan.ledger.packs or files[LEDGER] == format_ledger(plan.ledger)
        return Project(files, frozenset(folders))

    def install(self, *packs: Pack, targets: Collection[str] = EVERY, force: bool = False) -> Project:
        """The project with packs installed."""
        return self.after(self.plan(*packs, targets=targets, force=force))

    def remove(self, *names: str, force: bool = False) -> Project:
        """The project with packs removed."""
        return self.after(self.plan(remove=names, force=force))

    def edit(self, path: str, data: bytes | None) -> Project:
        """The project with a file that somebody wrote, or deleted."""
        files = {**self.files, path: data or b""}
        if data is None:
            del files[path]
        above = set(parents(path)) if data is not None else set[str]()
        return Project(files, self.folders | above)
