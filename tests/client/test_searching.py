"""Known packs are found by what people remember of them, nothing is found that was not asked for, and no catalogue,
however broken, does more than be refused.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from contextlib import suppress
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.catalogues import catalogue_of
from packyard.client.searching import Hit, read_catalogue, search
from packyard.errors import FormatError
from packyard.formats import documents
from packyard.model import Mark, Row
from packyard.registry import Registry
from packyard.search.engine import Found
from packyard.search.query import SORTS, parse_query
from packyard.search.text import asked, fold, words

REGISTRY = Registry("packs.example.org", "Packs", "https://packs.example.org/", (), 14, {}, {}, {})
OLD = Mark("use another", "2026-01-01")


def row(name: str, description: str = "", **more: Any) -> Row:
    """A pack of alice's, for every program."""
    plain = Row(name, "1.0.0", description, "alice", (), ("*",), ("rules",), "MIT", 1_770_000_000, None, 1)
    return plain._replace(**more)


def index(*rows: Row, without: Collection[str] = (), **more: Mapping[str, object]) -> bytes:
    """A catalogue, `without` some fields and with further ones in every row, whose values are given by the names of
    packs.
    """
    lines = []
    for each in sorted(rows, key=lambda each: each.name):
        line = {field: value for field, value in json.loads(documents.index_row(each)).items() if field not in without}
        extended = line | {field: values.get(each.name) for field, values in more.items()}
        lines.append(json.dumps(extended, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode())
    return b"".join(documents.index_parts(REGISTRY, 3, "0" * 40, len(rows), lines))


def find(query: str, data: bytes, **more: Any) -> Found[Hit]:
    return search(read_catalogue(data), parse_query(query), **more)


def names(query: str, *rows: Row, **more: Any) -> list[str]:
    return [hit.pack.name for hit in find(query, index(*rows), **more).hits]


# --- ranking ---


def test_from_the_name_down_to_the_description() -> None:
    wanted = [
        row("lint"),
        row("@acme/lint"),
        row("lint-rules"),
        row("lintel-of-mine"),
        row("my-lint"),
        row("my-linter"),
        row("aa", tags=("lint",)),
        row("bb", tags=("lint-python",)),
        row("cc", tags=("linting",)),
        row("dd", owner="lint"),
        row("dd2", "Runs lint on commit"),
        row("ee", "Linting for all"),
    ]
    assert names("lint", *wanted) == [each.name for each in wanted]


def test_words_that_are_spelt_alike_come_last() -> None:
    rows = [row("pyton"), row("python-rules"), row("aa", tags=("python",)), row("bb", "Rules of pyhton for all")]
    assert names("pyhton", *rows) == ["pyton", "python-rules", "aa", "bb"]
    assert [hit.match for hit in find("pyhton", index(*rows)).hits] == [*["spelling"] * 3, "words"]


def test_no_spelling_is_doubted_where_a_name_has_the_word() -> None:
    assert names("rust", row("rust-kit"), row("dust-kit"), row("trust")) == ["rust-kit"]


def test_every_word_must_be_somewhere() -> None:
    rows = [row("review", "For Python"), row("python"), row("python-review"), row("other", tags=("review", "python"))]
    assert names("python review", *rows) == ["python-review", "other", "review"]
    assert names("pyhton reveiw", *rows) == ["python-review", "other"]
    assert names("pyhton elsewhere reveiw other", *rows) == ["other"]


def test_the_packs_that_have_the_most_words() -> None:
    rows = [row("review", "For Python"), row("python"), row("rust")]
    found = find("review python elsewhere", index(*rows))
    assert [(hit.pack.name, hit.match) for hit in found.hits] == [("review", "part")]
    assert (found.total, found.part) == (1, 2)
    assert names("elsewhere python", *rows) == ["python", "review"]
    assert names("elsewhere", *rows) == names("elsewhere nowhere", *rows) == []


def test_a_letter_beside_words_need_not_be_there() -> None:
    rows = [row("c-lint"), row("lint-crab"), row("lint")]
    assert names("lint c", *rows) == ["c-lint", "lint-crab", "lint"]
    assert names("c", *rows) == ["c-lint"]


def test_words_that_together_are_the_name() -> None:
    rows = [row("code-review-kit"), row("review-code"), row("code-review", deprecated=OLD)]
    assert names("code review", *rows) == ["code-review", "code-review-kit", "review-code"]


def test_what_is_over_sinks() -> None:
    rows = [
        row("tool-a", deprecated=OLD),
        row("tool-b", archived=True),
        row("tool-c", renamed="tool-x"),
        row("zz", "A tool"),
    ]
    assert names("tool", *rows) == ["zz", "tool-a", "tool-b", "tool-c"]
    assert names("tool-a", *rows)[0] == "tool-a"
    assert names("", *rows) == ["zz", "tool-a", "tool-b", "tool-c"]


def test_the_order_of_the_rows_does_not_matter() -> None:
    rows = [row(f"pack-{at}", "word " * (at % 3), tags=("word",) * (at % 2)) for at in range(40)]
    assert names("word", *rows) == names("word", *reversed(rows))


def test_the_closer_name_first() -> None:
    assert names("re", row("review-of-all"), row("rebase"), row("rest")) == ["rest", "rebase", "review-of-all"]


# --- folding ---


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Python", "python"),
        ("Ｐｙｔｈｏｎ", "python"),
        ("Łódź Straße naïve", "lodz strasse naive"),
        ("İstanbul ISTANBUL", "istanbul istanbul"),
        ("ΣΊΣΥΦΟΣ σίσυφος", "σισυφοσ σισυφοσ"),
        ("pass\u200bword so\xadft", "password soft"),
        ("コード", "コード"),
        ("한국어", "한국어"),
        ("\ufb01x", "fix"),
    ],
)
def test_folding(text: str, folded: str) -> None:
    assert fold(text) == folded


