"""How packs are named."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from packyard.client.references import (
    Reference,
    caret,
    check_registry_name,
    format_reference,
    parse_reference,
    range_of,
)
from packyard.errors import FormatError
from packyard.formats import semver
from packyard.formats.names import PackName
from tests.refusals import code_of

parts = st.from_regex(r"[a-z0-9][a-z0-9-]{0,6}[a-z0-9]", fullmatch=True)
names = parts | st.builds("@{}/{}".format, parts, parts)
ranges = st.sampled_from(
    ["", "1.0.0", "^1.2", "1.x", ">=1.0.0 <2.0.0", "1.0.0 - 2.0.0", "1 || 2", "beta", "latest", "*"]
)
references = st.builds(Reference, st.just("") | parts, names.map(PackName), ranges)


@pytest.mark.parametrize(
    ("text", "reference"),
    [
        ("hello", ("", "hello", "")),
        ("@acme/hello", ("", "@acme/hello", "")),
        ("hello@^1.2", ("", "hello", "^1.2")),
        ("@acme/hello@^1.2", ("", "@acme/hello", "^1.2")),
        ("work:hello@1.x", ("work", "hello", "1.x")),
        ("work:@acme/hello", ("work", "@acme/hello", "")),
        ("registry:hello@1.0.0", ("registry", "hello", "1.0.0")),
        ("hello@beta", ("", "hello", "beta")),
        ("hello@>=1.0.0 <2.0.0", ("", "hello", ">=1.0.0 <2.0.0")),
    ],
)
def test_forms(text: str, reference: tuple[str, str, str]) -> None:
    assert parse_reference(text) == reference
    assert format_reference(parse_reference(text)) == text


@given(references)
def test_format_and_parse_are_inverse(reference: Reference) -> None:
    assert parse_reference(format_reference(reference)) == reference


@given(st.text("aé1@:/^-. \n", max_size=14) | st.text(max_size=8))
def test_what_is_taken_is_given_back(text: str) -> None:
    try:
        reference = parse_reference(text)
    except FormatError:
        return
    assert format_reference(reference) == text


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "reference-invalid"),
        ("@", "name-invalid"),
        (":hello", "reference-invalid"),
        ("work:", "reference-invalid"),
        ("hello@", "reference-invalid"),
        ("https://packs.example.org/hello", "reference-invalid"),
        ("Hello", "name-invalid"),
        ("@acme", "name-invalid"),
        ("a", "name-invalid"),
        ("hello ", "name-invalid"),
        ("W:hello", "registry-name"),
        ("hello@ ^1", "range-or-channel"),
        ("hello@^1\n", "range-or-channel"),
        ("hello@Beta", "range-or-channel"),
        ("hello@^1@2", "range-or-channel"),
        ("hello@" + "b" * 33, "range-or-channel"),
        ("a:b:c", "registry-name"),
    ],
)
def test_refusals(text: str, code: str) -> None:
    assert code_of(parse_reference, text) == code


def test_a_word_that_is_no_range_is_a_channel() -> None:
    assert range_of("beta") is None
    assert range_of("latest") is None
    assert range_of("v1") == semver.parse_range("v1")
    assert range_of("x") == semver.parse_range("x")


def test_the_word_registry_names_no_registry() -> None:
    assert code_of(check_registry_name, "registry") == "registry-name"
    check_registry_name("work")


def test_what_is_written_down_for_a_version_holds_it() -> None:
    for version in ("1.2.3", "0.1.0", "1.0.0-rc.1"):
        assert semver.satisfies(version, semver.parse_range(caret(version)))
