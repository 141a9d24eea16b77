"""What a document of the MCP registry must be: the rules of `server.schema.json` of 2025-12-11 and of the `ServerList`
and `ServerResponse` of `openapi.yaml`, in modelcontextprotocol/registry (MIT), as far as they can be broken.

It is stricter than these in one thing: a member that they do not have is a mistake.
"""

from __future__ import annotations

from typing import Any

import jsonschema

_TEXT, _FLAG, _URI = {"type": "string"}, {"type": "boolean"}, {"type": "string", "format": "uri"}
_TIME = {"type": "string", "format": "date-time", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$"}


def _object(required: str = "", **members: Any) -> dict[str, Any]:
    return {"type": "object", "properties": members, "required": required.split(), "additionalProperties": False}


def _some(item: Any) -> dict[str, Any]:
    return {"type": "array", "items": item}


def _enum(*values: str) -> dict[str, Any]:
    return {"enum": list(values)}


_INPUT: dict[str, Any] = {
    "description": _TEXT,
    "isRequired": _FLAG,
    "isSecret": _FLAG,
    "format": _enum("string", "number", "boolean", "filepath"),
    "value": _TEXT,
    "default": _TEXT,
    "placeholder": _TEXT,
    "choices": _some(_TEXT),
}
_VARIABLES = {"type": "object", "additionalProperties": _object(**_INPUT)}
_GIVEN: dict[str, Any] = {**_INPUT, "variables": _VARIABLES}
_PAIR = _object("name", name=_TEXT, **_GIVEN)
_POSITIONAL = _object("type", type=_enum("positional"), valueHint=_TEXT, isRepeated=_FLAG, **_GIVEN)
_ARGUMENT = {
    "anyOf": [
        _POSITIONAL | {"anyOf": [{"required": ["value"]}, {"required": ["valueHint"]}]},
        _object("type name", type=_enum("named"), name=_TEXT, isRepeated=_FLAG, **_GIVEN),
    ]
}
_ADDRESS = {"type": "string", "pattern": r"^https?://[^\s]+$"}
_REMOTE = _object(
    "type url", type=_enum("streamable-http", "sse"), url=_ADDRESS, headers=_some(_PAIR), variables=_VARIABLES
)
_PACKAGE = _object(
    "registryType identifier transport",
    registryType=_enum("npm", "pypi", "oci", "nuget", "mcpb"),
    registryBaseUrl=_URI,
    identifier=_TEXT,
    version={"type": "string", "minLength": 1, "not": {"const": "latest"}},
    fileSha256={"type": "string", "pattern": "^[a-f0-9]{64}$"},
    runtimeHint=_TEXT,
    transport=_object("type", type=_enum("stdio")),
    runtimeArguments=_some(_ARGUMENT),
    packageArguments=_some(_ARGUMENT),
    environmentVariables=_some(_PAIR),
)
SERVER = _object(
    "name description version",
    **{"$schema": _URI},
    name={"type": "string", "pattern": r"^[a-zA-Z0-9.-]+/[a-zA-Z0-9._-]+$", "minLength": 3, "maxLength": 200},
    title={"type": "string", "minLength": 1, "maxLength": 100},
    description={"type": "string", "minLength": 1, "maxLength": 100},
    version={"type": "string", "maxLength": 255},
    repository=_object("url source", url=_URI, source=_TEXT, id=_TEXT, subfolder=_TEXT),
    websiteUrl=_URI,
    remotes=_some(_REMOTE),
    packages=_some(_PACKAGE),
)
_OFFICIAL = _object(
    status=_enum("active", "deprecated", "deleted"),
    statusMessage={"type": "string", "maxLength": 500},
    statusChangedAt=_TIME,
    publishedAt=_TIME,
    updatedAt=_TIME,
    isLatest=_FLAG,
)
_META = {"type": "object", "properties": {"io.modelcontextprotocol.registry/official": _OFFICIAL}}
RESPONSE = _object("server", server=SERVER, _meta=_META)
LIST = _object(
    "servers", servers=_some(RESPONSE), metadata=_object(nextCursor=_TEXT, count={"type": "integer", "minimum": 0})
)


def check(document: Any, schema: dict[str, Any]) -> None:
    """Raises `jsonschema.ValidationError`."""
    jsonschema.Draft202012Validator(schema, format_checker=jsonschema.Draft202012Validator.FORMAT_CHECKER).validate(
        document
    )
