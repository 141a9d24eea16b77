"""What a version can do on a machine, and what it costs to have it: commands, hosts, servers, tools, tokens.

The kinds of capabilities, in the order in which a reviewer wants to read them:

    hook        PreToolUse Bash: sh hooks/guard.sh      an event, its matcher, and what is run or asked then
    mcp-server  files: npx -y server@1.2.3 .            a server, and its command or address
    plugin      plugins/worklog.ts                      a file that a program loads
    script      hooks/guard.sh                          a file that can be run
    command     npx                                     a program that hooks, servers and scripts start
    network     urllib.request                          a module or call by which code can talk to any host
    host        api.example.org                         a host in what hooks, servers, plugins and scripts say
    tool        Bash(git:*)                             a tool that a prompt may use without asking; `*` for all
    env         TICKETS_TOKEN                           a variable of the environment that is set or read
    model       anthropic/claude-opus-4                 a model that a prompt or profile asks for
    mention     docs.example.org                        a host that a prompt tells an agent to ask

An interpreter that runs a file of the pack is no command of its own, and what is only said to people names no host.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from typing import NamedTuple

from packyard.errors import FormatError
from packyard.formats.strict import load_json
from packyard.gate import tokens
from packyard.gate.running.command import Command, Script, commands
from packyard.gate.running.hosts import bare_hosts, hosts
from packyard.gate.running.interpreters import is_interpreter, name_of, run_words
from packyard.gate.running.nested import codes_of, scripts_of
from packyard.gate.running.network import FETCHERS, reaches
from packyard.gate.running.passages import CODE, PROSE, QUOTED, SHELL
from packyard.gate.running.prose import asked
from packyard.gate.running.runs import LIMIT, UNREAD, Run, is_prompt, is_recipe, is_script, launched, runs
from packyard.gate.running.shell import read
from packyard.gate.running.started import recipe_lines, started
from packyard.gate.tools import fields_of, tools_of
from packyard.gate.values import Candidate, Content

#: The kinds in their order.
KINDS = ("hook", "mcp-server", "plugin", "script", "command", "network", "host", "tool", "env", "model", "mention")

_MODELS = "models.json"
_PROGRAM = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.@-]*\+{0,2}")
#: Lines of comments, in shells and in languages that write them as C does.
_HASHED, _SLASHED = (
    re.compile(r"^[ \t]*#.*$", re.MULTILINE),
    re.compile(r"^[ \t]*(?://|\* [^\"'`(\n]*$).*$", re.MULTILINE),
)
#: A line that says a text, and does nothing with it.
_SAID = re.compile(
    r"^[ \t]*+(?:echo|printf)(?:[ \t]++(?:-[a-z]++|'[^'\n]*+'|\"[^\"\n$`\\]*+\"))++[ \t]*+(?:>&2)?[ \t]*+$",
    re.MULTILINE,
)
_LIKE_C = (".js", ".mjs", ".cjs", ".ts", ".mts", ".cts", ".jsx", ".tsx", ".php")
_IN_SHELLS = """
    () [ [[ . : alias break builtin case cd command continue declare dirs do done echo elif else esac eval exec exit
    export false fi for function getopts hash if in jobs let local popd printf pushd pwd read readonly return select
    set shift shopt source test then time trap true type typeset ulimit umask unset until wait while
"""
_BUILTINS = frozenset(_IN_SHELLS.split())
_IN_SHELL = re.compile(r"\$\{?([A-Z][A-Z0-9_]{2,63})|%([A-Z][A-Z0-9_]{2,63})%|\$env:([A-Za-z][A-Za-z0-9_]{2,63})")
_IN_CODE = re.compile(
    r"process\.env(?:\.|\[[\"'])([A-Za-z_]\w{1,63})|environ(?:\.get\(|\[)[\"'](\w{1,64})|getenv\([\"'](\w{1,64})"
    r"|env\.get\([\"'](\w{1,64})"
)
_COMMON = frozenset({"HOME", "PATH", "PWD", "OLDPWD", "USER", "SHELL", "TMPDIR", "IFS", "BASH_SOURCE", "LANG", "TERM"})


class Capability(NamedTuple):
    """One thing that a pack can do. `kind` is a word such as `hook` or `host`, `what` the command or the host itself,
    `where` the file of the pack that says so.
    """

    kind: str
    what: str
    where: str


class Cost(NamedTuple):
    """Projected tokens: `always` in every conversation, `invoked` when everything that can be called is."""

    always: int
    invoked: int


class Delta(NamedTuple):
    """What a version can do that the one before it could not, what it no longer can, and both costs."""

    added: tuple[Capability, ...]
    removed: tuple[Capability, ...]
    before: Cost | None
    after: Cost


def capabilities(content: Content) -> tuple[Capability, ...]:
    """Everything that the pack can do, by kind, what and where."""
    found = {*_configured(content), *_files(content), *_models(content)}
    every = runs(content)
    for run in every:
        found |= {Capability(kind, what, run.where) for kind, what in _of_run(content, run)}
    found |= set(_unnamed(content, every))
    found |= {Capability("tool", what, where) for what, where in tools_of(content)}
    return _in_order(found)


def cost(content: Content) -> Cost:
    """What it costs to have the pack, by the estimate of `packyard.gate.tokens`."""
    return Cost(tokens.always(content), tokens.invoked(content))


def compare(candidate: Candidate) -> Delta:
    """The version against the one before it."""
    after = set(capabilities(candidate.content))
    before = set(capabilities(candidate.before)) if candidate.before else set[Capability]()
    added, removed = _in_order(after - before), _in_order(before - after)
    return Delta(added, removed, cost(candidate.before) if candidate.before else None, cost(candidate.content))


def _in_order(found: Iterable[Capability]) -> tuple[Capability, ...]:
    return tuple(sorted(found, key=lambda each: (KINDS.index(each.kind), each)))


def _configured(content: Content) -> Iterator[Capability]:
    """Hooks, servers, and what stands beside them."""
    for where, launch in launched(content):
        if launch.event:
            head = " ".join(filter(None, (launch.event, launch.matcher)))
            yield Capability("hook", f"{head}: {launch.text}", where)
        elif launch.server:
            yield Capability("mcp-server", f"{launch.server}: {launch.text}", where)
        yield from (Capability("env", name, where) for name, _ in launch.env)
        if launch.kind != "tool":
            text = f"{launch.text} {launch.shown}"
            yield from (Capability("env", name, where) for name in _variables(_IN_SHELL, text))
            yield from (Capability("host", host.name, where) for host in hosts(_SAID.sub("", text)))


def _files(content: Content) -> Iterator[Capability]:
    for name, data in content.files.items():
        if name.startswith("plugins/"):
            yield Capability("plugin", name, name)
        elif is_script(name, data):
            yield Capability("script", name, name)


def _of_run(content: Content, run: Run) -> Iterator[tuple[str, str]]:
    """The kinds and words of what one text can do."""
    if run.language in (PROSE, QUOTED):
        yield from (("mention", host) for host in asked(run.text))
        return
    is_told = run.told and is_prompt(run.where)
    kind = "mention" if is_told else "host"
    if run.language != UNREAD:
        yield from ((kind, host.name) for host in hosts(_uncommented(run)))
    scripts = tuple(scripts_of(run))
    for script in scripts:
        yield from ((kind, host) for host in _bare(script))
        if not is_told:
            yield from (("command", name) for name in _programs(content, script))
    if not is_told:
        yield from (("network", name) for name in _network(run, scripts))
        pattern = _IN_CODE if run.language == CODE else _IN_SHELL
        yield from (("env", name) for name in _variables(pattern, run.text) - _set_in(scripts))


def _network(run: Run, scripts: Iterable[Script]) -> Iterator[str]:
    """What the text, if it is code, and the code in its commands can talk to the network by."""
    if run.language == CODE:
        yield from reaches(_uncommented(run), run.where)
    for code in codes_of(scripts):
        yield from reaches(code)


def _unnamed(content: Content, every: Collection[Run]) -> Iterator[Capability]:
    """Files that are started and are no scripts: recipes, and code whose name does not say so."""
    for name in started(content, every) - {run.where for run in every if run.whole and run.language in (CODE, SHELL)}:
        text = _HASHED.sub("", content.files[name][:LIMIT].decode(errors="replace"))
        yield from (Capability("network", what, name) for what in reaches(text))
        if is_recipe(name):
            script = read(recipe_lines(text))
            yield from (Capability("command", what, name) for what in _programs(content, script))
            yield from (Capability("host", host.name, name) for host in hosts(text))


def _uncommented(run: Run) -> str:
    """The text without the lines that only say something, and, of a script, those that are comments."""
    pattern = _SLASHED if run.where.endswith(_LIKE_C) else _HASHED
    text = run.text if run.language == CODE else _SAID.sub("", run.text)
    return text if is_prompt(run.where) or not run.whole else pattern.sub("", text)


def _bare(script: Script) -> Iterator[str]:
    for command in commands(script):
        if name_of(command) in FETCHERS:
            yield from bare_hosts(command.words)


def _programs(content: Content, script: Script) -> Iterator[str]:
    """The programs that are started, without functions, builtins and files of the pack."""
    every = list(commands(script))
    own = {command.words[1] for command in every if command.words[:1] == ("function",) and len(command.words) > 1}
    files = {name.rpartition("/")[2] for name in content.files}
    for command in every:
        runs_own = is_interpreter(name_of(command)) and _runs(command, files)
        started = {*command.under, *(() if runs_own else (command.program,))}
        for name in started - own - files - _BUILTINS:
            if _PROGRAM.fullmatch(name):
                yield name


def _runs(command: Command, files: Collection[str]) -> bool:
    """Whether the command runs one of the files, by its name."""
    words = (command.words[place] for place in run_words(command) if place < len(command.words))
    return any(word.rpartition("/")[2] in files for word in words)


def _variables(pattern: re.Pattern[str], text: str) -> set[str]:
    return {name for found in pattern.findall(text) for name in found if name} - _COMMON


def _set_in(scripts: Iterable[Script]) -> set[str]:
    """The variables that scripts set themselves."""
    return {name for script in scripts for command in commands(script) for name, _ in command.sets}


def _models(content: Content) -> Iterator[Capability]:
    """The models that prompts and profiles ask for."""
    for name, data in content.files.items():
        if is_prompt(name) and isinstance(model := fields_of(data).get("model"), str) and model not in ("", "inherit"):
            yield Capability("model", model, name)
    data = content.files.get(_MODELS, b"")
    try:
        waiting = [load_json(data, LIMIT).value] if data else []
    except FormatError:
        return
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            named = (value.get(key) for key in ("default", "small", "model"))
            yield from (Capability("model", name, _MODELS) for name in named if isinstance(name, str))
            waiting += value.values()
        elif isinstance(value, list):
            waiting += value
