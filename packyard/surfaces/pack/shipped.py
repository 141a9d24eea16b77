"""The files of releases as they ship, read from git when a page shows them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from packyard.model import Release
from packyard.protocols import Source
from packyard.rules.folder import LIMITS

#: Of so many releases the files stay at hand.
HELD = 2


class Shelf:
    """The files of releases in git; those of the last few stay at hand, for several pages show them."""

    def __init__(self, source: Source) -> None:
        self._source, self._known = source, dict[str, _Shipped]()

    def __call__(self, release: Release) -> Mapping[str, bytes]:
        found = self._known.pop(release.tree, None) or _Shipped(self._source, release)
        self._known[release.tree] = found
        if len(self._known) > HELD:
            del self._known[next(iter(self._known))]
        return found


class _Shipped(Mapping[str, bytes]):
    """The files of one release, each read when it is first asked for."""

    def __init__(self, source: Source, release: Release) -> None:
        self._source, self._tree = source, release.tree
        self._read: dict[str, bytes | None] = dict.fromkeys(file.path for file in release.files)

    def __iter__(self) -> Iterator[str]:
        return iter(self._read)

    def __len__(self) -> int:
        return len(self._read)

    def __getitem__(self, path: str) -> bytes:
        data = self._read[path]
        if data is None:
            data = self._read[path] = self._fetch(path)
        return data

    def _fetch(self, path: str) -> bytes:
        tree = self._tree
        *folders, name = path.split("/")
        for folder in folders:
            tree = next(entry.oid for entry in self._source.tree(tree) if entry.name == folder)
        oid = next(entry.oid for entry in self._source.tree(tree) if entry.name == name)
        return self._source.blob(oid, LIMITS["expanded"])
