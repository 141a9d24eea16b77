"""A folder of agent skills as a pack.

A skill is a folder with a `SKILL.md`; all that is in the folder goes with it, to `skills/NAME/`. Several skills may lie
anywhere below the folder. One skill may be the folder itself, and then it is called what its SKILL.md says.

    ---
    name: release-notes
    description: Drafts release notes from the commits since the last tag
    license: MIT
    ---
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Any

from packyard.formats import frontmatter
from packyard.importing import about
from packyard.importing.choosing import LICENCES, README, skill_folders
from packyard.importing.placing import put_skills
from packyard.importing.values import Draft, Wishes
from packyard.model import Manifest

_NAME = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_SPDX = re.compile(r"[A-Za-z0-9.+-]{1,60}(?: (?:AND|OR|WITH) [A-Za-z0-9.+-]{1,60}){0,8}")
_MANY = 8


def convert(draft: Draft, wishes: Wishes) -> Manifest:
    """Fills the draft. Raises `FormatError`."""
    paths = draft.source.files
    folders = skill_folders(paths)
    if folders == ("",):
        own = [path for path in paths if not path.startswith(".") and not README.fullmatch(path)]
        put_root_skill(draft, own, "", wishes)
    else:
        put_skills(draft, paths)
    for path in paths:
        if LICENCES.fullmatch(path) or README.fullmatch(path):
            draft.put(path, path)
    given = _one(paths[f"{folders[0]}/SKILL.md".lstrip("/")]) if len(folders) == 1 else _several(draft)
    return about.describe(draft, given, f"{folders[0]}/SKILL.md".lstrip("/"), "skills", wishes)


def put_root_skill(draft: Draft, paths: Collection[str], name: str, wishes: Wishes) -> None:
    """Puts the skill that the folder itself is, and the files that belong to it, into `skills/`."""
    said = str(fields_of(draft.source.files["SKILL.md"]).get("name", ""))
    wanted = (said, wishes.name.rpartition("/")[2], name, draft.source.name)
    own = next(filter(None, (text if _NAME.fullmatch(text) else about.fit_name(text) for text in wanted)), "skill")
    for path in sorted(paths):
        draft.put(f"skills/{own}/{path}", path)


def fields_of(data: bytes) -> Mapping[str, Any]:
    """The fields of a SKILL.md, read by their lines when they are not YAML."""
    fields = frontmatter.split(data).fields
    return fields if isinstance(fields, Mapping) else frontmatter.plain(data)


def _one(data: bytes) -> dict[str, Any]:
    """What the only skill says, as fields of a manifest."""
    fields = fields_of(data)
    metadata = fields.get("metadata")
    extra = metadata if isinstance(metadata, Mapping) else {}
    licence = fields.get("license")
    return {
        "name": fields.get("name"),
        "description": fields.get("description"),
        "license": licence if isinstance(licence, str) and _SPDX.fullmatch(licence) else "",
        "version": fields.get("version", extra.get("version")),
        "author": fields.get("author", extra.get("author")),
    }


def _several(draft: Draft) -> dict[str, Any]:
    names = sorted(path.split("/")[1] for path in draft.files if path.endswith("/SKILL.md"))
    more = f" and {len(names) - _MANY} more" if len(names) > _MANY else ""
    has_readme = any(README.fullmatch(path) for path in draft.files)
    return {} if has_readme else {"description": f"Skills: {', '.join(names[:_MANY])}{more}"}
