"""What a merge would make, without making it: trees that are merged in a repository that is thrown away."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pygit2

from packyard.edges.git import Repository
from packyard.errors import WorldError
from packyard.model import Commit


@contextmanager
def merged(repository: Repository, base: Commit, head: Commit, ancestor: Commit) -> Iterator[tuple[Repository, str]]:
    """A repository that has the tree of `head` merged into `base`, and the tree's id; "" when they are in conflict.

    The objects are those of `repository`; what is new is written beside them into a folder that does not outlive the
    context. Nothing is written when `base` has not moved on since `head` was begun.
    """
    if ancestor.id == base.id:
        yield repository, head.tree
        return
    with TemporaryDirectory(prefix="packyard-merge-") as folder:
        scratch = pygit2.init_repository(folder, bare=True)
        objects = repository.objects
        (Path(folder) / "objects" / "info" / "alternates").write_text(f"{objects}\n")
        try:
            scratch = pygit2.Repository(folder)
            index = scratch.merge_commits(pygit2.Oid(hex=base.id), pygit2.Oid(hex=head.id))
            tree = "" if index.conflicts is not None else str(index.write_tree(scratch))
        except (pygit2.GitError, KeyError, ValueError) as error:
            raise WorldError("git-unreadable", "the two commits cannot be merged", found=str(error)) from None
        yield Repository(Path(folder)), tree
