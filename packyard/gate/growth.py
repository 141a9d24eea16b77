"""What a version can do that the one before it could not: what a reviewer has to read of an update.

A new pack is read as a whole, so nothing is said of a first version, and nothing of what a version no longer does.  An
exact version of a package that gives way to another is no new hook or server: `npx x@1.0.0` and `npx x@1.1.0` are one.
Of the network that counts which files use that run by themselves; those that changed are named, to be read.
Programs that only read and write text are no new commands, and tools that only read are no wider permissions.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import islice

from packyard.errors import Problem
from packyard.formats.fields import shown
from packyard.gate.capabilities import Capability, Cost, capabilities, cost
from packyard.gate.running.configuration import is_configuration
from packyard.gate.running.lines import Lines
from packyard.gate.running.runs import is_prompt
from packyard.gate.running.started import pieced, started
from packyard.gate.tools import covers
from packyard.gate.values import Candidate, Content, ContentCheck

#: No more problems than this are shown of one kind.
MOST = 20
#: Tokens, and parts of a hundred, by which a cost has to grow before it is told.
LEAST_TOKENS, LEAST_PERCENT = 1000, 50

_VERSION = re.compile(r"(?:@|===?|#)v?=?(?:\d[\w.+-]*|sha256:[0-9a-f]{64}|[0-9a-f]{40})(?![\w@/])|:[\w.-]+(?=@sha256:)")
_TEXT_TOOLS = """
    awk basename cat cmp column comm cut date diff dirname egrep expr fgrep fold grep head jq join ls md5sum mkdir
    mktemp nl paste readlink realpath rev sed seq sha256sum shasum sleep sort stat tac tail touch tr uname uniq wc
    which yq
