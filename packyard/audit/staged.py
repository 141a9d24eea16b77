"""The audit of what is about to become a site, at the cost of what changes.

A site that was right stays right when the difference is: every staged file is one that the new chain names, every line
that changed in a list leads to a file with that hash, nothing changes that never may, what no list names any longer is
removed, the log goes on where it ended, and the packs with something staged follow from their state before and what
came since.
"""

from __future__ import annotations

from collections.abc import Collection, Container, Iterable, Iterator
from itertools import chain, groupby
from typing import Protocol

from packyard.audit import heads
from packyard.audit.chain import Chain
from packyard.audit.growth import Growth, check_tile, read_growth
from packyard.audit.ledger import Claim, shown
from packyard.audit.packs import INDEX, LIST, PackTask, audit_pack
from packyard.audit.people import People
from packyard.audit.reading import DOCUMENT_LIMIT, Reading
from packyard.audit.rows import check_head
from packyard.audit.states import known_state
from packyard.audit.tasks import Desk, FilesTask, perform_all
from packyard.audit.versions import Judge, handles_in, parse_stated
from packyard.catalogue import State
from packyard.errors import FormatError, NotFound, Problem
from packyard.formats import entries, inventory, layout, minisign, names, snapshot, trustfile
from packyard.formats.snapshot import Snapshot
from packyard.formats.tiles import WIDTH
from packyard.protocols import Listing
from packyard.registry import Trust

#: How many packs are looked at in depth. Of a larger build every byte is held against the signed lists, and what the
#: packs say was judged when they were made; `packyard audit` judges it all again.
DEPTH = 64
#: What root keys may have signed.
_BY_ROOTS = ("recover", "withdraw")


class Staged(Listing, Protocol):
    """A staging area: `read` gives what the site will be, `paths` what is staged, `current` what the site has now."""

    def current(self, path: str, limit: int) -> bytes | None: ...

    def staged(self, path: str) -> bool: ...


class _Now:
    """The site as it is now, as a `Reader`."""

    def __init__(self, staging: Staged) -> None:
        self.name, self._staging = staging.name, staging

    def read(self, path: str, limit: int) -> bytes:
        """A file's bytes."""
        data = self._staging.current(path, limit)
        if data is None:
            raise NotFound("file-missing", "the file is missing", path=path)
        return data


def audit_staging(
    staging: Staged, trust: Trust, removals: Iterable[str], packs: Collection[str] | None, workers: int
) -> list[Problem]:
    """See `packyard.audit.audit_staged`."""
    reading = Reading(staging)
    value = heads.verify_snapshot(reading, trust)
    if value is not None:
        _check_trust(reading, trust)
        before = _before(reading, staging, value)
        heads.verify_head(reading, value, trust._replace(quorum=0))  # a witness can only cosign what is there already
        growth = read_growth(reading, value, before)
        check_head(reading, value)
        audit = _StagedAudit(staging, reading, value, before)
        audit.lists(removals)
        if growth is not None:
            audit.files(growth, trust, packs, workers)
    return sorted(set(reading.problems))


def _check_trust(reading: Reading, trust: Trust) -> None:
    path = layout.TRUST + f"{trust.number}.json"
    text = reading.read(path, trustfile.LIMIT)
    if text is not None and reading.attempt(path, trustfile.parse_trust, text) != trust:
        reading.report("trust-pinned", path, "the trust file is not the one of this build")


def _before(reading: Reading, staging: Staged, value: Snapshot) -> Snapshot | None:
    """The snapshot of the site as it is now, which the new one must follow."""
    text = staging.current(layout.SNAPSHOT, snapshot.LIMIT)
    try:
        before = snapshot.parse_snapshot(text) if text is not None else None
    except FormatError:
        return None
    if before and (before.number > value.number or before.issued > value.issued):
        message = "the snapshot is older than the one that is there"
        reading.report("snapshot-order", layout.SNAPSHOT, message, f"after {before.number}", value.number)
    return before


