"""The registry that strangers' change sets are proposed to, and the tables of change sets.

    @rejected("owner-mismatch")
    def version_of_a_strangers_pack(bed: Attempt) -> None:
        bed.version("kit", "1.1.0", "mallory")

A case stages changes in the registry of `yard` and may commit; what it leaves is committed for it. The registry is a
year old: its publishers have released before, and none of their keys is new to it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple

import pygit2

from packyard.model import PublisherKey
from tests.hostile.bed import DAY, Bed, key
from tests.registry import TestRegistry

README = b"# Kit\n\nEverything that a team needs: rules, commands, agents, skills, hooks, servers and models.\n"
LICENSE = (
    b"MIT License\n\nCopyright (c) 2026 Alice\n\nPermission is hereby granted, free of charge, to any person ...\n"
)
HOOKS = {"hooks": {"PostToolUse": [{"matcher": "Edit", "hooks": [{"type": "command", "command": "sh hooks/lint.sh"}]}]}}
SERVERS = {"mcpServers": {"tickets": {"command": "npx", "args": ["-y", "@acme/tickets-mcp@1.4.2"]}}}
MODELS = {
    "default": "anthropic/claude-sonnet-4-5",
    "profiles": {"fast": {"small": "anthropic/claude-haiku-4-5"}, "deep": {"extends": "fast"}},
    "routing": [{"when": {"complexity": "high"}, "use": "deep"}],
}
#: A pack with every kind of feature, which `alice` has published in version 1.0.0.
KIT: Mapping[str, bytes] = {
    "README.md": README,
    "LICENSE": LICENSE,
    "rules/one.md": b"# Style\n\n- Prefer small functions.\n- Name things for what they are.\n",
    "commands/review.md": (
        b"---\ndescription: Review the change\nallowed-tools: Read, Grep\n---\n\nRead the diff, then say.\n"
    ),
    "agents/tester.md": b"---\nname: tester\ndescription: Writes tests\ntools: Read, Edit\n---\n\nYou write tests.\n",
    "skills/notes/SKILL.md": (
        b"---\nname: notes\ndescription: Writes release notes from the log\n---\n\n# Notes\n\nRead the log.\n"
    ),
    "hooks/hooks.json": json.dumps(HOOKS, indent=2).encode() + b"\n",
    "hooks/lint.sh": b"#!/bin/sh\nset -eu\nruff check .\n",
    "plugins/greet.js": b"export default () => ({ name: 'greet' })\n",
    "mcp.json": json.dumps(SERVERS, indent=2).encode() + b"\n",
    "ignore": b"node_modules/\n*.log\n",
    "models.json": json.dumps(MODELS, indent=2).encode() + b"\n",
}
FEATURES = ["rules", "commands", "agents", "skills", "hooks", "plugins", "mcp", "ignore", "models"]
FOLDER = "packs/ki/kit/1.1.0"


class Store(pygit2.Repository):
    """A repository that writes no content twice: hundreds of cases share most of it."""

    def __init__(self, path: Path) -> None:
        super().__init__(str(path))
        self.written: dict[str | bytes, pygit2.Oid] = {}

    def create_blob(self, data: str | bytes) -> pygit2.Oid:
        """As in any repository."""
        if data not in self.written:
            self.written[data] = super().create_blob(data)
        return self.written[data]


class Attempt(Bed):
    """One change set; `outside` are files beside `registry-src`."""

    __test__ = False

    def __init__(self, good: TestRegistry) -> None:
        super().__init__(good)
        self.outside: dict[str, bytes] = {}
        self._committed: dict[str, bytes] = {}

    def commit(self, message: str = "Change", parents: list[str] | None = None) -> str:
        """As in any registry."""
        made = super().commit(message, parents)
        if self.outside:
            index = pygit2.Index()
            index.read_tree(self.repo[pygit2.Oid(hex=made)].peel(pygit2.Tree))
            for path, data in self.outside.items():
                index.add(pygit2.IndexEntry(path, self.repo.create_blob(data), pygit2.enums.FileMode.BLOB))
            self._replace(str(index.write_tree(self.repo)), self.time - 3600)
            self._committed = dict(self.outside)
        return str(self.repo.head.target)

    def finish(self) -> None:
        """Commits what is not committed."""
        if self.outside != self._committed:
            self.commit()
        super().finish()

    def meanwhile(self, change: Callable[[Attempt], object]) -> None:
        """What others merge after the branch was begun: the base moves on, and the branch does not."""
        others = Attempt(self)
        others.time = self.time
        change(others)
        merged = others.commit("Meanwhile")
        self.move(self.base)
        self.base = merged

    def kit(
        self,
        files: Mapping[str, bytes | None] | None = None,
        manifest: Mapping[str, object] | None = None,
        number: str = "1.1.0",
        by: str = "alice",
        name: str = "kit",
    ) -> str:
        """Stages the next version of the pack with everything, with some files changed; None takes one away."""
        changed = {path: data for path, data in (files or {}).items() if data is not None}
        folder = self.version(name, number, by, {**KIT, **changed}, {"features": FEATURES, **(manifest or {})})
        for path in [path for path, data in (files or {}).items() if data is None]:
            del self.files[f"{folder}/{path}"]
        self.sign(folder, by, f"{name} {number}")
        return folder


def yard(path: Path) -> TestRegistry:
    """The registry: six publishers, an organisation, and packs of every kind, all of them months old."""
    made = TestRegistry(path)
    made.repo = Store(path)
    made.files["reserved-names.txt"] = b"# ours\nmascot\n"
    for handle in ("alice", "bob", "carol", "dave", "erin", "mallory"):
        made.publisher(handle)
    made.org("acme", {"alice": "owner", "bob": "admin", "carol": "member"}, "alice")
    made.trust()
    made.commit("Open the registry")
    bed = Attempt(made)
    bed.kit(number="1.0.0")
    _publish(bed)
    bed.time += 30 * DAY
    bed.commit("Publish")
    _state(bed)
    bed.commit("Yank, deprecate, archive, rename")
    bed.time += 200 * DAY
    made.files, made.modes, made.counts, made.publishers = bed.files, bed.modes, bed.counts, bed.publishers
    made.time = bed.time
    return made


def _publish(bed: Attempt) -> None:
    for name, number, by, needs in (
        ("base", "1.0.0", "bob", {}),
        ("middle", "1.0.0", "bob", {"base": "^1.0.0"}),
        ("top", "1.0.0", "alice", {"middle": "^1.0.0"}),
        ("hello", "1.0.0", "alice", {}),
        ("hello", "1.1.0", "alice", {}),
        ("hello", "2.0.0", "alice", {}),
        ("lonely", "1.0.0", "alice", {}),
        ("shared", "1.0.0", "alice", {}),
        ("gone", "1.0.0", "bob", {}),
        ("stale", "1.0.0", "bob", {}),
        ("closed", "1.0.0", "alice", {}),
        ("former", "1.0.0", "alice", {}),
        ("react-rules", "1.0.0", "bob", {}),
        ("python-testing", "1.0.0", "bob", {}),
        ("trick", "1.0.0", "mallory", {}),
        ("mine", "1.0.0", "erin", {}),
        ("@acme/tools", "1.0.0", "bob", {}),
        ("@acme/lint", "1.0.0", "carol", {}),
    ):
        files = {"LICENSE": LICENSE} if name != "kit" else {}
        bed.version(name, number, by, files, {"dependencies": needs} if needs else None)


def _state(bed: Attempt) -> None:
    bed.statement("yank", "gone", "bob", version="1.0.0")
    bed.statement("deprecate", "stale", "bob", replacement="base")
    bed.statement("archive", "closed", "alice")
    bed.statement("rename", "former", "alice", to="hello")
    bed.statement("add-owner", "shared", "alice", handle="bob")
    erin = bed.publishers["erin"]
    ended = erin.keys[0]._replace(retired="2026-06-01")
    bed.revise(erin._replace(keys=(ended, key("erin-2"), key("erin-3", ("publish",)))), "erin")


Change = Callable[[Attempt], object]


class Case(NamedTuple):
    """A change set, its verdict, and the codes that must have led to it (of an honest one: notes that it may get)."""

    name: str
    change: Change
    outcome: str
    codes: tuple[str, ...]


CASES: dict[str, Case] = {}


def enter(name: str, change: Change, outcome: str, *codes: str) -> None:
    """Enters a case into the table."""
    name = name.replace("_", "-")
    assert name not in CASES, name
    CASES[name] = Case(name, change, outcome, codes)


def _decorator(outcome: str, codes: tuple[str, ...]) -> Callable[[Change], Change]:
    def entered(change: Change) -> Change:
        enter(change.__name__, change, outcome, *codes)
        return change

    return entered


def rejected(*codes: str) -> Callable[[Change], Change]:
    """Enters a change set that must be rejected for these reasons."""
    return _decorator("reject", codes)


def reviewed(*codes: str) -> Callable[[Change], Change]:
    """Enters a change set that a person must see for these reasons."""
    return _decorator("review", codes)


def accepted(*codes: str) -> Callable[[Change], Change]:
    """Enters a change set that must be accepted, with no notes but these."""
    return _decorator("accept", codes)


def new_key(name: str, scopes: tuple[str, ...] = ("publish", "admin"), since: str = "2026-01-01") -> PublisherKey:
    """A key that nobody has registered."""
    return key(name, scopes, since)
