"""A registry's source as it lies there, in a commit or in a folder. Nothing in it is verified: the gate does that."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import TypeVar

from packyard.errors import FormatError, Problem, ProblemsFound
from packyard.formats import manifest, org, publisher, semver, statement, trustfile
from packyard.formats.fields import errors_of
from packyard.formats.registry import parse_registry
from packyard.history import FILES, SOURCE, TREE
from packyard.model import Entry, Event, Manifest, Org, Publisher, Statement
from packyard.protocols import Source
from packyard.registry import Registry, Trust
from packyard.rules.authority import FILE_LIMIT, Revision, Revisions
from packyard.rules.version import MANIFESTS
from packyard.submitting.changes import pack_place

T = TypeVar("T")


class SourceTree:
    """The tree `root` of a source, which stands at `registry-src`. Paths are those from the root of the repository.

    What cannot be read raises `ProblemsFound`.
    """

    def __init__(self, source: Source, root: str) -> None:
        self.source, self.root = source, root

    def read(self, path: str) -> bytes | None:
        """A file's bytes, None when there is none."""
        entry = self._entry(path)
        if entry is None or entry.mode not in FILES:
            return None
        try:
            return self.source.blob(entry.oid, FILE_LIMIT)
        except FormatError as error:
            raise ProblemsFound([error.at(path)]) from None

    def list(self, path: str) -> tuple[Entry, ...]:
        """The entries of a folder, none when there is no such folder."""
        entry = self._entry(path)
        return self.source.tree(entry.oid) if entry is not None and entry.mode == TREE else ()

    def files(self, path: str) -> Mapping[str, bytes]:
        """The files directly in a folder, by name."""
        found = {entry.name: self.read(f"{path}/{entry.name}") for entry in self.list(path) if entry.mode in FILES}
        return {name: data for name, data in found.items() if data is not None}

    def registry(self) -> Registry:
        """The settings."""
        path = f"{SOURCE}/registry.yaml"
        data = self.read(path)
        if data is None:
            raise ProblemsFound([Problem("settings-missing", path, "the registry's settings are missing")])
        return _parsed(path, lambda: parse_registry(data))

    def publisher(self, handle: str) -> Publisher | None:
        """A publisher."""
        path = f"{SOURCE}/publishers/{handle}.yaml"
        data = self.read(path)
        return None if data is None else _parsed(path, lambda: publisher.parse_publisher(data, handle))

    def org(self, name: str) -> Org | None:
        """An organisation."""
        path = f"{SOURCE}/orgs/{name}.yaml"
        data = self.read(path)
        return None if data is None else _parsed(path, lambda: org.parse_org(data, name))

    def authority(self) -> Revisions:
        """The publishers and organisations, as if each had had one revision."""
        found = Revisions()
        readers: Mapping[str, Callable[[str], Publisher | Org | None]] = {"publisher": self.publisher, "org": self.org}
        for kind, reader in readers.items():
            for entry in self.list(f"{SOURCE}/{kind}s"):
                stem = entry.name.removesuffix(".yaml")
                value = reader(stem) if stem != entry.name else None
                if value is not None:
                    found.add(Revision(Event(0, kind, stem, "", (), "", 0), value, "", ()))
        return found

    def trust(self) -> Trust | None:
        """The newest trust file, None when the registry has none."""
        folder = f"{SOURCE}/trust"
        numbers = [int(stem) for entry in self.list(folder) if (stem := entry.name.removesuffix(".json")).isdecimal()]
        if not numbers:
            return None
        path = f"{folder}/{max(numbers)}.json"
        data = self.read(path)
        return None if data is None else _parsed(path, lambda: trustfile.parse_trust(data))

    def versions(self, name: str) -> tuple[str, ...]:
        """The versions of a pack."""
        return tuple(
            entry.name for entry in self.list(pack_place(name)) if entry.mode == TREE and semver.is_version(entry.name)
        )

    def statements(self, name: str) -> tuple[Statement, ...]:
        """The statements about a pack, in their order."""
        folder = f"{pack_place(name)}/statements"
        texts = {file: data for file, data in self.files(folder).items() if file.endswith(".yaml")}
        return tuple(
            _parsed(f"{folder}/{file}", partial(statement.parse_statement, data, file.removesuffix(".yaml")))
            for file, data in sorted(texts.items())
        )

    def manifests(self) -> Iterator[tuple[str, str, Manifest]]:
        """(pack, version, manifest) of every version whose manifest can be read."""
        for folder in self.list(f"{SOURCE}/packs"):
            for entry in self.list(f"{SOURCE}/packs/{folder.name}"):
                name = f"{folder.name}/{entry.name}" if folder.name.startswith("@") else entry.name
                place = f"{SOURCE}/packs/{folder.name}/{entry.name}"
                for version in self.list(place):
                    found = self._manifest(f"{place}/{version.name}") if version.mode == TREE else None
                    if found:
                        yield name, version.name, found

    def _manifest(self, place: str) -> Manifest | None:
        for file in MANIFESTS:
            data = self.read(f"{place}/{file}")
            if data is not None:
                try:
                    return manifest.parse_manifest(data, file)[0]
                except FormatError:
                    return None
        return None

    def _entry(self, path: str) -> Entry | None:
        found: Entry | None = Entry(SOURCE, TREE, self.root)
        for part in path.split("/")[1:]:
            if found is None or found.mode != TREE:
                return None
            found = next((entry for entry in self.source.tree(found.oid) if entry.name == part), None)
        return found


def _parsed(path: str, parse: Callable[[], T]) -> T:
    try:
        return parse()
    except FormatError as error:
        raise ProblemsFound(each.at(path) for each in errors_of(error)) from None
