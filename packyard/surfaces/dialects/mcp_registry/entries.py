"""A server of a pack as the MCP registry says it: `server.json`, and what the registry knows besides."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from packyard.formats import foreign, layout
from packyard.formats.mcp import Server
from packyard.formats.times import format_time
from packyard.model import Manifest, Pack, VersionState
from packyard.registry import Registry
from packyard.surfaces.dialects.mcp_registry.running import command_line, package, remote
from packyard.surfaces.hidden import reveal

SCHEMA = "https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json"
OFFICIAL = "io.modelcontextprotocol.registry/official"
#: The most characters of a title and a description, and of what is said about a status.
SHORT, MESSAGE = 100, 500

_STATUS = frozenset({"yank", "unyank", "deprecate", "undeprecate", "archive", "rename"})
_FORGES = {"github.com": "github", "gitlab.com": "gitlab"}


class Standing(NamedTuple):
    """What is said of a version's servers: `active`, `deprecated` or `deleted`, why, and since when (in seconds; None
    when nothing was ever said).
    """

    status: str
    message: str
    changed: int | None


def standing_of(pack: Pack, state: VersionState) -> Standing:
    """What is said of a version of a pack."""
    version, said = state.release.version, "; ".join(_said(pack, state))
    both = zip(pack.statements, pack.grounds.statements, strict=False)
    times = [
        record.published
        for each, record in both
        if each.action in _STATUS and each.fields.get("version", version) == version
    ]
    status = "deleted" if state.yanked else "deprecated" if said else "active"
    return Standing(status, said, max(times, default=None))


def _said(pack: Pack, state: VersionState) -> Iterator[str]:
    if state.yanked:
        yield f"yanked on {state.yanked.date}: {state.yanked.reason}"
    if mark := state.deprecated or pack.deprecated:
        instead = f" (use {mark.replacement})" if mark.replacement else ""
        yield f"deprecated since {mark.date}: {mark.reason}{instead}"
    if pack.archived:
        yield f"archived on {pack.archived.date}, nothing new will come: {pack.archived.reason}"
    if pack.renamed:
        yield f"goes on as {pack.renamed.to} since {pack.renamed.date}: {pack.renamed.reason}"


def response(
    registry: Registry, name: str, server: Server, state: VersionState, standing: Standing, last: bool
) -> Mapping[str, Any]:
    """A `ServerResponse`; `name` is SERVER, `last` whether it is the latest version."""
    release, namespace = state.release, foreign.mcp_namespace(registry.origin)
    changed = format_time(standing.changed) if standing.changed is not None else None
    official = {
        "status": standing.status,
        "statusMessage": _cut(reveal(standing.message), MESSAGE) or None,
        "statusChangedAt": changed,
        "publishedAt": format_time(release.published),
        "updatedAt": format_time(max(release.published, standing.changed or 0)),
        "isLatest": last,
    }
    about = {
        "pack": release.pack,
        "server": reveal(server.name),
        "publisher": release.publisher,
        "sha256": release.identity,
        "runs": command_line(server) if server.kind == "stdio" else None,
    }
    return {
        "server": detail(registry, f"{namespace}/{foreign.flat(release.pack)}_{name}", server, release.manifest),
        "_meta": {OFFICIAL: _known(official), f"{namespace}/pack": _known(about)},
    }


def detail(registry: Registry, name: str, server: Server, manifest: Manifest) -> Mapping[str, Any]:
    """A `server.json`."""
    about = _cut(_line(manifest.description), SHORT) or f"An MCP server of the pack {manifest.name}"
    transport, run = remote(server), package(server)
    page = registry.url + layout.pack(manifest.name)
    return _known(
        {
            "$schema": SCHEMA,
            "name": name,
            "title": _cut(_line(server.name), SHORT) or None,
            "description": _cut(about, SHORT),
            "version": manifest.version,
            "repository": _repository(manifest.repository),
            "websiteUrl": manifest.homepage if _host(manifest.homepage) else page,
            "remotes": [transport] if transport else None,
            "packages": [run] if run else None,
        }
    )


def _repository(address: str) -> Mapping[str, str] | None:
    host = _host(address)
    return {"url": address, "source": _FORGES.get(host, host)} if host else None


def _host(address: str) -> str:
    """The host of a web address, "" for anything else."""
    try:
        parts = urlsplit(address)
        host = parts.hostname or ""
    except ValueError:
        return ""
    plain = address.isascii() and not any(sign in address for sign in ' "<>\\^`{|}')
    return host if parts.scheme in ("http", "https") and plain and parts.username is None else ""


def _line(text: str) -> str:
    return " ".join(reveal(text).split())


def _cut(text: str, limit: int) -> str:
    return text if len(text) <= limit else f"{text[: limit - 1].rstrip()}…"


def _known(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}
