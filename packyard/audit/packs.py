"""One pack: its files, its versions, its statements, and whether its state is what follows from them.

The files come first. What hangs on a file that is not the sealed one is not judged: one wrong byte is one problem.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from packyard.audit.ledger import Claim, Logged
from packyard.audit.people import Blobs
from packyard.audit.reading import Reading
from packyard.audit.states import audit_state
from packyard.audit.versions import (
    Judge,
    Stated,
    artifacts,
    audit_burial,
    audit_tombstone,
    audit_version,
    handles_in,
    parse_stated,
)
from packyard.catalogue import State
from packyard.formats import entries, inventory, layout, names, sums
from packyard.formats.times import parse_time
from packyard.history import SOURCE
from packyard.model import Event, Release
from packyard.rules.statements import Spoken, check_statement

LIST, INDEX, STATEMENTS = layout.FILES_SUMS, "index.json", "statements"


class PackTask(NamedTuple):
    """A pack to audit: the hash of its `files.sums`, its statements in the log, and its row in `index.json` (b"" when
    it has none, None when rows are not to be looked at).

    When only a part of the pack is looked at, `look` are the paths, and `known` is the state before it.
    """

    name: str
    digest: str
    said: tuple[Logged, ...] = ()
    row: bytes | None = None
    look: frozenset[str] | None = None
    known: State | None = None


class PackFound(NamedTuple):
    """How many versions there are, which entries the log must have, and which it may have without anybody's claim.

    `decided` is False when nothing can be said about the pack's entries in the log. `gone` are the hashes of withdrawn
    tarballs. `owners` are the pack's, none when nothing can be said about them.
    """

    versions: int = 0
    claims: tuple[Claim, ...] = ()
    excused: tuple[int, ...] = ()
    decided: bool = False
    gone: tuple[str, ...] = ()
    owners: tuple[str, ...] = ()


def audit_pack(reading: Reading, judge: Judge | None, task: PackTask) -> PackFound:
    """Audits a pack; without a judge, only that its files are the sealed ones."""
    root = layout.pack(task.name)
    listed = _lines(reading, root + LIST, task.digest)
    if listed is None:
        return PackFound()
    pack = _Pack(reading, judge, task)
    for path in [path for path in listed if inventory.is_pack_list(path)]:
        pack.pages(path, listed.pop(path))
    folders: dict[str, dict[str, str]] = {"": {}, STATEMENTS: {}}
    for path, digest in listed.items():
        folder, slash, _ = path.removeprefix(root).partition("/")
        folders.setdefault(folder if slash else "", {})[path] = digest
    return pack.audit(folders)


def _lines(reading: Reading, listing: str, digest: str) -> dict[str, str] | None:
    """The hashes that a list of a pack has; None, and problems, when it is not the sealed one or has foreign lines."""
    data = reading.intact(listing, digest)
    pairs = reading.attempt(listing, sums.parse, data) if data is not None else None
    foreign = [path for path, _ in pairs or () if inventory.list_of(path) != listing]
    for path in foreign[:10]:
        reading.report("list-foreign", listing, "the list names a path that is not its own", found=path)
    return None if pairs is None or foreign else dict(pairs)


class _Pack:
    """The audit of one pack. All paths are those of the site."""

    def __init__(self, reading: Reading, judge: Judge | None, task: PackTask) -> None:
        self.reading, self.judge, self.task = reading, judge, task
        self.root = layout.pack(task.name)
        self.lists = frozenset(task.look or ()) | frozenset(map(inventory.list_of, task.look or ()))
        self.claims: list[Claim] = []
        self.excused: list[int] = []

    def pages(self, listing: str, digest: str) -> None:
        """What people look at, of which no more is asked than that it is what was sealed."""
        if self.task.look is None or listing in self.lists:
            for _ in self.read(_lines(self.reading, listing, digest) or {}):
                pass

    def audit(self, folders: dict[str, dict[str, str]]) -> PackFound:
        """`folders` are the listed files with their hashes, by the first folder below the pack, "" for none."""
        own, notes = dict(self.read(folders.pop(""))), folders.pop(STATEMENTS)
        written = dict(self.read(notes))
        document = self.document(own)
        stated = self.reading.attempt(self.root + INDEX, parse_stated, document, self.task.name) if document else None
        fit = document is not None and stated is not None and self.fit(document, stated, notes)
        judge = self.judge if fit else None
        releases = list(self.versions(folders, stated, judge))
        if document is None or stated is None or judge is None:
            return PackFound(len(stated or ()))
        spoken = list(self.statements(notes, written, judge))
        whole = [release for release in releases if release]
        owners: tuple[str, ...] = ()
        if len(whole) == len(releases) and len(spoken) == len(self.task.said):
            before = self.task.known or State(self.task.name)
            owners = audit_state(self.reading, judge, document, before, [*whole, *spoken], self.task.row)
        gone = tuple(release.tarball.sha256 for release in whole if not release.tarball.path)
        return PackFound(len(stated), tuple(self.claims), tuple(self.excused), True, gone, owners)

    def read(self, listed: Mapping[str, str], besides: Container[str] = ()) -> Iterator[tuple[str, bytes]]:
        """The files that are as they were sealed, of those that are to be looked at and `besides`."""
        for path, digest in listed.items():
            if self.looks_at(path) or path in besides:
                data = self.reading.intact(path, digest)
                if data is not None:
                    yield path, data

    def looks_at(self, path: str) -> bool:
        """Whether a path is to be looked at; the document always is."""
        return self.task.look is None or path in self.task.look or path == self.root + INDEX

    def document(self, own: Mapping[str, bytes]) -> dict[str, Any] | None:
        """The pack's `index.json`."""
        path = self.root + INDEX
        if path in own:
            return self.reading.document(path, own[path], "packyard/pack/1")
        if path not in self.reading.present:
            self.reading.report("file-missing", path, "the pack's list does not name this file")
        return None

    def fit(self, document: Mapping[str, Any], stated: Mapping[str, Stated], notes: Iterable[str]) -> bool:
        """Whether everybody who has signed here, or was made an owner, is somebody of whom something can be said."""
        people = {f"publishers/{handle}/" for handle in handles_in(document, stated, notes)}
        people.add(f"orgs/{names.scope(names.parse_name(self.task.name))}/")
        return self.judge is not None and self.judge.damaged.isdisjoint(people)

    def versions(
        self, folders: Mapping[str, Mapping[str, str]], stated: Mapping[str, Stated] | None, judge: Judge | None
    ) -> Iterator[Release | None]:
        """The releases, one after the other so that one is held at a time; None for one that is not as it should be."""
        for number in dict.fromkeys((*folders, *(stated or ()))):
            here, listed, due = layout.version(self.task.name, number), folders.get(number, {}), self.is_due(number)
            withdrawn = stated is not None and number in stated and stated[number].withdrawn is not None
            wanted = {here + name: name for name in artifacts(self.task.name, number, withdrawn)}
            buried = withdrawn and self.is_news(number)
            read = self.read(listed, wanted if due or buried else ())
            files = {wanted[path]: data for path, data in read if path in wanted}
            if stated is None:
                continue
            if number not in stated:
                if not wanted.keys().isdisjoint(listed):
                    message = "the pack's index.json does not know this version"
                    self.reading.report("version-unknown", here, message, ", ".join(stated), number)
            elif missing := [path for path in wanted if path not in listed]:
                for path in missing:
                    self.reading.report("file-missing", path, "the pack's list does not name this file")
                self.excused.append(stated[number].log_index)
                yield None
            elif withdrawn and layout.tarball(self.task.name, number) in listed:
                path = layout.tarball(self.task.name, number)
                self.reading.report("withdrawn-kept", path, "the version is withdrawn, and its tarball is still listed")
                self.excused.append(stated[number].log_index)
                yield None
            elif judge and due:
                yield self.release(judge, stated[number], files, listed)
            elif judge and buried and len(files) == len(wanted):
                audit_burial(self.reading, self.task.name, stated[number], files)

    def is_due(self, number: str) -> bool:
        """Whether a version is to be looked at as a whole, because nothing is known of it."""
        return self.task.known is None or number not in self.task.known.versions

    def is_news(self, number: str) -> bool:
        """Whether a version is known, and not known as a withdrawn one."""
        known = self.task.known.versions.get(number) if self.task.known else None
        return known is not None and known.withdrawn is None

    def release(
        self, judge: Judge, stated: Stated, files: Mapping[str, bytes], listed: Mapping[str, str]
    ) -> Release | None:
        """A version as it was signed, with its claim to an entry of the log."""
        withdrawn, release = stated.withdrawn is not None, None
        if len(files) < len(artifacts(self.task.name, stated.version, withdrawn)):
            pass
        elif withdrawn:
            release = audit_tombstone(self.reading, judge, self.task.name, stated, files)
        else:
            release = audit_version(self.reading, judge, self.task.name, stated, files, listed)
        if release is None:
            self.excused.append(stated.log_index)
            return None
        entry = entries.publish_entry(release.pack, release.version, release.identity, release.key, release.published)
        self.claims.append(Claim(stated.log_index, entry, self.root + INDEX))
        return release

    def statements(self, listed: Mapping[str, str], written: Mapping[str, bytes], judge: Judge) -> Iterator[Spoken]:
        """The statements that the log knows, verified; every file must belong to one of them."""
        used = set[str]()
        for logged in self.task.said:
            stem = f"{logged.fields['sequence']:04d}-{logged.fields['type']}"
            text = f"{self.root}{STATEMENTS}/{stem}.yaml"
            paths = [path for path in listed if path == text or path.startswith(text + ".")]
            used.update(paths)
            if text not in paths:
                self.reading.report("file-missing", text, f"entry {logged.at} of the log is about this file")
            spoken = self.spoken(logged, stem, paths, written, judge) if text in paths else None
            if spoken:
                yield spoken
            else:
                self.excused.append(logged.at)
        for path in listed:
            if path not in used and self.looks_at(path):
                self.reading.report("statement-unlogged", path, "the log knows of no such statement")

    def spoken(
        self, logged: Logged, stem: str, paths: list[str], written: Mapping[str, bytes], judge: Judge
    ) -> Spoken | None:
        """One statement, with its claim to its entry."""
        path = f"{self.root}{STATEMENTS}/{stem}.yaml"
        time = self.reading.attempt(path, parse_time, str(logged.fields.get("time")))
        if time is None or not all(each in written for each in paths):
            return None
        objects = tuple((each.rpartition("/")[2], each) for each in paths)
        event = Event(logged.at, "statement", self.task.name, stem, objects, "", time, logged.at)
        said, problems = check_statement(Blobs(written), event, judge.authority, judge.origin)
        source = f"{SOURCE}/{names.folder(names.parse_name(self.task.name))}/"
        self.reading.problems += [
            problem._replace(path=self.root + problem.path.removeprefix(source)) for problem in problems
        ]
        if said:
            statement, about = said.statement, said.statement.fields.get("version", "")
            fields = (statement.action, statement.pack, statement.sequence, about, said.sha256, said.keys, time)
            self.claims.append(Claim(logged.at, entries.statement_entry(*fields), path))
        return said
