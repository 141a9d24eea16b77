"""What queries mean, whatever they are."""

from __future__ import annotations

from urllib.parse import quote, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from packyard.bridge.asking import LIMIT, PAGES, parse_parameters, parse_search
from packyard.bridge.rate import Rate, Times, admit
from packyard.bridge.routing import route
from packyard.bridge.values import Refused, Request
from packyard.search.query import PAGE_LIMIT, SORTS, Filter

NAMES = ("q", "tags", "targets", "features", "author", "sort", "page", "limit", "offset", "other")
WORDS = st.text("abcdefghij", min_size=2, max_size=8)


@given(st.text(max_size=200) | st.text("&=%;,+0123456789abqtagslimitpage:\"'", max_size=200))
def test_any_query_is_read_or_refused(query: str) -> None:
    try:
        asked = parse_search(parse_parameters(query))
    except Refused as error:
        assert error.response.status == 400
    else:
        assert asked.sort in SORTS
        assert 1 <= asked.page <= PAGES
        assert 1 <= asked.limit <= PAGE_LIMIT


@given(st.lists(st.tuples(st.sampled_from(NAMES), st.text(max_size=20)), max_size=8))
def test_any_parameters_are_read_or_refused(pairs: list[tuple[str, str]]) -> None:
    try:
        asked = parse_search(parse_parameters(urlencode(pairs, errors="replace")))
    except Refused as error:
        assert error.response.status == 400
    else:
        assert dict(pairs).get("sort", "").strip() in ("", asked.sort)


@given(
    st.lists(WORDS, unique=True, max_size=4),
    st.lists(WORDS, unique=True, max_size=4),
    st.lists(WORDS, unique=True, max_size=4),
    st.sampled_from(SORTS),
    st.integers(1, 50),
    st.integers(1, PAGE_LIMIT),
)
def test_what_is_asked_is_meant(
    words: list[str], tags: list[str], targets: list[str], sort: str, page: int, limit: int
) -> None:
    given_ = {"q": " ".join(words), "tags": ",".join(tags), "targets": " , ".join(targets), "sort": sort}
    asked = parse_search(parse_parameters(urlencode({**given_, "page": page, "limit": limit})))
    assert asked.query.words == tuple(words)
    assert set(asked.query.filters) == {*(Filter("tag", tag) for tag in tags), *(Filter("target", t) for t in targets)}
    assert (asked.sort, asked.page, asked.limit) == (sort, page, limit)
    offset = urlencode({**given_, "offset": (page - 1) * limit, "limit": limit})
    assert parse_search(parse_parameters(offset)) == asked


def test_filters_among_words() -> None:
    asked = parse_search(parse_parameters("q=review+has:routing+tag:%22a+b%22&author=@acme"))
    assert [str(each) for each in asked.query.filters] == ["owner:acme", "has:routing", 'tag:"a b"']
    assert parse_search(parse_parameters("features=routing")).query.filters == (Filter("has", "routing"),)


def test_a_query_has_an_end() -> None:
    with pytest.raises(Refused):
        parse_parameters("a" * (LIMIT + 1))


# --- paths ---


@given(st.text(max_size=60) | st.text("/packs@.%2Fhelo-1versionsdownload", max_size=60))
def test_any_path_leads_somewhere_or_nowhere(path: str) -> None:
    try:
        route(Request("GET", "/" + path))
    except Refused as error:
        assert error.response.status in (400, 404)


@given(st.sampled_from(["hello", "@acme/hello", "a-b-c", "@a-b/c9"]), st.booleans())
def test_names_are_escaped_or_not(name: str, escaped: bool) -> None:
    assert callable(route(Request("GET", f"/packs/{quote(name, safe='' if escaped else '@/')}/readme")))


# --- how often ---


@given(st.lists(st.integers(0, 12), max_size=80), st.integers(1, 5), st.integers(1, 10))
def test_never_more_than_allowed(gaps: list[int], most: int, seconds: int) -> None:
    now, times, passed = 0.0, Times(), list[float]()
    for gap in gaps:
        now += gap / 4
        times, wait = admit(times, now, Rate(most, seconds))
        if wait:
            assert wait <= seconds
            assert admit(times, now + wait, Rate(most, seconds))[1] == 0
        else:
            passed.append(now)
    for start in passed:
        assert sum(start <= each < start + seconds for each in passed) <= most
