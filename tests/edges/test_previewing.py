"""The pages that a change set would get."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from packyard.edges.judging import opened
from packyard.edges.previewing import preview
from packyard.errors import UsageError
from tests.gate.examples_submission import yard
from tests.registry import TestRegistry

LINK = re.compile(r'(?:href|src)="([^"#]+)')


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> TestRegistry:
    """A registry, and a proposal: the next version of `hello`, which needs another pack."""
    made = yard(tmp_path_factory.mktemp("preview") / "repo")
    base = str(made.repo.head.target)
    readme = b"# hello\n\nSee [the format](https://example.org/format) and [the rule](rules/one.md).\n"
    made.version("hello", "1.1.1", "alice", {"README.md": readme}, {"dependencies": {"base": "^1.0.0"}})
    made.commit("Publish hello 1.1.1")
    made.keys["base"] = base
    return made


@pytest.fixture
def shown(good: TestRegistry, tmp_path: Path) -> Path:
    """The preview of that."""
    with opened(good.path, good.keys["base"], "main", good.time) as found:
        assert preview(found.case, tmp_path / "shown") == ("hello",)
    return tmp_path / "shown"


def test_no_link_is_dead(shown: Path) -> None:
    pages = sorted(shown.rglob("*.html"))
    assert len(pages) > 3
    for page in pages:
        for target in LINK.findall(page.read_text()):
            if not target.startswith(("https:", "data:")):
                assert (page.parent / target).resolve().is_file(), (page, target)


def test_what_has_no_link_is_still_said(shown: Path) -> None:
    page = (shown / "packs/hello/index.html").read_text()
    assert "<a><bdi>Alice</bdi></a>" in page
    assert "<li>base <code>^1.0.0</code></li>" in page
    assert "https://example.org/format" in page
    assert "by-hand" not in page
    assert 'packs/hello/1.1.1/index.html"' in (shown / "packs/hello/versions/index.html").read_text()


def test_the_folder_must_be_new(good: TestRegistry, shown: Path) -> None:
    with (
        opened(good.path, good.keys["base"], "main", good.time) as found,
        pytest.raises(UsageError, match="the folder is not empty"),
    ):
        preview(found.case, shown)
