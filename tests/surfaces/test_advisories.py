"""The documents about the registry as a whole: advisories, their index, and `registry.json`."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from packyard.errors import FormatError
from packyard.formats.advisories import parse_advisories
from packyard.formats.advisory import parse_advisory
from packyard.formats.registry import LIMITS, parse_registry
from packyard.formats.registry_page import format_registry_page, parse_registry_page
from packyard.registry import Registry
from packyard.rules.advisories import Listed
from packyard.surfaces.advisories import plan_advisories
from tests.advising import advisory

PLAIN = Registry("packs.example.org", "Packs", "https://packs.example.org/", (), 14, {}, {}, {})
TEXTS = {name: advisory(f"PY-2026-{name}", {"hello": ["1.0.0"]}, more={"b": 1, "a": 2}) for name in ("0001", "0002")}


def test_each_advisory_and_the_index_of_all() -> None:
    listed = [Listed(parse_advisory(data)[0], name) for name, data in TEXTS.items()]
    one, two, index = plan_advisories(listed, TEXTS.__getitem__)
    assert (one.path, two.path, index.path) == (
        "advisories/PY-2026-0001.json",
        "advisories/PY-2026-0002.json",
        "advisories/index.json",
    )
    assert json.loads(one.render()) == json.loads(TEXTS["0001"])
    assert parse_advisories(index.render()) == tuple(each.advisory for each in listed)


def test_without_advisories_there_is_an_empty_index() -> None:
    [index] = plan_advisories((), TEXTS.__getitem__)
    assert json.loads(index.render()) == {"format": "packyard/advisories/1", "advisories": []}


def test_an_input_that_changes_is_a_recipe_that_changes() -> None:
    found = parse_advisory(TEXTS["0001"])[0]
    before = list(plan_advisories([Listed(found, "0001")], TEXTS.__getitem__))
    after = list(plan_advisories([Listed(found._replace(summary="Other"), "0002")], TEXTS.__getitem__))
    assert all(one.inputs != two.inputs for one, two in zip(before, after, strict=True))


# --- registry.json ---

bases = st.from_regex(r"https://[a-z]{1,9}\.example/(?:[a-z]{1,5}/)?", fullmatch=True)
registries = st.builds(
    PLAIN._replace,
    title=st.text("Packs äé'\"<>", min_size=1, max_size=20).filter(str.strip),
    url=bases,
    mirrors=st.lists(bases, max_size=3, unique=True).map(tuple),
    witnesses=st.lists(bases | st.just("../witness"), max_size=3, unique=True).map(tuple),
    expires_days=st.integers(1, 365),
    limits=st.dictionaries(st.sampled_from(("files", "expanded")), st.integers(1, 999)),
    surfaces=st.dictionaries(st.sampled_from(("ori", "agentpacks")), st.booleans()),
)


@given(registries)
def test_the_page_says_what_clients_need(registry: Registry) -> None:
    private = registry._replace(rules={"name-similar": "note"}, policy={"publishes": 9})
    assert parse_registry_page(format_registry_page(private)) == registry


def test_the_page_of_settings_that_are_the_defaults() -> None:
    text = b"format: packyard/registry/1\norigin: packs.example.org\ntitle: Packs\nurl: https://packs.example.org\n"
    limits = {name: limit.default for name, limit in LIMITS.items()}
    registry = parse_registry(text)._replace(limits=limits)
    assert json.loads(format_registry_page(registry)) == {
        "format": "packyard/registry-page/1",
        "origin": "packs.example.org",
        "title": "Packs",
        "url": "https://packs.example.org/",
        "mirrors": [],
        "witnesses": [],
        "expires_days": 14,
        "limits": {},
        "surfaces": {},
    }


def changed(**members: Any) -> bytes:
    return json.dumps(json.loads(format_registry_page(PLAIN)) | members).encode()


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (changed(format="packyard/registry-page/2"), "field-invalid"),
        (changed(origin="Packs"), "origin-invalid"),
        (changed(title=""), "field-missing"),
        (changed(url="https://packs.example.org"), "url-invalid"),
        (changed(mirrors=["file:///packs/"]), "url-invalid"),
        (changed(mirrors=["https://a.example/?to="]), "url-invalid"),
        (changed(mirrors="https://a.example/"), "field-type"),
        (changed(expires_days=None), "field-invalid"),
        (changed(limits={"files": -1}), "field-invalid"),
        (changed(surfaces={"ori": "no"}), "field-invalid"),
        (b"[]", "field-type"),
        (b'{"a":' * 50, "too-deep"),
        (b" " * 300_000, "too-large"),
    ],
)
def test_what_is_no_page(data: bytes, code: str) -> None:
    with pytest.raises(FormatError) as refused:
        parse_registry_page(data)
    assert refused.value.code == code


def test_members_of_a_later_version_are_passed_over() -> None:
    assert parse_registry_page(changed(later={"a": 1}, limits={"later": 7}))[:5] == PLAIN[:5]
