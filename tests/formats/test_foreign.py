"""Names of packs in other programs, and the folders that hold what these read."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from packyard.formats import foreign, inventory
from packyard.formats.foreign import Place

parts = st.from_regex(r"[a-z0-9][a-z0-9-]{0,6}[a-z0-9]", fullmatch=True)
names = parts | st.builds("@{}/{}".format, parts, parts)
versions = st.builds("{}.{}.{}".format, *[st.integers(0, 30)] * 3)
ORIGIN = "packs.example.org"


@given(names, names)
def test_no_two_packs_meet(one: str, other: str) -> None:
    assert foreign.unflat(foreign.flat(one)) == one
    assert foreign.ori_name(*foreign.ori_parts(one)) == one
    for place in (foreign.agentpacks, foreign.ori, foreign.flat, lambda name: foreign.npm(ORIGIN, name)):
        assert (place(one) == place(other)) == (one == other)


@given(names, versions)
def test_every_path_says_whose_it_is(name: str, version: str) -> None:
    of_version = [
        foreign.agentpacks(name, f"versions/{version}/download"),
        foreign.ori(name, f"{version}/metadata/index.json"),
        foreign.npm_tarball(name, version),
        foreign.mcp_server(ORIGIN, name, "a.server_x", f"versions/{version}/index.html"),
    ]
    of_pack = [
        foreign.agentpacks(name, "index.html"),
        foreign.agentpacks(name, "versions/index.json"),
        foreign.ori(name, "versions/index.html"),
        foreign.npm(ORIGIN, name),
        foreign.mcp_server(ORIGIN, name, "9", "versions/index.html"),
        foreign.mcp_server(ORIGIN, name, "9", "versions/latest/index.html"),
    ]
    assert {foreign.place_of(path) for path in of_version} == {Place(name, version)}
    assert {foreign.place_of(path) for path in of_pack} == {Place(name)}
    assert {inventory.list_of(path) for path in of_version} == {f"packs/{name}/{version}/pages.sums"}
    assert {inventory.list_of(path) for path in of_pack} == {f"packs/{name}/pages.sums"}
    assert not any(inventory.is_pack_list(path) for path in (*of_version, *of_pack))


@pytest.mark.parametrize(
    "path",
    [
        "agentpacks/packs/index.html",
        "agentpacks/packs/@acme/index.html/",
        "agentpacks/packs/../x",
        "agentpacks/q/hello.json",
        "agentpacks",
        "ori/v1/search/index.html",
        "ori/v1/packages/acme/index.html",
        "npm/index.html",
        "npm/-/hello",
        "mcp/v0.1/servers/index.html",
        "mcp/v0.1/servers/org.example/hello/versions/index.html",
        "osv/hello.json",
        "tags/hello/index.html",
    ],
)
def test_what_belongs_to_no_pack(path: str) -> None:
    assert foreign.place_of(path) == Place()
    assert inventory.list_of(path) == ""


def test_names_as_they_are_written() -> None:
    assert foreign.flat("@acme/hello") == "acme.hello"
    assert foreign.npm_name(ORIGIN, "@acme/hello") == "@packs.example.org/acme.hello"
    assert foreign.npm_name("localhost", "hello") == "@localhost.registry/hello"
    assert foreign.npm_name("example.org/packs", "hello") == "@example.org.packs/hello"
    assert foreign.mcp_namespace("example.org/packs") == "org.example.packs"
    assert foreign.ori("hello") == "ori/v1/packages/_/hello/"
    assert foreign.ori("@acme/hello") == "ori/v1/packages/acme/hello/"
