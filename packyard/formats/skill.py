"""`skills/NAME/SKILL.md`: something that an agent can learn when it needs it. The format is that of Agent Skills.

    ---
    name: release-notes
    description: Drafts release notes. Use when a version is about to be tagged.
    ---
    # Release notes

    1. Read the commits since the last tag.

`name` has at most 64 lower-case letters, digits and single inner hyphens, and is that of the folder.  `description`,
of at most 1,024 characters, is what an agent reads to decide whether it needs the rest.  Other fields are kept.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from packyard.errors import FormatError
from packyard.formats.fields import shown
from packyard.formats.frontmatter import line_of, plain, split

MAX_NAME, MAX_DESCRIPTION = 64, 1024

_NAME = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


class Skill(NamedTuple):
    """A skill as its file describes it; `line` is that on which the body begins."""

    name: str
    description: str
    fields: Mapping[str, Any]
    body: str
    line: int


def parse_skill(data: bytes) -> tuple[Skill, tuple[FormatError, ...]]:
    """The skill as far as it can be read, and all that is wrong with it. Raises nothing.

    Where the frontmatter says nothing at all, why is told alone.

    The codes are `skill-frontmatter-missing skill-name-invalid skill-description-missing skill-description-long`, and
    those of `frontmatter.split`.
    """
    fields, body, line = split(data)
    known = plain(data) if isinstance(fields, FormatError) else fields
    skill = Skill(_text(known, "name"), _text(known, "description"), known, body, line)
    problems = (fields,) if isinstance(fields, FormatError) else ()
    return skill, (*problems, *_problems(skill, data)) if known else (_cause(fields),)


def _cause(fields: object) -> FormatError:
    """Why nothing is known of a skill; that it has neither name nor description follows from it."""
    code = "skill-frontmatter-missing"
    if not isinstance(fields, FormatError):
        return FormatError(code, "the skill has no frontmatter", line=1, expected="name and description")
    if fields.code == "frontmatter-refused":
        return fields
    return FormatError(code, fields.message, line=fields.line, expected=fields.expected, found=fields.found)


def _problems(skill: Skill, data: bytes) -> Iterator[FormatError]:
    if not _NAME.fullmatch(skill.name) or len(skill.name) > MAX_NAME:
        expected = f"at most {MAX_NAME} of a-z, 0-9 and single inner hyphens"
        line, found = line_of(data, "name"), shown(skill.name)
        yield FormatError("skill-name-invalid", "not the name of a skill", line=line, expected=expected, found=found)
    if not skill.description:
        line = line_of(data, "description")
        yield FormatError("skill-description-missing", "nothing says when the skill is needed", line=line)
    elif len(skill.description) > MAX_DESCRIPTION:
        expected, found = f"at most {MAX_DESCRIPTION} characters", str(len(skill.description))
        message, line = "the description is too long", line_of(data, "description")
        yield FormatError("skill-description-long", message, line=line, expected=expected, found=found)


def _text(fields: Mapping[str, Any], name: str) -> str:
    value = fields.get(name)
    return " ".join(value.split()) if isinstance(value, str) else ""
