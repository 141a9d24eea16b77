"""Reading what witnesses publish, for builds and reseals that put it into the checkpoint, and for those who compare.

A place is a folder or an address that ends with a slash, below which witnesses publish as `packyard.witnessing` says;
or a single file, in a folder or at an address, with signature lines or a whole checkpoint in it. Places are asked side
by side and for a limited time: one that is missing, slow or full of nonsense costs its own lines and nothing else.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from threading import Thread
from typing import NamedTuple

from packyard.errors import FormatError, NotFound, PackyardError, Problem, WorldError
from packyard.formats import note
from packyard.registry import Trust
from packyard.witnessing import collected, cosignatures, lines_of, read_line, witness_path

#: Seconds that all places together have to answer.
SECONDS = 30.0


class Collection(NamedTuple):
    """The checkpoint with the cosignatures that count, by how many of the witnesses it is cosigned now, and what was
    wrong with the rest.
    """

    checkpoint: bytes
    cosigned: int
    notes: tuple[Problem, ...]


class Answer(NamedTuple):
    """A file that a place has, and where it was read."""

    path: str
    data: bytes


def collect(checkpoint: bytes, places: Sequence[str], trust: Trust, seconds: float = SECONDS) -> Collection:
    """Adds what witnesses publish at `places` to a checkpoint. No place can make it fail.

    Raises `FormatError` only when the log itself has not signed the checkpoint.
    """
    if not trust.witnesses:
        return Collection(checkpoint, 0, ())
    witnesses = [note.parse_vkey(text) for text in trust.witnesses]
    paths = [witness_path(key.name, trust.log_origin) for key in witnesses if _has_path(key.name, trust.log_origin)]
    answers, notes = read_places(places, paths, seconds)
    lines = [(answer.path, line) for answer in answers for line in lines_of(answer.data)]
    made = collected(checkpoint, [line for _, line in lines], trust)
    count = len(cosignatures(made, witnesses))
    notes += _doubtful(lines, note.parse_note(checkpoint).text, trust, witnesses)
    return Collection(made, count, (*notes, *_quorum(count, trust)))


def _has_path(name: str, origin: str) -> bool:
    try:
        return bool(witness_path(name, origin))
    except FormatError:
        return False


def _doubtful(
    lines: Iterable[tuple[str, bytes]], text: str, trust: Trust, witnesses: list[note.VerifierKey]
) -> Iterator[Problem]:
    """The lines that do not count. The log's own line, which a whole checkpoint has, is none of them."""
    log = note.parse_vkey(trust.log_vkey)
    for path, line in lines:
        try:
            read_line(line, text, witnesses)
        except FormatError as error:
            if not line.startswith(f"— {log.name} ".encode()):
                why = "by a witness that the trust file names, but not over this checkpoint"
                message = f"the line does not count: it is {why if error.code == 'note-bad' else error.message}"
                yield Problem("witness-line", path, message, found=line[:80].decode("utf-8", "replace"))


def _quorum(count: int, trust: Trust) -> Iterator[Problem]:
    if count < trust.quorum:
        message = (
            f"{count} of {len(trust.witnesses)} witnesses have cosigned the checkpoint, clients demand {trust.quorum}"
        )
        yield Problem("witness-quorum", "log/checkpoint", message, expected=str(trust.quorum), found=str(count))


def read_places(places: Sequence[str], paths: Sequence[str], seconds: float) -> tuple[list[Answer], list[Problem]]:
    """What is at the places, in their order: of a folder those of `paths` that it has. And what could not be read."""
    found: list[list[Answer | Problem]] = [[] for _ in places]
    threads = [
        # A place that keeps its connection open for ever must not keep the program from ending.
        Thread(target=_read_place, args=(place, paths, into), daemon=True)
        for place, into in zip(places, found, strict=True)
    ]
    end = time.monotonic() + seconds
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(max(0.0, end - time.monotonic()))
    late = [
        Problem("witness-unreachable", place, "the place did not answer in time", expected=f"within {seconds:g} s")
        for place, thread in zip(places, threads, strict=True)
        if thread.is_alive()
    ]
    each = [one for into in found for one in tuple(into)]
    answers = [one for one in each if isinstance(one, Answer)]
    return answers, [*(one for one in each if isinstance(one, Problem)), *late]


def _read_place(place: str, paths: Sequence[str], into: list[Answer | Problem]) -> None:
    """Reads one place; whatever goes wrong there is said of it."""
    try:
        folder, wanted = _parts(place, paths)
        from packyard.edges.transport import open_site  # a registry without witnesses fetches nothing

        site, missing = open_site(folder), 0
        for path in wanted:
            try:
                into.append(Answer(f"{folder.rstrip('/')}/{path}", site.read(path, note.LIMIT)))
            except NotFound:
                missing += 1
        if missing == len(wanted):
            raise WorldError("witness-unreachable", "there is nothing by a witness that the trust file names")
    except (PackyardError, OSError, ValueError) as error:
        why = error.problem.message if isinstance(error, PackyardError) else str(error)
        found = error.problem.found if isinstance(error, PackyardError) else ""
        into.append(Problem("witness-unreachable", place, f"nothing was taken from this place: {why}", found=found))


def _parts(place: str, paths: Sequence[str]) -> tuple[str, Sequence[str]]:
    """Where to read which files: below a folder, or a single one."""
    if place.endswith("/") or ("://" not in place and Path(place).is_dir()):
        return place, paths
    folder, _, name = place.rpartition("/")
    return folder or ("/" if place.startswith("/") else "."), [name]
