"""Which list has a path: one and only one, and each hangs on the next."""

from __future__ import annotations

from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from packyard import seal
from packyard.emitter import pack_lists
from packyard.formats import inventory, layout, sums
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
    assert {path: inventory.list_of(layout.pack(name, path)) for path in table} == {
        path: layout.pack(name, listing) for path, listing in table.items()
    }


@pytest.mark.parametrize("path", ["index.html", "packs/", "packs/x", "packs/@acme/pages.sums", "tags/x/pages.sums", ""])
def test_what_is_in_no_pack(path: str) -> None:
    assert inventory.list_of(path) == ""
    assert not inventory.is_pack_list(path)


@given(names, inside)
def test_every_path_hangs_on_lists_up_to_the_shard(name: str, path: str) -> None:
    path, way = layout.pack(name, path), []
    while path.startswith("packs/"):
        listing = inventory.list_of(path)
        way.append(listing)
        assert inventory.is_pack_list(listing) or listing == layout.shard_sums(layout.shard(name))
        assert not listing.startswith("packs/") or path.startswith(listing.removesuffix(OWN).removesuffix(PAGES))
        path = listing
    assert len(way) == len(set(way)) <= 3


@given(names, inside)
def test_a_list_is_what_has_a_path(name: str, path: str) -> None:
    """Whatever is called like a list and is none is listed as a page."""
    path = layout.pack(name, path)
    if inventory.is_pack_list(path):
        assert path in {inventory.list_of(f"{path.rpartition('/')[0]}/{file}") for file in ("index.html", "pages.sums")}
    elif path.endswith((OWN, PAGES)):
        assert inventory.list_of(path).endswith(PAGES) or "/statements/" in path


@given(names, st.sets(inside))
def test_the_lists_of_a_pack_are_whole(name: str, paths: set[str]) -> None:
    found = {layout.pack(name, path) for path in paths}
    files = [
        Output(path, "", sha256(path.encode()).hexdigest(), 1) for path in found if not inventory.is_pack_list(path)
    ]
    lists = list(pack_lists(name, files))
    listed = [(path, digest, listing) for listing, data in lists for path, digest in sums.parse(data)]
    assert lists[-1][0] == layout.pack(name, OWN)
    assert all(data for _, data in lists[:-1])
    assert all(inventory.list_of(path) == listing for path, _, listing in listed)
    digests = {path: digest for path, digest, _ in listed}
    assert digests == {each.path: each.sha256 for each in files} | {
        path: sha256(data).hexdigest() for path, data in lists[:-1]
    }
    assert len(digests) == len(listed)


# --- outside of packs ---

#: What tags, handles and licences may be called (`surfaces.site.listable`), and some that want to be lists.
ITEMS = [
    "python",
    "alice",
    "MIT",
    "files.sums",
    "site.sums",
    "0a.sums",
    "tags.sums",
    "tags",
    "site",
    "0a",
    "index.html",
]
items = st.sampled_from(ITEMS) | st.from_regex(r"(?!\.)[A-Za-z0-9._+@-]{1,64}", fullmatch=True)
FOLDERS = ["tags", "publishers", "licences", "search", "audit"]
beside = st.builds(
    lambda folder, item, file: f"{folder}/{item}{file}",
    st.sampled_from(FOLDERS),
    items,
    st.sampled_from(["", "/index.html", "/files.sums", "/0a.sums", "/1.yaml", "/0/37.html"]),
)


@pytest.mark.parametrize(
    ("path", "small", "large"),
    [
        ("index.html", "site.sums", "site.sums"),
        ("tags/index.html", "site.sums", "site/tags/0e.sums"),
        ("tags/python/index.html", "site.sums", "site/tags/11.sums"),
        ("tags/python/feed.atom", "site.sums", "site/tags/11.sums"),
        ("search/rows/0.gz", "site.sums", "site/search/4a.sums"),
        ("search/rows/1.gz", "site.sums", "site/search/b7.sums"),
        ("site/tags.sums", "site.sums", "site.sums"),
        ("site/tags/f6.sums", "site/tags.sums", "site/tags.sums"),
        ("site/tags/F6.sums", "site.sums", "site/site/97.sums"),
        ("site/index.html", "site.sums", "site/site/0e.sums"),
    ],
)
def test_the_list_of_what_is_in_no_pack(path: str, small: str, large: str) -> None:
    assert [inventory.site_list_of(path, is_large) for is_large in (False, True)] == [small, large]


@given(beside, st.booleans())
def test_no_item_is_a_list(path: str, large: bool) -> None:
    """Whatever a tag or a handle is called, its files are no lists, and hang on lists up to `site.sums`."""
    assert not inventory.is_site_list(path)
    way = [path]
    while way[-1] != layout.SITE_SUMS:
        way.append(inventory.site_list_of(way[-1], large))
        assert way[-1] == layout.SITE_SUMS or inventory.is_site_list(way[-1])
    folders = ["", path.partition("/")[0], ""] if large else [""]
    assert [inventory.folder_of(listing) for listing in way[1:]] == folders


@given(st.sets(beside))
def test_the_lists_beside_packs_are_whole(paths: set[str]) -> None:
    files = {path: sha256(path.encode()).hexdigest() for path in paths}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(inventory, "FOLDER_LIMIT", 3)
        lists = dict(seal.site_lists(files.items()))
    large = {inventory.folder_of(listing) for listing in lists} - {""}
    assert large == {folder for folder in FOLDERS if sum(path.startswith(f"{folder}/") for path in paths) > 3}
    assert list(lists)[-1] == layout.SITE_SUMS
    assert all(data for path, data in lists.items() if path != layout.SITE_SUMS)
    listed = [(path, digest, listing) for listing, data in lists.items() for path, digest in sums.parse(data)]
    assert all(inventory.site_list_of(path, path.partition("/")[0] in large) == listing for path, _, listing in listed)
    made = {path: sha256(data).hexdigest() for path, data in lists.items() if path != layout.SITE_SUMS}
    assert sorted((path, digest) for path, digest, _ in listed) == sorted((files | made).items())
