"""What a pack runs: commands of hooks and servers, scripts, plugins, and what its prompts tell an agent to run.

A program starts some of it by itself: what stands in configuration and in frontmatter, plugins, scripts that these
name, and what a prompt has behind an exclamation mark.  The rest is *told*: an agent runs it when it does as a prompt
says, with its own checks.  So do the recipes by which projects are built and tested.  Files that people read (README,
CHANGELOG, licences) are no prompts; of other texts outside of the folders of prompts the first 1 MiB is read.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Iterator, Mapping
from typing import NamedTuple

from packyard.gate.running.binaries import kind_of
from packyard.gate.running.configuration import Launch, is_configuration, launches, launches_of_prompt
from packyard.gate.running.given import harm_of
from packyard.gate.running.packages import is_index
from packyard.gate.running.passages import CODE, PROSE, SHELL, passages
from packyard.gate.running.quoting import quote
from packyard.gate.values import Content

#: The most bytes of a file that are read, and of all together.
LIMIT, TOTAL = 1_048_576, 8_388_608
#: The language of what is not read: too large, or not text.
UNREAD = "unread"

_PROMPT = re.compile(r"(?:rules|commands|agents|skills)/.*\.(?:md|mdc)")
_OTHER_PROMPT = re.compile(r".*\.(?:md|mdc)|(?:.*/)?\.(?:cursor|windsurf|cline)rules")
_FOR_PEOPLE = re.compile(
    r"(?:.*/)?(?:README|CHANGELOG|CHANGES|HISTORY|LICEN[CS]E|COPYING|NOTICE|CONTRIBUTING|SECURITY|AUTHORS|CODE_OF_CONDUCT)"
    r"[^/]*",
    re.IGNORECASE,
)
_SHELL_FILE = re.compile(r".*\.(?:sh|bash|zsh|fish|ksh|bat|cmd|command|ps1|psm1)")
_CODE_FILE = re.compile(r".*\.(?:py|js|mjs|cjs|ts|mts|cts|jsx|tsx|rb|pl|php|lua|ps1|psm1)")
_RECIPE = re.compile(
    r"(?:.*/)?(?:(?:GNU)?[Mm]akefile|[Jj]ustfile|(?:Docker|Container)file(?:\.[\w.-]+)?|Taskfile\.ya?ml|\.envrc"
    r"|(?:docker-)?compose\.ya?ml|\.gitlab-ci\.yml|\.pre-commit-config\.yaml|Procfile|Vagrantfile)"
    r"|.*\.(?:mk|[Dd]ockerfile)|(?:.*/)?\.github/(?:workflows|actions)/.*\.ya?ml|(?:.*/)?\.husky/[^/]*"
)
_SHEBANG = re.compile(rb"#![^\n]{0,200}?\b(?:ba|da|z|k|a|fi)?sh\b")
#: The file that a shell is told to run.
_SHELL_RUNS = re.compile(r"(?:^|[\s;&|/\"'])(?:ba|da|z|k|a)?sh\s{1,4}(?:-[a-z]{1,4}\s{1,4})?[\"']?([^\s\"';&|]{1,300})")
_PIECES = re.compile(r"[A-Za-z0-9_.+@-]+")


class Run(NamedTuple):
    """A text that is run, and the file that it is in. `line` is where it begins; when it is not `whole`, all of it is
    on that line. `told` is as the module says.
    """

    where: str
    line: int
    text: str
    language: str
    told: bool = False
    whole: bool = True


def runs(content: Content) -> tuple[Run, ...]:
    """All that the pack runs, by file."""
    left = TOTAL
    found: list[Run] = []
    scripts: dict[str, bytes] = {}
    for name, whole in sorted(content.files.items()):
        data = whole[:LIMIT] if is_prompt(name) and not _PROMPT.fullmatch(name) else whole
        if not (is_configuration(name) or is_prompt(name) or is_recipe(name) or is_script(name, data)):
            found += (Run(name, 0, kind, UNREAD) for kind in filter(None, (kind_of(name, data),)))
            continue
        left -= len(data)
        if len(data) > LIMIT or left < 0 or (b"\0" in data and not is_prompt(name)):
            found.append(Run(name, 0, "", UNREAD))
        elif is_configuration(name):
            found += _started(name, launches(data, LIMIT))
        elif is_prompt(name):
            found += _of_prompt(name, data)
        elif is_recipe(name) and not is_script(name, data):
            found.append(Run(name, 1, data.decode(errors="replace"), PROSE, told=True))
        else:
            scripts[name] = data
    return (*found, *_scripts(scripts, found))


def is_prompt(name: str) -> bool:
    """Whether an agent reads the file."""
    return bool(_PROMPT.fullmatch(name) or (_OTHER_PROMPT.fullmatch(name) and not _FOR_PEOPLE.fullmatch(name)))


def is_recipe(name: str) -> bool:
    """Whether some program builds or tests a project by the file."""
    return bool(_RECIPE.fullmatch(name))


def is_script(name: str, data: bytes) -> bool:
    """Whether the file is a program."""
    return data.startswith(b"#!") or bool(_SHELL_FILE.fullmatch(name) or _CODE_FILE.fullmatch(name))


def launched(content: Content) -> Iterator[tuple[str, Launch]]:
    """What configuration and frontmatter start, with the file that says so."""
    for name, data in sorted(content.files.items()):
        if len(data) <= LIMIT and is_configuration(name):
            yield from ((name, launch) for launch in launches(data, LIMIT))
        elif len(data) <= LIMIT and is_prompt(name):
            yield from ((name, launch) for launch in launches_of_prompt(data))


def _started(name: str, found: Iterable[Launch]) -> Iterator[Run]:
    for launch in found:
        if launch.kind in ("command", "prompt"):
            text = " ".join([*_settings(launch), launch.text])
            yield Run(name, launch.line, text, PROSE if launch.kind == "prompt" else SHELL, whole=False)


def _settings(launch: Launch) -> Iterator[str]:
    """The variables that are set for a command and may change what it runs or fetches."""
    if launch.kind == "command":
        yield from (f"{name}={quote(value)}" for name, value in launch.env if harm_of(name, value) or is_index(name))


def _of_prompt(name: str, data: bytes) -> Iterator[Run]:
    yield from _started(name, launches_of_prompt(data))
    for passage in passages(data):
        yield Run(name, passage.line, passage.text, passage.language, told=not passage.started)


def _scripts(scripts: Mapping[str, bytes], found: Iterable[Run]) -> Iterator[Run]:
    """The scripts; those named in what a program starts by itself, or in another such script, are not told."""
    texts = {name: data.decode(errors="replace") for name, data in scripts.items()}
    named: dict[str, list[str]] = {}
    for name in scripts:
        base = name.rpartition("/")[2]
        for key in {base, base.rpartition(".")[0] or base}:
            named.setdefault(key, []).append(name)
    by_itself: set[str] = set()
    waiting = [name for name in scripts if name.startswith(("hooks/", "plugins/"))]
    waiting += [name for run in found if not run.told for name in _names(run.text, named)]
    while waiting:
        name = waiting.pop()
        if name not in by_itself:
            by_itself.add(name)
            waiting += _names(texts[name], named)
    told_to_shells = (text for run in found if not run.told for text in _SHELL_RUNS.findall(run.text))
    by_shell = {text.rpartition("/")[2] for text in told_to_shells}
    for name, text in texts.items():
        for language in _languages(name, scripts[name], by_shell):
            yield Run(name, 1, text, language, told=name not in by_itself)


def _names(text: str, named: Mapping[str, list[str]]) -> Iterator[str]:
    for key in named.keys() & set(_PIECES.findall(text)) if named else ():
        yield from named[key]


def _languages(name: str, data: bytes, by_shell: Container[str]) -> tuple[str, ...]:
    """What the script may be read as: by its name, by its first line, and by the program that is told to run it."""
    is_shell = bool(_SHELL_FILE.fullmatch(name)) or name.rpartition("/")[2] in by_shell
    is_code = bool(_CODE_FILE.fullmatch(name))
    if data.startswith(b"#!"):
        is_shell, is_code = is_shell or bool(_SHEBANG.match(data)), is_code or not _SHEBANG.match(data)
    return (*((SHELL,) if is_shell else ()), *((CODE,) if is_code else ()))
