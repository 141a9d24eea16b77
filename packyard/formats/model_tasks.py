"""Which dimensions a task has, by the words in which somebody describes it: rules that anybody can follow by hand.

    urgent: fix the typo in the README        complexity low, from `typo`; urgency high, from `urgent`

A text is cut into words of ASCII letters and digits, whatever their case.  A dimension has the value in whose line of
`WORDS` one of them stands.  Where the words of a text stand in several lines of one dimension, the last of these lines
counts: what asks for more.  A dimension of which no word stands there is not known, and no route that asks for it
applies.  Custom dimensions are never found in a text, they are given by name.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from packyard.errors import FormatError
from packyard.formats.fields import shown
from packyard.formats.models import DIMENSIONS

#: The most characters of a task that are looked at.
LIMIT = 10_000

#: The words that lead to each value of each dimension.
WORDS: Mapping[str, Mapping[str, str]] = {
    "complexity": {
        "low": "comment comments format lint rename simple spelling tidy trivial typo typos",
        "medium": "bug endpoint feature fix function test tests",
        "high": "algorithm architecture complex concurrency design migrate migration optimise optimize performance "
        "redesign refactor rewrite",
        "critical": "authentication crypto cryptography incident outage payment payments production security "
        "vulnerability",
    },
    "urgency": {
        "low": "backlog eventually later someday whenever",
        "normal": "soon today tomorrow",
        "high": "asap blocker emergency hotfix immediately now urgent urgently",
    },
    "budget": {
        "minimal": "cheap cheapest cheaply economical inexpensive",
        "standard": "affordable reasonable",
        "premium": "best finest premium thorough thoroughly",
    },
    "contextWindowNeed": {
        "small": "line lines snippet",
        "medium": "class file module",
        "large": "codebase files folder modules project repo repository",
        "max": "everything monorepo",
    },
    "toolUseIntensity": {
        "none": "answer describe explain question summarise summarize translate",
        "light": "edit look read",
        "heavy": "browse build debug deploy execute install run",
    },
}

_WORD = re.compile(r"[A-Za-z0-9]+")
_GIVEN = re.compile(r"([^=\s][^=]{0,99})=(.{1,200})")


class Found(NamedTuple):
    """A value of a dimension, and the words that led to it, () when it was given. Of values that a dimension does not
    have after all, because another one asks for more, `beaten` is true.
    """

    dimension: str
    value: str
    words: tuple[str, ...] = ()
    beaten: bool = False


def derive(text: str) -> tuple[Found, ...]:
    """What the words of a text say, by dimension in the order of `DIMENSIONS`, then by value."""
    spoken = dict.fromkeys(word.lower() for word in _WORD.findall(text[:LIMIT]))
    return tuple(found for dimension, lines in WORDS.items() for found in _found(dimension, lines, spoken))


def _found(dimension: str, lines: Mapping[str, str], spoken: Iterable[str]) -> Iterator[Found]:
    led = {value: tuple(word for word in spoken if word in words.split()) for value, words in lines.items()}
    there = [value for value in lines if led[value]]
    return (Found(dimension, value, led[value], value != there[-1]) for value in there)


def parse_given(text: str) -> Found:
    """A dimension and its value that somebody gives, such as `complexity=high`. Raises `FormatError` for a text of
    another form, and for a value that one of `DIMENSIONS` does not have.
    """
    match = _GIVEN.fullmatch(text.strip())
    if not match:
        raise FormatError("usage-wrong", "no dimension and its value", expected="NAME=VALUE", found=shown(text))
    name, value = match[1].strip(), match[2].strip()
    values = DIMENSIONS.get(name, (value,))
    if value not in values:
        message, expected = f"`{name}` has no such value", ", ".join(values)
        raise FormatError("usage-wrong", message, expected=expected, found=shown(value))
    return Found(name, value)


def task_of(text: str, given: tuple[Found, ...]) -> tuple[Found, ...]:
    """What is known of a task: what is given, and of the other dimensions what the words of the text say."""
    named = {each.dimension for each in given}
    return (*given, *(each for each in derive(text) if each.dimension not in named))
