"""Writing commits, for the commands that people run in a registry's working tree; a build only reads."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pygit2

from packyard.edges.workfolder import write_file
from packyard.errors import UsageError, WorldError
from packyard.formats.tarball import mode_of


def create_repository(path: Path, branch: str = "main") -> None:
    """Makes an empty repository with a working tree at `path`."""
    pygit2.init_repository(str(path), initial_head=branch)


def commit(repo: Path, files: Mapping[str, bytes], message: str, stranger: bool = False) -> str:
    """Writes files into the working tree and commits them, and nothing else that may be staged; gives the commit's id.

    Bytes are taken as they are: no filter of git changes what was signed. Without a git identity it raises
    `UsageError` before it writes anything, unless a `stranger` may commit.
    """
    try:
        repository = pygit2.Repository(str(repo))
    except pygit2.GitError as error:
        raise WorldError("git-unreadable", "this is not a git repository", path=str(repo), found=str(error)) from None
    author = _author(repository, stranger)
    for path, data in files.items():
        write_file(repo / path, data)
    parents = [] if repository.head_is_unborn else [repository.head.target]
    made = repository.create_commit("HEAD", author, author, message + "\n", _tree(repository, files), parents)
    _add(repository.index, repository, files)
    repository.index.write()
    return str(made)


def _tree(repository: pygit2.Repository, files: Mapping[str, bytes]) -> pygit2.Oid:
    """The tree of the last commit with the files put in."""
    index = pygit2.Index()
    if not repository.head_is_unborn:
        index.read_tree(repository.head.peel(pygit2.Tree))
    _add(index, repository, files)
    return index.write_tree(repository)


def _add(index: pygit2.Index, repository: pygit2.Repository, files: Mapping[str, bytes]) -> None:
    for path, data in files.items():
        mode = pygit2.enums.FileMode.BLOB_EXECUTABLE if mode_of(data) == 0o755 else pygit2.enums.FileMode.BLOB
        index.add(pygit2.IndexEntry(path, repository.create_blob(data), mode))


def _author(repository: pygit2.Repository, stranger: bool) -> pygit2.Signature:
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


def identity() -> str:
    """What git calls the user, "" when it does not know."""
    try:
        config = pygit2.Config.get_global_config()
        return str(config["user.name"])
    except (KeyError, OSError):
        return ""
