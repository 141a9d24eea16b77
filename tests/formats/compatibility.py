"""What may change in a schema while its number stays.

A document is read by programs that were written when its schema was another, so whatever the schema allows now must
have been allowed then. Members may be added, for readers pass over those that they do not know; one that was optional
may become certain; a value may become narrower. Nothing may be renamed, go, stop being certain, or be something that
it could not be before. What the rule does not know counts as a break.

    python -m tests.formats.compatibility      keeps the schemas of today in `schemas/`, unless something breaks
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Any

from packyard.formats import schemas

Schema = dict[str, Any]

KEPT = Path(__file__).with_name("schemas")
URL = "https://packs.example.org/"

_SILENT = {"$id", "$schema", "$defs", "title", "description", "properties", "required", "type"}
_EQUAL = {"pattern", "format", "contentEncoding"}
_TYPES = {str: "string", int: "integer", bool: "boolean", float: "number", type(None): "null"}
_LEAST, _MOST = {"minimum", "minLength", "minItems"}, {"maximum", "maxLength", "maxItems", "maxProperties"}


def breaks(before: Schema, after: Schema) -> list[str]:
    """What a reader of `before` trips over in documents of `after`, each with its place; [] when it may change so."""
    return list(_breaks(before, after, (before, after), "document"))


def _breaks(old: Schema, new: Schema, roots: tuple[Schema, Schema], place: str) -> Iterator[str]:
    olds, news = list(_options(old, roots[0])), list(_options(new, roots[1]))
    if (len(olds), len(news)) == (1, 1):
        yield from _differs(olds[0], news[0], roots, place)
        return
    for each in news:
        if all(any(True for _ in _differs(known, each, roots, place)) for known in olds):
            kinds = (each.get("type", "something"), " or ".join(str(one.get("type")) for one in olds))
            yield f"{place}: may be {kinds[0]} of another kind than {kinds[1]}"


def _options(schema: Schema, root: Schema) -> Iterator[Schema]:
    """The kinds of values that a schema allows, without references."""
    if "$ref" in schema:
        yield from _options(root["$defs"][schema["$ref"].rpartition("/")[2]], root)
    elif "anyOf" in schema:
        for each in schema["anyOf"]:
            yield from _options(each, root)
    elif "allOf" in schema:
        own = {name: each for name, each in schema.items() if name != "allOf"}
        for parts in product(*([*_options(part, root)] for part in schema["allOf"])):
            yield _joined([*parts, own])
    elif isinstance(schema.get("type"), list):
        yield from ({**schema, "type": each} for each in schema["type"])
    else:
        yield schema


def _joined(parts: list[Schema]) -> Schema:
    found: Schema = {}
    for part in parts:
        properties = {**found.get("properties", {}), **part.get("properties", {})}
        required = [*found.get("required", []), *part.get("required", [])]
        found |= part | {"properties": properties, "required": required}
    return found


def _differs(old: Schema, new: Schema, roots: tuple[Schema, Schema], place: str) -> Iterator[str]:
    types = {_TYPES[type(each)] for each in _values(new) or ()} or {new.get("type", "anything")}
    if "type" in old and types != {old["type"]}:
        yield f"{place}: was {old['type']}, is {' or '.join(sorted(types))}"
        return
    yield from _other_values(old, new, place)
    gone = set(old.get("required", ())) - set(new.get("required", ()))
    yield from (f"{place}.{name}: may be missing" for name in sorted(gone))
    for name, known in old.get("properties", {}).items():
        if name in new.get("properties", {}):
            yield from _breaks(known, new["properties"][name], roots, f"{place}.{name}")
        else:
            yield f"{place}.{name}: is gone"
    for name in ("items", "additionalProperties"):
        if name in old:
            yield from _breaks(old[name], new.get(name, {}), roots, f"{place}[]")


def _other_values(old: Schema, new: Schema, place: str) -> Iterator[str]:
    if (known := _values(old)) is not None:
        values = _values(new)
        yield from () if values is not None and values <= known else (f"{place}: may have other values",)
    for name in old.keys() - _SILENT - {"const", "enum", "items", "additionalProperties"}:
        same = name in _EQUAL and old[name] == new.get(name)
        within = name in _LEAST and new.get(name, float("-inf")) >= old[name]
        within |= name in _MOST and new.get(name, float("inf")) <= old[name]
        if not (same or within or (old[name] == new.get(name))):
            yield f"{place}: {name} was {old[name]}, is {new.get(name, 'not there')}"


def _values(schema: Schema) -> set[Any] | None:
    return {schema["const"]} if "const" in schema else set(schema["enum"]) if "enum" in schema else None


def renew() -> list[str]:
    """Keeps the schemas of today; gives what would break, and then keeps nothing."""
    kept = {name: KEPT / f"{name}-1.json" for name in schemas.DOCUMENTS}
    found = [
        f"{name}: {each}"
        for name, path in kept.items()
        if path.exists()
        for each in breaks(json.loads(path.read_text("utf-8")), schemas.schema_of(name, URL))
    ]
    if not found:
        KEPT.mkdir(exist_ok=True)
        for name, path in kept.items():
            path.write_bytes(schemas.format_schema(name, URL))
    return found


if __name__ == "__main__":
    sys.exit("\n".join(renew()) or 0)
