"""The checksum chain below a snapshot: which hash a path must have, and which list says so.

    SNAPSHOT → index.json
             → index.sums → index/XX.sums → packs/NAME/files.sums → what clients verify packs by
                                                                  → pages.sums → the pack's pages
                                                                  → VERSION/pages.sums → the version's pages
             → site.sums → every other file
                         → site/FOLDER.sums → site/FOLDER/XX.sums → the files of a large folder

Every path has exactly one list that may name it, and a line in another list is a problem: so the lists cannot
contradict each other. A list counts only when it has the hash that the chain promises; of what hangs below a broken
one nothing is said.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Iterator, Mapping
from functools import lru_cache

from packyard.audit.reading import Reading
from packyard.errors import FormatError
from packyard.formats import inventory, layout, names, sums
from packyard.formats.snapshot import Snapshot

#: So many lists are held at once, besides those of shards: files come in the order of their paths, and so do lists,
#: except for shards of a folder, of which there are so many at most.
HELD = 16

_SHARDS = frozenset(layout.shard_sums(number) for number in range(layout.SHARDS))


class Chain:
    """The chain of one snapshot."""

    def __init__(self, reading: Reading, snapshot: Snapshot) -> None:
        self._reading, self._top = reading, dict(snapshot.sums)
        self.broken: set[str] = set()
        self._lists = lru_cache(maxsize=HELD)(self._read)
        self._shards = lru_cache(maxsize=layout.SHARDS)(self._read)

    def lines(self, listing: str) -> Mapping[str, str]:
        """The hashes that a list has for its paths; none when the list is not as promised."""
        return (self._shards if inventory.is_site_list(listing) else self._lists)(listing)

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
        if inventory.sealed_apart(path):
            return ""
        folder = path.partition("/")[0]
        if folder == "packs" or inventory.pack_of(path):
            return inventory.list_of(path)
        return inventory.site_list_of(path, self.is_large(folder))

    def is_large(self, folder: str) -> bool:
        """Whether a folder at the top, other than `packs/`, has shards of its own."""
        return inventory.folder_sums(folder) in self.lines(layout.SITE_SUMS)

    def undecided(self, path: str) -> bool:
        """Whether a list between the snapshot and `path` is broken, so that nothing is known about the path."""
        listing = self.list_of(path)
        if listing in ("", layout.SNAPSHOT):
            return False
        self.lines(listing)
        return listing in self.broken or self.undecided(listing)

    def is_list(self, path: str) -> bool:
        """Whether a path below the three at the top is a list itself."""
        return path in _SHARDS or inventory.is_pack_list(path) or inventory.is_site_list(path)

    def packs(self) -> Iterator[tuple[str, str]]:
        """(name, hash of `files.sums`) of every pack."""
        for shard in self.lines(layout.INDEX_SUMS):
            for path, digest in self.lines(shard).items():
                yield inventory.pack_of(path), digest

    def files(self, pack: str) -> Iterator[tuple[str, str]]:
        """(path, hash) of every file of a pack, also of its lists, but for `files.sums`."""
        for path, digest in self.lines(layout.pack(pack, layout.FILES_SUMS)).items():
            yield path, digest
            if inventory.is_pack_list(path):
                yield from self.lines(path).items()

    def others(self) -> Iterator[tuple[str, str]]:
        """(path, hash) of every file of no pack that is not a list."""
        for path, digest in self.lines(layout.SITE_SUMS).items():
            if inventory.is_site_list(path):
                yield from self._in_shards(path)
            else:
                yield path, digest

    def inside(self, folder: str) -> Iterator[tuple[str, str]]:
        """(path, hash) of every file of a folder at the top, other than `packs/`, that has shards of its own; none of
        another.
        """
        return self._in_shards(inventory.folder_sums(folder))

    def _in_shards(self, listing: str) -> Iterator[tuple[str, str]]:
        for shard in self.lines(listing):
            yield from self.lines(shard).items()

    def below(self, prefix: str) -> list[str]:
        """The listed paths that begin with `prefix`, sorted. It is a folder at the top with its slash, or goes as far
        as into the folder's own list: into a pack, or beyond the name of a publisher or the like.
        """
        folder, _, rest = prefix.partition("/")
        if not rest and self.is_large(folder):
            return sorted(path for path, _ in self.inside(folder))
        paths = self._sorted(self.list_of(prefix))
        start = bisect_left(paths, prefix)
        end = bisect_left(paths, prefix + "\x7f", start)
        return paths[start:end]

    @lru_cache(maxsize=4)  # noqa: B019 - as long-lived as the audit
    def _sorted(self, listing: str) -> list[str]:
        return list(self.lines(listing))

    def _read(self, listing: str) -> Mapping[str, str]:
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
        named = frozenset(path for path, _ in pairs) if listing == layout.SITE_SUMS else frozenset[str]()
        foreign = [path for path, _ in pairs if not self._belongs(path, listing, named)]
        for path in foreign[:10]:
            self._reading.report("list-foreign", listing, "the list names a path that is not its own", found=path)
        if listing == layout.INDEX_SUMS and len(pairs) != layout.SHARDS:
            self._reading.report("list-foreign", listing, "not the list of all shards", layout.SHARDS, len(pairs))
            return False
        if inventory.is_site_list(listing) and not pairs:
            self._reading.report("list-foreign", listing, "a list of nothing, which should not be there")
        return not foreign

    def _belongs(self, path: str, listing: str, named: Collection[str]) -> bool:
        """Whether a line of `listing` is one of its own; `named` are the paths of `site.sums`, if it is that."""
        if listing == layout.SITE_SUMS:
            folder = path.partition("/")[0]
            apart = folder in ("packs", "index") or path in self._top or inventory.sealed_apart(path)
            return (
                not apart
                and not inventory.pack_of(path)
                and inventory.site_list_of(path, inventory.folder_sums(folder) in named) == listing
            )
        if listing.startswith("index/"):
            return self.list_of(path) == listing and _is_name(inventory.pack_of(path))
        return self.list_of(path) == listing


def _is_name(text: str) -> bool:
    try:
        names.parse_name(text)
    except FormatError:
        return False
    return True
