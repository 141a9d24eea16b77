"""`agentpacks.lock` and the folder of curated packs."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from packyard.client import agentpacks
from packyard.client.agentpacks import Curated
from tests.client.test_references import names
from tests.refusals import code_of

A, B = "a" * 64, "b" * 64
NOW = 1_795_240_800
FOREIGN: dict[str, Any] = {
    "lockfileVersion": 1,
    "generator": {"name": "x", "flags": [True, None, 1.5]},
    "sources": {
        "owner/repo": {"requestedRef": "main", "resolvedRef": "abc", "resolvedAt": "2025-01-01", "skills": {}, "z": 1},
        "registry:hello": {
            "requestedRef": "latest",
            "resolvedRef": "1.0.0",
            "resolvedAt": "2025-01-01T00:00:00.000Z",
            "skills": {"__integrity": {"integrity": f"sha256-{A}"}},
            "packs": {"hello": {"integrity": f"sha256-{A}"}},
            "note": "é",
        },
        "npm:thing": {},
        "registry:Not A Name": {"skills": []},
    },
}

digests = st.text("0123456789abcdef", min_size=64, max_size=64)
packs = st.builds(
    Curated, names, st.sampled_from(["^1", "latest", "1.0.0"]), st.sampled_from(["1.0.0", "2.0.0-rc.1"]), digests
)
values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text('aé" {}', max_size=5),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text("xyz", max_size=2), inner, max_size=2),
    max_leaves=5,
)
sources = st.dictionaries(
    st.sampled_from(["owner/repo", "npm:a", "./local", "registry:UP"]),
    st.dictionaries(st.text("uvw", max_size=3), values),
)
locks = st.builds(
    lambda extra, found: {"lockfileVersion": 1} | extra | {"sources": found},
    st.dictionaries(st.text("xyz", max_size=2), values),
    sources,
)


def as_text(value: Any) -> bytes:
    """What `JSON.stringify(value, null, 2)` and a newline are."""
    return json.dumps(value, indent=2, ensure_ascii=False).encode() + b"\n"


def test_foreign_sources_and_fields_stay() -> None:
    lock = agentpacks.parse_agentpacks(as_text(FOREIGN))
    assert agentpacks.format_agentpacks(lock) == as_text(FOREIGN)
    assert agentpacks.curated(lock) == (Curated("hello", "latest", "1.0.0", A),)
    after = agentpacks.updated(lock, [Curated("hello", "^1", "1.2.0", B), Curated("@acme/new", "*", "2.0.0", A)], NOW)
    expected = json.loads(json.dumps(FOREIGN))
    expected["sources"]["registry:hello"] |= {
        "requestedRef": "^1",
        "resolvedRef": "1.2.0",
        "resolvedAt": "2026-11-21T06:00:00Z",
        "skills": {"__integrity": {"integrity": f"sha256-{B}"}},
        "packs": {"hello": {"integrity": f"sha256-{B}"}},
    }
    digest = {"integrity": f"sha256-{A}"}
    expected["sources"]["registry:@acme/new"] = {
        "requestedRef": "*",
        "resolvedRef": "2.0.0",
        "resolvedAt": "2026-11-21T06:00:00Z",
        "skills": {"__integrity": digest},
        "packs": {"@acme/new": digest},
    }
    assert agentpacks.format_agentpacks(after) == as_text(expected)


def test_what_did_not_change_keeps_its_time() -> None:
    lock = agentpacks.parse_agentpacks(as_text(FOREIGN))
    assert agentpacks.updated(lock, agentpacks.curated(lock), NOW) == FOREIGN
    gone = agentpacks.updated(lock, [], NOW, ["hello", "never"])
    assert list(gone["sources"]) == ["owner/repo", "npm:thing", "registry:Not A Name"]
    assert agentpacks.updated(None, [], NOW) == {"lockfileVersion": 1, "sources": {}}


@given(locks, st.lists(packs, max_size=3, unique_by=lambda pack: pack.name))
def test_a_lock_with_ours_in_it_is_the_others_lock_and_ours(lock: dict[str, Any], ours: list[Curated]) -> None:
    data = agentpacks.format_agentpacks(lock)
    assert agentpacks.format_agentpacks(agentpacks.parse_agentpacks(data)) == data
    after = agentpacks.parse_agentpacks(agentpacks.format_agentpacks(agentpacks.updated(lock, ours, NOW)))
    assert list(agentpacks.curated(after)) == ours
    assert agentpacks.updated(after, ours, NOW + 1) == after
    back = agentpacks.updated(after, [], NOW, [pack.name for pack in ours])
    assert agentpacks.format_agentpacks(back) == data


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"[]", "field-type"),
        (b"{}", "field-invalid"),
        (b'{"lockfileVersion": 2, "sources": {}}', "field-invalid"),
        (b'{"lockfileVersion": 1}', "field-type"),
        (b'{"lockfileVersion": 1, "sources": {"registry:hello": 1}}', "field-type"),
        (b'{"lockfileVersion": 1, "sources": {}, "sources": {}}', "duplicate-key"),
    ],
)
def test_refusals(data: bytes, code: str) -> None:
    assert code_of(agentpacks.parse_agentpacks, data) == code


def test_integrity() -> None:
    assert agentpacks.parse_integrity(agentpacks.integrity(A)) == A
    for text in (f"sha256-{A[:-1]}", f"sha512-{A}", f"sha256-{A.upper()}", f"sha256-{A}\n", ""):
        assert code_of(agentpacks.parse_integrity, text) == "integrity-invalid"


def test_folders() -> None:
    assert agentpacks.folder("hello") == ".agentpacks/.curated/hello"
    assert agentpacks.file("@acme/hello", "rules/a.md") == ".agentpacks/.curated/@acme/hello/rules/a.md"
    assert agentpacks.reference("hello") == "hello"
    assert agentpacks.reference("@acme/hello") == "./.agentpacks/.curated/@acme/hello"
    assert code_of(agentpacks.file, "hello", "../../evil") == "path-invalid"


@given(names, names)
def test_no_two_names_have_one_folder(one: str, other: str) -> None:
    a, b = agentpacks.folder(one) + "/", agentpacks.folder(other) + "/"
    assert one == other or not (a.startswith(b) or b.startswith(a))
