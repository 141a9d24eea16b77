"""JSON edited as text."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from packyard.client.placing.jsontext import Text, scan
from packyard.errors import FormatError

values = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text('aé"\\/*\n', max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("abc", max_size=2), inner, max_size=3),
    max_leaves=8,
)
objects = st.dictionaries(st.text("abcd", max_size=2), values, max_size=4)
layouts = st.sampled_from([None, 2, 4, "\t", 0])


@given(objects, layouts)
def test_a_value_is_what_json_reads(value: Any, indent: Any) -> None:
    text = Text(json.dumps(value, indent=indent))
    assert text.value(text.root) == value


@given(objects, layouts, values)
def test_what_is_added_and_dropped_leaves_every_byte(value: Any, indent: Any, new: Any) -> None:
    before = json.dumps(value, indent=indent) + "\n"
    text = Text(before)
    added = text.edited([text.add(text.root, {"zz": new})])
    assert json.loads(added.text) == {**value, "zz": new}
    assert list(json.loads(added.text)) == [*value, "zz"]
    dropped = added.edited(added.drop(added.root, {len(value)}))
    if not value:
        dropped = dropped.edited([dropped.fill(dropped.root, text.inside(text.root))])
    assert dropped.text == before


@given(st.lists(values, max_size=3), layouts, values, st.sets(st.integers(0, 4)))
def test_any_elements_can_be_dropped(value: Any, indent: Any, new: Any, going: set[int]) -> None:
    text = Text(json.dumps(value, indent=indent))
    text = text.edited([text.add(text.root, [new, new])])
    left = [item for each, item in enumerate([*value, new, new]) if each not in going]
    going = {at for at in going if at < len(value) + 2}
    assert json.loads(text.edited(text.drop(text.root, going)).text) == left


@given(objects, layouts, values)
def test_a_value_can_be_replaced(value: Any, indent: Any, new: Any) -> None:
    text = Text(json.dumps({"first": 1, **value}, indent=indent))
    node = text.find(("first",))
    assert node
    assert json.loads(text.edited([text.put(node, new)]).text) == {**value, "first": new}


COMMENTED = """\
// settings of ours
{
    "servers": {
        "mine": {"command": "mine"}, // keep
        /* "old": {}, */
    },
}
"""


def test_comments_and_commas_at_the_end_stay() -> None:
    text = Text(COMMENTED)
    node = text.find(("servers",))
    assert node
    added = text.edited([text.add(node, {"files": {"command": "files", "args": []}})])
    assert added.text.splitlines()[3:9] == [
        '        "mine": {"command": "mine"},',
        '        "files": {',
        '            "command": "files",',
        '            "args": []',
        "        }, // keep",
        '        /* "old": {}, */',
    ]
    node = added.find(("servers",))
    assert node
    assert added.edited(added.drop(node, {1})).text == COMMENTED


def test_a_comment_between_two_parts_survives_both() -> None:
    text = Text('{\n  "a": 1, // mine\n  // about b\n  "b": 2\n}\n')
    assert text.edited(text.drop(text.root, {1})).text == '{\n  "a": 1 // mine\n  // about b\n  \n}\n'
    assert text.edited(text.drop(text.root, {0})).text == '{\n   // mine\n  // about b\n  "b": 2\n}\n'


def test_indentation_and_line_ends_are_those_of_the_file() -> None:
    text = Text('{\r\n\t"a": {\r\n\t}\r\n}\r\n')
    node = text.find(("a",))
    assert node
    added = text.edited([text.add(node, {"b": {"c": 1}})])
    assert added.text == '{\r\n\t"a": {\r\n\t\t"b": {\r\n\t\t\t"c": 1\r\n\t\t}\r\n\t}\r\n}\r\n'


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "json-invalid"),
        ("{", "json-invalid"),
        ('{"a" 1}', "json-invalid"),
        ("{a: 1}", "json-invalid"),
        ('{"a": 1} x', "json-invalid"),
        ('{"a": 1 "b": 2}', "json-invalid"),
        ('{"a": 1, "a": 2}', "duplicate-key"),
        ('{"a": "\\x"}', "json-invalid"),
        ("/* " * 1000, "json-invalid"),
        ("[" * 100_000, "too-deep"),
        ('"' + "\\" * 100_001, "json-invalid"),
    ],
)
def test_what_is_no_json_is_refused(text: str, code: str) -> None:
    with pytest.raises(FormatError) as caught:
        Text(text)
    assert caught.value.code == code


def test_bytes_that_are_no_text_are_refused() -> None:
    with pytest.raises(FormatError) as caught:
        scan(b'{"a": "\xff"}')
    assert caught.value.code == "text-not-utf8"
    with pytest.raises(FormatError):
        scan(b"\xef\xbb\xbf{}")
