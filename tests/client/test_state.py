"""What is remembered is read as it was written, and nothing else is."""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from packyard.client.state import (
    LIMIT,
    State,
    check_known,
    format_known,
    format_state,
    parse_known,
    parse_state,
)
from packyard.errors import FormatError
from packyard.formats import canonical
from tests.client.simulated import User
from tests.client.simulator import small
from tests.refusals import code_of

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)


@lru_cache
def known() -> State:
    """What somebody remembers of a registry."""
    registry = small()
    with TemporaryDirectory() as folder:
        user = User(Path(folder), registry.time)
        user.ask(registry.place(), "hello", "@acme/tools")
        return parse_state(user.memory.load(LIMIT) or b"")


def test_it_is_read_as_it_was_written() -> None:
    assert parse_state(format_state(known())) == known()
    assert format_state(parse_state(format_state(known()))) == format_state(known())


@given(
    st.dictionaries(texts, texts.map(str.encode), max_size=5),
    st.integers(0, 1 << 50),
    st.integers(0, 1 << 50),
    st.integers(0, 1 << 20),
    texts,
)
def test_any_state(people: dict[str, bytes], one: int, other: int, partial: int, root: str) -> None:
    begun, written = sorted((one, other))
    state = known()._replace(people=people, begun=begun, written=written, partial=partial, root=root)
    assert parse_state(format_state(state)) == state


def changes() -> list[dict[str, Any]]:
    """Other values for members."""
    wrong: list[Any] = [None, -1, 1.5, True, "", "x", [], [1], {}, {"x": 1}, 1 << 60, [[]], {"x": []}]
    return [{name: value} for name in json.loads(format_state(known())) for value in wrong]


#: Values that another state may have.
FINE = [{"root": ""}, {"root": "x"}, {"people": {}}, {"since": [1]}]


@pytest.mark.parametrize("change", changes(), ids=str)
def test_members_of_another_kind(change: dict[str, Any]) -> None:
    value = json.loads(format_state(known()))
    data = canonical.pretty(value | change)
    if change in FINE:
        assert parse_state(data)
    elif data != format_state(known()):
        assert code_of(parse_state, data) == "state-invalid"


@pytest.mark.parametrize(
    "change",
    [
        {"scanned": 99},
        {"begun": 99_999},
        {"since": [0, 0]},
        {"since": []},
        {"since": [99]},
        {"since": [True]},
        {"trusts": []},
        {"frontier": []},
        {"origin": "packs.example.com"},
        {"more": 1},
    ],
    ids=str,
)
def test_members_that_do_not_fit_together(change: dict[str, Any]) -> None:
    value = json.loads(format_state(known()))
    assert code_of(parse_state, canonical.pretty(value | change)) == "state-invalid"


@given(st.binary(max_size=100))
def test_what_is_no_state(data: bytes) -> None:
    assert code_of(parse_state, data) == "state-invalid"


@pytest.mark.parametrize("data", [b"[" * 100_000, b'{"a":' * 100_000, b"null", b'"\\ud800"', b"{}", b"\xff"])
def test_what_is_no_state_at_all(data: bytes) -> None:
    assert code_of(parse_state, data) == "state-invalid"


def test_a_byte_more_or_less() -> None:
    data = format_state(known())
    for other in (data[:-1], data + b"\n", b" " + data, data.replace(b"  ", b" ", 1)):
        assert code_of(parse_state, other) == "state-invalid"


entries = st.binary(max_size=50).map(lambda data: data.replace(b"\n", b""))


@given(st.dictionaries(st.integers(0, 1 << 50), entries, max_size=8))
def test_entries(entries: dict[int, bytes]) -> None:
    data = b"".join(line + b"\n" for line in format_known(entries))
    assert parse_known(data) == entries


@given(st.binary(max_size=60))
def test_what_are_no_entries(data: bytes) -> None:
    try:
        parse_known(data)
    except FormatError as error:
        assert error.code == "state-invalid"


@pytest.mark.parametrize("data", [b"1 x", b"x\n", b"-1 x\n", b"01 x\n", b" 1 x\n", b"1\n", b"9" * 5_000 + b" x\n"])
def test_lines_that_are_none(data: bytes) -> None:
    assert code_of(parse_known, data) == "state-invalid"


def test_entries_that_were_read_must_be_there() -> None:
    state = known()
    size = state.frontier.size
    whole = dict.fromkeys(range(size), b"")
    check_known(state, whole, state.written)
    check_known(state._replace(scanned=size), {}, state.written)
    for missing in range(size):
        there = {index: entry for index, entry in whole.items() if index != missing}
        assert code_of(check_known, state, there, state.written) == "state-invalid"
    assert code_of(check_known, state, whole, state.written - 1) == "state-invalid"
