"""What a client remembers of a registry, read from its folder and written back: what was proven, and nothing else.

Entries of the log are written first, behind those that count; then the state that counts them. Whenever the process
dies, the state is the one before or the one after, and what it counts is there: if it is not, it is not used.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from packyard.client.consult import Answer
from packyard.client.state import LIMIT, State, check_known, format_known, format_state, parse_known, parse_state
from packyard.edges.clientstate import ClientState, Locked
from packyard.errors import FormatError, WorldError

#: The most bytes of remembered log entries; when there are half as many, the client begins to remember anew.
ENTRIES_LIMIT = 1 << 28


class Remembered(NamedTuple):
    """What is known of a registry."""

    state: State | None
    known: Mapping[int, bytes]


class Overtaken(Exception):
    """Another process has remembered another head meanwhile."""


def recall(memory: ClientState) -> Remembered:
    """What is remembered. Raises `WorldError` when it cannot be read, or is not whole."""
    data = memory.load(LIMIT)
    if data is None:
        return Remembered(None, {})
    try:
        state = parse_state(data)
        lines = memory.entries(ENTRIES_LIMIT) if state.written else b""
        known = parse_known(lines[state.begun : state.written])
        check_known(state, known, len(lines))
    except FormatError as error:
        path, found = str(memory.root), error.found
        raise WorldError(error.code, error.message, path=path, found=found, help=error.help) from None
    return Remembered(state, known)


def remember(memory: ClientState, before: Remembered, answer: Answer) -> None:
    """Writes down what was proven. Raises `Overtaken` when it was not proven against what is there now."""
    with memory.lock() as locked:
        data = memory.load(LIMIT)
        if data == (format_state(before.state) if before.state else None):
            locked.save(_fitting(_written(locked, before, answer)))
        elif data is None or not _same_head(data, answer.state):
            raise Overtaken


def _written(locked: Locked, before: Remembered, answer: Answer) -> State:
    """The state, once the entries that it counts are written. What an earlier state counts is not touched; when there
    is too much of it, nothing is counted any more, and the next entries are written from the beginning.
    """
    state = answer.state
    kept = before.known if state.written > state.begun else {}
    lines = format_known({index: entry for index, entry in answer.entries.items() if index not in kept})
    if state.written + sum(map(len, lines)) > ENTRIES_LIMIT // 2:
        return state._replace(begun=0, written=0, scanned=state.frontier.size)
    return state._replace(written=locked.append(lines, state.written)) if lines else state


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