"""
_HARMLESS = frozenset(_TEXT_TOOLS.split())
_READING = frozenset(
    {"Read", "Grep", "Glob", "LS", "NotebookRead", "TodoRead", "TodoWrite", "read", "grep", "glob", "ls", "search"}
    | {"permissionMode=plan", "permissionMode=default"}
)
#: Kinds of which another is enough.
_SAME = {"mention": "host"}
#: The code of each kind, and what is said of it.
_NEW = {
    "hook": ("new-hook", "this hook is new"),
    "mcp-server": ("new-server", "this server is new, or is another one"),
    "command": ("new-command", "a program is started that was not before"),
    "host": ("new-host", "a host is talked to that was not before"),
    "mention": ("new-mention", "a host is named to agents that was not before"),
    "plugin": ("new-plugin", "this plugin is new"),
}
#: How many files a note names.
NAMED = 20


def check_growth(candidate: Candidate) -> Iterator[Problem]:
    """Everything that the version can do and the one before could not."""
    if candidate.before is None:
        return
    before, after = capabilities(candidate.before), capabilities(candidate.content)
    for kind, (code, words) in _NEW.items():
        known = {_plain(each) for each in before if each.kind in (kind, _SAME.get(kind))}
        known |= _HARMLESS if kind == "command" else set()
        new = {_plain(each): each for each in reversed(after) if each.kind == kind and _plain(each) not in known}
        for each in islice(sorted(new.values()), MOST):
            yield _problem(candidate.content, each, code, words)
    for each in islice(_networks(candidate.before, candidate.content, before, after), MOST):
        yield _problem(candidate.content, each, "new-network", "a file that runs by itself can now talk to the network")
    for each in islice(_wider(candidate.before, before, after), MOST):
        yield _problem(
            candidate.content, each, "wider-tools", "a tool may be used without asking that might not before"
        )


def check_scripts(candidate: Candidate) -> Iterator[Problem]:
    """One problem that names the files that run by themselves, were there before and changed."""
    if candidate.before is None:
        return
    old, new = candidate.before.files, candidate.content.files
    same = {name for name in old.keys() & new.keys() if old[name] == new[name]}
    changed = sorted((started(candidate.content) & old.keys()) - same)
    if changed:
        rest = [f"and {len(changed) - NAMED} more"] if len(changed) > NAMED else []
        found = ", ".join([*map(shown, changed[:NAMED]), *rest])
        yield Problem("script-changed", candidate.content.path, "files that run by themselves changed", found=found)


def check_hiding(candidate: Candidate) -> Iterator[Problem]:
    """Whether a file that runs by itself hides which program it starts, in a first version too."""
    for name, line, text in islice(pieced(candidate.content), MOST):
        message = "a word is put together so that nobody finds it"
        yield Problem("command-dangerous", candidate.content.at(name), message, line, found=shown(text))


def check_cost(candidate: Candidate) -> Iterator[Problem]:
    """Whether the version costs far more tokens than the one before."""
    if candidate.before is None:
        return
    for name, was, now in zip(Cost._fields, cost(candidate.before), cost(candidate.content), strict=True):
        if now - was > LEAST_TOKENS and (now - was) * 100 > was * LEAST_PERCENT:
            where = "in every conversation" if name == "always" else "when all of it is called"
            message = f"the pack costs far more tokens {where}"
            yield Problem("cost-grew", candidate.content.path, message, 0, f"about {was}", f"about {now}")


def _plain(each: Capability) -> str:
    """What is compared: a hook or server without the exact versions in its command."""
    return _VERSION.sub("", each.what) if each.kind in ("hook", "mcp-server") else each.what


def _networks(
    old: Content, new: Content, before: Iterable[Capability], after: Iterable[Capability]
) -> Iterator[Capability]:
    """What code that runs by itself can talk to the network by, and none could before, each once."""
    known = {each.what for each in _by_itself(old, before)}
    for each in _by_itself(new, after):
        if each.what not in known:
            known.add(each.what)
            yield each


def _by_itself(content: Content, found: Iterable[Capability]) -> Iterator[Capability]:
    """What scripts that nobody starts can do is left out; code in prompts counts only where it runs by itself."""
    files = started(content)
    for each in found:
        if each.kind == "network" and (each.where in files or is_configuration(each.where) or is_prompt(each.where)):
            yield each


def _wider(old: Content, before: Iterable[Capability], after: Iterable[Capability]) -> Iterator[Capability]:
    """The tools that a file of the version before did not have; of a new file, those that no file had."""
    had: dict[str, set[str]] = {name: set() for name in old.files}
    for each in before:
        had[each.where] |= {each.what} if each.kind == "tool" else set()
    anywhere = set().union(*had.values()) - {"*"}
    servers = {each.what.partition(":")[0] for each in before if each.kind == "mcp-server"}
    for each in after:
        if each.kind != "tool" or each.what in _READING or (each.what == "*" and each.where not in had):
            continue
        server, is_of_server, _ = each.what.partition(":")
        is_new = bool(is_of_server) and "(" not in server and server not in servers
        if not is_new and not any(covers(pattern, each.what) for pattern in had.get(each.where, anywhere)):
            yield each


def _problem(content: Content, each: Capability, code: str, words: str) -> Problem:
    return Problem(code, content.at(each.where), words, _line(content, each), found=shown(each.what))


def _line(content: Content, each: Capability) -> int:
    """The line on which the file says so first, if it says so in these words."""
    text = content.files[each.where].decode(errors="replace")
    head, _, tail = each.what.partition(": ")
    words = {"hook": tail, "mcp-server": f'"{head}"'}.get(each.kind, each.what)
    found = re.search(rf"(?<![\w-]){re.escape(words)}(?![\w-])", text)
    return Lines(text).at(found.start()) if found else 0


CHECKS = (
    ContentCheck("growth", (*(code for code, _ in _NEW.values()), "new-network", "wider-tools"), check_growth),
    ContentCheck("scripts", ("script-changed",), check_scripts),
    ContentCheck("hidden commands", ("command-dangerous",), check_hiding),
    ContentCheck("cost", ("cost-grew",), check_cost),
)
