"""What is beneath a version: the packs that it depends on, and those that they depend on, as a graph.

The graph is walked breadth first, by name on each level, at most `DEPTH` deep (agentpacks' limit). Only what a pack's
latest version says is followed, and of what a registry does not have there is nothing to follow.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from packyard.surfaces.pack.values import Need

#: How far dependencies are followed; how many packs, dependencies, cycles and conflicts are shown at most.
DEPTH, MOST, MOST_EDGES, MOST_CYCLES, MOST_CLASHES = 10, 100, 300, 10, 20

#: Names with ranges, as a manifest pairs them.
Pairs = tuple[tuple[str, str], ...]


class Node(NamedTuple):
    """A pack of the graph, `depth` steps from the root. `need` is None where nothing is known of it: of the root, and
    of what was not followed, so that nobody can say whether it is there.
    """

    name: str
    depth: int
    need: Need | None


class Edge(NamedTuple):
    """That `source` depends on `target`, in the versions of `range`."""

    source: str
    target: str
    range: str


class Graph(NamedTuple):
    """`nodes` in the order of the walk, the root first; `cycles` as paths that end where they begin; `clashes` pairs
    packs of the graph of which the first conflicts with the second. `whole` is whether nothing was left out, and
    something is known of every pack but the root.
    """

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    cycles: tuple[tuple[str, ...], ...]
    clashes: tuple[tuple[str, str], ...]
    whole: bool


class Branch(NamedTuple):
    """A dependency in the nested list. What stands beneath a pack is shown once, where the walk met it first; `again`
    is any other mention, `back` one beneath itself.
    """

    name: str
    range: str
    need: Need | None
    again: bool
    back: bool
    branches: tuple[Branch, ...]


def graph_of(root: str, needs: Pairs, conflicts: Iterable[str], known: Mapping[str, Need]) -> Graph:
    """The graph beneath a version of the pack `root` that says these `needs` and `conflicts`."""
    nodes, edges, level, whole = {root: Node(root, 0, None)}, list[Edge](), [root], True
    for depth in range(1, DEPTH + 2):
        found = list[str]()
        for source in level:
            for target, wanted in sorted(needs if source == root else _needs_of(nodes[source])):
                fits = target in nodes or (depth <= DEPTH and len(nodes) < MOST)
                if not fits or len(edges) >= MOST_EDGES:
                    whole = False
                    continue
                edges.append(Edge(source, target, wanted))
                if target not in nodes:
                    nodes[target] = Node(target, depth, known.get(target))
                    whole = whole and target in known
                    found.append(target)
        level = sorted(found)
    clashes = tuple(_clashes(root, conflicts, nodes.values()))
    return Graph(tuple(nodes.values()), tuple(edges), _cycles(root, edges), clashes[:MOST_CLASHES], whole)


def reached(needs: Pairs, known: Mapping[str, Need]) -> tuple[Need, ...]:
    """Of what is known, what the graph of a version with these `needs` is made from, by name."""
    seen, level = set[str](), [name for name, _ in needs]
    while level:
        seen.update(level)
        level = [name for each in level if each in known for name, _ in known[each].needs if name not in seen]
    return tuple(known[name] for name in sorted(seen) if name in known)


def tree_of(graph: Graph) -> tuple[Branch, ...]:
    """The graph as a nested list, beneath the root."""
    nodes = {node.name: node for node in graph.nodes}
    beneath = dict[str, list[Edge]]()
    for edge in graph.edges:
        beneath.setdefault(edge.source, []).append(edge)
    first = dict[str, str]()
    for edge in graph.edges:
        first.setdefault(edge.target, edge.source)

    def branch(edge: Edge, path: frozenset[str]) -> Branch:
        name = edge.target
        back = name in path
        again = back or first[name] != edge.source
        branches = () if again else tuple(branch(each, path | {name}) for each in beneath.get(name, ()))
        return Branch(name, edge.range, nodes[name].need, again, back, branches)

    root = graph.nodes[0].name
    return tuple(branch(edge, frozenset({root})) for edge in beneath.get(root, ()))


def mermaid(graph: Graph) -> str:
    """The graph as text for Mermaid (https://mermaid.js.org/syntax/flowchart.html)."""
    ids = {node.name: f"n{at}" for at, node in enumerate(graph.nodes)}
    lines = [f'    {ids[node.name]}["{_quoted(node.name)}"]' for node in graph.nodes]
    lines += [f'    {ids[edge.source]} -->|"{_quoted(edge.range)}"| {ids[edge.target]}' for edge in graph.edges]
    return "\n".join(["graph TD", *lines])


def _quoted(text: str) -> str:
    """Text in Mermaid's quotes: what has a meaning there is named."""
    return "".join(char if char.isalnum() or char in " @/.-^~*=+," else f"#{ord(char)};" for char in text)


def _needs_of(node: Node) -> Pairs:
    return node.need.needs if node.need else ()


def _clashes(root: str, conflicts: Iterable[str], nodes: Iterable[Node]) -> Iterator[tuple[str, str]]:
    names = {node.name for node in nodes}
    yield from ((root, other) for other in sorted(set(conflicts) & names))
    for node in nodes:
        if node.need:
            yield from ((node.name, other) for other in sorted(set(node.need.conflicts) & names))


def closed(root: str, edges: Iterable[Edge]) -> Iterator[tuple[str, ...]]:
    """The paths that one more dependency closes to a cycle: from the pack that it leads back to, to the one that has
    it. Without these dependencies the graph has no cycle.
    """
    targets, done = dict[str, list[str]](), set[str]()
    for edge in edges:
        targets.setdefault(edge.source, []).append(edge.target)
    path, waiting = [root], [iter(targets.get(root, ()))]
    while waiting:
        name = next(waiting[-1], None)
        if name is None:
            done.add(path.pop())
            waiting.pop()
        elif name in path:
            yield tuple(path[path.index(name) :])
        elif name not in done:
            path.append(name)
            waiting.append(iter(targets.get(name, ())))


def _cycles(root: str, edges: Iterable[Edge]) -> tuple[tuple[str, ...], ...]:
    """For each dependency that leads back to where a path came from, the cycle that it closes; each once."""
    found = dict[frozenset[str], tuple[str, ...]]()
    for path in closed(root, edges):
        found.setdefault(frozenset(path), _turned(path))
    return tuple(found.values())[:MOST_CYCLES]


def _turned(cycle: tuple[str, ...]) -> tuple[str, ...]:
    """The cycle from its first name by the alphabet, so that it is the same wherever it was met."""
    at = cycle.index(min(cycle))
    return (*cycle[at:], *cycle[:at], cycle[at])
