"""MCP servers in the words of each program.

A server is a program that is started, or an address; see `packyard.formats.mcp`. Programs differ in the names of the
fields, in how a value takes a variable of the environment (`${TOKEN}` in a pack), and in whether tools can be switched
off. What a program cannot say is left out, and told: a server whose tools were limited would else have all of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from packyard.parts import Parts

_VARIABLE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")
_KNOWN = frozenset({"type", "command", "args", "env", "url", "headers", "enabledTools", "disabledTools"})


class Server(NamedTuple):
    """A server for one program: `kind` is stdio, http or sse; the texts have the program's variables in them."""

    name: str
    kind: str
    command: str
    args: list[str]
    env: dict[str, str]
    url: str
    headers: dict[str, str]
    enabled: list[str]
    disabled: list[str]

    @property
    def tools(self) -> bool:
        """Whether it says which tools may be used."""
        return bool(self.enabled or self.disabled)


def servers_for(parts: Parts, title: str, variable: str = "", *, tools: bool = False) -> Iterator[Server]:
    """A pack's servers. `variable` is how the program writes `${NAME}`, with `NAME` in it, "" when it writes it so;
    `tools` says that it can limit a server's tools.
    """
    for name, given in parts.servers.items():
        kind = _kind(given)
        if not kind:
            parts.remark("mcp.json", f"the server {name} speaks {given.get('type')}, which it does not", title)
            continue
        server = _server(parts, name, kind, given, variable)
        if server.tools and not tools:
            limits = ", ".join(sorted({"enabledTools", "disabledTools"} & set(given)))
            parts.remark("mcp.json", f"cannot limit the tools of the server {name}: it has all", title, limits)
        if others := sorted(set(given) - _KNOWN):
            parts.remark("mcp.json", f"fields of the server {name} are left out", title, ", ".join(others))
        yield server


def _kind(given: Mapping[str, Any]) -> str:
    kind = given.get("type") or ("remote" if given.get("url") and not given.get("command") else "stdio")
    http = {"remote", "http", "streamable-http", "streamableHttp"}
    return "http" if kind in http else str(kind) if kind in ("stdio", "sse") else ""


def _server(parts: Parts, name: str, kind: str, given: Mapping[str, Any], variable: str) -> Server:
    def said(text: str) -> str:
        return _VARIABLE.sub(lambda it: variable.replace("NAME", it[1]), text) if variable else text

    def texts(field: str) -> list[str]:
        value = given.get(field)
        return [said(parts.rebase(str(item))) for item in value] if isinstance(value, list) else []

    def pairs(field: str) -> dict[str, str]:
        value = given.get(field)
        return {key: said(_scalar(item)) for key, item in value.items()} if isinstance(value, dict) else {}

    return Server(
        name,
        kind,
        said(parts.rebase(str(given.get("command") or ""))),
        texts("args"),
        pairs("env"),
        said(str(given.get("url") or "")),
        pairs("headers"),
        texts("enabledTools"),
        texts("disabledTools"),
    )


def _scalar(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def usual(server: Server, *, typed: bool) -> dict[str, Any]:
    """A server as most programs have it, without what is empty; `typed` says that they want its type."""
    started = {"command": server.command, "args": server.args, "env": server.env}
    fields = started if server.kind == "stdio" else {"url": server.url, "headers": server.headers}
    return ({"type": server.kind} if typed else {}) | {name: value for name, value in fields.items() if value}
