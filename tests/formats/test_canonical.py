"""JSON bytes for hashing and for reading."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from packyard.formats import canonical

TEXTS = st.text(st.characters(exclude_categories=["Cs"]))
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | TEXTS,
    lambda inner: st.lists(inner) | st.dictionaries(TEXTS, inner),
    max_leaves=20,
)


def test_form() -> None:
    value = {"b": 1, "a": [True, None, 'é"\n\x7f'], "B": (), "\U00010000": 0, "\uffff": 0}
    assert canonical.encode(value) == '{"B":[],"a":[true,null,"é\\"\\n\x7f"],"b":1,"\uffff":0,"\U00010000":0}'.encode()


def test_pretty_keeps_the_order() -> None:
    assert canonical.pretty({"b": 1, "a": ["é"]}) == '{\n  "b": 1,\n  "a": [\n    "é"\n  ]\n}\n'.encode()


@pytest.mark.parametrize("value", [b"x", {1: "x"}, {None: 1}, {"a": [{"b": b""}]}, {"set"}, object()])
@pytest.mark.parametrize("form", [canonical.encode, canonical.pretty])
def test_what_has_no_form(form: object, value: object) -> None:
    assert callable(form)
    with pytest.raises(TypeError):
        form(value)


def test_fractions_are_shown_but_never_hashed() -> None:
    assert canonical.pretty([0.5]) == b"[\n  0.5\n]\n"
    for value in (1.0, {"a": [{"b": 0.5}]}):
        with pytest.raises(TypeError):
            canonical.encode(value)


def test_half_a_surrogate_pair_has_no_form() -> None:
    with pytest.raises(UnicodeEncodeError):
        canonical.encode("\ud800")


@given(VALUES)
def test_it_is_json_and_its_own_fixed_point(value: object) -> None:
    data = canonical.encode(value)
    assert json.loads(data) == json.loads(canonical.pretty(value)) == value
    assert canonical.encode(json.loads(data)) == data
