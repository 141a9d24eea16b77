"""A Claude Code plugin as a pack.

`.claude-plugin/plugin.json` has the pack's name, version, description, author, licence and keywords. It may name
further places: `commands`, `agents` and `skills` are a path or a list of paths, `hooks` and `mcpServers` these or the
object itself; all lead from the plugin's folder, and none may lead out of it.

    {"name": "review", "version": "1.2.0", "commands": ["./extra/ship.md"], "hooks": "./config/hooks.json"}

Commands, agents and skills that stand elsewhere are moved into their folders. Hooks are kept word for word, in the
section for Claude Code; a path that begins with `${CLAUDE_PLUGIN_ROOT}` stays as it is, and so do the files that it
leads to. All other files of the plugin stay in their places.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from packyard.errors import Problem, ProblemsFound
from packyard.formats import canonical
from packyard.formats.manifest import derive_features
from packyard.importing import about
from packyard.importing.placing import below, format_hooks, put_flat, put_skills, read_object
from packyard.importing.skills import put_root_skill
from packyard.importing.values import PLUGIN, Draft, Wishes
from packyard.model import Manifest

_ROOT = "${CLAUDE_PLUGIN_ROOT}/"
#: The fields that say where the parts of a plugin are.
PARTS = ("commands", "agents", "skills", "hooks", "mcpServers")
_FIELDS = ("name", "version", "description", "author", "homepage", "repository", "license", "keywords")
_UNDERSTOOD = frozenset({"$schema", *_FIELDS, *PARTS})
#: What belongs to a skill that is the plugin's own folder.
_OF_SKILL = ("references/", "assets/", "resources/", "examples/", "templates/")
#: What the plugin itself has no use for, though a pack would.
_GAINED = ("rules", "plugins", "mcp", "ignore", "models")


def convert(draft: Draft, wishes: Wishes) -> Manifest:
    """Fills the draft. Raises `FormatError` or `ProblemsFound`."""
    given = read_object(draft, PLUGIN) if PLUGIN in draft.source.files else {}
    for field in given:
        if field not in _UNDERSTOOD:
            draft.leave(PLUGIN, f"`{field}` has no place in a pack")
    for folder in ("commands", "agents"):
        _markdown(draft, given, folder)
    _skills(draft, given, wishes)
    used = {PLUGIN, *_hooks(draft, given), *_servers(draft, given)}
    _rest(draft, used)
    return about.describe(draft, given, PLUGIN if given else "", "claude-plugin", wishes)


def _markdown(draft: Draft, given: Mapping[str, Any], folder: str) -> None:
    paths = draft.source.files
    put_flat(draft, folder, folder, below(paths, folder, ".md"))
    for place in _places(draft, given, folder):
        found = below(paths, place, ".md")
        base = place.rpartition("/")[0] if place in paths else place
        put_flat(draft, folder, base, [path for path in found if path not in draft.origins.values()])


def _skills(draft: Draft, given: Mapping[str, Any], wishes: Wishes) -> None:
    paths = draft.source.files
    put_skills(draft, below(paths, "skills"))
    for place in _places(draft, given, "skills"):
        put_skills(draft, below(paths, place))
    if "SKILL.md" in paths:
        own = [path for path in paths if path == "SKILL.md" or path.startswith(_OF_SKILL)]
        put_root_skill(draft, own, str(given.get("name", "")), wishes)


def _hooks(draft: Draft, given: Mapping[str, Any]) -> set[str]:
    """Gathers the hooks of all files and of the manifest; gives the files."""
    gathered: dict[str, Any] = {}
    used = set[str]()
    for origin, value in _objects(draft, given, "hooks", "hooks/hooks.json"):
        used.add(origin)
        inner = value.get("hooks", value)
        if not isinstance(inner, dict):
            raise ProblemsFound([Problem("field-type", draft.source.at(origin), "`hooks` is not an object")])
        for event, hooks in inner.items():
            before = gathered.get(event, [])
            gathered[event] = [*before, *hooks] if isinstance(hooks, list) else hooks
    if gathered:
        draft.make("hooks/hooks.json", format_hooks("claudecode", gathered), min(used))
    return used


def _servers(draft: Draft, given: Mapping[str, Any]) -> set[str]:
    """Gathers the MCP servers of all files and of the manifest; gives the files."""
    gathered: dict[str, Any] = {}
    used = set[str]()
    for origin, value in _objects(draft, given, "mcpServers", ".mcp.json"):
        used.add(origin)
        inner = value.get("mcpServers", value)
        if not isinstance(inner, dict):
            raise ProblemsFound([Problem("field-type", draft.source.at(origin), "`mcpServers` is not an object")])
        gathered.update(inner)
    if gathered:
        draft.make("mcp.json", canonical.pretty({"mcpServers": gathered}), min(used))
    return used


def _objects(draft: Draft, given: Mapping[str, Any], field: str, default: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """The objects that a field gives, itself or in the files that it names, after that of the default file."""
    if default in draft.source.files:
        yield default, read_object(draft, default)
    value = given.get(field)
    inline = [each for each in value if isinstance(each, dict)] if isinstance(value, list) else [value]
    for place in _places(draft, given, field):
        if place != default and place.endswith(".json"):
            yield place, read_object(draft, place)
        elif place != default:
            draft.leave(place, f"`{field}` is read from JSON alone")
    for each in inline:
        if isinstance(each, dict):
            yield PLUGIN, each


def _places(draft: Draft, given: Mapping[str, Any], field: str) -> list[str]:
    """The paths in a field that lead to something, from the plugin's folder; what leads nowhere is told."""
    value = given.get(field)
    found = []
    for text in value if isinstance(value, list) else [value]:
        if not isinstance(text, str):
            if text is not None and not (isinstance(text, dict) and field in ("hooks", "mcpServers")):
                draft.leave(PLUGIN, f"`{field}` is neither a path nor a list of paths")
            continue
        parts = [part for part in text.removeprefix(_ROOT).split("/") if part not in ("", ".")]
        place = "/".join(parts)
        if ".." in parts or text.startswith("/"):
            draft.leave(PLUGIN, f"`{field}` leads out of the plugin's folder")
        elif not below(draft.source.files, place):
            draft.leave(PLUGIN, f"`{field}` names {place}, which is not there")
        else:
            found.append(place)
    return found


def _rest(draft: Draft, used: set[str]) -> None:
    """Takes all other files as they are."""
    before, taken = derive_features(draft.files), used | set(draft.origins.values())
    for path in sorted(draft.source.files):
        if path not in taken:
            draft.put(path, path)
    for feature in _GAINED:
        if feature in derive_features(draft.files) and feature not in before:
            path = next(path for path in sorted(draft.files) if feature in derive_features([path]))
            draft.changed(path, f"is one of the pack's {feature}; the plugin made no use of it")
