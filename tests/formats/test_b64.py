"""Canonical base64."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from packyard.formats import b64


@given(st.binary(max_size=100))
def test_decode_is_the_inverse_and_the_text_is_the_standard_one(data: bytes) -> None:
    assert b64.encode(data) == base64.b64encode(data).decode()
    assert b64.decode(b64.encode(data)) == data


@pytest.mark.parametrize(
    "text", ["aGVsbG9=", "aGVsbG8", "aGVsbG8=\n", " aGVsbG8=", "aGVs\nbG8=", "aGVsbG8==", "aGVs-_==", "é", "="]
)
def test_other_spellings_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        b64.decode(text)
