"""What a target is, and what several of them have in common."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

from packyard.client.placing.values import Block, File, Item, Member
from packyard.parts import Parts, Prompt, markdown, rules_text
from packyard.parts.hooks import Words, grouped, hooks_for


class Target(NamedTuple):
    """A program for which packs are installed. `places` says for each feature where it goes, as the documentation shows
    it, and `lacks` why there is no place; `items` yields what a pack becomes, and notes in the parts what is lost.
    """

    name: str
    title: str
    places: Mapping[str, str]
    lacks: Mapping[str, str]
    items: Callable[[Parts], Iterator[Item]]


def skills_below(parts: Parts, folder: str) -> Iterator[Item]:
    """The folders of skills, whole."""
    for skill in parts.skills:
        for path, data in skill.files:
            yield File(f"{folder}/{skill.name}/{path}", data)


def rules_block(parts: Parts, path: str) -> Iterator[Item]:
    """All rules in a marked block of one text."""
    if parts.rules:
        yield Block(path, rules_text(parts))


def ignore_block(parts: Parts, path: str) -> Iterator[Item]:
    """The patterns of ignored files in a marked block."""
    if parts.ignored:
        yield Block(path, "\n".join(parts.ignored))


def prompt(parts: Parts, target: str, each: Prompt, **fields: str) -> bytes:
    """A command or an agent with these fields alone; the others are told."""
    if others := each.others(*fields):
        parts.remark(each.path, "says more than can be said there", target, others)
    return markdown(fields, each.body)


def grouped_hooks(parts: Parts, words: Words, path: str) -> Iterator[Item]:
    """Hooks in the shape of Claude Code: groups in a list for each event."""
    for hook in hooks_for(parts, words):
        yield Member(path, ("hooks", hook.event), grouped(hook), element=True)
