"""What a pack says about itself, made of what its origin says: the fields of `pack.json`, and a readme."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from packyard.errors import FormatError
from packyard.formats import canonical, frontmatter, semver
from packyard.formats.fields import TEXT_LIMIT, check_url, shown
from packyard.formats.manifest import derive_features, parse_manifest
from packyard.formats.names import parse_name
from packyard.importing.choosing import README
from packyard.importing.values import TITLES, Draft, Wishes
from packyard.model import Manifest

#: The version of a pack that says none, as agentpacks has it.
FIRST = "1.0.0"

#: The most characters of what is taken over, and tags of a pack.
_DESCRIPTION, _TAG, _LICENSE, _AUTHOR, _LINE, _TAGS = 500, 40, 100, 300, 160, 20
_LOOSE = re.compile(r"[vV=]? ?(\d{1,15})(?:\.(\d{1,15}))?(?:\.(\d{1,15}))?(-[0-9A-Za-z.-]{1,60})?(?:\+.*)?")
_NOT_NAME = re.compile(r"[^a-z0-9]+")
_TARGETS: Mapping[str, Any] = {"claude-plugin": ["claudecode"], "cursor": ["cursor"]}
_HEADINGS = {"rules": "Rules", "commands": "Commands", "agents": "Agents", "skills": "Skills"}


def describe(draft: Draft, given: Mapping[str, Any], origin: str, kind: str, wishes: Wishes) -> Manifest:
    """Adds `pack.json` to a pack whose files are drafted; `given` are the fields of the file `origin`.

    Raises `FormatError` when there is nothing to describe, or no name for it.
    """
    features = list(derive_features(draft.files))
    if not features:
        raise FormatError("import-unknown", "there is nothing here that a pack can have")
    name = choose_name(draft, given.get("name"), origin, wishes)
    described = _text(given.get("description"), _DESCRIPTION) or first_paragraph(readme_of(draft))
    fields = {
        "name": name,
        "version": choose_version(draft, given.get("version"), origin, wishes),
        "description": described or f"{name}, imported from {TITLES[kind]}",
        "author": author_of(given.get("author")),
        "license": _text(_inner(given.get("license"), "type"), _LICENSE),
        "homepage": _address(draft, given, "homepage", origin),
        "repository": _address(draft, given, "repository", origin),
        "tags": tags_of(given.get("keywords", given.get("tags"))),
        "targets": _TARGETS.get(kind, "*"),
        "features": features,
    }
    data = canonical.pretty({field: value for field, value in fields.items() if value not in ("", [])})
    draft.make("pack.json", data, origin)
    return parse_manifest(data, "pack.json")[0]


def choose_name(draft: Draft, given: object, origin: str, wishes: Wishes) -> str:
    """The name that is wished for, else the given one or that of the folder, made to fit. Raises `FormatError`."""
    if wishes.name:
        return wishes.name
    for text in (given, draft.source.name):
        name = fit_name(text) if isinstance(text, str) else ""
        if name:
            if name != text and text == given:
                draft.changed(origin, "the name is made to fit", found=shown(text), expected=name)
            return name
    expected = "2 to 64 of a-z, 0-9 and inner hyphens"
    raise FormatError("name-invalid", "no name can be made of what is there", expected=expected, help="use --name")


def fit_name(text: str) -> str:
    """The text as the name of a pack, "" when too little is left of it."""
    try:
        return parse_name(text)
    except FormatError:
        fitted = _NOT_NAME.sub("-", text[:200].lower()).strip("-")[:64].strip("-")
        return fitted if len(fitted) > 1 else ""


def choose_version(draft: Draft, given: object, origin: str, wishes: Wishes) -> str:
    """The version that is wished for, else the given one, made to fit, else 1.0.0."""
    text = given if isinstance(given, str) else ""
    version = wishes.version or fit_version(text) or FIRST
    if text and text != version and not wishes.version:
        draft.changed(origin, "the version is made to fit", found=shown(text), expected=version)
    return version


def fit_version(text: str) -> str:
    """The text as a semantic version, "" when it is not even nearly one: `v1.2` is 1.2.0."""
    match = _LOOSE.fullmatch(text[:100].strip())
    if not match:
        return ""
    numbers = ".".join(str(int(part or 0)) for part in match.groups()[:3])
    try:
        return semver.format_version(semver.parse(numbers + (match[4] or "")))
    except FormatError:
        return ""


def author_of(given: object) -> str:
    """The author as `Name <address>`; given as text, or as an object like npm's."""
    if isinstance(given, list):
        return author_of(given[0]) if given else ""
    if not isinstance(given, Mapping):
        return _text(given, _AUTHOR)
    name, email = _text(given.get("name"), 100), _text(given.get("email"), 100)
    return f"{name} <{email}>" if name and "@" in email else name or email