@given(st.text())
def test_folding_again_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(st.text(), st.text())
def test_folding_does_not_look_past_ascii(one: str, other: str) -> None:
    assert fold(f"{one} {other}") == f"{fold(one)} {fold(other)}"


def test_other_writings() -> None:
    rows = [row("aa", "代码审查工具"), row("bb", "Für Prüfungen", tags=("Prüfung",)), row("cc", "Проверка кода")]
    assert names("审查", *rows) == ["aa"]
    assert names("PRUFUNG", *rows) == names("prüfung", *rows) == ["bb"]
    assert names("ПРОВЕРКА", *rows) == ["cc"]


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=30))
def test_a_word_of_the_description_is_found(text: str) -> None:
    data = index(row("hello", text))
    for word in words(fold(text)):
        if parse_query(f'"{word}"').words:
            assert find(f'"{word}"', data).total


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=30))
def test_the_words_of_a_query_are_words(text: str) -> None:
    assert set(asked(fold(text))) <= set(words(fold(text)))


# --- filters ---


def test_filters() -> None:
    rows = [
        row("aa", tags=("python", "Code Review"), targets=("cursor",), features=("rules", "hooks")),
        row("bb", tags=("python",), targets=("copilot",), owner="bob", license="MIT OR Apache-2.0"),
        row("@acme/cc", owner="acme", license="", deprecated=OLD, features=("skills",)),
        row("dd", license="Apache-2.0", archived=True, renamed="aa", targets=("zed",)),
    ]
    for query, wanted in {
        "tag:python": "aa bb",
        "tag:PYTHON tag:rust": "",
        'tag:"code review"': "aa",
        "tag:code": "",
        "target:cursor": "aa @acme/cc",
        "feature:rules": "aa bb dd",
        "has:hooks has:rules": "aa",
        "owner:alice": "aa dd",
        "author:@acme": "@acme/cc",
        "owner:bob owner:acme": "bb @acme/cc",
        "license:apache-2.0": "bb dd",
        "licence:MIT": "aa bb",
        "license:none": "@acme/cc",
        "deprecated:yes": "@acme/cc",
        "deprecated:no archived:false": "aa bb",
        "archived:true": "dd",
        "renamed:yes": "dd",
        "python tag:python owner:bob": "bb",
        '"deprecated:yes"': "",
    }.items():
        assert sorted(names(query, *rows)) == sorted(wanted.split()), query


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("colour:red", "search-filter"),
        ("https://example.org", "search-filter"),
        ("tag:", "search-value"),
        ('tag:""', "search-value"),
        ("deprecated:maybe", "search-value"),
        ("has:readme", "search-value"),
        ("x" * 1001, "search-too-long"),
        ("x " * 20 + "y z " * 20, ""),
        (" ".join(map(str, range(40))), "search-too-long"),
    ],
)
def test_queries_that_cannot_be(query: str, code: str) -> None:
    if not code:
        assert parse_query(query).words == ("x", "y", "z")
        return
    with pytest.raises(FormatError) as refused:
        parse_query(query)
    assert (refused.value.code, bool(refused.value.help)) == (code, True)


@pytest.mark.parametrize("query", ["channel:beta", "routing:budget", "has:routing"])
def test_what_the_rows_do_not_say_is_refused(query: str) -> None:
    with pytest.raises(FormatError) as refused:
        find(query, index(row("hello", "beta budget routing"), without=("channels", "routing")))
    assert refused.value.code == "search-unanswered"


