"""How a change is proposed, forge by forge: what is pushed where, with which options, and the page that opens it.

    github   the branch is pushed to the fork, then the API opens the pull request, or a link with everything filled in
    gitlab   the push itself asks for the merge request, with push options
             https://docs.gitlab.com/topics/git/commit/#push-options-for-merge-requests
    gitea    the push to `refs/for/BASE` is the pull request; nothing stays behind in the repository's branches. The
             topic is the author's own, and what it holds gives way to what is pushed
             https://docs.gitea.com/usage/pull-request/agit
    none     the branch is pushed, and that is all

GitLab and Gitea take what the options leave out from the message of the only commit: options cannot hold two lines.
"""

from __future__ import annotations

from typing import NamedTuple
from urllib.parse import quote, urlencode

from packyard.submitting.addresses import Address
from packyard.submitting.changes import Change

#: More characters than this are no link that every server takes.
LINK_LIMIT = 6_000


class Push(NamedTuple):
    """A push: the ref that the commit becomes over there, and the options that go with it."""

    ref: str
    options: tuple[str, ...] = ()


class Way(NamedTuple):
    """From where to where a change goes: the forge, the repository that is pushed to, the one that is asked to take it,
    and the branch there. `fork` and `upstream` are the same where there is no fork.
    """

    forge: str
    fork: Address
    upstream: Address
    base: str

    @property
    def forked(self) -> bool:
        """Whether the branch is in another repository than the one that is asked."""
        return self.fork.path != self.upstream.path


def plan_push(way: Way, change: Change) -> Push:
    """The push that proposes a change, or that comes before it is proposed; the branch alone of one that waits."""
    if change.waits:
        return plan_plain(change)
    branch = f"refs/heads/{change.branch}"
    if way.forge == "gitlab":
        target = (f"merge_request.target_project={way.upstream.path}",) if way.forked else ()
        options = ("merge_request.create", f"merge_request.target={way.base}", *target)
        return Push(branch, (*options, f"merge_request.title={change.title}"))
    if way.forge == "gitea":
        return Push(f"refs/for/{way.base}", (f"topic={change.branch}", f"title={change.title}", "force-push=true"))
    return Push(branch)


def plan_plain(change: Change) -> Push:
    """The push of the branch alone, for a server that takes no options."""
    return Push(f"refs/heads/{change.branch}")


def link(way: Way, change: Change) -> str:
    """The page on which a person proposes the pushed branch, filled in as far as may be; "" without a forge."""
    if way.forge == "none" or not way.upstream.host:
        return ""
    if way.forge == "gitlab":
        return _gitlab(way, change)
    head = f"{way.fork.owner}:{change.branch}" if way.forked or way.forge == "github" else change.branch
    page = f"{way.upstream.web}/{quote(way.upstream.path)}/compare/{quote(way.base)}...{quote(head, safe='/:')}"
    return _filled(f"{page}?expand=1&" if way.forge == "github" else f"{page}?", change)


def _filled(page: str, change: Change) -> str:
    """The page with title and text, or with the title alone where the text would make too long an address."""
    title = page + urlencode({"title": change.title}, quote_via=quote)
    whole = f"{title}&{urlencode({'body': change.body}, quote_via=quote)}"
    return whole if change.body and len(whole) <= LINK_LIMIT else title


def _gitlab(way: Way, change: Change) -> str:
    asked = {"source_branch": change.branch, "target_branch": way.base, "title": change.title}
    query = urlencode({f"merge_request[{name}]": value for name, value in asked.items()}, quote_via=quote)
    return f"{way.fork.web}/{quote(way.fork.path)}/-/merge_requests/new?{query}"
