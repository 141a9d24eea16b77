"""Programs that start other programs: what stands behind `sudo`, `env`, `timeout`, and the code after `bash -c`."""

from __future__ import annotations

import re
from typing import NamedTuple

from packyard.gate.running.quoting import quote

#: Programs that run a text as shell commands: their `-c`, or what they read.
SHELLS = frozenset({"sh", "bash", "zsh", "dash", "ksh", "mksh", "ash", "fish", "rbash"})
#: Those of Windows, by their lower-case names.
POWERSHELLS = frozenset({"powershell", "pwsh"})

_MAX = 8

#: Programs that start what stands behind them: their options that take a value, and how many words come before it.
_WRAPPERS: dict[str, tuple[str, int]] = {
    "builtin": ("", 0),
    "caffeinate": ("-t -w", 0),
    "chroot": ("", 1),
    "command": ("", 0),
    "doas": ("-u -C", 0),
    "env": ("-u --unset -C --chdir", 0),
    "exec": ("-a", 0),
    "flock": ("-w --wait -E", 1),
    "ionice": ("-c -n", 0),
    "nice": ("-n --adjustment", 0),
    "nohup": ("", 0),
    "parallel": ("-j --jobs", 0),
    "setsid": ("", 0),
    "start": ("", 0),
    "stdbuf": ("-i -o -e", 0),
    "sudo": ("-u --user -g --group -h --host -p -C -T -r -t -D", 0),
    "time": ("-f -o", 0),
    "timeout": ("-s --signal -k --kill-after", 1),
    "unbuffer": ("", 0),
    "xargs": ("-I -n -P -L -d -s -E -a --max-args --max-procs --delimiter --arg-file --replace", 0),
}
#: Two words that do the same.
_PAIRS: dict[tuple[str, str], tuple[str, int]] = {
    ("bundle", "exec"): ("", 0),
    ("busybox", "sh"): ("", -1),
    ("op", "run"): ("--env-file", 0),
    ("poetry", "run"): ("", 0),
    ("pipenv", "run"): ("", 0),
    ("doppler", "run"): ("-p --project -c --config", 0),
}


class _Code(NamedTuple):
    """Where a program has its code: behind one of the options, in `one` word or in all; `whole` words stay words."""

    options: tuple[str, ...] = ()
    one: bool = False
    whole: bool = False


_CODES = {
    "cmd": _Code(("/c", "/k", "//c")),
    "env": _Code(("-s", "--split-string")),
    "eval": _Code(),
    "find": _Code(("-exec", "-execdir", "-ok", "-okdir"), whole=True),
    "claude": _Code(("--",), whole=True),
    "codex": _Code(("--",), whole=True),
    "gemini": _Code(("--",), whole=True),
    "mise": _Code(("--",), whole=True),
    "npm": _Code(("-c", "--call"), one=True),
    "npx": _Code(("-c", "--call"), one=True),
    "runuser": _Code(("-c", "--command"), one=True),
    "script": _Code(("-c", "--command"), one=True),
    "su": _Code(("-c", "--command"), one=True),
    "trap": _Code(one=True),
    "watch": _Code(),
}
_LETTERS = re.compile(r"-[A-Za-z]{1,4}")
_SPLIT = re.compile(r"-[A-Za-z]*S|--split-string")
_DECLARERS = frozenset({"declare", "export", "local", "readonly", "typeset"})
_SET = re.compile(r"[A-Za-z_]\w*+=")
_SUFFIXES = (".exe", ".cmd", ".bat", ".com")


def program_of(word: str) -> str:
    """The name of a program, without folder and Windows suffix."""
    name = word.replace("\\", "/").rstrip("/").rpartition("/")[2]
    return name[:-4] if name.lower().endswith(_SUFFIXES) else name


def unwrap(words: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[tuple[str, str], ...], tuple[str, ...]]:
    """The programs that only start another, the variables that they set for it, and that one with its arguments."""
    under: list[str] = []
    sets: list[tuple[str, str]] = []
    at = 0
    while at < len(words) and len(under) < _MAX:
        name = program_of(words[at])
        if name == "env" and any(map(_SPLIT.match, words[at + 1 : at + 4])):
            return tuple(under), tuple(sets), words[at:]
        pair = _PAIRS.get((name, words[at + 1] if at + 1 < len(words) else ""))
        found = pair or _WRAPPERS.get(name)
        start = _behind(words, at + (2 if pair else 1), found, sets) if found else len(words)
        if start >= len(words):
            break
        under.append(name)
        at = start
    return tuple(under), tuple(sets), words[at:]


