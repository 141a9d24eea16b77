"""The MCP registry's API, version 0.1: the MCP servers of packs, for programs that look for servers to offer.

    mcp/v0.1/servers/                                              the first servers by name: `index.html`
    mcp/v0.1/servers/NAMESPACE/FLAT_SERVER/versions/               all that are offered of one, the highest first
    mcp/v0.1/servers/NAMESPACE/FLAT_SERVER/versions/1.2.0/         one, also when it is yanked
    mcp/v0.1/servers/NAMESPACE/FLAT_SERVER/versions/latest/        what the pack's latest version has

Each but the first is `index.html` and `index.json` with the same JSON. The formats are those of the project
modelcontextprotocol/registry, `docs/reference/api/openapi.yaml` and `server.schema.json` of 2025-12-11:

    {"servers": [{"server": {"name": "org.example.packs/hello_notes", "version": "1.2.0", …},
                  "_meta": {"io.modelcontextprotocol.registry/official": {"status": "active", …}}}],
     "metadata": {"count": 1}}

A server's versions are those of its pack that have it in `mcp.json`. A yanked one is `deleted`: clients leave it out of
lists, and find it by its number. One that is deprecated, or whose pack is, or is archived or goes on under another
name, is `deprecated`, and `statusMessage` says why. Of withdrawn versions there is nothing.

The list is cut after `MOST` servers and names no next page: a host that only has files ignores `?cursor=`, and whoever
followed it would get the same page for ever. Hosts that can be told have the whole of it in `pages`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from itertools import chain, islice
from typing import Any, NamedTuple

from packyard.errors import FormatError
from packyard.formats import foreign
from packyard.formats.mcp import Server, parse_mcp
from packyard.model import Pack, Release, VersionState
from packyard.recipe import Recipe
from packyard.registry import Registry
from packyard.surfaces.dialects.mcp_registry import pages
from packyard.surfaces.dialects.mcp_registry.entries import Standing, response, standing_of
from packyard.surfaces.dialects.mcp_registry.naming import segment
from packyard.surfaces.dialects.values import Dialect, Said, View, document, encode
from packyard.surfaces.pack.values import Hand, facts
from packyard.surfaces.site import Site

#: Servers in the list, and servers of one version that are shown: the first by name.
MOST, MOST_OF_A_PACK = 100, 50
SERVERS = foreign.MCP + "servers/"
#: The one list, and its name.
LIST = "servers"

_FILE = "mcp.json"


class Offered(NamedTuple):
    """A server in one version of a pack; `last` is whether that is the pack's latest version."""

    server: Server
    state: VersionState
    standing: Standing
    last: bool


def plan(hand: Hand, pack: Pack) -> Iterator[Recipe]:
    """The documents of a pack's servers."""
    registry = hand.site.registry
    for name, versions in sorted(_offered(hand, pack).items()):
        folder = foreign.mcp_server(registry.origin, pack.name, name, "versions/")
        known = (registry.origin, registry.url, pack.name, name)
        listed = [each for each in versions if each.state.yanked is None]
        states = tuple((facts(each.state), each.standing, each.last) for each in listed)
        yield from document(folder, (*known, states), partial(_listing, registry, name, listed))
        for each in versions:
            inputs = (*known, facts(each.state), each.standing, each.last)
            render = partial(response, registry, name, each.server, each.state, each.standing, each.last)
            yield from document(f"{folder}{each.state.release.version}/", inputs, render)
            if each.last:
                yield from document(f"{folder}latest/", inputs, render)


def said(hand: Hand, pack: Pack) -> Said | None:
    """The servers of the pack's latest version, in the order of their names."""
    registry, found = hand.site.registry, sorted(_offered(hand, pack._replace(versions=(pack.latest,))).items())
    texts = [
        encode(response(registry, name, each.server, each.state, each.standing, True)).decode().strip()
        for name, (each,) in found
        if each.last
    ]
    rank = f"{foreign.flat(pack.name)}_"
    return Said("\n".join(texts), tuple((each, rank) for each in (LIST, *pages.pieces(pack.name)))) if texts else None


def plan_list(site: Site, view: View, name: str) -> Iterator[Recipe]:
    """The list of servers, or pages of it."""
    if name.startswith(pages.PIECE):
        yield from pages.plan(view, name)
    elif name == LIST:
        texts = tuple(islice(chain.from_iterable(text.split("\n") for text in view.head(name, MOST)), MOST))
        yield Recipe(SERVERS + "index.html", texts, partial(pages.page, texts))


def _listing(registry: Registry, name: str, versions: list[Offered]) -> Any:
    servers = [response(registry, name, each.server, each.state, each.standing, each.last) for each in versions]
    return {"servers": servers, "metadata": {"count": len(servers)}}


def _offered(hand: Hand, pack: Pack) -> Mapping[str, list[Offered]]:
    """The servers of a pack by the last part of their names, each in all versions that have it, the highest first."""
    found, read, latest = dict[str, list[Offered]](), dict[str, tuple[Server, ...]](), pack.latest
    for state in pack.versions:
        for server in () if state.withdrawn else _servers(hand, state.release, read):
            if name := segment(hand.site.registry.origin, pack.name, server.name):
                last = state is latest and state.alive
                found.setdefault(name, []).append(Offered(server, state, standing_of(pack, state), last))
    return found


def _servers(hand: Hand, release: Release, read: dict[str, tuple[Server, ...]]) -> tuple[Server, ...]:
    """The servers of a version; `read` are those that were read from a file with the same hash."""
    digest = next((file.sha256 for file in release.files if file.path == _FILE), "")
    if digest and digest not in read:
        try:
            servers = parse_mcp(hand.files(release)[_FILE])
        except FormatError:  # it was published all the same, and is nobody's server
            servers = ()
        read[digest] = tuple(sorted(servers, key=lambda server: server.name)[:MOST_OF_A_PACK])
    return read.get(digest, ())


DIALECT = Dialect("mcp-registry", plan, said, plan_list, (LIST, pages.PIECE))
