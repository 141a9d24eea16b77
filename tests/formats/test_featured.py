"""`featured.yaml`."""

from __future__ import annotations

import textwrap
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from packyard.errors import FormatError
from packyard.formats import featured
from packyard.formats.featured import MOST, Featured, format_featured, parse_featured
from packyard.formats.fields import errors_of

TEXT = "format: packyard/featured/1\npacks:\n  - name: hello\n    note: Begin here.\n"

names = st.from_regex(r"(?:@[a-z0-9]{2,5}/)?[a-z0-9][a-z0-9-]{0,6}[a-z0-9]", fullmatch=True)
notes = st.text(st.characters(codec="ascii", categories=("L", "N", "P", "S", "Zs")), min_size=1, max_size=200)
lists = st.lists(st.builds(Featured, names, notes), max_size=5, unique_by=lambda each: each.name).map(tuple)


def problems(text: str, is_pack: Callable[[str], bool] | None = None) -> list[tuple[str, int, str]]:
    with pytest.raises(FormatError) as caught:
        parse_featured(text.encode(), is_pack)
    return [(error.code, error.line, error.message.partition(":")[0]) for error in errors_of(caught.value)]


def test_the_example() -> None:
    lines = (featured.__doc__ or "").split("\n\n")[1]
    text = textwrap.dedent(lines).encode() + b"\n"
    found = parse_featured(text)
    assert [each.name for each in found] == ["hello", "@acme/house-style"]
    assert format_featured(found).replace(b'"', b"") == text.replace(b'"', b"")


def test_nothing_is_featured() -> None:
    assert parse_featured(b"format: packyard/featured/1\npacks: []\n") == ()
    assert format_featured(()) == b"format: packyard/featured/1\npacks: []\n"


@given(lists)
def test_format_and_parse_are_inverse(chosen: tuple[Featured, ...]) -> None:
    assert parse_featured(format_featured(chosen)) == chosen


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("featured/1", "featured/2", ("field-invalid", 1, "format")),
        ("name: hello", "name: Hello", ("name-invalid", 3, "packs[0].name")),
        ("name: hello", "name:", ("field-missing", 3, "packs[0].name")),
        ("    note: Begin here.\n", "", ("field-missing", 3, "packs[0].note")),
        ("Begin here.", "x" * 201, ("field-invalid", 4, "packs[0].note")),
        ("note: Begin here.", "note: x\n    by: me", ("field-missing", 0, "")),
        ("Begin here.\n", "Begin here.\n  - name: hello\n    note: Again.\n", ("field-invalid", 5, "packs[1].name")),
        ("packs:\n  - name: hello\n    note: Begin here.\n", "", ("field-missing", 1, "packs")),
    ],
)
def test_one_mistake(old: str, new: str, problem: tuple[str, int, str]) -> None:
    expected = [("field-unknown", 5, "packs[0].by")] if "by: me" in new else [problem]
    assert problems(TEXT.replace(old, new, 1)) == expected


def test_every_pack_must_be_there() -> None:
    assert problems(TEXT, is_pack=lambda name: name != "hello") == [("pack-unknown", 3, "packs[0].name")]
    assert parse_featured(TEXT.encode(), lambda name: name == "hello") == (Featured("hello", "Begin here."),)


def test_the_list_is_bounded() -> None:
    many = format_featured(tuple(Featured(f"pack-{at}", "x") for at in range(MOST + 1)))
    assert [code for code, _, _ in problems(many.decode())] == ["field-type"]


@given(st.binary(max_size=100) | st.text("hello:-[]{} \n@/", max_size=60).map(lambda text: (TEXT + text).encode()))
def test_nothing_but_format_error(data: bytes) -> None:
    try:
        found = parse_featured(data)
    except FormatError:
        return
    assert parse_featured(format_featured(found)) == found
