"""Packages and images that a command fetches when it runs: is it said exactly which?

    unpinned(("npx", "-y", "@modelcontextprotocol/server-filesystem@latest", "."))

gives `@modelcontextprotocol/server-filesystem@latest`.  Exact is what the registry of a language never changes, a
version with all its numbers, or what names its content: a commit by 40 hex digits, an image by its digest.  A tag, a
branch and a range can be moved by whoever holds them, after a person has looked at the pack.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from packyard.gate.running.wrappers import program_of

_SEMVER = r"v?\d+\.\d+\.\d+(?:-[0-9A-Za-z.-]+)?(?:\+[0-9A-Za-z.-]+)?"
_EXACT = re.compile(rf"={{0,2}}{_SEMVER}")
_PIP3 = re.compile(r"pip3(?:\.\d+)?")
_COMMIT = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_NPM = re.compile(rf"(?:@[^/@\s]+/)?[^@\s/]+@(?:npm:(?:@[^/@\s]+/)?[^@\s/]+@)?=?{_SEMVER}")
_PYPI = re.compile(r"[A-Za-z0-9._-]+(?:\[[^\]]*\])?(?:\s*===?\s*|@)v?\d[A-Za-z0-9.!+_-]*(?:\s*;.*)?")
_GO = re.compile(rf"[^@\s]+@(?:{_SEMVER}|[0-9a-f]{{12,40}})")
_NAMED = re.compile(rf"[^@:\s]+[@:]=?{_SEMVER}")
_DIGEST = re.compile(r"[^@\s]+@sha256:[0-9a-f]{64}")
_LOCAL = re.compile(r"\.{1,2}(?:$|[/\[])|/|~|file:|link:|workspace:|[A-Za-z]:[\\/]|[\"']?\$(?:\{[^}]*\}|\w+)[\"']?/")
#: Addresses whose host does not change what it once gave.
_UNCHANGING = re.compile(
    r"(?:npm|jsr):/?(?:@[^/@\s]+/)?[^/@\s]+@\d+\.\d+\.\d+"
    r"|https://(?:deno\.land|esm\.sh|unpkg\.com|jsr\.io|cdn\.jsdelivr\.net)/[^@\s]*@?[^@\s]*@v?\d+\.\d+\.\d+"
    r"|https://raw\.githubusercontent\.com/[^/\s]+/[^/\s]+/[0-9a-f]{40}/"
)
#: Options of `docker run` without a value; one letter with a value may follow such letters.
_LETTERS = re.compile(r"-[itdPq]*([^itdPq=-])?")
_FLAGS = (
    "--all-tags --detach --disable-content-trust --init --interactive --no-healthcheck --oom-kill-disable --privileged "
    "--publish-all --quiet --read-only --rm --sig-proxy --tty"
)
_CONTAINERS = ("docker", "podman", "nerdctl")


class _Tool(NamedTuple):
    """How a program is told what to fetch: how many of its `operands`, and the value of which options (`packages`).
    `valued` are other options with a value, `versions` those that say which version, `local` those that fetch nothing.
    """

    exact: Callable[[str], object]
    operands: int
    valued: str = ""
    packages: str = ""
    versions: str = ""
    local: str = ""


def unchanging(address: str) -> bool:
    """Whether an address gives the same for ever."""
    return bool(_UNCHANGING.match(address))


def unpinned(words: tuple[str, ...]) -> tuple[str, ...]:
    """What the command would fetch without saying exactly which, as it is written in the command."""
    if not words or not words[0]:
        return ()
    words = _plain(words)
    name, rest = words[0], words[1:]
    if name in _CONTAINERS:
        return tuple(_image(rest))
    if words[:2] == ("git", "clone") or words[:3] == ("gh", "repo", "clone"):
        return tuple(word for word in words[2:] if "/" in word and not _LOCAL.match(word))[:1]
    for length in (3, 2, 1):
        if tool := _TOOLS.get(words[:length]):
            return tuple(spec for spec in _specs(tool, words[length:]) if not (_LOCAL.match(spec) or tool.exact(spec)))
    return ()


def _plain(words: tuple[str, ...]) -> tuple[str, ...]:
    """The words with the program in its plain form, and without options between it and what it is told to do."""
    name = program_of(words[0])
    if name.startswith("py") and words[1:2] == ("-m",) and len(words) > 2:
        name, words = words[2], words[2:]
    name = "pip" if _PIP3.fullmatch(name) else name
    at = 1
    while name in _FIRST and words[at : at + 1] and words[at].startswith("-"):
        at += 1 if (name, *words[at + 1 : at + 2]) in _PREFIXES or "=" in words[at] else 2
    return (name, *words[at:])


def _specs(tool: _Tool, rest: tuple[str, ...]) -> Iterator[str]:
    operands: list[str] = []
    packages: list[str] = []
    at, version = 0, ""
    while at < len(rest):
        name, sign, value = rest[at].partition("=") if rest[at].startswith("-") else (rest[at], "", "")
        takes = any(name in options.split() for options in (tool.valued, tool.packages, tool.versions))
        if takes and not sign:
            at += 1
            value = rest[at] if at < len(rest) else ""
        if name in tool.local.split():
            return
        if name in tool.packages.split():
            packages.append(value)
        elif name in tool.versions.split():
            version = value
        elif not name.startswith("-"):
            operands.append(rest[at])
            if len(operands) == max(tool.operands, 1) and tool.operands < _ALL:
                break
        elif name == "--" and operands:
            break
        at += 1
    if not (_EXACT.fullmatch(version) or _COMMIT.fullmatch(version)):
        yield from packages if packages and tool.operands == 1 else [*packages, *operands[: tool.operands]]


def _image(rest: tuple[str, ...]) -> Iterator[str]:
    """The image that is run or pulled, if it has no digest: the first operand behind the options."""
    if rest[:1] in (("container",), ("image",)):
        rest = rest[1:]
    if rest[:1] not in (("run",), ("create",), ("pull",)):
        return
    at = 1
    while at < len(rest) and rest[at].startswith("-") and rest[at] != "--":
        at += 1 + (_takes_value(rest[at]) and "=" not in rest[at])
    image = rest[at] if at < len(rest) else ""
    if image and not _DIGEST.fullmatch(image):
        yield image


def _takes_value(option: str) -> bool:
    """Whether the next word belongs to the option."""
    if option.startswith("--"):
        return option not in _FLAGS.split()
    letters = _LETTERS.fullmatch(option)
    return bool(letters and letters[1])


def _is_npm(spec: str) -> bool:
    return bool(_NPM.fullmatch(spec) or _is_commit(spec, "#"))


def _is_pypi(spec: str) -> bool:
    return bool(_PYPI.fullmatch(spec) or _is_commit(spec, "@") or "#sha256=" in spec)


def _is_go(spec: str) -> bool:
    return bool(_GO.fullmatch(spec)) or "." not in spec.partition("/")[0] or spec.endswith(".go")


def _is_script(spec: str) -> bool:
    return unchanging(spec) or not spec.startswith(("http:", "https:", "npm:", "jsr:"))


def _is_commit(spec: str, sign: str) -> bool:
    return bool(_COMMIT.fullmatch(spec.partition("#egg=")[0].rpartition(sign)[2].partition("#")[0]))


_ALL = 1000
_NPX = _Tool(
    _is_npm,
    1,
    "-c --call --registry --userconfig --cache -w --workspace --prefix --shell",
    "-p --package",
    local="--no --no-install --offline",
)
_ADD = _Tool(_is_npm, _ALL, "--registry --prefix -C --dir --cwd -w --workspace --filter -F --cache --omit --include")
_UVX = _Tool(
    _is_pypi,
    1,
    "-p --python --index-url -i --extra-index-url --index --default-index --directory --cache-dir --env-file "
    "--pip-args",
    "--from --with --spec --with-editable",
    local="--offline",
)
_PIP = _Tool(
    _is_pypi,
    _ALL,
    "-r --requirement -c --constraint -e --editable -t --target -i --index-url --extra-index-url -f --find-links "
    "--prefix --root --python -p --platform --python-version --cache-dir --no-binary --only-binary --group --extra",
    "--with --from",
    local="--no-index",
)
_CARGO = _Tool(
    _NAMED.fullmatch,
    _ALL,
    "--root --target --profile -j --features -F --bin --index --registry --path",
    "--git",
    "--version --vers --rev",
)
_GEM = _Tool(_NAMED.fullmatch, _ALL, "-s --source -i --install-dir -n --bindir -P", "-g --gem", "-v --version")
_GO_TOOL = _Tool(_is_go, _ALL, "-exec -mod -tags -ldflags -C")
_DENO = _Tool(_is_script, 1, "-n --name -c --config --import-map --lock -L")

#: Programs that fetch, by the words that they begin with.
_TOOLS = {
    tuple(words.split()): tool
    for names, tool in {
        "npx, bunx, pnpx, npm exec, npm x, bun x, pnpm dlx, yarn dlx": _NPX,
        "npm create, npm init, pnpm create, yarn create, bun create": _NPX,
        "npm i, npm install, npm add, pnpm add, pnpm i, pnpm install, bun add, bun i, bun install": _ADD,
        "yarn add, yarn global add": _ADD,
        "uvx, uv tool run, pipx run": _UVX,
        "uv run": _UVX._replace(operands=0),
        "pip install, pip download, uv pip install, uv add, uv tool install, pipx install": _PIP,
        "go install, go get": _GO_TOOL,
        "go run": _GO_TOOL._replace(operands=1),
        "cargo install, cargo binstall": _CARGO,
        "gem install": _GEM,
        "gem exec": _GEM._replace(operands=1),
        "deno run, deno install": _DENO,
        "gh extension install": _Tool(_NAMED.fullmatch, 1, "", "", "--pin"),
    }.items()
    for words in names.split(", ")
}
_PREFIXES = frozenset(words[:2] for words in _TOOLS) | {(name, "run") for name in _CONTAINERS}
_FIRST = frozenset(words[0] for words in _PREFIXES if len(words) > 1)
