"""The index on a real site: sealed with it, found by the command in one file and in parts, and kept up to date."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from packyard.audit import audit
from packyard.edges.client_searching import Asked, search_site
from packyard.edges.store import FolderSite
from packyard.edges.transport import open_site
from packyard.errors import BadChecksum, NotFound
from packyard.head import read_head
from packyard.search import index
from packyard.search.query import parse_query
from tests.registry import TestRegistry, small
from tests.sites import built, differences, inodes, rewritten


@pytest.fixture
def registry(tmp_path: Path) -> TestRegistry:
    return small(tmp_path / "repo")


def found(site: Path, text: str) -> list[str]:
    """The names that a search in the site's index finds."""
    place = open_site(str(site))
    answer = search_site(place, read_head(place).snapshot, Asked(parse_query(text)))
    assert answer is not None
    return [hit.pack.name for hit in answer.hits]


@pytest.mark.parametrize("least", [0, 1000], ids=["in parts", "one file"])
def test_it_is_sealed_and_found(
    registry: TestRegistry, tmp_path: Path, least: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(index, "SMALL", least)
    site = tmp_path / "site"
    built(registry.path, site)
    assert (len(list((site / "search").rglob("*.gz"))) > 1) == (least == 0)
    assert found(site, "helo") == ["hello"]
    registry.version("hello", "1.2.0", "alice")
    registry.version("welcome", "1.0.0", "bob", manifest={"description": "Says hello"})
    registry.commit("A version, and a pack")
    before = inodes(site)
    built(registry.path, site)
    assert [path for path in rewritten(before, inodes(site)) if path.startswith("search/") and path.endswith(".gz")]
    assert found(site, "hello") == ["hello", "welcome"]
    assert audit(FolderSite(site), None, int(time.time())).problems == ()
    built(registry.path, tmp_path / "anew")
    assert not [path for path in differences(site, tmp_path / "anew") if path.endswith(".gz")]


def test_what_was_changed_or_taken_away_is_refused(registry: TestRegistry, tmp_path: Path) -> None:
    site = tmp_path / "site"
    built(registry.path, site)
    path = site / "search/catalogue.gz"
    path.write_bytes(index.pack(index.unpack(path.read_bytes()).replace(b"hello", b"hallo")))
    with pytest.raises(BadChecksum):
        found(site, "hello")
    path.unlink()
    with pytest.raises(NotFound):
        found(site, "hello")
