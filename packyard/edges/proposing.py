"""A change set between two commits, read from git as the `gate.proposal.Proposal` that merging it would be."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from packyard.edges.base import Base, first_of, numbered
from packyard.edges.git import Repository
from packyard.edges.merging import merged
from packyard.errors import Problem, ProblemsFound
from packyard.formats.times import DAY, format_time
from packyard.gate.proposal import Proposal
from packyard.history import SOURCE, TREE, Found, compare, differing, misplaced
from packyard.model import Commit, Entry, Event
from packyard.registry import Trust
from packyard.rules.statements import check_dates
from packyard.rules.trust import check_trust, follow_trust

#: No more changed paths than these are listed of one entry of the two trees.
_COUNTED = 100_000
_OF_PEOPLE = ("packs", "publishers", "orgs")
_UNRELATED = "the two histories have nothing in common"
_CROSSED = "the two have merged each other, and it depends on the program what merging them again makes"
_CONFLICT = "it cannot be merged: both sides changed the same"


@contextmanager
def proposed(world: Base, head: Commit, now: int) -> Iterator[tuple[Repository, Proposal]]:
    """The change set that merging `head` at `now` would be, and the repository that holds its objects.

    A merge is never dated before what it is merged into, and never by the commits that it brings: a date of somebody's
    own choice gains nothing.
    """
    base, repository = world.commit, world.source
    time = max(now, base.time)
    ancestor = repository.merge_base(base, head)
    if ancestor is None:
        yield repository, refused(world, head, time, [_apart(world, head, "history-unrelated", _UNRELATED)])
        return
    if repository.crosses(base, head, ancestor):
        yield repository, refused(world, head, time, [_apart(world, head, "history-crossed", _CROSSED)])
        return
    with merged(repository, base, head, ancestor) as (source, tree):
        if not tree:
            yield source, refused(world, head, time, [_apart(world, head, "merge-conflict", _CONFLICT)])
            return
        try:
            found = _proposal(world, source, head, tree, time)
        except ProblemsFound as error:
            found = refused(world, head, time, error.problems)
        line = repository.since(head, ancestor.id)
        strange = _elsewhere(world, head) if line is None else ()
        problems = (*_ahead(line or [head], time), *strange, *found.problems)
        yield source, found._replace(problems=problems, aside=line is None)


def refused(world: Base, head: Commit, time: int, problems: Iterable[Problem]) -> Proposal:
    """A change set that does nothing, and has these problems: in place of one that cannot be read."""
    return Proposal(world.commit, head, world.tree, world.tree, time, (), tuple(problems), (), (), 0)


def replayed(world: Base, source: Repository, proposal: Proposal) -> Proposal | None:
    """The same change set as a history without a merge commit would have it: its commits one by one, at their own
    times. None when that is no different, or when its first-parent line does not begin where it left the base.
    """
    ancestor = source.merge_base(proposal.base, proposal.head)
    line = source.since(proposal.head, ancestor.id) if ancestor else None
    beside = tuple(_beside(world, source, proposal, line or []))
    if not line or ancestor is None or _is_the_same(world, line, proposal):
        return proposal._replace(problems=beside) if beside else None
    events, problems, trusts = list[Event](), list[Problem](beside), list[tuple[int, Trust]]()
    before, latest = source.subtree(ancestor.tree, SOURCE), max(world.times)
    for place, commit in enumerate(line, len(world.line)):
        after = source.subtree(commit.tree, SOURCE)
        found = compare(source, commit, before, after)
        events += numbered(found.events, place)
        problems += (*found.problems, *check_dates(found.events, latest))
        latest = max(latest, commit.time)
        new, lost = _follow_trust(world, source, place, before, after, trusts)
        trusts += new
        problems += lost
        before = after
    return proposal._replace(events=tuple(events), problems=tuple(problems), trusts=tuple(trusts))


def _beside(world: Base, source: Repository, proposal: Proposal, line: list[Commit]) -> Iterator[Problem]:
    """What may never change and does in a commit beside the first-parent line: a rebase would put it on the line."""
    on_line = {commit.id for commit in line}
    for commit, parent in source.plain_since(proposal.head, proposal.base):
        if commit.id not in on_line:
            before, after = (source.subtree(each.tree, SOURCE) for each in (parent, commit))
            yield from compare(source, commit, before, after).problems
            yield from _follow_trust(world, source, 0, before, after, [])[1]


def _is_the_same(world: Base, line: list[Commit], proposal: Proposal) -> bool:
    if len(line) > 1 or line[0].time < proposal.base.time or line[0].time // DAY != proposal.time // DAY:
        return False
    packs = (world.standing(event.subject) for event in proposal.events if event.kind in ("version", "statement"))
    waiting = (pack.recovery.effective for pack in packs if pack and pack.recovery)
    return not any(line[0].time < effective <= proposal.time for effective in waiting)


def _proposal(world: Base, source: Repository, head: Commit, tree: str, time: int) -> Proposal:
    after = source.subtree(tree, SOURCE)
    commit = Commit(head.id, time, tree)
    found: Found = compare(source, commit, world.tree, after)
    inside = [path for name, *pair in differing(source, world.tree, after) for path in _paths(source, name, *pair)]
    outside = [
        path
        for name, *pair in differing(source, world.commit.tree, tree)
        if name != SOURCE
        for path in _paths(source, name, *pair)
    ]
    settings = [f"{SOURCE}/{path}" for path in inside if path.split("/")[0] not in _OF_PEOPLE]
    return Proposal(
        world.commit,
        head,
        world.tree,
        after,
        time,
        tuple(numbered(found.events, len(world.line))),
        (*found.problems, *misplaced(source, world.tree, after), *_check_trust(world, source, after)),
        tuple(outside),
        tuple(settings),
        len(inside) + len(outside),
        tuple(_follow_trust(world, source, len(world.line), world.tree, after, [])[0]),
    )


def _check_trust(world: Base, source: Repository, after: str) -> Iterator[Problem]:
    old, new = _trust_folders(source, world.tree, after)
    return check_trust(source, old, new, world.registry.origin) if old != new else iter(())


def _follow_trust(
    world: Base, source: Repository, place: int, before: str, after: str, known: list[tuple[int, Trust]]
) -> tuple[list[tuple[int, Trust]], list[Problem]]:
    """The trust files that the commit at `place` of the line brings, each with the number of its first event; `known`
    are those of the commits before it that are not in the base.
    """
    old, new = _trust_folders(source, before, after)
    if old == new:
        return [], []
    chain = (*world.authority.chain(), *(trust for _, trust in known))
    found, lost = follow_trust(source, new, world.registry.origin, chain)
    return [(first_of(place), trust) for trust in found], lost


def _trust_folders(source: Repository, *trees: str) -> list[str]:
    return [source.subtree(tree, "trust") if tree else "" for tree in trees]


def _paths(source: Repository, path: str, before: Entry | None, after: Entry | None) -> list[str]:
    """The files that differ at and below one entry of two trees, up to a bound."""
    found, waiting = list[str](), [(path, before, after)]
    while waiting and len(found) < _COUNTED:
        here, old, new = waiting.pop()
        trees = [entry.oid if entry and entry.mode == TREE else "" for entry in (old, new)]
        waiting += [(f"{here}/{name}", was, now) for name, was, now in differing(source, trees[0], trees[1])]
        if any(entry is not None and entry.mode != TREE for entry in (old, new)):
            found.append(here)
    return sorted(found)


def _apart(world: Base, head: Commit, code: str, message: str) -> Problem:
    return Problem(code, "", message, expected=f"a branch of {world.commit.id[:12]}", found=head.id[:12])


def _elsewhere(world: Base, head: Commit) -> Iterator[Problem]:
    """Whether the first-parent line of `head` has nothing in common with that of the base: to be forwarded to it would
    put another history in the place of the registry's.
    """
    own = {commit.id for commit in world.line}
    if not any(commit.id in own for commit in world.source.since(head, "") or ()):
        yield _apart(world, head, "history-unrelated", "its first parents lead to another history")


def _ahead(line: Iterable[Commit], time: int) -> Iterator[Problem]:
    """Commits that are dated after the merge, by more than clocks differ."""
    for commit in line:
        if commit.time > time + DAY:
            message = f"commit {commit.id[:12]} is dated in the future"
            hint = "set the clock, then date it again: git commit --amend --reset-author --date=now"
            expected, found = format_time(time), format_time(commit.time)
            yield Problem("commit-future", "", message, 0, f"at latest {expected}", found, hint)
