"""A graph of packs as a picture: layers from left to right, drawn into SVG by `templates/version/dependencies.html`.

A pack stands in the layer of its depth. Within a layer, packs stand in the order of the places of what depends on them,
which keeps most lines apart. A line that does not lead one layer on goes out of its way and is dashed, so that a cycle
is seen.
"""

from __future__ import annotations

from typing import NamedTuple

from packyard.surfaces.pack.beneath import Edge, Graph, Node

#: A picture of more packs than this helps nobody.
MOST = 60

HEIGHT, _GAP, _BETWEEN, _LETTER, _PAD = 32, 14, 88, 8, 12
_EDGE, _BELOW = 20, 56


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
    """A dependency: the path of its line and of its head, as SVG; `back` when it does not lead one layer on."""

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
    boxes = _boxes(graph)
    lines = [
        _line(boxes[edge.source], boxes[edge.target])
        for edge in graph.edges
        if edge.source in boxes and edge.target in boxes
    ]
    width = max(box.x + box.width for box in boxes.values()) + _EDGE
    height = max(box.y for box in boxes.values()) + HEIGHT + (_BELOW if any(line.back for line in lines) else _EDGE)
    return Picture(width, height, tuple(boxes.values()), tuple(lines))


def _boxes(graph: Graph) -> dict[str, Box]:
    layers = dict[int, list[Node]]()
    for node in graph.nodes[:MOST]:
        layers.setdefault(node.depth, []).append(node)
    boxes, x = dict[str, Box](), _EDGE
    tallest = max(map(len, layers.values()))
    for nodes in layers.values():
        widths = {node.name: _LETTER * len(node.name) + 2 * _PAD for node in nodes}
        top = _EDGE + (tallest - len(nodes)) * (HEIGHT + _GAP) // 2
        for at, node in enumerate(_ordered(nodes, graph.edges, boxes)):
            boxes[node.name] = Box(node, x, top + at * (HEIGHT + _GAP), widths[node.name])
        x += max(widths.values()) + _BETWEEN
    return boxes


def _ordered(nodes: list[Node], edges: tuple[Edge, ...], boxes: dict[str, Box]) -> list[Node]:
    """The packs of a layer by the mean height of what depends on them in the layers before."""
    above = dict[str, list[int]]()
    for edge in edges:
        if edge.source in boxes:
            above.setdefault(edge.target, []).append(boxes[edge.source].y)
    means = {name: sum(heights) / len(heights) for name, heights in above.items()}
    return sorted(nodes, key=lambda node: (means.get(node.name, 0), node.name))


def _line(source: Box, target: Box) -> Line:
    if target.node.depth != source.node.depth + 1:
        return _around(source, target)
    x1, y1 = source.x + source.width, source.y + HEIGHT // 2
    x2, y2 = target.x, target.y + HEIGHT // 2
    bend = (x2 - x1) // 2
    return Line(f"M{x1} {y1}C{x1 + bend} {y1} {x2 - bend} {y2} {x2 - 8} {y2}", f"M{x2} {y2}l-9 -4v8z", False)


def _around(source: Box, target: Box) -> Line:
    """From below one box to below another."""
    (x1, y1), (x2, y2) = ((box.x + box.width // 2, box.y + HEIGHT) for box in (source, target))
    low = max(y1, y2) + _BELOW
    return Line(f"M{x1 + 9} {y1}C{x1 + 9} {low} {x2 - 9} {low} {x2 - 9} {y2 + 8}", f"M{x2 - 9} {y2}l-4 9h8z", True)
