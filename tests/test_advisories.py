"""Advisories from the repository to the site: what a build publishes and refuses, and what gate and auditor say."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from packyard.audit import audit
from packyard.audit.chain import Chain
from packyard.audit.reading import Reading
from packyard.audit.rows import audit_beside
from packyard.edges.judging import judge_refs
from packyard.edges.store import FolderSite
from packyard.errors import ProblemsFound
from packyard.formats import inventory, layout
from packyard.formats.advisories import format_advisories, parse_advisories
from packyard.formats.advisory import affects, format_document
from packyard.formats.registry_page import format_registry_page, parse_registry_page
from packyard.formats.snapshot import parse_snapshot
from packyard.surfaces import advisories, listings
from tests.advising import START, advisory, affected
from tests.registry import LINK, ORIGIN, TestRegistry, small
from tests.sites import built, crash, differences, inodes, rewritten

ONE, TWO = "PY-2026-0001", "PY-2026-0002"


def path(ident: str) -> str:
    return f"advisories/{ident}.json"


@pytest.fixture
def registry(tmp_path: Path) -> TestRegistry:
    return small(tmp_path / "repo")


def index(site: Path) -> dict[str, dict[str, object]]:
    """The entries of the index, by id."""
    found = json.loads((site / layout.ADVISORIES_INDEX).read_bytes())
    return {each["id"]: each for each in found["advisories"]}


def beside(site: Path, origin: str = ORIGIN) -> set[tuple[str, str]]:
    """(code, path) of what the auditor says of the registry's own documents."""
    reading = Reading(FolderSite(site))
    chain = Chain(reading, parse_snapshot((site / "SNAPSHOT").read_bytes()))
    audit_beside(reading, chain, origin)
    return {(problem.code, problem.path) for problem in reading.problems}


def sound(site: Path) -> bool:
    return beside(site) == set() and audit(FolderSite(site), None, int(time.time())).problems == ()


# --- the build ---


def test_a_site_without_advisories_says_so(registry: TestRegistry, tmp_path: Path) -> None:
    site = tmp_path / "site"
    built(registry.path, site)
    assert index(site) == {}
    assert parse_registry_page((site / "registry.json").read_bytes()).origin == ORIGIN
    listed = (site / "site.sums").read_text()
    assert all(f"  {name}\n" in listed for name in ("advisories/index.json", "registry.json"))
    assert sound(site)


def test_an_advisory_comes_changes_and_goes(registry: TestRegistry, tmp_path: Path) -> None:
    site, events = tmp_path / "site", (("introduced", "0"), ("fixed", "1.1.0"))
    built(registry.path, site)
    registry.files[path(ONE)] = advisory(ONE, {}, affected=[affected("hello", (), events)])
    registry.files[path(TWO)] = advisory(TWO, {"@acme/tools": ["1.0.0"]})
    registry.commit("Two advisories")
    before = inodes(site)
    built(registry.path, site)
    heads = {"SNAPSHOT", "SNAPSHOT.bundle", "SNAPSHOT.minisig", "log/checkpoint", "by-hash/index.json"}
    lists = {"index.json", "index.sums", "site.sums"}
    beside = {path for path in rewritten(before, inodes(site)) if not path.startswith(("packs/", "index/"))}
    assert beside == heads | lists | {
        "advisories/index.json",
        "advisories/index.html",
        "audit/index.html",
        "audit/advisory/index.html",
    }
    pages = {"index.html", "security/index.html", "versions/index.html", "feed.atom", "feed.json", "1.0.0/index.html"}
    told = {path for path in rewritten(before, inodes(site)) if path.startswith("packs/") and "sums" not in path}
    assert told <= {f"packs/{name}/{page}" for name in ("hello", "@acme/tools") for page in pages}
    assert {"packs/hello/security/index.html", "packs/hello/1.0.0/index.html"} <= told
    found = parse_advisories((site / layout.ADVISORIES_INDEX).read_bytes())
    assert [(each.id, affects(each, "hello", "1.0.0")) for each in found] == [(ONE, True), (TWO, False)]
    assert json.loads((site / path(ONE)).read_bytes()) == json.loads(registry.files[path(ONE)])
    assert sound(site)

    registry.files[path(ONE)] = advisory(ONE, {"hello": ["1.0.0"]}, withdrawn=START)
    registry.commit("Withdraw one")
    before = inodes(site)
    built(registry.path, site)
    assert path(ONE) in rewritten(before, inodes(site))
    assert path(TWO) not in rewritten(before, inodes(site))
    assert [entry["withdrawn"] for entry in index(site).values()] == [START, None]

    del registry.files[path(TWO)]
    registry.commit("Take the other away")
    built(registry.path, site)
    assert list(index(site)) == [ONE]
    assert not (site / path(TWO)).exists()
    assert sound(site)


