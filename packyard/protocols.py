"""The small protocols of the edges: what the pure parts of the program are handed, and know nothing else of."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from packyard.model import Entry


class Source(Protocol):
    """A repository at commits: trees and blobs by id, every read with a limit."""

    def tree(self, oid: str) -> tuple[Entry, ...]: ...
    def blob(self, oid: str, limit: int) -> bytes: ...


class History(Source, Protocol):
    """A source with its history: the messages of commits by id."""

    def message(self, commit: str) -> str: ...


class Reader(Protocol):
    """A published site as anyone sees it: a folder, an address, a staging area over a folder.

    `read` raises `NotFound` for a missing path and `WorldError` when the world fails or more than `limit` bytes come.
    """

    name: str

    def read(self, path: str, limit: int) -> bytes: ...


class Listing(Reader, Protocol):
    """A reader that can also say which files it has."""

    def paths(self) -> Iterator[str]: ...


class Signer(Protocol):
    """One secret key with one use."""

    key_id: str
    public_key: str

    def sign(self, message: bytes, trusted_comment: str) -> bytes: ...
    def sign_raw(self, message: bytes) -> bytes: ...


class Sink(Protocol):
    """Where rendered bytes go: what a site has now, what is to take its place, and how many files that is so far."""

    written: int

    def same(self, path: str, data: bytes) -> bool: ...
    def current(self, path: str, limit: int) -> bytes | None: ...
    def replace(self, path: str, data: bytes) -> None: ...
    def copy(self, path: str, of: str) -> None: ...
