"""The pages that count and remember, on built sites: what they say, what a change costs, and that it is the same from
scratch.
"""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest

from packyard.errors import ProblemsFound
from packyard.formats.featured import Featured, format_featured
from packyard.surfaces import series
from tests.registry import TestRegistry, small
from tests.sites import built, differences, inodes, rewritten
from tests.surfaces.markup import Markup

PAGES = re.compile(r"(?:audit|new|updated|stats|compliance|featured)/.*|stats\.json")


@pytest.fixture
def registry(tmp_path: Path) -> TestRegistry:
    """A small registry with some more history: a rename of a publisher, another key, a withdrawal, featured packs."""
    made = small(tmp_path / "repo")
    made.revise(made.publishers["bob"]._replace(name="Bob Bridge"), "bob")
    made.version("hello", "1.2.0", "alice", manifest={"license": "Apache-2.0 OR MIT", "x-unknown": 1})
    made.commit("Bob's whole name, and hello 1.2.0")
    made.statement("withdraw", "hello", "alice", version="1.1.0", reason="It told where somebody lives.")
    made.files["featured.yaml"] = format_featured((Featured("hello", "Begin here."),))
    made.commit("Withdraw, and feature")
    return made


def text(site: Path, path: str) -> str:
    return re.sub(r"\s+", " ", Markup((site / path).read_text()).text)


def test_what_the_pages_say(registry: TestRegistry, tmp_path: Path) -> None:
    site = tmp_path / "site"
    built(registry.path, site)
    stats = json.loads((site / "stats.json").read_text())
    assert stats["totals"] == {"packs": 3, "versions": 5, "publishers": 2, "organisations": 1}
    assert stats["months"] == [{"month": "2026-03", "packs": 3, "versions": 5, "publishers": 2}]
    assert stats["licences"] == [{"name": "MIT", "packs": 3}, {"name": "Apache-2.0", "packs": 1}]
    assert sum(each["packs"] for each in stats["sizes"]) == 3
    audit = text(site, "audit/index.html")
    assert "Events 1 to 14" in audit
    for said in (
        "Which packs are featuredthe registry–",
        "hello 1.1.0 withdrawn: its content is gone It told where somebody lives.",
        "Publisher bob name: Bob Bridge",
        "Organisation @acme registered alice joined as owner bob joined as member",
        "other deprecated use hello instead",
    ):
        assert said in audit, said
    assert text(site, "audit/yank/index.html").count("hello 1.0.0 yanked") == 1
    assert "No such event yet." in text(site, "audit/recover/index.html")
    assert "About hello" in text(site, "updated/index.html")
    assert text(site, "new/index.html").count("1.0.0") == 2
    assert "Begin here." in text(site, "featured/index.html")
    compliance = text(site, "compliance/index.html")
    assert "Entries of the log 12" in compliance
    assert "versions withdrawn, their content gone 1" in compliance
    assert "field-unknown" in compliance
    assert "name: Bob Bridge" in text(site, "publishers/bob/index.html")
    assert "@acme owner" in text(site, "publishers/alice/index.html")
    assert "@acme/tools 1.0.0 published" in text(site, "orgs/acme/index.html")


def test_keys_arrivals_and_witnesses(registry: TestRegistry, tmp_path: Path) -> None:
    """A key is known here since its first revision, and an arrival is the version that arrived, with its day."""
    site = tmp_path / "site"
    registry.version("hello", "2.0.0-beta.1", "alice")
    registry.commit("A beta")
    built(registry.path, site)
    since = re.compile(r"says since (\d{4}-\d\d-\d\d), seen here since 2026-03-0\d")
    for path in ("packs/hello/index.html", "packs/hello/1.2.0/index.html", "packs/hello/1.2.0/log/index.html"):
        assert since.search(text(site, path)), path
    assert "Not countersigned" in text(site, "packs/hello/index.html")
    home = Markup((site / "index.html").read_text()).text
    board = home[home.index("Arrivals") : home.index("All new versions")]
    assert "2.0.0-beta.1" in board
    assert "1.2.0" not in board


def test_unknown_packs_cannot_be_featured(registry: TestRegistry, tmp_path: Path) -> None:
    registry.files["featured.yaml"] = format_featured((Featured("helo", "A slip."),))
    registry.commit("Feature")
    with pytest.raises(ProblemsFound) as caught:
        built(registry.path, tmp_path / "site")
    assert [(each.code, each.path, each.line) for each in caught.value.problems] == [
        ("pack-unknown", "registry-src/featured.yaml", 3)
    ]


def test_pages_by_number_stay_as_they_are(
    registry: TestRegistry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(series, "PAGE", 5)
    site = tmp_path / "site"
    for at in range(9):
        registry.publisher(f"p{at}")
    registry.commit("More publishers")
    built(registry.path, site)
    assert (site / "audit/0/4.html").is_file()
    assert (site / "audit/publisher/0/2.html").is_file()
    before = inodes(site)
    registry.version("hello", "1.3.0", "alice")
    registry.statement("yank", "hello", "alice", version="1.3.0")
    registry.commit("Two events")
    assert _changed(registry, site, before) == [
        "audit/index.html",
        "audit/yank/index.html",
        "compliance/index.html",
        "stats.json",
        "stats/index.html",
        "updated/index.html",
    ]
    before = inodes(site)
    for at in range(9, 13):
        registry.publisher(f"p{at}")
    registry.commit("And more")
    assert [path for path in _changed(registry, site, before) if path.startswith("audit/")] == [
        "audit/0/4.html",
        "audit/index.html",
        "audit/publisher/0/2.html",
        "audit/publisher/index.html",
    ]
    assert (site / "audit/0/5.html").is_file()


def _changed(registry: TestRegistry, site: Path, before: dict[str, tuple[int, int]]) -> list[str]:
    """The pages that count and remember that a build writes again; it is held against a build from scratch."""
    kept = site.parent / "kept"
    shutil.rmtree(kept, ignore_errors=True)
    shutil.copytree(site, kept)
    built(registry.path, site)
    scratch = site.parent / "scratch" / "site"
    shutil.rmtree(scratch.parent, ignore_errors=True)
    built(registry.path, scratch, previous=str(kept))
    assert differences(site, scratch) == []
    return [path for path in rewritten(before, inodes(site)) if PAGES.fullmatch(path)]


def test_what_others_become_shows_on_their_pages(registry: TestRegistry, tmp_path: Path) -> None:
    site = tmp_path / "site"
    built(registry.path, site)
    registry.org("acme", {"alice": "owner"}, "alice")
    registry.version("other", "0.2.0", "bob", manifest={"description": "Something else"})
    registry.commit("Bob leaves acme")
    assert _changed(registry, site, inodes(site))
    assert "@acme member" not in text(site, "publishers/bob/index.html")
    assert "bob left" in text(site, "orgs/acme/index.html")
    assert "Something else" in text(site, "updated/index.html")
    assert "other 0.2.0 published" in text(site, "publishers/bob/index.html")
