"""The hashes of a file by which a storage knows it, read in one pass."""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path
from typing import NamedTuple

_CHUNK = 1 << 20


class Digests(NamedTuple):
    """MD5 as the ETags and the Content-MD5 of S3 want it, which is against accidents alone, and SHA-256 in hex."""

    md5: bytes
    sha256: str

    @property
    def content_md5(self) -> str:
        """As the header says it (RFC 1864)."""
        return base64.b64encode(self.md5).decode()


def digests(path: Path) -> Digests:
    """The hashes of a file's bytes."""
    md5, sha256 = hashlib.md5(usedforsecurity=False), hashlib.sha256()
    with path.open("rb") as file:
        while data := file.read(_CHUNK):
            md5.update(data)
            sha256.update(data)
    return Digests(md5.digest(), sha256.hexdigest())
