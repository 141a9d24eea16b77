"""The checksum chain below a snapshot: which hash a path must have, and which list says so.

    SNAPSHOT → index.json
             → index.sums → index/XX.sums → packs/NAME/files.sums → what clients verify packs by
                                                                  → pages.sums → the pack's pages
                                                                  → VERSION/pages.sums → the version's pages
             → site.sums → FOLDER/files.sums → the folder's files
                         → every other file

Every path has exactly one list that may name it, and a line in another list is a problem: so the lists cannot
contradict each other. A list counts only when it has the hash that the chain promises; of what hangs below a broken
one nothing is said.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping
from functools import lru_cache

from packyard.audit.reading import Reading
from packyard.errors import FormatError
from packyard.formats import layout, names, sums
from packyard.formats.snapshot import Snapshot

#: So many lists are held at once.
HELD = 16

_SHARDS = frozenset(layout.shard_sums(number) for number in range(layout.SHARDS))


class Chain:
    """The chain of one snapshot. `lines` gives the checked lines of a list, none when the list is not as promised."""

    def __init__(self, reading: Reading, snapshot: Snapshot) -> None:
        self._reading, self._top = reading, dict(snapshot.sums)
        self.broken: set[str] = set()
        self.lines = lru_cache(maxsize=HELD)(self._lines)

    def digest(self, path: str) -> str | None:
        """The hash that the file at `path` must have; None when no list names it."""
        listing = self.list_of(path)
        return self._top.get(path) if listing == layout.SNAPSHOT else self.lines(listing).get(path) if listing else None

    def list_of(self, path: str) -> str:
        """The list that may name `path`; "" when none may."""
        if path in self._top:
            return layout.SNAPSHOT
        if path in _SHARDS:
            return layout.INDEX_SUMS
        if layout.sealed_apart(path):
            return ""
        folder = path.partition("/")[0]
        if folder == "packs":
            return layout.list_of(path)
        own = f"{folder}/files.sums"
        return own if path not in (folder, own) and own in self.lines(layout.SITE_SUMS) else layout.SITE_SUMS

    def undecided(self, path: str) -> bool:
        """Whether a list between the snapshot and `path` is broken, so that nothing is known about the path."""
        listing = self.list_of(path)
        if listing in ("", layout.SNAPSHOT):
            return False
        self.lines(listing)
        return listing in self.broken or self.undecided(listing)

    def is_list(self, path: str) -> bool:
        """Whether a path below the three at the top is a list itself."""
        if path.startswith("packs/"):
            return layout.is_pack_list(path)
        return path in _SHARDS or (_is_list(path) and path in self.lines(layout.SITE_SUMS))

    def packs(self) -> Iterator[tuple[str, str]]:
        """(name, hash of `files.sums`) of every pack."""
        for shard in self.lines(layout.INDEX_SUMS):
            for path, digest in self.lines(shard).items():
                yield layout.pack_of(path), digest

    def files(self, pack: str) -> Iterator[tuple[str, str]]:
        """(path, hash) of every file of a pack, also of its lists, but for `files.sums`."""
        for path, digest in self.lines(layout.pack(pack, layout.FILES_SUMS)).items():
            yield path, digest
            if layout.is_pack_list(path):
                yield from self.lines(path).items()

    def others(self) -> Iterator[tuple[str, str]]:
        """(path, hash) of every file outside `packs/` that is not a list."""
        lists = self.lines(layout.SITE_SUMS)
        for path, digest in lists.items():
            if _is_list(path):
                yield from self.lines(path).items()
            else:
                yield path, digest

    def below(self, prefix: str) -> list[str]:
        """The listed paths that begin with `prefix`, which goes as far as into the folder's own list."""
        paths = self._sorted(self.list_of(prefix))
        start = bisect_left(paths, prefix)
        end = bisect_left(paths, prefix + "\x7f", start)
        return paths[start:end]

    @lru_cache(maxsize=4)  # noqa: B019 - as long-lived as the audit
    def _sorted(self, listing: str) -> list[str]:
        return list(self.lines(listing))

    def _lines(self, listing: str) -> Mapping[str, str]:
        digest = self.digest(listing)
        if digest is None:
            return {}
        data = self._reading.intact(listing, digest)
        pairs = self._reading.attempt(listing, sums.parse, data) if data is not None else None
        if pairs is None or not self._in_place(listing, pairs):
            self.broken.add(listing)
            return {}
        return dict(pairs)

    def _in_place(self, listing: str, pairs: tuple[tuple[str, str], ...]) -> bool:
        nested = {path for path, _ in pairs if _is_list(path)} if listing == layout.SITE_SUMS else ()
        foreign = [path for path, _ in pairs if not self._belongs(path, listing, nested)]
        for path in foreign[:10]:
            self._reading.report("list-foreign", listing, "the list names a path that is not its own", found=path)
        if listing == layout.INDEX_SUMS and len(pairs) != layout.SHARDS:
            self._reading.report("list-foreign", listing, "not the list of all shards", layout.SHARDS, len(pairs))
            return False
        return not foreign

    def _belongs(self, path: str, listing: str, nested: set[str] | tuple[()]) -> bool:
        if listing == layout.SITE_SUMS:
            folder = path.partition("/")[0]
            apart = folder in ("packs", "index") or path in self._top or layout.sealed_apart(path)
            return not apart and (path in nested or f"{folder}/files.sums" not in nested)
        if listing.startswith("index/"):
            return self.list_of(path) == listing and _is_name(layout.pack_of(path))
        return self.list_of(path) == listing


def _is_list(path: str) -> bool:
    folder, _, name = path.partition("/")
    return bool(folder) and name == "files.sums"


def _is_name(text: str) -> bool:
    try:
        names.parse_name(text)
    except FormatError:
        return False
    return True