def tags_of(given: object) -> list[str]:
    """The texts of a list in lower case, each once, without those that are too long for a word."""
    found = [_text(each, TEXT_LIMIT).lower() for each in given] if isinstance(given, list) else []
    return list(dict.fromkeys(tag for tag in found if 0 < len(tag) <= _TAG))[:_TAGS]


def first_paragraph(text: str) -> str:
    """The first plain paragraph of Markdown on one line, "" when it has none: not a heading, badge, list or table."""
    for block in text[:20_000].replace("\r\n", "\n").split("\n\n"):
        line = " ".join(block.split())
        if line and line[0] not in "#!<[|>`*-=+:" and not line.startswith("---"):
            return _text(line, _LINE * 2)
    return ""


def readme(name: str, description: str, kind: str, files: Mapping[str, bytes]) -> bytes:
    """A readme for a pack that has none: what it is, what is in it, what it was."""
    parts = [f"# {name}\n\n{description.rstrip('.')}.\n"]
    for folder, heading in _HEADINGS.items():
        lines = list(_lines(folder, files))
        parts += [f"\n## {heading}\n\n{''.join(lines)}"] if lines else []
    others = [label for path, label in _OTHERS.items() if path in files]
    parts += [f"\n## Also\n\n{''.join(f'- {label}{chr(10)}' for label in others)}"] if others else []
    return "".join([*parts, f"\nImported from {TITLES[kind]}.\n"]).encode()


_OTHERS = {
    "hooks/hooks.json": "Hooks, which run commands by themselves: `hooks/hooks.json`",
    "mcp.json": "MCP servers: `mcp.json`",
    "models.json": "Model profiles: `models.json`",
    "ignore": "Files that agents should not read: `ignore`",
}


def add_readme(draft: Draft, name: str, description: str, kind: str) -> None:
    """Sees to `README.md`: the source's own, whatever it is called, else a made one."""
    found = _readme_path(draft)
    if found and draft.files[found].strip():
        data, origin = draft.files.pop(found), draft.origins.pop(found)
        draft.make("README.md", data, origin)
    else:
        draft.make("README.md", readme(name, description, kind, draft.files))


def readme_of(draft: Draft) -> str:
    """The text of the source's readme, "" when it has none."""
    found = _readme_path(draft)
    return draft.files[found].decode(errors="replace") if found else ""


def _readme_path(draft: Draft) -> str:
    found = sorted(path for path in draft.files if README.fullmatch(path))
    return "README.md" if "README.md" in found else next(iter(found), "")


def _lines(folder: str, files: Mapping[str, bytes]) -> Iterator[str]:
    suffix = "/SKILL.md" if folder == "skills" else ".md"
    for path in sorted(files):
        name = path.removeprefix(f"{folder}/").removesuffix(suffix)
        if path == f"{folder}/{name}{suffix}" and "/" not in name:
            said = description_of(files[path])
            yield f"- `{name}`: {said}\n" if said else f"- `{name}`\n"


def description_of(data: bytes) -> str:
    """The description in the frontmatter of a Markdown file, on one line, "" when it has none."""
    fields = frontmatter.split(data).fields
    found = fields.get("description") if isinstance(fields, Mapping) else frontmatter.plain(data).get("description")
    return _text(found, _LINE).strip("\"'") if isinstance(found, str) else ""


def _address(draft: Draft, given: Mapping[str, Any], field: str, origin: str) -> str:
    text = _text(_inner(given.get(field), "url"), TEXT_LIMIT).removeprefix("git+")
    try:
        if text:
            check_url(text)
        return text
    except FormatError:
        draft.leave(origin, f"`{field}` is no address that pages can link to")
        return ""


def _inner(value: object, field: str) -> object:
    return value.get(field) if isinstance(value, Mapping) else value


def _text(value: object, limit: int) -> str:
    """A text on one line, cut after a word where it is too long; "" for anything else."""
    line = " ".join(value.split()) if isinstance(value, str) else ""
    return line if len(line) <= limit else line[: limit - 1].rpartition(" ")[0] + "…"
