"""The end of every change: written into the working tree, committed there, or on its way as a pull request.

A submission makes a branch of its own; what the gate would reject is not pushed. Doing the same again ends in the same:
a branch that brings just these files is taken as it is. One that brings an earlier form of them by the same author is
brought up to date, and the pull request with it; any other is left alone.
"""

from __future__ import annotations

import os
import time
from pathlib import Path

from packyard.cli.branches import Branch, find_branch, known_commit, quoted, set_branch
from packyard.cli.errors import FINDINGS
from packyard.cli.options import Ending, Route, put
from packyard.cli.starting import Ground, Start, apart, quote, told
from packyard.cli.terminal import printable, say
from packyard.cli.validate import show
from packyard.edges import push as git
from packyard.edges.commits import author_of, commit_onto, read_files, write_files
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
        write_files(ground.folder, change.files)
        say(f"written, and to be committed later: {change.waits}")
        say(f"next, in the same working tree: `{change.then}`")
    else:
        put(ground.folder, change.files, change.message, ending.commit, change.folder)
    return 0


def propose(start: Start, route: Route, change: Change) -> int:
    """Does with the change what the route says; gives the exit code."""
    if route.dry_run:
        return _rehearse(start, route, change)
    if route.patch is not None:
        return _write_patch(start, route, route.patch, change)
    way = _must_lead_somewhere(start)
    with told():
        branch = find_branch(start, change.branch)
        head = _made(start, change, branch)
        if not _may_go_on(start, route, change, head):
            return FINDINGS
        set_branch(start.repository, change.branch, head)
        pushed = _push(start, way, change, head, branch.there)
    _open(start, way, change, pushed)
    return 0


def _made(start: Start, change: Change, branch: Branch) -> str:
    """The commit of the change: the one that its branch has already, if that is the same, else a new one."""
    head = known_commit(start, change, branch)
    if head:
        say(f"the branch {change.branch} is there already, and is the same")
    return head or commit_onto(start.repository, start.commit, change.files, change.message)


def _must_lead_somewhere(start: Start) -> Way:
    """The way of the change. Raises `UsageError` when there is none."""
    if start.way is None:
        hint = "name one with --remote, or write a patch with --patch FILE"
        raise UsageError("remote-unknown", "there is no remote to push to", path=str(start.folder), help=hint)
    return start.way


# --- the gate ---


def _may_go_on(start: Start, route: Route, change: Change, head: str) -> bool:
    """Whether the gate lets the change pass, or is not to be asked, or not yet; what it found is shown."""
    if not route.check or change.waits:
        return True
    from packyard.edges.judging import judge_refs

    verdict = judge_refs(Path(start.repository.path), start.commit, head)
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
    if there == head and way.forge != "gitea":
        return git.Pushed(False, True, ())
    try:
        remote = start.registry if way.forge == "gitea" and not change.waits else start.remote
        plan = plan_push(way, change)
        pushed = git.push(start.folder, remote, head, plan, there if plan.ref.startswith("refs/heads/") else "")
        if not pushed.taken:
            say("the server takes no push options: pushing the branch alone")
            pushed = git.push(start.folder, start.remote, head, plan_plain(change), there)
            pushed = pushed._replace(taken=False)
    except git.GitFailed as error:
        again = f"git -C {quoted(start.folder)} push {quoted(start.remote)} {change.branch}"
        hint = f"nothing is lost: run the same command again, or push the branch from your clone: `{again}`"
        if way.upstream.host and not way.forked:
            hint += "; if you may not push there, fork it, and name your fork with --remote"
        raise git.GitFailed("push-failed", error.problem.message, error.words, way.fork.shown, hint) from None
    return pushed


def _say_what_waits(change: Change) -> None:
    if change.waits:
        say(f"{change.waits}; next: `{change.then} --submit`")


def _open(start: Start, way: Way, change: Change, pushed: git.Pushed) -> None:
    """Opens the pull request where that is still to be done, and says what there is now, and what comes next."""
    if way.forge == "gitea" and pushed.taken and not change.waits:
        say(
            "the registry has this proposal already" if pushed.known else f"proposed to {printable(way.upstream.shown)}"
        )
        quote(pushed.words)
        return
    if not pushed.known:
        say(f"pushed {change.branch} to {printable(way.fork.shown)}")
    if change.waits:
        _say_what_waits(change)
    elif way.forge == "gitlab" and pushed.taken:
        quote(pushed.words)
    elif way.forge == "github" and way.upstream.host and _by_api(way, change):
        return
    elif page := link(way, change):
        say(f"next: open this page to propose it{', if nobody did so yet' if pushed.known else ''}:")
        print(page)
    else:
        known = "" if way.forge != "none" or not way.upstream.host else "; --forge says whose pages there are"
        say(f"next: a maintainer of the registry looks at it with `{_look(start, way, change)}` and merges it{known}")


def _look(start: Start, way: Way, change: Change) -> str:
    """What shows the pushed branch to a maintainer, in any clone of the registry; of a fork it knows nothing yet."""
    fetch, head = "git fetch origin", f"origin/{change.branch}"
    if way.forked:
        fork = f"{way.fork.web}/{way.fork.path}" if way.fork.host else way.fork.path
        fetch, head = f"{fetch} && git fetch {quoted(fork)} {change.branch}", "FETCH_HEAD"
    return f"{fetch} && packyard check --base origin/{start.base} --head {head}"


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
        page = f"the branch is pushed; the pull request can be opened by hand: {link(way, change._replace(body=''))}"
        hint = f"{found.help}; {page}" if found.help else page
        message, expected = found.message, found.expected
        raise WorldError(
            found.code, message, path=found.path, expected=expected, found=found.found, help=hint
        ) from None
    say("opened the pull request" if opened.new else "the pull request is open already")
    print(opened.page)
    return True


# --- what is only said or written ---


def _rehearse(start: Start, route: Route, change: Change) -> int:
    """Says what would be done, with the verdict and the exit code that it would have; nothing stays in the clone."""
    with told(), apart(start) as scratch:
        head = _made(scratch, change, find_branch(start, change.branch))
        if not _may_go_on(scratch, route, change, head):
            return FINDINGS
    _show_plan(start, change)
    if route.patch is None:
        _must_lead_somewhere(start)
    return 0


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
        print(f"wait    {change.waits}: `{change.then} --submit`")
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
    say(f"wrote {path}: `git am {quoted(path)}` puts it on {start.base} at {start.commit[:12]}")
    if change.waits:
        say(f"on a branch for it, made with `git switch -c {change.branch} {start.commit[:12]}`")
    _say_what_waits(change)
    return 0
