"""Typed getters: what they give, and that one reading finds all problems of a file."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from packyard.errors import FormatError
from packyard.formats.fields import Fields, check_day, check_url, errors_of, format_text, shown
from packyard.formats.names import parse_handle
from packyard.formats.strict import load_json, load_yaml


def problems(fields: Fields, *, keep_unknown: bool = False) -> list[tuple[str, int, str]]:
    with pytest.raises(FormatError) as caught:
        fields.finish(keep_unknown=keep_unknown)
    return [(error.code, error.line, error.message.partition(":")[0]) for error in errors_of(caught.value)]


def test_what_is_there() -> None:
    fields = Fields(
        load_yaml(b"a: x\nlist: [p, q]\nn: 14\nyes: true\nrole: owner\nm: {k: v}\nitems:\n  - k: 1\n  - k: 2\n")
    )
    assert fields.names() == ("a", "list", "n", "yes", "role", "m", "items")
    assert (fields.text("a"), fields.required_text("a"), fields.raw("a")) == ("x", "x", "x")
    assert fields.texts("list") == ("p", "q")
    assert fields.number("n", 1, low=0, high=20) == 14
    assert fields.boolean("yes", False) is True
    assert fields.choice("role", ("owner", "admin")) == "owner"
    assert fields.mapping("m").text("k") == "v"
    assert [item.number("k", None, low=1, high=2) for item in fields.each("items")] == [1, 2]
    fields.finish()


def test_defaults() -> None:
    fields = Fields(load_json(b"{}"))
    assert (fields.text("a"), fields.text("a", "x"), fields.texts("b"), fields.each("c")) == ("", "x", (), [])
    assert (fields.number("n", 7, low=0, high=9), fields.boolean("f", True), fields.mapping("m").names()) == (
        7,
        True,
        (),
    )
    fields.finish()


def test_json_has_types() -> None:
    fields = Fields(load_json(b'{"n": 3, "b": false}'))
    assert (fields.number("n", None, low=0, high=9), fields.boolean("b", True)) == (3, False)
    fields.finish()


def test_all_problems_at_once_by_line() -> None:
    text = b"""handle: A
keys:
  - since: 2026-02-30
    scopes: [a, a]
  - text
