"""Reading a synthetic registry from git without judging it: history, trees, and texts as the model's values.

Only what `bench.generate` writes is understood. It is what the floor of a build needs, see `bench.floor`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pygit2
import yaml

from packyard.formats.minisign import parse_public_key
from packyard.model import Commit, Entry, Event, Manifest, Org, Publisher, PublisherKey, Statement

_ENTRY = re.compile(rb"([0-7]+) ([^\0]+)\0(.{20})", re.DOTALL)
_TREE = 0o40000
_KINDS = {"publishers": "publisher", "orgs": "org"}


class Git:
    """The objects of a repository."""

    def __init__(self, path: Path) -> None:
        self._repo = pygit2.Repository(str(path))
        self.head = str(self._repo.revparse_single("HEAD").id)

    def read(self, oid: str) -> bytes:
        """An object's bytes."""
        return bytes(self._repo.read(oid)[1])

    def tree(self, oid: str) -> list[Entry]:
        """A tree's entries."""
        found = _ENTRY.findall(self.read(oid))
        return [Entry(name.decode(), int(mode, 8), raw.hex()) for mode, name, raw in found]

    def files(self, tree: str, prefix: str = "") -> Iterator[tuple[str, bytes]]:
        """(path, content) of everything below a tree."""
        for entry in self.tree(tree):
            if entry.mode == _TREE:
                yield from self.files(entry.oid, f"{prefix}{entry.name}/")
            else:
                yield prefix + entry.name, self.read(entry.oid)

    def commits(self) -> list[tuple[str, int, str]]:
        """(id, committer time, source tree) of the first-parent line, oldest first."""
        line, oid = [], self.head
        while oid:
            head = self.read(oid).partition(b"\n\n")[0].decode()
            fields = dict(part.split(" ", 1) for part in reversed(head.split("\n")))
            root = next(entry.oid for entry in self.tree(fields["tree"]) if entry.name == "registry-src")
            line.append((oid, int(fields["committer"].rsplit(" ", 2)[1]), root))
            oid = fields.get("parent", "")
        return line[::-1]


def history(git: Git) -> Iterator[tuple[Commit, str, list[Event]]]:
    """Each commit with its source tree in the place of its own and the one before it, and what appeared in it, in the
    order of the log, numbered from 0.
    """
    seq, before = 0, ""
    for commit, time, root in git.commits():
        found = enumerate(sorted(_come(git, before, root)), seq)
        events = [Event(at, *each[2:], commit, time, at) for at, each in found]
        yield Commit(commit, time, root), before, events
        seq, before = seq + len(events), root


_Found = tuple[int, str, str, str, str, tuple[tuple[str, str], ...]]


def _come(git: Git, old: str, new: str) -> Iterator[_Found]:
    """The events between two source trees, each behind its rank and its path, by which they are ordered."""
    for top, was, now in _new(git, old, new):
        if kind := _KINDS.get(top):
            for stem, objects in _stems(git, was, now).items():
                yield list(_KINDS).index(top), f"{stem}.yaml", kind, stem, "", objects
        elif top == "packs":
            for letters, was_packs, packs in _new(git, was, now):
                for name, was_pack, pack in _new(git, was_packs, packs):
                    full = f"{letters}/{name}" if letters.startswith("@") else name
                    yield from _of_pack(git, full, f"{letters}/{name}", was_pack, pack)


def _of_pack(git: Git, pack: str, path: str, old: str, new: str) -> Iterator[_Found]:
    for name, was, now in _new(git, old, new):
        if name == "statements":
            for stem, objects in _stems(git, was, now).items():
                yield 3, f"{path}/statements/{stem}.yaml", "statement", pack, stem, objects
        else:
            yield 2, f"{path}/{name}", "version", pack, name, (("", now),)


def _new(git: Git, old: str, new: str) -> Iterator[tuple[str, str, str]]:
    """(name, id before or "", id) of the entries that are new or different."""
    before = {entry.name: entry.oid for entry in git.tree(old)} if old else {}
    for entry in git.tree(new):
        if before.get(entry.name) != entry.oid:
            yield entry.name, before.get(entry.name, ""), entry.oid


def _stems(git: Git, old: str, new: str) -> dict[str, tuple[tuple[str, str], ...]]:
    """The new files of a folder by what they are about: a text and its signatures."""
    found = dict[str, tuple[tuple[str, str], ...]]()
    for name, _, oid in _new(git, old, new):
        stem = name.partition(".yaml")[0]
        found[stem] = (*found.get(stem, ()), (name, oid))
    return found


def _yaml(data: bytes) -> dict[str, Any]:
    """A mapping in which every scalar is text."""
    value: dict[str, Any] = yaml.load(data, yaml.CBaseLoader)
    return value


def read_manifest(files: Mapping[str, bytes]) -> Manifest:
    """The manifest among the files of a version."""
    value = json.loads(files["pack.json"]) if "pack.json" in files else _yaml(files["pack.yaml"])
    texts = [value.pop(name, "") for name in Manifest._fields[:8]]
    tags = tuple(value.pop("tags", ()))
    targets, features = (_words(value.pop(name, "*")) for name in ("targets", "features"))
    needed = value.pop("dependencies", {})
    pairs = tuple(needed.items()) if isinstance(needed, dict) else tuple((name, "*") for name in needed)
    return Manifest._make((*texts, tags, targets, features, pairs, tuple(value.pop("conflicts", ())), value))


def _words(value: str | list[str]) -> tuple[str, ...]:
    return ("*",) if value in ("*", ["*"]) else tuple(value)


def read_publisher(data: bytes) -> Publisher:
    """A publisher."""
    value = _yaml(data)
    keys = (
        PublisherKey(key["key"], parse_public_key(key["key"]).key_id, tuple(key["scopes"]), key["since"])
        for key in value["keys"]
    )
    return Publisher(value["handle"], value["name"], value.get("github", ""), tuple(keys))


def read_org(data: bytes) -> Org:
    """An organisation."""
    value = _yaml(data)
    return Org(value["org"], value["members"])


def read_statement(data: bytes) -> Statement:
    """A statement."""
    value = _yaml(data)
    del value["format"]
    registry, pack, sequence, action, date, reason = (
        value.pop(name) for name in ("registry", "pack", "sequence", "action", "date", "reason")
    )
    return Statement(registry, pack, int(sequence), action, date, reason, value)
