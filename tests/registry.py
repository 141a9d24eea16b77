"""Real git registries for tests, made in code: signed by keys that are functions of a name, committed at given times.

    registry = TestRegistry(tmp_path / "repo")
    registry.publisher("alice")
    registry.version("hello", "1.0.0", "alice", {"rules/a.md": b"Be kind.\\n"})
    registry.commit("Publish hello 1.0.0")
    registry.statement("yank", "hello", "alice", version="1.0.0")
    registry.commit("Yank it")

What was added is staged in memory (`files`, by path below `registry-src/`) and may be tampered with before `commit`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

import minisign
import pygit2
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from pygit2.enums import FileMode

from packyard.edges.keys import MinisignSigner
from packyard.formats import foreign, names, note, org, publisher, registry, statement, sums, trustfile
from packyard.formats.times import day_of, parse_time
from packyard.model import Org, Publisher, PublisherKey, Statement
from packyard.registry import Registry as Settings
from packyard.registry import Trust
from tests.signing import signer_of

ORIGIN = "packs.example.org"
START = parse_time("2026-03-01T09:00:00Z")
SINCE = "2026-01-01"
SILENT = dict.fromkeys(foreign.SURFACES, False)
ROOTS = ("root-1", "root-2", "root-3")
TREE, FILE, SCRIPT, LINK, MODULE = 0o040000, 0o100644, 0o100755, 0o120000, 0o160000


def signer(name: str) -> MinisignSigner:
    """The signer whose key is a function of `name`: for tests only, as anyone can make it."""
    seed = sha256(f"packyard test key {name}".encode()).digest()
    raw = Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw()
    secret = minisign.KeyPair.generate().secret_key
    secret._keynum_sk.key_id[:] = sha256(seed).digest()[:8]
    secret._keynum_sk.secret_key[:] = seed
    secret._keynum_sk.public_key[:] = raw
    secret._update_checksum()
    return signer_of(secret)


class TestRegistry:
    """A repository with a registry's source; `time` is that of the next commit and moves on by an hour with each."""

    __test__ = False

    def __init__(self, path: Path, bare: bool = False) -> None:
        self.path = path
        self.repo = pygit2.init_repository(str(path), bare=bare, initial_head="main")
        self.files: dict[str, bytes] = {}
        self.modes: dict[str, int] = {}
        self.keys: dict[str, str] = {}
        self.time = START
        self.counts: dict[str, int] = {}
        self.publishers: dict[str, Publisher] = {}
        self.settings()

    def settings(self, **changes: Any) -> None:
        """Writes `registry.yaml`. Other programs' formats are not rendered unless `surfaces` says so."""
        plain = Settings(ORIGIN, "Test packs", "https://packs.example.org/", (), 14, {}, {}, SILENT)
        self.files["registry.yaml"] = registry.format_registry(plain._replace(**changes))

    def publisher(self, handle: str, key: str = "", scopes: tuple[str, ...] = ("publish", "admin")) -> None:
        """Adds a publisher with one key, by default the key that is named like the handle."""
        name = key or handle
        made = PublisherKey(signer(name).public_key, signer(name).key_id, scopes, SINCE)
        self.revise(Publisher(handle, handle.title(), "", (made,)), name)

    def revise(self, value: Publisher, key: str) -> None:
        """Writes a publisher's file, signed by the key named `key`."""
        text = publisher.format_publisher(value)
        path = f"publishers/{value.handle}.yaml"
        self.files[path] = text
        self.files[f"{path}.minisig"] = signer(key).sign(text, f"publisher {value.handle}")
        self.publishers[value.handle] = value

    def org(self, name: str, members: Mapping[str, str], by: str) -> None:
        """Writes an organisation's file, signed by the publisher `by`."""
        text = org.format_org(Org(name, members))
        for path in [path for path in self.files if path.startswith(f"orgs/{name}.yaml")]:
            del self.files[path]
        self.files[f"orgs/{name}.yaml"] = text
        self.files[f"orgs/{name}.yaml.{by}.minisig"] = signer(by).sign(text, f"org {name}")

    def version(
        self,
        pack: str,
        number: str,
        key: str,
        files: Mapping[str, bytes] | None = None,
        manifest: Mapping[str, object] | None = None,
    ) -> str:
        """Adds a version folder with some content, signed; gives its path."""
        about = {"name": pack, "version": number, "description": f"About {pack}", "license": "MIT", "tags": ["test"]}
        content = {
            "pack.json": json.dumps(about | dict(manifest or {}), indent=2).encode() + b"\n",
            "README.md": f"# {pack}\n\nVersion {number}.\n".encode(),
            "rules/one.md": b"Be exact.\n",
        } | dict(files or {})
        folder = f"{names.folder(names.parse_name(pack))}/{number}"
        for path, data in content.items():
            self.files[f"{folder}/{path}"] = data
        self.sign(folder, key, f"{pack} {number}")
        return folder

    def sign(self, folder: str, key: str, comment: str) -> None:
        """Writes the checksums of a version folder and their signature."""
        listed = {
            path.removeprefix(folder + "/"): data
            for path, data in self.files.items()
            if path.startswith(folder + "/") and not path.endswith(("/SHA256SUMS", "/SHA256SUMS.minisig"))
        }
        text = sums.format((path, sha256(data).hexdigest()) for path, data in listed.items())
        self.files[f"{folder}/SHA256SUMS"] = text
        self.files[f"{folder}/SHA256SUMS.minisig"] = signer(key).sign(text, comment)

    def statement(self, action: str, pack: str, by: str | tuple[str, ...], **fields: str) -> str:
        """Adds the pack's next statement, signed by the publishers `by`, or by the root keys of these names where roots
        must sign; gives its path. What is `from` in a transfer is given as `from_`.
        """
        number = self.counts[pack] = self.counts.get(pack, 0) + 1
        reason = fields.pop("reason", "the tests say so")
        fields = {name.rstrip("_"): text for name, text in fields.items()}
        said = Statement(ORIGIN, pack, number, action, day_of(self.time), reason, fields)
        text = statement.format_statement(said)
        path = f"{names.folder(names.parse_name(pack))}/statements/{statement.format_stem(number, action)}.yaml"
        self.files[path] = text
        for name in (by,) if isinstance(by, str) else by:
            label = signer(name).key_id if statement.is_by_roots(action, fields) else name
            self.files[f"{path}.{label}.minisig"] = signer(name).sign(text, f"statement {pack} {number}")
        return path

    def trust(
        self, roots: tuple[str, ...] = ROOTS, threshold: int = 2, number: int = 1, by: tuple[str, ...] | None = None
    ) -> Trust:
        """Writes trust file `number` with root keys of these names, signed by the keys `by`, by default all of them."""
        log = note.format_vkey(note.vkey_of(signer("log"), ORIGIN))
        snapshot, attest = signer("snapshot").public_key, signer("attest").public_key
        keys = tuple(signer(name).public_key for name in roots)
        facts = (keys, threshold, (snapshot,), (attest,), ORIGIN, log, (), 0)
        made = Trust(ORIGIN, number, "2099-01-01T00:00:00Z", *facts)
        path, text = f"trust/{number}.json", trustfile.format_trust(made)
        self.files[path] = text
        for name in by or roots:
            self.files[f"{path}.{signer(name).key_id}.minisig"] = signer(name).sign(text, f"{ORIGIN} trust {number}")
        return made

    def commit(self, message: str = "Change", parents: list[str] | None = None) -> str:
        """Commits what `files` holds now; gives the commit's id."""
        index = pygit2.Index()
        for path, data in self.files.items():
            mode = self.modes.get(path, SCRIPT if data.startswith(b"#!") else FILE)
            oid = pygit2.Oid(hex=data.decode()) if mode == MODULE else self.repo.create_blob(data)
            index.add(pygit2.IndexEntry(f"registry-src/{path}", oid, FileMode(mode)))
        tree = index.write_tree(self.repo)
        author = pygit2.Signature("Tester", "tester@example.org", self.time, 0)
        head = [] if self.repo.head_is_unborn else [self.repo.head.target]
        line = [pygit2.Oid(hex=parent) for parent in parents] if parents is not None else head
        made = self.repo.create_commit(None, author, author, message, tree, line)
        self.repo.references.create("refs/heads/main", made, force=True)
        self.repo.set_head("refs/heads/main")
        self.time += 3600
        return str(made)


def small(path: Path) -> TestRegistry:
    """A small registry with a bit of everything, in five commits."""
    made = TestRegistry(path)
    made.publisher("alice")
    made.publisher("bob")
    made.version("hello", "1.0.0", "alice", {"hooks/run.sh": b"#!/bin/sh\necho hello\n"})
    made.commit("Open the registry")
    made.version("hello", "1.1.0", "alice")
    made.version(
        "other", "0.1.0", "bob", {"assets/a.png": b"\x89PNG"}, {"targets": ["cursor"], "tags": ["test", "other"]}
    )
    made.commit("Publish two versions")
    made.org("acme", {"alice": "owner", "bob": "member"}, "alice")
    made.version("@acme/tools", "1.0.0", "bob", manifest={"dependencies": {"hello": "^1.0.0"}})
    made.commit("Found acme")
    made.statement("yank", "hello", "alice", version="1.0.0")
    made.commit("Yank hello 1.0.0")
    made.statement("deprecate", "other", "bob", replacement="hello")
    made.commit("Deprecate other")
    return made
