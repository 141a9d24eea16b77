"""What a pack depends on, as agentpacks tells it, and as text for Mermaid."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from packyard.model import Pack
from packyard.surfaces.pack.beneath import Graph, graph_of, mermaid
from packyard.surfaces.pack.values import Need


def graph_document(name: str, packs: Mapping[str, Pack], *, text: bool) -> dict[str, Any]:
    """`/packs/NAME/dependencies`: the graph beneath the latest version of the pack `name`, which is among the `packs`,
    with all that are known; as `text` for Mermaid if that is wanted.
    """
    about = packs[name].latest.release.manifest
    found = graph_of(name, about.dependencies, about.conflicts, {each.name: _need(each) for each in packs.values()})
    shown = {"mermaid": mermaid(found)} if text else {"graph": _shape(found)}
    return {**shown, "cycles": next(iter(found.cycles), None)}


def _shape(graph: Graph) -> dict[str, Any]:
    return {
        "root": graph.nodes[0].name,
        "nodes": [node.name for node in graph.nodes],
        "edges": [{"from": edge.source, "to": edge.target} for edge in graph.edges],
        "depth": max(node.depth for node in graph.nodes),
    }


def _need(pack: Pack) -> Need:
    latest = pack.latest.release.manifest
    return Need(pack.name, True, pack.deprecated is not None, latest.dependencies, latest.conflicts)
