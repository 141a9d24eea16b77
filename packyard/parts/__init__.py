"""A pack as programs think of it: rules, commands, agents, skills, hooks, servers and so on, from its files.

An installation puts the parts of many packs where a program looks (`packyard.client.placing`); there they are named
after their packs, and lead to the folder of the whole pack. A plugin is one pack alone (`packyard.parts.plugin`), in
which they have their own names.

Markdown files have fields in their heads, of which these mean the same to several programs:

    rules      description; globs, paths or applyTo (a list, or a text with commas); alwaysApply
    commands   description
    agents     name, description

What a pack has and its manifest does not list under `features` is not offered to any program.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from typing import Any, NamedTuple

from packyard.errors import FormatError, Problem
from packyard.formats import frontmatter
from packyard.formats.fields import format_text
from packyard.formats.hooks import parse_hooks
from packyard.formats.manifest import derive_features
from packyard.formats.mcp import parse_mcp
from packyard.formats.models import parse_models
from packyard.formats.strict import load_json
from packyard.parts.values import Pack, curated, joined, slug

#: The most bytes of a JSON file of a pack.
LIMIT = 262_144

_PATTERNS = ("globs", "paths", "applyTo")
_NAME = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_NAME_LINE = re.compile(rb"^name[ \t]*:[^\r\n]*", re.MULTILINE)
#: The variable of a plugin's folder, or what may be a path in a command. The rest of a path behind the variable begins
#: with a slash, and is no path of the pack by itself.
_NAMED = re.compile(r"\$\{?CLAUDE_PLUGIN_ROOT\b\}?|[A-Za-z0-9._+@/-]+")

#: The most characters of a skill's name.
MAX_NAME = 64


class Prompt(NamedTuple):
    """A Markdown file: its path in the pack, the name that its things get among those of all packs, the fields of its
    head (none where they cannot be read), the text after them, and all bytes.
    """

    path: str
    name: str
    fields: Mapping[str, Any]
    body: str
    data: bytes

    def text(self, field: str) -> str:
        """A field that is one text, else ""."""
        value = self.fields.get(field)
        return " ".join(value.split()) if isinstance(value, str) else ""

    @property
    def patterns(self) -> tuple[str, ...]:
        """For which files a rule is; () when it names none."""
        value = next((self.fields[name] for name in _PATTERNS if self.fields.get(name)), "")
        listed = value if isinstance(value, list) else _split(value) if isinstance(value, str) else []
        found = tuple(item for item in (str(item).strip().strip("\"'") for item in listed) if item)
        return () if found in (("**",), ("**/*",)) else found

    @property
    def on_request(self) -> bool:
        """Whether a rule is for an agent that asks for it: it names no files, and does not always apply."""
        return not self.patterns and self.fields.get("alwaysApply") == "false"

    def others(self, *known: str) -> str:
        """The names of the other fields, for a note."""
        return ", ".join(sorted(set(self.fields) - {"name", "description", *known}))


class Skill(NamedTuple):
    """A skill's folder: its name among those of all packs, and its files by their paths in the folder."""

    name: str
    files: tuple[tuple[str, bytes], ...]


