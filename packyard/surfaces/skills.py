"""The skills of a version: folders of files, of which some may stand on a site as they are, others in archives only."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cache
from typing import NamedTuple

from packyard.formats.skill import MAX_NAME
from packyard.model import Release

_SKILL = re.compile(r"skills/([a-z0-9]+(?:-[a-z0-9]+)*)/SKILL\.md")

#: The ends of names that hosts serve as text, as an image or for download, and no browser as a page, a style or a
#: program of one. Not there for good: html, svg, xml and their kin, js, css, wasm, pdf; what servers may run, such as
#: php, cgi and pl; what some serve as if it were not packed, such as gz.
# fmt: off
INERT = frozenset({
    "md", "markdown", "txt", "rst", "csv", "tsv", "json", "yaml", "yml", "toml", "ini", "cfg", "sql",
    "sh", "bash", "zsh", "fish", "ps1", "py", "rb", "lua", "go", "rs", "java", "kt", "swift", "c", "h", "cpp", "hpp",
    "cs", "ts", "png", "jpg", "jpeg", "gif", "webp", "ttf", "otf",
})
# fmt: on


class Skill(NamedTuple):
    """A skill by its folder's name; `files` pairs the paths in that folder with their hashes, by path; `read` gives the
    content of one.
    """

    name: str
    files: tuple[tuple[str, str], ...]
    read: Callable[[str], bytes]


def offers_skills(release: Release) -> bool:
    """Whether a version has skills, and its manifest offers them."""
    said = release.manifest.features
    return "skills" in release.features and ("*" in said or "skills" in said)


def skills_of(release: Release, contents: Callable[[], Mapping[str, bytes]] = dict) -> tuple[Skill, ...]:
    """The skills that a version offers, by name; those with names that the format does not know are left out. Their
    files are read from `contents`.
    """
    if not offers_skills(release):
        return ()
    names = (match[1] for file in release.files if (match := _SKILL.fullmatch(file.path)))
    once = cache(contents)
    return tuple(_skill(release, name, once) for name in sorted(names) if len(name) <= MAX_NAME)


def unpacked(skill: Skill) -> bool:
    """Whether a skill may stand on a site as it is, and not in its archive only."""
    return all(inert(path) for path, _ in skill.files)


def inert(path: str) -> bool:
    """Whether nothing acts on a file of this name, whatever the host: its last ending is one of `INERT`, and so are
    those before it, by which servers go that do not know the last one; numbers are none. No part begins with a dot, as
    do the files that hosts are told by.
    """
    *folders, name = path.split("/")
    stem, *ends = name.lower().split(".")
    hidden = not stem or ".." in path or any(folder.startswith(".") for folder in folders)
    return not hidden and bool(ends) and ends[-1] in INERT and all(end in INERT or end.isdigit() for end in ends)


def _skill(release: Release, name: str, contents: Callable[[], Mapping[str, bytes]]) -> Skill:
    base = f"skills/{name}/"
    inside = ((file.path.removeprefix(base), file.sha256) for file in release.files if file.path.startswith(base))
    return Skill(name, tuple(sorted(inside)), lambda path: contents()[base + path])
