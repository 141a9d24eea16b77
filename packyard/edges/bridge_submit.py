"""A pack that was posted, on its way: in a folder that does not outlive it, and through `packyard submit`.

The command runs as a process of its own: what it says is the answer, and whatever becomes of it, the bridge goes on.
Nobody sits at it, so nothing asks for a password. No module is looked for in the folder, which is a stranger's.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import packyard
from packyard.edges.workfolder import write_file
from packyard.errors import WorldError

#: How long a submission may take, and how much of what it says is kept.
SECONDS, OUTPUT = 300, 65_536
#: What the folder is called, in which the pack is.
FOLDER = "pack"
#: The variable with the token, which no other program has to know.
TOKEN = "PACKYARD_BRIDGE_TOKEN"  # noqa: S105 - the name of a variable


class Ran(NamedTuple):
    """What the command gave: its exit code, what it printed for programs, and the lines for people."""

    code: int
    out: str
    said: tuple[str, ...]


@contextmanager
def unpacked(files: Mapping[str, bytes]) -> Iterator[Path]:
    """A folder with the files, which is gone afterwards; their paths are checked."""
    with TemporaryDirectory(prefix="packyard-bridge-") as place:
        folder = Path(place) / FOLDER
        for path, data in files.items():
            write_file(folder / path, data)
        yield folder


def submit(folder: Path, repo: str, key: str) -> Ran:
    """Runs `packyard submit` for the signed pack in a folder; `repo` is a clone of the registry or an address.

    Raises `WorldError` when it takes too long.
    """
    where = ("--repo" if is_clone(repo) else "--registry", str(Path(repo).resolve()) if Path(repo).is_dir() else repo)
    command = [sys.executable, "-P", "-m", "packyard", "submit", folder.name, *where]
    with subprocess.Popen(  # noqa: S603 - this program, with arguments of its own
        command, cwd=folder.parent, env=_environment(key), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, start_new_session=True,
    ) as process:  # fmt: skip
        try:
            out, err = process.communicate(timeout=SECONDS)
        except subprocess.TimeoutExpired:
            raise WorldError("push-failed", f"the submission took more than {SECONDS} seconds") from None
        finally:
            if process.poll() is None:
                with suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
    lines = err[-OUTPUT:].decode("utf-8", "replace").splitlines()
    return Ran(process.returncode, out[-OUTPUT:].decode("utf-8", "replace"), tuple(filter(None, lines)))


def is_clone(repo: str) -> bool:
    """Whether this is a clone in which somebody works; any other place is cloned."""
    return (Path(repo) / ".git").exists()


def _environment(key: str) -> dict[str, str]:
    """The environment of the command: the key is the bridge's, should the signature have to be made again."""
    own = {name: value for name, value in os.environ.items() if name != TOKEN}
    modules = [str(Path(packyard.__file__).resolve().parents[1]), own.get("PYTHONPATH", "")]
    path = os.pathsep.join(filter(None, modules))
    return {
        **own,
        "PACKYARD_KEY": str(Path(key).resolve()),
        "PYTHONPATH": path,
        "NO_COLOR": "1",
        "GIT_TERMINAL_PROMPT": "0",
    }
