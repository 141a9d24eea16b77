"""A pack as it is proven: from its document, the files that this names, and the log, to who owns it and what it offers.

1. Each revision of a publisher or an organisation is verified by those before it, and its entry is in the log.
2. Each statement is verified by the keys of its time, and its entry is in the log. Root keys count only if they are
   named by a trust file that was not replaced before, as far as the client knows.
3. The first version, which made the owner, is verified by its signature, and its entry is in the log. Of the others the
   claims are taken along, each by a publisher who had that key: what somebody installs is verified then
   (`packyard.client.releases`).
4. The steps are taken again in the order of the log: each must have been allowed to whoever signed it, and they must
   lead to what the document says.
5. What the client has seen of the log itself must be in the document, and the other way round. So nobody can leave out
   a transfer, a revoked key or a yank that happened since the client knows the registry, whichever keys of the
   registry they have.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from hashlib import sha256
from typing import NamedTuple

from packyard.catalogue import finish, publish, say
from packyard.client.documents import Claim, Document, release_of, subject
from packyard.client.judges import Known, Registry
from packyard.client.ledger import Ledger
from packyard.client.refusals import attempt, refusal
from packyard.client.wanted import Files, Want, need
from packyard.errors import FormatError, Problem
from packyard.formats import entries, layout, minisign
from packyard.formats.fields import shown
from packyard.formats.registry import LIMITS
from packyard.formats.times import DAY, format_time
from packyard.lifecycle import State as Steps
from packyard.lifecycle import settle
from packyard.model import Entry, Event, Pack, Record, Release
from packyard.rules.authority import FILE_LIMIT, Revisions, check_revision, verify_signed
from packyard.rules.folder import SIGNATURE, SUMS
from packyard.rules.statements import Spoken, check_statement

#: The most bytes of a list of checksums: no registry can allow a longer one.
SUMS_LIMIT = 300 * LIMITS["files"].highest


class Proven(NamedTuple):
    """A pack that is what its owners signed, by whom its versions are judged, and files of people that were read."""

    pack: Pack
    authority: Revisions
    people: Mapping[str, bytes]
    log: Mapping[int, bytes]


class _Texts:
    """Files at hand, as a `protocols.Source` whose ids are paths."""

    def __init__(self, texts: Mapping[str, bytes]) -> None:
        self._texts = texts

    def tree(self, oid: str) -> tuple[Entry, ...]:
        """There are no trees here."""
        raise KeyError(oid)

    def blob(self, oid: str, limit: int) -> bytes:
        """A file's bytes."""
        if len(self._texts[oid]) > limit:
            raise FormatError("too-large", "the file is too large", expected=f"at most {limit} bytes")
        return self._texts[oid]


def pack_wants(document: Document, registry: Registry, ledger: Ledger) -> Iterator[Want]:
    """Everything that must be fetched to prove a pack, given its document."""
    records = (*document.revisions, *document.statements)
    for record in records:
        if not _is_known(record, registry.people):
            yield Want(record.path, FILE_LIMIT, record.sha256)
            yield from (Want(path, FILE_LIMIT, document.listed.get(path, "")) for path in record.signatures)
    first = _first(document)
    here = layout.version(document.name, first.version)
    yield Want(here + SUMS, SUMS_LIMIT, first.identity)
    yield Want(here + SIGNATURE, minisign.LIMIT, document.listed.get(here + SIGNATURE, ""))
    yield from ledger.wants([first.log_index, *(record.log_index for record in records)])


def prove_pack(files: Files, document: Document, registry: Registry, ledger: Ledger) -> Proven:
    """The pack, when everything in its document is proven. Raises `Wanted` and `TrustError`."""
    need(files, pack_wants(document, registry, ledger))
    prover = _Prover(files, document, registry, ledger)
    for record in document.revisions:
        prover.revision(record)
    spoken = [prover.statement(record) for record in document.statements]
    prover.first_version()
    prover.claims()
    prover.nothing_left_out(spoken)
    pack = prover.fold(spoken)
    prover.as_stated(pack)
    return Proven(pack, prover.authority, prover.people, dict(ledger.proven))


def _is_known(record: Record, people: Mapping[str, bytes]) -> bool:
    """Whether the text and the signatures of a record are at hand."""
    text = people.get(record.path)
    return text is not None and sha256(text).hexdigest() == record.sha256 and people.keys() >= {*record.signatures}


def _first(document: Document) -> Claim:
    return min(document.versions, key=lambda claim: claim.log_index)


