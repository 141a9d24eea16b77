"""`mcp.json`: the MCP servers that a program starts or talks to. The format is that of agentpacks.

    {
      "mcpServers": {
        "files": {
          "type": "stdio",
          "command": "npx",
          "args": ["-y", "@modelcontextprotocol/server-filesystem@2026.7.10", "."],
          "env": {"LOG_LEVEL": "warn"},
          "enabledTools": ["read_text_file"]
        },
        "tickets": {"type": "remote", "url": "https://mcp.example.org/tickets", "headers": {"X-Team": "docs"}}
      }
    }

A server of type `stdio` is a program and needs `command`; one of any other type (`remote http sse streamable-http
streamableHttp ws`) is on the network and needs `url`, an address of http, https, ws or wss, or one that begins with a
variable such as `${TICKETS_URL}`.  Without `type` it is what its fields make it.  `env` and `headers` map names to
texts, numbers or true and false; `args enabledTools disabledTools` are lists of text.  Unknown keys are left alone.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from packyard.formats.fields import Fields, kind_of, shown
from packyard.formats.strict import load_json

#: The most bytes of `mcp.json`.
LIMIT = 262_144

#: The types of servers: the first is a program, the others are on the network.
KINDS = ("stdio", "remote", "http", "sse", "streamable-http", "streamableHttp", "ws")

_ADDRESS = re.compile(r"(?:https?|wss?)://[^\s]+|\$\{[^\s]+", re.IGNORECASE)


class Server(NamedTuple):
    """One server. `kind` is one of `KINDS`; `env` and `headers` pair names with values; `line` is where it begins."""

    name: str
    kind: str
    command: str
    args: tuple[str, ...]
    url: str
    env: tuple[tuple[str, str], ...]
    headers: tuple[tuple[str, str], ...]
    line: int


def parse_mcp(data: bytes) -> tuple[Server, ...]:
    """All servers of the file, in its order. Raises `FormatError`, with all errors at once."""
    fields = Fields(load_json(data, LIMIT))
    if fields.raw("mcpServers") is None:
        fields.refuse("field-missing", "is missing", "mcpServers", expected='{"mcpServers": {NAME: {…}}}')
    servers = fields.mapping("mcpServers")
    found = [_server(servers.mapping(name), name) for name in servers.names()]
    fields.finish(keep_unknown=True)
    return tuple(found)


def _server(fields: Fields, name: str) -> Server:
    command, url = _text(fields, "command"), _text(fields, "url")
    kind = _text(fields, "type") or ("remote" if url and not command else "stdio")
    if kind not in KINDS:
        fields.refuse("field-invalid", "is not a type of server", "type", expected=", ".join(KINDS), found=shown(kind))
    elif kind == "stdio" and not command:
        fields.refuse("field-missing", "a server of type stdio needs `command`", expected="command")
    elif kind != "stdio" and not url:
        fields.refuse("field-missing", f"a server of type {kind} needs `url`", expected="url")
    if url and not _ADDRESS.fullmatch(url):
        fields.refuse("field-invalid", "is not an address", "url", expected="https://host/path", found=shown(url))
    for tools in ("enabledTools", "disabledTools"):
        _texts(fields, tools)
    return Server(
        name,
        kind,
        command,
        _texts(fields, "args"),
        url,
        _pairs(fields, "env"),
        _pairs(fields, "headers"),
        fields.document.line(fields.path),
    )


def _text(fields: Fields, name: str) -> str:
    value = fields.raw(name)
    if value is None or isinstance(value, str):
        return value or ""
    fields.refuse("field-type", "is not text", name, expected="text", found=shown(value))
    return ""


def _texts(fields: Fields, name: str) -> tuple[str, ...]:
    value = fields.raw(name)
    if value is None:
        return ()
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        found = "a list of other things" if isinstance(value, list) else kind_of(value)
        fields.refuse("field-type", "is not a list of texts", name, expected="a list of texts", found=found)
        return ()
    return tuple(value)


def _pairs(fields: Fields, name: str) -> tuple[tuple[str, str], ...]:
    inner = fields.mapping(name)
    return tuple((key, _scalar(inner, key)) for key in inner.names())


def _scalar(fields: Fields, name: str) -> str:
    value = fields.raw(name)
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, (int, float)) else _text(fields, name)
