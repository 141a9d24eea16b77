"""Feeds and the sitemap in whole builds: they name what is there, and do not depend on the way that led to it."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from packyard.edges.store import walk
from tests.registry import TestRegistry, small
from tests.sites import built, inodes, rewritten

TOLD = re.compile(r"(?:.*/)?feed\.(?:atom|json)|sitemap.*\.xml|robots\.txt|404\.html|.*\.(?:png|svg)")
ADDRESS = "https://packs.example.org/"


@pytest.fixture
def history(tmp_path: Path) -> TestRegistry:
    return small(tmp_path / "repo")


@pytest.fixture(scope="module")
def small_site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("told")
    built(small(home / "repo").path, home / "site")
    return home / "site"


def told(site: Path) -> dict[str, bytes]:
    """What other machines show of the site."""
    return {path: (site / path).read_bytes() for path in walk(site) if TOLD.fullmatch(path)}


def test_a_plain_version_changes_the_feeds_that_show_it(history: TestRegistry, tmp_path: Path) -> None:
    site = tmp_path / "site"
    built(history.path, site)
    before = inodes(site)
    history.version("hello", "1.2.0", "alice")
    history.commit("Publish hello 1.2.0")
    built(history.path, site)
    assert [path for path in rewritten(before, inodes(site)) if TOLD.fullmatch(path)] == [
        "feed.atom",
        "feed.json",
        "packs/hello/badge.svg",
        "packs/hello/feed.atom",
        "packs/hello/feed.json",
        "publishers/alice/feed.atom",
        "publishers/alice/feed.json",
        "tags/test/feed.atom",
        "tags/test/feed.json",
    ]


def test_any_way_leads_to_the_same(history: TestRegistry, tmp_path: Path) -> None:
    site = tmp_path / "site"
    built(history.path, site)
    history.publisher("carol")
    history.commit("Carol comes")
    history.statement("transfer", "other", ("bob", "carol"), from_="bob", to="carol")
    history.version("new", "0.1.0", "carol", manifest={"tags": ["brand", "new"]})
    history.commit("Carol takes over other, and publishes new")
    built(history.path, site)
    history.version("new", "0.2.0", "carol", manifest={"tags": ["brand"]})
    history.commit("A tag goes")
    built(history.path, site)
    found = told(site)
    shutil.rmtree(tmp_path / ".packyard" / "site")
    built(history.path, site)
    assert told(site) == found
    assert {"tags/brand/feed.atom", "publishers/carol/feed.json", "orgs/acme/feed.atom", "404.html"} <= found.keys()
    assert "tags/new/feed.atom" not in found
    assert b"packs/other/" in found["publishers/carol/feed.atom"]
    assert b"packs/other/" not in found["publishers/bob/feed.atom"]


def test_everything_that_the_sitemap_names_is_there(small_site: Path) -> None:
    addresses = re.findall("<loc>(.*?)</loc>", (small_site / "sitemap.xml").read_text())
    assert len(addresses) > 20
    paths = [address.removeprefix(ADDRESS) for address in addresses]
    assert [path for path in paths if not (small_site / path / "index.html").is_file()] == []


def test_pages_name_pictures_and_feeds_that_are_there(small_site: Path) -> None:
    site = small_site
    for path in (path for path in walk(site) if path.endswith(".html")):
        page = (site / path).read_text()
        for image in re.findall(r'property="og:image" content="([^"]*)"', page):
            assert (site / image.removeprefix(ADDRESS)).read_bytes().startswith(b"\x89PNG"), path
        for feed in re.findall(r'<link rel="alternate"[^>]* href="([^"]*)"', page):
            assert (site / path).parent.joinpath(feed.removeprefix("/")).is_file(), (path, feed)
