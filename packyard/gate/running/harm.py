"""Commands that may do harm, and that a person should look at: what cannot be undone, what stays, what opens doors.

rm -rf ~        sudo make install        echo '…' >> ~/.zshrc        crontab -        cat ~/.ssh/id_ed25519
claude --dangerously-skip-permissions        docker run -v /:/host …        git config --global core.hooksPath …
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from itertools import pairwise

from packyard.gate.running.command import Command, Script, commands, inside
from packyard.gate.running.given import GIVES, SECRET_FILE, harm_of, holds_secrets
from packyard.gate.running.interpreters import given_text, name_of
from packyard.gate.running.marks import GRAVE, HARM, Mark

_HOME = (
    r"(?:~\w*|\$HOME\b|\$\{HOME(?::?[?-][^{}]*)?\}|%USERPROFILE%|\$env:USERPROFILE|/root|/home/[^/\s]+|/Users/[^/\s]+)"
)
#: What `rm -r` should not be told: the root, a home, a folder of the system.
_WHOLE = re.compile(rf"(?:/|{_HOME}|/(?:etc|usr|bin|lib|var|boot|opt|home|Users|root|System|Library))(?:/?\*|/)?")
#: Files that are run or believed when somebody logs in, starts a shell or an agent, or later by themselves.
_LASTING = re.compile(
    rf"(?:^|[=\"']){_HOME}[/\\](?:\.(?:bash|zsh|k)rc|\.(?:bash_|zsh_|z)?(?:profile|login|logout|zshenv)|\.zshenv|\.bash_aliases"
    r"|\.config/(?:fish|autostart|systemd)|\.local/share/systemd|\.ssh(?![\w-])|\.gitconfig|\.config/git|\.npmrc|\.pypirc"
    r"|Library/Launch(?:Agents|Daemons)|\.claude(?:\.json|/settings|/CLAUDE|/hooks)|\.cursor/mcp|\.codex/config|\.gemini/)"
    r"|^/(?:etc|usr|bin|sbin|lib|boot|Library)/|^/var/spool/cron|\\Start Menu\\|authorized_keys"
)
#: What people are told to add to the start of their shell: variables, and what programs print for it.
_ARRANGED = re.compile(
    r"\s*(?:export )?[A-Z]\w*=(?!.*(?:\$\(|`|/tmp\b))[^\n;&|]*\s*"
    r"|\s*eval \"?\$\([\w./-]+ (?:activate|completions?|env|hook|init|shellenv)\b[\w\s-]{0,40}\)\"?\s*"
    r"|\s*(?:source|\.) <\([\w./-]+ completions? \w+\)\s*"
)
_OPEN_FLAGS = re.compile(
    r"--(?:allow-)?dangerously-[\w-]+|--yolo|bypassPermissions|--permission-mode=bypassPermissions|--no-sandbox-and-approvals"
)
#: Other options of agents with which they do not ask.
_UNASKED = {
    "codex": frozenset({"danger-full-access"}),
    "copilot": frozenset({"--allow-all-tools"}),
    "cursor-agent": frozenset({"-f", "--force"}),
    "gemini": frozenset({"-y", "--approval-mode=yolo"}),
    "qwen": frozenset({"-y"}),
}
_NONE: frozenset[str] = frozenset()
#: A key of the registry of Windows, as it is and as a shell reads it that takes away its backslashes.
_AT_LOGIN = re.compile(r"(?:\\|CurrentVersion)Run", re.IGNORECASE)
#: Programs of Windows that run the code in an address.
_RUN_ADDRESSES = frozenset({"mshta", "regsvr32", "rundll32"})
_GLOBAL = re.compile(r" --(?:global|system)\b")
_ASKS_GIT = re.compile(r" (?:--get(?:-all|-regexp|-urlmatch)?|--list|-l|get|list)\b")
#: Files of a project that are run, or believed, by themselves.
_OBEYED = re.compile(
    r"(?:^|/)(?:\.git/(?:hooks/|config)|\.claude/(?:settings|hooks/|agents/|commands/)|(?:CLAUDE|AGENTS|GEMINI)\.md|\.mcp\.json"
    r"|\.cursor/|\.vscode/(?:tasks|settings|launch)|\.envrc|\.github/workflows/|\.husky/)"
)
#: Characters of a command in which phrases are looked for.
_SEEN = 400
_SETTING = re.compile(
    r"\"?(?:defaultMode|permissionMode)\"?\s*:\s*\"?bypassPermissions|\"?dangerouslySkipPermissions\"?\s*:\s*true"
    r"|\"trust\"\s*:\s*true|\"(?:(?:chat\.tools\.)?autoApprove|alwaysAllow)\"\s*:\s*(?:true|\[\s*\"\*\")"
    r"|\"runOn\"\s*:\s*\"folderOpen\"|\"approvalMode\"\s*:\s*\"yolo"
    r"|approval_policy\s*=\s*\"never\"|sandbox_mode\s*=\s*\"danger-full-access\""
    r"|\"?enableAllProjectMcpServers\"?\s*:\s*true|\"?skipDangerousModePermissionPrompt\"?\s*:\s*true"
)
_MOUNT = re.compile(r"(?:type=bind,)?(?:source=|src=)?(?:/|~|\$\{?HOME\}?|/var/run/docker\.sock|/etc|/root)(?::.*|,.*)")
_READERS = frozenset(
    {"cat", "cp", "mv", "tar", "zip", "base64", "head", "tail", "less", "more", "xxd", "od", "strings", "sed", "awk"}
    | {"grep", "source", ".", "scp", "rsync", "gpg", "dd", "tee", "openssl", "jq", "ln", "install", "python", "node"}
    | {"sqlite3"}
)
_WRITERS = frozenset({"cp", "mv", "ln", "tee", "install", "dd", "sed", "touch", "rsync"})
#: Programs that set up tasks, with the first words with which they do not.
_LATER = {
    "at": re.compile(r"(?!now|-f|\d|noon|midnight|tomorrow)"),
    "crontab": re.compile(r"-[lhVu]"),
    "launchctl": re.compile(r"list|print|help|version"),
    "schtasks": re.compile(r"(?!/create)", re.IGNORECASE),
}
#: Programs that change the machine, with the first words with which they do not.
_STARTS = {
    "add-mppreference": "",
    "chsh": "",
    "cloudflared": "--version version",
    "csrutil": "status",
    "doas": "",
    "ip6tables": "-L -S",
    "iptables": "-L -S",
    "mkfs": "",
    "ngrok": "--version version",
    "passwd": "",
    "set-executionpolicy": "",
    "set-mppreference": "",
    "setenforce": "",
    "shutdown": "",
    "spctl": "--status -a --assess",
    "sudo": "",
    "su": "",
    "systemctl": "status is-active is-enabled list-units show cat --version",
    "ufw": "status",
    "useradd": "",
    "visudo": "",
}
#: The beginnings of commands that cannot be undone, reach beyond the project, or change how programs work.
_PHRASES = tuple(
    (re.compile(pattern, re.IGNORECASE), what)
    for pattern, what in (
        (r"git push (?:.* )?(?:--force|-f|--mirror|--delete)\b", "work may be lost for good"),
        (r"git (?:reset (?:.* )?--hard|clean (?:.* )?-\w*f)", "work may be lost for good"),
        (
            r"(?:gh|glab) (?:repo|release|secret) delete|aws s3 (?:rb|rm)",
            "something is deleted that is not on this machine",
        ),
        (r"terraform (?:destroy|apply)", "something is changed that is not on this machine"),
        (
            r"(?:npm|pnpm|yarn|cargo|poetry|uv) publish|gem push|twine upload|gh release create",
            "something is published",
        ),
        (
            r"git config (?:.* )?core\.(?:hookspath|fsmonitor|sshcommand|pager|editor|gitproxy)",
            "git runs something else",
        ),
        (r"git config (?:.* )?(?:alias\.\S+ !|credential\.\S*helper \S|filter\.)", "git runs something else"),
        (r"git config (?:.* )?(?:diff\.\S+\.(?:command|textconv)|url\.\S+insteadof)", "git runs something else"),
        (r"(?:claude|codex|gemini) (?:mcp|plugin|extensions?) (?:add|install|marketplace)", "an agent is changed"),
        (r"\w+ --install-extension", "an editor is changed"),
        (r"(?:npm|pnpm|yarn|pip3?|uv) config set .*(?:registry|index)", "packages come from elsewhere from then on"),
        (r"security (?:find|dump)-", "secrets are read"),
        (r"history -c|unset (?:.* )?histfile|rm (?:.* )?\S*_history", "traces are removed"),
        (r"git remote set-url|git push \S*://", "work goes elsewhere"),
        (r"ssh (?:.* )?-(?-i:\w*[RD])\b|tailscale funnel", "the machine is opened to others"),
    )
)


def marks(script: Script) -> Iterator[Mark]:
    """The commands that may do harm."""
    for command in commands(script):
        if what := _first(command, (_destroys, _stays, _reads, _opens)):
            yield Mark(GRAVE, command.line, what)
        elif what := _first(command, (_arranges, _raises, _is_unusual, _loads, _calls_itself)):
            yield Mark(HARM, command.line, what)


def _first(command: Command, questions: Iterable[Callable[[Command], str]]) -> str:
    return next(filter(None, (ask(command) for ask in questions)), "")


def opens_doors(text: str) -> Iterator[tuple[int, str]]:
    """The settings in the text by which an agent would no longer ask before it acts, with their places."""
    return ((found.start(), found[0]) for found in _SETTING.finditer(text))


def _destroys(command: Command) -> str:
    name, rest = name_of(command), command.words[1:]
    options = "".join(word for word in rest if word.startswith("-"))
    targets = [word for word in rest if not word.startswith("-")]
    if name == "rm" and ("--no-preserve-root" in options or ("r" in options.lower() and any(map(_is_whole, targets)))):
        return "a home or a folder of the system is deleted"
    deletes = "-delete" in rest or any(name_of(part) == "rm" for part in inside(command) if part is not command)
    if name == "find" and deletes and any(map(_is_whole, targets[:1])):
        return "a home or a folder of the system is deleted"
    if name == "kill" and len(rest) > 1 and rest[-1] == "-1":
        return "all programs are stopped"
    if name.startswith("mkfs") or (name == "dd" and any(word.startswith("of=/dev/") for word in rest)):
        return "a disk is written over"
    if name in ("chmod", "chown") and "R" in options and any(map(_is_whole, targets)):
        return "rights of a home or a folder of the system are changed"
    return "rights of a program are raised" if name == "chmod" and any("+s" in word for word in targets) else ""


def _is_whole(word: str) -> bool:
    return bool(_WHOLE.fullmatch(word))


def _arranges(command: Command) -> str:
    """Whether a line as people have them is added to the start of a shell."""
    is_lasting = command.program in ("echo", "printf") and any(map(_LASTING.search, command.writes))
    return "a file is written that takes effect later, outside of the project" if is_lasting else ""


def _raises(command: Command) -> str:
    names = {*command.under, name_of(command)}
    for name in names & set(_STARTS):
        rest = [word for word in command.words[1:] if word != "--user"]
        if name in command.under or not (set(rest[:1]) & set(_STARTS[name].split())):
            return f"`{name}` changes what the whole machine does"
    return ""


def _stays(command: Command) -> str:
    name, rest = name_of(command), command.words[1:]
    if name in _LATER and rest and not _LATER[name].match(rest[0]):
        return "a task is set up that runs later, outside of the project"
    if any(map(_LASTING.search, _targets(command))) and not _ARRANGED.fullmatch(given_text(command)):
        return "a file is written that takes effect later, outside of the project"
    if name in ("reg", "set-itemproperty", "new-itemproperty") and any(_AT_LOGIN.search(word) for word in rest):
        return "a file is written that takes effect later, outside of the project"
    return ""


def _targets(command: Command) -> list[str]:
    """The files that the command writes."""
    name, rest = name_of(command), command.words[1:]
    if name == "tee" or (name == "sed" and any(word.startswith("-i") for word in rest)):
        return [*command.writes, *rest]
    if name not in _WRITERS - {"sed"}:
        return [*command.writes]
    last = [word.removeprefix("of=") for word in rest if name != "dd" or word.startswith("of=")][-1:]
    return [*command.writes, *last]


def _is_unusual(command: Command) -> str:
    text = " ".join((command.program, *command.words[1:]))[:_SEEN]
    if text.startswith("git config ") and _GLOBAL.search(text) and not _ASKS_GIT.search(text):
        return "the settings of git are changed for all projects"
    if any(map(_OBEYED.search, _targets(command))):
        return "a file is written that programs or agents of the project obey"
    if command.program in ("docker", "podman") and any(map(SECRET_FILE.search, command.words)):
        return "a container is given secrets"
    return next((what for pattern, what in _PHRASES if pattern.match(text)), "")


def _loads(command: Command) -> str:
    """Variables that are set; one that only names a file is what scripts do with their own variables."""
    found = (harm_of(name, value) for name, value in command.sets)
    return next((what for what in found if what and (what != GIVES or command.words[:1] not in ((), ("export",)))), "")


def _calls_itself(command: Command) -> str:
    """Whether nothing but the command itself stands in a pipeline, as in `:(){ :|:& };:`."""
    floods = any(len(line) > 1 and {part.words for part in line} == {(":",)} for line in command.runs)
    return "a program starts itself without end" if floods else ""


def _reads(command: Command) -> str:
    words = [*command.reads]
    if name_of(command) in _READERS:
        words += [word for before, word in pairwise(command.words) if before != "-i"]
    return "a file is read that holds secrets" if any(map(holds_secrets, words)) else ""


def _opens(command: Command) -> str:
    name, words = name_of(command), command.words
    if any(map(_OPEN_FLAGS.fullmatch, words[1:])):
        return "an agent is started that does not ask before it acts"
    if name in ("docker", "podman") and ("--privileged" in words or any(map(_MOUNT.fullmatch, words))):
        return "a container is given the whole machine"
    if name in _RUN_ADDRESSES and any("script:" in word.lower() for word in words):
        return "code in an address is run"
    if not _UNASKED.get(name, _NONE).isdisjoint(words):
        return "an agent is started that does not ask before it acts"
    return ""
