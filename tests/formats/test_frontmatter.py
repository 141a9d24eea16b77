"""The head of Markdown files."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from packyard.errors import FormatError
from packyard.formats import frontmatter
from packyard.formats.frontmatter import Parts, line_of, plain, split
from packyard.formats.strict import LIMIT


def refused(text: str) -> tuple[str, int]:
    error = split(text.encode()).fields
    assert isinstance(error, FormatError)
    return error.code, error.line


def test_the_example_of_the_specification() -> None:
    text = (frontmatter.__doc__ or "").replace("\n    ", "\n").split("\n\n")[1].encode()
    fields, body, line = split(text)
    assert fields == {
        "name": "release-notes",
        "description": "Drafts release notes from the commits since the last tag",
        "allowed-tools": ["Read", "Grep"],
    }
    assert (body, line) == ("# Release notes", 6)
    assert line_of(text, "description") == 3


@pytest.mark.parametrize("text", ["", "# Title\n", "\n---\na: b\n---\n", "--- # x\n", "----\n", "---"])
def test_a_file_that_begins_otherwise_has_none(text: str) -> None:
    assert split(text.encode()) == Parts({}, text, 1)
    assert plain(text.encode()) == {}


@pytest.mark.parametrize(
    "text", ["---\na: b\n---\nc\n", "\ufeff---  \r\na: b\r\n---\t\r\nc\r\n", "---\ra: b\r---\rc\r"]
)
def test_what_editors_leave_behind_is_forgiven(text: str) -> None:
    assert split(text.encode()) == Parts({"a": "b"}, "c\n", 4)


def test_it_may_be_empty_and_end_the_file() -> None:
    assert split(b"---\n---\n") == Parts({}, "", 3)
    assert split(b"---\n\n---\nx") == Parts({}, "x", 4)
    assert split(b"---\na: b\n---") == Parts({"a": "b"}, "", 4)


def test_lines_are_those_of_the_file() -> None:
    assert refused("---\na: b\nc: d: e\n---\n") == ("frontmatter-loose", 3)
    assert refused("---\na: b\n\na: c\n---\n") == ("frontmatter-refused", 4)
    assert refused("---\n- a\n---\n") == ("frontmatter-loose", 2)
    assert refused("---\na: b\n") == ("frontmatter-loose", 1)
    assert line_of(b"---\na: b\n\nc: d\n---\ne: f\n", "c") == 4
    assert line_of(b"---\na: b\n---\ne: f\n", "e") == 0


@pytest.mark.parametrize(
    "text", ["a: *b", "a: &b c", "a: !!int 1", "a: 1\na: 2", "<<: {}", "a: " + "[" * 40, "a: \x07"]
)
def test_what_yaml_can_do_beyond_plain_text_is_refused(text: str) -> None:
    assert refused(f"---\n{text}\n---\n")[0] == "frontmatter-refused"


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("a: b\nc: d: e", 'put the value in quotes: c: "…"'),
        ("globs: **/*.ts", 'put the value in quotes: globs: "…"'),
        ('a: "b', ""),
        ("a: b\n- c", ""),
        ("a: &b c", "quote a text that begins with &"),
    ],
)
def test_a_value_that_is_not_yaml_is_to_be_quoted(text: str, hint: str) -> None:
    error = split(f"---\n{text}\n---\n".encode()).fields
    assert isinstance(error, FormatError)
    assert error.help == hint


def test_it_has_a_limit() -> None:
    assert refused("---\na: " + "b" * LIMIT + "\n---\n")[0] == "frontmatter-refused"


def test_the_plain_reading() -> None:
    text = b"---\nname : a\ndescription: Use when: x # y\n  b: c\n- d: e\nname: f\nempty:\n---\nbody: g\n"
    assert plain(text) == {"name": "f", "description": "Use when: x # y", "empty": ""}
    assert plain(b"---\na: b\n") == {}


@given(st.lists(st.sampled_from(["---", "\n", " ", "a: b", "\r", "\ufeff", ": ", "é"]), max_size=12).map("".join))
def test_every_byte_is_in_one_of_the_parts(text: str) -> None:
    fields, body, line = split(text.encode())
    unified = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    assert unified.endswith(body)
    head = unified[: len(unified) - len(body)]
    assert head.count("\n") + (bool(head) and not head.endswith("\n")) == line - 1
    assert isinstance(fields, FormatError) or fields in ({}, {"a": "b"}) or line > 1


@given(st.binary(max_size=40))
def test_no_bytes_are_too_much(data: bytes) -> None:
    split(b"---\n" + data)
    plain(b"---\n" + data)