class _StagedAudit:
    """The audit of a staging area whose snapshot is signed as it should be."""

    def __init__(self, staging: Staged, reading: Reading, value: Snapshot, before: Snapshot | None) -> None:
        self.staging, self.reading, self.issued = staging, reading, value.issued
        self.new = Chain(reading, value)
        # Whatever is wrong with the site as it is now is not this audit's concern.
        self.now = Reading(_Now(staging))
        self.old = Chain(self.now, before) if before else None
        self.people = People(reading, self.new, self.old)
        self.gone: frozenset[str] = frozenset()
        self.undecided: set[str] = set()

    def lists(self, removals: Iterable[str]) -> None:
        """The lists at the top, and that nothing is removed that a list names."""
        self.gone = frozenset(removals)
        for path in self.gone:
            if self.new.digest(path) is not None:
                self.reading.report("removal-listed", path, "a file that is to be removed is in the lists")
        self.compare(layout.INDEX_SUMS)
        self.compare_site(layout.SITE_SUMS)

    def compare(self, listing: str, staged: Container[str] = ()) -> frozenset[str]:
        """The changed lines of a list. One that leads to nothing staged must lead to a file that is there already.

        What is in `staged` is known to be staged.
        """
        lines, before = self.new.lines(listing), self.old.lines(listing) if self.old else {}
        moved = self.moved(lines.keys() - before.keys()) if listing.startswith("site") else {}
        known = {**before, **moved}
        changed = frozenset(path for path, digest in lines.items() if known.get(path) != digest)
        for path in changed:
            if path in known and layout.immutable(path):
                self.reading.report("immutable-changed", path, "a file that never changes would change")
            if path not in staged and not self.staging.staged(path):
                self.reading.intact(path, lines[path])
        for path in before.keys() - lines.keys() - self.gone:
            if self.new.digest(path) is None:  # else another list names it now
                self.reading.report("file-leftover", path, "no list names the file any longer, and it is not removed")
        return changed

    def moved(self, paths: Iterable[str]) -> dict[str, str]:
        """The hashes that paths outside `packs/` had, of those that some list named: it may have been another one."""
        found = ((path, self.old.digest(path) if self.old else None) for path in paths)
        return {path: digest for path, digest in found if digest is not None}

    def compare_site(self, listing: str) -> None:
        """The changed lines of a list, and of those below it whose own lines changed or are gone."""
        changed = self.compare(listing)
        gone = (self.old.lines(listing) if self.old else {}).keys() - self.new.lines(listing).keys()
        for each in sorted(filter(inventory.is_site_list, changed | gone)):
            self.compare_site(each)

    def compare_pack(self, pack: str, staged: Container[str]) -> frozenset[str]:
        """The changed lines of a pack's lists; those that did not change are not read."""
        own = layout.pack(pack, LIST)
        changed = self.compare(own, staged)
        gone = (self.old.lines(own) if self.old else {}).keys() - self.new.lines(own).keys()
        lists = filter(inventory.is_pack_list, sorted(changed | gone))
        return changed.union(*(self.compare(each, staged) for each in lists))

    def files(self, growth: Growth, trust: Trust, packs: Collection[str] | None, workers: int) -> None:
        """Every staged file, and the packs with something staged: the first `DEPTH` in depth."""
        for logged in growth.ledger.revisions:
            claim = self.people.take(logged)
            self.settle(growth, [claim] if claim else [], [] if claim else [logged.at])
        tasks = self.look(growth, trust, packs)
        first = next(tasks, None)
        if first is not None:
            for done in perform_all(Desk(self.staging, None, b""), chain([first], tasks), workers):
                self.reading.problems += done.problems
        for number, indexes in groupby(growth.ledger.unclaimed(), lambda at: at // WIDTH):
            bundle = growth.tiles.entries(number)
            for at in indexes:
                self.unclaimed(at, bundle[at % WIDTH])

    def look(self, growth: Growth, trust: Trust, packs: Collection[str] | None) -> Iterator[FilesTask]:
        """Looks at everything staged, but for the files of packs that are not looked at in depth: these it gives."""
        deep = 0
        for (pack, own), paths in groupby(self.staging.paths(), _whose):
            if not pack:
                for path in paths:
                    self.file(growth, path)
                continue
            staged = frozenset(paths)
            if not own:
                yield FilesTask(self.listed(staged))
            elif deep < DEPTH and (packs is None or pack in packs):
                deep += 1
                self.pack(growth, trust, pack, staged)
            else:
                self.undecided.add(pack)
                yield self.sealed(pack, staged)

    def sealed(self, pack: str, paths: frozenset[str]) -> FilesTask:
        """The staged files of a pack with the hashes that its lists give them."""
        self.compare_pack(pack, paths)
        return FilesTask(self.listed(paths))

    def listed(self, paths: Iterable[str]) -> tuple[tuple[str, str], ...]:
        """(path, hash) of the staged files that a list names; the others are problems."""
        digests = [(path, self.new.digest(path)) for path in sorted(paths)]
        for path in (path for path, digest in digests if digest is None):
            self.reading.report("file-unlisted", path, "no list names the staged file")
        return tuple((path, digest) for path, digest in digests if digest is not None)

    def file(self, growth: Growth, path: str) -> None:
        """A staged file outside the packs."""
        if inventory.sealed_apart(path):
            if path.startswith(layout.LOG + "tile/"):
                check_tile(self.reading, growth.tiles, path)
            elif path.startswith(layout.BY_HASH) and path != layout.BY_HASH_INDEX:
                self.reading.intact(path, path.removeprefix(layout.BY_HASH))
        elif (digest := self.new.digest(path)) is None:
            self.reading.report("file-unlisted", path, "no list names the staged file")
        elif path.startswith("index/"):
            self.compare(path)
        elif path not in snapshot.LISTED:  # these were looked at first, and the lists below them
            self.reading.intact(path, digest)

    def pack(self, growth: Growth, trust: Trust, pack: str, paths: frozenset[str]) -> None:
        """A pack with staged files: a new one as a whole, another as far as it changes."""
        own = layout.pack(pack, LIST)
        self.listed(paths)
        digest = self.new.digest(own)
        if digest is None:
            return
        is_new, known = self.old is None or self.old.digest(own) is None, self.state(pack)
        look = None if is_new else paths | self.compare_pack(pack, paths)
        said = tuple(growth.ledger.said.get(pack, ()))
        if not self.people.authority.trusts and any(logged.fields["type"] in _BY_ROOTS for logged in said):
            self.people.trust(heads.read_trust(self.reading, trust.number, trust, "") or ())
        judge = self.judge(trust, pack) if is_new or known else None
        found = audit_pack(self.reading, judge, PackTask(pack, digest, said, None, look, known))
        self.settle(growth, found.claims, found.excused)
        if not found.decided:
            self.undecided.add(pack)

    def state(self, pack: str) -> State | None:
        """The state of a pack as the site that is there says."""
        path = layout.pack(pack, INDEX)
        digest = self.old.digest(path) if self.old else None
        data = self.now.intact(path, digest, DOCUMENT_LIMIT) if digest else None
        document = self.now.document(path, data, "packyard/pack/1") if data is not None else None
        return self.now.attempt(path, known_state, pack, document) if document else None

    def judge(self, trust: Trust, pack: str) -> Judge:
        """By what a pack is judged, with everybody known who has anything to do with it."""
        root = layout.pack(pack)
        data = self.reading.intact(root + INDEX, self.new.digest(root + INDEX) or "", DOCUMENT_LIMIT)
        document = self.reading.document(root + INDEX, data, "packyard/pack/1") if data is not None else None
        stated = self.reading.attempt(root + INDEX, parse_stated, document, pack) if document else None
        for handle in sorted(handles_in(document or {}, stated or {}, self.new.below(root + "statements/"))):
            self.people.load("publisher", handle)
        if scope := names.scope(names.parse_name(pack)):
            self.people.load("org", scope)
        attest = tuple(map(minisign.parse_public_key, trust.attest_keys))
        return Judge(trust.origin, self.people.authority, frozenset(self.people.damaged), attest, self.issued, False)

    def settle(self, growth: Growth, claims: Iterable[Claim], excused: Iterable[int]) -> None:
        """The log must have the entries that the site deserves."""
        for at in excused:
            growth.ledger.excuse(at)
        for claim in claims:
            if not growth.ledger.claim(claim):
                message = f"entry {claim.at} of the log is not the one for this"
                self.reading.report("log-mismatch", claim.path, message, shown(claim.entry))

    def unclaimed(self, at: int, entry: bytes) -> None:
        """A new entry of the log that is about nothing that is staged."""
        pack = str(entries.parse_entry(entry).get("pack"))
        if pack not in self.undecided:
            message = f"entry {at} of the log is about something that is not on the site"
            self.reading.report("log-unmet", layout.pack(pack), message, shown(entry), "nothing")


def _whose(path: str) -> tuple[str, bool]:
    """The pack that a path belongs to, and whether it stands in its folder, where what other programs read does not."""
    return inventory.pack_of(path), path.startswith("packs/")
