"""What the hostile registries have in common: a good registry to tamper with, ways to tamper, and the table of cases.

    @refused("sums-mismatch", at=f"{HELLO}/README.md")
    def wrong_hash(bed: Bed) -> None:
        bed.publish()
        bed.files[f"{HELLO}/README.md"] += b"More.\\n"

A case tampers with the registry of `tests.registry.small` and may commit; what it leaves uncommitted is committed for
it. The build must then report each of the codes at the path, which is one below `registry-src`.
"""

from __future__ import annotations

from collections.abc import Callable
from hashlib import blake2b
from pathlib import Path
from typing import Any, NamedTuple

import pygit2

from packyard.formats import b64
from packyard.model import Publisher, PublisherKey
from tests.registry import SINCE, TestRegistry, signer, small

#: The version that most cases publish, and the file of the first publisher.
HELLO = "packs/he/hello/2.0.0"
ALICE = "publishers/alice.yaml"
SIGNATURE = f"{HELLO}/SHA256SUMS.minisig"
SUMS = f"{HELLO}/SHA256SUMS"
DAY = 86_400

FILE, TREE, LINK, MODULE = "100644", "40000", "120000", "160000"


class Bed(TestRegistry):
    """The good registry, and one attempt to make a bad one of it."""

    __test__ = False

    def __init__(self, good: TestRegistry) -> None:
        self.path, self.repo = good.path, good.repo
        self.files, self.modes, self.counts = dict(good.files), dict(good.modes), dict(good.counts)
        self.keys, self.publishers, self.time = dict(good.keys), dict(good.publishers), good.time
        self.base = str(good.repo.head.target)
        self._saved: Any = (dict(self.files), dict(self.modes))

    def commit(self, message: str = "Change", parents: list[str] | None = None) -> str:
        """As in any registry."""
        self._saved = (dict(self.files), dict(self.modes))
        return super().commit(message, parents)

    def finish(self) -> None:
        """Commits what is not committed."""
        if (self.files, self.modes) != self._saved:
            self.commit()

    def move(self, commit: str) -> None:
        """Makes `commit` the head of the branch."""
        self.repo.references.create("refs/heads/main", pygit2.Oid(hex=commit), force=True)

    def publish(self, files: dict[str, bytes] | None = None, manifest: dict[str, object] | None = None) -> str:
        """Stages the version that most cases tamper with."""
        return self.version("hello", "2.0.0", "alice", files, manifest)

    def rewrite(self, path: str, old: bytes, new: bytes) -> None:
        """Replaces what a staged file must hold."""
        assert old in self.files[path]
        self.files[path] = self.files[path].replace(old, new, 1)

    def resign(self, path: str, by: str, comment: str) -> None:
        """Signs a staged file again, as its signature file beside it."""
        self.files[f"{path}.minisig"] = signer(by).sign(self.files[path], comment)

    def resign_statement(self, path: str, by: str, comment: str) -> None:
        """Signs a staged statement again."""
        self.files[f"{path}.{by}.minisig"] = signer(by).sign(self.files[path], comment)

    def manifest(self, data: bytes, name: str = "pack.json") -> None:
        """Publishes with this text as manifest, all else well signed."""
        folder = self.publish()
        del self.files[f"{folder}/pack.json"]
        self.files[f"{folder}/{name}"] = data
        self.sign(folder, "alice", "hello 2.0.0")

    def with_key(self, *keys: PublisherKey, by: str = "alice") -> Publisher:
        """Stages alice's file with more keys, signed by the key `by`."""
        value = self.publishers["alice"]
        self.revise(value._replace(keys=(*value.keys, *keys)), by)
        return self.publishers["alice"]

    def end_key(self, field: str, day: str) -> None:
        """Ends alice's first key, with a new one in its place, and commits; `field` is retired or revoked."""
        first, *rest = self.publishers["alice"].keys
        plain = first._replace(reason="lost")
        ended = plain._replace(revoked=day) if field == "revoked" else plain._replace(retired=day)
        self.revise(self.publishers["alice"]._replace(keys=(ended, *rest, key("alice-2"))), "alice")
        self.commit("End a key")

    # --- trees that git's own commands refuse to write ---

    def graft(self, folder: str, change: Callable[[list[tuple[str, bytes, str]]], None]) -> None:
        """Commits what is staged, with the entries (mode, name, id) of `folder` changed and written just as
        they are; `..` is the folder of the repository."""
        self.commit()
        head = self.repo.head.peel(pygit2.Commit)
        self._replace(self._grafted(str(head.tree_id), _parts(folder), change), head.commit_time)

    def redate(self, seconds: int) -> None:
        """Commits what is staged, at a time that libgit2 cannot write."""
        self.commit()
        self._replace(str(self.repo.head.peel(pygit2.Commit).tree_id), seconds)

    def _replace(self, tree: str, seconds: int) -> None:
        """Puts a commit of this tree and time in the place of the newest."""
        parents = self.repo.head.peel(pygit2.Commit).parent_ids
        lines = [f"tree {tree}", *(f"parent {parent}" for parent in parents)]
        lines += [f"{role} Tester <tester@example.org> {seconds} +0000" for role in ("author", "committer")]
        self.move(str(self.repo.write(1, ("\n".join([*lines, "", "Graft"]) + "\n").encode())))

    def _grafted(self, tree: str, parts: list[str], change: Callable[[list[tuple[str, bytes, str]]], None]) -> str:
        entries = self.entries(tree)
        if parts:
            at = next(at for at, entry in enumerate(entries) if entry[1].decode() == parts[0])
            mode, name, below = entries[at]
            entries[at] = (mode, name, self._grafted(below, parts[1:], change))
        else:
            change(entries)
        return self.tree(entries)

    def entries(self, tree: str) -> list[tuple[str, bytes, str]]:
        """The entries of a tree."""
        found = self.repo[tree]
        assert isinstance(found, pygit2.Tree)
        return [(f"{int(entry.filemode):o}", entry.raw_name or b"", str(entry.id)) for entry in found]

    def tree(self, entries: list[tuple[str, bytes, str]]) -> str:
        """A tree of these entries, in this order, whatever they are."""
        data = b"".join(mode.encode() + b" " + name + b"\0" + bytes.fromhex(oid) for mode, name, oid in entries)
        return str(self.repo.write(2, data))

    def blob(self, data: bytes = b"planted\n") -> str:
        """The id of a blob."""
        return str(self.repo.create_blob(data))

    def plant(self, folder: str, name: bytes, mode: str = FILE, oid: str = "") -> None:
        """Puts one entry into a folder, in the place where git's order has it."""

        def change(entries: list[tuple[str, bytes, str]]) -> None:
            entries.append((mode, name, oid or self.blob()))
            entries.sort(key=lambda entry: entry[1] + (b"/" if entry[0] == TREE else b""))

        self.graft(folder, change)


