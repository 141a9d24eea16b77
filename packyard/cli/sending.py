"""The end of every change: written into the working tree, committed there, or on its way as a pull request.

A submission makes a branch of its own; what the gate would reject is not pushed. Doing the same again ends in the same:
a branch that brings just these files is taken as it is, one that brings others is left alone.
"""

from __future__ import annotations

import os
import shlex
import time
from pathlib import Path
from typing import NamedTuple

import pygit2

from packyard.cli.errors import FINDINGS
from packyard.cli.options import Ending, Route, put
from packyard.cli.starting import OWN, Ground, Start, quote, told
from packyard.cli.terminal import printable, say
from packyard.cli.validate import show
from packyard.edges import push as git
from packyard.edges.commits import author_of, commit_onto, holds, read_files, write_files
from packyard.edges.workfolder import write_file
from packyard.errors import UsageError, WorldError
from packyard.submitting.changes import Change
from packyard.submitting.proposals import Way, link, plan_plain, plan_push


def finish(ending: Ending, ground: Ground, change: Change) -> int:
    """Writes, commits or submits the change; gives the exit code.

    What waits for others is written only: a commit of it would be refused for ever.
    """
    if ground.start is not None:
        return propose(ground.start, ending.route, change)
    if change.waits:
        write_files(ending.route.repo, change.files)
        say(f"written, and to be committed later: {change.waits}")
    else:
        put(ending.route.repo, change.files, change.message, ending.commit, change.folder)
    return 0


def propose(start: Start, route: Route, change: Change) -> int:
    """Does with the change what the route says; gives the exit code."""
    if route.dry_run:
        _show_plan(start, change)
        return 0
    if route.patch is not None:
        return _write_patch(start, route, route.patch, change)
    if start.way is None:
        raise UsageError("remote-unknown", "there is no remote to push to", path=str(start.folder))
    with told():
        branch = find_branch(start, change.branch)
        head = _known(start, change, branch)
        if head:
            say(f"the branch {change.branch} is there already, and is the same")
        else:
            head = commit_onto(start.repository, start.commit, change.files, change.message)
        if not _may_go_on(start, route, change, head):
            return FINDINGS
        _set_branch(start.repository, change.branch, head)
        pushed = _push(start, start.way, change, head, branch.there)
    _open(start.way, change, pushed)
    return 0


# --- the branch ---


class Branch(NamedTuple):
    """The commits that a branch has in the clone and where it is pushed to, "" where it is not."""

    here: str
    there: str


def find_branch(start: Start, name: str) -> Branch:
    """The branch of that name. An open proposal at Gitea is no branch."""
    ref, kept = f"refs/heads/{name}", f"{OWN}/branches/{name}"
    local, there = start.repository.references.get(ref), ""
    if start.way is not None and not start.offline and git.fetch(start.folder, start.remote, ref, kept):
        there = str(start.repository.references[kept].target)
        start.repository.references.delete(kept)
    return Branch("" if local is None else str(local.target), there)


def _known(start: Start, change: Change, branch: Branch) -> str:
    """The commit that brings the very same already, "" when there is none. Raises `UsageError` when the branch is there
    and brings anything but a part of it: a statement that lacks signatures is a part of the statement with them.
    """
    known = ""
    for commit in filter(None, branch):
        there = read_files(start.repository, commit, change.files)
        part = {path: data for path, data in change.files.items() if there.get(path) == data}
        if not part or not holds(start.repository, commit, start.commit, part):
            raise _taken(start, change, branch, commit)
        if part == change.files:
            known = commit
    return known


def _taken(start: Start, change: Change, branch: Branch, commit: str) -> UsageError:
    clone = f"git -C {_quoted(start.folder)}"
    here = commit == branch.here
    away = f"branch -D {change.branch}" if here else f"push {_quoted(start.remote)} --delete {change.branch}"
    return UsageError(
        "branch-exists",
        f"the branch {change.branch} is there already and holds something else",
        path=str(start.folder) if here or start.way is None else start.way.fork.shown,
        found=f"commit {commit[:12]}",
        help=f"take another version, or take the branch away: `{clone} {away}`",
    )


def _set_branch(repository: pygit2.Repository, branch: str, commit: str) -> None:
    """Moves the branch, unless it is checked out: the working tree would no longer fit it."""
    ref = f"refs/heads/{branch}"
    if repository.head_is_unborn or repository.head.name != ref:
        repository.references.create(ref, pygit2.Oid(hex=commit), force=True)


# --- the gate ---


