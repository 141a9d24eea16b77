"""What a person sees is printable, whatever was in a name."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from packyard.cli.terminal import document, paint, printable


@given(st.text(st.characters(), max_size=80))
def test_nothing_unprintable_is_shown(text: str) -> None:
    assert printable(text).isprintable()


def test_escapes_are_readable() -> None:
    assert printable("a\x1b[31mb\n\u202ec\udcff") == "a\\x1b[31mb\\n\\u202ec\\udcff"


@given(st.text(max_size=200), st.integers(3, 100))
def test_long_text_is_cut_in_the_middle(text: str, limit: int) -> None:
    shown = printable(text, limit)
    assert len(shown) <= limit
    if shown != printable(text):
        assert "…" in shown


def test_ends_of_a_cut_text_stay() -> None:
    assert printable("0123456789", 7) == "012…789"


def test_paint() -> None:
    assert paint("x", "red", True) == "\x1b[31mx\x1b[0m"
    assert paint("x", "red", False) == "x"


def test_a_document_has_a_format(capsys: pytest.CaptureFixture[str]) -> None:
    document("sample", {"name": "é"})
    assert json.loads(capsys.readouterr().out) == {"format": "packyard/sample/1", "name": "é"}
