"""The generated pages of the documentation are what the program says now."""

from __future__ import annotations

from pathlib import Path

import pytest

from packyard.cli.main import COMMANDS
from packyard.documentation import pages
from packyard.rules.table import RULES

DOCS = Path(__file__).parent.parent / "docs"
PAGES = pages()


@pytest.mark.parametrize("name", PAGES)
def test_the_page_is_up_to_date(name: str) -> None:
    assert (DOCS / name).read_text(encoding="utf-8") == PAGES[name], "run `python -m packyard.documentation`"


def test_every_command_rule_and_format_is_there() -> None:
    assert all(f"\n## packyard {name}\n" in PAGES["commands.md"] for name in COMMANDS)
    assert "\n## packyard publisher rotate\n" in PAGES["commands.md"]
    assert all(f"\n### `{rule.code}`\n" in PAGES["rules.md"] for rule in RULES)
    formats = (DOCS.parent / "packyard" / "formats").glob("[a-z]*.py")
    assert all(f"\n## {path.stem}\n" in PAGES["formats.md"] for path in formats)


def test_the_pages_are_about_the_project_alone() -> None:
    for text in PAGES.values():
        assert str(Path.home()) not in text
        assert str(DOCS.parent) not in text