def _parts(folder: str) -> list[str]:
    return [] if folder == ".." else ["registry-src", *folder.split("/")]


class Case(NamedTuple):
    """A way to tamper, and the problems that must be found, as (code, path below `registry-src`)."""

    name: str
    tamper: Callable[[Bed], None]
    expected: tuple[tuple[str, str], ...]


CASES: list[Case] = []


def refused(*codes: str, at: str) -> Callable[[Callable[[Bed], None]], Callable[[Bed], None]]:
    """Enters a function into the table."""

    def enter(function: Callable[[Bed], None]) -> Callable[[Bed], None]:
        case(function.__name__, function, *codes, at=at)
        return function

    return enter


def case(name: str, tamper: Callable[[Bed], None], *codes: str, at: str) -> None:
    """Enters a case into the table."""
    assert name not in {known.name for known in CASES}
    CASES.append(Case(name.replace("_", "-"), tamper, tuple((code, at) for code in codes)))


def key(name: str, scopes: tuple[str, ...] = ("publish", "admin"), since: str = SINCE) -> PublisherKey:
    """A publisher's key that is a function of its name."""
    made = signer(name)
    return PublisherKey(made.public_key, made.key_id, scopes, since)


def forged(by: str, message: bytes, comment: str, kind: bytes = b"ED", key_id: str = "") -> bytes:
    """A signature file put together by hand: of any kind, under any key id."""
    secret = signer(by)
    signature = secret.sign_raw(message if kind == b"Ed" else blake2b(message).digest())
    head = kind + bytes.fromhex(key_id or secret.key_id)[::-1] + signature
    lines = ("untrusted comment: forged", b64.encode(head), f"trusted comment: {comment}")
    return ("\n".join([*lines, b64.encode(secret.sign_raw(signature + comment.encode()))]) + "\n").encode()


def good(path: Path) -> TestRegistry:
    """The registry that the cases start from."""
    return small(path)