def test_what_the_rows_say_is_answered() -> None:
    data = index(row("hello"), channels={"hello": {"beta": "2.0.0-b1"}}, routing={"hello": ["budget", "complexity"]})
    for query, total in {"channel:beta": 1, "channel:edge": 0, "routing:budget": 1, "has:routing": 1}.items():
        assert find(query, data).total == total
    assert find("has:routing", index(row("hello"), routing={"hello": []})).total == 0
    assert find("has:routing", index()).total == 0


@given(st.text(max_size=60))
def test_any_text_is_a_query_or_refused(text: str) -> None:
    try:
        query = parse_query(text)
    except FormatError as error:
        assert error.code.startswith("search-")
    else:
        assert all(word and word == fold(word) for word in query.words)


# --- order and pages ---


def test_sorts() -> None:
    rows = [
        row("bb", updated=1_770_000_300),
        row("aa", updated=1_770_000_200, deprecated=OLD),
        row("cc", updated=1_770_000_300),
    ]
    assert names("", *rows, sort="name") == ["aa", "bb", "cc"]
    assert names("", *rows, sort="updated") == ["bb", "cc", "aa"]
    assert names("", *rows) == ["bb", "cc", "aa"]


@pytest.mark.parametrize("sort", SORTS[3:])
def test_unknown_is_not_zero(sort: str) -> None:
    rows = [row("aa"), row("bb"), row("cc")]
    found = find("", index(*rows), sort=sort)
    assert ([hit.pack.name for hit in found.hits], found.unknown) == (["aa", "bb", "cc"], 3)
    figures = {"aa": None, "bb": 0, "cc": 7.5}
    more: dict[str, Any] = {sort: figures}
    found = find("", index(*rows, **more), sort=sort)
    assert [hit.pack.name for hit in found.hits] == ["cc", "bb", "aa"]
    assert [getattr(hit.pack, sort) for hit in found.hits] == [7.5, 0, None]
    assert found.unknown == 1


@pytest.mark.parametrize("value", [True, "9", float("nan"), float("inf"), -1, [], 10**400])
def test_what_is_no_figure_is_unknown(value: object) -> None:
    found = find("", index(row("aa"), row("bb"), quality={"aa": value, "bb": 1}), sort="quality")
    assert [(hit.pack.name, hit.pack.quality) for hit in found.hits] == [("bb", 1), ("aa", None)]


def test_pages() -> None:
    rows = [row(f"pack-{at:02}") for at in range(25)]
    data, seen = index(*rows), list[str]()
    for page, count in ((1, 10), (2, 10), (3, 5), (4, 0)):
        found = find("pack", data, page=page, limit=10)
        assert (found.total, len(found.hits), found.has_more) == (25, count, page < 3)
        seen += [hit.pack.name for hit in found.hits]
    assert seen == [each.name for each in rows]


# --- nothing was found ---


def test_what_could_be_meant() -> None:
    rows = [row("python-rules", tags=("security",)), row("other", owner="alice")]
    assert find("tag:secrity", index(*rows)).guesses == ("tag:security",)
    found = find("python tag:secrity owner:alicia", index(*rows))
    assert found.guesses == ("tag:security", "owner:alice")
    assert found.parts == (("python", 1), ("tag:secrity", 0), ("owner:alicia", 0))
    assert find("renamed:yes", index(*rows)).guesses == ()
    assert find("qqqqqqqq", index(*rows)).guesses == ()


# --- catalogues ---


def test_an_empty_catalogue() -> None:
    assert find("hello", index()).total == find("", index()).total == 0


def broken() -> Iterator[bytes]:
    whole = index(row("hello"), row("other"))
    yield from (b"", b"\xff", b"{}", b"[" * 100_000, whole[:-3], whole + b" ", whole.replace(b"index/1", b"index/2"))
    line = whole.split(b"\n")[1]
    for wrong in (b"[]", b"3", b"{}", b'{"name":3}', b"[" * 100_000, b'{"a":' * 90_000, line + b"{}", b"9" * 5000):
        yield whole.replace(line, wrong + b",")
        yield whole.replace(line, line + b"\n" + wrong + b",")
    for field in (b'"name":"hello"', b'"description":""', b'"tags":[]', b'"deprecated":null', b'"license":"MIT"'):
        for value in (b"3", b"{}", b"[3]", b"[[]]", b"true", b'"\\ud800"'):
            yield whole.replace(field, field.partition(b":")[0] + b":" + value, 1)


