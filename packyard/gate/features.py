"""Can programs use what the pack holds for them: hooks, MCP servers, model profiles, and (in `prompts`) the prompts?"""

from __future__ import annotations

import re
from collections.abc import Iterator

from packyard.errors import FormatError, Problem
from packyard.formats.fields import HINTS, errors_of, shown
from packyard.formats.hooks import Hook, fold_event, like_event, parse_hooks, spellings
from packyard.formats.manifest import TARGETS
from packyard.formats.mcp import Server, parse_mcp
from packyard.formats.models import LIMIT, parse_models
from packyard.formats.strict import load_json
from packyard.gate import prompts
from packyard.gate.values import Candidate, Content, ContentCheck

HOOKS, MCP, MODELS = "hooks/hooks.json", "mcp.json", "models.json"

_INHERITANCE = ("profile-cycle", "profile-depth", "profile-unknown")
# Patterns that most packs never need: `re` compiles them when they are first used.
_PATH = r"([A-Za-z0-9._+@()\[\],/-]*)"
#: Paths below the folder into which a program has put the pack, as hooks and servers write them.
_IN_PACK = rf"(?:\$\{{?|%)(?:[A-Z]{{1,20}}_)?PLUGIN_ROOT(?::-[^}}\s]{{0,80}})?[}}%]?[\"']?/{_PATH}"
_CURATED = rf"\.agentpacks/\.curated/((?:@[a-z0-9-]{{1,64}}/)?[a-z0-9-]{{1,64}})/{_PATH}"
_RELATIVE = r"(?:^|(?<=[\s\"'=]))(?:\./)?(hooks/[A-Za-z0-9._/-]+\.[a-z0-9]{1,4})(?![A-Za-z0-9._/-])"
#: The home folder of somebody; not those that stand in images and on build machines.
_HOME = (
    r"(?:(?<![\w.}~/-])|(?<=file://))(?:/home/(?!linuxbrew/|runner/|node/|vscode/)|(?:/mnt/[a-z])?/Users/(?!Shared/))"
    r"[A-Za-z0-9._-]+|(?<![A-Za-z])[A-Za-z]:[\\/]{1,4}Users[\\/]{1,4}[A-Za-z0-9._-]+"
)


#: What programs read, by its path; systems that ignore case find it under other spellings too.
_READ = (
    r"pack\.(?:json|yaml)|hooks/hooks\.json|mcp\.json|models\.json|ignore|plugins/.+"
    r"|(?:rules|commands|agents)/.+\.md|skills/[^/]+/SKILL\.md"
)


def check_places(candidate: Candidate) -> Iterator[Problem]:
    """Whether what programs read is spelt as they spell it: else it is there on some systems, and not on others."""
    for name in candidate.content.files:
        if re.fullmatch(_READ, name, re.IGNORECASE) and not re.fullmatch(_READ, name):
            message, hint = "systems that ignore case take the file for one that programs read", "spell it as they do"
            yield Problem("feature-case", candidate.content.at(name), message, found=name, help=hint)


def check_hooks(candidate: Candidate) -> Iterator[Problem]:
    """Whether `hooks/hooks.json` can be read, and runs what is there on every machine."""
    content, path = candidate.content, candidate.content.at(HOOKS)
    if HOOKS not in content.files:
        return
    try:
        hooks = parse_hooks(content.files[HOOKS])
    except FormatError as error:
        yield from (each.at(path)._replace(code="hooks-invalid") for each in errors_of(error))
        return
    for index, hook in enumerate(_first_of_each_unknown_event(hooks)):
        message, found = "no program is known that has this event", shown(hook.event)
        hint = like_event(hook.event) if index < HINTS else ""
        yield Problem("hook-event-unknown", path, message, hook.line, found=found, help=hint)
    for target, line in {hook.target: hook.line for hook in reversed(hooks) if hook.target}.items():
        yield from _undeclared(content, HOOKS, target, line)
    for hook in hooks:
        yield from _check_files(candidate, HOOKS, hook.command, hook.line)


