"""The `git` program, for what crosses the network: people's credentials, ssh and proxies live there.

Arguments are lists, never a shell's text; what follows `--` cannot be taken for an option. Git asks for a password as
it always does, on the terminal. What it prints is kept up to a bound.

User and password in an address (`https://robot:token@host/acme/packs`) are for git alone, and every user of a machine
can read the arguments of a program: git gets the address without them, and asks a credential helper that has them from
the environment, see gitcredentials(7). What git prints is kept without them too.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from io import BufferedReader
from pathlib import Path
from threading import Thread
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

from packyard.errors import PackyardError, UsageError, WorldError
from packyard.submitting.addresses import without_user
from packyard.submitting.proposals import Push

#: How long one command may take, and how many of the last bytes that it printed are kept.
SECONDS, OUTPUT = 900, 65_536
#: How long the rest of the output is waited for: a connection that ssh keeps for later would hold it open for ever.
GRACE = 2

#: Variables that would make git work on another repository than the one it is called for, see git(1).
_LOCAL = (
    "GIT_DIR",
    "GIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_OBJECT_DIRECTORY",
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_COMMON_DIR",
    "GIT_NAMESPACE",
    "GIT_PREFIX",
)
_NO_OPTIONS = "the receiving end does not support push options"
#: What Gitea answers when the pull request has this very commit already.
_SAME = "new commit is same with old commit"
_NO_REF = "couldn't find remote ref"
#: Settings of the user's that are for pushes of their own: one more option would be refused, a submodule is not ours.
_PLAIN = ("-c", "push.pushOption=", "-c", "push.gpgSign=if-asked")
_USER, _PASSWORD = "PACKYARD_GIT_USER", "PACKYARD_GIT_PASSWORD"  # names of variables
_HELPER = f'!f() {{ test "$1" = get && printf \'username=%s\\npassword=%s\\n\' "${_USER}" "${_PASSWORD}"; }}; f'


class Ran(NamedTuple):
    """What a command of git gave: its exit code and the end of what it printed."""

    code: int
    output: str

    @property
    def words(self) -> tuple[str, ...]:
        """The lines that it printed for people."""
        return tuple(without_user(line.strip()) for line in re.split(r"[\r\n]+", self.output) if line.strip())

    @property
    def remote_words(self) -> tuple[str, ...]:
        """What the other side said."""
        said = (line.removeprefix("remote:").strip() for line in self.words if line.startswith("remote:"))
        return tuple(line for line in said if line)


class Pushed(NamedTuple):
    """How a push went: `taken` unless the server takes no options; `known` when it had the commit already."""

    taken: bool
    known: bool
    words: tuple[str, ...]


class GitFailed(WorldError):
    """A command of git failed; `words` are the lines that it printed."""

    def __init__(self, code: str, message: str, words: tuple[str, ...], path: str = "", help: str = "") -> None:
        super().__init__(code, message, path=path, help=help)
        self.words = words

    def __reduce__(self) -> tuple[object, ...]:
        return GitFailed, (self.problem.code, self.problem.message, self.words, self.problem.path, self.problem.help)


def clone(url: str, folder: Path) -> None:
    """Clones a repository into a folder, whole or not at all; no files are checked out."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".clone-") as part:
        ran = _run(folder.parent, "clone", "--quiet", "--no-checkout", "--no-tags", "--", url, f"{part}/clone")
        if ran.code:
            raise GitFailed("git-failed", "the registry cannot be cloned", ran.words, without_user(url), _HELP)
        with suppress(FileExistsError):
            Path(part, "clone").rename(folder)


def fetch(folder: Path, remote: str, ref: str, into: str) -> bool:
    """Fetches one ref of a remote or an address into a ref of the repository; False when there is no such ref."""
    plain = ("--quiet", "--no-tags", "--no-write-fetch-head", "--no-prune", "--recurse-submodules=no")
    ran = _run(folder, "fetch", *plain, "--", remote, f"+{ref}:{into}")
    if ran.code and _NO_REF in ran.output:
        return False
    if ran.code:
        path, hint = without_user(remote), f"{_HELP}; {_OFFLINE}"
        raise GitFailed("git-failed", "git cannot fetch from the registry", ran.words, path, hint)
    return True


