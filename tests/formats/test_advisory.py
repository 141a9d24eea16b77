"""Advisories and their index."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from packyard.errors import FormatError
from packyard.formats import advisories, advisory, osv
from packyard.formats.advisories import format_advisories, parse_advisories
from packyard.formats.advisory import Advisory, Affected, Event, affects, format_document, parse_advisory
from packyard.formats.fields import errors_of
from packyard.formats.semver import sort_key
from packyard.formats.times import parse_time
from tests.advising import START, Events, affected, ranged
from tests.advising import advisory as text

ID = "PY-2026-0001"
CVSS = "CVSS:3.1/AV:L/AC:L/PR:N/UI:R/S:U/C:N/I:H/A:N"


def example(module: object) -> bytes:
    """The example in a module's docstring."""
    lines = (module.__doc__ or "").splitlines()
    first = next(at for at, line in enumerate(lines) if line.startswith("    {"))
    last = next(at for at, line in enumerate(lines) if at > first and not line.startswith("    "))
    return "\n".join(lines[first:last]).encode()


def refused(data: bytes, **more: Any) -> list[tuple[str, int, str]]:
    """(code, line, message) of everything that is wrong."""
    with pytest.raises(FormatError) as caught:
        parse_advisory(data, **more)
    return [(error.code, error.line, error.message) for error in errors_of(caught.value)]


def one(name: str, versions: Any = (), *ranges: Events) -> Advisory:
    return parse_advisory(text(ID, {}, affected=[affected(name, versions, *ranges)]))[0]


# --- reading ---


def test_the_example() -> None:
    found, notes = parse_advisory(example(advisory), ID)
    assert notes == ()
    assert found == Advisory(
        ID,
        parse_time("2026-11-10T09:00:00Z"),
        None,
        "The guard of hello reports a refusal that agents ignore",
        (("CVSS_V3", CVSS),),
        "high",
        (Affected("hello", ((Event("introduced", "0"), Event("fixed", "1.0.1")),), ("1.0.0",)),),
    )
    assert [affects(found, "hello", version) for version in ("0.1.0", "1.0.1-rc.1", "1.0.1")] == [True, True, False]


def test_the_index_is_as_its_example() -> None:
    found, _ = parse_advisory(example(advisory))
    shown = json.loads(example(advisories).replace("…".encode(), b""))
    made = json.loads(format_advisories([found]))
    assert {name: type(value) for name, value in made["advisories"][0].items()} == {
        name: type(value) for name, value in shown["advisories"][0].items()
    }
    assert made["advisories"][0]["affected"] == shown["advisories"][0]["affected"]
    assert format_advisories([]) == b'{"format":"packyard/advisories/1","advisories":[\n]}\n'
    assert len(format_advisories([found, found]).splitlines()) == 4


def test_unknown_members_are_noted_and_kept() -> None:
    data = text(ID, {"hello": ["1.0.0"]}, withdrwan=START, database_specific={"own": [1, {"a": None}]})
    _, notes = parse_advisory(data)
    assert [(note.code, note.message, note.help) for note in notes] == [
        ("field-unknown", "withdrwan: is not a known field", "did you mean withdrawn?")
    ]
    kept = format_document(data)
    assert json.loads(kept) == json.loads(data)
    assert format_document(kept) == kept
    assert kept.startswith(b'{"affected":[{"package":{"ecosystem":"Packyard","name":"hello"},')


GOOD: dict[str, dict[str, object]] = {
    "aliases": {"aliases": ["CVE-2026-1234"], "upstream": [], "related": ["PY-2026-0002"]},
    "details": {"details": "# What\n\n\tIt *does* what it should not: naïve.\n"},
    "v2": {"severity": [{"type": "CVSS_V2", "score": "AV:L/AC:L/Au:N/C:N/I:P/A:N"}]},
    "v4": {
        "severity": [
            {"type": "CVSS_V4", "score": "CVSS:4.0/AV:L/AC:L/AT:N/PR:N/UI:P/VC:N/VI:H/VA:N/SC:N/SI:N/SA:N"},
            {"type": "CVSS_V3", "score": CVSS},
        ]
    },
    "references": {"references": [{"type": each, "url": "https://example.org/a"} for each in osv.REFERENCES]},
    "credits": {"credits": [{"name": "Ann", "contact": ["https://example.org"], "type": "TOOL"}, {"name": "Bo"}]},
    "withdrawn": {"withdrawn": START},
    "no time": {"published": None, "withdrawn": None},
    "schema": {"schema_version": "1.6.7"},
    "specific": {"database_specific": {"severity": "CRITICAL", "cwe_ids": ["CWE-77"]}},
    "purl": {
        "affected": [
            {
                "package": {"ecosystem": "Packyard", "name": "@acme/tools", "purl": "pkg:generic/tools"},
                "versions": ["1.0.0"],
                "severity": [{"type": "CVSS_V3", "score": CVSS}],
                "ecosystem_specific": {"a": 1},
                "database_specific": {"b": 2},
            }
        ]
    },
}


