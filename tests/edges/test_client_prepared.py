"""Prepared catalogues are kept and used again, and whatever happens to them changes no answer."""

from __future__ import annotations

import os
from hashlib import sha256
from pathlib import Path

import pytest

from bench.catalogues import catalogue_of
from packyard.client.searching import search
from packyard.edges import client_prepared
from packyard.edges.cache import Cache
from packyard.edges.client_prepared import KEPT, read_prepared
from packyard.search.query import parse_query

DATA = catalogue_of(20)
DIGEST = sha256(DATA).hexdigest()


def test_it_is_prepared_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cache = Cache(tmp_path)
    first = read_prepared(cache, DIGEST, DATA)
    assert read_prepared(cache, DIGEST, DATA).prepared == first.prepared
    assert (tmp_path / "prepared" / DIGEST).read_text() == sha256(first.prepared).hexdigest()
    monkeypatch.setattr("packyard.client.searching._prepare", None)
    assert search(read_prepared(cache, DIGEST, DATA), parse_query("")).total == 20


@pytest.mark.parametrize("place", ["prepared", "sha256"])
def test_what_is_damaged_is_made_anew(tmp_path: Path, place: str) -> None:
    cache = Cache(tmp_path)
    first = read_prepared(cache, DIGEST, DATA)
    for path in (tmp_path / place).rglob("*"):
        if path.is_file():
            path.write_bytes(b"\xff" * 70)
    assert read_prepared(cache, DIGEST, DATA).prepared == first.prepared


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    cache = Cache(tmp_path)
    read_prepared(cache, DIGEST, DATA)
    (tmp_path / "elsewhere").write_text("mine")
    (tmp_path / "prepared" / DIGEST).unlink()
    (tmp_path / "prepared" / DIGEST).symlink_to(tmp_path / "elsewhere")
    read_prepared(cache, DIGEST, DATA)
    assert (tmp_path / "elsewhere").read_text() == "mine"
    assert not (tmp_path / "prepared" / DIGEST).is_symlink()


def test_where_nothing_can_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert search(read_prepared(Cache(tmp_path / "file"), DIGEST, DATA), parse_query("")).total == 20


def test_only_a_few_are_kept(tmp_path: Path) -> None:
    cache = Cache(tmp_path)
    for number in range(KEPT + 3):
        data = catalogue_of(2, seed=number)
        read_prepared(cache, sha256(data).hexdigest(), data)
        os.utime(tmp_path / "prepared" / sha256(data).hexdigest(), (number, number))
    left = sorted(path.name for path in (tmp_path / "prepared").iterdir())
    assert len(left) == KEPT
    assert client_prepared.KEPT == KEPT
