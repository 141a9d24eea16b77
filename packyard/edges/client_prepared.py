"""Catalogues prepared for searching (`packyard.client.searching`), kept in the cache like any other bytes.

Which one belongs to an `index.json` says a file that is named for its hash: `CACHE/prepared/SHA256`, with the SHA-256
of the prepared form in it. What comes out of the cache is what went in. Whoever can write there can have packs missed,
or found in another order; what is shown of a pack comes from `index.json` all the same. A few such files are kept.
"""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from packyard.client.searching import Catalogue, read_catalogue
from packyard.edges.cache import Cache

#: The most bytes of a prepared form; that of 20,000 packs has 6 MB.
LIMIT = 1 << 27
KEPT = 16


def read_prepared(cache: Cache, digest: str, data: bytes) -> Catalogue:
    """The catalogue in the bytes of an `index.json` with this SHA-256, in hex. Raises what `read_catalogue` raises."""
    place = cache.root / "prepared" / digest
    known = cache.get(_read(place), LIMIT) or b""
    catalogue = read_catalogue(data, known)
    if catalogue.prepared is not known:
        with suppress(OSError):
            _write(place, cache.put(catalogue.prepared))
    return catalogue


def _read(place: Path) -> str:
    """What a file says; "" when it cannot be read."""
    with suppress(OSError):
        descriptor = os.open(place, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        with os.fdopen(descriptor, "rb") as file:
            return file.read(65).decode("ascii", "replace")
    return ""


def _write(place: Path, text: str) -> None:
    place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    half = place.with_name(f".{place.name}.{os.urandom(8).hex()}")
    half.write_text(text)
    half.replace(place)
    for old in sorted(place.parent.iterdir(), key=lambda path: path.lstat().st_mtime, reverse=True)[KEPT:]:
        old.unlink()
