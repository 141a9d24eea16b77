"""Answers to a program that speaks the Model Context Protocol, each asked of the registry anew and proven."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from packyard.client.answering import documents, prompting
from packyard.client.answering.documents import Document
from packyard.client.answering.offered import MOST, PROMPTS, RESOURCES, TOOLS, USUAL, fitting, named
from packyard.client.answering.wording import line
from packyard.client.consult import Step
from packyard.client.refusals import attempt
from packyard.client.searching import Searched
from packyard.client.wanted import Files
from packyard.edges.client_asking import ask_for, told
from packyard.edges.client_catalogue import listed_in_site, read_index
from packyard.edges.client_sealed import reading
from packyard.edges.client_searching import Asked, search_registry
from packyard.edges.session import Session
from packyard.errors import NotFound
from packyard.formats import foreign
from packyard.formats.fields import shown
from packyard.formats.snapshot import Snapshot
from packyard.model import Pack
from packyard.search.query import parse_query

if TYPE_CHECKING:
    from packyard.client import Client

FEATURED = foreign.AGENTPACKS + "featured/index.json"
#: The most bytes of that list, and packs of a catalogue that a resource shows.
FEATURED_LIMIT, CATALOGUE = 1 << 22, 100

_PACKS = "registry://packs"


class Answers:
    """The answers of a client's first registry; `offline`: from what was proven on this machine before."""

    def __init__(self, client: Client, *, offline: bool = False) -> None:
        self._client, self._offline = client, offline

    def call(self, name: str, given: Mapping[str, Any]) -> Document:
        """What a tool gives. Raises `PackyardError` and nothing else, as do the others."""
        arguments = fitting(named(TOOLS, name, "tool"), given)
        most = arguments.get("limit", USUAL)
        if name == "search_packs":
            filters = [("tag", tag) for tag in arguments.get("tags", ())]
            filters += [("target", target) for target in arguments.get("targets", ())]
            return documents.searched(self._search(arguments["query"], filters, most))
        if name == "list_by_target":
            return documents.searched(self._search("", [("target", arguments["targetId"])], most, "name"))
        if name == "list_featured":
            return self._featured(most)
        return self._info(arguments["name"]) if name == "get_pack_info" else self._readme(arguments["name"])

    def read(self, uri: str) -> Document:
        """What a resource holds."""
        if uri == _PACKS:
            return documents.searched(self._search("", [], CATALOGUE, "name"))
        if uri == "registry://tags":
            session, stated = self._head()
            tags = partial(documents.tags, stated.origin, stated.number)
            return attempt(f"{session.places.name}/index.json", {}, tags, read_index(session, stated))
        if uri == "registry://featured":
            return self._featured(MOST)
        if uri.startswith(f"{_PACKS}/"):
            return self._info(unquote(uri.removeprefix(f"{_PACKS}/")))
        expected = ", ".join(each.uri for each in RESOURCES)
        raise NotFound("file-missing", "there is no such resource", expected=expected, found=shown(uri[:200]))

    def prompt(self, name: str, given: Mapping[str, str]) -> tuple[str, tuple[tuple[str, Document], ...]]:
        """The text of a prompt, and what it is about: addresses and documents."""
        arguments = fitting(named(PROMPTS, name, "prompt"), given)
        if name == "compare_packs":
            names = prompting.compared(arguments)
            found = tuple((f"{_PACKS}/{each}", self._info(each)) for each in names)
            return prompting.compare_text(tuple(each["name"] for _, each in found)), found
        wanted = prompting.suggestion(arguments)
        filters = [("target", target) for target in wanted.targets]
        searched = self._search(prompting.words(wanted.purpose), filters, USUAL)
        text = prompting.suggest_text(wanted, len(searched.found.hits))
        return text, ((_PACKS, documents.searched(searched)),)

    def _search(self, words: str, filters: list[tuple[str, str]], most: int, sort: str = "relevance") -> Searched:
        query = told(lambda: parse_query(words, filters))
        return self._client.find(Asked(query, sort, 1, most), offline=self._offline)

    def _info(self, name: str) -> Document:
        return documents.info(self._client.info(name, offline=self._offline))

    def _readme(self, name: str) -> Document:
        registries, registry = self._client.registries, self._client.registries.default()
        ask_for(registries, registry, name, offline=self._offline)
        answer = registries.session(registry, offline=self._offline).ask((name,), partial(_latest, name))
        stated, version = answer.head.snapshot, answer.packs[name].pack.latest.release.version
        if (name, version) not in answer.opened:
            raise NotFound("version-unavailable", f"no version of {name} is offered any more", found=name)
        return documents.readme(stated.origin, stated.number, answer.opened[name, version])

    def _featured(self, most: int) -> Document:
        session, stated = self._head()
        names = reading(session, partial(_read_featured, stated))
        packs = [_row(session, stated, name) for name in names[:most]]
        return documents.answer(stated.origin, stated.number, {"total": len(names), "packs": packs})

    def _head(self) -> tuple[Session, Snapshot]:
        session = self._client.registries.session(self._client.registries.default(), offline=self._offline)
        return session, session.ask().head.snapshot


def _row(session: Session, stated: Snapshot, name: str) -> Document:
    """A pack as lists show it; where the registry has no search index, its name."""
    found = search_registry(session, stated, Asked(told(lambda: parse_query(f'"{name}"')), limit=1))
    hits = found.hits if found else ()
    return next((documents.pack(hit) for hit in hits if hit.pack.name == name), {"name": line(name, 100)})


def _latest(name: str, packs: Mapping[str, Pack]) -> Step:
    """The latest version of a pack, once that is known, if it is there."""
    if name not in packs or packs[name].latest.withdrawn:
        return Step()
    return Step((), ((name, packs[name].latest.release.version),))


def _read_featured(stated: Snapshot, files: Files) -> tuple[str, ...]:
    digest = listed_in_site(files, stated, [FEATURED]).get(FEATURED)
    if digest is None:
        message, hint = "the registry has no list of featured packs for programs", "its pages may show some"
        raise NotFound("file-missing", message, path=f"{files.name}/{FEATURED}", help=hint)
    data = files.sealed(FEATURED, digest, FEATURED_LIMIT)
    return attempt(f"{files.name}/{FEATURED}", {}, documents.featured, data)
