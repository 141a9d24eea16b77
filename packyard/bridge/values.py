"""Requests, answers, and what answers are made from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple, Protocol

from packyard.client.searching import Hit
from packyard.model import Pack
from packyard.search.engine import Found
from packyard.search.query import Query
from packyard.surfaces.dialects.values import encode

JSON, TEXT, GZIP = "application/json", "text/plain; charset=utf-8", "application/gzip"


class Request(NamedTuple):
    """What is asked: `path` as it was sent, beginning with a slash and without the `query`; `base` is the address of
    the server, without a slash at its end.
    """

    method: str
    path: str
    query: str = ""
    base: str = "http://127.0.0.1"


class Response(NamedTuple):
    """An answer: `headers` besides those that say what the body is."""

    status: int
    body: bytes
    content_type: str = JSON
    headers: tuple[tuple[str, str], ...] = ()


class Head(NamedTuple):
    """The proven head of a registry: what it signs as, and the number of its snapshot."""

    origin: str
    snapshot: int


class Asked(NamedTuple):
    """A search: the query, the order, the page (from 1) and how many packs it has."""

    query: Query
    sort: str
    page: int
    limit: int


class Shipped(NamedTuple):
    """A version as it is downloaded: the tarball, and the files in it, each as its publisher signed it."""

    tarball: bytes
    files: Mapping[str, bytes]


class Documents(Protocol):
    """What a registry says, proven: each method raises `TrustError` for what does not verify, and `NotFound` for what
    there is not. Packs have the manifests and files of their versions.
    """

    def head(self) -> Head: ...

    def find(self, asked: Asked) -> Found[Hit]: ...

    def pack(self, name: str) -> Pack: ...

    def beneath(self, name: str) -> Mapping[str, Pack]:
        """The pack and all that its latest version depends on, directly or not, as far as it is followed."""
        ...

    def dependents(self, name: str) -> list[str] | None:
        """The packs whose latest version depends on one, by name; None when that would be too much to find out."""
        ...

    def shipped(self, pack: Pack, version: str) -> Shipped: ...

    def document(self, path: str) -> Any:
        """The JSON in a sealed file of the site; None when there is no such file."""
        ...


class Refused(Exception):
    """A request that is answered with an error: JSON with `error`, the reason in words, and further members."""

    def __init__(self, status: int, error: str, *, headers: tuple[tuple[str, str], ...] = (), **more: Any) -> None:
        super().__init__(error)
        self.response = Response(status, encode({"error": error, **more}), JSON, headers)


def answered(value: Any, status: int = 200) -> Response:
    """An answer in JSON."""
    return Response(status, encode(value))


def too_large(most: int, actual: int) -> Refused:
    """What is said of a body or a tarball with too many bytes."""
    return Refused(413, f"this is too large: at most {most} bytes are taken", maxSize=most, actualSize=actual)


def too_many(wait: int) -> Refused:
    """What is said to somebody who asks too often: `wait` in seconds."""
    message = f"these are too many requests: try again in {wait} seconds"
    return Refused(429, message, headers=(("Retry-After", str(wait)),), retryAfter=wait)