def test_an_advisory_and_its_pack_in_one_commit(registry: TestRegistry, tmp_path: Path) -> None:
    registry.version("third", "1.0.0", "bob")
    registry.files[path(ONE)] = advisory(ONE, {"third": ["1.0.0"]})
    registry.commit("Both")
    built(registry.path, tmp_path / "site")
    assert list(index(tmp_path / "site")) == [ONE]


def test_settings_reach_the_page(registry: TestRegistry, tmp_path: Path) -> None:
    site, mirror = tmp_path / "site", "https://mirror.example.net/packs/"
    built(registry.path, site)
    registry.settings(mirrors=(mirror,), limits={"files": 500})
    registry.commit("A mirror")
    built(registry.path, site)
    page = parse_registry_page((site / "registry.json").read_bytes())
    assert (page.mirrors, page.limits) == ((mirror,), {"files": 500})


def test_more_advisories_than_a_list_holds(registry: TestRegistry, tmp_path: Path) -> None:
    for number in range(inventory.FOLDER_LIMIT + 1):
        ident = f"PY-2026-{number:04}"
        registry.files[path(ident)] = advisory(ident, {"hello": ["1.0.0"]})
    registry.commit("Many")
    site = tmp_path / "site"
    built(registry.path, site)
    assert len(index(site)) == inventory.FOLDER_LIMIT + 1
    assert "  site/advisories.sums\n" in (site / "site.sums").read_text()
    assert sound(site)


# --- the law ---

STEPS = st.lists(st.tuples(st.sampled_from((ONE, TWO, "PY-2026-0003")), st.integers(0, 4)), min_size=1, max_size=4)


def step(registry: TestRegistry, ident: str, how: int) -> None:
    """Writes an advisory in one of several forms, or takes it away."""
    if how == 0:
        registry.files.pop(path(ident), None)
    else:
        withdrawn = START if how == 3 else None
        registry.files[path(ident)] = advisory(ident, {"hello": [f"1.{how}.0"]}, withdrawn=withdrawn)


def law(folder: Path, plan: list[list[tuple[str, int]]], crashes: bool) -> None:
    """Builds after each part of the plan, after a crash or not, and each time from nothing too."""
    registry, site = small(folder / "repo"), folder / "site"
    built(registry.path, site)
    for number, steps in enumerate(plan):
        for each in steps:
            step(registry, *each)
        registry.commit(f"Part {number}")
        before = folder / f"before-{number}"
        shutil.copytree(site, before)
        if crashes:
            crash(registry.path, site, 5 * number)
        built(registry.path, site)
        scratch = folder / f"scratch-{number}" / "site"
        built(registry.path, scratch, previous=str(before))
        assert differences(site, scratch) == []
    assert sound(site)


def test_incremental_equals_from_scratch(tmp_path: Path) -> None:
    law(tmp_path, [[(ONE, 1)], [(ONE, 2), (TWO, 3)], [(ONE, 0), (TWO, 1)], [(TWO, 0)]], True)


