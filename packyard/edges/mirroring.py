"""Bringing a mirror up to date: only what changed is fetched, everything is verified, and the snapshot comes last.

Beside the mirror, in `.packyard/NAME/`, stand the lock, `fetched/` (what was fetched and is not in place yet), the
staging area of `packyard.edges.store`, by whose plan the mirror is changed, and `evidence/`: the heads of a source that
was refused. A sync that is killed leaves the mirror as it was, or a decided plan that the next one carries out first.

    sync(open_source("https://packs.example.org/"), Path("mirror"), Terms(now=int(time.time())))
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import ExitStack
from functools import partial
from itertools import chain
from pathlib import Path

from packyard.audit import audit, audit_staged
from packyard.audit.reading import Reading
from packyard.audit.staged import DEPTH
from packyard.edges.mirror_heads import (
    FIRST,
    by_path,
    check_past,
    damaged,
    fetch_heads,
    must_be_ours,
    read_before,
    verify_heads,
    with_evidence,
)
from packyard.edges.mirror_kept import Kept
from packyard.edges.mirror_log import LogCopy
from packyard.edges.mirror_place import demand_one_disk, demand_ways, hosts_own, make_durable, must_be_a_mirror
from packyard.edges.mirror_source import After, Copy, Fetched, HeadSite, Source, Unlike, streamed
from packyard.edges.store import HEADS, Staging, Workplace
from packyard.edges.workers import FEW, processors
from packyard.errors import NotFound, Problem, Stale
from packyard.formats import inventory, layout
from packyard.formats.bundle import Bundle
from packyard.formats.snapshot import Snapshot
from packyard.head import Head
from packyard.mirror.following import check_fresh, check_grows, check_numbers, check_prefix
from packyard.mirror.planning import Tree, dropped, is_kept, read_tree, rounds
from packyard.mirror.values import Synced, Terms, Untrue

#: What is wrong with a file by itself.
_DAMAGE = ("file-changed", "file-missing", "file-unreadable")


def sync(source: Source, folder: Path, terms: Terms) -> Synced:
    """Makes `folder` a mirror of `source`, or brings it up to date.

    Raises `Stale` for a source that is expired, older than the mirror, or of another history; `BadChecksum`,
    `NotFound`, `BadSignature`, `BadKey` and `Untrue` for one that lies; `WorldError` when network or disk fail, or
    another sync is at work; `UsageError` for a folder that is no mirror. The mirror is then as it was.
    """
    folder = Path(os.path.abspath(folder))  # noqa: PTH100 - links stay as they are
    workplace = Workplace(folder)
    must_be_a_mirror(folder, workplace)
    with ExitStack() as stack:
        stack.callback(os.close, workplace.lock())
        demand_one_disk(workplace)
        staging = Staging(workplace)
        if staging.decided():
            staging.root.mkdir(parents=True, exist_ok=True)
            staging.activate()
            Fetched(workplace.root / "fetched").clear()
        stack.callback(_clear_undecided, staging)
        return _persist(source, workplace, terms)


def _clear_undecided(staging: Staging) -> None:
    if not staging.decided():
        staging.clear()


def _persist(source: Source, workplace: Workplace, terms: Terms) -> Synced:
    """Syncs. A source that does not have what it promises may be published at this moment: it is asked again, as often
    as `terms.pauses` says, unless it shows the same head and has other bytes where bytes never change.
    """
    seen, unlike = Bundle(b"", b"", b""), None
    for pause in (*terms.pauses, None):
        try:
            parts = fetch_heads(source)
            if unlike is not None and parts == seen and layout.immutable(unlike.path):
                raise unlike.cause
            seen = parts
            return _Sync(source, workplace, terms).run(parts)
        except Unlike as error:
            unlike = error
            if pause is None:
                raise error.cause from None
            time.sleep(pause)
    raise AssertionError


class _Sync:
    """One attempt at one head of the source."""

    def __init__(self, source: Source, workplace: Workplace, terms: Terms) -> None:
        self.source, self.terms, self.root = source, terms, workplace.root
        self.copy, self.fetched = Copy(workplace.out), Fetched(workplace.root / "fetched")
        self.staging = Staging(workplace)
        self.staging.clear()
        self.before = read_before(self.copy, terms.root_key, terms.repair)
        self.known = self.before.snapshot if self.before and not terms.repair else None
        self.kept = Kept(self.staging, terms.repair)

    def run(self, parts: Bundle) -> Synced:
        """Makes the mirror what the source is under this head."""
        given = by_path(parts)
        if self.before and self.known and all(map(self.staging.same, given, given.values())):
            self.fetched.clear()
            check_fresh(self.before, self.terms.now)
            return self.result(self.before)
        site = HeadSite(self.source, self.copy if self.before else None, given)
        head = verify_heads(site, self.terms.root_key, self.before.trust.number if self.before else 0)
        if not self.before and not self.terms.root_key:
            must_be_ours(self.mine(FIRST), site)
        mine = Bundle(*(self.mine(path) for path in given if path != layout.SNAPSHOT_BUNDLE))
        sides = {"mirror": (self.copy.name, mine), "source": (self.source.name, parts)}
        log = with_evidence(self.root / "evidence", sides, self.terms.now, partial(self.open_log, head))
        with ThreadPoolExecutor(self.terms.jobs) as pool:
            log.take(pool, self.terms.jobs)
            tree = self.take_files(head, pool)
        for path, data in (site.trust | given).items():
            self.write(path, data)
        return self.finish(head, log, tree, frozenset(site.trust))

    def open_log(self, head: Head) -> LogCopy:
        """The log of the source, which goes on from that of the mirror, unless the roots began another. Raises
        `Stale`.
        """
        before, after = self.before, head.snapshot
        if before and check_past(self.copy, before, head):
            self.known = None
        check_fresh(head, self.terms.now)
        try:
            return self.grown_log(before.snapshot if before else None, after)
        except Stale:
            if before is None or before.trust.log_vkey == head.trust.log_vkey:
                raise
        self.known = None
        return self.grown_log(None, after)

    def grown_log(self, before: Snapshot | None, after: Snapshot) -> LogCopy:
        """The log of the source, which goes on from that of `before`."""
        if before:
            check_grows(before, after)
        old = self.known.log_size if self.known else 0
        log = LogCopy(self.source, self.staging, self.fetched.root / "log", after, old)
        if before:
            check_prefix(before, after, log.hash)
        return log

    def mine(self, path: str) -> bytes:
        """A file of the mirror's own head."""
        try:
            return self.copy.read(path, 1 << 20)
        except NotFound:
            return b""

    # --- files ---

    def take_files(self, head: Head, pool: Executor) -> Tree:
        """Stages every file that the new lists name and the mirror does not have; gives the lists."""
        reading = Reading(self.staging)
        new, old = read_tree(reading, head.snapshot), self.old_tree()
        for wanted in rounds(new, old):
            for path, digest, there in streamed(pool, self.terms.jobs, self.obtain, wanted):
                if there != digest:
                    self.place(path, digest, there)
            self.refuse(reading.problems, new)
            self.demand_whole(old)
        return new

    def demand_whole(self, old: Tree | None) -> None:
        """Raises `WorldError` when a list of the mirror is not what it was: what is new cannot be told by it."""
        for problem in old.problems if old else ():
            raise damaged(problem)

    def old_tree(self) -> Tree | None:
        """The lists that the mirror has, None when they do not count."""
        return read_tree(Reading(self.copy), self.known) if self.known else None

    def obtain(self, wanted: tuple[str, str]) -> tuple[str, str, str]:
        """Fetches a file that is neither in the mirror nor fetched already; (path, its hash, that of what is there)."""
        path, digest = wanted
        there = self.copy.digest(path)
        if there != digest and not self.fetched.has(digest):
            self.fetched.put(digest, self.source.fetch(path, digest))
        return path, digest, there

    def place(self, path: str, digest: str, there: str) -> None:
        """Stages what was fetched."""
        if there and is_kept(path):
            self.kept.keep(there, path)
        self.fetched.place(digest, self.staging.root / path)
        self.staging.written += 1

    def write(self, path: str, data: bytes) -> None:
        """Stages a file that no list names."""
        if not self.staging.same(path, data):
            self.staging.write(path, data)

    # --- the end ---

    def finish(self, head: Head, log: LogCopy, tree: Tree, trust: frozenset[str]) -> Synced:
        """Verifies what is staged and makes it the mirror."""
        old = self.old_tree()
        gone = set(dropped(tree, old)) if old else set()
        self.demand_whole(old)
        for path in gone:
            if is_kept(path) and (digest := self.copy.digest(path)):
                self.kept.keep(digest, path)
        found = head.snapshot
        gone |= self.kept.close(self.terms.now, found.expires - found.issued)
        gone |= set(log.gone()) if log.old != log.size else set()
        if old is None:
            gone |= set(self.strangers(tree, trust, log))
        news = log.news()
        numbers = check_numbers(self.known, found, news.snapshots) if self.known else ()
        self.refuse([*self.problems(head, frozenset(gone), old is None), *numbers], tree)
        demand_ways(self.copy.root, chain(self.staging.paths(), gone))
        make_durable(self.staging)
        self.staging.decide(gone)
        written = self.staging.written
        self.staging.activate()
        self.fetched.clear()
        return self.result(head, True, news.packs, written, len(gone))

    def strangers(self, tree: Tree, trust: frozenset[str], log: LogCopy) -> Iterator[str]:
        """What stands in the folder and is no part of the site; asked when nothing there is taken as it is."""
        apart = trust | self.kept.paths() | log.paths() | frozenset(HEADS)
        for path in self.copy.paths():
            if path not in apart and tree.chain.digest(path) is None and not hosts_own(path):
                yield path

    def refuse(self, problems: Iterable[Problem], tree: Tree) -> None:
        """Raises `Untrue` when there are problems, and nothing that was fetched is used again. When the mirror has lost
        or damaged what it had, nothing can be said about the source: `WorldError`.
        """
        found = tuple(problems)
        for each in found:
            if each.code in _DAMAGE and not self.staging.staged(each.path) and tree.chain.digest(each.path):
                raise damaged(each)
        if found:
            self.fetched.clear()
            raise Untrue(found)

    def problems(self, head: Head, gone: frozenset[str], whole: bool) -> tuple[Problem, ...]:
        """What an audit finds, of everything or of what is staged."""
        packs = {inventory.pack_of(path) for path in self.staging.paths_below("packs/")}
        if not whole and len(packs) <= DEPTH:
            return tuple(audit_staged(self.staging, head.trust, gone))
        workers = processors() if len(packs) > FEW else 1
        found = audit(After(self.staging, gone), head.trust, self.terms.now, workers).problems
        return tuple(each for each in found if each.code != "file-unlisted" or not hosts_own(each.path))

    def result(self, head: Head, changed: bool = False, *done: object) -> Synced:
        """What was done."""
        return Synced(head, changed)._replace(
            **dict(zip(("packs", "written", "removed"), done, strict=False)),  # type: ignore[arg-type]
            requests=self.source.requests,
            size=self.source.size,
        )
