"""JSON documents edited as texts: members and elements are put in and taken out, and every other byte stays.

What programs read as settings is JSON that people write by hand: with their own indentation, and often with comments
and commas at the end (JSONC). So a document is not parsed and written again; its text is scanned for where its parts
stand.

    {"mcpServers": {}}      add (mcpServers, files)      {"mcpServers": {
                                                           "files": {"command": "files"}
                                                         }}

A new part goes behind the last one of its object or list, in the same way: on a line of its own with the same
indentation, or on the same line. Objects that are missing on the way are made. What is taken out leaves the text as it
was before, given the marks that say what an object or a list was when the first part was put into it.

Refusals are `FormatError`: json-invalid, too-deep, text-not-utf8, duplicate-key.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from packyard.errors import FormatError

#: The deepest nesting.
MAX_DEPTH = 64

_SPACE = re.compile(r"(?:[ \t\r\n]+|//[^\n]*|/\*(?:[^*]|\*(?!/))*\*/)*")
_SCALAR = re.compile(
    r'"(?:[^"\\\x00-\x1f]|\\["\\/bfnrt]|\\u[0-9a-fA-F]{4})*"|-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?'
    r"|true|false|null"
)
_CLOSING = {"{": "}", "[": "]"}

Place = tuple[str, ...]

#: Other characters for a stretch of the text.
Edit = tuple[int, int, str]


class Node(NamedTuple):
    """A value: where its text begins and ends, and of an object or a list the parts."""

    start: int
    end: int
    parts: tuple[Part, ...] = ()


class Part(NamedTuple):
    """A member or an element: its name ("" in a list), where it begins, and its value."""

    name: str
    start: int
    node: Node


class Text:
    """A document's text and the places of its parts. A value: edits are made of it, and give another one."""

    def __init__(self, text: str) -> None:
        """Scans the text. Raises `FormatError`."""
        self.text = text
        start = self._skip(0)
        self.root = self._node(start, 0)
        if self._skip(self.root.end) != len(text):
            raise self._refuse(self._skip(self.root.end))

    # --- reading ---

    def find(self, place: Place) -> Node | None:
        """The value to which keys lead, None when it is not there or something on the way is no object."""
        node = self.root
        for name in place:
            part = next((part for part in node.parts if part.name == name), None) if self.is_a("{", node) else None
            if part is None:
                return None
            node = part.node
        return node

    def is_a(self, bracket: str, node: Node) -> bool:
        """Whether the value is an object, `{`, or a list, `[`."""
        return self.text[node.start] == bracket

    def value(self, node: Node) -> Any:
        """The value as Python has it."""
        if self.is_a("{", node):
            return {part.name: self.value(part.node) for part in node.parts}
        if self.is_a("[", node):
            return [self.value(part.node) for part in node.parts]
        return json.loads(self.text[node.start : node.end])

    def inside(self, node: Node) -> str:
        """What stands between the brackets."""
        return self.text[node.start + 1 : node.end - 1]

    # --- editing ---

    def edited(self, edits: Iterable[Edit]) -> Text:
        """With other characters in some stretches, none of which overlap."""
        text, end = list[str](), 0
        for start, stop, new in sorted(edits):
            text += self.text[end:start], new
            end = stop
        return Text("".join([*text, self.text[end:]]))

    def add(self, node: Node, parts: Mapping[str, Any] | Sequence[Any]) -> Edit:
        """Puts members into an object, where none has their names, or elements into a list, behind all others."""
        named = parts.items() if isinstance(parts, Mapping) else ((None, value) for value in parts)
        outer, own_line, closing = self._indent(node.start), True, ""
        if node.parts:
            last = node.parts[-1]
            inner = self._indent(last.start)
            own_line = not self.text[self._line(last.start) : last.start].strip()
        else:
            inner = outer + self._unit
            closing = "" if "\n" in self.inside(node) else self._newline + outer
        lead = self._newline + inner if own_line else " "
        bodies = [
            lead + ("" if name is None else f"{json.dumps(name, ensure_ascii=False)}: ") + self._format(value, inner)
            for name, value in named
        ]
        at = node.parts[-1].node.end if node.parts else node.start + 1
        return at, at, ("," if node.parts else "") + ",".join(bodies) + closing

    def put(self, node: Node, value: Any) -> Edit:
        """Another value in the place of this one."""
        return node.start, node.end, self._format(value, self._indent(node.start))

    def fill(self, node: Node, inside: str) -> Edit:
        """Other characters between the brackets."""
        return node.start + 1, node.end - 1, inside

    def drop(self, node: Node, going: Collection[int]) -> Iterator[Edit]:
        """Takes out parts of an object or a list; comments around them stay."""
        parts = node.parts
        staying = next((at for at in range(len(parts)) if at not in going), len(parts))
        for at in going:
            start, end = parts[at].start, parts[at].node.end
            # What is before the first that stays takes the comma behind it along, and all others the one before.
            if at > staying:
                yield from self._with_gap((parts[at - 1].node.end, start), (start, end), before=True)
            elif at + 1 < len(parts):
                yield from self._with_gap((end, parts[at + 1].start), (start, end), before=False)
            else:
                comma = self._skip(end)
                trailing = self.text[comma] == "," and self._bare(end, comma)
                yield start, comma + 1 if trailing else end, ""

    def _with_gap(self, gap: tuple[int, int], part: tuple[int, int], *, before: bool) -> Iterator[Edit]:
        if self._bare(*gap):
            yield (gap[0], part[1], "") if before else (part[0], gap[1], "")
            return
        comma = self._skip(gap[0])
        yield comma, comma + 1, ""
        yield (*part, "")

    # --- layout ---

    @property
    def _newline(self) -> str:
        return "\r\n" if "\r\n" in self.text else "\n"

    @property
    def _unit(self) -> str:
        """The indentation of one level: that of the first part of the document, else two spaces."""
        lead = self.text[self._line(self.root.parts[0].start) : self.root.parts[0].start] if self.root.parts else ""
        return lead if lead and not lead.strip() and len(lead) <= 8 else "  "

    def _line(self, at: int) -> int:
        return self.text.rfind("\n", 0, at) + 1

    def _indent(self, at: int) -> str:
        line = self.text[self._line(at) : at]
        return line[: len(line) - len(line.lstrip(" \t"))]

    def _format(self, value: Any, indent: str) -> str:
        text = json.dumps(value, ensure_ascii=False, indent=self._unit)
        return text.replace("\n", self._newline + indent)

    def _bare(self, start: int, end: int) -> bool:
        """Whether nothing but white space and a comma stands there."""
        return not self.text[start:end].replace(",", "", 1).strip()

    # --- scanning ---

    def _skip(self, at: int) -> int:
        found = _SPACE.match(self.text, at)
        return found.end() if found else at

    def _node(self, at: int, depth: int) -> Node:
        opening = self.text[at : at + 1]
        if opening in ("{", "["):
            if depth >= MAX_DEPTH:
                raise FormatError("too-deep", "nested too deep", line=self._line_number(at))
            return self._container(at, opening, depth)
        return Node(at, self._scalar(at))

    def _scalar(self, at: int) -> int:
        found = _SCALAR.match(self.text, at)
        if not found:
            raise self._refuse(at)
        return found.end()

    def _container(self, start: int, opening: str, depth: int) -> Node:
        parts: dict[str, Part] | list[Part] = {} if opening == "{" else []
        at = self._skip(start + 1)
        while self.text[at : at + 1] != _CLOSING[opening]:
            part = self._part(at, opening, depth)
            if isinstance(parts, list):
                parts.append(part)
            elif part.name in parts:
                raise FormatError("duplicate-key", "a key is there twice", line=self._line_number(at), found=part.name)
            else:
                parts[part.name] = part
            at = self._skip(part.node.end)
            if self.text[at : at + 1] == ",":
                at = self._skip(at + 1)
            elif self.text[at : at + 1] != _CLOSING[opening]:
                raise self._refuse(at)
        return Node(start, at + 1, tuple(parts.values() if isinstance(parts, dict) else parts))

    def _part(self, start: int, opening: str, depth: int) -> Part:
        if opening == "[":
            return Part("", start, self._node(start, depth + 1))
        end = self._scalar(start)
        colon = self._skip(end)
        if self.text[start] != '"' or self.text[colon : colon + 1] != ":":
            raise self._refuse(start)
        return Part(json.loads(self.text[start:end]), start, self._node(self._skip(colon + 1), depth + 1))

    def _line_number(self, at: int) -> int:
        return self.text.count("\n", 0, at) + 1

    def _refuse(self, at: int) -> FormatError:
        found = ascii(self.text[at : at + 20])[1:-1]
        return FormatError("json-invalid", "not JSON", line=self._line_number(at), found=found)


def scan(data: bytes) -> Text:
    """The document in a file. Raises `FormatError`."""
    try:
        return Text(data.decode())
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise FormatError("text-not-utf8", "not UTF-8", line=line) from None
