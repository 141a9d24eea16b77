"""Stage 1, read: the new part of history goes into memory, and the packs to look at are found."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from packyard.edges.opening import Edges
from packyard.edges.previous import Recorded, read_recorded
from packyard.errors import Problem, UsageError
from packyard.formats.snapshot import Snapshot
from packyard.history import compare, misplaced, number, pack_trees
from packyard.model import Commit
from packyard.recorded import log_positions
from packyard.rules.authority import Revision, check_revision
from packyard.rules.notices import notices
from packyard.rules.statements import check_dates
from packyard.rules.trust import follow_trust


class Reading(NamedTuple):
    """What there is to do.

    `forgotten`: nothing is remembered of the site, so it may hold anything. `fresh`: everything is looked at again,
    because nothing is remembered or what decides everything has changed. `before` is the source tree of the last
    build, "" when fresh; `first` and `log_start` are the first event and log entry that memory did not know.
    """

    recorded: Recorded | None
    forgotten: bool
    fresh: bool
    before: str
    first: int
    log_start: int
    versions: int
    revisions: tuple[Revision, ...]
    problems: tuple[Problem, ...]


def read(edges: Edges) -> Reading:
    """Reads on from where memory ends."""
    memory, repository = edges.memory, edges.repository
    recorded = read_recorded(edges.previous, edges.trust) if edges.previous else None
    if recorded is None and not edges.request.new_log and not edges.keys.development:
        raise UsageError(
            "log-missing",
            "there is no earlier site to take the log from, and a log is never started silently",
            help="name the published site with --previous, or say --new-log when this is the registry's first build",
        )
    commits = repository.since(edges.head, memory.get("commit"))
    if commits is None or not _about(edges, recorded):
        memory.forget()
        commits = repository.since(edges.head, "") or []
    forgotten = not memory.get("commit")
    memory.begin()
    fresh = memory.get("identity") != edges.identity
    first, log_start = int(memory.get("events", "0")), int(memory.get("log_size", "0"))
    before = memory.get("source")
    events, versions, revisions, problems = 0, 0, list[Revision](), list[Problem]()
    latest = int(memory.get("latest", "0"))
    positions = log_positions(recorded.log if recorded else None, log_start)
    tree = before
    for commit in commits:
        found = compare(repository, commit, tree, new := edges.tree_of(commit))
        problems += found.problems
        problems += _follow_trust(edges, commit, tree, new, first + events)
        memory.add_notices(notices(repository, commit, tree, new))
        tree = new
        numbered = [event._replace(log_index=next(positions)) for event in number(found.events, first + events)]
        events += len(numbered)
        versions += sum(event.kind == "version" for event in numbered)
        memory.add_events(numbered)
        problems += check_dates(numbered, latest)
        latest = max(latest, commit.time)
        for event in numbered:
            if event.kind in ("publisher", "org"):
                revision, wrong = check_revision(repository, event, edges.authority)
                problems += wrong
                if revision:
                    edges.authority.accept(revision)
                    revisions.append(revision)
    memory.put("events", str(first + events))
    memory.put("latest", str(latest))
    since = "" if fresh else before
    problems += misplaced(repository, since, edges.source)
    return Reading(recorded, forgotten, fresh, since, first, log_start, versions, tuple(revisions), tuple(problems))


def _follow_trust(edges: Edges, commit: Commit, old: str, new: str, first: int) -> Iterator[Problem]:
    """Takes the trust files that a commit brought: they are there from the event `first` on."""
    before, after = (edges.repository.subtree(tree, "trust") if tree else "" for tree in (old, new))
    if before != after:
        found, problems = follow_trust(edges.repository, after, edges.registry.origin, edges.authority.chain())
        for trust in found:
            edges.authority.accept_trust(first, trust)
        for problem in problems:
            yield problem._replace(message=f"{problem.message} in commit {commit.id[:12]}")


def _about(edges: Edges, recorded: Recorded | None) -> bool:
    """Whether memory is about the very site that is there."""
    if recorded is None or recorded.site.name != str(edges.request.site):
        return False
    return edges.memory.get("snapshot") == content_of(recorded.snapshot)


def content_of(snapshot: Snapshot) -> str:
    """What a snapshot says of the site's content: a new seal does not change it."""
    return f"{snapshot.number} {' '.join(digest for _, digest in snapshot.sums)}"


def packs_to_look_at(edges: Edges, reading: Reading) -> Iterator[tuple[str, str]]:
    """(pack, tree) of every pack that changed since the last build, or shows a publisher that did."""
    seen = set[str]()
    for name, _, tree in pack_trees(edges.repository, edges.packs_in(reading.before), edges.packs_in(edges.source)):
        if tree:
            seen.add(name)
            yield name, tree
    if not reading.fresh:
        handles = {revision.event.subject for revision in reading.revisions if revision.event.kind == "publisher"}
        for handle in sorted(handles):
            for row in edges.memory.listed("signers", handle):
                if row.name not in seen:
                    seen.add(row.name)
                    yield row.name, edges.memory.tree(row.name)
