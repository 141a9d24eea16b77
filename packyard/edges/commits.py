"""Writing commits: into a working tree that somebody works in, or onto a branch while the working tree stays as it is.

Bytes are taken as they are: no filter of git changes what was signed. A file that is None is taken away.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

import pygit2
from pygit2.enums import FileMode

from packyard.edges.workfolder import write_file
from packyard.errors import UsageError, WorldError
from packyard.formats.tarball import mode_of

Files = Mapping[str, bytes | None]


def create_repository(path: Path, branch: str = "main") -> None:
    """Makes an empty repository with a working tree at `path`."""
    pygit2.init_repository(str(path), initial_head=branch)


def open_repository(repo: Path) -> pygit2.Repository:
    """The repository at or above a folder. Raises `WorldError`."""
    try:
        return pygit2.Repository(str(repo))
    except pygit2.GitError as error:
        raise WorldError("git-unreadable", "this is not a git repository", path=str(repo), found=str(error)) from None


def write_files(folder: Path, files: Files) -> None:
    """Puts files into a folder and takes others away."""
    for path, data in files.items():
        if data is None:
            (folder / path).unlink(missing_ok=True)
        else:
            write_file(folder / path, data)


def commit(repo: Path, files: Files, message: str, stranger: bool = False) -> str:
    """Writes files into the working tree and commits them, and nothing else that may be staged; gives the commit's id.

    Without a git identity it raises `UsageError` before it writes anything, unless a `stranger` may commit.
    """
    repository = open_repository(repo)
    author = _author(repository, stranger)
    write_files(repo, files)
    parents = [] if repository.head_is_unborn else [repository.head.target]
    before = None if repository.head_is_unborn else repository.head.peel(pygit2.Tree)
    tree = _grafted(repository, before, files) or repository.TreeBuilder().write()
    made = repository.create_commit("HEAD", author, author, message.rstrip("\n") + "\n", tree, parents)
    _stage(repository, files)
    return str(made)


def commit_onto(repository: pygit2.Repository, parent: str, files: Files, message: str) -> str:
    """Makes a commit with the files on top of `parent`, and gives its id; no branch, index or working tree moves.

    Raises `UsageError` without a git identity.
    """
    author = _author(repository, False)
    before = repository[parent].peel(pygit2.Tree)
    tree = _grafted(repository, before, files) or repository.TreeBuilder().write()
    return str(repository.create_commit(None, author, author, message, tree, [pygit2.Oid(hex=parent)]))


def author_of(repository: pygit2.Repository) -> tuple[str, str]:
    """Name and address of whoever commits. Raises `UsageError` when git does not know."""
    author = _author(repository, False)
    return author.name, author.email


def identity() -> str:
    """What git calls the user, "" when it does not know."""
    try:
        config = pygit2.Config.get_global_config()
        return str(config["user.name"])
    except (KeyError, OSError):
        return ""


def read_files(repository: pygit2.Repository, commit_id: str, paths: Files) -> dict[str, bytes]:
    """Those files of a commit that it has."""
    tree = repository[commit_id].peel(pygit2.Tree)
    found = {path: _blob(tree, path) for path in paths}
    return {path: data for path, data in found.items() if data is not None}


def holds(repository: pygit2.Repository, commit_id: str, base: str, files: Files) -> bool:
    """Whether a commit brings the files to what it shares with `base`, and changes nothing else."""
    ancestor = repository.merge_base(commit_id, base)
    if ancestor is None:
        return False
    tree = repository[commit_id].peel(pygit2.Tree)
    wanted = _grafted(repository, repository[ancestor].peel(pygit2.Tree), files)
    return wanted == tree.id


def _blob(tree: pygit2.Tree, path: str) -> bytes | None:
    if path not in tree:
        return None
    found = tree[path]
    return found.data if isinstance(found, pygit2.Blob) else None


def _grafted(repository: pygit2.Repository, tree: pygit2.Tree | None, files: Files) -> pygit2.Oid | None:
    """The tree with the files put in and taken out, None when nothing is left in it."""
    builder = repository.TreeBuilder(tree) if tree is not None else repository.TreeBuilder()
    below: dict[str, dict[str, bytes | None]] = {}
    for path, data in files.items():
        name, slash, rest = path.partition("/")
        if slash:
            below.setdefault(name, {})[rest] = data
        elif data is not None:
            builder.insert(name, repository.create_blob(data), _mode(data))
        elif builder.get(name) is not None:
            builder.remove(name)
    for name, inner in below.items():
        found = tree[name] if tree is not None and name in tree else None
        made = _grafted(repository, found if isinstance(found, pygit2.Tree) else None, inner)
        if made is not None:
            builder.insert(name, made, FileMode.TREE)
        elif builder.get(name) is not None:
            builder.remove(name)
    return builder.write() if len(builder) else None


def _stage(repository: pygit2.Repository, files: Files) -> None:
    index = repository.index
    for path, data in files.items():
        if data is not None:
            index.add(pygit2.IndexEntry(path, repository.create_blob(data), _mode(data)))
        elif path in index:
            index.remove(path)
    index.write()


def _mode(data: bytes) -> FileMode:
    return FileMode.BLOB_EXECUTABLE if mode_of(data) == 0o755 else FileMode.BLOB


def _author(repository: pygit2.Repository, stranger: bool) -> pygit2.Signature:
    """As git would have it, the environment first."""
    name, email = (os.environ.get(f"GIT_AUTHOR_{part}", "") for part in ("NAME", "EMAIL"))
    if name and email:
        return pygit2.Signature(name, email)
    try:
        return repository.default_signature
    except KeyError:
        if stranger:
            return pygit2.Signature("packyard", "packyard@localhost")
        raise UsageError(
            "git-identity",
            "git does not know who commits",
            help="git config --global user.name NAME; git config --global user.email ADDRESS",
        ) from None
