"""What configuration starts or talks to, in whatever form it stands: hooks, MCP servers, scripts of packages.

Programs read more files, and read them less strictly, than the formats of a pack have it.  So every mapping with a
command or an address counts, at any depth, in the JSON files that some program takes as its settings, and below `hooks`
and `mcpServers` in the frontmatter of a prompt.  Text that is not good JSON is searched for commands all the same.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from packyard.errors import FormatError
from packyard.formats.frontmatter import line_of, split
from packyard.formats.hooks import SOURCES
from packyard.formats.strict import Document, Path, load_json
from packyard.gate.running.lines import Lines
from packyard.gate.running.quoting import quote

_FILE = re.compile(
    r"(?:.*/)?(?:hooks|\.?mcp|mcp_config|plugin|settings(?:\.local)?|opencode|gemini-extension|package)\.jsonc?"
    r"|hooks/.*\.json|(?:.*/)?(?:\.vscode/tasks|\.?devcontainer)\.jsonc?"
)
#: Commands for headers, and those of a container that an editor sets up.
_HELPERS = (
    *("headersHelper", "awsCredentialExport", "initializeCommand", "onCreateCommand", "updateContentCommand"),
    *("postCreateCommand", "postStartCommand", "postAttachCommand"),
)
_COMMANDS = (*SOURCES["command"], "cmd", "run", "apiKeyHelper", "awsAuthRefresh", "otelHeadersHelper", *_HELPERS)
_PROMPTS, _ADDRESSES = ("prompt",), ("url", "httpUrl", "serverUrl", "endpoint")
_SERVERS = frozenset({"mcpServers", "mcp_servers", "mcp", "servers", "context_servers"})
#: Fields of a server with its tools for which nobody is asked.
_UNASKED = ("alwaysAllow", "autoApprove")
_LIFECYCLE = frozenset({"preinstall", "install", "postinstall", "prepare"})
_LOOSE = re.compile(
    r"(?:^|[\s{,\"'-])(?:command|cmd|run|prompt)[\"']?\s{0,8}:\s{0,8}(?:\"((?:[^\"\\\n]++|\\.)*+)\"|'([^'\n]*+)'|([^\s\"'{\[|>][^\n]*+))"
    r"(?:\s{0,8},\s{0,99}[\"']?args[\"']?\s{0,8}:\s{0,8}\[([^\]]{0,2000})\])?"
)
_LITERAL = re.compile(r"\"((?:[^\"\\]++|\\.)*+)\"")
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)


class Launch(NamedTuple):
    """One thing that is started, talked to or allowed. `kind` says whether `text` is a `command`, a `prompt`, a `url`
    or a `tool`; `event` and `matcher` are those of the hook, and `server` names the server, that it belongs to. `env`
    are the variables that are set for it, with their values, `shown` their values and headers, `tools` what may be used
    of the server.
    """

    line: int
    text: str
    kind: str = "command"
    event: str = ""
    matcher: str = ""
    server: str = ""
    env: tuple[tuple[str, str], ...] = ()
    shown: str = ""
    tools: tuple[str, ...] = ()


def is_configuration(name: str) -> bool:
    """Whether some program takes the file as its settings."""
    return _FILE.fullmatch(name) is not None


def launches(data: bytes, limit: int) -> tuple[Launch, ...]:
    """What a configuration file starts, in its order."""
    try:
        document = load_json(data, limit)
    except FormatError:
        return tuple(_loose(data.decode(errors="replace")))
    return tuple(_walk(document))


def launches_of_prompt(data: bytes) -> tuple[Launch, ...]:
    """What the frontmatter of a prompt starts."""
    fields, _, line = split(data)
    if isinstance(fields, FormatError):
        head = "".join(data.decode(errors="replace").splitlines(keepends=True)[: line - 1 if line > 1 else None])
        return tuple(_loose(head)) if "hooks" in head or "mcpServers" in head else ()
    chosen = {name: fields[name] for name in ("hooks", *_SERVERS) if name in fields}
    where = line_of(data, next(iter(chosen), ""))
    return tuple(launch._replace(line=where) for launch in _walk(Document(chosen, dict, typed=False)))


def _walk(document: Document) -> Iterator[Launch]:
    waiting: list[tuple[Path, Any, str]] = [((), document.value, "")]
    while waiting:
        path, value, matcher = waiting.pop()
        if isinstance(value, dict):
            matcher = value["matcher"] if isinstance(value.get("matcher"), str) else matcher
            yield from _of(document, path, value, matcher)
            waiting += [((*path, key), item, matcher) for key, item in reversed(value.items())]
        elif isinstance(value, list):
            waiting += [((*path, at), item, matcher) for at, item in reversed(list(enumerate(value)))]


def _of(document: Document, path: Path, value: Mapping[str, Any], matcher: str) -> Iterator[Launch]:
    """What one mapping starts."""
    event, server = _after(path, {"hooks"}), _after(path, _SERVERS)
    env = value.get("env", value.get("environment"))
    pairs = tuple(sorted((str(name), str(each)) for name, each in env.items())) if isinstance(env, dict) else ()
    pairs += (("envFile", value["envFile"]),) if isinstance(value.get("envFile"), str) else ()
    shown = " ".join(str(item) for key in ("env", "headers") for item in _values(value.get(key)))
    for key in (*_COMMANDS, *_PROMPTS, *_ADDRESSES):
        text = _text(value.get(key), value.get("args"))
        if text and (event or server or key not in _ADDRESSES):
            kind = "url" if key in _ADDRESSES else "prompt" if _is_prompt(key, value, event) else "command"
            tools = _texts(value.get("enabledTools")) or ("*",) if server else ()
            yield Launch(document.line((*path, key)), text, kind, event, matcher, server, pairs, shown, tools)
    for field in _UNASKED if server else ():
        allowed = (f"{field}({server} {tool})" for tool in _texts(value.get(field)))
        yield from (Launch(document.line((*path, field)), tool, "tool") for tool in allowed)
    if path == ("env",):
        given = ((name, item) for name, item in value.items() if isinstance(item, str))
        yield from (Launch(document.line((*path, name)), f"export {name}={quote(item)}") for name, item in given)
    if path and path[-1] in _HELPERS:
        texts = ((name, _text(item, None)) for name, item in value.items())
        yield from (Launch(document.line((*path, name)), text) for name, text in texts if text)
    if path[-1:] == ("permissions",):
        yield from (Launch(document.line((*path, "allow")), tool, "tool") for tool in _texts(value.get("allow")))
    if path == ("scripts",):
        scripts = ((key, _text(value[key], None)) for key in sorted(_LIFECYCLE & value.keys()))
        yield from (Launch(document.line((*path, key)), text) for key, text in scripts if text)


def _is_prompt(key: str, value: Mapping[str, Any], event: str) -> bool:
    return key in _PROMPTS or (bool(event) and value.get("type") in ("prompt", "agent"))


def _text(value: object, args: object) -> str:
    if isinstance(value, list):
        return " ".join(map(quote, _texts(value)))
    return " ".join([value, *map(quote, _texts(args))]) if isinstance(value, str) and value else ""


def _texts(value: object) -> tuple[str, ...]:
    return tuple(item for item in value if isinstance(item, str)) if isinstance(value, list) else ()


def _values(value: object) -> list[Any]:
    return list(value.values()) if isinstance(value, dict) else []


def _after(path: Path, names: frozenset[str] | set[str]) -> str:
    """The name that follows one of the names in the path."""
    found = (str(path[at + 1]) for at, key in enumerate(path[:-1]) if key in names and isinstance(path[at + 1], str))
    return next(found, "")


def _loose(text: str) -> Iterator[Launch]:
    lines = Lines(text)
    for found in _LOOSE.finditer(text):
        command = _ESCAPE.sub(r"\1", found[1] or found[2] or found[3] or "")
        args = map(quote, _LITERAL.findall(found[4] or ""))
        yield Launch(lines.at(found.start()), " ".join([command, *args]))