class Parts:
    """The parts of one pack; `home` is its folder, for a pack that stands alone and whose things keep their names."""

    def __init__(self, pack: Pack, home: str = "") -> None:
        self.pack, self.name, self._home = pack, pack.name, home
        self.files = dict(pack.files)
        self.notes: list[Problem] = []
        said, there = pack.manifest.features, derive_features(self.files)
        self.features = tuple(name for name in there if "*" in said or name in said)
        for name in there:
            if name not in self.features:
                self.remark("", f"the pack has {name}, and its manifest does not list them: left out")

    def remark(self, path: str, message: str, target: str = "", found: str = "") -> None:
        """Notes something that people should know; `path` is in the pack."""
        code = "place-left-out" if not found else "place-changed"
        where = f"{self.name}/{path}" if path else self.name
        self.notes.append(Problem(code, where, f"{target}: {message}" if target else message, found=found))

    @cached_property
    def rules(self) -> tuple[Prompt, ...]:
        """The rules, by path."""
        return tuple(self._prompts("rules"))

    @cached_property
    def commands(self) -> tuple[Prompt, ...]:
        """The commands, by path."""
        return tuple(self._prompts("commands"))

    @cached_property
    def agents(self) -> tuple[Prompt, ...]:
        """The agents, by path; their names are those in their heads, where these are names."""
        return tuple(agent._replace(name=self._agent_name(agent)) for agent in self._prompts("agents"))

    @cached_property
    def skills(self) -> tuple[Skill, ...]:
        """The skills, by name, each with its new name in its head."""
        if "skills" not in self.features:
            return ()
        folders = sorted({path.split("/")[1] for path in self.files if re.fullmatch(r"skills/[^/]+/SKILL\.md", path)})
        return tuple(map(self._skill, folders))

    @cached_property
    def hooks(self) -> Mapping[str, Any]:
        """The document of hooks; {} when there is none, or it cannot be read."""
        return self._document("hooks", "hooks/hooks.json", parse_hooks)

    @cached_property
    def servers(self) -> Mapping[str, Any]:
        """The MCP servers by name, as they stand in `mcp.json`."""
        return dict(self._document("mcp", "mcp.json", parse_mcp).get("mcpServers", {}))

    @cached_property
    def ignored(self) -> tuple[str, ...]:
        """The patterns of ignored files, without comments and empty lines."""
        data = self.files.get("ignore", self.files.get(".aiignore", b"")) if "ignore" in self.features else b""
        lines = (line.strip() for line in data.decode(errors="replace").splitlines())
        return tuple(line for line in lines if line and not line.startswith("#"))

    @cached_property
    def plugins(self) -> tuple[tuple[str, bytes], ...]:
        """The plugins: names of files, and their bytes."""
        found = ((path.removeprefix("plugins/"), data) for path, data in self.pack.files if path.startswith("plugins/"))
        return tuple(sorted(found)) if "plugins" in self.features else ()

    @cached_property
    def models(self) -> Mapping[str, Any]:
        """The document of models; {} when there is none."""
        return self._document("models", "models.json", parse_models)

    def rebase(self, command: str, root: str = "", *, shell: bool = True) -> str:
        """A command of the pack as it must be where it runs: where it names a file in a folder of the pack, the path
        is that of the installed file, below `root`, a variable of the shell, or else relative to the project. What
        stands alone has the variable in its home. Without a `shell` nothing is quoted.
        """

        def base(found: re.Match[str]) -> str:
            # A variable outside of quotes would be split where a folder has a space in its name.
            quoted = not (root and shell) or found.string.count('"', 0, found.start()) % 2
            return home if quoted else f'"{root}"{home.removeprefix(root)}'

        def placed(found: re.Match[str]) -> str:
            path = found[0].removeprefix("./")
            if path.startswith("$"):
                return base(found)
            return f"{base(found)}/{path}" if "/" in path and path in self.files else found[0]

        home = self._home or (f"{root}/" if root else "") + curated(self.name)
        return _NAMED.sub(placed, command)

    def _prompts(self, folder: str) -> Iterator[Prompt]:
        if folder not in self.features:
            return
        for path, data in sorted(self.pack.files):
            if re.fullmatch(rf"{folder}/[^/]+\.md", path):
                parts = frontmatter.split(data)
                fields = frontmatter.plain(data) if isinstance(parts.fields, FormatError) else parts.fields
                stem = path.removeprefix(f"{folder}/").removesuffix(".md")
                yield Prompt(path, self._named(stem), fields, parts.body.lstrip("\n"), data)

    def _agent_name(self, agent: Prompt) -> str:
        name = agent.text("name")
        return self._named(name) if _NAME.fullmatch(name) else agent.name

    def _named(self, name: str) -> str:
        return name if self._home else joined(self.name, name)

    def _skill(self, folder: str) -> Skill:
        name = self._named(folder)
        if len(name) > MAX_NAME or not _NAME.fullmatch(name):
            name = folder
        base = f"skills/{folder}/"
        inside = sorted((path.removeprefix(base), data) for path, data in self.pack.files if path.startswith(base))
        renamed = ((path, rename(data, name) if path == "SKILL.md" else data) for path, data in inside)
        return Skill(name, tuple(renamed))

    def _document(self, feature: str, path: str, check: Callable[[bytes], object]) -> dict[str, Any]:
        if feature not in self.features:
            return {}
        try:
            check(self.files[path])
            value: dict[str, Any] = load_json(self.files[path], LIMIT).value
            return value
        except FormatError as error:
            self.remark(path, f"cannot be read, and is left out: {error.message}")
            return {}


def rename(data: bytes, name: str) -> bytes:
    """A Markdown file whose head says another `name`; as it is when its head says none."""
    end = data.find(b"\n---", 4)
    head = data[: max(end, 0)]
    return _NAME_LINE.sub(f"name: {name}".encode(), head, count=1) + data[max(end, 0) :]


def markdown(fields: Mapping[str, Any], body: str) -> bytes:
    """A Markdown file with these fields, those left out that are empty; without a head when all are. Values are texts,
    and lists of them.
    """
    lines = [f"{name}:{_yaml(value)}" for name, value in fields.items() if value not in ("", (), None)]
    head = "\n".join(["---", *lines, "---", "", ""]) if lines else ""
    return f"{head}{body.rstrip()}\n".encode()


def _yaml(value: Any) -> str:
    if isinstance(value, str):
        return f" {format_text(value)}"
    return "".join(f"\n  - {_quoted(item)}" for item in value)


def _quoted(text: str) -> str:
    import json

    return json.dumps(text, ensure_ascii=False)


def _split(text: str) -> list[str]:
    """The patterns of a text with commas between them; a comma in braces is part of a pattern."""
    found, depth = [""], 0
    for character in text:
        depth = max(0, depth + (character in "{[") - (character in "}]"))
        if character == "," and not depth:
            found.append("")
        else:
            found[-1] += character
    return found


def rules_text(parts: Parts) -> str:
    """All rules of a pack as one text, for programs that read one; each says for which files it is."""
    texts = []
    for rule in parts.rules:
        files = ", ".join(f"`{pattern}`" for pattern in rule.patterns)
        head = f"For files that match {files}:\n\n" if files else ""
        head = head or (f"When needed ({rule.text('description') or slug(rule.name)}):\n\n" if rule.on_request else "")
        texts.append(head + rule.body.strip())
    return "\n\n".join(texts)
