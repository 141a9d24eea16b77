"""Checksum lists: `SHA256SUMS` of a version, and every `*.sums` of the site.

The text is what `sha256sum` writes in its text mode and `sha256sum -c` reads: 64 lower-case hex digits, two spaces, a
path; one line a file, each ended by a newline, ordered by the bytes of the paths.

    2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824  pack.json
    486ea46224d1bb4fb680f34f7c9ad96a8f24ec88be73ea8e5a6c65260e9cb8a7  rules/hello.md

A path is relative, of printable ASCII without backslash (so nothing is ever escaped), without empty, `.` and `..`
components, and occurs once.  Nothing else is in the file; the list of no files is the empty text.

The identity of a version is the SHA-256 of its `SHA256SUMS`.  Go's `h1:` hash of the same files (golang.org/x/mod,
`sumdb/dirhash.Hash1`) hashes this very text, so `h1` is the identity in base64.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Iterable
from hashlib import sha256

from packyard.errors import FormatError

_LINE = re.compile(r"([0-9a-f]{64})  ((?:(?!\.{0,2}/)[!-.0-\[\]-~ ]+/)*(?!\.{1,2}\n)[!-.0-\[\]-~ ]+)\n")


def parse(data: bytes) -> tuple[tuple[str, str], ...]:
    """Pairs of path and hash, in the order of the text. Raises `sums-invalid` with the line.

    The text is not bounded here: its reader bounds it.
    """
    try:
        lines = data.decode("ascii").splitlines(keepends=True)
    except UnicodeDecodeError as error:
        raise FormatError("sums-invalid", "not ASCII", line=data.count(b"\n", 0, error.start) + 1) from error
    entries: list[tuple[str, str]] = []
    previous = ""
    for number, line in enumerate(lines, 1):
        match = _LINE.fullmatch(line)
        if not match:
            expected = "64 lower-case hex digits, two spaces, a path"
            raise FormatError("sums-invalid", "not a line of checksums", line=number, expected=expected)
        if match[2] <= previous:
            raise FormatError("sums-invalid", "twice there, or not in order", line=number, found=match[2][:80])
        previous = match[2]
        entries.append((match[2], match[1]))
    return tuple(entries)


def format(entries: Iterable[tuple[str, str]]) -> bytes:  # noqa: A001 - the inverse of `parse`, read as sums.format
    """The text for pairs of path and hash, which it puts in order; `parse` takes it when the pairs are sound."""
    return "".join(f"{digest}  {path}\n" for path, digest in sorted(entries)).encode()


def identity(data: bytes) -> str:
    """The identity of the version whose `SHA256SUMS` this is, in hex."""
    return sha256(data).hexdigest()


def h1(data: bytes) -> str:
    """The identity as Go's dirhash writes it, `h1:` and base64."""
    return "h1:" + b64encode(sha256(data).digest()).decode()
