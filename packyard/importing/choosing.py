"""Which files of a folder an import reads: what kind of folder it is, and what has no place in a pack.

Everything is decided by paths alone, before anything is read.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator
from typing import NamedTuple

from packyard.errors import FormatError
from packyard.formats.manifest import NAMES
from packyard.formats.names import check_path
from packyard.importing.values import PLUGIN, TITLES
from packyard.rules.folder import SIGNATURE, SUMS

_VERSIONING = frozenset({".git", ".hg", ".svn", ".jj", ".bzr"})
_MADE = re.compile(
    r"node_modules|bower_components|__pycache__|\.?venv|\.tox|\.nox|\.cache|\.(?:mypy|pytest|ruff)_cache|\.DS_Store"
    r"|Thumbs\.db|desktop\.ini|.*\.(?:pyc|pyo|swp|swo)|.*~",
    re.IGNORECASE,
)
_SECRET = re.compile(
    r"\.env(?:\..*)?|\.envrc|[._]netrc|\.npmrc|\.yarnrc|\.pypirc|\.pgpass|\.my\.cnf|\.htpasswd|\.git-credentials"
    r"|id_(?:rsa|dsa|ecdsa|ed25519)(?:\..*)?|credentials(?:\.json)?"
    r"|client_secret.*\.json|service[-_]?account.*\.json|secrets?\.(?:json|ya?ml|toml|ini|env)"
    r"|.*\.(?:key|pem|p8|p12|pfx|jks|keystore|kdbx|ppk)",
    re.IGNORECASE,
)
_SECRET_FOLDER = re.compile(r"\.(?:env|aws|ssh|gnupg|kube|docker|azure)", re.IGNORECASE)
_SAMPLE = re.compile(r".*[._-](?:example|sample|template|dist)", re.IGNORECASE)

LICENCES = re.compile(r"(?:licen[cs]e|copying|notice)(?:[._-][^/]*)?", re.IGNORECASE)
README = re.compile(r"readme(?:\.(?:md|markdown|txt))?", re.IGNORECASE)

#: Folders and files of a plugin by which one is known that has no manifest.
_PLUGIN_PARTS = re.compile(r"(?:commands|agents)/.*\.md|hooks/hooks\.json|\.mcp\.json")
_CURSOR_PARTS = re.compile(r"(?:rules|commands|agents|skills|hooks)/.*|hooks\.json|mcp\.json")


class Choice(NamedTuple):
    """The files to read, and pairs of what is left out (a folder when all of it is) and why."""

    paths: tuple[str, ...]
    left: tuple[tuple[str, str], ...]


def refuse(path: str, is_folder: bool) -> str:
    """Why the file or folder can be in no pack, "" when it can. Nothing below a refused folder need be looked at."""
    name = path.rpartition("/")[2]
    if name in _VERSIONING:
        return "it belongs to version control"
    if _MADE.fullmatch(name):
        return "a program made it"
    secret = _SECRET_FOLDER if is_folder else _SECRET
    if secret.fullmatch(name) and not _SAMPLE.fullmatch(name):
        return "it may hold secrets"
    try:
        check_path(path)
    except FormatError as error:
        return error.message
    return ""


def detect(paths: Collection[str]) -> str:
    """What kind of folder has these files. Raises `import-unknown`."""
    if any(name in paths for name in NAMES):
        return "agentpacks"
    if PLUGIN in paths:
        return "claude-plugin"
    if ".claude-plugin/marketplace.json" in paths:
        message = "this is a marketplace of several plugins"
        raise FormatError("import-unknown", message, help="import the folder of one of its plugins")
    if cursor_base(paths) is not None:
        return "cursor"
    if any(map(_PLUGIN_PARTS.fullmatch, paths)):
        return "claude-plugin"
    if skill_folders(paths):
        return "skills"
    raise FormatError(
        "import-unknown",
        "there is nothing here that a pack can be made of",
        expected=f"one of {PLUGIN}, SKILL.md, skills/*/SKILL.md, .cursor/rules/*.mdc, pack.json",
    )


def choose(kind: str, paths: Collection[str]) -> Choice:
    """What an import of that kind reads. Raises `import-unknown` when there is nothing of the kind."""
    belongs = _CHOICES[kind](paths)
    chosen = tuple(sorted(path for path in paths if belongs(path)))
    if not any(_is_of_substance(kind, path) for path in chosen):
        raise FormatError("import-unknown", f"this is not {TITLES[kind]}", help="leave --kind out, and it is found out")
    return Choice(chosen, tuple(_left(kind, sorted(paths), chosen)))


def cursor_base(paths: Collection[str]) -> str | None:
    """Where Cursor's own files begin: in `.cursor/`, or right here (""). None when there are none."""
    if any(path.startswith(".cursor/") and _CURSOR_PARTS.fullmatch(path[8:]) for path in paths):
        return ".cursor/"
    here = any(path in (".cursorrules", ".cursorignore") or path.endswith(".mdc") for path in paths)
    return "" if here else None


