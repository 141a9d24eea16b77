"""The patterns say what `layout` says, about every path."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from packyard.formats import layout
from packyard.hosting.patterns import EXCEPT, EXTENSIONS, KEPT, NAMES, SHORT, TEXT, UNKNOWN, YEAR, types
from packyard.hosting.values import PAGE_POLICY

FOLDERS = ("packs", "statements", "@acme", "hello", "1.0.0", "publishers", "orgs", "trust", "log", "tile", "by-hash")
FILES = ("index.json", "SHA256SUMS", "xSHA256SUMS", "a.tar.gz", "a.gz", "a.intoto.jsonl", "1.yaml", "1.yaml.minisig")
OTHERS = ("0a", "SNAPSHOT", "SNAPSHOT.bundle", "checkpoint", "index.html", "A.HTML", ".json", "a.", "a", "x.y.css")
PART = st.sampled_from(("assets", *FOLDERS, *FILES, *OTHERS))
PATHS = st.lists(PART, min_size=1, max_size=6).map("/".join)


@given(PATHS)
def test_what_is_kept(path: str) -> None:
    kept = path != EXCEPT and any(re.fullmatch(pattern, path) for pattern in KEPT)
    assert (YEAR if kept else SHORT) == layout.kind(path).cache_control


@given(PATHS)
def test_types(path: str) -> None:
    name = path.rpartition("/")[2]
    found = [each.content_type for each in types() if re.fullmatch(rf".*\.(?:{'|'.join(each.extensions)})", name)]
    assert (found or [TEXT if name in NAMES else UNKNOWN]) == [layout.kind(path).content_type]


def test_no_extension_is_forgotten() -> None:
    assert {f".{extension}" for extension in EXTENSIONS} == set(layout.TYPES)
    assert set(NAMES) == layout.TEXT_NAMES


def test_the_policy_is_that_of_the_pages() -> None:
    page = (Path(__file__).parents[2] / "templates/base.html").read_text()
    found = re.search(r'Content-Security-Policy" content="([^"]*)"', page)
    assert found
    assert f"{found[1]}; frame-ancestors 'none'" == PAGE_POLICY


@pytest.mark.parametrize("word", ["unsafe", "*", "http:"])
def test_the_policy_of_pages_is_strict(word: str) -> None:
    assert word not in PAGE_POLICY