def entry_of(name: str, claim: Claim) -> bytes:
    """The entry that the log must have of a version."""
    return entries.publish_entry(name, claim.version, claim.identity, claim.key, claim.published)


def event_of(name: str, claim: Claim) -> Event:
    """A version as an event at its place in the log."""
    return Event(claim.log_index, "version", name, claim.version, (), "", claim.published, claim.log_index)


class _Prover:
    """The proof of one pack, step by step."""

    def __init__(self, files: Files, document: Document, registry: Registry, ledger: Ledger) -> None:
        self.files, self.document, self.registry, self.ledger = files, document, registry, ledger
        self.authority = Known(registry)
        self.people: dict[str, bytes] = {}
        self.where = f"{files.name}/{layout.pack(document.name, 'index.json')}"

    def revision(self, record: Record) -> None:
        """One more revision of somebody who may sign."""
        kind, name, _ = subject(record)
        text = f"{name}.yaml"
        texts = self.texts(record)
        pairs = tuple((text + path.removeprefix(record.path), path) for path in texts)
        event = Event(record.log_index, kind, name, "", pairs, "", record.published, record.log_index)
        revision, problems = check_revision(_Texts(texts), event, self.authority, everybody=False)
        if revision is None:
            ending = problems[0].path.rpartition(text)[2]
            raise refusal(problems[0]._replace(path=f"{self.files.name}/{record.path}{ending}"), texts)
        entry = entries.revision_entry(kind, name, revision.sha256, revision.keys, record.published)
        self.in_log(record, entry, texts)
        self.authority.add(revision)
        self.people |= texts

    def texts(self, record: Record) -> dict[str, bytes]:
        """The text and its signatures, by path."""
        if _is_known(record, self.registry.people):
            return {path: self.registry.people[path] for path in (record.path, *record.signatures)}
        found = {record.path: self.files.sealed(record.path, record.sha256, FILE_LIMIT)}
        return found | {path: self.signature(path) for path in record.signatures}

    def signature(self, path: str) -> bytes:
        """A signature; those of a pack's own files are sealed with them."""
        digest = self.document.listed.get(path, "")
        return self.files.sealed(path, digest, FILE_LIMIT) if digest else self.files.read(path, FILE_LIMIT)

    def statement(self, record: Record) -> Spoken:
        """One statement, by those who had to sign it."""
        name = self.document.name
        texts = self.texts(record)
        pairs = tuple((path.rpartition("/")[2], path) for path in texts)
        stem = record.path.rpartition("/")[2].removesuffix(".yaml")
        event = Event(record.log_index, "statement", name, stem, pairs, "", record.published, record.log_index)
        spoken, problems = check_statement(_Texts(texts), event, self.authority, self.registry.origin)
        if spoken is None:
            ending = problems[0].path.rpartition(stem + ".yaml")[2]
            raise refusal(problems[0]._replace(path=f"{self.files.name}/{record.path}{ending}"), texts)
        self.not_dated_back(spoken)
        said, about = spoken.statement, spoken.statement.fields.get("version", "")
        facts = (said.action, name, said.sequence, about, spoken.sha256, spoken.keys, record.published)
        self.in_log(record, entries.statement_entry(*facts), texts)
        return spoken

    def in_log(self, record: Record, entry: bytes, texts: Mapping[str, bytes]) -> None:
        """Whether the log has the entry that a file deserves."""
        attempt(f"{self.files.name}/{record.path}", texts, self.ledger.prove, record.log_index, entry)

    def not_dated_back(self, spoken: Spoken) -> None:
        """Whether a recovery's waiting time began when it came into the log; clocks may differ by a day."""
        latest = self.ledger.latest(spoken.event.seq) if spoken.statement.action == "recover" else 0
        if spoken.event.time + DAY < latest:
            message, place = "the recovery is dated before what it follows in the log", layout.pack(self.document.name)
            expected, found = f"about {format_time(latest)}", format_time(spoken.event.time)
            raise refusal(Problem("recovery-early", f"{self.files.name}/{place}", message, 0, expected, found))

    def first_version(self) -> None:
        """The version that made the owner, by its signature."""
        name, claim = self.document.name, _first(self.document)
        attempt(self.where, {}, self.ledger.prove, claim.log_index, entry_of(name, claim))
        here = layout.version(name, claim.version)
        text = self.files.sealed(here + SUMS, claim.identity, SUMS_LIMIT)
        signature = self.signature(here + SIGNATURE)
        proof = (text, signature, f"{name} {claim.version}", event_of(name, claim), self.authority, "publish")
        signed = attempt(
            f"{self.files.name}/{here}{SIGNATURE}", {SUMS: text, SIGNATURE: signature}, verify_signed, *proof
        )
        if (signed.publisher.handle, signed.key_id) != (claim.publisher, claim.key):
            message = "the first version was signed by somebody else than the document says"
            expected, found = f"{claim.publisher}, key {claim.key}", f"{signed.publisher.handle}, key {signed.key_id}"
            raise refusal(Problem("key-unknown", self.where, message, 0, expected, found))

    def claims(self) -> None:
        """Whether every version is claimed of somebody who had its key, and is in the log as far as that is known."""
        for claim in self.document.versions:
            signer = self.authority.publisher(claim.publisher, claim.log_index)
            if signer is None or signer.key(claim.key) is None:
                message = f"version {claim.version} is said to be signed by a key that {claim.publisher} did not have"
                raise refusal(Problem("key-unknown", self.where, message, 0, "", f"key {shown(claim.key)}"))
            if self.ledger.knows(claim.log_index):
                entry = entry_of(self.document.name, claim)
                attempt(self.where, {}, self.ledger.prove, claim.log_index, entry)

    def nothing_left_out(self, spoken: Iterable[Spoken]) -> None:
        """Whether every entry that is known about the pack, and about those on whom it rests, is one of its steps."""
        places = {claim.log_index for claim in self.document.versions} | {each.event.seq for each in spoken}
        for index, entry in self.ledger.about("pack", self.document.name):
            if index not in places:
                self.refuse_hidden(index, entry)
        revised = {record.log_index for record in self.document.revisions}
        people = {subject(record)[:2] for record in self.document.revisions}
        for kind, name in sorted(people):
            for index, entry in self.ledger.about(kind, name):
                if index < max(places) and index not in revised:
                    self.refuse_hidden(index, entry)

    def refuse_hidden(self, index: int, entry: bytes) -> None:
        """Refuses a document that does not tell what the log does."""
        message = f"entry {index} of the log is about this, and the pack's document leaves it out"
        hint = "the copy is behind or holds something back: ask another mirror"
        raise refusal(Problem("log-hidden", self.where, message, 0, entry.decode(), "nothing", hint))

    def fold(self, spoken: Iterable[Spoken]) -> Pack:
        """The pack after all its steps, each allowed to whoever took it."""
        state = Steps(self.document.name)
        releases = [release_of(self.document.name, claim) for claim in self.document.versions]
        steps: list[Release | Spoken] = [*releases, *spoken]
        for step in sorted(steps, key=lambda each: each.event.seq if isinstance(each, Spoken) else each.seq):
            time = step.event.time if isinstance(step, Spoken) else step.published
            self.wait(state, time)
            if isinstance(step, Spoken):
                state = attempt(self.where, {}, say, state, step, self.authority)
            else:
                state = attempt(self.where, {}, publish, state, step, self.authority)
        return finish(state)

    def as_stated(self, pack: Pack) -> None:
        """Whether the pack is what its document says: it is by this that people and resolvers choose."""
        stated, proven = dict(_facts(self.document.pack)), dict(_facts(pack))
        for what in stated.keys() | proven.keys():
            if stated.get(what) != proven.get(what):
                message = f"the document does not say of the {what} what was signed"
                expected, found = (shown(each.get(what)) for each in (proven, stated))
                raise refusal(Problem("document-mismatch", self.where, message, 0, expected, found))

    def wait(self, state: Steps, time: int) -> None:
        """A recovery's waiting time must be over by the snapshot's clock, not only by that of a commit."""
        recovery = state.recovery
        if recovery and recovery.effective <= time and self.registry.issued + DAY < recovery.effective:
            message = f"something is dated after the recovery by {recovery.to}, whose waiting time is not over"
            expected, found = format_time(recovery.effective), format_time(self.registry.issued)
            raise refusal(Problem("recovery-early", self.where, message, 0, expected, found))


def _facts(pack: Pack) -> Iterator[tuple[str, object]]:
    """What a document says of a pack, by name, as far as it follows from what was signed."""
    yield "owners", pack.owners
    yield "pack's state", (pack.deprecated, pack.archived, pack.renamed, pack.recovery)
    yield "statements", [(each.sequence, each.action, each.date, each.reason, each.fields) for each in pack.statements]
    for state in pack.versions:
        yield f"version {state.release.version}", state[1:]


def owner_at(pack: Pack, now: int) -> str:
    """Who owns the pack at a time: a recovery that waited long enough has happened."""
    state = settle(Steps(pack.name, pack.owner, co_owners=pack.co_owners, recovery=pack.recovery), now)
    return state.owner