def check_mcp(candidate: Candidate) -> Iterator[Problem]:
    """Whether `mcp.json` can be read, and starts what is there on every machine."""
    content, path = candidate.content, candidate.content.at(MCP)
    if MCP not in content.files:
        return
    try:
        servers = parse_mcp(content.files[MCP])
    except FormatError as error:
        yield from (each.at(path)._replace(code="mcp-invalid") for each in errors_of(error))
        return
    for server in servers:
        yield from _check_files(candidate, MCP, _texts(server), server.line)


def check_models(candidate: Candidate) -> Iterator[Problem]:
    """Whether `models.json` can be read, and its profiles and routes lead somewhere."""
    content, path = candidate.content, candidate.content.at(MODELS)
    if MODELS not in content.files:
        return
    try:
        models, notes = parse_models(content.files[MODELS])
    except FormatError as error:
        for each in errors_of(error):
            yield each.at(path) if each.code in _INHERITANCE else each.at(path)._replace(code="models-invalid")
        return
    for note in notes:
        yield note.at(path)._replace(code="models-field-unknown") if note.code == "field-unknown" else note.at(path)
    document = load_json(content.files[MODELS], LIMIT)
    for target in models.overrides:
        yield from _undeclared(content, MODELS, target, document.line(("overrides", target)))


def _first_of_each_unknown_event(hooks: tuple[Hook, ...]) -> Iterator[Hook]:
    """The first hook of each event that no program takes in this spelling."""
    seen = set[str]()
    for hook in hooks:
        if hook.event not in seen and hook.event not in spellings().get(fold_event(hook.event), ()):
            yield hook
        seen.add(hook.event)


def _undeclared(content: Content, name: str, target: str, line: int) -> Iterator[Problem]:
    """What is for a target that the manifest does not list."""
    if content.manifest is None:
        return
    targets = TARGETS if content.manifest.targets == ("*",) else content.manifest.targets
    if target not in targets:
        message, found = "a section for a target that the manifest does not list", shown(target)
        yield Problem("target-undeclared", content.at(name), message, line, found=found)


def _texts(server: Server) -> str:
    """All of a server that may name a file."""
    return "\n".join((server.command, *server.args, *(value for _, value in server.env)))


def _check_files(candidate: Candidate, name: str, text: str, line: int) -> Iterator[Problem]:
    """What is wrong with the files that a command names."""
    content, path = candidate.content, candidate.content.at(name)
    for found in sorted(set(re.findall(_HOME, text))):
        message, hint = "a path that exists on one machine only", "name it from the pack, the project or a variable"
        yield Problem("path-of-one-machine", path, message, line, found=shown(found), help=hint)
    for found in sorted(set(_named_files(text, candidate.name))):
        if not _holds(content, found):
            message = "a file that is not in the pack"
            yield Problem("pack-file-missing", path, message, line, found=shown(found))


def _named_files(text: str, pack: str) -> Iterator[str]:
    """The files of this pack that a command names, by their paths in it."""
    yield from re.findall(_IN_PACK, text)
    yield from re.findall(_RELATIVE, text)
    yield from (path for name, path in re.findall(_CURATED, text) if name == pack)


def _holds(content: Content, path: str) -> bool:
    """Whether the pack has the file or folder; what is put there later, such as packages, counts as there."""
    path = path.rstrip("/.,)")
    folder = path + "/"
    if not path or path.startswith("node_modules/") or path in content.files:
        return True
    return any(name.startswith(folder) for name in content.files)


CHECKS = (
    *prompts.CHECKS,
    ContentCheck("places", ("feature-case",), check_places),
    ContentCheck(
        "hooks",
        ("hooks-invalid", "hook-event-unknown", "target-undeclared", "path-of-one-machine", "pack-file-missing"),
        check_hooks,
    ),
    ContentCheck("mcp", ("mcp-invalid", "path-of-one-machine", "pack-file-missing"), check_mcp),
    ContentCheck(
        "models",
        (
            "models-invalid",
            *_INHERITANCE,
            "models-field-unknown",
            "model-unknown",
            "route-unknown",
            "route-dimension",
            "target-undeclared",
        ),
        check_models,
    ),
)
