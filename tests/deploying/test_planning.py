"""The plan, as a function of what there is and what there should be."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from packyard.deploying.planning import HEADS, SHOWN, make_plan, stage_of
from packyard.deploying.values import Plan
from packyard.edges import store
from packyard.errors import ProblemsFound
from packyard.formats import layout

DOCUMENTS = ["index.html", "packs/a/index.json", "packs/a/index.html", "feed.atom", "by-hash/index.json"]
LISTS = ["packs/a/files.sums", "index/00.sums", "index.sums", "site.sums", "index.json"]
FOREVER = ["packs/a/1.0.0/SHA256SUMS", "trust/1.json", "log/tile/0/000", "publishers/bob/1.yaml"]
PASSING = ["packs/a/1.0.0/a-1.0.0.tar.gz", "by-hash/0a", "log/tile/0/000.p/7"]
PATHS = [*HEADS, *DOCUMENTS, *LISTS, *FOREVER, *PASSING]

STATES = st.dictionaries(st.sampled_from(PATHS), st.binary(max_size=2))


def held(site: dict[str, bytes], there: dict[str, bytes]) -> list[tuple[str, bool]]:
    return [(path, site.get(path) == data) for path, data in there.items()]


def sizes(site: dict[str, bytes]) -> dict[str, int]:
    return {path: len(data) for path, data in site.items()}


def steps(plan: Plan) -> list[str]:
    return [path for stage in plan.stages for path in stage.paths]


@given(STATES, STATES, st.booleans())
def test_carried_out_it_makes_the_one_into_the_other(
    site: dict[str, bytes], there: dict[str, bytes], delete: bool
) -> None:
    try:
        plan = make_plan(sizes(site), held(site, there), delete)
    except ProblemsFound as error:
        assert {problem.code for problem in error.problems} <= {"deploy-immutable", "deploy-lost", "deploy-strangers"}
        return
    after = there | {path: site[path] for path in steps(plan)}
    assert not set(plan.removals) & set(site)
    after = {path: data for path, data in after.items() if path not in plan.removals}
    assert after == (site if delete else there | site)
    assert not any(layout.immutable(path) and path in there for path in steps(plan))
    assert plan.unchanged == sum(there.get(path) == data for path, data in site.items())
    assert make_plan(sizes(site), held(site, after), delete).empty
    assert plan.size == sum(len(site[path]) for path in steps(plan))


@given(STATES)
def test_content_before_lists_before_heads_and_the_snapshot_last(site: dict[str, bytes]) -> None:
    order = steps(make_plan(sizes(site), [], delete=True))
    assert all(stage_of(first) <= stage_of(second) for first, second in pairwise(order))
    assert [path for path in order if path in HEADS] == [path for path in HEADS if path in site]
    if layout.SNAPSHOT in site:
        assert order[-1] == layout.SNAPSHOT


def test_the_heads_are_those_of_a_build() -> None:
    assert HEADS == store.HEADS


@pytest.mark.parametrize(("stage", "paths"), [(0, FOREVER + PASSING), (1, DOCUMENTS), (2, LISTS), (3, list(HEADS))])
def test_stages(stage: int, paths: list[str]) -> None:
    assert {stage_of(path) for path in paths} == {stage}


@pytest.mark.parametrize("path", FOREVER)
def test_what_may_never_go_is_not_removed(path: str) -> None:
    with pytest.raises(ProblemsFound) as refused:
        make_plan({"SNAPSHOT": 1}, [("SNAPSHOT", False), (path, False)], delete=True, where="there/")
    assert [(problem.code, problem.path) for problem in refused.value.problems] == [("deploy-lost", f"there/{path}")]
    assert make_plan({"SNAPSHOT": 1}, [("SNAPSHOT", False), (path, False)], delete=False).removals == ()


@pytest.mark.parametrize("path", [*PASSING, *DOCUMENTS, *LISTS])
def test_what_may_go_is_removed(path: str) -> None:
    plan = make_plan({"SNAPSHOT": 1}, [("SNAPSHOT", True), (path, False)], delete=True)
    assert (plan.stages, plan.removals) == ((), (path,))


def test_what_a_cut_short_copy_left_is_no_stranger() -> None:
    plan = make_plan({"SNAPSHOT": 1}, [("log/tile/0/.000.part", False)], delete=True)
    assert plan.removals == ("log/tile/0/.000.part",)


def test_many_problems_are_counted() -> None:
    there = [(f"trust/{number}.json", False) for number in range(1000)]
    with pytest.raises(ProblemsFound) as refused:
        make_plan(dict.fromkeys(dict(there), 0), there, delete=True, where="there/")
    assert len(refused.value.problems) == SHOWN
    assert refused.value.problems[-1].message == "and 981 more such files"