def _behind(words: tuple[str, ...], at: int, how: tuple[str, int], sets: list[tuple[str, str]]) -> int:
    """Where the command begins that a wrapper starts."""
    valued, before = how[0].split(), how[1]
    while at < len(words):
        word = words[at]
        if word == "--":
            return at + 1 + before
        if word.startswith("-") and len(word) > 1:
            at += 2 if word in valued else 1
        elif _SET.match(word):
            name, _, value = word.partition("=")
            sets.append((name, value))
            at += 1
        else:
            break
    return at + before


def declared(words: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """The variables that `export NAME=value` and its like set, or `for NAME in …` goes through."""
    if words[:1] == ("for",) and words[2:3] == ("in",):
        return ((words[1], " ".join(words[3:])),)
    if not words or words[0] not in _DECLARERS:
        return ()
    return tuple((name, value) for name, sign, value in (word.partition("=") for word in words[1:]) if sign)


def codes(words: tuple[str, ...], body: str) -> tuple[str, ...]:
    """The texts that a command runs as shell commands; `body` is what it is given to read."""
    name, rest = program_of(words[0]) if words else "", words[1:]
    if name in SHELLS:
        at = code_at(rest)
        return rest[at : at + 1] if at else (body,) if body and operand(rest) is None else ()
    if name.lower() in POWERSHELLS:
        at = _powershell_at(rest)
        return (" ".join(rest[at - 1 :]),) if at else ()
    if name == "alias":
        return tuple(word.partition("=")[2] for word in rest if "=" in word)
    if words[:2] == ("git", "config"):
        return (rest[-1][1:],) if rest[-1].startswith("!") else ()
    return _coded(_CODES[name.lower()], rest) if name.lower() in _CODES else ()


def _coded(how: _Code, rest: tuple[str, ...]) -> tuple[str, ...]:
    at = _behind_first(rest, how.options)
    if how.options and not at:
        return ()
    if how.one:
        return rest[at : at + 1]
    return (" ".join(map(quote, rest[at:]) if how.whole else rest[at:]),)


def operand(rest: tuple[str, ...]) -> str | None:
    """The script that a shell is told to run, if it is; "-" and what stands for the standard input are none."""
    for at, word in enumerate(rest):
        if not word.startswith(("-", "+")):
            if rest[at - 1 : at] not in (("-o",), ("-O",), ("+o",), ("--rcfile",), ("--init-file",)):
                return None if word == "/dev/stdin" else word
        elif word == "-s":
            return None
    return None


def code_at(rest: tuple[str, ...]) -> int:
    """The place of the code among the arguments of a shell; 0 when it is told none."""
    for at, word in enumerate(rest):
        if word.startswith("-") and not word.startswith("--") and "c" in word:
            return at + 1
        if not word.startswith(("-", "+")) and rest[at - 1 : at] not in (("-o",), ("-O",), ("+o",)):
            return 0
    return 0


def _behind_first(rest: tuple[str, ...], options: tuple[str, ...]) -> int:
    """The place behind the first of the options; 0 when there is none."""
    letters = tuple(option[1] for option in options if len(option) == 2 and option[0] == "-" != option[1])
    for at, word in enumerate(rest):
        if word.lower() in options or (letters and _LETTERS.fullmatch(word) and word.lower().endswith(letters)):
            return at + 1
    return 0


def _powershell_at(rest: tuple[str, ...]) -> int:
    """One more than where the code of PowerShell begins; 0 when it runs a file."""
    skip = False
    for at, word in enumerate(rest):
        option = word.lower()
        if option.startswith("-c"):
            return at + 2
        if option.startswith("-f"):
            return 0
        if skip or option.startswith("-"):
            skip = option.startswith(("-ex", "-ep", "-w", "-o", "-in"))
        else:
            return at + 1
    return 0
