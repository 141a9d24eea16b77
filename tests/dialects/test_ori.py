"""Ori's registry protocol: what it says is what the catalogue says, and what it gives is what was signed."""

from __future__ import annotations

import http.client
import json
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from packyard.edges.store import walk
from packyard.formats import foreign
from packyard.formats.oripk import parse_oripk
from packyard.surfaces.dialects.ori import words
from tests.dialects import sample
from tests.openapi.serving import plain
from tests.registry import TestRegistry
from tests.sites import built
from tests.test_readme import DOCS, home, run, tour

__all__ = ["home"]

ORI = "ori/v1/"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample registry with this dialect alone; it is only read."""
    return sample.site(tmp_path_factory.mktemp("ori"), ["ori"])


def read(site: Path, path: str) -> Any:
    return json.loads((site / path / "index.json" if path.endswith("/") else site / path).read_bytes())


def packs(site: Path) -> Iterator[dict[str, Any]]:
    for row in read(site, "index.json")["packs"]:
        yield read(site, f"packs/{row['name']}/")


def test_every_version_is_there_and_says_what_the_registry_says(site: Path) -> None:
    for pack in packs(site):
        found = read(site, foreign.ori(pack["name"], "versions/"))
        marks = ("version", "published", "yanked", "deprecated", "withdrawn")
        assert found["versions"] == [{name: each[name] for name in marks} for each in pack["versions"]]
        assert (found["pack"], found["deprecated"]) == (pack["name"], pack["deprecated"])
        for each in pack["versions"]:
            metadata = read(site, foreign.ori(pack["name"], f"{each['version']}/metadata/"))
            assert metadata["checksums"]["identity"] == f"sha256:{each['identity']['sha256']}"
            assert {name: metadata[name] for name in ("version", "published", "yanked", "withdrawn")} == {
                name: each[name] for name in ("version", "published", "yanked", "withdrawn")
            }


def test_an_archive_is_what_its_checksum_says_and_what_was_signed(site: Path) -> None:
    seen = 0
    for pack in packs(site):
        for each in pack["versions"]:
            metadata = read(site, foreign.ori(pack["name"], f"{each['version']}/metadata/"))
            if metadata["download"]:
                data = (site / metadata["download"]).read_bytes()
                assert metadata["checksums"]["archive"] == f"sha256:{sha256(data).hexdigest()}"
                found = parse_oripk(data)
                assert found.identity == each["identity"]["sha256"]
                assert (found.manifest.name, found.manifest.version) == (pack["name"], each["version"])
                seen += 1
    assert seen == 9


def test_a_withdrawn_version_has_nothing_left(site: Path) -> None:
    folder = foreign.ori("gone", "1.0.0/")
    metadata = read(site, folder + "metadata/")
    assert metadata["withdrawn"]["reason"] == "it held a colleague's address"
    assert metadata["download"] is metadata["checksums"]["archive"] is metadata["description"] is None
    assert metadata["dependencies"] is None
    assert not (site / folder / "download").exists()


def test_a_yanked_version_can_be_had_by_who_asks_for_it(site: Path) -> None:
    versions = read(site, foreign.ori("hello", "versions/"))
    yanked = [each["version"] for each in versions["versions"] if each["yanked"]]
    assert yanked == ["1.0.0"]
    assert versions["latest"] not in yanked
    assert (site / foreign.ori("hello", "1.0.0/download")).exists()


def test_of_a_pack_without_a_version_to_offer_no_latest_is_named(tmp_path: Path) -> None:
    registry = sample.registry(tmp_path / "repo", ["ori"])
    registry.statement("yank", "active", "bob", version="1.0.0")
    registry.commit("Yank the only version")
    built(registry.path, tmp_path / "site")
    assert read(tmp_path / "site", foreign.ori("active", "versions/"))["latest"] is None
    assert not (tmp_path / "site" / ORI / "search/q/active.json").exists()


def test_ranges_are_said_as_they_are_and_never_resolved(site: Path) -> None:
    needs = read(site, foreign.ori("hello", "2.0.0/metadata/"))["dependencies"]
    assert needs == [{"name": "@acme/tools", "range": "^1.0.0", "version": None}]
    needs = read(site, foreign.ori("@acme/tools", "1.0.0/metadata/"))["dependencies"]
    assert needs == [{"name": "@_/hello", "range": "^1.0.0", "version": None}]


def test_a_deprecated_pack_warns_with_every_version(site: Path) -> None:
    said = read(site, foreign.ori("other", "versions/"))["deprecated"]
    assert said["replacement"] == "hello"
    assert read(site, foreign.ori("other", "0.1.0/metadata/"))["deprecated"] == said


def test_search_finds_by_names_and_tags(site: Path) -> None:
    whole = read(site, ORI + "search/")
    assert (whole["query"], whole["total"]) == (None, len(whole["packages"]))
    assert {each["pack"] for each in whole["packages"]} == {each["name"] for each in packs(site)}
    for word, names in {
        "hello": {"hello", "@acme/hello"},
        "acme": {"@acme/hello", "@acme/tools"},
        "qa": {"@acme/hello"},
    }.items():
        found = read(site, f"{ORI}search/q/{word}.json")
        assert ({each["pack"] for each in found["packages"]}, found["query"]) == (names, word)
        assert found["total"] == len(names)


def test_the_best_come_first(site: Path) -> None:
    points = {row["name"]: row["quality"] for row in read(site, "index.json")["packs"]}
    shown = [each["pack"] for each in read(site, ORI + "search/")["packages"]]
    assert shown == sorted(shown, key=lambda name: (-points[name], name))


_TAGS = st.lists(st.text(max_size=12), max_size=8).map(tuple)
_NAMES = st.from_regex(r"(@[a-z][a-z0-9-]{0,6}[a-z0-9]/)?[a-z][a-z0-9-]{0,6}[a-z0-9]", fullmatch=True)


@given(_NAMES, _TAGS)
def test_words_are_parts_of_paths(name: str, tags: tuple[str, ...]) -> None:
    found = words(name, tags)
    assert len(found) == len(set(found)) <= 40
    assert all(word.isascii() and word.replace("-", "").isalnum() and word == word.lower() for word in found)
    assert name.rpartition("/")[2] in found


def test_words() -> None:
    found = words("@acme/find-tests", ("QA", "C++ style", "…"))
    assert found == ["acme", "find-tests", "find", "tests", "qa", "c", "style"]


# --- the cost of a change ---


def _content(site: Path) -> dict[str, bytes]:
    return {path: (site / path).read_bytes() for path in walk(site) if path.startswith("ori/")}


def _changed(registry: TestRegistry, site: Path) -> set[str]:
    before = _content(site)
    built(registry.path, site)
    after = _content(site)
    return {path for path in before.keys() | after.keys() if before.get(path) != after.get(path)}


def test_a_new_version_changes_nothing_but_its_own_pack(tmp_path: Path) -> None:
    registry = sample.registry(tmp_path / "repo", ["ori"])
    built(registry.path, tmp_path / "site")
    registry.version("hello", "2.2.0", "alice")
    registry.commit("Publish hello 2.2.0")
    own = foreign.ori("hello")
    new = {f"2.2.0/{name}" for name in ("download", "metadata/index.html", "metadata/index.json")}
    assert _changed(registry, tmp_path / "site") == {
        own + name for name in {"versions/index.html", "versions/index.json", *new}
    }
    registry.statement("yank", "hello", "alice", version="2.2.0")
    registry.commit("Yank hello 2.2.0")
    assert _changed(registry, tmp_path / "site") == {
        own + name for name in {"versions/index.html", "versions/index.json", *(new - {"2.2.0/download"})}
    }


# --- as a client asks ---


def test_a_plain_host_answers_as_the_protocol_asks(site: Path) -> None:
    """`GET /v1/packages/_/hello/versions`: any host leads to the folder, and gives the JSON that is in its page."""
    with plain(site) as address:
        host = address.removeprefix("http://").rstrip("/")
        for path in ("packages/_/hello/versions", "packages/_/hello/2.0.0/metadata", "search?q=hello", "advisories"):
            assert json.loads(_follow(host, f"/{ORI}{path}"))["format"].startswith("packyard/ori-")
        data = _follow(host, f"/{ORI}packages/acme/hello/0.3.0/download")
        assert parse_oripk(data).manifest.name == "@acme/hello"


@pytest.mark.interop
def test_commands_for_ori(site: Path, home: Path) -> None:
    with plain(site) as address:
        blocks = tour(DOCS / "clients/ori.md")
        assert len(blocks) == 3
        run(home, [block._replace(code=block.code.replace("https://packs.my.example/", address)) for block in blocks])


def _follow(host: str, path: str) -> bytes:
    for _ in range(3):
        connection = http.client.HTTPConnection(host, timeout=30)
        connection.request("GET", path)
        answer = connection.getresponse()
        data, path = answer.read(), answer.headers.get("Location", path)
        connection.close()
        if answer.status == 200:
            return data
        assert answer.status in (301, 302, 307, 308)
    raise AssertionError(f"{path} leads nowhere")