def _may_go_on(start: Start, route: Route, change: Change, head: str) -> bool:
    """Whether the gate lets the change pass, or is not to be asked, or not yet; what it found is shown."""
    if not route.check or change.waits:
        return True
    from packyard.edges.judging import judge_refs

    verdict = judge_refs(start.folder, start.commit, head)
    show(verdict.findings)
    if verdict.outcome == "reject":
        say("the registry would reject this: it goes nowhere")
    elif verdict.outcome == "review":
        say("the registry accepts this when a person has looked at it")
    return verdict.outcome != "reject"


# --- the push, and what comes after it ---


def _push(start: Start, way: Way, change: Change, head: str, there: str) -> git.Pushed:
    """Pushes the commit as the forge wants it; once more and plainly where the server takes no options. `there` is the
    commit that the branch has over there, and that it takes the place of.
    """
    try:
        remote = start.registry if way.forge == "gitea" and not change.waits else start.remote
        plan = plan_push(way, change)
        pushed = git.push(start.folder, remote, head, plan, there if plan.ref.startswith("refs/heads/") else "")
        if not pushed.taken:
            say("the server takes no push options: pushing the branch alone")
            pushed = git.push(start.folder, start.remote, head, plan_plain(change), there)
            pushed = pushed._replace(taken=False)
    except git.GitFailed as error:
        again = f"git -C {_quoted(start.folder)} push {_quoted(start.remote)} {change.branch}"
        hint = f"the branch {change.branch} is in your clone: run the same command again, or `{again}`"
        raise git.GitFailed("push-failed", error.problem.message, error.words, way.fork.shown, hint) from None
    return pushed


def _say_what_waits(change: Change) -> None:
    if change.waits:
        say(change.waits)


def _open(way: Way, change: Change, pushed: git.Pushed) -> None:
    """Opens the pull request where that is still to be done, and says what there is now."""
    if change.waits:
        say(f"pushed {change.branch} to {printable(way.fork.shown)}")
        _say_what_waits(change)
        return
    if way.forge == "gitea" and pushed.taken:
        say(
            "the registry has this proposal already" if pushed.known else f"proposed to {printable(way.upstream.shown)}"
        )
        quote(pushed.words)
        return
    say(f"pushed {change.branch} to {printable(way.fork.shown)}")
    if way.forge == "gitlab" and pushed.taken:
        quote(pushed.words)
        return
    if way.forge == "github" and way.upstream.host and _by_api(way, change):
        return
    if page := link(way, change):
        say("open this page to propose it:")
        print(page)
    else:
        say("no forge is known there: ask the registry's maintainers to look at the branch")


def _by_api(way: Way, change: Change) -> bool:
    """Whether the pull request is open now: False without a token."""
    from packyard.edges.forge import find_access, open_pull_request

    access = find_access(way.upstream, os.environ)
    if access is None:
        return False
    try:
        opened = open_pull_request(access, way, change)
    except WorldError as error:
        found = error.problem
        hint = f"the branch is pushed; open the pull request by hand: {link(way, change._replace(body=''))}"
        message, expected = found.message, found.expected
        raise WorldError(
            found.code, message, path=found.path, expected=expected, found=found.found, help=hint
        ) from None
    say("opened the pull request" if opened.new else "the pull request is open already")
    print(opened.page)
    return True


# --- what is only said or written ---


def _show_plan(start: Start, change: Change) -> None:
    print(f"from    {start.base} at {start.commit[:12]}")
    for path, data in sorted(change.files.items()):
        print(f"file    {path}  " + ("taken away" if data is None else f"{len(data)} bytes"))
    print(f"branch  {change.branch}")
    print(f"commit  {change.title}")
    if start.way is None:
        print("push    nowhere: the clone has no remote")
        return
    way, plan = start.way, plan_push(start.way, change)
    where = way.upstream if way.forge == "gitea" and not change.waits else way.fork
    print(f"push    {plan.ref} to {printable(where.shown)}")
    for option in plan.options:
        print(f"        with the option {option}")
    if change.waits:
        print(f"wait    {change.waits}")
    elif way.forge != "none":
        print(f"propose {change.title}, to {way.base} of {printable(way.upstream.shown)}")


def _write_patch(start: Start, route: Route, path: Path, change: Change) -> int:
    from packyard.submitting.patch import format_patch

    author = author_of(start.repository)
    head = commit_onto(start.repository, start.commit, change.files, change.message)
    if not _may_go_on(start, route, change, head):
        return FINDINGS
    before = read_files(start.repository, start.commit, change.files)
    write_file(path, format_patch(change, before, author, int(time.time())))
    say(f"wrote {path}: `git am {_quoted(path)}` puts it on {start.base} at {start.commit[:12]}")
    _say_what_waits(change)
    return 0


def _quoted(text: Path | str) -> str:
    return shlex.quote(str(text))
