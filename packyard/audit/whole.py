"""The audit of a whole site: signatures first, then the log, then pack by pack what hangs on the snapshot."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Iterator
from hashlib import sha256
from itertools import islice

from packyard.audit import heads
from packyard.audit.chain import Chain
from packyard.audit.kept import read_kept
from packyard.audit.ledger import Claim, Ledger, entries_at, shown
from packyard.audit.log import Log, check_before, check_earlier, check_index, is_earlier, read_log
from packyard.audit.packs import PackTask
from packyard.audit.people import People
from packyard.audit.profiles import audit_profiles
from packyard.audit.reading import Reading, fingerprint
from packyard.audit.report import Counts, Report
from packyard.audit.rows import audit_beside, check_renames, read_rows
from packyard.audit.tasks import Desk, Done, FilesTask, Task, is_listing, perform_all
from packyard.audit.versions import Judge
from packyard.errors import FormatError, Problem
from packyard.formats import entries, layout, minisign
from packyard.formats.snapshot import Snapshot
from packyard.protocols import Listing, Reader
from packyard.registry import Trust

#: Problems beyond this many are counted, not kept.
MOST_PROBLEMS = 5_000
#: Files in one task.
CHUNK = 64


class Whole:
    """One audit of one site; `watch` is told how many packs of how many are done."""

    def __init__(self, site: Reader, watch: Callable[[int, int], object]) -> None:
        self.site, self.watch = site, watch
        self.reading = Reading(site)
        self.problems: dict[Problem, None] = {}
        self.notes: list[Problem] = []
        self.key = secrets.token_bytes(16)
        self.present = 0
        self.counts = Counts()
        self.undecided: set[str] = set()
        self.gone: set[str] = set()
        self.owned: dict[str, list[str]] = {}
        self.masterless = 0
        self.people: People | None = None

    def run(self, pinned: Trust | None, root_key: str, now: int, jobs: int) -> Report:
        """Everything, as far as there is something to believe."""
        stated = heads.parse_snapshot(self.reading)
        trusts = heads.read_trust(self.reading, stated.trust, pinned, root_key) if stated else None
        snapshot = heads.verify_snapshot(self.reading, trusts[-1]) if trusts else None
        if trusts is None or snapshot is None:
            self.note("audit-stopped", layout.SNAPSHOT, "no snapshot can be believed, so nothing below it was judged")
            return self.report(0)
        if pinned is None and not root_key:
            self.note("trust-unpinned", layout.TRUST + "1.json", "the first trust file was taken as it is")
        heads.check_expiry(self.reading, snapshot, trusts[-1], now)
        sound = heads.verify_head(self.reading, snapshot, trusts[-1])
        log = read_log(self.reading, snapshot) if sound else None
        chain = Chain(self.reading, snapshot)
        judge = self.judge(log, chain, snapshot, trusts) if log else None
        if log is None:
            self.note("log-unjudged", layout.CHECKPOINT, "without the log nothing but hashes was judged")
        kept = read_kept(self.reading)
        tasks = self.tasks(chain, snapshot, log, kept or ())
        for done in perform_all(Desk(self.site, judge, self.key), tasks, jobs):
            self.merge(done, log.ledger if log else None)
        self.close(snapshot, chain, log, kept)
        return self.report(snapshot.number)

    def judge(self, log: Log, chain: Chain, snapshot: Snapshot, trusts: tuple[Trust, ...]) -> Judge:
        """Who might sign when, from the log; and by what else packs are judged."""
        check_before(self.reading, log)
        check_index(self.reading, log.ledger, snapshot)
        aside = Reading(self.site)
        people = self.people = People(aside, chain)
        people.trust(trusts)
        for logged in log.ledger.revisions:
            claim = people.take(logged)
            if claim:
                self.settle(log.ledger, claim)
            else:
                log.ledger.excuse(logged.at)
        for path in people.unlogged():
            self.reading.report("revision-unlogged", path, "the log knows of no such revision")
        self.take(aside.problems)
        attest = tuple(minisign.parse_public_key(key) for trust in trusts for key in trust.attest_keys)
        return Judge(snapshot.origin, people.authority, frozenset(people.damaged), attest, snapshot.issued, True)

    def tasks(self, chain: Chain, snapshot: Snapshot, log: Log | None, kept: Iterable[str]) -> Iterator[Task]:
        """Everything whose hash is listed, except the lists themselves and `index.json`."""
        rows, said = read_rows(self.reading, snapshot), log.ledger.said if log else {}
        total = len(rows) if rows is not None else 0
        check_renames(self.reading, rows or {})
        for count, (name, digest) in enumerate(chain.packs()):
            self.watch(count, total)
            row = rows.pop(name, b"") if rows is not None else None
            yield PackTask(name, digest, tuple(said.get(name, ())), row)
        for name in rows or ():
            if not chain.undecided(layout.pack(name, layout.FILES_SUMS)):
                self.reading.report("index-row", layout.INDEX, f"there is no pack {name}, of which there is a row")
        hashed = ((layout.by_hash(digest), digest) for digest in kept)
        for files in (chain.others(), hashed):
            while chunk := tuple(islice(files, CHUNK)):
                yield FilesTask(chunk)

    def merge(self, done: Done, ledger: Ledger | None) -> None:
        """Takes in what a task has found."""
        self.take(done.problems)
        self.present += done.fingerprint
        found, counts = done.found, self.counts
        packs = counts.packs + bool(done.pack)
        self.counts = Counts(
            counts.files + done.files, counts.size + done.size, packs, counts.versions + found.versions, 0
        )
        self.gone.update(found.gone)
        self.masterless += bool(done.pack) and not found.owners
        for owner in found.owners:
            self.owned.setdefault(owner, []).append(done.pack)
        if done.pack and not found.decided:
            self.undecided.add(done.pack)
        if ledger:
            for index in found.excused:
                ledger.excuse(index)
            for claim in found.claims:
                self.settle(ledger, claim)

    def settle(self, ledger: Ledger, claim: Claim) -> None:
        """The log must have the entry where the site says that it is."""
        if not ledger.claim(claim):
            message = f"entry {claim.at} of the log is not the one for this"
            found = entries_at(self.site, [claim.at], ledger.size).get(claim.at)
            self.reading.report("log-mismatch", claim.path, message, shown(claim.entry), shown(found))

    def close(self, snapshot: Snapshot, chain: Chain, log: Log | None, kept: tuple[str, ...] | None) -> None:
        """What only shows at the end: entries that nobody claims, and files that no list names."""
        if log and layout.INDEX_SUMS not in chain.broken:
            self.check_unclaimed(log.ledger, chain)
        beside = Reading(self.site)
        audit_beside(beside, chain, snapshot.origin)
        self.take(beside.problems)
        if self.people:
            aside = Reading(self.site)
            audit_profiles(aside, chain, self.people, None if chain.broken or self.masterless else self.owned)
            self.take(aside.problems)
        for digest in sorted(self.gone.intersection(kept or ())):
            self.reading.report("withdrawn-kept", layout.by_hash(digest), "a withdrawn tarball is kept here")
        strangers = is_listing(self.site) and self.has_strangers(self.site, log)
        self.counts = self.counts._replace(
            files=self.counts.files + len(self.reading.present),
            size=self.counts.size + self.reading.size,
            entries=snapshot.log_size if log else 0,
        )
        if not is_listing(self.site):
            message = "an address does not say which files it has, so unlisted ones were not looked for"
            self.note("paths-unknown", "", message)
        elif strangers:
            self.find_strangers(self.site, chain, log, kept)

    def check_unclaimed(self, ledger: Ledger, chain: Chain) -> None:
        """Entries of the log that are about nothing on the site."""
        for index, entry in entries_at(self.site, ledger.unclaimed(), ledger.size).items():
            try:
                pack = str(entries.parse_entry(entry).get("pack"))
            except FormatError as error:
                self.reading.problems.append(error.at(layout.CHECKPOINT))
                continue
            path = layout.pack(pack, layout.FILES_SUMS)
            if pack not in self.undecided and not chain.undecided(path):
                message = f"entry {index} of the log is about something that is not on the site"
                self.reading.report("log-unmet", layout.pack(pack), message, shown(entry), "nothing")

    def has_strangers(self, site: Listing, log: Log | None) -> bool:
        """Whether there are files that nothing names. Every file that something names was read; so there are others
        exactly if the paths that were read and those that are there are not the same set.
        """
        walked = 0
        for path in site.paths():
            walked += fingerprint((path,), self.key)
            if log and path not in self.reading.present and is_earlier(log, path):
                check_earlier(self.reading, log, path)
        read = self.present + fingerprint(self.reading.present, self.key)
        return (walked - read) % (1 << 128) != 0

    def find_strangers(self, site: Listing, chain: Chain, log: Log | None, kept: tuple[str, ...] | None) -> None:
        """The files that nothing names; of those below something broken nobody knows."""
        apart = frozenset(self.reading.present) | {layout.by_hash(digest) for digest in kept or ()}
        unknown = ((layout.LOG,) if log is None else ()) + ((layout.BY_HASH,) if kept is None else ())
        for path in site.paths():
            named = path in apart or path.startswith(unknown) or chain.digest(path) is not None
            if not named and not chain.undecided(path):
                self.stranger(path)

    def stranger(self, path: str) -> None:
        """A file that nothing names. One that is rightly in `by-hash/` was left out of the document there."""
        digest = path.removeprefix(layout.BY_HASH)
        data = self.reading.find(path) if path.startswith(layout.BY_HASH) else None
        if data is not None and sha256(data).hexdigest() == digest:
            self.reading.report("kept-unlisted", layout.BY_HASH_INDEX, "a file that is kept is not listed", path)
        else:
            self.reading.report("file-unlisted", path, "the file belongs to nothing", help="remove it")

    def note(self, code: str, path: str, message: str) -> None:
        """Adds a note."""
        self.notes.append(Problem(code, path, message))

    def take(self, problems: Iterable[Problem]) -> None:
        """Takes problems in, each once, and only so many."""
        for problem in problems:
            if len(self.problems) < MOST_PROBLEMS:
                self.problems[problem] = None

    def report(self, number: int) -> Report:
        """What was found."""
        self.take(self.reading.problems)
        if len(self.problems) == MOST_PROBLEMS:
            self.note("problems-many", "", f"there are more than {MOST_PROBLEMS} problems; the rest is left out")
        return Report(tuple(sorted(self.problems)), tuple(self.notes), self.counts, number)
