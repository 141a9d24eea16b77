"""JSON Schemas (2020-12) of every document of a site, at `schemas/NAME-1.json`.

    schemas/pack-1.json     packs/NAME/index.json, `packyard/pack/1`
    schemas/trust-1.json    trust/N.json, `packyard/trust/1`

The documents in another program's format have schemas on registries that speak it.

A schema stands by itself: what it shares with others is in its `$defs`. It says what is always there and what it looks
like; members that it does not name are allowed, for readers pass over them. Its `$id` is its address on the registry.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any, NamedTuple

from packyard.formats import canonical
from packyard.formats.schemas import agentpacks, ori, others, packs, registry
from packyard.formats.schemas.terms import DEFINITIONS, DEFS, Schema

FOLDER = "schemas/"
DIALECT = "https://json-schema.org/draft/2020-12/schema"


class Document(NamedTuple):
    """A kind of document: its title, its schema without what it refers to, and the dialect (`packyard.formats.foreign`)
    that it belongs to, if it belongs to one.
    """

    title: str
    schema: Schema
    dialect: str = ""


#: Every document by its name, which is that of its schema.
DOCUMENTS: Mapping[str, Document] = {
    "index": Document("Catalogue", packs.INDEX),
    "pack": Document("Pack", packs.PACK_PAGE),
    "version": Document("Version", packs.VERSION_PAGE),
    "provenance": Document("Provenance", packs.PROVENANCE),
    "provenance-statement": Document("Statement in a provenance", packs.PROVENANCE_STATEMENT),
    "statement": Document("Statement about a pack", registry.STATEMENT),
    "publisher-page": Document("Publisher", registry.PUBLISHER_PAGE),
    "publisher": Document("Revision of a publisher", registry.PUBLISHER),
    "org-page": Document("Organisation", registry.ORG_PAGE),
    "org": Document("Revision of an organisation", registry.ORGANISATION),
    "registry-page": Document("Registry", registry.REGISTRY),
    "trust": Document("Trust file", registry.TRUST),
    "log-entry": Document("Entry of the log", registry.LOG_ENTRY),
    "agreement": Document("Agreement", registry.AGREEMENT),
    "advisories": Document("Advisories", registry.ADVISORIES),
    "advisory": Document("Advisory", registry.ADVISORY),
    "by-hash": Document("What is kept", registry.BY_HASH),
    "stats": Document("Statistics", packs.STATS),
    "feed": Document("Feed", registry.FEED),
    "ori-versions": Document("Versions for Ori", ori.VERSIONS, "ori"),
    "ori-metadata": Document("Version for Ori", ori.METADATA, "ori"),
    "ori-search": Document("Search for Ori", ori.SEARCH, "ori"),
    "ori-advisories": Document("Advisories for Ori", ori.ADVISORIES, "ori"),
    **{f"agentpacks-{name}": Document(*each, "agentpacks") for name, each in agentpacks.DOCUMENTS.items()},
    **{name: Document(*each) for name, each in others.DOCUMENTS.items()},
}


def documents(spoken: Collection[str]) -> Mapping[str, Document]:
    """The documents of a registry that speaks these dialects."""
    return {name: each for name, each in DOCUMENTS.items() if not each.dialect or each.dialect in spoken}


def path(name: str) -> str:
    """Where the schema of a document is."""
    return f"{FOLDER}{name}-1.json"


def schema_of(name: str, url: str) -> Schema:
    """The whole schema of a document, of a registry at `url`. Raises `KeyError`."""
    document = DOCUMENTS[name]
    used = sorted(set(references(document.schema)))
    head = {"$schema": DIALECT, "$id": url + path(name), "title": document.title}
    return head | document.schema | ({"$defs": {each: DEFINITIONS[each] for each in used}} if used else {})


def format_schema(name: str, url: str) -> bytes:
    """The file at `path(name)`."""
    return canonical.pretty(schema_of(name, url))


def references(schema: Any) -> Iterator[str]:
    """The names of the definitions that a schema refers to, and those that these refer to."""
    if isinstance(schema, dict):
        if "$ref" in schema:
            name = schema["$ref"].removeprefix(DEFS)
            yield name
            yield from references(DEFINITIONS[name])
        for each in schema.values():
            yield from references(each)
    elif isinstance(schema, list):
        for each in schema:
            yield from references(each)


def renamed(schema: Any, name: Callable[[str], str]) -> Any:
    """The schema with every reference made by `name`."""
    if isinstance(schema, dict):
        return {
            key: name(each.removeprefix(DEFS)) if key == "$ref" else renamed(each, name) for key, each in schema.items()
        }
    return [renamed(each, name) for each in schema] if isinstance(schema, list) else schema