def push(folder: Path, remote: str, commit: str, plan: Push, replaces: str = "") -> Pushed:
    """Pushes a commit. Nothing over there is overwritten but the commit `replaces`: a ref with another one refuses it.

    Raises `GitFailed` `push-failed`.
    """
    options = [f"--push-option={option}" for option in plan.options]
    lease = [f"--force-with-lease={plan.ref}:{replaces}"] if replaces else []
    plain = ("--no-follow-tags", "--recurse-submodules=no")
    ran = _run(folder, *_PLAIN, "push", *plain, *lease, *options, "--", remote, f"{commit}:{plan.ref}")
    if ran.code and options and _NO_OPTIONS in ran.output:
        return Pushed(False, False, ran.remote_words)
    known = _SAME in ran.output
    if ran.code and not known:
        raise GitFailed("push-failed", "the branch was not pushed", ran.words, help=_HELP)
    return Pushed(True, known, ran.remote_words)


_HELP = "what git said is above; try the same with git itself, and run the command again"
_OFFLINE = "without a network, --patch FILE takes the registry as it was last fetched"


def _run(folder: Path, *arguments: str) -> Ran:
    """Runs git in a folder. Raises `WorldError` when it cannot run or does not end."""
    program = shutil.which("git")
    if program is None:
        raise UsageError("git-missing", "the program git is not installed", help="install git, or use --patch")
    environ = {name: value for name, value in os.environ.items() if name not in _LOCAL}
    environ |= {"LC_ALL": "C", "LANGUAGE": ""}
    for argument in arguments:
        environ |= _credentials(argument, environ)
    process = subprocess.Popen(  # noqa: S603 - git itself, with a list of arguments
        [program, *map(without_user, arguments)],
        cwd=folder,
        env=environ,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    assert isinstance(process.stdout, BufferedReader)
    kept = bytearray()
    reader = Thread(target=_keep, args=(process.stdout, kept), daemon=True)
    reader.start()
    try:
        code = process.wait(SECONDS)
    except subprocess.TimeoutExpired:
        raise _too_slow(arguments) from None
    finally:
        process.kill()
        process.wait()
        reader.join(GRACE)
    return Ran(code, bytes(kept).decode("utf-8", "replace"))


def _credentials(address: str, environ: Mapping[str, str]) -> dict[str, str]:
    """Variables that make git take user and password of a web address from the environment; none for any other text."""
    if not address.startswith(("https://", "http://")) or without_user(address) == address:
        return {}
    parts, given = urlsplit(without_user(address)), environ.get("GIT_CONFIG_COUNT", "")
    count = int(given) if given.isdecimal() else 0
    user, _, password = urlsplit(address).netloc.rpartition("@")[0].partition(":")
    found = {"GIT_CONFIG_COUNT": str(count + 2), _USER: unquote(user), _PASSWORD: unquote(password)}
    for number, helper in enumerate(("", _HELPER), count):  # the empty one takes those away that came before
        found[f"GIT_CONFIG_KEY_{number}"] = f"credential.{parts.scheme}://{parts.netloc}.helper"
        found[f"GIT_CONFIG_VALUE_{number}"] = helper
    return found


def _keep(stream: BufferedReader, kept: bytearray) -> None:
    """Reads to the end and keeps the last bytes."""
    with stream:
        while part := stream.read1(OUTPUT):
            kept += part
            del kept[:-OUTPUT]


def _too_slow(arguments: Sequence[str]) -> PackyardError:
    command = next(word for word in arguments if word in ("clone", "fetch", "push"))
    return WorldError("git-failed", f"`git {command}` did not end", expected=f"within {SECONDS} seconds")
