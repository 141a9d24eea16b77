"""Schemas of what is there for programs whose formats others define: as much of them as a registry of packs uses."""

from __future__ import annotations

from collections.abc import Mapping

from packyard.formats.advisory import ECOSYSTEM
from packyard.formats.schemas.ori import DIGEST as NAMED_DIGEST
from packyard.formats.schemas.registry import ADVISORY
from packyard.formats.schemas.terms import (
    AFFECTED,
    DIGEST,
    HANDLE,
    PACK,
    PATH,
    TIME,
    URL,
    VERSION,
    Schema,
    flag,
    form,
    many,
    maybe,
    number,
    record,
    said,
    table,
    text,
)

_ADDRESS = text("An address, perhaps relative to this file", format="uri-reference")

SKILLS = record(
    "Agent skills that can be had here: discovery 0.2.0",
    {
        "$schema": {"const": "https://schemas.agentskills.io/discovery/0.2.0/schema.json"},
        "skills": many(
            record(
                "A skill",
                {
                    "name": text("Its name", pattern="^[a-z0-9]+(-[a-z0-9]+)*$", maxLength=64),
                    "type": {"enum": ["archive", "skill-md"], "description": "What is at the address"},
                    "description": text("When to use it"),
                    "url": said(_ADDRESS, "Where it is, perhaps relative to this file"),
                    "digest": said(NAMED_DIGEST, "The SHA-256 of what is there"),
                },
                {
                    "files": many(text("A path in the skill"), "Its files"),
                    "version": text("What changes when it changes"),
                },
            ),
            "By their names",
        ),
    },
)

_PLUGIN = record(
    "A plugin",
    {
        "name": text("Its name"),
        "source": record(
            "Where it is", {"source": {"const": "archive"}, "url": said(URL, "An archive"), "sha256": DIGEST}
        ),
    },
    {
        "displayName": text("The name of the pack, where that is another"),
        "version": VERSION,
        "description": text("What it is, in a line"),
        "author": record("Who wrote it", {"name": text("The name")}),
        "homepage": said(URL, "Where more is said"),
        "repository": text("Where its source is"),
        "license": text("Its licence, by SPDX"),
        "keywords": many(text("A tag"), "What it is about"),
    },
)

MARKETPLACE = record(
    "A marketplace of plugins",
    {
        "name": text("Its name"),
        "owner": record("Whose it is", {"name": text("The title of the registry")}),
        "plugins": many(_PLUGIN, "Plugins"),
    },
    {
        "description": text("What it is"),
        "renames": table(maybe(text("The name under which it goes on")), "Plugins that have another name now"),
    },
)

_SERVER = record(
    "A server",
    {
        "$schema": text("The schema of this object", format="uri"),
        "name": text("Its name: the registry’s origin in reverse, and pack and server behind a slash"),
        "description": text("What it is, in a line"),
        "version": VERSION,
    },
    {
        "title": text("What the pack calls it"),
        "websiteUrl": said(URL, "Where more is said"),
        "repository": {"type": "object", "description": "Where its source is"},
        "packages": many({"type": "object", "description": "A package of another registry"}, "What runs it"),
        "remotes": many({"type": "object", "description": "An address"}, "Where it answers"),
    },
)

_STANDING = record(
    "What the registry says of it",
    {
        "status": {"enum": ["active", "deprecated", "deleted"], "description": "Whether it is offered"},
        "publishedAt": said(TIME, "When it was merged"),
        "updatedAt": said(TIME, "When something was last said of it"),
        "isLatest": flag("Whether it is that of the latest version"),
    },
    {
        "statusMessage": text("Why it is not active"),
        "statusChangedAt": said(TIME, "Since when"),
    },
)

MCP_SERVER = record(
    "A version of a server",
    {
        "server": _SERVER,
        "_meta": {
            **record("What is known of it", {"io.modelcontextprotocol.registry/official": _STANDING}),
            "additionalProperties": {"type": "object", "description": "The pack that it comes from"},
        },
    },
)

MCP_SERVERS = record(
    "Servers",
    {
        "servers": many(MCP_SERVER, "By their names, or of one server the highest version first"),
        "metadata": record(
            "About this list", {"count": number("How many are shown")}, {"nextCursor": text("What follows")}
        ),
    },
)

_NPM_VERSION = record(
    "A version",
    {
        "name": text("The name of the package"),
        "version": VERSION,
        "dist": record("Its archive", {"tarball": URL, "integrity": text("By Subresource Integrity")}),
    },
    {
        "description": text("What it is, in a line"),
        "keywords": many(text("A tag"), "What it is about"),
        "author": text("Who wrote it"),
        "license": text("Its licence, by SPDX"),
        "homepage": text("A web address"),
        "repository": record("Where its source is", {"url": text("A web address")}),
        "dependencies": table(text("A range of versions"), "The packages that it needs"),
        "deprecated": text("Why it should not be used any more"),
        "gypfile": {"const": False, "description": "That there is nothing to compile"},
        "packyard": record("The pack that it is", {"origin": text("The registry"), "pack": PACK, "identity": DIGEST}),
    },
)

PACKUMENT = record(
    "A pack as an npm package, with all its versions",
    {
        "name": text("The name of the package"),
        "dist-tags": table(VERSION, "The version that each tag names"),
        "time": table(TIME, "When each version was published; `created`: the first"),
        "versions": table(_NPM_VERSION, "The versions that are offered"),
    },
    {
        "description": text("What it is, in a line"),
        "keywords": many(text("A tag"), "What it is about"),
        "license": text("Its licence, by SPDX"),
        "homepage": text("A web address"),
        "repository": record("Where its source is", {"url": text("A web address")}),
        "maintainers": many(record("Somebody", {"name": HANDLE, "email": text("Not known: empty")}), "The owners"),
    },
)

_AFFECTED = record(
    "Affected versions of a pack, or of the npm package that it is",
    {
        "package": record(
            "The pack", {"ecosystem": {"enum": [ECOSYSTEM, "npm"]}, "name": text("Its name in that ecosystem")}
        )
    },
    AFFECTED,
)
_RECORD: Schema = {
    **ADVISORY,
    "properties": {**ADVISORY["properties"], "affected": many(_AFFECTED, "The versions that it is about")},
}

OSV = record("The records that name a pack", {"vulns": many(_RECORD, "OSV records")})

_COLUMN = record(
    "A column", {"name": text("Its name"), "type": text("What is in it"), "about": text("What that means")}
)

EXPORTS = record(
    "What there is for people who query the catalogue",
    {
        "format": form("exports"),
        "files": table(many(PATH, "The files of a table"), "The tables"),
        "events": record("The log as lines", {"first": PATH, "lines": number("How many a file has")}),
        "columns": table(many(_COLUMN, "In their order"), "The columns of each table"),
    },
)

#: The documents by their names: title, schema, and the dialect that has them.
DOCUMENTS: Mapping[str, tuple[str, Schema, str]] = {
    "agent-skills": ("Agent skills", SKILLS, "agent-skills"),
    "marketplace": ("Marketplace of plugins", MARKETPLACE, "claude-code"),
    "mcp-servers": ("Servers of the MCP registry", MCP_SERVERS, "mcp-registry"),
    "mcp-server": ("Server of the MCP registry", MCP_SERVER, "mcp-registry"),
    "npm-packument": ("Packument", PACKUMENT, "npm"),
    "osv-pack": ("Records of a pack", OSV, "osv"),
    "exports": ("Exports", EXPORTS, "exports"),
}
