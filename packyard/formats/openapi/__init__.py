"""`openapi.json`: the reading interface of a site as an OpenAPI 3.1 document (https://spec.openapis.org/oas/v3.1.1).

    {"openapi": "3.1.1", "info": {…}, "servers": [{"url": "https://packs.example.org/"}],
     "paths": {"/packs/{name}/index.json": {"get": {…}}, "/packs/@{scope}/{pack}/index.json": {"get": {…}}, …},
     "components": {"schemas": {…}, "responses": {…}, "parameters": {…}}}

It is made from what the program itself goes by: paths and headers from `layout`, schemas from `schemas`, examples by
the functions that render documents. Of a registry it holds the address, the title and which dialects it speaks, so no
new version changes it. Schemas are the same as at `schemas/`, with what they share beside them.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from packyard.formats import foreign, layout, schemas
from packyard.formats.openapi import dialects
from packyard.formats.openapi import operations as native
from packyard.formats.openapi.examples import example
from packyard.formats.openapi.operations import VERIFIED, Parameter, Read
from packyard.formats.schemas.terms import DEFINITIONS
from packyard.registry import Registry

#: Gives the example of an operation: a value for JSON, text for anything else, None where there is none.
Examples = Callable[[Read], Any]

PARAMETERS = {**native.PARAMETERS, **dialects.PARAMETERS}

PATH = "openapi.json"
VERSION = "3.1.1"
#: Rises when a path or a document goes or changes its meaning; what is added leaves it.
API = "1.0.0"

_PACK, _SCOPED = "packs/{name}/", "packs/@{scope}/{pack}/"
_SUMMARY = "The reading interface of a registry of signed packs"
_ABOUT = (
    "A site is a set of files that any static host serves; there is nothing but GET and HEAD, and no account. "
    "Nobody has to trust the host: every file is signed, or its SHA-256 leads up to a signature. Each path says which. "
    "A scoped pack, such as `@acme/hello`, has its scope as a folder of its own. "
    "All paths that a document names are relative to the site’s root. Readers pass over members that they do not know."
)
_MISSING = "There is no such file; what comes is the host’s own page. The file of a withdrawn version is gone too."
_TOO_MANY = "Some hosts bear only so many requests in a minute, and more of those who send a token."
_LATER = {
    "Retry-After": {"description": "In how many seconds to ask again", "schema": {"type": "integer", "minimum": 0}}
}


def operations(registry: Registry) -> tuple[Read, ...]:
    """The paths that a registry has: those of the dialects that it speaks come behind those that all have."""
    return (*native.OPERATIONS, *dialects.operations(foreign.spoken(registry)))


def openapi(registry: Registry, examples: Examples = lambda read: example(read.id)) -> dict[str, Any]:
    """The document of a registry."""
    reads = operations(registry)
    topics = (*native.TOPICS, *dialects.topics(foreign.spoken(registry)))
    return {
        "openapi": VERSION,
        "info": {
            "title": registry.title,
            "version": API,
            "summary": "The reading interface of a registry",
            "description": _ABOUT,
        },
        "servers": [{"url": registry.url.rstrip("/")}],
        "security": [],
        "tags": [{"name": name, "description": meaning} for name, meaning in topics],
        "paths": dict(path for read in reads for path in _paths(read)),
        "components": {
            "parameters": {name: _parameter(name, each) for name, each in PARAMETERS.items() if name in _used(reads)},
            "responses": {read.id: _response(read, examples(read)) for read in reads}
            | {"missing": {"description": _MISSING}, "tooMany": {"description": _TOO_MANY, "headers": _LATER}},
            "headers": {_header(path): _cache(path) for path in (layout.INDEX, "trust/1.json")},
            "schemas": _schemas(registry),
        },
    }


def format_openapi(registry: Registry, examples: Examples = lambda read: example(read.id)) -> bytes:
    """The file at `PATH`, with a line for each path and component."""
    return _lines(openapi(registry, examples), 3).encode() + b"\n"


def _lines(value: Any, depth: int) -> str:
    """JSON whose objects and their members have lines of their own down to this depth."""
    if not depth or not isinstance(value, dict):
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    members = (f"{json.dumps(name)}:{_lines(each, depth - 1)}" for name, each in value.items())
    return "{\n" + ",\n".join(members) + "\n}"


def scoped(path: str) -> str:
    """The same path for packs with a scope; a path of nothing in a pack is itself."""
    return path.replace(_PACK, _SCOPED, 1)


def example_path(path: str) -> str:
    """The path with the example of every parameter."""
    for name, parameter in PARAMETERS.items():
        path = path.replace(f"{{{name}}}", parameter.example)
    return path


def _paths(read: Read) -> Iterator[tuple[str, dict[str, Any]]]:
    for path in dict.fromkeys((read.path, scoped(read.path))):
        ending = "" if path == read.path else "Scoped"
        names = read._replace(path=path).parameters
        operation = {
            "operationId": read.id + ending,
            "tags": [read.topic],
            "summary": read.summary,
            "description": VERIFIED[read.verified],
            "parameters": [{"$ref": f"#/components/parameters/{name}"} for name in names],
            "responses": {
                "200": {"$ref": f"#/components/responses/{read.id}"},
                "404": {"$ref": "#/components/responses/missing"},
                "429": {"$ref": "#/components/responses/tooMany"},
            },
        }
        yield "/" + path, {"get": operation if names else _without(operation, "parameters")}


def _without(operation: dict[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in operation.items() if key != name}


def _used(reads: Sequence[Read]) -> set[str]:
    paths = (path for read in reads for path in (read.path, scoped(read.path)))
    return {name for path in paths for name in Read("", "", path, "").parameters}


def _parameter(name: str, about: Parameter) -> dict[str, Any]:
    schema = {"type": "string", "pattern": about.pattern}
    given = {"required": True, "description": about.meaning, "schema": schema, "example": about.example}
    return {"name": name, "in": "path", **given}


def _response(read: Read, shown: Any) -> dict[str, Any]:
    path = example_path(read.path)
    content: dict[str, Any] = {"schema": _content(read)}
    if shown is not None:
        content["example"] = shown
    return {
        "description": read.summary,
        "headers": {"Cache-Control": {"$ref": f"#/components/headers/{_header(path)}"}},
        "content": {layout.kind(path).content_type: content},
    }


def _content(read: Read) -> dict[str, Any]:
    if read.document:
        return {"$ref": f"#/components/schemas/{read.document}"}
    media = layout.kind(example_path(read.path)).content_type
    if read.text:
        meaning = f"Text of which each document is as `#/components/schemas/{read.text}` says"
        return {"type": "string", "description": meaning}
    if media == "application/json":
        return {"description": "JSON in the form that the other program reads"}
    return {"type": "string"} if media.startswith("text/") else {"type": "string", "contentMediaType": media}


def _header(path: str) -> str:
    return "immutable" if layout.kind(path).immutable else "replaced"


def _cache(path: str) -> dict[str, Any]:
    meaning = "How long a copy may be used; what a host should send"
    return {"description": meaning, "schema": {"type": "string", "const": layout.kind(path).cache_control}}


def _schemas(registry: Registry) -> dict[str, Any]:
    known = schemas.documents(foreign.spoken(registry))
    whole = {name: {"title": each.title, **each.schema} for name, each in known.items()}
    return {name: schemas.renamed(each, _component) for name, each in {**whole, **DEFINITIONS}.items()}


def _component(name: str) -> str:
    return f"#/components/schemas/{name}"
