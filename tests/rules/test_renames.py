"""Where renames lead: chains, circles, and names that nobody has."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from packyard.rules.renames import check_rename

NAMES = [f"pack-{number}" for number in range(14)]


def found(leads: Mapping[str, str], name: str = "a", there: Iterable[str] = "abc") -> list[str]:
    """What the problem of a rename shows; `leads` maps names to names, `there` are packs that lead nowhere."""
    lead = {**dict.fromkeys(there, ""), **leads}.get
    return [problem.found for problem in check_rename(name, "x", lead)]


def test_a_rename_arrives() -> None:
    assert found({"a": "b"}) == found({"a": "b", "b": "c"}) == []


@pytest.mark.parametrize(
    ("leads", "way"),
    [
        ({"a": "z"}, "a → z"),
        ({"a": "b", "b": "z"}, "a → b → z"),
        ({"a": "a"}, "a → a"),
        ({"a": "b", "b": "a"}, "a → b → a"),
        ({"a": "b", "b": "c", "c": "b"}, "a → b → c → b"),
    ],
)
def test_a_rename_does_not_arrive(leads: dict[str, str], way: str) -> None:
    assert found(leads) == [way]


def test_a_rename_may_take_many_steps() -> None:
    assert found(dict(pairwise(NAMES)), NAMES[0], NAMES[-1:]) == []


@given(st.dictionaries(st.sampled_from(NAMES), st.sampled_from([*NAMES, ""])), st.sampled_from(NAMES))
def test_a_client_that_follows_agrees(leads: dict[str, str], name: str) -> None:
    at, seen = name, set[str]()
    while leads.get(at) and at not in seen:
        seen.add(at)
        at = leads[at]
    assert (not list(check_rename(name, "x", leads.get))) is (leads.get(at) == "")