number: 030
flag: yes
role: boss
nmae: x
long: %s
list: text
map: []
""" % (b"x" * 501)
    fields = Fields(load_yaml(text))
    fields.required_text("handle", check=parse_handle)
    for key in fields.each("keys"):
        key.text("since", check=check_day)
        key.texts("scopes")
    fields.number("number", None, low=0, high=99)
    fields.boolean("flag", False)
    fields.choice("role", ("owner",))
    fields.required_text("name")
    fields.text("long")
    fields.texts("list")
    fields.mapping("map")
    assert problems(fields) == [
        ("name-invalid", 1, "handle"),
        ("field-missing", 1, "name"),
        ("date-invalid", 3, "keys[0].since"),
        ("field-invalid", 4, "keys[0].scopes[1]"),
        ("field-type", 5, "keys[1]"),
        ("field-invalid", 6, "number"),
        ("field-invalid", 7, "flag"),
        ("field-invalid", 8, "role"),
        ("field-unknown", 9, "nmae"),
        ("field-invalid", 10, "long"),
        ("field-type", 11, "list"),
        ("field-type", 12, "map"),
    ]
    assert fields.unknown()[0].help == "did you mean name?"


def test_unknown_fields_may_be_kept() -> None:
    fields = Fields(load_json(b'{"a": 1, "b": {"c": 2}}'))
    fields.mapping("b")
    fields.finish(keep_unknown=True)
    assert [error.message for error in fields.unknown()] == ["a: is not a known field", "b.c: is not a known field"]


def test_an_error_says_what_was_expected_and_found() -> None:
    fields = Fields(load_json(b'{"a": 1}'))
    fields.text("a")
    with pytest.raises(FormatError) as caught:
        fields.finish()
    error = caught.value
    assert (error.code, error.message, error.expected, error.found) == ("field-type", "a: is not text", "text", "1")
    assert error.at("x.json").path == "x.json"


@pytest.mark.parametrize("text", ["a\nb", "a\tb", "\x1b[31m", "\u202eevil", "\u2066x", "\x85", "\ufeff"])
def test_text_is_one_printable_line(text: str) -> None:
    fields = Fields(load_json(json.dumps({"a": text}).encode()))
    fields.text("a")
    assert problems(fields) == [("field-invalid", 1, "a")]


@pytest.mark.parametrize("data", [b"[]", b'"x"', b"1"])
def test_the_root_is_a_mapping(data: bytes) -> None:
    with pytest.raises(FormatError) as caught:
        Fields(load_json(data))
    assert (caught.value.code, caught.value.line) == ("field-type", 1)


@pytest.mark.parametrize("value", ["true", "-1", "1.0", '"3"', "null", "10"])
def test_numbers_of_json(value: str) -> None:
    fields = Fields(load_json(f'{{"n": {value}}}'.encode()))
    fields.number("n", None, low=0, high=9)
    assert problems(fields) == [("field-invalid", 1, "n")]


def test_required_numbers() -> None:
    fields = Fields(load_yaml(b"a: b"))
    fields.number("n", None, low=0, high=9)
    assert problems(fields, keep_unknown=True) == [("field-invalid", 1, "n")]


@pytest.mark.parametrize("text", ["2026-11-21", "2024-02-29", "0001-01-01"])
def test_days(text: str) -> None:
    check_day(text)


@pytest.mark.parametrize("text", ["", "2026-02-29", "20261121", "2026-W47-6", "2026-1-1", "2026-11-21\n", "٢٠٢٦-11-21"])
def test_no_days(text: str) -> None:
    refused("date-invalid", check_day, text)


@pytest.mark.parametrize("text", ["http://a", "https://Example.org:8080/x?y=%20#z", "https://a.b/~c/(d),e;f@g"])
def test_urls(text: str) -> None:
    check_url(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "javascript:alert(1)",
        "//a/b",
        "ftp://a",
        "https://",
        "https://a b",
        "https://u:p@h/",
        "https://a/'\"<>",
        "HTTPS://a",
        "https://ä.org/",
        "https://a\n",
        "https://a?b",
        "https://-a/",
        " https://a",
        "data:text/html,x",
        "https:/a",
    ],
)
def test_no_urls(text: str) -> None:
    refused("url-invalid", check_url, text)


def refused(code: str, check: Callable[[str], object], text: str) -> None:
    with pytest.raises(FormatError) as caught:
        check(text)
    assert caught.value.code == code


TEXTS = st.text(st.characters(exclude_categories=["Cs", "Cc", "Cn"], exclude_characters="\u2028\u2029\ufeff"))


@given(TEXTS | st.text("ab0 :#-?,[]{}&*!|>'\"%@`=~\n\t\\", max_size=8))
def test_format_text_is_read_back(text: str) -> None:
    assert load_yaml(f"a: {format_text(text)}\n- ".encode()[:-3]).value == {"a": text}
    assert load_yaml(f"a:\n  - {format_text(text)}\n".encode()).value == {"a": [text]}


def test_format_text_is_plain_where_it_can_be() -> None:
    for text in (
        "2026-11-20",
        "https://packs.example.org/",
        "Alice Example",
        "hooks/hooks.json runs a path, twice",
        "a: b",
    ):
        assert format_text(text) == (text if text != "a: b" else '"a: b"')
    assert [format_text(text) for text in ("@acme/hello", "", " a", "a ", "a #b", "é")] == [
        '"@acme/hello"',
        '""',
        '" a"',
        '"a "',
        '"a #b"',
        '"é"',
    ]


@given(st.text(max_size=200) | st.lists(st.integers()) | st.none())
def test_shown_is_one_short_printable_line(value: object) -> None:
    assert len(shown(value)) <= 80
    assert shown(value).isprintable()
