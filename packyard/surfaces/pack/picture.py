"""A graph of packs as a picture: layers from left to right, drawn into SVG by `templates/version/dependencies.html`.

A pack stands in the layer of its depth. Within a layer, packs stand in the order of the places of what depends on them,
which keeps most lines apart. A line that does not lead one layer on goes out of its way and is dashed, so that a cycle
is seen. Names that are too long are cut; the link has them whole.
"""

from __future__ import annotations

from typing import NamedTuple

from packyard.surfaces.pack.beneath import Edge, Graph, Node

#: A picture of more packs than this helps nobody.
MOST = 60

HEIGHT, _GAP, _BETWEEN, _LETTER, _LETTERS, _PAD, _EDGE = 32, 14, 88, 8, 26, 12, 20


class Box(NamedTuple):
    """A pack: its upper left corner, its width, and its name as it is written."""

    node: Node
    x: int
    y: int
    width: int
    label: str

    @property
    def length(self) -> int:
        """The width of the label."""
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
    height = max(box.y for box in boxes.values()) + HEIGHT + _EDGE
    return Picture(width, height, tuple(boxes.values()), tuple(lines))


def _boxes(graph: Graph) -> dict[str, Box]:
    layers = dict[int, list[Node]]()
    for node in graph.nodes[:MOST]:
        layers.setdefault(node.depth, []).append(node)
    boxes, x = dict[str, Box](), _EDGE
    tallest = max(map(len, layers.values()))
    for nodes in layers.values():
        labels = {node.name: _label(node.name) for node in nodes}
        width = _LETTER * max(map(len, labels.values())) + 2 * _PAD
        top = _EDGE + (tallest - len(nodes)) * (HEIGHT + _GAP) // 2
        for at, node in enumerate(_ordered(nodes, graph.edges, boxes)):
            own = _LETTER * len(labels[node.name]) + 2 * _PAD
            boxes[node.name] = Box(node, x, top + at * (HEIGHT + _GAP), own, labels[node.name])
        x += width + _BETWEEN
    return boxes


def _ordered(nodes: list[Node], edges: tuple[Edge, ...], boxes: dict[str, Box]) -> list[Node]:
    """The packs of a layer by the mean height of what depends on them in the layers before."""
    above = dict[str, list[int]]()
    for edge in edges:
        if edge.source in boxes:
            above.setdefault(edge.target, []).append(boxes[edge.source].y)
    means = {name: sum(heights) / len(heights) for name, heights in above.items()}
    return sorted(nodes, key=lambda node: (means.get(node.name, 0), node.name))


def _label(name: str) -> str:
    return name if len(name) <= _LETTERS else name[: _LETTERS - 1] + "…"


def _line(source: Box, target: Box) -> Line:
    x1, y1 = source.x + source.width, source.y + HEIGHT // 2
    x2, y2 = target.x, target.y + HEIGHT // 2
    back = target.node.depth != source.node.depth + 1
    bend = max(_BETWEEN // 2, (x2 - x1) // 2) if x2 > x1 else _BETWEEN * 3 // 4
    end = x2 - 8
    return Line(f"M{x1} {y1}C{x1 + bend} {y1} {end - bend} {y2} {end} {y2}", f"M{x2} {y2}l-9 -4v8z", back)
