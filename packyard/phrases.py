"""Every text that the site says, found in the templates and in the code that calls `t`, `n`, `say` and `count`.

    {{ t("Signed by {name}", name=link) }}             a text
    {{ n("{count} file", "{count} files", files) }}    a pair, named by its first text

First arguments are literals, so that all texts can be found without running anything.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from packyard.formats.fields import format_text
from packyard.formats.words import FORMAT

#: The functions that say one text, and those that say one of two.
ONE, TWO = ("t", "say"), ("n", "count")


class Phrase(NamedTuple):
    """A text, its form for more than one ("" when it does not count), and the first place that says it."""

    text: str
    many: str
    where: str


def phrases(templates: Path, code: Path) -> tuple[Phrase, ...]:
    """The texts of the templates in a folder and of the modules in another, each once, in the order of their places."""
    found = dict[str, Phrase]()
    for phrase in (*_in_templates(templates), *_in_code(code)):
        found.setdefault(phrase.text, phrase)
    return tuple(found.values())


def catalogue(found: tuple[Phrase, ...]) -> str:
    """`words.yaml` in English, ready to be translated."""
    lines = [f"format: {FORMAT}", "language: en", "direction: ltr", "plural: n != 1", "words:"]
    where = ""
    for phrase in found:
        if phrase.where != where:
            where = phrase.where
            lines.append(f"  # {where}")
        name = format_text(phrase.text)
        lines += [f"  {name}:", f"    - {name}", f"    - {format_text(phrase.many)}"] if phrase.many else []
        lines += [] if phrase.many else [f"  {name}: {name}"]
    return "\n".join(lines) + "\n"


def _in_templates(folder: Path) -> Iterator[Phrase]:
    from jinja2 import Environment, nodes

    environment = Environment(trim_blocks=True, lstrip_blocks=True, autoescape=True)
    for path in sorted(folder.rglob("*.html")):
        tree = environment.parse(path.read_text(encoding="utf-8"))
        for call in tree.find_all(nodes.Call):
            texts = [each.value for each in call.args if isinstance(each, nodes.Const)]
            name = call.node.name if isinstance(call.node, nodes.Name) else ""
            yield from _phrase(name, texts, str(path.relative_to(folder)))


def _in_code(folder: Path) -> Iterator[Phrase]:
    for path in sorted(folder.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
                texts = [each.value for each in node.args[:2] if isinstance(each, ast.Constant)]
                yield from _phrase(name, texts, path.name)


def _phrase(name: str, texts: Sequence[object], where: str) -> Iterator[Phrase]:
    said = [text for text in texts[:2] if isinstance(text, str)]
    if name in ONE and said:
        yield Phrase(said[0], "", where)
    elif name in TWO and len(said) == 2:
        yield Phrase(said[0], said[1], where)
