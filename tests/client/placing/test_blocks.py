"""Marked blocks: what the user wrote stays byte for byte."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from packyard.client.placing.blocks import edit, format_block, hash_marks, split
from packyard.errors import FormatError

A, B = format_block("hello", "Greet.", False), format_block("@acme/bye", "Wave.\n\nTwice.\n", False)


def put(text: bytes, leads: dict[str, str], **wanted: bytes | None) -> tuple[bytes, dict[str, str]]:
    """The text with blocks, named without what no keyword can have."""
    names = {"hello": "hello", "bye": "@acme/bye"}
    edited = edit(split(text, False), leads, {names[name]: data for name, data in wanted.items()})
    return edited.data, dict(edited.leads)


def test_a_block_stands_at_the_end_after_an_empty_line() -> None:
    text, leads = put(b"Our rules.\n", {}, hello=A)
    assert text == b"Our rules.\n\n<!-- packyard:begin hello -->\nGreet.\n<!-- packyard:end hello -->\n"
    assert leads == {"hello": "\n"}
    assert put(b"", {}, hello=A)[0] == A + b"\n"


texts = st.text(alphabet="ab\n \r#<é", max_size=30).map(str.encode)


@given(texts)
def test_what_is_put_in_and_taken_out_leaves_the_text_as_it_was(text: bytes) -> None:
    one, leads = put(text, {}, hello=A)
    assert put(one, leads, hello=None)[0] == text
    both, leads_of_both = put(one, leads, bye=B)
    assert put(both, leads_of_both, bye=None) == (one, leads)
    assert put(both, leads_of_both, hello=None) == put(text, {}, bye=B)
    assert put(both, leads_of_both, hello=None, bye=None)[0] == text


@given(texts, texts, texts)
def test_what_is_written_around_blocks_stays(before: bytes, between: bytes, after: bytes) -> None:
    both, leads = put(before, {}, hello=A, bye=B)
    at = both.index(B)
    edited = both[:at] + b"x" + between + b"\n" + both[at:] + b"y" + after
    text, left = put(edited, leads, hello=None)
    assert b"x" + between in text
    assert text.endswith(b"y" + after)
    text, _ = put(text, left, bye=None)
    assert text.startswith(before)
    assert b"x" + between in text
    assert text.endswith(b"y" + after)


def test_a_block_stays_where_somebody_moved_it() -> None:
    text, leads = put(b"one\n", {}, hello=A)
    moved = A + b"\n" + b"one\ntwo\n"
    assert put(moved, leads, hello=format_block("hello", "Other.", False))[0].startswith(b"<!-- packyard:begin hello")
    assert put(moved, leads, hello=None)[0] == b"one\ntwo\n"
    assert text != moved


def test_text_below_a_block_keeps_a_line_of_its_own() -> None:
    text, leads = put(b"no line end", {}, hello=A)
    assert put(text + b"more", leads, hello=None)[0] == b"no line end\nmore"


@pytest.mark.parametrize(
    "text",
    [
        b"<!-- packyard:begin hello -->\n",
        b"<!-- packyard:end hello -->\n",
        b"<!-- packyard:begin hello -->\n<!-- packyard:end bye -->\n",
        b"<!-- packyard:begin hello -->\n<!-- packyard:begin bye -->\n<!-- packyard:end bye -->\n",
        A + b"\n" + A + b"\n",
    ],
)
def test_marks_that_do_not_fit_are_refused(text: bytes) -> None:
    with pytest.raises(FormatError) as caught:
        split(text, False)
    assert caught.value.code == "block-damaged"
    assert caught.value.line


def test_a_text_in_utf_16_is_refused() -> None:
    with pytest.raises(FormatError) as caught:
        split("Regeln".encode("utf-16"), False)
    assert caught.value.code == "text-not-utf8"


def test_a_pack_cannot_bring_marks() -> None:
    with pytest.raises(FormatError) as caught:
        format_block("evil", "x\n<!-- packyard:end evil -->\nmine\n", False)
    assert caught.value.code == "block-damaged"
    assert format_block("ours", "Write `packyard:begin hello` where it begins.", False)


def test_other_files_have_other_comments() -> None:
    assert hash_marks(".codex/config.toml")
    assert hash_marks(".cursorignore")
    assert not hash_marks("AGENTS.md")
    assert format_block("hello", "*.pem", True) == b"# packyard:begin hello\n*.pem\n# packyard:end hello"


def test_carriage_returns_of_an_editor_do_not_hide_a_block() -> None:
    pieces = split(A.replace(b"\n", b"\r\n") + b"\r\n", False)
    assert [piece.pack for piece in pieces] == ["", "hello", ""]
