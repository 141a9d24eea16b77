"""The patterns say what `layout` says, about every path."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from packyard.formats import layout
from packyard.hosting.patterns import EXCEPT, KEPT, NAMED, NAMES, SHORT, TEXT, UNKNOWN, YEAR, types
from packyard.hosting.values import FILE_POLICY, PAGE_POLICY, policy
from packyard.surfaces.pack.files import raw_name
from tests.hosting.conftest import STRANGE, paths

FOLDERS = ("packs", "statements", "@acme", "hello", "1.0.0", "publishers", "orgs", "trust", "log", "tile", "by-hash")
FILES = ("index.json", "SHA256SUMS", "xSHA256SUMS", "a.tar.gz", "a.gz", "a.intoto.jsonl", "1.yaml", "1.yaml.minisig")
OTHERS = ("0a", "SNAPSHOT", "SNAPSHOT.bundle", "checkpoint", "index.html", "A.PnG", ".json", "a.", "a", "x.y.css")
PART = st.sampled_from(("assets", *FOLDERS, *FILES, *OTHERS))
PATHS = st.lists(PART, min_size=1, max_size=6).map("/".join)


@given(PATHS)
def test_what_is_kept(path: str) -> None:
    kept = path != EXCEPT and any(re.fullmatch(pattern, path) for pattern in KEPT)
    assert (YEAR if kept else SHORT) == layout.kind(path).cache_control


@given(PATHS)
def test_types(path: str) -> None:
    name = path.rpartition("/")[2]
    found = [each.content_type for each in types() if re.fullmatch(rf".*\.(?i:{'|'.join(each.extensions)})", name)]
    assert (found or [TEXT if name in NAMES else UNKNOWN]) == [layout.kind(path).content_type]


@given(PATHS)
def test_what_packs_name_is_json_whatever_it_ends_in(path: str) -> None:
    assert layout.kind(NAMED + path).content_type == "application/json"


def test_the_policy_is_that_of_the_pages(site: Path) -> None:
    found = re.search(r'Content-Security-Policy" content="([^"]*)"', (site / "index.html").read_text())
    assert found
    assert f"{unescape(found[1])}; frame-ancestors 'none'" == PAGE_POLICY


def test_nothing_of_a_stranger_is_a_page_or_runs() -> None:
    strange = [layout.version("tools-of-bob", "1.0.0", f"raw/{raw_name(path)}") for path in STRANGE]
    found = {layout.kind(path).content_type for path in strange}
    assert found == {TEXT, "image/png", "image/jpeg", "image/gif", "image/webp"}
    assert {policy(content_type) for content_type in found} == {FILE_POLICY}
    assert "sandbox" in FILE_POLICY.split()


def test_a_site_has_every_sort_of_file(site: Path) -> None:
    endings = {Path(path).suffix.lower() for path in paths(site)}
    assert set(layout.TYPES) - endings == {".csv", ".md", ".tgz", ".zip"}, "those are in other programs’ formats alone"
    strange = {layout.version("tools-of-bob", "1.0.0", f"raw/{raw_name(path)}") for path in STRANGE}
    assert strange <= set(paths(site))


@pytest.mark.parametrize("word", ["unsafe", "*", "http:"])
def test_the_policy_of_pages_is_strict(word: str) -> None:
    assert word not in PAGE_POLICY
