"""A client's talk with one registry: the rules say what they want, the places are asked for it, and what was proven is
remembered.

A file whose hash is known is taken from wherever it has that hash: at its path, among what was replaced lately
(`by-hash/`), at the next place. When something is wrong, every place is asked alone for all that has no known hash, so
that none has to answer for another; who says something wrong then is set aside, with the evidence kept in a file. A
site that was sealed anew while it was read is read again.

Only what holds to its end is remembered, at once and under a lock; and when another process went on meanwhile, it is
asked again whether it holds after what that one has seen.
"""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from hashlib import sha256
from typing import TypeVar

from packyard.client.consult import Answer, Choose, Question, Step, consult
from packyard.client.heads import evidence_of
from packyard.client.wanted import Files, Want, Wanted
from packyard.edges.cache import Cache
from packyard.edges.clientstate import ClientState
from packyard.edges.mirrored import Mirrored
from packyard.edges.remembering import Overtaken, Remembered, recall, remember
from packyard.edges.transport import in_parallel
from packyard.errors import BadChecksum, FormatError, NotFound, TrustError, UsageError, WorldError
from packyard.formats import bundle, layout, names

T = TypeVar("T")

#: No answer takes so many rounds; more mean that a site changes faster than it can be read.
MOST_ROUNDS = 40
#: How often it is asked because the site, or what is remembered of it, has changed meanwhile.
MOST_CHANGES = 6

#: How many guesses may fail before it is plain that the network does.
MOST_FAILURES = 3

#: What a registry answers when it does not have what was asked for: nothing is wrong with the place that says so.
_ANSWERS = ("pack-unknown", "version-unknown", "version-withdrawn")


