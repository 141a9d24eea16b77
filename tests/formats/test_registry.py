"""`registry.yaml`."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from packyard.errors import FormatError
from packyard.formats.fields import errors_of
from packyard.formats.foreign import SURFACES
from packyard.formats.registry import (
    LIMITS,
    OUTCOMES,
    POLICY,
    SETTINGS,
    check_origin,
    format_registry,
    parse_registry,
)
from packyard.registry import Registry

LEAST = """format: packyard/registry/1
origin: packs.example.org
title: Example packs
url: https://packs.example.org/
"""
MOST = (
    LEAST
    + """mirrors:
  - https://mirror.example.net/packs/
expires_days: 30
limits:
  files: 500
policy:
  cool_off_days: 7
rules:
  name-similar: note
surfaces:
  ori: false
look:
  accent: "#0a5443"
  accent_dark: "#84d1b4"
  footer: Run by the makers of Acme.
  contact: packs@example.org
repository: https://example.org/acme/packs
"""
)

words = st.from_regex(r"[a-z][a-z0-9]{0,3}(-[a-z0-9]{1,3})?", fullmatch=True)
urls = st.sampled_from(["https://a.example/", "http://localhost:8080/", "https://b.example/x~y/z/"])
registries = st.builds(
    Registry,
    origin=st.sampled_from(["packs.example.org", "localhost", "a/b_c/d"]),
    title=st.text("aé\"':#@ -,[]{}&*", min_size=1, max_size=12),
    url=urls,
    mirrors=st.lists(urls, unique=True).map(tuple),
    expires_days=st.integers(1, 365),
    limits=st.dictionaries(st.sampled_from(list(LIMITS)), st.integers(1, 12)),
    rules=st.dictionaries(words, st.sampled_from(OUTCOMES)),
    surfaces=st.dictionaries(st.sampled_from(list(SURFACES)), st.booleans()),
    policy=st.dictionaries(st.sampled_from(list(POLICY)), st.integers(1, 12)),
    witnesses=st.lists(urls, unique=True).map(tuple),
    repository=st.sampled_from(["", "https://example.org/acme/packs"]),
    look=st.fixed_dictionaries(
        {},
        optional={
            "accent": st.sampled_from(["#003366", "#0a5443"]),
            "accent_dark": st.just("#99ccff"),
            "footer": st.text("aé\"':#@ -{}&*", min_size=1, max_size=12).filter(str.strip),
        },
    ),
)


def problems(text: str) -> list[tuple[str, int, str]]:
    with pytest.raises(FormatError) as caught:
        parse_registry(text.encode())
    return [(error.code, error.line, error.message.partition(":")[0]) for error in errors_of(caught.value)]


def test_four_lines_are_enough() -> None:
    registry = parse_registry(LEAST.encode())
    assert registry == Registry("packs.example.org", "Example packs", "https://packs.example.org/", (), 14, {}, {}, {})
    assert format_registry(registry) == LEAST.encode()


def test_every_setting() -> None:
    registry = parse_registry(MOST.encode())
    assert registry[3:] == (
        ("https://mirror.example.net/packs/",),
        30,
        {"files": 500},
        {"name-similar": "note"},
        {"ori": False},
        {"cool_off_days": 7},
        (),
        "https://example.org/acme/packs",
        {
            "accent": "#0a5443",
            "accent_dark": "#84d1b4",
            "footer": "Run by the makers of Acme.",
            "contact": "packs@example.org",
        },
    )
    assert format_registry(registry) == MOST.encode()


def test_every_field_is_documented() -> None:
    documented = {setting.name.partition(".")[0] for setting in SETTINGS}
    assert documented == {"format", *Registry._fields}
    assert {setting.name for setting in SETTINGS if not setting.default} == {"format", "origin", "title", "url"}
    numbers = {f"limits.{name}" for name in LIMITS} | {f"policy.{name}" for name in POLICY}
    assert numbers <= {setting.name for setting in SETTINGS}


@given(registries)
def test_format_and_parse_are_inverse(registry: Registry) -> None:
    assert parse_registry(format_registry(registry)) == registry


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("registry/1", "registry/2", ("field-invalid", 1, "format")),
        ("title: Example packs\n", "", ("field-missing", 1, "title")),
        ("origin: packs.example.org", "origin: Packs.example.org", ("origin-invalid", 2, "origin")),
        ("https://packs.example.org/", "javascript:alert(1)/", ("url-invalid", 4, "url")),
        ("https://packs.example.org/", "https://packs.example.org/?x/", ("url-invalid", 4, "url")),
        ("expires_days: 30", "expires_days: 0", ("field-invalid", 7, "expires_days")),
        ("expires_days: 30", "expires_days: 366", ("field-invalid", 7, "expires_days")),
        ("expires_days: 30", "expires_days: soon", ("field-invalid", 7, "expires_days")),
        ("files: 500", "files: 10001", ("field-invalid", 9, "limits.files")),
        ("files: 500", "path: 201", ("field-invalid", 9, "limits.path")),
        ("files: 500", "fils: 500", ("field-unknown", 9, "limits.fils")),
        ("note", "ignore", ("field-invalid", 13, "rules.name-similar")),
        ("name-similar", "Name", ("field-invalid", 13, "rules.Name")),
        ("false", "no", ("field-invalid", 15, "surfaces.ori")),
        ("  ori", "  o_ri", ("field-invalid", 15, "surfaces.o_ri")),
        ("surfaces:", "surface:", ("field-unknown", 14, "surface")),
    ],
)
def test_one_mistake(old: str, new: str, problem: tuple[str, int, str]) -> None:
    assert problem in problems(MOST.replace(old, new, 1))


@pytest.mark.parametrize("text", ["packs.example.org", "localhost", "a", "example.org/packs", "a/b_c.d/e"])
def test_origins(text: str) -> None:
    check_origin(text)


@pytest.mark.parametrize(
    "text", ["", "A", "a b", "a+b", "a/", "/a", "a//b", "a/../b", "-a", "a.", "a\n", "é", "a:80", "a" * 201]
)
def test_no_origins(text: str) -> None:
    with pytest.raises(FormatError) as caught:
        check_origin(text)
    assert caught.value.code == "origin-invalid"


@given(
    st.binary(max_size=100) | st.lists(st.sampled_from(MOST.splitlines()), max_size=14).map("\n".join).map(str.encode)
)
def test_nothing_but_format_error(data: bytes) -> None:
    try:
        registry = parse_registry(data)
    except FormatError:
        return
    assert parse_registry(format_registry(registry)) == registry


def test_an_address_ends_with_a_slash_whether_it_was_written_or_not() -> None:
    text = MOST.replace("https://packs.example.org/", "https://packs.example.org", 1)
    assert parse_registry(text.encode()).url == "https://packs.example.org/"
