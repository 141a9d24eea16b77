"""Which list has a path of a pack: one and only one, and each hangs on the next."""

from __future__ import annotations

from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from packyard.emitter import pack_lists
from packyard.formats import layout, sums
from packyard.model import Output

OWN, PAGES, OF_VERSION = "files.sums", "pages.sums", "1.0.0/pages.sums"
TABLE = {
    "index.json": OWN,
    "statements/0001-yank.yaml": OWN,
    "statements/0001-yank.yaml.ada.minisig": OWN,
    "pages.sums": OWN,
    "1.0.0/pages.sums": OWN,
    "1.0.0/NAME-1.0.0.tar.gz": OWN,
    "1.0.0/SHA256SUMS": OWN,
    "1.0.0/SHA256SUMS.minisig": OWN,
    "1.0.0/provenance.intoto.jsonl": OWN,
    "1.0.0/metadata.json": OWN,
    "index.html": PAGES,
    "badge.svg": PAGES,
    "feed.json": PAGES,
    "2.html": PAGES,
    "statements": PAGES,
    "metadata.json": PAGES,
    "versions/index.html": PAGES,
    "versions/metadata.json": PAGES,
    "versions/pages.sums": PAGES,
    "versions/files.sums": PAGES,
    "1.0.0/index.html": OF_VERSION,
    "1.0.0/index.json": OF_VERSION,
    "1.0.0/files.sums": OF_VERSION,
    "1.0.0/files/index.html": OF_VERSION,
    "1.0.0/raw/SHA256SUMS": OF_VERSION,
    "1.0.0/raw/pages.sums": OF_VERSION,
    "1.0.0/raw/1.0.0/metadata.json": OF_VERSION,
    "1.0.0/NAME-1.0.1.tar.gz": OF_VERSION,
}

names = st.sampled_from(["hello", "7up", "statements", "@acme/hello", "@acme/7up"])
folders = ["versions", "statements", "raw", "1.0.0", "10.2.0-rc.1", "0.1.0"]
files = [
    "index.html",
    "index.json",
    "metadata.json",
    "SHA256SUMS",
    "files.sums",
    "pages.sums",
    "hello-1.0.0.tar.gz",
    "2",
]
inside = st.tuples(st.lists(st.sampled_from(folders), max_size=3).map("/".join), st.sampled_from(files)).map(
    lambda parts: "/".join(filter(None, parts))
)


@pytest.mark.parametrize("name", ["hello", "7up", "@acme/hello"])
def test_the_list_of_each_path(name: str) -> None:
    bare = name.rpartition("/")[2]
    table = {path.replace("NAME", bare): listing for path, listing in TABLE.items()}
    assert {path: layout.list_of(layout.pack(name, path)) for path in table} == {
        path: layout.pack(name, listing) for path, listing in table.items()
    }


@pytest.mark.parametrize("path", ["index.html", "packs/", "packs/x", "packs/@acme/pages.sums", "tags/x/pages.sums", ""])
def test_what_is_in_no_pack(path: str) -> None:
    assert layout.list_of(path) == ""
    assert not layout.is_pack_list(path)


@given(names, inside)
def test_every_path_hangs_on_lists_up_to_the_shard(name: str, path: str) -> None:
    path, way = layout.pack(name, path), []
    while path.startswith("packs/"):
        listing = layout.list_of(path)
        way.append(listing)
        assert layout.is_pack_list(listing) or listing == layout.shard_sums(layout.shard(name))
        assert not listing.startswith("packs/") or path.startswith(listing.removesuffix(OWN).removesuffix(PAGES))
        path = listing
    assert len(way) == len(set(way)) <= 3


@given(names, inside)
def test_a_list_is_what_has_a_path(name: str, path: str) -> None:
    """Whatever is called like a list and is none is listed as a page."""
    path = layout.pack(name, path)
    if layout.is_pack_list(path):
        assert path in {layout.list_of(f"{path.rpartition('/')[0]}/{file}") for file in ("index.html", "pages.sums")}
    elif path.endswith((OWN, PAGES)):
        assert layout.list_of(path).endswith(PAGES) or "/statements/" in path


@given(names, st.sets(inside))
def test_the_lists_of_a_pack_are_whole(name: str, paths: set[str]) -> None:
    found = {layout.pack(name, path) for path in paths}
    files = [Output(path, "", sha256(path.encode()).hexdigest(), 1) for path in found if not layout.is_pack_list(path)]
    lists = list(pack_lists(name, files))
    listed = [(path, digest, listing) for listing, data in lists for path, digest in sums.parse(data)]
    assert lists[-1][0] == layout.pack(name, OWN)
    assert all(data for _, data in lists[:-1])
    assert all(layout.list_of(path) == listing for path, _, listing in listed)
    digests = {path: digest for path, digest, _ in listed}
    assert digests == {each.path: each.sha256 for each in files} | {
        path: sha256(data).hexdigest() for path, data in lists[:-1]
    }
    assert len(digests) == len(listed)