@pytest.mark.parametrize("more", GOOD.values(), ids=GOOD)
def test_what_osv_allows(more: dict[str, object]) -> None:
    assert parse_advisory(text(ID, {"hello": ["1.0.0"]}, **more), ID)[1] == ()


BAD: dict[str, tuple[dict[str, object], str, str]] = {
    "schema": ({"schema_version": "2.0.0"}, "field-invalid", "schema_version"),
    "no schema": ({"schema_version": None}, "field-missing", "schema_version"),
    "id": ({"id": "PY-26-1"}, "advisory-id", "id: not the id"),
    "another id": ({"id": "PY-2026-0002"}, "advisory-id", "id: is not what the file"),
    "no id": ({"id": None}, "field-missing", "id"),
    "no modified": ({"modified": None}, "field-missing", "modified"),
    "modified": ({"modified": "2026-03-01T09:00:00.5Z"}, "field-invalid", "modified"),
    "published": ({"published": "2026-03-01T09:00:01Z"}, "field-invalid", "published: is after"),
    "withdrawn": ({"withdrawn": "2027-03-01T09:00:00Z"}, "field-invalid", "withdrawn: is after"),
    "withdrawn once": ({"withdrawn": "yes"}, "field-invalid", "withdrawn: not a time"),
    "no summary": ({"summary": ""}, "field-missing", "summary"),
    "summary": ({"summary": "two\nlines"}, "field-invalid", "summary"),
    "details": ({"details": "\x1b[2J"}, "field-invalid", "details"),
    "turned": ({"details": "\u202e"}, "field-invalid", "details"),
    "no text": ({"details": 7}, "field-type", "details"),
    "severity": ({"severity": [{"type": "CVSS_V3", "score": "9.8"}]}, "field-invalid", "severity[0].score"),
    "another severity": ({"severity": [{"type": "HIGH", "score": "9"}]}, "field-invalid", "severity[0].type"),
    "level": ({"database_specific": {"severity": "BAD"}}, "field-invalid", "database_specific.severity"),
    "no level": ({"database_specific": {"severity": 3}}, "field-invalid", "database_specific.severity"),
    "specific": ({"database_specific": "HIGH"}, "field-type", "database_specific"),
    "fraction": ({"database_specific": {"cvss": [1, 7.5]}}, "field-invalid", "database_specific.cvss[1]"),
    "reference": ({"references": [{"type": "BLOG", "url": "https://a.example"}]}, "field-invalid", "references[0]"),
    "url": ({"references": [{"type": "WEB", "url": "javascript:1"}]}, "url-invalid", "references[0].url"),
    "credit": ({"credits": [{"type": "TOOL"}]}, "field-missing", "credits[0].name"),
    "none": ({"affected": []}, "field-missing", "affected"),
    "no list": ({"affected": {}}, "field-type", "affected"),
    "no versions": ({"affected": [affected("hello")]}, "advisory-range", "affected[0]: says"),
    "version": ({"affected": [affected("hello", ["v1"])]}, "version-invalid", "affected[0].versions[0]"),
    "name": ({"affected": [affected("He", ["1.0.0"])]}, "name-invalid", "affected[0].package.name"),
    "ecosystem": (
        {"affected": [{"package": {"ecosystem": "npm", "name": "hello"}, "versions": ["1.0.0"]}]},
        "field-invalid",
        "affected[0].package.ecosystem",
    ),
    "type": (
        {"affected": [affected("hello") | {"ranges": [ranged(("introduced", "0")) | {"type": "GIT"}]}]},
        "field-invalid",
        "affected[0].ranges[0].type",
    ),
}
RANGES: dict[str, Events] = {
    "nothing": (),
    "no beginning": (("fixed", "1.0.0"),),
    "two beginnings": (("introduced", "0"), ("introduced", "1.0.0")),
    "two ends": (("introduced", "0"), ("fixed", "1.0.0"), ("fixed", "2.0.0")),
    "both ends": (("introduced", "0"), ("fixed", "1.0.0"), ("introduced", "2.0.0"), ("last_affected", "3.0.0")),
    "empty": (("introduced", "1.0.0"), ("fixed", "1.0.0")),
    "backwards": (("introduced", "2.0.0"), ("fixed", "1.0.0")),
    "limit": (("introduced", "0"), ("limit", "1.0.0")),
}


@pytest.mark.parametrize(("more", "code", "place"), BAD.values(), ids=BAD)
def test_one_mistake(more: dict[str, object], code: str, place: str) -> None:
    [(found, line, message)] = refused(text(ID, {"hello": ["1.0.0"]}, **more), ident=ID)
    assert (found, message[: len(place)], line > 0) == (code, place, True)


@pytest.mark.parametrize("events", RANGES.values(), ids=RANGES)
def test_ranges_that_mean_nothing(events: Events) -> None:
    data = text(ID, {}, affected=[affected("hello", (), events)])
    assert [(code, line > 0) for code, line, _ in refused(data)] == [("advisory-range", True)]


