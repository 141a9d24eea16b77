"""The head of a site in one file: parts put together and taken apart."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from packyard.errors import FormatError
from packyard.formats.bundle import Bundle, format_bundle, parse_bundle
from tests.refusals import code_of

SNAPSHOT = b"# packyard snapshot 1\n# origin packs.example.org\n"
SIGNATURE = b"untrusted comment: signature from minisign secret key\nRUQ=\ntrusted comment: x\nabc=\n"
CHECKPOINT = "packs.example.org\n12\nabc=\n\n— packs.example.org abc=\n".encode()

lines = st.binary(max_size=40).map(lambda data: data.replace(b"\n", b"") + b"\n")


def test_parts_and_whole() -> None:
    bundle = Bundle(SNAPSHOT, SIGNATURE, CHECKPOINT)
    assert format_bundle(bundle) == SNAPSHOT + SIGNATURE + CHECKPOINT
    assert parse_bundle(format_bundle(bundle)) == bundle


@given(st.lists(lines, min_size=1, max_size=9), st.lists(lines, min_size=3, max_size=3), st.binary(min_size=1))
def test_what_is_put_together_is_taken_apart(text: list[bytes], signed: list[bytes], checkpoint: bytes) -> None:
    snapshot = b"".join(line for line in text if not line.startswith(b"untrusted comment: ")) or b"\n"
    bundle = Bundle(snapshot, b"untrusted comment: x\n" + b"".join(signed), checkpoint)
    assert parse_bundle(format_bundle(bundle)) == bundle


@given(st.binary(max_size=300) | st.just(SNAPSHOT + SIGNATURE + CHECKPOINT))
def test_what_is_taken_apart_was_that_text(data: bytes) -> None:
    try:
        assert format_bundle(parse_bundle(data)) == data
    except FormatError as error:
        assert error.code == "bundle-invalid"


@pytest.mark.parametrize("data", [b"", SNAPSHOT, SIGNATURE, SNAPSHOT + SIGNATURE, SNAPSHOT + SIGNATURE[:-1]])
def test_what_is_no_bundle(data: bytes) -> None:
    assert code_of(parse_bundle, data) == "bundle-invalid"


@pytest.mark.parametrize("at", range(len(SNAPSHOT + SIGNATURE)))
def test_cut_short(at: int) -> None:
    assert code_of(parse_bundle, (SNAPSHOT + SIGNATURE)[:at]) == "bundle-invalid"
