"""Commands that may do harm, and that a person should look at: what cannot be undone, what stays, what opens doors.

rm -rf ~        sudo make install        echo '…' >> ~/.zshrc        crontab -        cat ~/.ssh/id_ed25519
claude --dangerously-skip-permissions        docker run -v /:/host …        git config --global core.hooksPath …
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

from packyard.gate.running.command import Command, Script, commands
from packyard.gate.running.interpreters import name_of
from packyard.gate.running.leaks import SECRET_FILE
from packyard.gate.running.marks import GRAVE, HARM, Mark

_HOME = r"(?:~\w*|\$\{?HOME\}?|%USERPROFILE%|\$env:USERPROFILE|/root|/home/[^/\s]+|/Users/[^/\s]+)"
#: What `rm -r` should not be told: the root, a home, a folder of the system.
_WHOLE = re.compile(rf"(?:/|{_HOME}|/(?:etc|usr|bin|lib|var|boot|opt|home|Users|root|System|Library))(?:/?\*|/)?")
#: Files that are run or believed when somebody logs in, starts a shell or an agent, or later by themselves.
_LASTING = re.compile(
    rf"(?:^|[=\"']){_HOME}[/\\](?:\.(?:bash|zsh|k)rc|\.(?:bash_|zsh_|z)?(?:profile|login|logout|zshenv)|\.zshenv|\.bash_aliases"
    r"|\.config/(?:fish|autostart|systemd)|\.local/share/systemd|\.ssh(?![\w-])|\.gitconfig|\.config/git|\.npmrc|\.pypirc"
    r"|Library/Launch(?:Agents|Daemons)|\.claude(?:\.json|/settings|/CLAUDE|/hooks)|\.cursor/mcp|\.codex/config|\.gemini/)"
    r"|^/(?:etc|usr|bin|sbin|lib|boot|Library)/|^/var/spool/cron|\\Start Menu\\|authorized_keys"
)
_OPEN_FLAGS = re.compile(
    r"--(?:allow-)?dangerously-[\w-]+|--yolo|bypassPermissions|--permission-mode=bypassPermissions|--no-sandbox-and-approvals"
)
_SETTING = re.compile(
    r"\"?(?:defaultMode|permissionMode)\"?\s*:\s*\"?bypassPermissions|\"?dangerouslySkipPermissions\"?\s*:\s*true"
    r"|\"?enableAllProjectMcpServers\"?\s*:\s*true|\"?skipDangerousModePermissionPrompt\"?\s*:\s*true"
)
_MOUNT = re.compile(r"(?:type=bind,)?(?:source=|src=)?(?:/|~|\$\{?HOME\}?|/var/run/docker\.sock|/etc|/root)(?::.*|,.*)")
_READERS = frozenset(
    {"cat", "cp", "mv", "tar", "zip", "base64", "head", "tail", "less", "more", "xxd", "od", "strings", "sed", "awk"}
    | {"grep", "source", ".", "scp", "rsync", "gpg", "dd", "tee", "openssl", "jq", "ln", "install", "python", "node"}
)
_WRITERS = frozenset({"cp", "mv", "ln", "tee", "install", "dd", "sed", "touch", "rsync"})
#: Programs that set up tasks, with the first words with which they do not.
_LATER = {
    "at": re.compile(r"(?!now|-f|\d|noon|midnight|tomorrow)"),
    "crontab": re.compile(r"-[lhVu]"),
    "launchctl": re.compile(r"list|print|help|version"),
    "schtasks": re.compile(r"(?!/create)", re.IGNORECASE),
}
_STARTS = {
    "chsh": "",
    "csrutil": "status",
    "doas": "",
    "mkfs": "",
    "passwd": "",
    "setenforce": "",
    "shutdown": "",
    "spctl": "--status -a --assess",
    "sudo": "",
    "su": "",
    "systemctl": "status is-active is-enabled list-units show cat --version",
    "useradd": "",
    "visudo": "",
}


def marks(script: Script) -> Iterator[Mark]:
    """The commands that may do harm."""
    for command in commands(script):
        if what := _first(command, (_destroys, _stays, _reads, _opens)):
            yield Mark(GRAVE, command.line, what)
        elif what := _raises(command):
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
    if name == "find" and "-delete" in rest and any(map(_is_whole, targets[:1])):
        return "a home or a folder of the system is deleted"
    if name == "dd" and any(word.startswith("of=/dev/") for word in rest):
        return "a disk is written over"
    if name in ("chmod", "chown") and "R" in options and any(map(_is_whole, targets)):
        return "rights of a home or a folder of the system are changed"
    return "rights of a program are raised" if name == "chmod" and any("+s" in word for word in targets) else ""


def _is_whole(word: str) -> bool:
    return bool(_WHOLE.fullmatch(word))


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
    targets = [*command.writes]
    if name == "tee" or (name == "sed" and any(word.startswith("-i") for word in rest)):
        targets += rest
    elif name in _WRITERS - {"sed"}:
        targets += [word.removeprefix("of=") for word in rest if name != "dd" or word.startswith("of=")][-1:]
    if any(map(_LASTING.search, targets)):
        return "a file is written that takes effect later, outside of the project"
    if name == "git" and rest[:1] == ("config",) and {"--global", "--system"} & set(rest) and len(rest) > 3:
        return "the settings of git are changed for all projects"
    if name in ("reg", "set-itemproperty", "new-itemproperty") and any("\\run" in word.lower() for word in rest):
        return "a file is written that takes effect later, outside of the project"
    return ""


def _reads(command: Command) -> str:
    words = (*(command.words[1:] if name_of(command) in _READERS else ()), *command.reads)
    return "a file is read that holds secrets" if any(_is_secret(word) for word in words) else ""


def _is_secret(word: str) -> bool:
    return bool(SECRET_FILE.search(word)) and not word.endswith((".pub", "known_hosts", ".ssh/config"))


def _opens(command: Command) -> str:
    name, words = name_of(command), command.words
    if any(map(_OPEN_FLAGS.fullmatch, words)):
        return "an agent is started that does not ask before it acts"
    if name in ("docker", "podman") and ("--privileged" in words or any(map(_MOUNT.fullmatch, words))):
        return "a container is given the whole machine"
    if name == "codex" and "danger-full-access" in words:
        return "an agent is started that does not ask before it acts"
    return ""
