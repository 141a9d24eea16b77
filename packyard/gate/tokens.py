"""Tokens that a pack costs, as far as its bytes tell.

The estimate is our own definition, the same for every model: a quarter of a token for each byte of UTF-8, and at least
one for each character of three bytes or more.  That is about four letters a token in English, two in Greek or Russian,
one in Chinese or Japanese, and errs by a quarter or so.

Always there are rules without a restriction to some files, and the names and descriptions by which an agent chooses a
skill, an agent or a command. Called are the texts of these, and the restricted rules. What tools of servers cost is
known to the servers alone, and files beside a `SKILL.md` are read only as far as a task needs.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from packyard.errors import FormatError
from packyard.formats.frontmatter import plain, split
from packyard.gate.values import Content

_RULE = re.compile(r"rules/.*\.(?:md|mdc)")
_CALLED = re.compile(r"(?:commands|agents)/.*\.md|skills/[^/]+/SKILL\.md")
_THREE_BYTES = bytes(range(0xE0, 0xF0))
_GLOBS = ("globs", "glob", "paths", "applyTo", "fileMatchPattern")
_EVERY = {"", "*", "**", "**/*", "[]"}
#: Fields that say when a rule counts, with the values by which it always does.
_WHEN = {"alwaysApply": {"true"}, "trigger": {"always_on"}, "inclusion": {"always"}}


def tokens(text: str) -> int:
    """The estimate for a text."""
    data = text.encode(errors="replace")
    wide = len(data) - len(data.translate(None, _THREE_BYTES))
    return (len(data) + wide + 3) // 4


def always(content: Content) -> int:
    """The tokens that are in every conversation."""
    return sum(map(tokens, _parts(content, called=False)))


def invoked(content: Content) -> int:
    """The tokens of all that can be called."""
    return sum(map(tokens, _parts(content, called=True)))


def _parts(content: Content, called: bool) -> Iterator[str]:
    for name, data in content.files.items():
        is_rule = _RULE.fullmatch(name)
        if not (is_rule or _CALLED.fullmatch(name)):
            continue
        fields, body, _ = split(data)
        known = plain(data) if isinstance(fields, FormatError) else fields
        if is_rule and _counts_always(known):
            yield "" if called else body
        elif called:
            yield body
        else:
            yield f"{known.get('name', name.rpartition('/')[2])} {known.get('description', '')}"


def _counts_always(fields: Mapping[str, Any]) -> bool:
    when = [str(fields[name]).lower() in values for name, values in _WHEN.items() if name in fields]
    if any(when):
        return True
    globs = [_text(fields.get(name, "")) for name in _GLOBS]
    return not when and set(globs) <= _EVERY


def _text(value: object) -> str:
    return ",".join(map(str, value)) if isinstance(value, list) else str(value)