def skill_folders(paths: Collection[str]) -> tuple[str, ...]:
    """The folders with a SKILL.md that lie in no other such folder; "" is the root itself."""
    found: list[str] = []
    for folder in sorted(path.removesuffix("SKILL.md").rstrip("/") for path in paths if _is_skill(path)):
        if not any(outer == "" or folder.startswith(f"{outer}/") for outer in found):
            found.append(folder)
    return tuple(found)


def is_hidden(path: str) -> bool:
    """Whether the file is, or lies in, what other programs keep for themselves in the root of a folder."""
    return path.startswith(".")


def _is_skill(path: str) -> bool:
    return path == "SKILL.md" or path.endswith("/SKILL.md")


def _plugin(_paths: Collection[str]) -> Callable[[str], bool]:
    return lambda path: path in (PLUGIN, ".mcp.json") or not (is_hidden(path) or path in (*NAMES, SUMS, SIGNATURE))


def _agentpacks(_paths: Collection[str]) -> Callable[[str], bool]:
    return lambda path: path == ".aiignore" or not (is_hidden(path) or path in (SUMS, SIGNATURE))


def _skills(paths: Collection[str]) -> Callable[[str], bool]:
    folders = skill_folders(paths)
    if "" in folders:
        return lambda path: not is_hidden(path)
    return lambda path: _is_about(path) or any(path.startswith(f"{folder}/") for folder in folders)


def _cursor(paths: Collection[str]) -> Callable[[str], bool]:
    base = cursor_base(paths)
    if base:
        own = (".cursorrules", ".cursorignore")
        return lambda path: (
            path in own
            or bool(LICENCES.fullmatch(path))
            or (path.startswith(base) and bool(_CURSOR_PARTS.fullmatch(path[len(base) :])))
        )
    return lambda path: (
        path in (".cursorrules", ".cursorignore")
        or _is_about(path)
        or path.endswith(".mdc")
        or bool(_CURSOR_PARTS.fullmatch(path))
    )


def _is_about(path: str) -> bool:
    return bool(LICENCES.fullmatch(path) or README.fullmatch(path))


_CHOICES: dict[str, Callable[[Collection[str]], Callable[[str], bool]]] = {
    "agentpacks": _agentpacks,
    "claude-plugin": _plugin,
    "skills": _skills,
    "cursor": _cursor,
}


def _is_of_substance(kind: str, path: str) -> bool:
    if kind == "agentpacks":
        return path in NAMES
    if kind == "skills":
        return _is_skill(path)
    return not _is_about(path)


def _left(kind: str, paths: list[str], chosen: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """What was not chosen, each folder that is left out as a whole once."""
    kept = {path[:end] for path in chosen for end in _ends(path)}
    told = set[str]()
    for path in paths:
        where = next((path[:end] for end in _ends(path) if path[:end] not in kept), "")
        if where and where not in told:
            told.add(where)
            yield where, _why(kind, path)


def _ends(path: str) -> Iterator[int]:
    """The lengths of the path's folders, and of the path itself."""
    yield from (at for at, character in enumerate(path) if character == "/")
    yield len(path)


def _why(kind: str, path: str) -> str:
    if path in (SUMS, SIGNATURE):
        return "the pack is to be signed anew"
    if is_hidden(path):
        return "another program's own file"
    return f"no part of {TITLES[kind]}"
