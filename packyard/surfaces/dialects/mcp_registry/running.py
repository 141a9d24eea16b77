"""How a server of `mcp.json` is started or reached, in the words of `server.json`: packages, remotes, and their inputs.

    npx -y @acme/notes@1.2.3 --all                 npm    @acme/notes, 1.2.3
    uvx notes==1.2.3    uvx notes@1.2.3            pypi   notes, 1.2.3
    docker run -i --rm -e KEY ghcr.io/acme/notes:1.2.3   oci    ghcr.io/acme/notes:1.2.3

A command that is none of these, that names no exact version, or that has an option which is not known here has no
package: nothing is guessed. So it is with addresses that are none of http, and with those that begin with a variable.

What whoever installs a server has to give is an input: `${NAME}`, wherever it stands, and every value of a name that
is a secret's. Such a value is never said, whatever it is.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import Any

from packyard.formats import semver
from packyard.formats.mcp import Server
from packyard.surfaces.hidden import reveal

Input = dict[str, Any]

#: Characters of a command line that are shown.
SHOWN = 300

_NAMED = re.compile(r"\$\{(?:env:|input:)?([A-Za-z_][A-Za-z0-9_]{0,99})(?::?-([^{}$]{0,200}))?\}")
_SECRET = re.compile(
    r"token|secret|passw|passphrase|pwd|credential|auth|cookie|bearer|private|signature|(?:^|[_-])pat(?:$|[_-])|"
    r"(?:^|[_-]|api|access)key(?:$|[_-])",
    re.IGNORECASE,
)
_ADDRESS = re.compile(r"https?://[^\s{}<>\"\\^`|@/]+(?:/[^\s{}<>\"\\^`|]*)?", re.IGNORECASE)
_NPM = re.compile(r"((?:@[a-z0-9][a-z0-9._-]*/)?[a-z0-9][a-z0-9._-]*)@([0-9][0-9A-Za-z.+-]*)")
_PYPI = re.compile(r"([A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)(?:==|@)([0-9][0-9A-Za-z.!+-]*)")
_IMAGE = re.compile(r"([a-z0-9][a-z0-9._:/-]*?)(?::([\w][\w.-]{0,127}))?(?:@sha256:[0-9a-f]{64})?", re.ASCII)
_TYPES: Mapping[str, str] = MappingProxyType({"sse": "sse", "stdio": "", "ws": ""})
#: Options of `docker run` that every server has which talks over standard input.
_USUAL = frozenset({"-i", "-t", "-it", "-ti", "--interactive", "--tty", "--rm"})
#: For each runner, its options without a value, and those with one.
_OPTIONS: Mapping[str, tuple[frozenset[str], frozenset[str]]] = MappingProxyType(
    {
        "npx": (frozenset({"-y", "--yes", "-q", "--quiet", "--prefer-offline"}), frozenset()),
        "uvx": (frozenset({"-q", "--quiet", "--isolated", "--no-cache", "-n"}), frozenset({"-p", "--python"})),
        "docker": (
            _USUAL | {"--init", "--read-only"},
            frozenset(
                {"-e", "--env", "-v", "--volume", "--mount", "--network", "--name", "-w", "--workdir", "-u", "--user"}
            ),
        ),
    }
)


@lru_cache(maxsize=256)  # the same server is in several documents, and in most versions
def remote(server: Server) -> Mapping[str, Any] | None:
    """How a server on the network is reached; None when the format has no words for it."""
    kind = _TYPES.get(server.kind, "streamable-http")
    if not kind or not _ADDRESS.fullmatch(_NAMED.sub("x", server.url)) or server.url.startswith("$"):
        return None
    found: dict[str, Any] = {"type": kind, "url": _templated(server.url)}
    if asked := _variables("", server.url):
        found["variables"] = asked
    if server.headers:
        found["headers"] = [{"name": name} | given(name, value) for name, value in server.headers]
    return found


@lru_cache(maxsize=256)
def package(server: Server) -> Mapping[str, Any] | None:
    """The package that a command runs; None when it names none, or not one exact version of it."""
    if server.kind != "stdio" or server.command not in _OPTIONS:
        return None
    words = server.args
    if server.command == "docker":
        words = words[1:] if words[:1] == ("run",) else ()
    cut = _cut(words, *_OPTIONS[server.command])
    named = _PACKAGES[server.command](words[cut]) if cut is not None else None
    if cut is None or named is None:
        return None
    found = {**named, "runtimeHint": server.command, "transport": {"type": "stdio"}}
    parts = {
        "runtimeArguments": list(_options(words[:cut], _OPTIONS[server.command][1])),
        "packageArguments": list(_arguments(words[cut + 1 :])),
        "environmentVariables": [{"name": name} | given(name, value) for name, value in server.env],
    }
    return found | {name: values for name, values in parts.items() if values}


@lru_cache(maxsize=256)
def command_line(server: Server) -> str:
    """The command as one would type it, without values that are secret."""
    line = reveal(" ".join(map(shlex.quote, (server.command, *map(_said, _arguments(server.args))))))
    return line if len(line) <= SHOWN else f"{line[: SHOWN - 1]}…"


def _said(argument: Input) -> str:
    if "name" in argument:
        return f"{argument['name']}={argument.get('value', '{value}')}"
    return str(argument.get("value", f"{{{argument.get('valueHint')}}}"))


def given(name: str, value: str) -> Input:
    """An `Input` for the value of a name: what it is, or that somebody has to give it."""
    asked, secret = _variables(name, value), _is_secret(name)
    rest = _NAMED.sub("", value)
    if "$" in rest or not value or (secret and rest == value) or _looks_secret(name, rest):
        return {"isRequired": True, "isSecret": True} if secret or _looks_secret(name, rest) else {"isRequired": True}
    if not asked:
        return {"value": value}
    if not rest and len(asked) == 1:
        return dict(next(iter(asked.values())))
    return {"value": _templated(value), "variables": asked}


def _templated(value: str) -> str:
    return _NAMED.sub(lambda match: f"{{{match[1]}}}", value)


def _variables(name: str, value: str) -> dict[str, Input]:
    """What the variables in a value are, by their names."""
    found = dict[str, Input]()
    for match in _NAMED.finditer(value):
        secret = _is_secret(name) or _is_secret(match[1])
        default = {"default": match[2]} if match[2] and not secret else {"isRequired": True}
        found[match[1]] = default | ({"isSecret": True} if secret else {})
    return found


def _is_secret(name: str) -> bool:
    return _SECRET.search(name) is not None


def _looks_secret(name: str, value: str) -> bool:
    from packyard.gate.secrets import scan

    return len(value) >= 8 and bool(scan(f'{name or "value"}="{value}"'.encode("utf-8", "replace")))


def _cut(words: tuple[str, ...], alone: frozenset[str], valued: frozenset[str]) -> int | None:
    """Where the options end and the package stands; None when an option is not known."""
    at = 0
    while at < len(words):
        if not words[at].startswith("-"):
            return at
        option, equals, _ = words[at].partition("=")
        if option not in valued and words[at] not in alone:
            return None
        at += 2 if option in valued and not equals else 1
    return None


def _options(words: tuple[str, ...], valued: frozenset[str]) -> Iterator[Input]:
    """The options of a runner as named arguments."""
    rest = iter(words)
    for word in rest:
        option, equals, value = word.partition("=")
        if option in valued:
            yield {"type": "named", "name": option} | _setting("", value if equals else next(rest, ""))
        elif word not in _USUAL:
            yield {"type": "named", "name": word}


def _setting(option: str, value: str) -> Input:
    """The value of an option; of `NAME=VALUE`, which may be a secret, the name stays."""
    name, equals, inner = value.partition("=")
    if not equals or not name.isidentifier():
        return given(option, value)
    found = given(name, inner)
    if "value" in found:
        return found | {"value": f"{name}={found['value']}"}
    return {"value": f"{name}={{{name}}}", "variables": {name: found}}


def _arguments(words: tuple[str, ...]) -> Iterator[Input]:
    """What follows the package, word for word; the value of an option that is a secret's is asked for."""
    before = ""
    for word in words:
        option, equals, value = word.partition("=")
        if word.startswith("-") and equals:
            found = _setting(option, value)
            verbatim = found == {"value": value}
            yield {"type": "positional", "value": word} if verbatim else {"type": "named", "name": option} | found
        else:
            found = _setting("" if word.startswith("-") else before, word) if word else {"value": ""}
            hint = {} if "value" in found else {"valueHint": _hint(before, word)}
            yield {"type": "positional"} | hint | found
        before = word if word.startswith("-") and not equals else ""


def _hint(option: str, value: str) -> str:
    match = _NAMED.search(value)
    return option.lstrip("-") or (match[1] if match else "") or "value"


def _npm(word: str) -> Input | None:
    match = _NPM.fullmatch(word)
    if not match or not _is_version(match[2]):
        return None
    return {"registryType": "npm", "identifier": match[1], "version": match[2]}


def _pypi(word: str) -> Input | None:
    match = _PYPI.fullmatch(word)
    return {"registryType": "pypi", "identifier": match[1], "version": match[2]} if match else None


def _oci(word: str) -> Input | None:
    match = _IMAGE.fullmatch(word)
    fixed = match is not None and ("@sha256:" in word or match[2] not in (None, "latest"))
    return {"registryType": "oci", "identifier": word} if fixed else None


def _is_version(text: str) -> bool:
    try:
        semver.parse(text)
    except ValueError:
        return False
    return True


_PACKAGES: Mapping[str, Callable[[str], Input | None]] = MappingProxyType({"npx": _npm, "uvx": _pypi, "docker": _oci})
