"""Reads HTML the way a test wants it: every element with its attributes, and what is wrong with the structure."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import NamedTuple

VOID = frozenset({"br", "hr", "img", "input", "link", "meta", "path", "circle", "base", "embed", "source"})


class Element(NamedTuple):
    """An element as it opens."""

    tag: str
    attributes: dict[str, str]


class Markup(HTMLParser):
    """The elements of a document, its text, and its errors of nesting."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[Element] = []
        self.errors: list[str] = []
        self.comments: list[str] = []
        self.pieces: list[str] = []
        self.title = ""
        self._open: list[str] = []
        self.feed(text)
        self.close()
        self.errors += [f"<{tag}> is not closed" for tag in self._open]

    @property
    def text(self) -> str:
        """All text."""
        return "".join(self.pieces)

    def all(self, tag: str) -> list[dict[str, str]]:
        """The attributes of every element with this tag."""
        return [element.attributes for element in self.elements if element.tag == tag]

    def values(self, attribute: str) -> list[str]:
        """Every value of an attribute."""
        return [element.attributes[attribute] for element in self.elements if attribute in element.attributes]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _ in attrs]
        if len(names) != len(set(names)):
            self.errors.append(f"<{tag}> repeats an attribute")
        self.elements.append(Element(tag, {name: value or "" for name, value in attrs}))
        if tag not in VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append(Element(tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        if not self._open or self._open.pop() != tag:
            self.errors.append(f"</{tag}> at {self.getpos()} closes nothing")

    def handle_data(self, data: str) -> None:
        self.pieces.append(data)
        if self._open[-2:] == ["head", "title"]:
            self.title += data

    def handle_comment(self, data: str) -> None:
        self.comments.append(data)
