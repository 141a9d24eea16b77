"""A site deployed by the stock rsync, over ssh or to a daemon.

What differs is what `rsync --checksum --dry-run` says. Each stage is one call with the list of its files, so the order
is that of the plan, and nothing is removed but what the plan names.

rsync has no condition for a write. Who deploys leaves a mark in the file `.packyard-deploy` and looks before each call
whether it is still his: whoever comes later takes over, and the one before stops, within the time of one call.
"""

from __future__ import annotations

import os
import re
import secrets
import shutil
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory

from packyard.deploying.planning import HEADS
from packyard.deploying.values import Stage
from packyard.edges.deploying import CLAIM, overtaken
from packyard.edges.store import FolderSite
from packyard.errors import NotFound, Problem, UsageError, WorldError
from packyard.formats import bundle

SECONDS_WITHOUT_A_BYTE = 60
_ITEM = re.compile(r"(?P<how>\*deleting  |[<>ch.][fdLDS]\S{9}) (?P<path>.+)", re.DOTALL)
Done = subprocess.CompletedProcess[bytes]
#: rsync's own word for "some files were not transferred", which is what a missing folder is to it.
_PARTIAL = 23


@contextmanager
def open_remote(place: str) -> Iterator[RsyncTarget]:
    """The place as a target: `host:path`, `host::module/path` or `rsync://host/module/path`."""
    program = shutil.which("rsync")
    if program is None:
        raise UsageError("deploy-library", "rsync is not installed", help="install it, on both ends")
    with TemporaryDirectory(prefix="packyard-") as folder:
        yield RsyncTarget(program, place, Path(folder))


class RsyncTarget:
    """What rsync reaches, as a `Target`."""

    def __init__(self, program: str, place: str, heads: Path) -> None:
        self.name, self.notes = place.rstrip("/"), list[Problem]()
        self._program, self._heads, self._fresh = program, heads, False
        self._mark = b""

    def read(self, path: str, limit: int) -> bytes:
        """A head or a trust file. They are fetched together, again when something may have changed."""
        if not self._fresh:
            self._fetch()
        return FolderSite(self._heads).read(path, limit)

    def _fetch(self) -> None:
        """Fetches what says which site is there, nothing of which is large."""
        self._fresh = True
        chosen = ("/log/", *(f"/{path}" for path in (*HEADS, CLAIM)), "/trust/", "/trust/*")
        options = [
            "-r",
            "--checksum",
            "--delete",
            f"--max-size={bundle.LIMIT}",
            *(f"--include={each}" for each in chosen),
        ]
        done = self._rsync([*options, "--exclude=*"], f"{self.name}/", f"{self._heads}/")
        if done.returncode == _PARTIAL and b"No such file or directory" in done.stderr.partition(b"\n")[0]:
            shutil.rmtree(self._heads)
            self._heads.mkdir()
        else:
            self._demand(done)

    def held(self, site: Path, files: Mapping[str, int]) -> Iterator[tuple[str, bool]]:
        """Every file that is there, and whether it has the checksum of the site's."""
        options = ["-r", "-8", "--checksum", "--dry-run", "--delete", "--exclude=/.gitignore", "--out-format=%i %n"]
        done = self._demand(self._rsync(options, f"{site}/", f"{self.name}/"))
        here = dict.fromkeys(files, True)
        for how, path in _items(done.stdout):
            if how.startswith("*"):
                yield path, False
            elif path in here and how.endswith("+++"):
                del here[path]
            elif path in here:
                here[path] = False
        yield from here.items()

    def claim(self) -> None:
        """Leaves the mark of this deployment."""
        self._mark = secrets.token_hex(16).encode()
        with TemporaryDirectory(prefix="packyard-") as folder:
            (Path(folder) / CLAIM).write_bytes(self._mark)
            self._send(["--checksum", "--chmod=F644"], Path(folder), (CLAIM,))

    def guard(self) -> None:
        """Raises `WorldError` when the mark is not this deployment's any more."""
        if not self._is_mine():
            raise overtaken(self.name)

    def _is_mine(self) -> bool:
        try:
            return self.read(CLAIM, 1_000) == self._mark
        except NotFound:
            return False

    def put(self, site: Path, stage: Stage) -> Iterator[None]:
        """Sends the files of a stage; one that never changes only where there is none."""
        keep = ["--ignore-existing"] if stage.name == "content" else []
        self._send([*keep, "-t", "--checksum", "--chmod=D755,F644"], site, stage.paths)
        yield from (None for _ in stage.paths)

    def put_head(self, site: Path, path: str) -> None:
        """Sends one file."""
        self._send(["-t", "--checksum", "--chmod=D755,F644"], site, (path,))

    def remove(self, paths: tuple[str, ...]) -> Iterator[None]:
        """Removes just these files; folders stay."""
        with TemporaryDirectory(prefix="packyard-") as nothing:
            for folder in {(Path(nothing) / path).parent for path in paths}:
                folder.mkdir(parents=True, exist_ok=True)
            self._send(["--delete-missing-args"], Path(nothing), paths)
        yield from (None for _ in paths)

    def release(self) -> None:
        """Takes the mark away, if it is still this deployment's. One that stays is taken over by whoever comes next."""
        with suppress(WorldError):
            if self._is_mine():
                list(self.remove((CLAIM,)))

    def _send(self, options: list[str], site: Path, paths: Iterable[str]) -> None:
        listed = b"\0".join(os.fsencode(path) for path in paths)
        self._fresh = False
        self._demand(self._rsync([*options, "--from0", "--files-from=-"], f"{site}/", f"{self.name}/", listed))

    def _rsync(self, options: list[str], source: str, target: str, given: bytes = b"") -> Done:
        command = [self._program, *options, f"--timeout={SECONDS_WITHOUT_A_BYTE}", "--", source, target]
        environ = {**os.environ, "LC_ALL": "C"}
        return subprocess.run(command, input=given, capture_output=True, check=False, env=environ)  # noqa: S603 - rsync

    def _demand(self, done: Done) -> Done:
        """What rsync has done. Raises `WorldError` when it failed."""
        if done.returncode:
            found = f"exit code {done.returncode}: {done.stderr.decode(errors='replace').strip()}"
            raise WorldError("deploy-failed", "rsync failed", path=self.name, found=found)
        return done


def _items(said: bytes) -> Iterator[tuple[str, str]]:
    """What rsync would do to which file, folders left out."""
    for line in said.decode(errors="surrogateescape").split("\n"):
        item = _ITEM.fullmatch(line)
        if item and not item["path"].endswith("/"):
            yield item["how"], item["path"]
