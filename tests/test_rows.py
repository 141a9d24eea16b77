"""What a row of `index.json` says so that clients can filter and sort: owners, channels, routing, quality."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest

from packyard.audit import audit
from packyard.catalogue import row_of
from packyard.client.searching import read_catalogue, search
from packyard.edges.store import FolderSite
from packyard.model import File, Manifest, Pack, VersionState
from packyard.quality import MOST, breakdown, score
from packyard.rules.version import MOST_DIMENSIONS, routing_of
from packyard.search.query import parse_query
from tests.registry import TestRegistry, small
from tests.sites import built, inodes, rewritten
from tests.surfaces.sample import release


def models(*routes: dict[str, str], **more: object) -> bytes:
    return json.dumps({"routing": [{"when": when, "use": "openai/gpt-5"} for when in routes], **more}).encode()


ROUTING = models({"budget": "minimal"}, {"complexity": "high", "budget": "premium"}, {"team-size": "large"})


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> TestRegistry:
    made = small(tmp_path_factory.mktemp("rows") / "repo")
    made.trust(("root",), 1)
    made.publisher("carol")
    made.version("routed", "1.0.0", "bob", {"models.json": models({"urgency": "high"})})
    made.version("routed", "1.1.0", "bob", {"models.json": ROUTING})
    made.version("routed", "2.0.0-beta.1", "bob", {"models.json": models({"urgency": "low"})})
    made.version("plain-models", "1.0.0", "bob", {"models.json": b'{"default": "openai/gpt-5"}'})
    made.version("gone", "1.0.0", "bob", {"models.json": ROUTING})
    made.commit("More packs")
    made.statement("add-owner", "hello", "alice", handle="carol")
    made.statement("promote", "routed", "bob", version="1.1.0", channel="stable")
    made.statement("promote", "routed", "bob", version="2.0.0-beta.1", channel="beta")
    made.statement("withdraw", "gone", "bob", version="1.0.0")
    made.commit("Statements")
    return made


@pytest.fixture(scope="module")
def site(registry: TestRegistry) -> Path:
    out = registry.path.parent / "site"
    built(registry.path, out)
    return out


def rows(site: Path) -> dict[str, dict[str, Any]]:
    return {row["name"]: row for row in json.loads((site / "index.json").read_bytes())["packs"]}


def test_rows_say_what_filters_ask_for(site: Path) -> None:
    found = rows(site)
    assert found["hello"]["owners"] == ["alice", "carol"]
    assert found["@acme/tools"]["owners"] == ["acme"]
    assert found["routed"]["channels"] == {"beta": "2.0.0-beta.1", "stable": "1.1.0"}
    assert found["routed"]["routing"] == ["budget", "complexity", "team-size"]
    assert (found["plain-models"]["routing"], found["hello"]["channels"]) == ([], {})
    assert (found["gone"]["routing"], found["gone"]["quality"]) == ([], None)
    assert (found["hello"]["quality"], found["plain-models"]["quality"]) == (90, 80)
    assert {(row["downloads"], row["weekly"]) for row in found.values()} == {(None, None)}
    assert audit(FolderSite(site), None, int(time.time())).problems == ()


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("channel:beta", ["routed"]),
        ("routing:budget", ["routed"]),
        ("has:routing", ["routed"]),
        ("routing:urgency", []),
    ],
)
def test_clients_answer_by_them(site: Path, query: str, names: list[str]) -> None:
    catalogue = read_catalogue((site / "index.json").read_bytes())
    assert [hit.pack.name for hit in search(catalogue, parse_query(query)).hits] == names


def test_packs_of_little_quality_come_last(site: Path) -> None:
    found = search(read_catalogue((site / "index.json").read_bytes()), parse_query(""), sort="quality")
    assert [hit.pack.name for hit in found.hits][-1] == "gone"
    assert found.unknown == 1


def test_a_statement_changes_rows_and_not_lists(tmp_path: Path) -> None:
    registry, site = small(tmp_path / "repo"), tmp_path / "site"
    built(registry.path, site)
    registry.statement("promote", "hello", "alice", version="1.1.0", channel="stable")
    registry.commit("Promote")
    before = inodes(site)
    built(registry.path, site)
    assert rows(site)["hello"]["channels"] == {"stable": "1.1.0"}
    assert not [path for path in rewritten(before, inodes(site)) if path.startswith(("tags/", "targets/", "browse/"))]


# --- routing ---


@pytest.mark.parametrize(
    ("data", "found"),
    [
        (ROUTING, ("budget", "complexity", "team-size")),
        (b"{}", ()),
        (b'{"routing": []}', ()),
        (b"{", ()),
        (b'{"routing": {"when": 1}}', ()),
        (b"[" * 100, ()),
        (models({"budget": "low", "\x1b[2J": "x", "two words": "x", "x" * 60: "x", "": "x"}), ("budget",)),
    ],
)
def test_routing(data: bytes, found: tuple[str, ...]) -> None:
    assert routing_of({"models.json": data}) == found


def test_routing_is_bounded() -> None:
    data = models(*({f"d{number:03}": "x"} for number in range(900)))
    assert routing_of({"models.json": data}) == tuple(f"d{number:03}" for number in range(MOST_DIMENSIONS))
    assert routing_of({"README.md": b""}) == ()


# --- quality ---

NOTHING = Manifest("bare", "1.0.0", "", "", "", "", "", "", (), (), (), (), ("other",), {})


def test_a_pack_can_have_all_points_or_none() -> None:
    latest = release("hello", "1.0.0", 0)
    assert breakdown(latest, 2) == MOST
    assert (sum(MOST.values()), score(breakdown(latest, 2))) == (100, 100)
    assert score(breakdown(latest._replace(manifest=NOTHING, files=()), 1)) == 0


@pytest.mark.parametrize(
    ("part", "changes", "points"),
    [
        ("license", {"license": ""}, 0),
        ("tags", {"tags": ()}, 0),
        ("repository", {"repository": ""}, 0),
        ("homepage", {"homepage": ""}, 0),
        ("conflicts", {"conflicts": ("other",)}, 0),
        ("targets", {"targets": ("cursor",)}, 5),
        ("targets", {"targets": ("cursor", "zed", "cline")}, 15),
        ("targets", {"targets": ("cursor", "zed", "cline", "roo", "warp")}, 20),
        ("features", {"features": ("rules",)}, 3),
        ("features", {"features": ("rules", "commands", "agents", "skills")}, 12),
        ("features", {"features": ("*",)}, 15),
    ],
)
def test_each_part_counts_by_itself(part: str, changes: dict[str, Any], points: int) -> None:
    latest = release("hello", "1.0.0", 0)
    changed = latest._replace(manifest=latest.manifest._replace(**changes))
    assert breakdown(changed, 2) == {**MOST, part: points}


def test_an_empty_readme_is_none() -> None:
    latest = release("hello", "1.0.0", 0)
    empty = latest._replace(files=(File("README.md", "0" * 64, 0, 0o644), File("docs/README.md", "0" * 64, 9, 0o644)))
    assert breakdown(empty, 1) == {**MOST, "readme": 0, "versions": 0}


@pytest.mark.parametrize(
    ("said", "listed"),
    [
        (("*",), ("rules", "hooks")),
        ((), ("rules", "hooks")),
        (("rules",), ("rules", "hooks")),
        (("skills", "rules"), ("rules", "hooks", "skills")),
    ],
)
def test_a_row_has_what_the_folder_holds_whatever_the_manifest_leaves_out(
    said: tuple[str, ...], listed: tuple[str, ...]
) -> None:
    made = release("hello", "1.0.0", 1, features=("rules", "hooks"))
    made = made._replace(manifest=made.manifest._replace(features=said))
    assert row_of(Pack("hello", "alice", (VersionState(made),), None, ())).features == listed