def test_versions_in_a_range_are_versions() -> None:
    for events in ((("introduced", "1"),), (("introduced", "0"), ("fixed", "0"))):
        data = text(ID, {}, affected=[affected("hello", (), events)])
        assert [code for code, _, _ in refused(data)] == ["version-invalid"]


def test_packs_that_are_there() -> None:
    data = text(ID, {"hello": ["1.0.0"], "other": ["1.0.0"]})
    [(code, line, message)] = refused(data, is_pack=lambda name: name == "hello")
    assert (code, message) == ("advisory-pack", "affected[1].package.name: is no pack of this registry")
    assert b'"other"' in data.splitlines()[line - 1]


@given(st.binary(max_size=80), st.integers(0, 900))
def test_nothing_but_format_error(noise: bytes, at: int) -> None:
    whole = text(ID, {}, affected=[affected("hello", ["1.0.0"], (("introduced", "0"), ("fixed", "2.0.0")))])
    for data in (noise, whole[:at] + noise + whole[at + len(noise) :]):
        try:
            found, _ = parse_advisory(data)
        except FormatError:
            continue
        assert parse_advisory(format_document(data))[0] == found
        assert parse_advisories(format_advisories([found])) == (found,)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"[]", "field-type"),
        (b"{}", "field-missing"),
        (b'{"format":"packyard/advisories/1"}', "field-type"),
        (b'{"format":"packyard/advisories/1","advisories":[7]}', "field-type"),
        (b'{"format":"packyard/advisories/1","advisories":[{}]}', "field-missing"),
        (b'{"format":"packyard/advisories/1","advisories":[{"level":"HIGH"}]}', "field-invalid"),
        (b'{"format":"packyard/advisories/2","advisories":[]}', "field-invalid"),
        (b"[" * 40_000, "too-deep"),
    ],
)
def test_what_is_no_index(data: bytes, code: str) -> None:
    with pytest.raises(FormatError) as caught:
        parse_advisories(data)
    assert code in {error.code for error in errors_of(caught.value)}


def test_an_index_of_many_with_members_of_a_later_version() -> None:
    many = tuple(one("hello", ["1.0.0"])._replace(id=f"PY-2026-{number}") for number in range(1000, 3500))
    data = format_advisories(many).replace(b'"id":', b'"later":{"a":[1]},"id":')
    assert parse_advisories(data) == many


# --- matching ---

VERSIONS = sorted(
    {f"{a}.{b}.0{rest}" for a in range(4) for b in range(2) for rest in ("", "-0", "-rc.1", "-rc.2")} | {"0.0.0-0"},
    key=sort_key,
)


def brute(advisory: Advisory, name: str, version: str) -> bool:
    """By lists: each range as the set of all versions there are that lie in it."""
    included = set[str]()
    for each in advisory.affected:
        if each.name == name and advisory.withdrawn is None:
            included.update(each.versions)
            for events in each.ranges:
                included.update(between(list(events)))
    return version in included


def between(events: list[Event]) -> set[str]:
    """All versions from each `introduced` to the end behind it."""
    found = set[str]()
    while events:
        begin, end = events[0], events[1] if len(events) > 1 else None
        first = 0 if begin.version == "0" else VERSIONS.index(begin.version)
        last = len(VERSIONS) if end is None else VERSIONS.index(end.version) + (end.kind == "last_affected")
        found.update(VERSIONS[first:last])
        events = events[2:]
    return found


@st.composite
def ranges(draw: st.DrawFn) -> list[tuple[str, str]]:
    """The events of a good range, in any order."""
    kind = draw(st.sampled_from(("fixed", "last_affected")))
    places = sorted(draw(st.sets(st.sampled_from(VERSIONS), min_size=1, max_size=6)), key=sort_key)
    events = [("introduced" if at % 2 == 0 else kind, version) for at, version in enumerate(places)]
    if draw(st.booleans()):
        events[0] = ("introduced", "0")
        events = events[:1] if len(places) > 1 and places[1] == "0.0.0-0" else events
    return draw(st.permutations(events))


packs = st.builds(
    lambda name, versions, found: affected(name, versions, *found),
    st.sampled_from(("hello", "other")),
    st.lists(st.sampled_from(VERSIONS), min_size=1, max_size=3, unique=True),
    st.lists(ranges(), max_size=3),
)


@given(st.lists(packs, min_size=1, max_size=3), st.none() | st.just(START))
def test_it_affects_what_osv_says(about: list[dict[str, object]], withdrawn: str | None) -> None:
    found, _ = parse_advisory(text(ID, {}, affected=about, withdrawn=withdrawn))
    assert parse_advisories(format_advisories([found])) == (found,)
    for name in ("hello", "other", "third"):
        for version in VERSIONS:
            assert affects(found, name, version) is brute(found, name, version), (name, version)


def test_what_a_withdrawn_one_is_about() -> None:
    held = one("hello", ["1.0.0"])
    assert affects(held, "hello", "1.0.0")
    assert not affects(held, "hello", "1.0.0-rc.1")
    assert not affects(held._replace(withdrawn=held.modified), "hello", "1.0.0")
    with pytest.raises(FormatError, match="not a version"):
        affects(held, "hello", "latest")
