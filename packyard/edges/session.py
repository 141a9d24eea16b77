"""A client's talk with one registry: the rules say what they want, the places are asked for it, and what was proven is
remembered.

A file whose hash is known is taken from wherever it has that hash: at its path, among what was replaced lately
(`by-hash/`), at the next place. A place that says something wrong is set aside, with the evidence kept in a file, and
everything is asked again at the others. A site that was sealed anew while it was read is read again. Only what holds to
its end is remembered, at once and under a lock; and when another process went on meanwhile, it is asked again whether
it holds after what that one has seen.
"""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from hashlib import sha256
from typing import NamedTuple, TypeVar

from packyard.client.consult import Answer, Choose, Question, Step, consult
from packyard.client.heads import evidence_of
from packyard.client.state import (
    LIMIT,
    State,
    check_known,
    format_known,
    format_state,
    parse_known,
    parse_state,
)
from packyard.client.wanted import Files, Want, Wanted
from packyard.edges.cache import Cache
from packyard.edges.clientstate import ClientState, Locked
from packyard.edges.mirrored import Mirrored
from packyard.edges.transport import in_parallel
from packyard.errors import BadChecksum, FormatError, NotFound, TrustError, UsageError, WorldError
from packyard.formats import bundle, layout, names

T = TypeVar("T")

#: The most bytes of remembered log entries; when there are half as many, the client begins to remember anew.
ENTRIES_LIMIT = 1 << 28
#: No answer takes so many rounds; more mean that a site changes faster than it can be read.
MOST_ROUNDS = 40
#: How often it is asked again because the site, or what is remembered of it, has changed meanwhile.
MOST_CHANGES = 5

#: What a registry answers when it does not have what was asked for: nothing is wrong with the place that says so.
_ANSWERS = ("pack-unknown", "version-unknown", "version-withdrawn")


class Remembered(NamedTuple):
    """What is known of a registry."""

    state: State | None
    known: Mapping[int, bytes]


class _Overtaken(Exception):
    """Another process has remembered another head meanwhile."""