@pytest.mark.slow
@settings(max_examples=12, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
@given(st.lists(STEPS, min_size=1, max_size=4), st.booleans())
def test_incremental_equals_from_scratch_whatever_happens(plan: list[list[tuple[str, int]]], crashes: bool) -> None:
    with TemporaryDirectory() as folder:
        law(Path(folder), plan, crashes)


# --- what is refused ---


def _invalid(registry: TestRegistry) -> None:
    registry.files[path(ONE)] = advisory(ONE, {"hello": ["one"]})


def _named(registry: TestRegistry) -> None:
    registry.files[path(TWO)] = advisory(ONE, {"hello": ["1.0.0"]})


def _of_nothing(registry: TestRegistry) -> None:
    registry.files[path(ONE)] = advisory(ONE, {"helo": ["1.0.0"]})


def _stray(registry: TestRegistry) -> None:
    registry.files["advisories/README.md"] = b"# Advisories\n"


def _folder(registry: TestRegistry) -> None:
    registry.files["advisories/2026/PY-2026-0001.json"] = advisory(ONE, {"hello": ["1.0.0"]})


def _link(registry: TestRegistry) -> None:
    registry.files[path(ONE)] = b"../registry.yaml"
    registry.modes[path(ONE)] = LINK


def _large(registry: TestRegistry) -> None:
    registry.files[path(ONE)] = advisory(ONE, {"hello": ["1.0.0"]}, aliases=["x" * 200] * 900)


def _no_json(registry: TestRegistry) -> None:
    registry.files[path(ONE)] = b"{\n  x\n}\n"


REFUSED: list[tuple[Callable[[TestRegistry], None], str, str, int]] = [
    (_invalid, "version-invalid", path(ONE), 15),
    (_named, "advisory-id", path(TWO), 3),
    (_of_nothing, "advisory-pack", path(ONE), 11),
    (_stray, "path-unknown", "advisories/README.md", 0),
    (_folder, "path-unknown", "advisories/2026", 0),
    (_link, "symlink", path(ONE), 0),
    (_large, "too-large", path(ONE), 0),
    (_no_json, "json-invalid", path(ONE), 2),
]


@pytest.mark.parametrize(("change", "code", "where", "line"), REFUSED, ids=lambda value: getattr(value, "__name__", ""))
def test_build_and_gate_refuse_the_same(
    registry: TestRegistry, tmp_path: Path, change: Callable[[TestRegistry], None], code: str, where: str, line: int
) -> None:
    base = str(registry.repo.head.target)
    change(registry)
    registry.commit("An advisory")
    with pytest.raises(ProblemsFound) as caught:
        built(registry.path, tmp_path / "site")
    [problem] = caught.value.problems
    assert (problem.code, problem.path, problem.line) == (code, f"registry-src/{where}", line)
    assert not (tmp_path / "site" / "SNAPSHOT").exists()
    verdict = judge_refs(registry.path, base, "main", registry.time)
    assert verdict.outcome == "reject"
    assert [each.problem for each in verdict.findings if each.outcome == "block"] == [problem]


def test_a_good_advisory_is_for_a_person(registry: TestRegistry) -> None:
    base = str(registry.repo.head.target)
    registry.files[path(ONE)] = advisory(ONE, {"hello": ["1.0.0"]}, withdrwan=START)
    registry.commit("An advisory")
    verdict = judge_refs(registry.path, base, "main", registry.time)
    found = {(each.outcome, each.problem.code) for each in verdict.findings}
    assert (verdict.outcome, found) == ("review", {("review", "scope-settings"), ("note", "field-unknown")})


def test_what_hides_in_an_advisory_is_seen(registry: TestRegistry) -> None:
    registry.files[path(ONE)] = advisory(ONE, {"hello": ["1.0.0"]}, aliases=["a\u200b\u200b\u200bb"])
    registry.commit("An advisory")
    base = str(registry.repo.head.target)
    registry.files[path(TWO)] = advisory(TWO, {"hello": ["1.0.0"]}, details="\U000e0041\U000e0042\U000e0043 hides")
    registry.commit("Another")
    verdict = judge_refs(registry.path, base, "main", registry.time)
    hidden = {(each.problem.code, each.problem.path) for each in verdict.findings if each.outcome == "block"}
    assert hidden == {("text-tags", f"registry-src/{path(TWO)}")}


# --- the auditor ---

Lying = Callable[[object, str, Callable[..., bytes]], set[tuple[str, str]]]


@pytest.fixture
def lying(registry: TestRegistry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Lying:
    """Builds with a part of the builder replaced, and gives what the auditor says."""
    registry.files[path(ONE)] = advisory(ONE, {"hello": ["1.0.0"]})
    registry.files[path(TWO)] = advisory(TWO, {"hello": ["1.1.0"]})
    registry.commit("Two advisories")

    def publish(module: object, name: str, lie: Callable[..., bytes]) -> set[tuple[str, str]]:
        monkeypatch.setattr(module, name, lie)
        built(registry.path, tmp_path / "site")
        return beside(tmp_path / "site")

    return publish


MISMATCH = ("document-mismatch", layout.ADVISORIES_INDEX)


def test_an_advisory_left_out_of_the_index(lying: Lying) -> None:
    assert lying(advisories, "format_advisories", lambda found: format_advisories(found[1:])) == {MISMATCH}


@pytest.mark.parametrize(
    ("field", "value"), [("withdrawn", 1_772_355_600), ("summary", "Nothing much"), ("level", "low"), ("modified", 1)]
)
def test_an_advisory_that_the_index_plays_down(lying: Lying, field: str, value: Any) -> None:
    assert lying(
        advisories,
        "format_advisories",
        lambda found: format_advisories([found[0]._replace(**{field: value}), *found[1:]]),
    ) == {MISMATCH}


@pytest.mark.parametrize(
    ("code", "old", "new"),
    [
        ("document-invalid", b",", b", "),
        ("advisory-pack", b'"hello"', b'"helo"'),
        ("advisory-id", b'"id":"PY-2026', b'"id":"PY-2025'),
    ],
)
def test_an_advisory_that_is_not_what_the_format_demands(lying: Lying, code: str, old: bytes, new: bytes) -> None:
    said = lying(advisories, "format_document", lambda data: format_document(data).replace(old, new))
    assert said == {(code, path(ONE)), (code, path(TWO))}


def test_a_page_of_another_registry(lying: Lying) -> None:
    said = lying(
        listings, "format_registry_page", lambda found: format_registry_page(found._replace(origin="other.example.org"))
    )
    assert said == {("document-mismatch", layout.REGISTRY)}


def test_a_page_that_is_none(lying: Lying) -> None:
    assert lying(listings, "format_registry_page", lambda found: b"{}\n") == {("field-missing", layout.REGISTRY)}


def test_documents_that_are_missing(registry: TestRegistry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listings, "FIXED", ("assets", "prose"))
    built(registry.path, tmp_path / "site")
    assert beside(tmp_path / "site") == {("file-missing", layout.REGISTRY)}
