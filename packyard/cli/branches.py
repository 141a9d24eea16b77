"""The branch of a submission: what is there already, and whether it may give way.

A branch that brings just the files of a change is taken as it is; one that brings a part or an earlier form of them by
the same author gives way; any other is left alone.
"""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import NamedTuple

import pygit2

from packyard.cli.starting import OWN, Start
from packyard.cli.terminal import say
from packyard.edges import push as git
from packyard.edges.commits import author_of, holds, read_files
from packyard.errors import UsageError
from packyard.submitting.addresses import without_user
from packyard.submitting.changes import Change


class Branch(NamedTuple):
    """The commits that a branch has in the clone and where it is pushed to, "" where it is not."""

    here: str
    there: str


def find_branch(start: Start, name: str) -> Branch:
    """The branch of that name; offline, as it was last seen. An open proposal at Gitea is no branch."""
    ref, kept, refs = f"refs/heads/{name}", f"{OWN}/branches/{name}", start.repository.references
    there = ""
    if start.offline:
        seen = f"refs/remotes/{start.remote}/{name}"
        found = refs.get(seen) if pygit2.reference_is_valid_name(seen) else None
        there = "" if found is None else str(found.target)
    elif start.way is not None and git.fetch(start.folder, start.remote, ref, kept):
        there = str(refs[kept].target)
        refs.delete(kept)
    local = refs.get(ref)
    return Branch("" if local is None else str(local.target), there)


def known_commit(start: Start, change: Change, branch: Branch) -> str:
    """The commit that brings the very same already, "" when there is none. Raises `UsageError` when the branch is there
    and brings anything but a part of it, or an earlier form of it: a statement that lacks signatures is a part of the
    statement with them.
    """
    known = ""
    for commit in dict.fromkeys(filter(None, branch)):
        there = read_files(start.repository, commit, change.files)
        part = {path: data for path, data in change.files.items() if there.get(path) == data}
        if part and _is_current(start, change, commit) and holds(start.repository, commit, start.commit, part):
            known = commit if part == change.files else known
        elif _is_earlier(start, change, commit):
            say(f"this takes the place of commit {commit[:12]} on the branch {change.branch}")
        else:
            raise _taken(start, change, branch, commit)
    return known


def _is_current(start: Start, change: Change, commit: str) -> bool:
    """Whether the registry has the files that change as it had them when the commit was made; what was merged long ago
    and is said anew needs a new commit.
    """
    ancestor = start.repository.merge_base(commit, start.commit)
    if ancestor is None:
        return False
    then, now = (read_files(start.repository, each, change.files) for each in (str(ancestor), start.commit))
    return then == now and str(ancestor) != commit


def _is_earlier(start: Start, change: Change, commit: str) -> bool:
    """Whether what leads to the commit is by the same author, and touches only what the change is about."""
    repository, (_, own) = start.repository, author_of(start.repository)
    ancestor = repository.merge_base(commit, start.commit)
    if ancestor is None:
        return False
    walker = repository.walk(pygit2.Oid(hex=commit))
    walker.hide(ancestor)
    changed = {delta.new_file.path for delta in repository.diff(str(ancestor), commit).deltas}
    place = f"{change.folder}/" if change.folder else ""
    return all(each.author.email == own for each in walker) and all(
        path in change.files or (place and path.startswith(place)) for path in changed
    )


def _taken(start: Start, change: Change, branch: Branch, commit: str) -> UsageError:
    clone, author = f"git -C {quoted(start.folder)}", start.repository[commit].peel(pygit2.Commit).author
    here = commit == branch.here
    away = f"branch -D {change.branch}" if here else f"push {quoted(start.remote)} --delete {change.branch}"
    return UsageError(
        "branch-exists",
        f"the branch {change.branch} is there already and holds something else",
        path=str(start.folder) if here or start.way is None else start.way.fork.shown,
        found=f"commit {commit[:12]} by {author.name} <{author.email}>",
        help=f"look at it with `git log`; if nobody needs it, take it away: `{clone} {away}`",
    )


def set_branch(repository: pygit2.Repository, branch: str, commit: str) -> None:
    """Moves the branch, unless it is checked out: the working tree would no longer fit it."""
    ref = f"refs/heads/{branch}"
    if repository.head_is_unborn or repository.head.name != ref:
        repository.references.create(ref, pygit2.Oid(hex=commit), force=True)


def quoted(text: Path | str) -> str:
    """The text as a word of a shell, without a password that is in it."""
    return shlex.quote(without_user(str(text)))
