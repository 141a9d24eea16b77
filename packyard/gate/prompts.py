"""Can the prompts of a pack be read: rules, commands, agents and skills? And has their author written them at all?"""

from __future__ import annotations

import re
from collections.abc import Iterator

from packyard.errors import FormatError, Problem
from packyard.formats import frontmatter
from packyard.formats.fields import shown
from packyard.formats.frontmatter import split
from packyard.formats.skill import parse_skill
from packyard.gate.manifests import has_text, line_of, manifest_name
from packyard.gate.values import Candidate, ContentCheck

#: What `packyard new` writes for the author to replace: its description, and the lines of its readme and prompts that
#: are about nothing yet.
DESCRIPTION = "Says in one line what the pack is for"
LINES = frozenset(
    (
        "Say what changes for somebody who installs this pack, and for whom it is not meant.",
        "description: When these rules apply",
        "- One rule a line.",
        "description: What the command does",
        "Do it with $ARGUMENTS.",
        "description: When to ask this agent",
        "You help with …",
        "description: What it can do and when to use it",
    )
)

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
            message, line = "the skill is not called as its folder", frontmatter.line_of(data, "name")
            yield Problem("skill-name-folder", path, message, line, folder, shown(skill.name))


def check_template(candidate: Candidate) -> Iterator[Problem]:
    """Whether the author has replaced what `packyard new` wrote: of each file, the first line that is left is told.

    The description is the first thing to write: a pack with that of the template was not meant to be published.
    """
    content, code = candidate.content, "template-line"
    if content.manifest and content.manifest.description == DESCRIPTION:
        line, name, code = line_of(content, "description"), manifest_name(content), "template-left"
        message, expected = "the description is that of the template", "what the pack is for"
        yield Problem(code, content.at(name), message, line, expected, DESCRIPTION)
    for name, data in content.files.items():
        if name.lower() == "readme.md" or _PROMPT.fullmatch(name):
            lines = _readable(data).decode(errors="replace").split("\n")
            left = next((number for number, text in enumerate(lines, 1) if text.strip() in LINES), 0)
            if left:
                message, found = "a line of the template that the author was to replace", lines[left - 1].strip()
                yield Problem(code, content.at(name), message, left, found=found)


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
    ContentCheck("template", ("template-left", "template-line"), check_template),
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
