"""What the registry itself decided, commit by commit."""

from __future__ import annotations

from pathlib import Path

from packyard.edges.git import Repository
from packyard.rules.notices import notices
from tests.advising import advisory
from tests.registry import TestRegistry


def found(repo: Path) -> list[tuple[str, str]]:
    """(kind, subject) of every notice, in the order of history."""
    repository, seen, before = Repository(repo), list[tuple[str, str]](), ""
    for commit in repository.since(repository.resolve("main"), "") or []:
        now = repository.subtree(commit.tree, "registry-src")
        noticed = list(notices(repository, commit, before, now))
        assert all((each.commit, each.time) == (commit.id, commit.time) for each in noticed)
        seen += [each[:2] for each in noticed]
        before = now
    return seen


def test_trust_files_advisories_and_settings(tmp_path: Path) -> None:
    registry = TestRegistry(tmp_path / "repo")
    registry.publisher("alice")
    registry.version("hello", "1.0.0", "alice")
    registry.commit("Open")
    registry.trust(("root",), 1)
    registry.files["advisories/PY-2026-0001.json"] = advisory("PY-2026-0001", {"hello": ["1.0.0"]})
    registry.commit("Roots, and an advisory")
    registry.version("hello", "1.1.0", "alice")
    registry.commit("Nothing of the registry's own")
    registry.settings(title="Other packs")
    del registry.files["advisories/PY-2026-0001.json"]
    registry.commit("Another title, and the advisory goes")
    assert found(tmp_path / "repo") == [
        ("settings", "registry.yaml"),
        ("advisory", "PY-2026-0001"),
        ("trust", "1"),
        ("advisory", "PY-2026-0001"),
        ("settings", "registry.yaml"),
    ]


def test_whatever_is_nobody_elses_is_noticed(tmp_path: Path) -> None:
    registry = TestRegistry(tmp_path / "repo")
    registry.publisher("alice")
    registry.commit("Open")
    registry.files |= {"featured.yaml": b"a", "agreement.json": b"a", "reserved-names.txt": b"a", "README.md": b"a"}
    registry.files |= {"site/style.css": b"a", "site/prose/about.md": b"a", "site/templates/frame/foot.html": b"a"}
    registry.commit("Much of the registry's own")
    registry.files["site/prose/about.md"] = b"b"
    registry.commit("Other words")
    del registry.files["reserved-names.txt"]
    registry.commit("Names are free again")
    assert found(tmp_path / "repo") == [
        ("settings", "registry.yaml"),
        ("settings", "agreement.json"),
        ("settings", "featured.yaml"),
        ("settings", "reserved-names.txt"),
        ("settings", "site"),
        ("settings", "site"),
        ("settings", "reserved-names.txt"),
    ]
