"""`hooks/hooks.json`."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from packyard.errors import FormatError
from packyard.formats import hooks
from packyard.formats.fields import errors_of
from packyard.formats.hooks import EVENTS, Hook, fold_event, hooks_in, like_event, parse_hooks, spellings

values = st.recursive(
    st.none() | st.booleans() | st.integers(0, 9) | st.sampled_from(["", "x", "command", "prompt", "http"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["hooks", "Stop", "cursor", "type", "command", "args"]), inner, max_size=3)
    ),
    max_leaves=12,
)


def parsed(value: Any) -> tuple[Hook, ...]:
    return parse_hooks(json.dumps(value, indent=1).encode())


def one(**fields: Any) -> list[tuple[str, str]]:
    return [(hook.kind, hook.command) for hook in parsed({"hooks": {"stop": [fields]}})]


def problems(value: Any) -> list[tuple[str, str, int]]:
    with pytest.raises(FormatError) as caught:
        parsed(value)
    return [(error.code, error.message.partition(":")[0], error.line) for error in errors_of(caught.value)]


def test_the_example_of_the_specification() -> None:
    text = (hooks.__doc__ or "").partition("\n\n")[2].partition("\n\n`hooks`")[0]
    assert parse_hooks(text.encode()) == (
        Hook("", "preToolUse", "Bash", "command", "sh hooks/guard.sh", 4),
        Hook("claudecode", "PreToolUse", "Bash", "command", "sh hooks/guard.sh", 8),
    )


@pytest.mark.parametrize("value", [{}, {"hooks": {}}, {"version": 1, "hooks": {"stop": []}}, {"description": "x"}])
def test_there_may_be_none(value: Any) -> None:
    assert parsed(value) == ()


def test_types_and_what_they_need() -> None:
    assert one(command="a") == [("command", "a")]
    assert one(type="command", command="a", args=["b", "c d"]) == [("command", "a b c d")]
    assert one(type="command", bash="a", powershell="b") == [("command", "a"), ("command", "b")]
    assert one(type="prompt", prompt="a\nb") == [("prompt", "a\nb")]
    assert one(type="prompt", command="a") == [("prompt", "a")]
    assert one(type="agent", agent="reviewer") == [("agent", "reviewer")]
    assert one(type="http", url="http://localhost:1/x") == [("http", "http://localhost:1/x")]
    assert one(type="mcp_tool", server="s", tool="t") == [("mcp_tool", "s t")]


def test_groups_and_sections_of_any_target() -> None:
    group = {"matcher": "Edit", "hooks": [{"command": "a"}, {"command": "b", "timeout": 3}]}
    found = parsed({"hooks": {"stop": [group, {"command": "c"}]}, "future": {"hooks": {"stop": [group]}}})
    assert [(hook.target, hook.matcher, hook.command) for hook in found] == [
        ("", "Edit", "a"),
        ("", "Edit", "b"),
        ("", "", "c"),
        ("future", "Edit", "a"),
        ("future", "Edit", "b"),
    ]


def test_everything_wrong_is_told_with_its_line() -> None:
    hook = {"type": "run"}
    assert problems({"hooks": {"stop": [hook, {}, 1], "start": {}}}) == [
        ("field-invalid", "hooks.stop[0].type", 5),
        ("field-missing", "hooks.stop[1]", 7),
        ("field-type", "hooks.stop[2]", 8),
        ("field-missing", "hooks.stop[2]", 8),
        ("field-type", "hooks.start", 10),
    ]


@pytest.mark.parametrize(
    "value",
    [
        [],
        {"hooks": []},
        {"PreToolUse": [{"command": "x"}]},
        {"hooks": {"stop": [{"command": 1}]}},
        {"hooks": {"stop": [{"command": "x", "args": "y"}]}},
        {"hooks": {"stop": [{"command": "x", "matcher": {}}]}},
        {"cursor": {"hooks": 1}},
    ],
)
def test_what_is_not_of_the_schema(value: Any) -> None:
    assert len(problems(value)) == 1


def test_what_is_not_json_or_too_large() -> None:
    for data, code in (
        (b"{", "json-invalid"),
        (b'{"hooks":{},"hooks":{}}', "duplicate-key"),
        (b" " * 262_145, "too-large"),
    ):
        with pytest.raises(FormatError) as caught:
            parse_hooks(data)
        assert caught.value.code == code


def test_hooks_in_a_frontmatter() -> None:
    fields = {"name": "a", "hooks": {"Stop": [{"hooks": [{"type": "command", "command": "x"}]}]}}
    assert hooks_in(fields) == (Hook("", "Stop", "", "command", "x", 0),)
    assert hooks_in({"name": "a"}) == ()


def test_events_are_known_in_every_spelling() -> None:
    for name in ("PreToolUse", "preToolUse", "pre_tool_use", "tool.execute.before", "beforeShellExecution"):
        assert fold_event(name) in EVENTS
    assert fold_event("beforeTooling") not in EVENTS


def test_a_text_where_a_list_or_a_mapping_should_be() -> None:
    for value, expected in (({"hooks": "sh x"}, "names and values"), ({"hooks": {"stop": "sh x"}}, "a list")):
        with pytest.raises(FormatError) as caught:
            parsed(value)
        assert (caught.value.expected, caught.value.found) == (expected, "a text")
    with pytest.raises(FormatError) as caught:
        parsed({"hooks": {"stop": [{"command": "x", "args": "y"}]}})
    assert (caught.value.expected, caught.value.found) == ("a list of texts", "a text")


def test_every_event_has_the_spellings_that_programs_take() -> None:
    assert spellings().keys() == EVENTS
    assert all(fold_event(name) == event for event, names in spellings().items() for name in names)
    assert {"PreToolUse", "preToolUse", "pre_tool_use", "pre-tool-use"} == spellings()["pretooluse"]
    assert like_event("pretooluse") in ("did you mean pre-tool-use?", "did you mean pre_tool_use?")


@given(values)
def test_any_json_is_read_or_refused(value: Any) -> None:
    try:
        assert all(isinstance(hook.command, str) and hook.line for hook in parsed(value))
    except FormatError as error:
        assert error.line
