"""Reading a site's files and collecting what is wrong with them, as problems whose paths are relative to the site."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from hashlib import blake2b, sha256
from typing import Any, TypeVar

from packyard.errors import FormatError, NotFound, Problem, WorldError
from packyard.formats import strict
from packyard.protocols import Reader

#: The most bytes of a file, and of `index.json`.
FILE_LIMIT, INDEX_LIMIT = 1 << 28, 1 << 30
#: The most bytes of a JSON document other than `index.json`.
DOCUMENT_LIMIT = 1 << 25

T = TypeVar("T")


class Reading:
    """Reads a site. `present` are the paths at which there was something, `size` the bytes that were read."""

    def __init__(self, site: Reader) -> None:
        self.site = site
        self.problems: list[Problem] = []
        self.present: set[str] = set()
        self.size = 0

    def report(
        self, code: str, path: str, message: str, expected: object = "", found: object = "", help: str = ""
    ) -> None:
        """Adds a problem."""
        self.problems.append(Problem(code, path, message, 0, str(expected), str(found), help))

    def read(self, path: str, limit: int = FILE_LIMIT) -> bytes | None:
        """A file that must be there; None, and a problem, when it is not or cannot be read."""
        data = self.find(path, limit)
        if data is None and path not in self.present:
            self.report("file-missing", path, "the file is missing")
        return data

    def find(self, path: str, limit: int = FILE_LIMIT) -> bytes | None:
        """A file that need not be there. A failing network is raised: it says nothing about the site."""
        try:
            data = self.site.read(path, limit)
        except NotFound:
            return None
        except WorldError as error:
            if error.problem.code == "network-failed":
                raise
            self.present.add(path)
            self.problems.append(error.problem._replace(code="file-unreadable", path=path))
            return None
        if path not in self.present:
            self.present.add(path)
            self.size += len(data)
        return data

    def intact(self, path: str, digest: str, limit: int = FILE_LIMIT) -> bytes | None:
        """A file that must be there with this hash; None, and a problem, when it is not."""
        data = self.read(path, limit)
        if data is not None and (found := sha256(data).hexdigest()) != digest:
            self.report("file-changed", path, "the file is not the one that was sealed", digest, found)
            return None
        return data

    def attempt(self, path: str, check: Callable[..., T], *arguments: Any) -> T | None:
        """What `check(*arguments)` gives; None when it raises `FormatError`, which becomes a problem of `path`."""
        try:
            return check(*arguments)
        except FormatError as error:
            self.problems.append(error.at(path))
            return None

    def document(self, path: str, data: bytes, kind: str) -> dict[str, Any] | None:
        """The JSON object with this `format`; None, and a problem, when it is not."""
        return self.attempt(path, parse_document, data, kind)


def parse_document(data: bytes, kind: str) -> dict[str, Any]:
    """A JSON object with this `format`. Raises `FormatError`."""
    value = strict.load_json(data, DOCUMENT_LIMIT).value
    found = value.get("format") if isinstance(value, dict) else type(value).__name__
    if not isinstance(value, dict) or found != kind:
        raise FormatError("document-invalid", "the document has another format", expected=kind, found=str(found)[:80])
    return value


def fingerprint(paths: Iterable[str], key: bytes) -> int:
    """A number that stands for a set of paths and can be added to that of another set.

    Nobody who does not know `key` can find two sets with one number.
    """
    total = 0
    for path in paths:
        data = path.encode("utf-8", "surrogateescape")
        total += int.from_bytes(blake2b(data, digest_size=16, key=key).digest(), "big")
    return total & (1 << 128) - 1
