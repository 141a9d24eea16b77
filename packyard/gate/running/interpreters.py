"""Programs that run a text which they are given: where in a command that text is, and does it come from the pipe?"""

from __future__ import annotations

import re
from itertools import takewhile

from packyard.gate.running.command import GROUP, Command, Pipeline, Script, inside
from packyard.gate.running.wrappers import POWERSHELLS, SHELLS, code_at, operand

#: Programs other than shells that run a text, with the options behind which it stands.
_OPTIONS = {
    "cmd": ("/c", "/k"),
    "bun": ("-e", "--eval", "-p"),
    "deno": ("eval",),
    "lua": ("-e",),
    "node": ("-e", "--eval", "-p", "--print"),
    "osascript": ("-e",),
    "perl": ("-e", "-E", "-ne", "-pe", "-n", "-p"),
    "php": ("-r",),
    "powershell": ("-c", "-command"),
    "pwsh": ("-c", "-command"),
    "python": ("-c", "-m"),
    "ruby": ("-e", "-ne", "-pe"),
    "tsx": ("-e",),
}
_EVALS = frozenset({"eval", "iex", "invoke-expression"})
_SOURCES = frozenset({"source", "."})
#: Programs that take their rules from a file, with the option that names it.
_RULED = {"awk": "-f", "gawk": "-f", "gmake": "-f", "make": "-f"}
_FILTERS = frozenset(
    {
        "awk",
        "base64",
        "cat",
        "cut",
        "grep",
        "gunzip",
        "gzip",
        "head",
        "rev",
        "sed",
        "tac",
        "tail",
        "tee",
        "tr",
        "xxd",
        "xz",
    }
)
_NUMBERED = re.compile(r"(python|pypy|lua|perl|php|ruby|node)[\d.]*w?")
_STDIN = re.compile(r"-|/dev/(?:stdin|fd/0)|/proc/self/fd/0")
#: A variable alone as the program, such as `$SHELL`.
_VARIABLE = re.compile(r"\$\{?\w+(?::?-[^{}]*)?\}?")


def name_of(command: Command) -> str:
    """The program in lower case, without the number of its version."""
    name = command.program.lower()
    numbered = _NUMBERED.fullmatch(name)
    return numbered[1].replace("pypy", "python") if numbered else name


def is_interpreter(name: str) -> bool:
    """Whether the program runs texts."""
    return name in SHELLS or name in _OPTIONS or name in _EVALS or name in _SOURCES


def given_text(command: Command) -> str:
    """The text that a command gives which only says it, such as `echo`."""
    if command.program in ("echo", "printf"):
        return " ".join(command.words[2 if command.words[1:2] and command.words[1].startswith("-") else 1 :])
    return command.body if command.program == "cat" and len(command.words) == 1 else ""


def inline(command: Command) -> str:
    """The code, of no shell, that the command itself holds: behind `-c` or `-e`, or in what it is given to read."""
    name = name_of(command)
    options = _OPTIONS.get(name, ())
    if name in POWERSHELLS:
        return " ".join(command.words[1:])
    for place in run_words(command) if options else ():
        if command.words[place - 1].lower() in options:
            return " ".join(command.words[1 : place + 1])
    return command.body if options and runs_stdin(command) else ""


def run_words(command: Command) -> tuple[int, ...]:
    """The places of the words that the command runs: code, or the file that it is in."""
    name, rest = name_of(command), command.words[1:]
    if name in _EVALS:
        return tuple(range(1, len(command.words)))
    if name in _SOURCES:
        return (1,) if rest else ()
    if name in SHELLS:
        at = code_at(rest)
        file = operand(rest)
        return (at + 1,) if at else (1 + rest.index(file),) if file else ()
    if name in _OPTIONS:
        return _run_by(rest, _OPTIONS[name])
    if name in _RULED and _RULED[name] in rest:
        return (rest.index(_RULED[name]) + 2,)
    return (0,) if command.words and command.words[0] != GROUP else ()


def runs_stdin(command: Command) -> bool:
    """Whether the command runs what it reads."""
    name, rest = name_of(command), command.words[1:]
    if name == GROUP:
        return begins(command.runs) or _evaluates(command)
    if name == "tee":
        return any(begins(script) for _, script in command.made)
    if name in _RULED and _RULED[name] in rest:
        return rest[rest.index(_RULED[name]) + 1 :][:1] in (("-",), ("/dev/stdin",))
    if not is_interpreter(name):
        return bool(command.words and _VARIABLE.fullmatch(command.words[0]))
    if "xargs" in command.under:
        return command.words[-1] in ("-c", "-e", "{}", "%", command.words[0])
    return _waits(name, command)


def _waits(name: str, command: Command) -> bool:
    rest = command.words[1:]
    if name in _EVALS or (name in SHELLS and code_at(rest)):
        return any(_is_copy(pipeline[0]) for _, script in command.made for pipeline in script) or not rest
    if name in _OPTIONS:
        return not run_words(command) and "-m" not in rest
    file = operand(rest) if name in SHELLS else rest[0] if rest else ""
    return _STDIN.fullmatch(file or "-") is not None


def begins(script: Script) -> bool:
    """Whether a script gives what it reads to a command that runs it."""
    return any(any(map(runs_stdin, pipeline[: 1 + _filters(pipeline)])) for pipeline in script)


def _filters(pipeline: Pipeline) -> int:
    """How many commands at the beginning of a pipeline pass on what they read."""
    return sum(1 for _ in takewhile(lambda command: name_of(command) in _FILTERS and not command.reads, pipeline))


def _evaluates(group: Command) -> bool:
    """Whether a loop runs the values of variables, as `while read line; do eval "$line"; done` does."""
    return any(
        any("$" in part.words[place] for place in run_words(part) if place < len(part.words))
        for part in inside(group)
        if is_interpreter(name_of(part)) and part is not group
    )


def _is_copy(command: Command) -> bool:
    return name_of(command) == "cat" and len(command.words) == 1 and not command.reads


def _run_by(rest: tuple[str, ...], options: tuple[str, ...]) -> tuple[int, ...]:
    for at, word in enumerate(rest):
        if word in options or word.lower() in options:
            return () if word == "-m" else (at + 2,)
        if not word.startswith("-") and word != "run" and not _STDIN.fullmatch(word):
            return (at + 1,)
    return ()
