"""The few words in which the schemas of the documents are written, and what several documents have in common.

    record("A version", {"version": VERSION, "yanked": maybe(ref("mark"))}, {"note": text("Why")})

is an object that always has `version` and `yanked`, and may have `note`. A schema is JSON Schema 2020-12 as a mapping;
`ref` names one of `DEFINITIONS`. Objects are open: readers pass over members that they do not know.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from packyard.formats.advisory import ECOSYSTEM, LEVELS
from packyard.formats.osv import SEVERITIES

Schema = dict[str, Any]

DEFS = "#/$defs/"
#: A name of a pack or a scope, as a part of patterns.
NAME = "[a-z0-9][a-z0-9-]{0,62}[a-z0-9]"
_NUMBER = "(0|[1-9][0-9]*)"


def text(meaning: str, **more: Any) -> Schema:
    """Text."""
    return {"type": "string", "description": meaning, **more}


def number(meaning: str, **more: Any) -> Schema:
    """A whole number that is not negative."""
    return {"type": "integer", "minimum": 0, "description": meaning, **more}


def flag(meaning: str) -> Schema:
    """True or false."""
    return {"type": "boolean", "description": meaning}


def many(items: Schema, meaning: str) -> Schema:
    """A list."""
    return {"type": "array", "items": items, "description": meaning}


def table(values: Schema, meaning: str, **more: Any) -> Schema:
    """An object whose members are named by what it is about."""
    return {"type": "object", "additionalProperties": values, "description": meaning, **more}


def record(meaning: str, members: Mapping[str, Schema], optional: Mapping[str, Schema] | None = None) -> Schema:
    """An object with these members; only the optional ones may be missing."""
    properties = {**members, **(optional or {})}
    return {"type": "object", "description": meaning, "required": list(members), "properties": properties}


def maybe(schema: Schema) -> Schema:
    """What may be null: absent, or not known."""
    if "type" in schema and "const" not in schema and "enum" not in schema:
        return {**schema, "type": [schema["type"], "null"]}
    return {"anyOf": [{key: value for key, value in schema.items() if key != "description"}, {"type": "null"}]} | (
        {"description": schema["description"]} if "description" in schema else {}
    )


def ref(name: str, meaning: str = "") -> Schema:
    """What `DEFINITIONS` calls `name`."""
    return {"$ref": DEFS + name} | ({"description": meaning} if meaning else {})


def form(name: str) -> Schema:
    """The member `format` of a document."""
    return {"const": f"packyard/{name}/1", "description": "The document and the number of its form"}


PACK = text("The name of a pack, `hello` or `@acme/hello`", pattern=f"^(@{NAME}/)?{NAME}$")
HANDLE = text("The handle of a publisher", pattern=f"^{NAME}$")
ORG = text("The name of an organisation", pattern=f"^{NAME}$")
VERSION = text("A version by semantic versioning", pattern=rf"^{_NUMBER}\.{_NUMBER}\.{_NUMBER}(-[0-9A-Za-z.-]+)?$")
DIGEST = text("A SHA-256 in hex", pattern="^[0-9a-f]{64}$")
COMMIT = text("The id of a git commit", pattern="^([0-9a-f]{40}|[0-9a-f]{64})$")
KEYID = text("The id of a minisign key, as minisign prints it", pattern="^[0-9A-F]{16}$")
KEY = text("A minisign public key", pattern="^RW[A-Za-z0-9+/]{54}$")
VKEY = text("A verifier key of signed notes", pattern=r"^\S+\+[0-9a-f]{8}\+[A-Za-z0-9+/]+={0,2}$")
TIME = text("A time in UTC", format="date-time", pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z$")
DAY = text("A day", format="date")
ORIGIN = text("The registry’s name in everything that it signs")
PATH = text("A path from the site’s root", pattern="^[^/]")
URL = text("A web address", format="uri", pattern="^https?://")
BASE64 = text("Bytes in base64", contentEncoding="base64")


def said(schema: Schema, meaning: str) -> Schema:
    """The same, with what it means here."""
    return {**schema, "description": meaning}


_PACKAGE = record("The pack", {"ecosystem": {"const": ECOSYSTEM}, "name": PACK})
#: What an advisory may say of a pack’s versions.
AFFECTED: Mapping[str, Schema] = {
    "ranges": many(
        record(
            "A range of versions",
            {
                "type": {"const": "SEMVER"},
                "events": many(
                    table(text("A version"), "`introduced`, `fixed` or `last_affected`", maxProperties=1),
                    "Where it begins and ends, in turns",
                ),
            },
        ),
        "Ranges",
    ),
    "versions": many(VERSION, "Single versions"),
}

DEFINITIONS: Mapping[str, Schema] = {
    "mark": record(
        "What was said of a version or a pack, and why",
        {"reason": text("Why"), "date": said(DAY, "Since which day")},
        {"replacement": said(PACK, "The pack to use instead"), "legal": text("What the law demanded")},
    ),
    "tarball": record(
        "An archive",
        {
            "path": PATH,
            "sha256": said(DIGEST, "The SHA-256 of the file"),
            "size": number("Its bytes"),
            "tar_sha256": said(DIGEST, "The SHA-256 of the tar inside, which no compressor changes"),
            "encoder": text("What compressed it"),
        },
    ),
    "signed": record(
        "Something signed and logged",
        {
            "path": PATH,
            "signatures": many(PATH, "Its signatures"),
            "sha256": said(DIGEST, "The SHA-256 of the signed file"),
            "keys": many(KEYID, "The keys that signed"),
            "published": said(TIME, "When it was merged"),
            "log_index": number("The index of its entry in the log"),
        },
    ),
    "affected": record("A pack and its affected versions", {"package": _PACKAGE, **AFFECTED}),
    "affected-in-osv": record("A pack and its affected versions", {"package": _PACKAGE}, AFFECTED),
    "severity": record("How bad it is", {"type": {"enum": list(SEVERITIES)}, "score": text("A vector of that type")}),
}

LEVEL = {"enum": list(LEVELS), "description": "How bad it is, in a word"}
