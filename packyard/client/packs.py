"""A pack as it is proven: from its document, the files that this names, and the log, to who owns it and what it offers.

1. Each revision of a publisher or an organisation is verified by those before it, and its entry is in the log.
2. Each statement is verified by the keys of its time, and its entry is in the log.
3. The first version, which made the owner, is verified by its signature, and its entry is in the log. Of the others the
   claims are taken along: what somebody installs is verified then (`packyard.client.releases`).
4. The steps are taken again in the order of the log: each must have been allowed to whoever signed it.
5. What the client has seen of the log itself must be in the document. So nobody can leave out a transfer, a revoked key
   or a yank that happened since the client knows the registry, whichever keys of the registry they have.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from hashlib import sha256
from typing import NamedTuple

from packyard.catalogue import finish, publish, say
from packyard.client.documents import Claim, Document, release_of, subject
from packyard.client.ledger import Ledger
from packyard.client.refusals import attempt, refusal
from packyard.client.wanted import Files, Want, need
from packyard.errors import FormatError, Problem
from packyard.formats import entries, layout
from packyard.formats.times import DAY, format_time
from packyard.lifecycle import State as Steps
from packyard.lifecycle import settle
from packyard.model import Entry, Event, Pack, Record, Release
from packyard.registry import Trust
from packyard.rules.authority import FILE_LIMIT, Revisions, check_revision, verify_signed
from packyard.rules.folder import SIGNATURE, SUMS
from packyard.rules.statements import Spoken, check_statement


class Registry(NamedTuple):
    """By what a pack is judged: the registry's name, its trust files, when its snapshot was issued, the files of people
    that were verified before, and the identities of versions whose signature was.
    """

    origin: str
    trusts: tuple[Trust, ...]
    issued: int
    people: Mapping[str, bytes]
    proven: frozenset[str]


class Proven(NamedTuple):
    """A pack that is what its owners signed, by whom its versions are judged, and files of people that were read."""

    pack: Pack
    authority: Revisions
    people: Mapping[str, bytes]
    log: Mapping[int, bytes]


class Known(Revisions):
    """Publishers and organisations as the log brought them in. Since when there is a trust file the site does not say,
    so the roots that any of them names may have spoken at any time.
    """

    def roots(self, at: int) -> tuple[Trust, ...]:
        """Every trust file."""
        return self.chain()


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
    for record in (*document.revisions, *document.statements):
        if not _is_known(record, registry.people):
            yield Want(record.path, FILE_LIMIT, record.sha256)
            yield from (Want(path, FILE_LIMIT, document.listed.get(path, "")) for path in record.signatures)
    first = _first(document)
    if first.identity not in registry.proven:
        here = layout.version(document.name, first.version)
        yield Want(here + SUMS, FILE_LIMIT, first.identity)
        yield Want(here + SIGNATURE, FILE_LIMIT, document.listed.get(here + SIGNATURE, ""))
    yield from ledger.wants(_claims(document, {first.version}))


def prove_pack(files: Files, document: Document, registry: Registry, ledger: Ledger) -> Proven:
    """The pack, when everything in its document is proven. Raises `Wanted` and `TrustError`."""
    need(files, pack_wants(document, registry, ledger))
    prover = _Prover(files, document, registry, ledger)
    for record in document.revisions:
        prover.revision(record)
    spoken = [prover.statement(record) for record in document.statements]
    prover.first_version()
    prover.nothing_left_out(spoken)
    return Proven(prover.fold(spoken), prover.authority, prover.people, dict(ledger.proven))


def _is_known(record: Record, people: Mapping[str, bytes]) -> bool:
    """Whether the text and the signatures of a record are at hand."""
    text = people.get(record.path)
    return text is not None and sha256(text).hexdigest() == record.sha256 and people.keys() >= {*record.signatures}


def _first(document: Document) -> Claim:
    return min(document.versions, key=lambda claim: claim.log_index)


def _claims(document: Document, versions: Iterable[str]) -> Iterator[tuple[int, bytes]]:
    """The places in the log that must be proven; the entries of files that are yet to be read are not known."""
    for record in (*document.revisions, *document.statements):
        yield record.log_index, b""
    for claim in document.versions:
        if claim.version in versions:
            yield claim.log_index, entry_of(document.name, claim)


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
        self.authority = Known()
        for trust in registry.trusts:
            self.authority.add_trust(0, trust)
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
            raise refusal(problems[0]._replace(path=f"{self.files.name}/{record.path}"), texts)
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
            raise refusal(problems[0]._replace(path=f"{self.files.name}/{record.path}"), texts)
        said, about = spoken.statement, spoken.statement.fields.get("version", "")
        facts = (said.action, name, said.sequence, about, spoken.sha256, spoken.keys, record.published)
        self.in_log(record, entries.statement_entry(*facts), texts)
        return spoken

    def in_log(self, record: Record, entry: bytes, texts: Mapping[str, bytes]) -> None:
        """Whether the log has the entry that a file deserves."""
        attempt(f"{self.files.name}/{record.path}", texts, self.ledger.prove, record.log_index, entry)

    def first_version(self) -> None:
        """The version that made the owner, by its signature."""
        name, claim = self.document.name, _first(self.document)
        attempt(self.where, {}, self.ledger.prove, claim.log_index, entry_of(name, claim))
        if claim.identity in self.registry.proven:
            return
        here = layout.version(name, claim.version)
        text = self.files.sealed(here + SUMS, claim.identity, FILE_LIMIT)
        signature = self.signature(here + SIGNATURE)
        proof = (text, signature, f"{name} {claim.version}", event_of(name, claim), self.authority, "publish")
        signed = attempt(
            f"{self.files.name}/{here}{SIGNATURE}", {SUMS: text, SIGNATURE: signature}, verify_signed, *proof
        )
        if (signed.publisher.handle, signed.key_id) != (claim.publisher, claim.key):
            message = "the first version was signed by somebody else than the document says"
            expected, found = f"{claim.publisher}, key {claim.key}", f"{signed.publisher.handle}, key {signed.key_id}"
            raise refusal(Problem("key-unknown", self.where, message, 0, expected, found))

    def nothing_left_out(self, spoken: Iterable[Spoken]) -> None:
        """Whether every entry that is known about the pack, and about those on whom it rests, is one of its steps."""
        name = self.document.name
        steps = {claim.log_index: entry_of(name, claim) for claim in self.document.versions}
        last = max((*steps, *(each.event.seq for each in spoken)))
        places = steps.keys() | {each.event.seq for each in spoken}
        for index, entry in self.ledger.about("pack", name):
            if index not in places or steps.get(index, entry) != entry:
                self.refuse_hidden(index, entry)
        revised = {record.log_index for record in self.document.revisions}
        people = {subject(record)[:2] for record in self.document.revisions}
        for kind, each in sorted(people):
            for index, entry in self.ledger.about("handle" if kind == "publisher" else "org", each):
                if index < last and index not in revised and json.loads(entry).get("type") == kind:
                    self.refuse_hidden(index, entry)

    def refuse_hidden(self, index: int, entry: bytes) -> None:
        """Refuses a document that does not tell what the log does."""
        message = f"entry {index} of the log is about this, and the pack's document leaves it out"
        hint = "the copy is behind or holds something back: ask another mirror"
        raise refusal(Problem("log-hidden", self.where, message, 0, entry.decode("utf-8", "replace"), "nothing", hint))

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

    def wait(self, state: Steps, time: int) -> None:
        """A recovery's waiting time must be over by the snapshot's clock, not only by that of a commit."""
        recovery = state.recovery
        if recovery and recovery.effective <= time and self.registry.issued + DAY < recovery.effective:
            message = f"something is dated after the recovery by {recovery.to}, whose waiting time is not over"
            expected, found = format_time(recovery.effective), format_time(self.registry.issued)
            raise refusal(Problem("recovery-early", self.where, message, 0, expected, found))


def owner_at(pack: Pack, now: int) -> str:
    """Who owns the pack at a time: a recovery that waited long enough has happened."""
    state = settle(Steps(pack.name, pack.owner, co_owners=pack.co_owners, recovery=pack.recovery), now)
    return state.owner
