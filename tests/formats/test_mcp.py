"""`mcp.json`."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from packyard.errors import FormatError
from packyard.formats import mcp
from packyard.formats.fields import errors_of
from packyard.formats.mcp import Server, parse_mcp

fields = st.dictionaries(
    st.sampled_from(["type", "command", "url", "args", "env", "headers", "enabledTools"]),
    st.none()
    | st.integers(0, 3)
    | st.sampled_from(["stdio", "http", "x", "https://x.org/", [], ["a"], {}, {"a": "b"}]),
    max_size=5,
)


def parsed(**servers: Any) -> tuple[Server, ...]:
    return parse_mcp(json.dumps({"mcpServers": servers}, indent=1).encode())


def problems(data: bytes) -> list[tuple[str, str, int]]:
    with pytest.raises(FormatError) as caught:
        parse_mcp(data)
    return [(error.code, error.message.partition(":")[0], error.line) for error in errors_of(caught.value)]


def refused(**server: Any) -> list[str]:
    return [code for code, _, _ in problems(json.dumps({"mcpServers": {"a": server}}).encode())]


def test_the_example_of_the_specification() -> None:
    text = (mcp.__doc__ or "").partition("\n\n")[2].partition("\n\nA server")[0]
    files, tickets = parse_mcp(text.encode())
    assert files == Server(
        "files",
        "stdio",
        "npx",
        ("-y", "@modelcontextprotocol/server-filesystem@2026.7.10", "."),
        "",
        (("LOG_LEVEL", "warn"),),
        (),
        3,
    )
    assert (tickets.kind, tickets.url, tickets.line) == ("remote", "https://mcp.example.org/tickets", 10)
    assert tickets.headers == (("X-Team", "docs"),)


def test_a_server_is_what_its_fields_make_it() -> None:
    assert parsed() == ()
    assert [server.kind for server in parsed(a={"command": "x"}, b={"url": "https://x.org/"})] == ["stdio", "remote"]
    assert parsed(a={"command": "x", "url": "https://x.org/"})[0].url == "https://x.org/"
    for kind in ("http", "sse", "ws", "streamable-http"):
        assert parsed(a={"type": kind, "url": "wss://x.org/"})[0].kind == kind


def test_variables_scalars_and_unknown_keys() -> None:
    (server,) = parsed(a={"url": "${HOST}/x", "env": {"A": 1, "B": True, "C": 1.5, "D": ""}, "timeout": 3, "x": {}})
    assert server.env == (("A", "1"), ("B", "true"), ("C", "1.5"), ("D", ""))


@pytest.mark.parametrize(
    ("server", "code"),
    [
        ({}, "field-missing"),
        ({"type": "stdio", "url": "https://x.org/"}, "field-missing"),
        ({"type": "http", "command": "x"}, "field-missing"),
        ({"type": "pigeon", "command": "x"}, "field-invalid"),
        ({"url": "file:///etc/passwd"}, "field-invalid"),
        ({"url": "https://x.org/ y"}, "field-invalid"),
        ({"command": ["x"]}, "field-type"),
        ({"command": "x", "args": "y"}, "field-type"),
        ({"command": "x", "args": [1]}, "field-type"),
        ({"command": "x", "env": []}, "field-type"),
        ({"command": "x", "env": {"A": []}}, "field-type"),
        ({"command": "x", "enabledTools": "all"}, "field-type"),
    ],
)
def test_what_is_not_of_the_schema(server: Any, code: str) -> None:
    assert code in refused(**server)


def test_everything_wrong_is_told_with_its_line() -> None:
    assert problems(b'{"mcpServers": {\n"a": {"type": "http"},\n"b": 1}}') == [
        ("field-missing", "mcpServers.a", 2),
        ("field-type", "mcpServers.b", 3),
        ("field-missing", "mcpServers.b", 3),
    ]
    assert problems(b'{"files": {"command": "x"}}') == [("field-missing", "mcpServers", 1)]
    assert problems(b"[1]") == [("field-type", "the file is not a mapping", 1)]
    assert problems(b"{")[0][0] == "json-invalid"


def test_a_text_where_a_list_should_be() -> None:
    for value, found in (("y", "a text"), ([1], "a list of other things"), ({"a": "b"}, "names and values")):
        with pytest.raises(FormatError) as caught:
            parsed(a={"command": "x", "args": value})
        assert (caught.value.expected, caught.value.found) == ("a list of texts", found)


@given(fields)
def test_any_server_is_read_or_refused(server: dict[str, Any]) -> None:
    try:
        (found,) = parsed(a=server)
        assert found.command or found.url
    except FormatError as error:
        assert error.line
