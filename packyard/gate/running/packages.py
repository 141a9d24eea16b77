"""Packages, images and repositories that a command fetches when it runs: is it said exactly which?

    unpinned(Command(("npx", "-y", "@modelcontextprotocol/server-filesystem@latest", ".")))

gives `@modelcontextprotocol/server-filesystem@latest`.  What is exact says `packyard.gate.running.exact`.  A package
from another registry than the usual one is whatever that registry gives, so its address is given as well.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import islice
from typing import NamedTuple

from packyard.gate.running import exact
from packyard.gate.running.command import Command
from packyard.gate.running.wrappers import program_of

_PIP3 = re.compile(r"pip3(?:\.\d+)?")
_ADDRESS = re.compile(r"(?:git\+)?\w+://")
#: Variables that say from where packages come.
_INDEX = re.compile(r"(?:npm_config|pip|uv)_(?:default_|extra_)?(?:registry|index(?:_url)?)|GOPROXY", re.IGNORECASE)
_LOCAL = re.compile(r"\.{1,2}(?:$|[/\[])|/|~|file:|link:|workspace:|[A-Za-z]:[\\/]|[\"']?\$(?:\{[^}]*\}|\w+)[\"']?/")
#: Options of `docker run` without a value; one letter with a value may follow such letters.
_LETTERS = re.compile(r"-[itdPq]*([^itdPq=-])?")
_FLAGS = (
    "--all-tags --detach --disable-content-trust --init --interactive --no-healthcheck --oom-kill-disable --privileged "
    "--publish-all --quiet --read-only --rm --sig-proxy --tty"
)
_CONTAINERS = ("docker", "podman", "nerdctl")


class _Tool(NamedTuple):
    """How a program is told what to fetch: how many of its `operands`, and the value of which options (`packages`).
    `valued` are other options with a value, `versions` those that say which version, `local` those that fetch nothing;
    behind `--` is another command when that `ends` it.
    """

    is_exact: Callable[[str], bool]
    operands: int
    valued: str = ""
    packages: str = ""
    versions: str = ""
    local: str = ""
    ends: bool = False


def unpinned(command: Command, is_at_commit: bool = False) -> Iterator[str]:
    """What the command would fetch without saying exactly which, as it is written in the command; `is_at_commit` when
    what is cloned in the same text is set to a commit.
    """
    if not command.words or not command.words[0]:
        return
    words = _plain(command.words)
    if words[:2] == ("git", "clone") or words[:3] in (("gh", "repo", "clone"), ("git", "submodule", "add")):
        pinned = is_at_commit or any(word.startswith("--revision=") for word in words)
        yield from () if pinned else islice(filter(_is_repository, words[2:]), 1)
    elif words[0] in _CONTAINERS:
        yield from _image(words[1:])
    tool, rest = _tool(words)
    if tool:
        yield from (spec for spec in _specs(tool, rest) if not (_LOCAL.match(spec) or tool.is_exact(spec)))
        yield from (f"{name}={value}" for name, value in command.sets if is_index(name))


def is_index(name: str) -> bool:
    """Whether the variable says from where packages come."""
    return bool(_INDEX.fullmatch(name))


def is_of_system(command: Command) -> bool:
    """Whether the command installs packages of the system, of which hardly anybody names a version."""
    tool, _ = _tool(_plain(command.words)) if command.words and command.words[0] else (None, ())
    return tool is not None and tool.is_exact is exact.is_of_system


def pins_clone(command: Command) -> bool:
    """Whether the command sets a clone to one commit."""
    is_set = not {"checkout", "reset", "switch"}.isdisjoint(command.words[1:4])
    return command.program == "git" and is_set and any(map(exact.is_commit, command.words))


def _tool(words: tuple[str, ...]) -> tuple[_Tool | None, tuple[str, ...]]:
    """How the program is told what to fetch, if it is known to do so, and what it is told."""
    found = next((length for length in (3, 2, 1) if words[:length] in _TOOLS), 0)
    return _TOOLS.get(words[:found]), words[found:]


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
    """What the program is told to fetch, and from where."""
    operands: list[str] = []
    packages: list[str] = []
    version = ""
    for name, value in _parts(tool, rest):
        if name in tool.local.split():
            return
        if name in tool.packages.split():
            packages += value.split(",")
        elif name in tool.versions.split():
            version = value
        elif name and _ADDRESS.match(value):
            yield value
        elif not name:
            operands.append(value)
    if not (exact.is_version(version) or exact.is_commit(version)):
        yield from packages if packages and tool.operands == 1 else [*packages, *operands]


def _parts(tool: _Tool, rest: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """The options with their values, and the operands as values without a name, as far as they are the tool's own."""
    valued = {*tool.valued.split(), *tool.packages.split(), *tool.versions.split()}
    at, left = 0, tool.operands
    while at < len(rest):
        name, sign, value = rest[at].partition("=") if rest[at].startswith("-") else ("", "", rest[at])
        at += 1
        if name in valued and not sign:
            value = rest[at] if at < len(rest) else ""
            at += 1
        if name == "--" and (tool.ends or left < tool.operands):
            return
        if name or left > 0:
            yield name, value
        left -= not name
        if not name and left <= 0:
            return


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
    if image and not exact.is_image(image):
        yield image


