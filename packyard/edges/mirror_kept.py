"""`by-hash/` of a mirror: what it replaced itself, for as long as a snapshot of the registry is valid.

A client that has the snapshot from before finds the lists of then under their hashes, as at a site that was built.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from hashlib import sha256

from packyard.client.heads import LONGEST
from packyard.edges.store import Staging, walk
from packyard.errors import FormatError, NotFound, WorldError
from packyard.formats import documents, layout, strict
from packyard.formats.times import parse_time

_LIMIT = 1 << 28
_DIGEST = re.compile("[0-9a-f]{64}")


class Kept:
    """What is kept, and what a sync adds to it; `careful`: nothing counts that does not have the hash by its name."""

    def __init__(self, staging: Staging, careful: bool = False) -> None:
        self._staging, self._careful = staging, careful
        self._new: set[str] = set()
        self._until = dict(self._listed())

    def keep(self, digest: str, path: str) -> None:
        """Keeps what is at `path` now, and has this hash."""
        self._staging.keep(digest, path)
        self._new.add(digest)

    def paths(self) -> set[str]:
        """The paths of what is kept."""
        return {layout.by_hash(digest) for digest in self._until} | {layout.BY_HASH_INDEX}

    def close(self, now: int, window: int) -> set[str]:
        """Writes down what is kept, each new file for `window` seconds from `now`, nothing for longer than any snapshot
        may hold; gives the paths of what is over.
        """
        for digest in self._new:
            self._until[digest] = max(self._until.get(digest, 0), now + window)
        self._until = {digest: min(until, now + LONGEST) for digest, until in self._until.items()}
        over = {digest for digest, until in self._until.items() if until <= now}
        for digest in over:
            del self._until[digest]
        document = documents.kept_document(self._until)
        if not self._staging.same(layout.BY_HASH_INDEX, document):
            self._staging.write(layout.BY_HASH_INDEX, document)
        there = self._staging.site.root
        return {layout.by_hash(digest) for digest in over if os.path.lexists(there / layout.by_hash(digest))}

    def _listed(self) -> Iterator[tuple[str, int]]:
        """(hash, until) of the files that are there. Of one that is not listed nobody knows since when: it is new."""
        there = filter(_DIGEST.fullmatch, walk(self._staging.site.root / layout.BY_HASH))
        names = {name for name in there if not self._careful or self._is_right(name)}
        try:
            data = self._staging.site.read(layout.BY_HASH_INDEX, _LIMIT)
            kept = strict.load_json(data, _LIMIT).value["kept"]
            yield from ((each["sha256"], parse_time(each["until"])) for each in kept if each["sha256"] in names)
        except (NotFound, WorldError, FormatError, KeyError, TypeError):
            self._new = {name for name in names if self._is_right(name)}

    def _is_right(self, name: str) -> bool:
        try:
            return sha256(self._staging.site.read(layout.by_hash(name), _LIMIT)).hexdigest() == name
        except (NotFound, WorldError):
            return False
