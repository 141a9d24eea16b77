"""A graph of packs as a picture: layers from left to right, drawn into SVG by `templates/version/dependencies.html`.

A pack stands right of everything that depends on it. Within a layer, packs stand in the order of the places of what
depends on them, which keeps most lines apart. A dependency that leads over a layer is drawn above, one that closes a
cycle below, and dashed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from packyard.surfaces.pack.beneath import Edge, Graph, Node, closed

#: A picture of more packs than this helps nobody.
MOST = 60

HEIGHT, _GAP, _BETWEEN, _LETTER, _PAD = 32, 14, 88, 8, 12
_EDGE, _APART = 20, 56


class Box(NamedTuple):
    """A pack: its upper left corner, and its width."""

    node: Node
    x: int
    y: int
    width: int

    @property
    def length(self) -> int:
        """The width of the name in it."""
        return self.width - 2 * _PAD


class Line(NamedTuple):
    """A dependency: the path of its line and of its head, as SVG; `back` when it closes a cycle."""

    path: str
    head: str
    back: bool


class Picture(NamedTuple):
    """Boxes and lines on an area of so many pixels."""

    width: int
    height: int
    boxes: tuple[Box, ...]
    lines: tuple[Line, ...]


def draw(graph: Graph) -> Picture:
    """The picture of the graph's first `MOST` packs."""
    nodes = {node.name: node for node in graph.nodes[:MOST]}
    edges = [edge for edge in graph.edges if edge.source in nodes and edge.target in nodes]
    back = {(path[-1], path[0]) for path in closed(graph.nodes[0].name, edges)}
    onward = [edge for edge in edges if edge[:2] not in back]
    layers = _layers(nodes, onward)
    far = [edge for edge in onward if layers[edge.target] - layers[edge.source] > 1]
    boxes = _boxes(nodes, layers, onward, _APART if far else _EDGE)
    lines = [(_far if edge in far else _near)(boxes[edge.source], boxes[edge.target]) for edge in onward]
    lines += [_back(boxes[source], boxes[target]) for source, target in sorted(back)]
    width = max(box.x + box.width for box in boxes.values()) + _EDGE
    height = max(box.y for box in boxes.values()) + HEIGHT + (_APART if back else _EDGE)
    return Picture(width, height, tuple(boxes.values()), tuple(lines))


def _boxes(nodes: Mapping[str, Node], layers: Mapping[str, int], onward: Sequence[Edge], edge: int) -> dict[str, Box]:
    stacks = dict[int, list[Node]]()
    for name, layer in sorted(layers.items(), key=lambda item: item[1]):
        stacks.setdefault(layer, []).append(nodes[name])
    boxes, x = dict[str, Box](), _EDGE
    tallest = max(map(len, stacks.values()))
    for stack in stacks.values():
        widths = {node.name: _LETTER * len(node.name) + 2 * _PAD for node in stack}
        top = edge + (tallest - len(stack)) * (HEIGHT + _GAP) // 2
        for at, node in enumerate(_ordered(stack, onward, boxes)):
            boxes[node.name] = Box(node, x, top + at * (HEIGHT + _GAP), widths[node.name])
        x += max(widths.values()) + _BETWEEN
    return boxes


def _layers(nodes: Mapping[str, Node], onward: Sequence[Edge]) -> dict[str, int]:
    """The length of the longest way to each pack from the root, which is the only one in the first layer."""
    layers = {name: min(node.depth, 1) for name, node in nodes.items()}
    grown = True
    while grown:
        grown = False
        for edge in onward:
            if layers[edge.target] <= layers[edge.source]:
                layers[edge.target], grown = layers[edge.source] + 1, True
    return layers


def _ordered(nodes: list[Node], edges: Sequence[Edge], boxes: dict[str, Box]) -> list[Node]:
    """The packs of a layer by the mean height of what depends on them in the layers before."""
    above = dict[str, list[int]]()
    for edge in edges:
        if edge.source in boxes:
            above.setdefault(edge.target, []).append(boxes[edge.source].y)
    means = {name: sum(heights) / len(heights) for name, heights in above.items()}
    return sorted(nodes, key=lambda node: (means.get(node.name, 0), node.name))


def _near(source: Box, target: Box) -> Line:
    """From one layer to the next."""
    x1, y1 = source.x + source.width, source.y + HEIGHT // 2
    x2, y2 = target.x, target.y + HEIGHT // 2
    bend = (x2 - x1) // 2
    return Line(f"M{x1} {y1}C{x1 + bend} {y1} {x2 - bend} {y2} {x2 - 8} {y2}", f"M{x2} {y2}l-9 -4v8z", False)


def _far(source: Box, target: Box) -> Line:
    """Over what is between, where a straight line would be hidden."""
    (x1, y1), (x2, y2) = ((box.x + box.width // 2, box.y) for box in (source, target))
    high = min(y1, y2) - _APART
    return Line(f"M{x1} {y1}C{x1} {high} {x2} {high} {x2} {y2 - 8}", f"M{x2} {y2}l-4 -9h8z", False)


def _back(source: Box, target: Box) -> Line:
    """From below one box to below another."""
    (x1, y1), (x2, y2) = ((box.x + box.width // 2, box.y + HEIGHT) for box in (source, target))
    low = max(y1, y2) + _APART
    return Line(f"M{x1 + 9} {y1}C{x1 + 9} {low} {x2 - 9} {low} {x2 - 9} {y2 + 8}", f"M{x2 - 9} {y2}l-4 9h8z", True)
