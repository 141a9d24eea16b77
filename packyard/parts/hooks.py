"""Hooks in the words of each program: events, matchers and shapes.

A pack's `hooks/hooks.json` has hooks for all programs, and sections for some of them in their own words, which are
taken as they are. The others are translated as far as programs have the same: the event, by the table below or because
the program knows it by this name, and the names of tools in a matcher. What a program has no event or no type for is
left out, and told.

    pack               Claude Code, Codex    Cursor                Copilot               Gemini CLI
    PreToolUse         PreToolUse            preToolUse            preToolUse            BeforeTool
    UserPromptSubmit   UserPromptSubmit      beforeSubmitPrompt    userPromptSubmitted   BeforeAgent

Commands find their scripts where the whole pack is: `sh hooks/guard.sh` becomes
`sh .agentpacks/.curated/hello/hooks/guard.sh`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from packyard.formats.hooks import fold_event
from packyard.parts import Parts

_ALIASES = (
    ("pretooluse", "beforetool"),
    ("posttooluse", "aftertool"),
    ("userpromptsubmit", "userpromptsubmitted", "beforesubmitprompt", "beforeagent"),
    ("stop", "agentstop", "afteragent"),
    ("precompact", "precompress"),
)
_ALTERNATIVES = re.compile(r"[A-Za-z]+(?:\|[A-Za-z]+)*")
_COMMANDS = ("command", "bash", "powershell", "windows", "linux", "osx")


class Words(NamedTuple):
    """How a program speaks of hooks: its events, its names for Claude Code's tools (those it calls the same are left
    out), the types of hooks that it has, and what stands before a path in a command.
    """

    section: str
    title: str
    events: tuple[str, ...]
    tools: Mapping[str, str] = {}
    types: tuple[str, ...] = ("command",)
    root: str = ""

    def event(self, name: str) -> str:
        """The program's event, "" when it has none."""
        known = {fold_event(event): event for event in self.events}
        folded = fold_event(name)
        alike = next((group for group in _ALIASES if folded in group), (folded,))
        return next((known[each] for each in (folded, *alike) if each in known), "")

    def matcher(self, text: str) -> tuple[str, bool]:
        """A matcher with the program's names of tools, and whether all of it could be translated."""
        if not self.tools or text in ("", "*"):
            return text, True
        if not _ALTERNATIVES.fullmatch(text):
            return text, False
        names = text.split("|")
        known = set(self.tools.values())
        translated = [self.tools.get(name, name) for name in names]
        return "|".join(dict.fromkeys(translated)), all(name in self.tools or name in known for name in names)


class Hook(NamedTuple):
    """One hook for one program: its event, its matcher, and its fields in the program's words."""

    event: str
    matcher: str
    fields: Mapping[str, Any]


def hooks_for(parts: Parts, words: Words) -> Iterator[Hook]:
    """A pack's hooks for a program, those for all first."""
    yield from _hooks(parts, words, parts.hooks.get("hooks"), native=False)
    section = parts.hooks.get(words.section)
    yield from _hooks(parts, words, section.get("hooks") if isinstance(section, dict) else None, native=True)


def _hooks(parts: Parts, words: Words, events: Any, *, native: bool) -> Iterator[Hook]:
    for name, entries in (events if isinstance(events, dict) else {}).items():
        event = words.event(name) or (name if native else "")
        if not event:
            parts.remark("hooks/hooks.json", f"has nothing that happens at {name}", words.title)
            continue
        for entry in entries if isinstance(entries, list) else []:
            if isinstance(entry, dict):
                yield from _entry(parts, words, event, entry, native)


def _entry(parts: Parts, words: Words, event: str, entry: Mapping[str, Any], native: bool) -> Iterator[Hook]:
    matcher = entry.get("matcher")
    matcher = matcher if isinstance(matcher, str) else ""
    if not native:
        said = matcher
        matcher, whole = words.matcher(said)
        if not whole:
            parts.remark("hooks/hooks.json", "the matcher may name tools of another program", words.title, said)
    inner = entry.get("hooks") if isinstance(entry.get("hooks"), list) else [entry]
    for hook in inner if isinstance(inner, list) else []:
        if not isinstance(hook, dict):
            continue
        kind = hook.get("type", "command")
        if kind in words.types:
            yield Hook(event, matcher, _fields(parts, words, hook))
        else:
            parts.remark("hooks/hooks.json", f"has no hooks of type {kind}", words.title)


def _fields(parts: Parts, words: Words, hook: Mapping[str, Any]) -> dict[str, Any]:
    fields = {"type": hook.get("type", "command"), **hook}
    fields.pop("matcher", None)
    if fields["type"] in ("prompt", "agent") and "prompt" not in fields and "command" in fields:
        fields["prompt"] = fields.pop("command")
    # What has arguments is started as it is, without a shell that would take quotes away.
    args = fields.get("args")
    for name in _COMMANDS:
        if isinstance(fields.get(name), str):
            fields[name] = parts.rebase(fields[name], words.root, shell=not isinstance(args, list))
    if isinstance(args, list):
        fields["args"] = [parts.rebase(str(word), words.root, shell=False) for word in args]
    return fields


def grouped(hook: Hook) -> dict[str, Any]:
    """A hook as Claude Code has it, in a group of its own."""
    matcher = {"matcher": hook.matcher} if hook.matcher else {}
    return {**matcher, "hooks": [dict(hook.fields)]}
