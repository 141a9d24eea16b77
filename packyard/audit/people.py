"""Publishers and organisations as the log brought them in: the signed file of every revision, judged by those before
it.

`publishers/HANDLE/N.yaml` is the N-th entry of its kind and name in the log. Whoever has a revision that is not as it
should be is `damaged` from there on: what hangs on them is not judged, so that one wrong byte is one problem.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from hashlib import sha256

from packyard.audit.chain import Chain
from packyard.audit.ledger import Claim, Logged
from packyard.audit.reading import Reading
from packyard.errors import FormatError, Problem
from packyard.formats import entries, layout, names, org, publisher
from packyard.formats.times import parse_time
from packyard.history import SOURCE
from packyard.model import Entry, Event, Org, Publisher
from packyard.registry import Trust
from packyard.rules.authority import FILE_LIMIT, Revision, Revisions, check_revision

_FIELDS = {"publisher": "handle", "org": "org"}
#: Parses the file of a publisher or an organisation of a name.
Parse = Callable[[bytes, str], Publisher | Org]

_BEFORE_ALL = Event(-1, "", "", "", (), "", 0)


class Blobs:
    """Files at hand, as a `model.Source` whose ids are paths."""

    def __init__(self, files: Mapping[str, bytes]) -> None:
        self._files = files

    def tree(self, oid: str) -> tuple[Entry, ...]:
        """There are no trees here."""
        raise KeyError(oid)

    def blob(self, oid: str, limit: int) -> bytes:
        """A file's bytes."""
        if len(self._files[oid]) > limit:
            raise FormatError("too-large", "the file is too large", expected=f"at most {limit} bytes")
        return self._files[oid]


class Published(Revisions):
    """What a site publishes of those who may sign. It does not say since when it has a trust file, so the roots that
    any of them names may have spoken at any time.
    """

    def roots(self, at: int) -> tuple[Trust, ...]:
        """Every trust file."""
        return self.chain()


class People:
    """The revisions of a site, taken in the order of the log.

    With `old`, the chain of a site that is known to be good, only those that came since are judged.
    """

    def __init__(self, reading: Reading, chain: Chain, old: Chain | None = None) -> None:
        self._reading, self._chain, self._old = reading, chain, old
        self._counts: dict[str, int] = {}
        self._used: set[str] = set()
        self.authority = Published()
        self.damaged: set[str] = set()

    def load(self, kind: str, name: str) -> None:
        """Makes known what the old site knew of a publisher or organisation."""
        folder = f"{kind}s/{name}/"
        if folder in self._counts:
            return
        count = 0
        while self._old is not None and self._old.digest(f"{folder}{count + 1}.yaml"):
            count += 1
        self._counts[folder] = count
        path = f"{folder}{count}.yaml"
        data = self._reading.intact(path, self._chain.digest(path) or "", FILE_LIMIT) if count else None
        if data is not None:
            parse: Parse = publisher.parse_publisher if kind == "publisher" else org.parse_org
            value = self._reading.attempt(path, parse, data, name)
            if value is not None:
                self.authority.add(Revision(_BEFORE_ALL, value, sha256(data).hexdigest(), ()))

    def take(self, logged: Logged) -> Claim | None:
        """The entry that the next revision deserves. None when nothing can be said; then its holder is damaged."""
        kind = str(logged.fields["type"])
        try:
            name = names.parse_handle(str(logged.fields.get(_FIELDS[kind])))
            time = parse_time(str(logged.fields.get("time")))
        except FormatError as error:
            self._reading.problems.append(error.at(layout.CHECKPOINT))
            return None
        self.load(kind, name)
        folder = f"{kind}s/{name}/"
        self._counts[folder] += 1
        stem = f"{folder}{self._counts[folder]}.yaml"
        event = Event(logged.at, kind, name, "", self._objects(name, stem), "", time, logged.at)
        revision = self._check(event, stem) if folder not in self.damaged else None
        if revision is None:
            self.damaged.add(folder)
            return None
        self.authority.add(revision)
        return Claim(logged.at, entries.revision_entry(kind, name, revision.sha256, revision.keys, time), stem)

    def trust(self, trusts: Iterable[Trust]) -> None:
        """Makes trust files known."""
        for trust in trusts:
            self.authority.add_trust(0, trust)

    def unlogged(self) -> list[str]:
        """The listed files of revisions that the log does not know."""
        listed = (path for folder in ("publishers/", "orgs/") for path in self._chain.below(folder))
        return [path for path in listed if layout.immutable(path) and path not in self._used]

    def _objects(self, name: str, stem: str) -> tuple[tuple[str, str], ...]:
        paths = [path for path in self._chain.below(stem) if path == stem or path.startswith(stem + ".")]
        self._used.update(paths)
        return tuple((f"{name}.yaml{path.removeprefix(stem)}", path) for path in paths)

    def _check(self, event: Event, stem: str) -> Revision | None:
        if self._chain.undecided(stem):
            return None
        files = dict[str, bytes]()
        for _, path in event.objects:
            data = self._reading.intact(path, self._chain.digest(path) or "", FILE_LIMIT)
            if data is not None:
                files[path] = data
        if stem not in files and self._chain.digest(stem) is None:
            self._reading.report("file-missing", stem, f"entry {event.seq} of the log is about this file")
        if stem not in files or len(files) < len(event.objects) or self._leans_on_damaged(event, files[stem]):
            return None
        revision, problems = check_revision(Blobs(files), event, self.authority)
        self._reading.problems += [self._published(problem, event, stem) for problem in problems]
        return revision

    def _leans_on_damaged(self, event: Event, text: bytes) -> bool:
        """Whether an organisation has members of whom nothing can be said."""
        if event.kind != "org":
            return False
        try:
            members = org.parse_org(text, event.subject).members
        except FormatError:
            return False
        for handle in members:
            self.load("publisher", handle)
        return any(f"publishers/{handle}/" in self.damaged for handle in members)

    def _published(self, problem: Problem, event: Event, stem: str) -> Problem:
        source = f"{SOURCE}/{event.kind}s/{event.subject}.yaml"
        return problem._replace(path=stem + problem.path.removeprefix(source))
