"""Reading a repository at a commit through libgit2: commits, trees and blobs by id. Nothing is read from the working
tree.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

import pygit2
from pygit2.enums import Option, SortMode

from packyard.errors import FormatError, Problem, ProblemsFound, WorldError
from packyard.formats.names import shown_path
from packyard.model import Commit, Entry

_ENTRY = re.compile(rb"([0-7]{5,6}) ([^\0]+)\0(.{20})", re.DOTALL)
_WHEN = re.compile(r" (-?[0-9]{1,12}) [+-][0-9]{4}$")
_COMMIT, _TREE, _BLOB = 1, 2, 3
#: Branches that are looked for as the main one.
_MAINS = tuple(f"refs/{name}" for name in ("heads/main", "heads/master", "remotes/origin/HEAD", "remotes/origin/main"))
#: Commits have times from 1970 to the end of the year 9999; other times have no text in the log.
_TIMES = range(253_402_300_800)


#: How many trees are kept parsed, and how much of a commit's message is looked at.
TREES, MESSAGE = 256, 2_000
_WINDOW, _MAPPED = 4 << 20, 64 << 20


def _configure() -> None:
    """Keeps libgit2's memory flat, however large the repository: small windows into packs, and no cache of objects of
    its own.

    Whose the repository is does not matter to somebody who only reads objects.
    """
    pygit2.option(Option.SET_OWNER_VALIDATION, False)
    pygit2.option(Option.SET_MWINDOW_SIZE, _WINDOW)
    pygit2.option(Option.SET_MWINDOW_MAPPED_LIMIT, _MAPPED)
    pygit2.option(Option.ENABLE_CACHING, False)


class Repository:
    """A git repository, opened for reading its objects."""

    def __init__(self, path: Path) -> None:
        """Opens the repository at or above `path`; a shallow clone is refused, for its history is not whole."""
        _configure()
        try:
            self._repo = pygit2.Repository(str(path))
        except (pygit2.GitError, KeyError, ValueError) as error:
            raise WorldError(
                "git-unreadable", "this is not a git repository", path=str(path), found=str(error)
            ) from None
        if self._repo.is_shallow:
            raise WorldError(
                "history-shallow",
                "the clone is shallow: without the whole history nothing can be said about who owned what, when",
                path=str(path),
                help="fetch the rest with `git fetch --unshallow`; in a workflow, set `fetch-depth: 0`",
            )
        self.tree = lru_cache(maxsize=TREES)(self._tree)

    @property
    def folder(self) -> Path:
        """The working tree's root, or the repository's own folder when it is bare."""
        return Path(self._repo.workdir or self._repo.path)

    @property
    def objects(self) -> Path:
        """Where the objects are; a linked working tree has them in the repository that it belongs to."""
        own = Path(self._repo.path)
        shared = own / "commondir"
        return (own / shared.read_text().strip() if shared.is_file() else own).resolve() / "objects"

    def resolve(self, ref: str) -> Commit:
        """The commit that a branch, tag or id means."""
        try:
            commit = self._repo.revparse_single(ref).peel(pygit2.Commit)
        except (pygit2.GitError, KeyError, ValueError) as error:
            raise WorldError(
                "git-unreadable",
                f"`{ref}` names no commit of this repository",
                found=str(error),
                help=self._about_missing(ref),
            ) from None
        return Commit(str(commit.id), commit.commit_time, str(commit.tree_id))

    def _about_missing(self, ref: str) -> str:
        if self._repo.is_empty:
            return "commit the registry's source first; the build reads commits, never the working tree"
        there = [name.removeprefix("refs/remotes/") for name in self._repo.references if name.endswith(f"/{ref}")]
        return f"is `{there[0]}` meant?" if there else "`git branch -a` lists what there is, `git fetch` brings more"

    def newer(self, branch: str) -> str:
        """The remote branch `origin/BRANCH` when it has all of a branch and more, else ""."""
        remote = f"origin/{branch}"
        if self._repo.references.get(f"refs/remotes/{remote}") is None:
            return ""
        here, there = self.resolve(branch), self.resolve(remote)
        base = self.merge_base(here, there) if here.id != there.id else None
        return remote if base and base.id == here.id else ""

    def mains(self) -> dict[str, Commit]:
        """The branches that may be the main one, here and where this was cloned from, with their commits."""
        found = {name: self._repo.references.get(name) for name in _MAINS}
        return {
            name.partition("/")[2].partition("/")[2]: self.resolve(str(reference.resolve().target))
            for name, reference in found.items()
            if reference is not None
        }

    def since(self, head: Commit, known: str) -> list[Commit] | None:
        """The first-parent line from the root (or from after the commit `known`) to `head`, oldest first.

        None when `known` is given and is not on the line.
        """
        line, oid = list[Commit](), head.id
        while oid and oid != known:
            commit, oid = self._commit(oid)
            line.append(commit)
        return line[::-1] if oid == known else None

    def plain_since(self, head: Commit, base: Commit) -> Iterator[tuple[Commit, Commit]]:
        """(commit, its parent) of every commit of `head` that is not in `base` and merges nothing, parents first.

        It is what a rebase would take.
        """
        order = SortMode.TOPOLOGICAL | SortMode.REVERSE
        walker = self._repo.walk(pygit2.Oid(hex=head.id), order)
        walker.hide(pygit2.Oid(hex=base.id))
        for found in walker:
            if len(found.parent_ids) == 1:
                yield self._commit(str(found.id))[0], self._commit(str(found.parent_ids[0]))[0]

    def crosses(self, one: Commit, other: Commit, base: Commit) -> bool:
        """Whether two commits have another best common ancestor besides `base`, as after merging criss-cross."""
        first, second = (self._above(commit, base) for commit in (one, other))
        return not first.isdisjoint(second)

    def _above(self, commit: Commit, base: Commit) -> set[str]:
        walker = self._repo.walk(pygit2.Oid(hex=commit.id))
        walker.hide(pygit2.Oid(hex=base.id))
        return {str(found.id) for found in walker}

    def merge_base(self, one: Commit, other: Commit) -> Commit | None:
        """The best common ancestor of two commits, None when their histories have nothing in common."""
        found = self._repo.merge_base(one.id, other.id)
        return self._commit(str(found))[0] if found else None

    def subtree(self, tree: str, path: str) -> str:
        """The id of the tree at `path` below `tree`, or "" when there is none."""
        for part in path.split("/"):
            entry = next((entry for entry in self.tree(tree) if entry.name == part), None)
            if entry is None or entry.mode != 0o40000:
                return ""
            tree = entry.oid
        return tree

    def blob(self, oid: str, limit: int) -> bytes:
        """A blob's bytes; a larger one than `limit` is refused from its header, without reading it."""
        raw = pygit2.Oid(hex=oid)
        size = self._header(raw)
        if size > limit:
            raise FormatError(
                "too-large", "the file is too large", expected=f"at most {limit} bytes", found=f"{size} bytes"
            )
        return self._read(raw, _BLOB)

    def message(self, commit: str) -> str:
        """The first `MESSAGE` characters of a commit's message."""
        return self._read(pygit2.Oid(hex=commit), _COMMIT).partition(b"\n\n")[2].decode("utf-8", "replace")[:MESSAGE]

    def _commit(self, oid: str) -> tuple[Commit, str]:
        head = self._read(pygit2.Oid(hex=oid), _COMMIT).split(b"\n\n", 1)[0].decode("utf-8", "replace")
        found = {word: rest for word, _, rest in reversed([line.partition(" ") for line in head.split("\n")])}
        when = _WHEN.search(found.get("committer", ""))
        if "tree" not in found or when is None:
            raise WorldError("git-unreadable", f"commit {oid} has no tree or no time")
        if int(when[1]) not in _TIMES:
            raise WorldError("git-unreadable", f"commit {oid} has a time outside of 1970 to 9999", found=when[1])
        return Commit(oid, int(when[1]), found["tree"]), found.get("parent", "")

    def _tree(self, oid: str) -> tuple[Entry, ...]:
        data = self._read(pygit2.Oid(hex=oid), _TREE)
        found = _ENTRY.findall(data)
        if not _is_canonical(data, found):
            raise ProblemsFound([self._misfit(oid, found)])
        return tuple(
            Entry(name.decode("utf-8", "surrogateescape"), int(mode, 8), raw.hex()) for mode, name, raw in found
        )

    def _misfit(self, oid: str, entries: list[tuple[bytes, bytes, bytes]]) -> Problem:
        """The problem of a tree that git itself would not have written: of the first entry that does not fit."""
        names, last, wrong = set[bytes](), b"", b""
        for mode, name, _ in entries:
            key = _order(mode, name)
            if key <= last or name in names or b"/" in name:
                wrong = name
                break
            last = key
            names.add(name)
        return Problem(
            "tree-invalid",
            "/".join(part for part in (self._where(oid), _text(wrong)) if part),
            "the folder has an entry twice, out of order, or with a name that is none",
            found=f"tree {oid}",
            help="`git fsck` says more; commit the files again with git itself",
        )

    def _where(self, wanted: str) -> str:
        """Where HEAD has a tree, "" when it has it nowhere. Every tree is looked into once."""
        if self._repo.head_is_unborn:
            return ""
        waiting, seen = [("", str(self._repo.head.peel(pygit2.Tree).id))], set[str]()
        while waiting:
            path, oid = waiting.pop()
            if oid == wanted:
                return path
            if oid not in seen:
                seen.add(oid)
                folders = _ENTRY.findall(self._read(pygit2.Oid(hex=oid), _TREE))
                below = ((name, raw.hex()) for mode, name, raw in folders if int(mode, 8) == 0o40000)
                waiting += [(f"{path}/{_text(name)}".lstrip("/"), raw) for name, raw in below]
        return ""

    def _header(self, oid: pygit2.Oid) -> int:
        try:
            return int(self._repo.odb.read_header(oid)[1])
        except (pygit2.GitError, KeyError, ValueError) as error:
            raise WorldError("git-unreadable", f"object {oid} cannot be read", found=str(error)) from None

    def _read(self, oid: pygit2.Oid, kind: int) -> bytes:
        try:
            found, data = self._repo.read(oid)
        except (pygit2.GitError, KeyError, ValueError) as error:
            raise WorldError("git-unreadable", f"object {oid} cannot be read", found=str(error)) from None
        if found != kind:
            raise WorldError("git-unreadable", f"object {oid} is not of the kind its place promises")
        return bytes(data)


def _is_canonical(data: bytes, entries: list[tuple[bytes, bytes, bytes]]) -> bool:
    """Whether these are all entries of the tree, in git's order, each of one name that is there once."""
    names = [name for _, name, _ in entries]
    keys = [_order(mode, name) for mode, name, _ in entries]
    size = sum(map(len, names)) + sum(len(mode) for mode, _, _ in entries) + 22 * len(entries)
    whole = size == len(data) and b"/" not in b"".join(names)
    return whole and len(set(names)) == len(names) and keys == sorted(keys)


def _order(mode: bytes, name: bytes) -> bytes:
    """What git sorts an entry by: a folder's name as if a slash followed it."""
    return name + b"/" if int(mode, 8) == 0o40000 else name


def _text(name: bytes) -> str:
    return shown_path(name.decode("utf-8", "surrogateescape"))
