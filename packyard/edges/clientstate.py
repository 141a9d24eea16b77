"""What a client remembers of one registry, in a folder of its own in the XDG state folder.

    packyard/registries/packs.example.org/
      lock                        who holds it may write
      state.json                  replaced as a whole
      entries                     lines, only ever appended
      evidence/0001-CODE.json     written once

What the files say is nothing to this module. `state.json` is the old one or the new one, whenever the process dies:
it is written beside, made durable, and renamed. `entries` may then hold more than the state knows of, perhaps half a
line: so the state says how many bytes of it count, and the next lines are written behind those. Evidence needs no lock;
the oldest goes when there is too much, and nothing is ever written over.

A registry whose name is not known yet, or has a slash in it, has a folder named for the hash of its name or URL.
"""

from __future__ import annotations

import fcntl
import os
import re
import secrets
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from hashlib import sha256
from pathlib import Path

from packyard.errors import WorldError

#: Seconds for which a second process waits.
WAIT_SECONDS = 10.0

EVIDENCE_FILES, EVIDENCE_BYTES, EVIDENCE_FILE = 50, 50_000_000, 10_000_000

#: Seconds after which a file that is still being written was given up.
_ABANDONED = 3_600

_NAME = re.compile(r"[a-z0-9](?:[a-z0-9.-]{0,98}[a-z0-9])?")
_EVIDENCE = re.compile(r"([0-9]{4,9})-[a-z0-9-]{1,60}\.(?:json|cut)")


class ClientState:
    """The memory of one registry, in the folder `root`, which is made when something is written."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def load(self, limit: int) -> bytes | None:
        """The state, None when there is none yet."""
        return _read(self.root / "state.json", limit)

    def entries(self, limit: int) -> bytes:
        """The lines, each with its line feed; half a line at the end is left out."""
        data = _read(self.root / "entries", limit) or b""
        return data[: data.rfind(b"\n") + 1]

    @contextmanager
    def lock(self, seconds: float = WAIT_SECONDS) -> Iterator[Locked]:
        """The right to write, for as long as the context lasts.

        Raises `WorldError` `state-locked` when another process has it for longer than `seconds`.
        """
        with _disk(self.root):
            _make_folders(self.root)
            descriptor = os.open(self.root / "lock", os.O_CREAT | os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        try:
            self._wait(descriptor, time.monotonic() + seconds)
            yield Locked(self.root)
        finally:
            os.close(descriptor)

    def keep_evidence(self, code: str, data: bytes) -> Path:
        """Writes `evidence/NNNN-CODE.json` and gives its path; the same bytes are kept once. More than 10 MB are cut
        off, and the file is called `.cut`.
        """
        folder = self.root / "evidence"
        with _disk(folder):
            _make_folders(folder)
            kept, cut = data[:EVIDENCE_FILE], len(data) > EVIDENCE_FILE
            ending = f"-{code}.{'cut' if cut else 'json'}"
            same = [path for path in _evidence(folder) if path.name.endswith(ending) and _has(path, kept)]
            if same:
                return same[-1]
            path = _write_once(folder, ending, kept)
            _drop_oldest(folder)
        return path

    def _wait(self, descriptor: int, until: float) -> None:
        while True:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if time.monotonic() >= until:
                    message, hint = "another packyard is using this registry's state", "wait until it has ended"
                    raise WorldError("state-locked", message, path=str(self.root), help=hint) from None
                time.sleep(0.05)
            else:
                return


class Locked:
    """The memory of one registry in the hands of who holds its lock."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def save(self, data: bytes) -> None:
        """Makes the bytes the state, durably; until then the old state stays."""
        with _disk(self.root / "state.json"):
            _write_durably(self.root / ".state.json", data)
            (self.root / ".state.json").replace(self.root / "state.json")
            _sync_folder(self.root)

    def append(self, lines: Sequence[bytes], at: int) -> int:
        """Writes lines (without line feeds) behind the first `at` bytes, durably; gives the new length.

        What was behind those is gone: no state ever counted it. Raises `WorldError` `state-damaged` when there are
        fewer.
        """
        with _disk(self.root / "entries"):
            descriptor = os.open(self.root / "entries", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
            with os.fdopen(descriptor, "r+b") as file:
                if os.fstat(descriptor).st_size < at:
                    message, hint = "remembered log entries are missing", "remove the folder to begin again"
                    raise WorldError("state-damaged", message, path=str(self.root), help=hint)
                file.truncate(at)
                file.seek(at)
                file.writelines(line + b"\n" for line in lines)
                file.flush()
                os.fsync(descriptor)
                length = file.tell()
            if at == 0:
                _sync_folder(self.root)
        return length


def state_folder(environ: Mapping[str, str], registry: str) -> Path:
    """The folder for a registry, by its name or, while that is not known, its URL: in $XDG_STATE_HOME or
    `~/.local/state`.
    """
    named = environ.get("XDG_STATE_HOME", "")
    home = Path(environ.get("HOME") or Path.home())
    base = Path(named) if named.startswith("/") else home / ".local" / "state"
    plain = registry if _NAME.fullmatch(registry) else f"sha256_{sha256(registry.encode()).hexdigest()}"
    return base / "packyard" / "registries" / plain


@contextmanager
def _disk(path: Path) -> Iterator[None]:
    """Gives the failures of the disk their name. Raises `WorldError`."""
    try:
        yield
    except OSError as error:
        message = "what is remembered of the registry cannot be read or written"
        raise WorldError("disk-failed", message, path=str(path), found=error.strerror or str(error)) from None


def _make_folders(path: Path) -> None:
    path.mkdir(parents=True, exist_ok=True, mode=0o700)


def _read(path: Path, limit: int) -> bytes | None:
    data = None
    with _disk(path), suppress(FileNotFoundError):
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK)
        with os.fdopen(descriptor, "rb") as file:
            data = file.read(limit + 1)
    if data is not None and len(data) > limit:
        raise WorldError("too-large", "the file is too large", path=str(path), expected=f"at most {limit} bytes")
    return data


def _write_durably(path: Path, data: bytes) -> None:
    with path.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _sync_folder(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _evidence(folder: Path) -> list[Path]:
    """The files of evidence, the oldest first."""
    found = [path for path in folder.iterdir() if _EVIDENCE.fullmatch(path.name)]
    return sorted(found, key=_number)


def _number(path: Path) -> int:
    return int(path.name.partition("-")[0])


def _has(path: Path, data: bytes) -> bool:
    with suppress(OSError, WorldError):
        return path.stat().st_size == len(data) and _read(path, len(data)) == data
    return False


def _write_once(folder: Path, ending: str, data: bytes) -> Path:
    """Writes a file of the next free number; a number that another process took meanwhile is left to it."""
    half = folder / f".{secrets.token_hex(8)}"
    _write_durably(half, data)
    number = max(map(_number, _evidence(folder)), default=0) + 1
    while True:
        path = folder / f"{number:04}{ending}"
        try:
            os.link(half, path)
        except FileExistsError:
            number += 1
        else:
            half.unlink()
            _sync_folder(folder)
            return path


def _drop_oldest(folder: Path) -> None:
    """Keeps evidence within its bounds; what a process that died never finished goes too."""
    for path in folder.glob(".*"):
        with suppress(FileNotFoundError):
            if path.stat().st_mtime < time.time() - _ABANDONED:
                path.unlink()
    found, size = _evidence(folder), 0
    for count, path in enumerate(reversed(found), start=1):
        with suppress(FileNotFoundError):
            size += path.stat().st_size
            if count > EVIDENCE_FILES or size > EVIDENCE_BYTES:
                path.unlink()
