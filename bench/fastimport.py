"""A stream into `git fast-import`: blobs as they come, then commits on `main` that name them by id."""

from __future__ import annotations

import subprocess
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import Self

from bench.packs import Blob

BRANCH = "refs/heads/main"


class Stream:
    """One run of `git fast-import` in `repository`; a context manager that fails if git does."""

    def __init__(self, repository: Path) -> None:
        self._process = subprocess.Popen(
            ["git", "-C", str(repository), "fast-import", "--quiet", "--done"], stdin=subprocess.PIPE
        )
        assert self._process.stdin is not None
        self._write = self._process.stdin.write

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self._write(b"done\n")
        self._process.communicate()
        if kind is None and self._process.returncode:
            raise RuntimeError(f"git fast-import ended with {self._process.returncode}")

    def blobs(self, blobs: Iterable[Blob]) -> None:
        """Add the contents of `blobs`, those that git has already aside."""
        for blob in blobs:
            if blob.data is not None:
                self._write(b"blob\ndata %d\n%b\n" % (len(blob.data), blob.data))

    def commit(self, time: int, message: str, changes: Iterable[str], parent: str = "") -> None:
        """Commit `changes` (lines made by `change`) to `main` at `time`; `parent` only for a stream's first commit."""
        text = message.encode()
        who = f"Packyard Bench <bench@packs.example.org> {time} +0000\n"
        self._write(f"commit {BRANCH}\nauthor {who}committer {who}data {len(text)}\n".encode() + text + b"\n")
        if parent:
            self._write(f"from {parent}\n".encode())
        self._write("".join(changes).encode() + b"\n")


def change(folder: str, blob: Blob) -> str:
    """The line that puts `blob` into `folder` of the registry's source ("" for its root)."""
    return f"M {blob.mode} {blob.oid} registry-src/{folder}{'/' if folder else ''}{blob.path}\n"