def _takes_value(option: str) -> bool:
    """Whether the next word belongs to the option."""
    if option.startswith("--"):
        return option not in _FLAGS.split()
    letters = _LETTERS.fullmatch(option)
    return bool(letters and letters[1])


def _is_repository(word: str) -> bool:
    return "/" in word and not word.startswith("-") and not _LOCAL.match(word)


_ALL = 1000
_NPX = _Tool(
    exact.is_npm,
    1,
    "-c --call --registry --userconfig --cache -w --workspace --prefix --shell",
    "-p --package",
    local="--no --no-install --offline",
)
_ADD = _Tool(
    exact.is_npm, _ALL, "--registry --prefix -C --dir --cwd -w --workspace --filter -F --cache --omit --include"
)
_UVX = _Tool(
    exact.is_pypi,
    1,
    "-p --python --index-url -i --extra-index-url --index --default-index --directory --cache-dir --env-file "
    "--pip-args",
    "--from --with --spec --with-editable",
    local="--offline",
)
_PIP = _Tool(
    exact.is_pypi,
    _ALL,
    "-r --requirement -c --constraint -e --editable -t --target -i --index-url --extra-index-url -f --find-links "
    "--prefix --root --python -p --platform --python-version --cache-dir --no-binary --only-binary --group --extra "
    "-G --source",
    "--with --from",
    local="--no-index",
)
_CARGO = _Tool(
    exact.is_named,
    _ALL,
    "--root --target --profile -j --features -F --bin --index --registry --path",
    "--git",
    "--version --vers --rev",
)
_GEM = _Tool(
    exact.is_named, _ALL, "-s --source -i --install-dir -n --bindir -P", "-g --gem", "-v --version", "-l --local"
)
_GO_TOOL = _Tool(exact.is_go, _ALL, "-exec -mod -tags -ldflags -C")
_DENO = _Tool(exact.is_script, 1, "-n --name -c --config --import-map --lock -L")
_DOTNET = _Tool(
    exact.is_named, 1, "--tool-path --add-source --source -s --framework -f --configfile", "", "--version -v"
)
_SYSTEM = _Tool(exact.is_of_system, _ALL, "-t -c -o -r --repo -s --source", "", "--version -v --revision")
_PLAIN = _Tool(exact.is_named, _ALL, "-d --working-dir -f")
_KUBERNETES = _Tool(exact.is_local, 0, "-n --namespace --context", "-f --filename -k --kustomize")
_HELM = _Tool(exact.is_local, _ALL, "-n --namespace -f --values --set --kube-context", "--repo", "--version")

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
        "poetry add, pdm add": _PIP,
        "conda install, mamba install, micromamba install": _Tool(exact.is_conda, _ALL, "-c --channel -n --name -p"),
        "go install, go get": _GO_TOOL,
        "go run": _GO_TOOL._replace(operands=1),
        "cargo run": _CARGO._replace(operands=0),
        "cargo install, cargo binstall, cargo add": _CARGO,
        "gem install, bundle add": _GEM,
        "gem exec": _GEM._replace(operands=1),
        "dotnet tool install, dotnet tool update, dotnet tool exec, dotnet add package, dotnet dnx, dnx": _DOTNET,
        "composer require, composer global require, cpan, cpanm, mise use, mise install, volta install": _PLAIN,
        "corepack prepare": _PLAIN,
        "mise exec, mise x": _PLAIN._replace(ends=True),
        "jbang, jbang run": _PLAIN._replace(is_exact=exact.is_maven, operands=1),
        "helm install, helm upgrade, helm template, helm pull": _HELM,
        "kubectl apply, kubectl create, kubectl replace, oc apply": _KUBERNETES,
        "terraform init, tofu init": _Tool(exact.is_local, 0, "", "-from-module"),
        "nix run, nix shell": _Tool(exact.is_nix, 1, "--override-input", local="--offline"),
        "nix-shell": _Tool(exact.is_nix, 0, "", "-p --packages"),
        "deno run, deno install": _DENO,
        "gh extension install": _Tool(exact.is_named, 1, "", "", "--pin"),
        "brew install, brew tap, apt install, apt-get install, apk add, dnf install, yum install": _SYSTEM,
        "zypper install, choco install, winget install, scoop install, port install, snap install": _SYSTEM,
    }.items()
    for words in names.split(", ")
}
_PREFIXES = frozenset(words[:2] for words in _TOOLS) | {(name, "run") for name in _CONTAINERS}
_FIRST = frozenset(words[0] for words in _PREFIXES if len(words) > 1)
