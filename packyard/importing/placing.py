"""Where the parts of a program's folder belong in a pack, and what they look like there."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from packyard.errors import FormatError, Problem, ProblemsFound
from packyard.formats import canonical
from packyard.formats.fields import errors_of
from packyard.formats.strict import load_json
from packyard.importing.choosing import skill_folders
from packyard.importing.values import Draft

#: The most bytes of a file of settings.
LIMIT = 262_144


def read_object(draft: Draft, path: str) -> dict[str, Any]:
    """The JSON object in a file of the source. Raises `ProblemsFound`."""
    place = draft.source.at(path)
    try:
        value = load_json(draft.source.files[path], LIMIT).value
    except FormatError as error:
        raise ProblemsFound(each.at(place) for each in errors_of(error)) from None
    if not isinstance(value, dict):
        raise ProblemsFound([Problem("field-type", place, "the file is not an object", expected="{…}")])
    return value


def put_flat(draft: Draft, folder: str, base: str, paths: Collection[str]) -> None:
    """Puts Markdown files into one folder of the pack; those in folders below `base` get the folders' names in front,
    since a pack has no folders there.
    """
    for path in sorted(paths):
        name = path.removeprefix(f"{base}/") if base else path
        target = f"{folder}/{name.replace('/', '-')}"
        if "/" in name:
            draft.changed(path, "moved up from its folder, which is now part of its name", expected=target)
        draft.put(target, path)


def put_skills(draft: Draft, paths: Collection[str]) -> None:
    """Puts each skill's folder, with all that is in it, into `skills/`."""
    for folder in filter(None, skill_folders(paths)):
        target = f"skills/{folder.rpartition('/')[2]}"
        if draft.origins.get(f"{target}/SKILL.md", f"{folder}/SKILL.md") != f"{folder}/SKILL.md":
            draft.leave(folder, f"{target} is taken", help="rename one of the two skills, and import again")
            continue
        for path in sorted(paths):
            if path.startswith(f"{folder}/"):
                draft.put(target + path[len(folder) :], path)


def below(paths: Collection[str], folder: str, suffix: str = "") -> list[str]:
    """The paths in a folder ("" is the root) that end so; the path itself, if it is a file's."""
    if folder in paths:
        return [folder]
    return [path for path in paths if path.startswith(f"{folder}/" if folder else "") and path.endswith(suffix)]


def format_hooks(target: str, hooks: Mapping[str, Any]) -> bytes:
    """`hooks/hooks.json` of a pack with the hooks that one program has, in that program's own words."""
    return canonical.pretty({"version": 1, target: {"hooks": hooks}})
