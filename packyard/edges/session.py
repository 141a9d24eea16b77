"""A client's talk with one registry: the rules say what they want, the places are asked for it, and what was proven is
remembered.

A file whose hash is known is taken from wherever it has that hash: at its path, among what was replaced lately
(`by-hash/`), at the next place. A place that says something wrong is set aside, with the evidence kept in a file, and
everything is asked again at the others. Only what holds to its end is remembered, at once and under a lock.
"""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Callable, Mapping
from hashlib import sha256
from typing import NamedTuple, TypeVar

from packyard.client.consult import Answer, Choose, Question, Step, consult
from packyard.client.state import LIMIT, State, format_known, format_state, parse_known, parse_state
from packyard.client.wanted import Files, Want, Wanted
from packyard.edges.cache import Cache
from packyard.edges.clientstate import ClientState, Locked
from packyard.edges.mirrored import Mirrored
from packyard.edges.transport import in_parallel
from packyard.errors import BadChecksum, FormatError, NotFound, TrustError, WorldError
from packyard.formats import layout

T = TypeVar("T")

#: The most bytes of remembered log entries.
ENTRIES_LIMIT = 1 << 28
#: No answer takes so many rounds; more mean that a site changes faster than it can be read.
MOST_ROUNDS = 40


class Remembered(NamedTuple):
    """What is known of a registry."""

    state: State | None
    known: Mapping[int, bytes]


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
        """What the registry says of these packs, proven and remembered. Raises `TrustError` and `WorldError`."""
        while True:
            try:
                return self._ask(names, choose)
            except TrustError as error:
                if isinstance(error, NotFound) or not self._set_aside(error):
                    raise self._with_evidence(error) from None

    def remembered(self) -> Remembered:
        """What is known without asking. Raises `WorldError` when it cannot be read."""
        data = self.memory.load(LIMIT)
        if data is None:
            return Remembered(None, {})
        try:
            state = parse_state(data)
            return Remembered(state, parse_known(self.memory.entries(ENTRIES_LIMIT)[: state.written]))
        except FormatError as error:
            path, found = str(self.memory.root), error.found
            raise WorldError(error.code, error.message, path=path, found=found, help=error.help) from None

    def _ask(self, names: tuple[str, ...], choose: Choose) -> Answer:
        before = self.remembered()
        question = Question(before.state, before.known, int(self._clock()), self.root_key, names, choose)
        files = Files(self.places.name, self.cache.get)
        answer = self.run(files, lambda: consult(files, question))
        for note in answer.head.notes:
            self.warn(note)
        for data in files.sealed_ones.values():
            self.cache.put(data)
        if answer.state != before.state or not answer.entries.keys() <= before.known.keys():
            self._remember(before, answer)
        return answer

    def run(self, files: Files, step: Callable[[], T]) -> T:
        """What a step gives once it has all that it wants."""
        for _ in range(MOST_ROUNDS):
            try:
                return step()
            except Wanted as wanted:
                with self.places.traffic.together():
                    files.take(dict(zip(wanted.wants, in_parallel(self._fetch, wanted.wants), strict=True)))
        raise WorldError("site-unsteady", "the site changes faster than it can be read", path=self.places.name)

    def _fetch(self, want: Want) -> bytes | None:
        """A file; None when no place has it."""
        if want.sha256:
            return self._sealed(want)
        try:
            answer = self.places.fetch(want.path, want.limit, start=want.start)
        except NotFound:
            return None
        return answer.data if answer.status == "partial" else answer.data[want.start :]

    def _sealed(self, want: Want) -> bytes | None:
        found = ""
        for path in (want.path, layout.by_hash(want.sha256)):
            for place in self.places.each():
                try:
                    data = place.fetch(path, want.limit).data
                except (NotFound, WorldError):
                    continue
                if (found := sha256(data).hexdigest()) == want.sha256:
                    self.cache.put(data)
                    return data
        if not found:
            return self.places.fetch(want.path, want.limit).data
        where, message = f"{self.places.name}/{want.path}", "the file is not the one that was sealed"
        raise BadChecksum("file-changed", message, path=where, expected=want.sha256, found=found)

    def _set_aside(self, error: TrustError) -> bool:
        """Whether there is another place to ask. What was wrong with this one is told and kept."""
        first, *others = self.places.places()
        if others:
            told = self._with_evidence(error)
            self.warn(f"{first} is set aside: {told.problem.message} ({told.problem.code})")
            self.places.without(first, told.problem.message)
        return bool(others)

    def _with_evidence(self, error: TrustError) -> TrustError:
        """The error, with the place where its evidence is kept."""
        if not error.evidence or isinstance(error, NotFound):
            return error
        path = self.memory.keep_evidence(error.problem.code, evidence_of(error, self.places))
        problem = error.problem
        hint = "; ".join(filter(None, (problem.help, f"the evidence is kept in {path}")))
        error.problem = problem._replace(help=hint)
        return error

    def _remember(self, before: Remembered, answer: Answer) -> None:
        with self.memory.lock() as locked:
            data = self.memory.load(LIMIT)
            if data is not None and before.state is not None and data != format_state(before.state):
                return  # somebody else went on from here meanwhile; what they remember is at least as new
            if data is not None and before.state is None:
                return
            locked.save(format_state(self._written(locked, before, answer)))

    def _written(self, locked: Locked, before: Remembered, answer: Answer) -> State:
        """The state, once the entries that it counts are written."""
        at = answer.state.written
        known = before.known if at else {}
        new = {index: entry for index, entry in answer.entries.items() if index not in known}
        return answer.state._replace(written=locked.append(format_known(new), at) if new else at)


def evidence_of(error: TrustError, places: Mirrored) -> bytes:
    """What was refused, as one JSON document: `packyard/evidence/1`."""
    problem = error.problem
    return (
        json.dumps(
            {
                "format": "packyard/evidence/1",
                "place": places.name,
                "problem": {**problem._asdict()},
                "exit_code": error.exit_code,
                "files": {name: base64.b64encode(data).decode() for name, data in sorted(error.evidence.items())},
            },
            indent=2,
        )
        + "\n"
    ).encode()