@pytest.mark.parametrize("data", list(broken()), ids=lambda data: f"{data[:4]!r}-{len(data)}")
@pytest.mark.parametrize("query", ["", "hello", "hallo", "tag:x", "license:mit", "nowhere", "sort"])
def test_a_broken_catalogue_is_refused(data: bytes, query: str) -> None:
    unanswered = ("search-unanswered",) if ":" in query else ()
    try:
        for sort in SORTS:
            find(query, data, sort=sort)
    except FormatError as error:
        assert error.code in (
            "document-invalid",
            "text-not-utf8",
            "json-invalid",
            "too-deep",
            "name-invalid",
            *unanswered,
        )


@given(st.binary(max_size=200), st.integers(0, 3000))
def test_any_bytes_are_a_catalogue_or_refused(noise: bytes, at: int) -> None:
    whole = index(row("hello", tags=("a", "b")), row("other", "Some words", deprecated=OLD))
    with suppress(FormatError):
        find("hello", whole[:at] + noise + whole[at + len(noise) :], sort="quality")


# --- known items ---


COUNT = 3000


@pytest.fixture(scope="module")
def known() -> tuple[bytes, list[dict[str, Any]]]:
    data = catalogue_of(COUNT)
    return data, json.loads(data)["packs"]


def slipped(name: str, random: Random) -> str:
    """The name with one slip of the fingers: a character lost, doubled or another, or two swapped."""
    at = random.randrange(1, len(name) - 1)
    other = random.choice("abcdefghijklmnopqrstuvwxyz")
    return random.choice(
        (
            name[:at] + name[at + 1 :],
            name[:at] + name[at] + name[at:],
            name[:at] + other + name[at + 1 :],
            name[:at] + name[at + 1] + name[at] + name[at + 2 :],
        )
    )


def share_on_top(data: bytes, pairs: list[tuple[str, str]], top: int) -> float:
    """How many of the names are among the first that their query finds."""
    catalogue = read_catalogue(data)
    found = [
        name in [hit.pack.name for hit in search(catalogue, parse_query(query), limit=top).hits]
        for query, name in pairs
    ]
    return sum(found) / len(found)


def test_known_packs_are_found(known: tuple[bytes, list[dict[str, Any]]]) -> None:
    data, rows = known
    random = Random(7)
    chosen = random.sample([each["name"] for each in rows], 120)
    assert share_on_top(data, [(name, name) for name in chosen], 1) == 1
    assert share_on_top(data, [(name.replace("-", " "), name) for name in chosen], 1) == 1
    living = [each["name"] for each in rows if not each["deprecated"]]
    chosen = random.sample(living, 120)
    assert share_on_top(data, [(name[:-1], name) for name in chosen], 3) >= 0.95
    assert share_on_top(data, [(slipped(name, random), name) for name in chosen], 3) >= 0.95


def test_known_descriptions_are_found(known: tuple[bytes, list[dict[str, Any]]]) -> None:
    data, rows = known
    random = Random(11)
    living = [each for each in rows if not each["deprecated"]]
    pairs = []
    for each in random.sample(living, 40):
        words = sorted(
            {word for word in each["description"].split() if word.isalpha()}, key=lambda word: (-len(word), word)
        )
        pairs.append((" ".join(words[:4]), each["name"]))
    assert share_on_top(data, pairs, 20) == 1
    assert share_on_top(data, pairs, 3) >= 0.95


# --- the prepared form ---


def test_a_prepared_form_is_that_of_the_first_reading() -> None:
    rows = [row("hello", "Ŝome \t words", tags=("a b", "c\td")), row("other", deprecated=OLD, license="")]
    data = index(*rows, channels={"hello": {"beta": "2.0.0"}})
    first = read_catalogue(data)
    again = read_catalogue(data, first.prepared)
    assert again.prepared is first.prepared
    for query in ("hello", "some words", 'tag:"a b"', 'tag:"c d"', "channel:beta", "license:none", "", "helo"):
        assert search(again, parse_query(query)) == find(query, data)


def test_what_is_no_prepared_form_is_made_anew() -> None:
    data = index(row("hello"))
    for wrong in (b"", b"packyard/prepared/0\n\nhello", b"\xff"):
        assert read_catalogue(data, wrong).prepared == read_catalogue(data).prepared


@given(st.binary(max_size=80), st.integers(0, 200), st.sampled_from(["", "hello", "tag:a", "helo"]))
def test_a_prepared_form_of_something_else_is_refused_or_finds_rows(noise: bytes, at: int, query: str) -> None:
    data = index(row("hello", tags=("a", "b")), row("other", "Some words", deprecated=OLD))
    prepared = read_catalogue(data).prepared
    with suppress(FormatError):
        found = search(read_catalogue(data, prepared[:at] + noise + prepared[at + len(noise) :]), parse_query(query))
        assert {hit.pack.name for hit in found.hits} <= {"hello", "other"}