class _Attempt:
    """One reading of the site: by all places together, or by the `only` one. `gave` are those that gave a file of which
    no hash was known; `failed` are guesses for which the network failed.
    """

    def __init__(self, files: Files, only: str = "") -> None:
        self.files, self.only, self.gave, self.failed = files, only, set[str](), 0


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
        for left in reversed(range(MOST_CHANGES)):
            with suppress(Overtaken):
                if answer := self._once(names, choose, again=left > 0):
                    return answer
        raise WorldError("site-unsteady", _UNSTEADY, path=self.places.name)

    def remembered(self) -> Remembered:
        """What is known without asking. Raises `WorldError` when it cannot be read."""
        return recall(self.memory)

    # --- asking ---

    def _once(self, names: tuple[str, ...], choose: Choose, *, again: bool) -> Answer | None:
        """The answer; None when it is worth asking `again`, for the site has moved."""
        attempt = self._attempt()
        try:
            return self._ask(attempt, names, choose)
        except (TrustError, WorldError) as error:
            if not _is_wrong(error):
                raise
            answer = self._ask_each(attempt, error, names, choose)
            if answer is None and not (again and self._has_moved(attempt.files)):
                raise self._told(attempt.files, error) from None
            return answer

    def _attempt(self, only: str = "") -> _Attempt:
        return _Attempt(Files(self.places.name, self.cache.get), only)

    def _ask(self, attempt: _Attempt, names: tuple[str, ...], choose: Choose) -> Answer:
        before, files = self.remembered(), attempt.files
        question = Question(before.state, before.known, int(self._clock()), self.root_key, names, choose)
        try:
            answer = self._run(attempt, lambda: consult(files, question))
        except TrustError as error:
            error.evidence = {**evidence_of(files, before.state), **error.evidence}
            raise
        for data in files.new.values():
            self.cache.put(data)
        if answer.state != before.state or not answer.entries.keys() <= before.known.keys():
            remember(self.memory, before, answer)
        for note in answer.head.notes:
            self.warn(note)
        return answer

    def _run(self, attempt: _Attempt, step: Callable[[], T]) -> T:
        """What a step gives once it has all that it wants."""
        for _ in range(MOST_ROUNDS):
            try:
                return step()
            except Wanted as wanted:
                with self.places.traffic.together():
                    found = in_parallel(partial(self._fetch, attempt), wanted.wants)
                attempt.files.take(dict(zip(wanted.wants, found, strict=True)))
        raise WorldError("site-unsteady", _UNSTEADY, path=self.places.name)

    def _fetch(self, attempt: _Attempt, want: Want) -> bytes | None:
        """A file; None when no place has it."""
        try:
            return fetch_sealed(self.places, want) if want.sha256 else self._plain(attempt, want)
        except NotFound:
            return None
        except (WorldError, BadChecksum) as error:
            attempt.failed += isinstance(error, WorldError) and error.problem.code != "too-large"
            if want.hint and attempt.failed <= MOST_FAILURES:
                return None
            raise

    def _plain(self, attempt: _Attempt, want: Want) -> bytes:
        """A file of which no hash is known."""
        place = next((place for place in self.places.each() if place.name == attempt.only), self.places)
        answer = place.fetch(want.path, want.limit, start=want.start)
        attempt.gave.add(attempt.only or self.places.source(want.path).place)
        return answer.data if answer.status == "partial" else answer.data[want.start :]

    # --- when something is wrong ---

    def _ask_each(
        self, attempt: _Attempt, error: TrustError | WorldError, names: tuple[str, ...], choose: Choose
    ) -> Answer | None:
        """The answer of the first place that gives a true one by itself; None when none does. `error` is what was
        wrong with the attempt.
        """
        there = self.places.places()
        for place in there if len(there) > 1 else ():
            alone = attempt if attempt.gave == {place} else self._attempt(place)
            failure: TrustError | WorldError = error
            try:
                if alone is not attempt:
                    return self._ask(alone, names, choose)
            except (TrustError, WorldError) as found:
                if not _is_wrong(found) and isinstance(found, TrustError):
                    raise
                failure = found
            if _is_wrong(failure) and not isinstance(failure, NotFound):
                self._set_aside(place, self._told(alone.files, failure))
        return None

    def _set_aside(self, place: str, error: TrustError | WorldError) -> None:
        """Asks a place no more, unless there is no other."""
        if len(self.places.places()) > 1:
            self.warn(f"{place} is set aside: {error.problem.message} ({error.problem.code})")
            self.places.without(place, error.problem.message)

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


_UNSTEADY = "the site, or what is remembered of it, changes faster than it can be read"


def fetch_sealed(places: Mirrored, want: Want) -> bytes:
    """The file with the hash, wherever it is: at its path, or among what was replaced lately, at any place.

    Raises `NotFound` when it is nowhere, `BadChecksum` when there is another one in its place, `WorldError` when a
    place that could not be asked may have it.
    """
    wrong, failures = list[bytes](), list[WorldError]()
    for path in (want.path, layout.by_hash(want.sha256)):
        for place in places.each():
            try:
                data = place.fetch(path, want.limit).data
            except NotFound:
                continue
            except WorldError as failure:
                failures.append(failure)
                continue
            if sha256(data).hexdigest() == want.sha256:
                return data
            wrong.append(data)
    if failures:
        raise failures[0]
    where = f"{places.name}/{want.path}"
    if not wrong:
        raise NotFound("file-missing", "no place has the file", path=where)
    found, message = sha256(wrong[0]).hexdigest(), "the file is not the one that was sealed"
    error = BadChecksum("file-changed", message, path=where, expected=want.sha256, found=found)
    error.evidence = {want.path: wrong[0]}
    raise error


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


def _is_wrong(error: TrustError | WorldError) -> bool:
    """Whether it says that something is wrong with a place."""
    code = error.problem.code
    return code not in _ANSWERS if isinstance(error, TrustError) else code == "site-unsteady"


def _path(files: Files, error: TrustError | WorldError) -> str:
    """The path on the site of the file that is wrong."""
    return error.problem.path.partition(": ")[0].removeprefix(f"{files.name}/")