class Session:
    """One registry at its places. `root_key` is a root key that it must have, "" for none; `warn` is told what a person
    should know.
    """

    def __init__(
        self,
        places: Mirrored,
        memory: ClientState,
        cache: Cache,
        root_key: str = "",
        warn: Callable[[str], None] = lambda text: None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.places, self.memory, self.cache = places, memory, cache
        self.root_key, self.warn, self._clock = root_key, warn, clock

    def ask(self, names: tuple[str, ...] = (), choose: Choose = lambda packs: Step()) -> Answer:
        """What the registry says of these packs, proven and remembered. Raises `UsageError` for what is no name,
        `TrustError` and `WorldError`.
        """
        _check_names(names)
        changes = 0
        while True:
            files = Files(self.places.name, self.cache.get)
            try:
                return self._ask(files, names, choose)
            except _Overtaken:
                changes += 1
                if changes > MOST_CHANGES:
                    raise WorldError("site-unsteady", _BUSY, path=str(self.memory.root)) from None
            except (TrustError, WorldError) as error:
                if error.problem.code in _ANSWERS or (isinstance(error, WorldError) and not _is_unsteady(error)):
                    raise
                if not self._set_aside(files, error):
                    changes += 1
                    if changes > MOST_CHANGES or not self._has_moved(files):
                        raise self._told(files, error) from None

    def remembered(self) -> Remembered:
        """What is known without asking. Raises `WorldError` when it cannot be read."""
        data = self.memory.load(LIMIT)
        if data is None:
            return Remembered(None, {})
        try:
            state = parse_state(data)
            lines = self.memory.entries(ENTRIES_LIMIT) if state.written else b""
            known = parse_known(lines[state.begun : state.written])
            check_known(state, known)
        except FormatError as error:
            path, found = str(self.memory.root), error.found
            raise WorldError(error.code, error.message, path=path, found=found, help=error.help) from None
        return Remembered(state, known)

    def run(self, files: Files, step: Callable[[], T]) -> T:
        """What a step gives once it has all that it wants."""
        for _ in range(MOST_ROUNDS):
            try:
                return step()
            except Wanted as wanted:
                with self.places.traffic.together():
                    files.take(dict(zip(wanted.wants, in_parallel(self._fetch, wanted.wants), strict=True)))
        raise WorldError("site-unsteady", "the site changes faster than it can be read", path=self.places.name)

    # --- asking ---

    def _ask(self, files: Files, names: tuple[str, ...], choose: Choose) -> Answer:
        before = self.remembered()
        question = Question(before.state, before.known, int(self._clock()), self.root_key, names, choose)
        try:
            answer = self.run(files, lambda: consult(files, question))
        except TrustError as error:
            error.evidence = {**evidence_of(files, before.state), **error.evidence}
            raise
        for data in files.new.values():
            self.cache.put(data)
        if answer.state != before.state or not answer.entries.keys() <= before.known.keys():
            self._remember(before, answer)
        for note in answer.head.notes:
            self.warn(note)
        return answer

    def _fetch(self, want: Want) -> bytes | None:
        """A file; None when no place has it."""
        try:
            return self._sealed(want) if want.sha256 else self._plain(want)
        except NotFound:
            return None
        except (WorldError, BadChecksum):
            if want.hint:
                return None
            raise

    def _plain(self, want: Want) -> bytes:
        answer = self.places.fetch(want.path, want.limit, start=want.start)
        return answer.data if answer.status == "partial" else answer.data[want.start :]

    def _sealed(self, want: Want) -> bytes:
        """The file with the hash, wherever it is. Raises `BadChecksum` when every place that could be asked has another
        one, `WorldError` when one of them could not be.
        """
        wrong, failures = b"", list[WorldError]()
        for path in (want.path, layout.by_hash(want.sha256)):
            for place in self.places.each():
                try:
                    data = place.fetch(path, want.limit).data
                except NotFound:
                    continue
                except WorldError as failure:
                    failures.append(failure)
                    continue
                if sha256(data).hexdigest() == want.sha256:
                    return data
                wrong = wrong or data
        if failures:
            raise failures[0]
        where = f"{self.places.name}/{want.path}"
        if not wrong:
            raise NotFound("file-missing", "no place has the file", path=where)
        found, message = sha256(wrong).hexdigest(), "the file is not the one that was sealed"
        error = BadChecksum("file-changed", message, path=where, expected=want.sha256, found=found)
        error.evidence = {want.path: wrong}
        raise error

    # --- when something is wrong ---

    def _set_aside(self, files: Files, error: TrustError | WorldError) -> bool:
        """Whether there is another place to ask. What was wrong with this one is told and kept."""
        there = self.places.places()
        if len(there) < 2:
            return False
        suspect = next((name for name in self._suspects(files, error) if name in there), there[0])
        told = self._told(files, error)
        self.warn(f"{suspect} is set aside: {told.problem.message} ({told.problem.code})")
        self.places.without(suspect, told.problem.message)
        return True

    def _suspects(self, files: Files, error: TrustError | WorldError) -> list[str]:
        """Who may have given what is wrong: who gave it, if no hash of it was known; who gave the head, for the rest."""
        path = _path(files, error)
        own = layout.sealed_apart(path) or (path.endswith(".minisig") and path.startswith(("publishers/", "orgs/")))
        found = []
        for each in ([path] if own else []) + [layout.SNAPSHOT_BUNDLE, layout.SNAPSHOT]:
            with suppress(KeyError):
                found.append(self.places.source(each).place)
        return found

    def _has_moved(self, files: Files) -> bool:
        """Whether the site shows another head by now than the one that was read."""
        with suppress(NotFound, WorldError):
            shown = self.places.fetch(layout.SNAPSHOT_BUNDLE, bundle.LIMIT).data
            return files.seen(layout.SNAPSHOT_BUNDLE) not in (None, shown)
        return False

    def _told(self, files: Files, error: TrustError | WorldError) -> TrustError | WorldError:
        """The error, with the address of the file and the place where its evidence is kept."""
        path, hint = _path(files, error), error.problem.help
        with suppress(KeyError):
            address = self.places.source(path).address
            error.problem = error.problem._replace(path=error.problem.path.replace(f"{files.name}/{path}", address, 1))
        if isinstance(error, TrustError) and not isinstance(error, NotFound):
            with suppress(WorldError):  # what is wrong must be said, also where nothing can be written
                kept = self.memory.keep_evidence(error.problem.code, format_evidence(error))
                hint = "; ".join(filter(None, (hint, f"the evidence is kept in {kept}")))
        error.problem = error.problem._replace(help=hint)
        return error

    # --- remembering ---

    def _remember(self, before: Remembered, answer: Answer) -> None:
        """Writes down what was proven. Raises `_Overtaken` when it was not proven against what is there now."""
        with self.memory.lock() as locked:
            data = self.memory.load(LIMIT)
            if data != (format_state(before.state) if before.state else None):
                if data is None or not _same_head(data, answer.state):
                    raise _Overtaken
                return
            locked.save(_fitting(self._written(locked, before, answer)))

    def _written(self, locked: Locked, before: Remembered, answer: Answer) -> State:
        """The state, once the entries that it counts are written. What an earlier state counts is not touched, unless
        there is too much of it: then nothing is counted first.
        """
        state = answer.state
        kept = before.known if state.written > state.begun else {}
        lines = format_known({index: entry for index, entry in answer.entries.items() if index not in kept})
        if state.written + sum(map(len, lines)) > ENTRIES_LIMIT // 2:
            state = state._replace(begun=0, written=0, scanned=state.frontier.size)
            locked.save(_fitting(state))
            lines = []
        return state._replace(written=locked.append(lines, state.written)) if lines else state


_BUSY = "other processes change what is remembered of the registry all the time"


def format_evidence(error: TrustError) -> bytes:
    """What was refused, as one JSON document: `packyard/evidence/1`."""
    document = {
        "format": "packyard/evidence/1",
        "problem": error.problem._asdict(),
        "exit_code": error.exit_code,
        "files": {name: base64.b64encode(data).decode() for name, data in sorted(error.evidence.items())},
    }
    return (json.dumps(document, indent=2) + "\n").encode()


def _check_names(asked: tuple[str, ...]) -> None:
    for name in asked:
        try:
            names.parse_name(name)
        except FormatError as error:
            problem = error.at("")
            raise UsageError(problem.code, problem.message, expected=problem.expected, found=problem.found) from None


def _is_unsteady(error: WorldError) -> bool:
    return error.problem.code == "site-unsteady"


def _path(files: Files, error: TrustError | WorldError) -> str:
    """The path on the site of the file that is wrong."""
    return error.problem.path.partition(": ")[0].removeprefix(f"{files.name}/")


def _same_head(data: bytes, state: State) -> bool:
    """Whether a text is that of a state of the same head: then it contradicts nothing."""
    try:
        there = parse_state(data)
    except FormatError:
        return False
    return (there.snapshot, there.checkpoint, there.root) == (state.snapshot, state.checkpoint, state.root)


def _fitting(state: State) -> bytes:
    """The text of a state; without the files of people, which can be fetched again, when it would be too long."""
    data = format_state(state)
    return data if len(data) <= LIMIT else format_state(state._replace(people={}))
