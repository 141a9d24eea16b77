"""`hooks/hooks.json`: what a program runs, by itself, when something happens in it. The format is that of agentpacks.

    {
      "version": 1,
      "hooks": {
        "preToolUse": [{"type": "command", "matcher": "Bash", "command": "sh hooks/guard.sh"}]
      },
      "claudecode": {
        "hooks": {
          "PreToolUse": [{"matcher": "Bash", "hooks": [{"type": "command", "command": "sh hooks/guard.sh"}]}]
        }
      }
    }

`hooks` maps events to lists of hooks; so does the `hooks` of a section, which is for the target that names it.  A hook
has a `type` (`command` when absent), may have a `matcher`, and has what its type needs: a command has `command` or one
for a kind of system (`bash powershell windows linux osx`), and may have `args`; `prompt` has `prompt`, or `command` as
in agentpacks; `agent` has one of these or `agent`; `http` has `url`; `mcp_tool` has `tool`, and the `server` that has
it.  In place of a hook may stand a group, as in Claude Code: a `matcher` and a list of `hooks`.  Unknown keys are left
alone, but an event outside of `hooks` is refused, since some programs would run what stands there.

The frontmatter of skills and agents may have `hooks` of the same form.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, NamedTuple

from packyard.formats.fields import Fields, did_you_mean, kind_of, shown
from packyard.formats.strict import Document, load_json

#: The most bytes of `hooks.json`.
LIMIT = 262_144

#: The fields that hold what is run, for each type of hook; a hook needs one of them.
SOURCES = {
    "command": ("command", "bash", "powershell", "windows", "linux", "osx"),
    "prompt": ("prompt", "command"),
    "agent": ("prompt", "command", "agent"),
    "http": ("url",),
    "mcp_tool": ("tool",),
}

# fmt: off
_EVENTS = (
    "PreToolUse", "PostToolUse", "PostToolUseFailure", "PostToolBatch", "PermissionRequest", "PermissionDenied",
    "UserPromptSubmit", "UserPromptExpansion", "Notification", "MessageDisplay", "Stop", "StopFailure", "SubagentStart",
    "SubagentStop", "SessionStart", "SessionEnd", "Setup", "PreCompact", "PostCompact", "InstructionsLoaded",
    "ConfigChange", "CwdChanged", "FileChanged", "WorktreeCreate", "WorktreeRemove", "TaskCreated", "TaskCompleted",
    "TeammateIdle", "Elicitation", "ElicitationResult",
    "beforeSubmitPrompt", "beforeShellExecution", "afterShellExecution", "beforeMCPExecution", "afterMCPExecution",
    "beforeReadFile", "beforeEditFile", "afterFileEdit", "beforeTabFileRead", "afterTabFileEdit", "afterAgentResponse",
    "afterAgentThought", "workspaceOpen",
    "BeforeTool", "AfterTool", "BeforeAgent", "AfterAgent", "BeforeModel", "AfterModel", "BeforeToolSelection",
    "PreCompress",
    "userPromptSubmitted", "agentStop", "agentSpawn", "errorOccurred",
    "pre_read_code", "post_read_code", "pre_write_code", "post_write_code", "pre_run_command", "post_run_command",
    "pre_mcp_tool_use", "post_mcp_tool_use", "pre_user_prompt", "post_cascade_response",
    "tool.execute.before", "tool.execute.after", "chat.message", "chat.params", "permission.ask", "file.edited",
    "session.created", "session.idle", "session.compacted", "session.deleted", "session.error",
)
# fmt: on


class Hook(NamedTuple):
    """One thing that is run. `target` is "" when it is for all of them; `kind` is the type; `command` is the command,
    prompt, address or tool; `line` is where that stands, 0 when nobody knows.
    """

    target: str
    event: str
    matcher: str
    kind: str
    command: str
    line: int


def fold_event(name: str) -> str:
    """An event without what programs spell differently: `preToolUse`, `PreToolUse` and `pre_tool_use` are one."""
    return name.lower().replace("_", "").replace("-", "").replace(".", "")


#: The events of the programs that have hooks, as `fold_event` gives them.
EVENTS = frozenset(map(fold_event, _EVENTS))


@cache
def spellings() -> Mapping[str, frozenset[str]]:
    """For each of `EVENTS` the spellings that programs take: words in capitals, camels or snakes, or as it stands."""
    found: dict[str, set[str]] = {}
    for name in _EVENTS:
        words = re.findall("[A-Z]+(?![a-z])|[A-Z]?[a-z]+", name)
        pascal = "".join(word[0].upper() + word[1:] for word in words)
        snake = "_".join(words).lower()
        camel = words[0].lower() + pascal[len(words[0]) :]
        found.setdefault(fold_event(name), set()).update((name, pascal, camel, snake, snake.replace("_", "-")))
    return {event: frozenset(names) for event, names in found.items()}


def like_event(name: str) -> str:
    """A hint at the event that is nearest to one that no program takes, "" when none is near."""
    folded = fold_event(name)
    return did_you_mean(name, spellings().get(folded, _EVENTS))


def parse_hooks(data: bytes) -> tuple[Hook, ...]:
    """All hooks of the file, in its order. Raises `FormatError`, with all errors at once."""
    fields = Fields(load_json(data, LIMIT))
    for name in fields.names():
        if fold_event(name) in EVENTS:
            fields.refuse("field-invalid", "is an event outside of `hooks`", name, help="put it into `hooks`")
    return _hooks(fields)


def hooks_in(fields: Mapping[str, Any]) -> tuple[Hook, ...]:
    """The hooks in the fields of a frontmatter. Raises `FormatError`, with all errors at once."""
    return _hooks(Fields(Document(fields, dict, typed=False)))


def _hooks(fields: Fields) -> tuple[Hook, ...]:
    found = list(_section(fields, ""))
    for name in fields.names():
        if isinstance(fields.value[name], dict) and "hooks" in fields.value[name] and name != "hooks":
            found += _section(fields.mapping(name), name)
    fields.finish(keep_unknown=True)
    return tuple(found)


def _section(fields: Fields, target: str) -> Iterator[Hook]:
    events = fields.mapping("hooks")
    for event in events.names():
        for entry in events.each(event):
            matcher = _text(entry, "matcher")
            for hook in entry.each("hooks") if "hooks" in entry.names() else [entry]:
                yield from _hook(hook, target, event, matcher)


def _hook(hook: Fields, target: str, event: str, matcher: str) -> Iterator[Hook]:
    kind = _text(hook, "type") or "command"
    if kind not in SOURCES:
        hook.refuse("field-invalid", "is not a type of hook", "type", expected=", ".join(SOURCES), found=shown(kind))
        return
    names = [name for name in SOURCES[kind] if hook.value.get(name)]
    if not names:
        hook.refuse("field-missing", f"a hook of type {kind} runs nothing", expected=" or ".join(SOURCES[kind]))
    for name in names:
        words = [_text(hook, "server")] if kind == "mcp_tool" else []
        words += [_text(hook, name), *_args(hook)]
        line = hook.document.line((*hook.path, name))
        yield Hook(target, event, matcher, kind, " ".join(filter(None, words)), line)


def _args(hook: Fields) -> list[str]:
    value = hook.raw("args") or []
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        found = "a list of other things" if isinstance(value, list) else kind_of(value)
        hook.refuse("field-type", "is not a list of texts", "args", expected="a list of texts", found=found)
        return []
    return value


def _text(fields: Fields, name: str) -> str:
    """A field's text of any length and any number of lines; "" when it is absent."""
    value = fields.raw(name)
    if value is None or isinstance(value, str):
        return value or ""
    fields.refuse("field-type", "is not text", name, expected="text", found=shown(value))
    return ""
