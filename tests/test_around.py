"""What others say about a pack: whatever changes, and where, a build says what a build from nothing would say."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from packyard.history import review_of
from tests.advising import advisory
from tests.registry import TestRegistry, small
from tests.sites import built, differences, inodes, rewritten

NAMES = ("aa", "bb", "cc", "dd", "ee")


@pytest.fixture
def registry(tmp_path: Path) -> TestRegistry:
    made = small(tmp_path / "repo")
    publish(made, "cc", "1.0.0")
    publish(made, "bb", "1.0.0", cc="*")
    publish(made, "aa", "1.0.0", bb="^1.0.0")
    made.commit("A chain")
    return made


def publish(registry: TestRegistry, pack: str, number: str, **needs: str) -> None:
    registry.version(pack, number, "alice", manifest={"dependencies": needs} if needs else {})


def law(registry: TestRegistry, site: Path, again: Path) -> None:
    built(registry.path, site)
    built(registry.path, again, previous=str(site))
    assert differences(site, again) == []


def again(registry: TestRegistry, site: Path) -> set[str]:
    """The paths that another build writes again."""
    before = inodes(site)
    built(registry.path, site)
    return set(rewritten(before, inodes(site)))


def page(site: Path, path: str) -> str:
    return (site / "packs" / path / "index.html").read_text()


def test_a_chain_is_shown_from_both_ends(registry: TestRegistry, tmp_path: Path) -> None:
    built(registry.path, tmp_path / "site")
    assert ">cc<" in page(tmp_path / "site", "aa/1.0.0/dependencies")
    assert ">bb<" in page(tmp_path / "site", "cc/dependents")
    assert ">aa<" not in page(tmp_path / "site", "cc/dependents")


def test_a_link_far_below_changes_the_tree_above(registry: TestRegistry, tmp_path: Path) -> None:
    site = tmp_path / "site"
    built(registry.path, site)
    publish(registry, "dd", "1.0.0")
    publish(registry, "cc", "1.1.0", dd="*")
    registry.commit("One more link")
    changed = again(registry, site)
    assert ">dd<" in page(site, "aa/1.0.0/dependencies")
    assert {"packs/aa/1.0.0/dependencies/index.html", "packs/bb/1.0.0/dependencies/index.html"} <= changed
    assert "packs/aa/1.0.0/index.html" not in changed
    built(registry.path, tmp_path / "again", previous=str(site))
    assert differences(site, tmp_path / "again") == []


def test_a_plain_new_version_changes_nothing_of_others(registry: TestRegistry, tmp_path: Path) -> None:
    site = tmp_path / "site"
    built(registry.path, site)
    publish(registry, "bb", "1.0.1", cc="*")
    registry.commit("Nothing new to others")
    changed = again(registry, site)
    assert not {path for path in changed if path.startswith(("packs/aa/", "packs/cc/"))}


def test_an_older_version_keeps_its_tree(registry: TestRegistry, tmp_path: Path) -> None:
    site = tmp_path / "site"
    built(registry.path, site)
    publish(registry, "bb", "2.0.0")
    registry.commit("On its own feet")
    changed = again(registry, site)
    assert "packs/bb/1.0.0/dependencies/index.html" not in changed
    assert "packs/cc/dependents/index.html" in changed
    built(registry.path, tmp_path / "again", previous=str(site))
    assert differences(site, tmp_path / "again") == []


def test_what_a_pack_conflicts_with_is_linked_once_it_is_there(registry: TestRegistry, tmp_path: Path) -> None:
    site, link = tmp_path / "site", 'href="../../../../packs/ee/index.html"'
    registry.version("dd", "1.0.0", "alice", manifest={"conflicts": ["ee"]})
    registry.commit("Conflicts with what is not there")
    built(registry.path, site)
    assert "ee" in page(site, "dd/1.0.0/dependencies")
    assert link not in page(site, "dd/1.0.0/dependencies")
    assert 'packs/ee/index.html"' not in page(site, "dd/1.0.0") + page(site, "dd")
    publish(registry, "ee", "1.0.0")
    registry.commit("Now it is")
    changed = again(registry, site)
    assert link in page(site, "dd/1.0.0/dependencies")
    assert "packs/dd/1.0.0/dependencies/index.html" in changed
    built(registry.path, tmp_path / "again", previous=str(site))
    assert differences(site, tmp_path / "again") == []


OTHERS = st.lists(st.sampled_from(NAMES), max_size=3, unique=True)
STEPS = st.tuples(st.sampled_from(NAMES), OTHERS, st.booleans(), OTHERS.map(lambda names: names[:1]))


@pytest.mark.slow
@settings(max_examples=10, phases=[Phase.generate], suppress_health_check=list(HealthCheck), deadline=None)
@given(st.lists(st.lists(STEPS, min_size=1, max_size=3), min_size=1, max_size=3))
def test_incremental_equals_from_scratch(plan: list[list[tuple[str, list[str], bool, list[str]]]]) -> None:
    with TemporaryDirectory() as folder:
        root, counts = Path(folder), dict.fromkeys(NAMES, 0)
        registry = small(root / "repo")
        for at, commit in enumerate(plan):
            for name, needs, warned, against in {step[0]: step for step in commit}.values():
                counts[name] += 1
                about = {
                    "dependencies": {need: "*" for need in needs if need != name},
                    "conflicts": [other for other in against if other != name and other not in needs],
                }
                registry.version(name, f"{counts[name]}.0.0", "alice", manifest=about)
                if warned:
                    ident = f"PY-2026-{at + 1:04}"
                    registry.files[f"advisories/{ident}.json"] = advisory(ident, {name: ["1.0.0"]})
            registry.commit("Step")
            law(registry, root / "site", root / f"again{at}")


@pytest.mark.parametrize(
    ("message", "number"),
    [
        ("Merge pull request #12 from ada/hello-1.2.0\n\nhello 1.2.0", "12"),
        ("hello 1.2.0 (#12)\n\n* Publish", "12"),
        ("Merge pull request 'hello 1.2.0' (#12) from ada/hello into main", "12"),
        ("Merge branch 'hello' into 'main'\n\nhello 1.2.0\n\nSee merge request acme/packs!12", "12"),
        ("Merge branch 'x(#5)' into 'main'\n\nhello\n\nSee merge request acme/packs!7", "7"),
        ("Merge pull request 'hello' (#12) from evil/(#5) into main", "12"),
        ("See merge request acme/packs!1", ""),
        ("Merge branch 'hello' into 'main'\n\nSee merge request acme/packs!1\n\nand more", ""),
        ("hello 1.2.0, as in (#1) before", ""),
        ("hello 1.2.0", ""),
    ],
)
def test_the_pull_request_that_a_forge_names(message: str, number: str) -> None:
    assert review_of(message) == number
