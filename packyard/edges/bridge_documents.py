"""What the bridge answers from: a registry as its client proves it, asked anew for every request.

The head is read and verified each time, so an answer is of the snapshot that the site shows now; files that did not
change come from the client's cache. One request at a time asks: what a session remembers is one thing.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from packyard.bridge.metadata import filled, wanted
from packyard.bridge.values import Asked, Head, Shipped
from packyard.client.chain import pack_files, read_document
from packyard.client.consult import Answer, Step
from packyard.client.documents import LIMIT
from packyard.client.refusals import attempt
from packyard.client.releases import TARBALL_LIMIT
from packyard.client.searching import Hit
from packyard.client.user_looking import METADATA_LIMIT
from packyard.client.wanted import Files, Want, gather, need
from packyard.edges import client_searching
from packyard.edges.client_catalogue import listed_in_site
from packyard.edges.client_sealed import reading
from packyard.edges.session import Session
from packyard.errors import NotFound
from packyard.formats import inventory, layout, strict, sums
from packyard.formats.snapshot import Snapshot
from packyard.model import Pack
from packyard.search.engine import Found
from packyard.search.query import Query
from packyard.surfaces.pack.beneath import MOST

if TYPE_CHECKING:
    from packyard.client import Client

#: The most bytes of a document of the site that is handed on.
DOCUMENT_LIMIT = 1 << 22
#: The most packs that are looked at to find those that depend on one: each costs three files, the first time.
LOOKED_AT = 300


class LiveDocuments:
    """The first registry of a client, as `packyard.bridge.values.Documents`; one question at a time."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def head(self) -> Head:
        """The head, proven."""
        stated = self._session().ask().head.snapshot
        return Head(stated.origin, stated.number)

    def find(self, asked: Asked) -> Found[Hit]:
        """What the registry's search index finds, or its catalogue."""
        return self._client.find(client_searching.Asked(*asked)).found

    def pack(self, name: str) -> Pack:
        """The pack, proven, with what its versions say of themselves."""
        answer = self._ask(name, Step())
        return self._filled(answer, answer.packs[name].pack)

    def beneath(self, name: str) -> Mapping[str, Pack]:
        """The pack and what it depends on, each proven, as far as a graph shows it."""
        session = self._session()
        answer = session.ask((name,), _follow)
        _must_have(answer, session, name)
        return {each: proven.pack for each, proven in answer.packs.items()}

    def dependents(self, name: str) -> list[str] | None:
        """The packs that need one, by name, from the documents of all; None when there are more than `LOOKED_AT`."""
        everything = self.find(Asked(Query((), ()), "name", 1, LOOKED_AT))
        if everything.has_more:
            return None
        session = self._session()
        stated, names = session.ask().head.snapshot, [hit.pack.name for hit in everything.hits]
        packs = reading(session, lambda files: gather(partial(read_document, files, stated, each) for each in names))
        needs = {each.name: each.pack.latest.release.manifest.dependencies for each in packs}
        return [each for each in names if any(needed == name for needed, _ in needs[each])]

    def shipped(self, pack: Pack, version: str) -> Shipped:
        """The tarball of a version and the files in it, proven as they are when the version is installed."""
        answer = self._ask(pack.name, Step(pins=((pack.name, version),)))
        opened = answer.opened[pack.name, version]
        [release] = [each.release for each in answer.packs[pack.name].pack.versions if each.release.version == version]
        packed = release.tarball
        data = reading(self._session(), lambda files: files.sealed(packed.path, packed.sha256, TARBALL_LIMIT))
        return Shipped(data, dict(opened.files))

    def document(self, path: str) -> Any:
        """The JSON in a sealed file, of a pack or of the site; None when the site has none at this path."""
        session = self._session()
        stated = session.ask().head.snapshot
        return reading(session, partial(_document, stated, path))

    def _session(self) -> Session:
        registries = self._client.registries
        return registries.session(registries.default())

    def _ask(self, name: str, step: Step) -> Answer:
        session = self._session()
        answer = session.ask((name,), lambda packs: step if name in packs else Step())
        _must_have(answer, session, name)
        return answer

    def _filled(self, answer: Answer, pack: Pack) -> Pack:
        return reading(self._session(), partial(_metadata, answer.head.snapshot, pack))


def _must_have(answer: Answer, session: Session, name: str) -> None:
    if name in answer.absent:
        raise NotFound("pack-unknown", f"there is no pack {name}", path=session.places.name)


def _follow(packs: Mapping[str, Pack]) -> Step:
    """The packs that these depend on: a level more each time it is asked. A graph shows no more than so many."""
    needed = (name for pack in packs.values() for name, _ in pack.latest.release.manifest.dependencies)
    return Step(tuple(dict.fromkeys(needed))[:MOST])


def _metadata(stated: Snapshot, pack: Pack, files: Files) -> Pack:
    """The pack with the metadata of its versions, all that is missing of them asked for at once."""
    listed = pack_files(files, stated, pack.name)
    paths = {version: layout.version(pack.name, version, "metadata.json") for version in wanted(pack)}
    there = {version: path for version, path in paths.items() if path in listed}
    need(files, (Want(path, METADATA_LIMIT, listed[path]) for path in there.values()))
    found = {version: files.sealed(path, listed[path], METADATA_LIMIT) for version, path in there.items()}
    return attempt(f"{files.name}/{layout.pack(pack.name)}", {}, filled, pack, found)


def _document(stated: Snapshot, path: str, files: Files) -> Any:
    digest = _listed(stated, path, files).get(path)
    if digest is None:
        return None
    data = files.sealed(path, digest, DOCUMENT_LIMIT)
    return attempt(f"{files.name}/{path}", {}, lambda: strict.load_json(data, DOCUMENT_LIMIT).value)


def _listed(stated: Snapshot, path: str, files: Files) -> Mapping[str, str]:
    """The list that has the path, if it is there."""
    name = inventory.pack_of(path)
    if not name:
        return listed_in_site(files, stated, [path])
    listed, own = pack_files(files, stated, name), inventory.list_of(path)
    if own not in listed:
        return listed
    data = files.sealed(own, listed[own], LIMIT)
    return dict(attempt(f"{files.name}/{own}", {}, sums.parse, data))
