"""A pack checked from its publishers' keys upward, by reading nothing but what the check rests on.

What is read to check a pack is what a kit of it must hold: an exporter checks the packs on the site and takes what was
read; whoever gets the kit checks them in the same way and finds all of it there.

Read are, of each pack: its document; the revisions of publishers and organisations that the document says it rests on,
with their signatures, each judged by those before it; its statements; of every version `SHA256SUMS` and its signature,
and of the chosen ones the tarball, the provenance and the document. All of these must be in the log where the document
says, and what the document says must follow from them.

That all members of an organisation are publishers of the registry is not asked here: it takes the files of people who
have nothing to do with the pack.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from hashlib import sha256
from typing import Any

from packyard.audit.chain import Chain
from packyard.audit.ledger import shown
from packyard.audit.packs import INDEX
from packyard.audit.people import Blobs, Published
from packyard.audit.reading import DOCUMENT_LIMIT, Reading
from packyard.audit.states import audit_state, known_state
from packyard.audit.versions import Judge, Stated, artifacts, audit_tombstone, audit_version, parse_stated
from packyard.catalogue import State
from packyard.errors import FormatError, NotFound
from packyard.formats import entries, layout, minisign, names, sums
from packyard.formats.snapshot import Snapshot, sum_lines
from packyard.formats.tiles import WIDTH, TileReader
from packyard.formats.times import parse_time
from packyard.history import SOURCE
from packyard.kit.listing import open_log
from packyard.model import Event, Release
from packyard.registry import Trust
from packyard.rules.authority import Revision, check_revision, verify_signed
from packyard.rules.folder import SIGNATURE, SUMS
from packyard.rules.statements import Spoken, check_statement

#: Whether the log has an entry at an index, on account of the file at a path.
Logs = Callable[[int, bytes, str], bool]


def audit_packs(
    reading: Reading, value: Snapshot, trusts: tuple[Trust, ...], packs: Mapping[str, Iterable[str]]
) -> None:
    """Whether the packs of a site are what was signed and logged, with the tarballs of these versions of each."""
    try:
        log = open_log(reading, value)
        end = log.entries((log.size - 1) // WIDTH)[-1]
    except (FormatError, NotFound) as error:
        problem = error.problem if isinstance(error, NotFound) else error.at(layout.CHECKPOINT)
        reading.problems.append(problem)
        return
    wanted = index_entry(value)
    if end != wanted:
        message = "the log does not end with the entry of this snapshot"
        reading.report("log-order", layout.CHECKPOINT, message, shown(wanted), shown(end))
    audit_grounds(reading, Chain(reading, value), value, trusts, packs, lambda *entry: _logs(log, *entry))


def index_entry(value: Snapshot) -> bytes:
    """The entry with which the log of a snapshot ends."""
    return entries.index_entry(value.number, sha256(sum_lines(value.sums)).hexdigest())


def _logs(log: TileReader, at: int, entry: bytes, _path: str) -> bool:
    return 0 <= at < log.size and log.entries(at // WIDTH)[at % WIDTH] == entry


def audit_grounds(
    reading: Reading,
    chain: Chain,
    value: Snapshot,
    trusts: tuple[Trust, ...],
    packs: Mapping[str, Iterable[str]],
    logs: Logs,
) -> None:
    """The same for any list of hashes and any way to ask the log."""
    documents = {name: pack_document(reading, chain, name) for name in packs}
    whole = {name: document for name, document in documents.items() if document is not None}
    checker = _Checker(reading, chain, logs)
    known = checker.people(trusts, (each for document in whole.values() for each in _records(document, "authority")))
    attest = tuple(minisign.parse_public_key(key) for trust in trusts for key in trust.attest_keys)
    judge = Judge(value.origin, known, frozenset(), attest, value.issued, True)
    for name, document in whole.items():
        checker.pack(judge, name, document, frozenset(packs[name]))


def pack_document(reading: Reading, chain: Chain, name: str) -> dict[str, Any] | None:
    """The sealed document of a pack; None, and a problem, when there is none or it is not as it should be."""
    path = layout.pack(name, INDEX)
    digest = chain.digest(path)
    if digest is None:
        if not chain.undecided(path):
            reading.report("pack-unknown", path, f"there is no pack {name}")
        return None
    data = reading.intact(path, digest, DOCUMENT_LIMIT)
    document = reading.document(path, data, "packyard/pack/1") if data is not None else None
    stated = reading.attempt(path, parse_stated, document, name) if document is not None else None
    return document if stated is not None else None


def _records(document: Mapping[str, Any], member: str) -> list[dict[str, Any]]:
    listed = document.get(member)
    return [each for each in listed if isinstance(each, dict)] if isinstance(listed, list) else []


def _place(record: Mapping[str, Any]) -> tuple[int, str, str, str]:
    """(index in the log, kind, name, time) of the revision that a record in a document is about."""
    at, kind = record.get("log_index"), record.get("kind")
    return (
        at if type(at) is int else -1,
        "org" if kind == "org" else "publisher",
        str(record.get("name")),
        str(record.get("published")),
    )


class _Checker:
    """Reads what packs rest on, and judges it."""

    def __init__(self, reading: Reading, chain: Chain, logs: Logs) -> None:
        self.reading, self.chain, self.logs = reading, chain, logs

    def people(self, trusts: tuple[Trust, ...], records: Iterable[Mapping[str, Any]]) -> Published:
        """Those who may sign, from the revisions that documents name; each is judged by those before it."""
        known, counts = Published(), dict[str, int]()
        for trust in trusts:
            known.add_trust(0, trust)
        for at, kind, name, published in sorted({_place(each) for each in records}):
            folder = f"{kind}s/{name}/"
            counts[folder] = counts.get(folder, 0) + 1
            stem = f"{folder}{counts[folder]}.yaml"
            time = self.reading.attempt(stem, parse_time, published)
            revision = self._revision(known, Event(at, kind, name, "", (), "", time, at), stem) if time else None
            if revision is not None:
                known.add(revision)
                entry = entries.revision_entry(kind, name, revision.sha256, revision.keys, revision.event.time)
                self._claim(at, entry, stem)
        return known

    def _revision(self, known: Published, event: Event, stem: str) -> Revision | None:
        paths = [path for path in self.chain.below(stem) if path == stem or path.startswith(stem + ".")]
        files = dict(self._files("", paths or [stem]))
        if len(files) < len(paths) or stem not in files:
            return None
        objects = tuple((f"{event.subject}.yaml{path.removeprefix(stem)}", path) for path in paths)
        revision, problems = check_revision(Blobs(files), event._replace(objects=objects), known, everybody=False)
        source = f"{SOURCE}/{event.kind}s/{event.subject}.yaml"
        self.reading.problems += [each._replace(path=stem + each.path.removeprefix(source)) for each in problems]
        return revision

    def pack(self, judge: Judge, name: str, document: dict[str, Any], chosen: frozenset[str]) -> None:
        """One pack, with the tarballs of the chosen versions."""
        path = layout.pack(name, INDEX)
        known = self.reading.attempt(path, known_state, name, document)
        stated = parse_stated(document, name)
        for number in chosen - stated.keys():
            self.reading.report("version-unknown", path, f"there is no {name} {number}", ", ".join(stated))
        if known is None:
            return
        before = len(self.reading.problems)
        releases = [self._release(judge, known, each, each.version in chosen) for each in stated.values()]
        spoken = [self._spoken(judge, name, each) for each in _records(document, "statements")]
        steps = [step for step in (*releases, *spoken) if step is not None]
        if len(self.reading.problems) == before:
            audit_state(self.reading, judge, document, State(name), steps, None)

    def _release(self, judge: Judge, known: State, stated: Stated, chosen: bool) -> Release | None:
        name, withdrawn = known.name, stated.withdrawn is not None
        here, path = layout.version(name, stated.version), layout.pack(name, INDEX)
        if chosen or withdrawn:
            files = dict(self._files(here, artifacts(name, stated.version, withdrawn)))
            if len(files) < len(artifacts(name, stated.version, withdrawn)):
                return None
            digests = {here + each: self.chain.digest(here + each) or "" for each in files}
            release = (
                audit_tombstone(self.reading, judge, name, stated, files)
                if withdrawn
                else audit_version(self.reading, judge, name, stated, files, digests)
            )
        else:
            release = self.reading.attempt(here + SIGNATURE, self._signed, judge, known, stated)
        if release is not None:
            entry = entries.publish_entry(name, stated.version, release.identity, release.key, release.published)
            self._claim(stated.log_index, entry, path, here + SUMS)
        return release

    def _signed(self, judge: Judge, known: State, stated: Stated) -> Release | None:
        """A version of which there is no more than what was signed, as the pack's document describes it."""
        here, release = layout.version(known.name, stated.version), known.versions[stated.version].release
        files = dict(self._files(here, (SUMS, SIGNATURE)))
        if len(files) < 2:
            return None
        event = Event(stated.log_index, "version", known.name, stated.version, (), "", stated.published)
        comment = f"{known.name} {stated.version}"
        signed = verify_signed(files[SUMS], files[SIGNATURE], comment, event, judge.authority, "publish")
        found = (sums.identity(files[SUMS]), signed.publisher.handle, signed.key_id)
        if found != (release.identity, release.publisher, release.key):
            expected = f"{release.identity} by {release.publisher}, key {release.key}"
            raise FormatError(
                "document-mismatch", "the document says something else than what was signed", expected=expected,
                found=f"{found[0]} by {found[1]}, key {found[2]}",
            )  # fmt: skip
        return release

    def _spoken(self, judge: Judge, name: str, record: Mapping[str, Any]) -> Spoken | None:
        path, at = str(record.get("path")), record.get("log_index")
        time = self.reading.attempt(path, parse_time, str(record.get("published")))
        root = layout.pack(name, "statements/")
        if time is None or type(at) is not int or not path.startswith(root):
            self.reading.report(
                "document-invalid", layout.pack(name, INDEX), "a statement lacks where it is", found=path
            )
            return None
        paths = [each for each in self.chain.below(root) if each == path or each.startswith(path + ".")]
        files = dict(self._files("", paths))
        if len(files) < len(paths) or path not in files:
            return None
        objects = tuple((each.rpartition("/")[2], each) for each in paths)
        stem = path.removeprefix(root).removesuffix(".yaml")
        event = Event(at, "statement", name, stem, objects, "", time, at)
        said, problems = check_statement(Blobs(files), event, judge.authority, judge.origin)
        source = f"{SOURCE}/{names.folder(names.parse_name(name))}/"
        self.reading.problems += [
            each._replace(path=layout.pack(name) + each.path.removeprefix(source)) for each in problems
        ]
        if said is not None:
            about = (said.statement.sequence, said.statement.fields.get("version", ""), said.sha256, said.keys, time)
            self._claim(at, entries.statement_entry(said.statement.action, name, *about), path)
        return said

    def _files(self, root: str, wanted: Iterable[str]) -> Iterator[tuple[str, bytes]]:
        """(name, content) of files that are as they were sealed."""
        for name in wanted:
            digest = self.chain.digest(root + name)
            if digest is None:
                self.reading.report("file-missing", root + name, "no list names the file")
            elif (data := self.reading.intact(root + name, digest)) is not None:
                yield name, data

    def _claim(self, at: int, entry: bytes, path: str, proved: str = "") -> None:
        try:
            found = self.logs(at, entry, proved or path)
        except (FormatError, NotFound) as error:
            problem = error.problem if isinstance(error, NotFound) else error.at(layout.CHECKPOINT)
            self.reading.problems.append(problem)
            return
        if not found:
            message = f"entry {at} of the log is not the one for this"
            self.reading.report("log-mismatch", path, message, shown(entry))
