"""What the pages say goes through the catalogue, so that a registry can say all of it in its own language."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

import pytest

from bench.pages import pages, type_of
from tests.browse.pages import told
from tests.browse.spoken import Word, spoken, unspoken
from tests.sites import built


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("spoken")
    built(spoken(folder / "repo").path, folder / "site")
    return folder / "site"


def test_every_text_is_in_the_catalogue(site: Path) -> None:
    found: defaultdict[Word, set[str]] = defaultdict(set)
    for path in pages(site):
        for word in unspoken((site / path).read_text()):
            found[word].add(type_of(path))
    assert not found, told(
        f"{word.place}: {word.text} ON {', '.join(sorted(types)[:3])}" for word, types in found.items()
    )


def test_texts_outside_of_the_catalogue_are_found() -> None:
    said = (
        '<p title="⟪a⟫ xq-b">⟪Signed by <a href="#">xq-anna</a> with ⟪one⟫⟫ <code>curl</code> 2.0.0 rules/one.md Λέει'
    )
    assert list(unspoken(said)) == []
    missed = '<p title="By ⟪a⟫">⟪Signed⟫ by <img alt="picture"> <time>March</time>'
    assert [word.place for word in unspoken(missed)] == ["p title", "p", "img alt"]
