"""`NNNN-ACTION.yaml`."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from packyard.errors import FormatError
from packyard.formats.fields import errors_of
from packyard.formats.statement import ACTIONS, format_statement, format_stem, parse_statement, parse_stem
from packyard.model import Statement

TEXT = """format: packyard/statement/1
registry: packs.example.org
pack: "@acme/hello"
sequence: 1
action: yank
version: 1.0.1
reason: hooks/hooks.json runs a path that exists on one laptop only
date: 2026-11-20
"""

VALUES = {
    "version": "1.0.1",
    "replacement": "@acme/other",
    "channel": "stable",
    "handle": "bob",
    "from": "alice",
    "to": "carol",
    "legal": "an order of a court",
}


@st.composite
def statements(draw: st.DrawFn) -> Statement:
    action = draw(st.sampled_from(list(ACTIONS)))
    names = [name.rstrip("?") for name in ACTIONS[action] if not name.endswith("?") or draw(st.booleans())]
    return Statement(
        draw(st.sampled_from(["packs.example.org", "localhost", "example.org/a/b"])),
        draw(st.sampled_from(["hello", "@acme/hello"])),
        draw(st.integers(1, 9999)),
        action,
        draw(st.dates()).isoformat(),
        draw(st.text("aé\"':#@ -,[]{}&*", min_size=1, max_size=12)),
        {name: VALUES[name] for name in names},
    )


def problems(text: str, stem: str = "0001-yank") -> list[tuple[str, int, str]]:
    with pytest.raises(FormatError) as caught:
        parse_statement(text.encode(), stem)
    return [(error.code, error.line, error.message.partition(":")[0]) for error in errors_of(caught.value)]


def text_of(action: str, **fields: str) -> str:
    given = "".join(f"{name}: {value}\n" for name, value in fields.items())
    return TEXT.replace("action: yank\nversion: 1.0.1\n", f"action: {action}\n{given}")


def test_the_example() -> None:
    reason = "hooks/hooks.json runs a path that exists on one laptop only"
    statement = parse_statement(TEXT.encode(), "0001-yank")
    assert statement == Statement(
        "packs.example.org", "@acme/hello", 1, "yank", "2026-11-20", reason, {"version": "1.0.1"}
    )
    assert format_statement(statement) == TEXT.encode()


@given(statements())
def test_format_and_parse_are_inverse(statement: Statement) -> None:
    assert parse_statement(format_statement(statement), format_stem(statement.sequence, statement.action)) == statement


@pytest.mark.parametrize("action", ACTIONS)
def test_every_action_has_its_fields_and_no_others(action: str) -> None:
    stem = format_stem(1, action)
    allowed = {name.rstrip("?"): VALUES[name.rstrip("?")] for name in ACTIONS[action]}
    quoted = {name: f'"{value}"' for name, value in allowed.items()}
    assert parse_statement(text_of(action, **quoted).encode(), stem).fields == allowed
    for name in ACTIONS[action]:
        without = text_of(action, **{other: value for other, value in quoted.items() if other != name.rstrip("?")})
        if name.endswith("?"):
            assert name.rstrip("?") not in parse_statement(without.encode(), stem).fields
        else:
            assert ("field-missing", 1, name) in problems(without, stem)
    for name in VALUES.keys() - allowed.keys():
        more = text_of(action, **quoted, **{name: f'"{VALUES[name]}"'})
        assert [problem[0] for problem in problems(more, stem)] == ["field-unknown"]


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("statement/1", "statement/2", ("field-invalid", 1, "format")),
        ("packs.example.org", "Packs", ("origin-invalid", 2, "registry")),
        ('"@acme/hello"', "@acme/hello", ("yaml-invalid", 3, "not YAML")),
        ("@acme", "acme", ("name-invalid", 3, "pack")),
        ("version: 1.0.1", "version: 1.0", ("version-invalid", 6, "version")),
        ("version: 1.0.1", "version: 1.0.1\nticket: x", ("field-unknown", 7, "ticket")),
        ("reason: hooks/hooks.json runs a path that exists on one laptop only\n", "", ("field-missing", 1, "reason")),
        ("2026-11-20", "2026-11-31", ("date-invalid", 8, "date")),
        ("sequence: 1", "sequence: 2", ("file-name", 1, "number and action are not those of the file's name")),
    ],
)
def test_one_mistake(old: str, new: str, problem: tuple[str, int, str]) -> None:
    assert problems(TEXT.replace(old, new, 1)) == [problem]


def test_numbers_and_actions() -> None:
    assert problems(TEXT.replace("sequence: 1", "sequence: 0001"))[-1] == ("field-invalid", 4, "sequence")
    assert ("field-invalid", 5, "action") in problems(TEXT.replace("yank", "nuke"))


def test_parties() -> None:
    assert problems(text_of("transfer", **{"from": "alice", "to": "alice"}), "0001-transfer") == [
        ("field-invalid", 7, "to")
    ]
    assert problems(text_of("rename", to='"@acme/hello"'), "0001-rename") == [("field-invalid", 6, "to")]
    assert problems(text_of("deprecate", replacement='"@acme/hello"'), "0001-deprecate") == [
        ("field-invalid", 6, "replacement")
    ]
    assert parse_statement(text_of("rename", to='"@acme/bye"').encode(), "0001-rename").fields == {"to": "@acme/bye"}


@given(st.integers(1, 9999), st.sampled_from(list(ACTIONS)))
def test_stems(sequence: int, action: str) -> None:
    assert parse_stem(format_stem(sequence, action)) == (sequence, action)


@pytest.mark.parametrize(
    "stem", ["", "1-yank", "0000-yank", "00001-yank", "0001-nuke", "0001-", "0001yank", "0001-yank.yaml", "٠٠٠١-yank"]
)
def test_no_stems(stem: str) -> None:
    for parse in (parse_stem, lambda stem: parse_statement(TEXT.encode(), stem)):
        with pytest.raises(FormatError) as caught:
            parse(stem)
        assert caught.value.code == "file-name"


@given(
    st.binary(max_size=100) | st.lists(st.sampled_from(TEXT.splitlines()), max_size=9).map("\n".join).map(str.encode)
)
def test_nothing_but_format_error(data: bytes) -> None:
    try:
        statement = parse_statement(data, "0001-yank")
    except FormatError:
        return
    assert parse_statement(format_statement(statement), "0001-yank") == statement
