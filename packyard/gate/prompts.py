"""Can the prompts of a pack be read: rules, commands, agents and skills?"""

from __future__ import annotations

import re
from collections.abc import Iterator

from packyard.errors import FormatError, Problem
from packyard.formats.fields import shown
from packyard.formats.frontmatter import line_of, split
from packyard.formats.skill import parse_skill
from packyard.gate.manifests import has_text
from packyard.gate.values import Candidate, ContentCheck

#: The most bytes of a prompt that a program would read.
MAX_PROMPT = 1_000_000

_SKILL = re.compile(r"skills/[^/]+/SKILL\.md")
_IN_SKILL = re.compile(r"skills/([^/]+)/")
_PROMPT = re.compile(r"(?:rules|commands|agents)/.+\.md|skills/[^/]+/SKILL\.md")


def check_prompts(candidate: Candidate) -> Iterator[Problem]:
    """Whether every prompt is text of a sane size, with something in it and a frontmatter that can be read."""
    content = candidate.content
    for name in filter(_PROMPT.fullmatch, content.files):
        data, path = _readable(content.files[name]), content.at(name)
        if data is not content.files[name]:
            expected, found = f"at most {MAX_PROMPT} bytes", f"{len(content.files[name])} bytes"
            yield Problem("prompt-large", path, "the prompt is too large to be read", 0, expected, found)
        if line := _first_not_text(data):
            yield Problem("prompt-not-text", path, "the prompt is not UTF-8 text", line)
        fields, body, _ = split(data)
        if not has_text(body.encode()):
            yield Problem("prompt-empty", path, "there is nothing in the prompt")
        if isinstance(fields, FormatError) and not _SKILL.fullmatch(name):
            yield fields.at(path)


def check_skills(candidate: Candidate) -> Iterator[Problem]:
    """Whether every folder in `skills/` is a skill that agents can find."""
    content = candidate.content
    for folder in sorted({found[1] for found in map(_IN_SKILL.match, content.files) if found}):
        name = f"skills/{folder}/SKILL.md"
        path = content.at(name)
        if name not in content.files:
            message = "the folder is no skill, as it has no SKILL.md"
            yield Problem("skill-file-missing", content.at(f"skills/{folder}"), message, expected="SKILL.md")
            continue
        data = _readable(content.files[name])
        skill, problems = parse_skill(data)
        yield from (problem.at(path) for problem in problems)
        if skill.name and skill.name != folder:
            message, line = "the skill is not called as its folder", line_of(data, "name")
            yield Problem("skill-name-folder", path, message, line, folder, shown(skill.name))


def _readable(data: bytes) -> bytes:
    """The prompt, without what is too much for anybody to read."""
    return data if len(data) <= MAX_PROMPT else data[: data.rfind(b"\n", 0, MAX_PROMPT) + 1]


def _first_not_text(data: bytes) -> int:
    """The line of a byte that is not text, 0 when all of it is."""
    at = data.find(b"\0")
    try:
        data.decode()
    except UnicodeDecodeError as error:
        at = error.start
    return data.count(b"\n", 0, at) + 1 if at >= 0 else 0


CHECKS = (
    ContentCheck(
        "prompts",
        ("prompt-large", "prompt-not-text", "prompt-empty", "frontmatter-loose", "frontmatter-refused"),
        check_prompts,
    ),
    ContentCheck(
        "skills",
        (
            "skill-file-missing",
            "skill-frontmatter-missing",
            "skill-name-invalid",
            "skill-name-folder",
            "skill-description-missing",
            "skill-description-long",
            "frontmatter-loose",
            "frontmatter-refused",
        ),
        check_skills,
    ),
)
