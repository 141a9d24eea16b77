"""The reading interface: `openapi.json`, the schemas, and `api/index.html`, which is rendered from that very document.

What the page says of a path is what the document says of it: nothing is described twice. It is about the address and
the title of a registry and the dialects that it speaks, and about nothing that it holds.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any, NamedTuple

from packyard.formats import foreign, layout
from packyard.recipe import Recipe
from packyard.surfaces.instance import shown
from packyard.surfaces.prose import ticked
from packyard.surfaces.site import Site
from packyard.surfaces.templates import Templates

PATH = layout.family_index("api")
_SCOPED = "Scoped"
#: How deep a table of members goes before it says no more than what kind of value there is.
_DEPTH = 4


class Parameter(NamedTuple):
    """A name in braces of a path."""

    name: str
    meaning: str
    pattern: str
    example: str


class Operation(NamedTuple):
    """A path as the page shows it; `scoped` is the same for scoped packs, "" where there is none. `schema` names the
    schema of JSON; `fixed` is the path when it has no parameter.
    """

    id: str
    path: str
    scoped: str
    summary: str
    verified: str
    parameters: tuple[Parameter, ...]
    media: str
    cache: str
    schema: str
    example: str

    @property
    def fixed(self) -> str:
        """The path from the site's root, "" when it has parameters."""
        return "" if self.parameters else self.path.removeprefix("/")


class Member(NamedTuple):
    """A member of a document: where it stands, such as `versions[].key`, its type in the manner of TypeScript, the
    schema it refers to, whether it is always there, and what it means.
    """

    path: str
    type: str
    refers: str
    always: bool
    meaning: str


class Topic(NamedTuple):
    """Paths that belong together."""

    name: str
    meaning: str
    operations: tuple[Operation, ...]


class Shape(NamedTuple):
    """A schema as the page shows it; `path` is that of its file, "" when it is only a part of others."""

    name: str
    title: str
    meaning: str
    path: str
    members: tuple[Member, ...]


def plan_api(templates: Templates, site: Site) -> Iterator[Recipe]:
    """The recipes of the interface and its documentation."""
    from packyard.formats import openapi, schemas

    registry = site.registry
    spoken = foreign.spoken(registry)
    inputs = (registry.title, registry.url, spoken)
    yield Recipe(openapi.PATH, inputs, lambda: openapi.format_openapi(registry, shown(templates, site)))
    for name in schemas.documents(spoken):
        yield Recipe(schemas.path(name), (registry.url,), partial(schemas.format_schema, name, registry.url))
    yield Recipe(PATH, (site,), partial(api_page, templates, site))


def api_page(templates: Templates, site: Site) -> bytes:
    """`api/index.html`."""
    from packyard.formats.openapi import openapi

    document = openapi(site.registry, shown(templates, site))
    return templates.page(
        "registry/api.html",
        site,
        PATH,
        templates.say("Interface for programs"),
        templates.say("Every document of {title} that programs read: where it is, what it holds, how it is verified.",
                      title=site.registry.title),
        section=PATH,
        about=document["info"]["description"],
        topics=topics(document),
        shapes=shapes(document),
        ticked=ticked,
    )  # fmt: skip


def topics(document: Mapping[str, Any]) -> list[Topic]:
    """The paths of an OpenAPI document by topic."""
    found = [each["get"] | {"path": path} for path, each in document["paths"].items()]
    twins = {each["operationId"].removesuffix(_SCOPED): each for each in found}
    plain = [each for each in found if not each["operationId"].endswith(_SCOPED)]
    return [
        Topic(
            tag["name"],
            tag["description"],
            tuple(_operation(document, each, twins) for each in plain if tag["name"] in each["tags"]),
        )
        for tag in document["tags"]
    ]


def _operation(document: Mapping[str, Any], found: Mapping[str, Any], twins: Mapping[str, Any]) -> Operation:
    twin = twins[found["operationId"]]  # of a scoped path, which comes behind the plain one; else itself
    given = {each["$ref"]: each for each in (*found.get("parameters", ()), *twin.get("parameters", ()))}
    answer = resolve(document, found["responses"]["200"])
    cache = resolve(document, answer["headers"]["Cache-Control"])["schema"]["const"]
    (media, content), *_ = answer["content"].items()
    shown = content.get("example")
    return Operation(
        found["operationId"],
        found["path"],
        "" if twin is found else twin["path"],
        found["summary"],
        found["description"],
        tuple(_parameter(resolve(document, each)) for each in given.values()),
        media,
        cache,
        content["schema"].get("$ref", "").rpartition("/")[2],
        shown if isinstance(shown, str) else json.dumps(shown, indent=2, ensure_ascii=False) if shown else "",
    )


def _parameter(found: Mapping[str, Any]) -> Parameter:
    return Parameter(found["name"], found["description"], found["schema"]["pattern"], found["example"])


def resolve(document: Mapping[str, Any], value: Mapping[str, Any]) -> Mapping[str, Any]:
    """What a reference within the document means; any other value is itself."""
    found: Any = document
    for name in value["$ref"].removeprefix("#/").split("/") if "$ref" in value else ():
        found = found[name]
    return found if "$ref" in value else value


def shapes(document: Mapping[str, Any]) -> list[Shape]:
    """The schemas of an OpenAPI document."""
    from packyard.formats import schemas

    return [
        Shape(
            name,
            found.get("title", name),
            found["description"],
            schemas.path(name) if name in schemas.DOCUMENTS else "",
            tuple(members(found, "", _DEPTH)),
        )
        for name, found in document["components"]["schemas"].items()
    ]


def members(schema: Mapping[str, Any], place: str, depth: int) -> Iterator[Member]:
    """The members of an object and of what is in it, in the order of the schema."""
    for part in schema.get("allOf", ()):
        yield from members(part, place, depth)
    for name, each in schema.get("properties", {}).items():
        path = f"{place}.{name}" if place else name
        kind, refers, inner = _kind(each)
        meaning = each.get("description") or inner.get("description", "")
        yield Member(path, kind, refers, name in schema.get("required", ()), meaning)
        if depth:
            yield from members(inner, path + ("[]" if "items" in each else ""), depth - 1)


def _kind(schema: Mapping[str, Any]) -> tuple[str, str, Mapping[str, Any]]:
    """The type of a value, such as `string[]` or `mark | null`, the schema it refers to, and that of what is in it."""
    if "anyOf" in schema:
        kind, refers, inner = _kind(schema["anyOf"][0])
        return f"{kind} | null", refers, inner
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return name, name, {}
    if "const" in schema:
        return json.dumps(schema["const"], ensure_ascii=False), "", {}
    if "enum" in schema:
        return " | ".join(json.dumps(each) for each in schema["enum"]), "", {}
    if "items" in schema:
        kind, refers, _ = _kind(schema["items"])
        return f"({kind})[]" if " " in kind else f"{kind}[]", refers, schema["items"]
    types = schema.get("type", "object")
    words = [types] if isinstance(types, str) else types
    return " | ".join(schema.get("format", word) if word == "string" else word for word in words), "", schema
