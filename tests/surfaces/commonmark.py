"""The examples of the CommonMark specification, from the npm package that `.ci/package.json` names."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

import pytest

SPECIFICATION = Path(__file__).resolve().parents[2] / ".ci/node_modules/commonmark-spec/spec.txt"

_EXAMPLE = re.compile(r"^`{32} example\n(.*?)^\.\n(.*?)^`{32}$", re.MULTILINE | re.DOTALL)


class Example(NamedTuple):
    """Markdown, and the HTML that it means."""

    number: int
    markdown: str
    html: str


def examples() -> list[Example]:
    """All examples; the test is skipped where the specification is missing, and fails in continuous integration."""
    if not SPECIFICATION.is_file():
        pytest.skip("commonmark-spec is not installed: npm ci --prefix .ci")
    pairs = _EXAMPLE.findall(SPECIFICATION.read_text().replace("→", "\t"))
    return [Example(at, markdown, html) for at, (markdown, html) in enumerate(pairs, 1)]
