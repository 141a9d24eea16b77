"""`openapi.json`: the reading interface of a site as an OpenAPI 3.1 document (https://spec.openapis.org/oas/v3.1.1).

    {"openapi": "3.1.1", "info": {…}, "servers": [{"url": "https://packs.example.org/"}],
     "paths": {"/packs/{name}/index.json": {"get": {…}}, "/packs/@{scope}/{pack}/index.json": {"get": {…}}, …},
     "components": {"schemas": {…}, "responses": {…}, "parameters": {…}}}

It is made from what the program itself goes by: paths and headers from `layout`, schemas from `schemas`, examples by
the functions that render documents. Of a registry it holds the address and the title, so no new version changes it.
Schemas are the same as at `schemas/`, with what they share beside them.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from packyard.formats import layout, schemas
from packyard.formats.openapi.examples import example
from packyard.formats.openapi.operations import OPERATIONS, PARAMETERS, TOPICS, VERIFIED, Read
from packyard.formats.schemas.terms import DEFINITIONS

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


def openapi(title: str, url: str) -> dict[str, Any]:
    """The document of a registry with this title, at an address that ends with a slash."""
    return {
        "openapi": VERSION,
        "info": {
            "title": title,
            "version": API,
            "summary": "The reading interface of a registry",
            "description": _ABOUT,
        },
        "servers": [{"url": url.rstrip("/")}],
        "security": [],
        "tags": [{"name": name, "description": meaning} for name, meaning in TOPICS],
        "paths": dict(path for read in OPERATIONS for path in _paths(read)),
        "components": {
            "parameters": {name: _parameter(name) for name in PARAMETERS if name in _used()},
            "responses": {read.id: _response(read) for read in OPERATIONS} | {"missing": {"description": _MISSING}},
            "headers": {_header(path): _cache(path) for path in (layout.INDEX, "trust/1.json")},
            "schemas": _schemas(),
        },
    }


def format_openapi(title: str, url: str) -> bytes:
    """The file at `PATH`, with a line for each path and component."""
    return _lines(openapi(title, url), 3).encode() + b"\n"


def _lines(value: Any, depth: int) -> str:
    """JSON whose objects and their members have lines of their own down to this depth."""
    if not depth or not isinstance(value, dict):
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    members = (f"{json.dumps(name)}:{_lines(each, depth - 1)}" for name, each in value.items())
    return "{\n" + ",\n".join(members) + "\n}"


def scoped(path: str) -> str:
    """The same path for packs with a scope; a path of nothing in a pack is itself."""
    return _SCOPED + path.removeprefix(_PACK) if path.startswith(_PACK) else path


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
            },
        }
        yield "/" + path, {"get": operation if names else _without(operation, "parameters")}


def _without(operation: dict[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in operation.items() if key != name}


def _used() -> set[str]:
    return {
        name
        for read in OPERATIONS
        for path in (read.path, scoped(read.path))
        for name in Read("", "", path, "").parameters
    }


def _parameter(name: str) -> dict[str, Any]:
    meaning, pattern, given = PARAMETERS[name]
    schema = {"type": "string", "pattern": pattern}
    return {"name": name, "in": "path", "required": True, "description": meaning, "schema": schema, "example": given}


def _response(read: Read) -> dict[str, Any]:
    path = example_path(read.path)
    content: dict[str, Any] = {"schema": _content(read)}
    shown = example(read.id)
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
    return {"type": "string"} if media.startswith("text/") else {"type": "string", "contentMediaType": media}


def _header(path: str) -> str:
    return "immutable" if layout.kind(path).immutable else "replaced"


def _cache(path: str) -> dict[str, Any]:
    meaning = "How long a copy may be used; what a host should send"
    return {"description": meaning, "schema": {"type": "string", "const": layout.kind(path).cache_control}}


def _schemas() -> dict[str, Any]:
    whole = {name: {"title": each.title, **each.schema} for name, each in schemas.DOCUMENTS.items()}
    return {name: schemas.renamed(each, _component) for name, each in {**whole, **DEFINITIONS}.items()}


def _component(name: str) -> str:
    return f"#/components/schemas/{name}"
