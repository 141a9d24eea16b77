"""`pack.json` and `pack.yaml`."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from packyard.errors import FormatError
from packyard.formats.fields import errors_of
from packyard.formats.manifest import FEATURES, TARGETS, derive_features, format_manifest, parse_manifest
from packyard.model import Manifest

LEAST: dict[str, Any] = {"name": "hello", "version": "1.2.0", "description": "Greets"}

words = st.from_regex(r"[a-z0-9]([a-z0-9.+-]{0,3}[a-z0-9+])?", fullmatch=True)
names = st.sampled_from(["base-rules", "@acme/hello", "goodbye", "x1"])
lines = st.text(st.characters(categories=["L", "N", "P"]), max_size=8)
extras = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | lines,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(lines, inner, max_size=3),
    max_leaves=5,
)
lists = st.lists(words, min_size=1, unique=True).map(tuple)
manifests = st.builds(
    Manifest,
    name=st.sampled_from(["hello", "@acme/other"]),
    version=st.sampled_from(["1.0.0", "0.1.2-rc.1"]),
    description=lines.filter(bool),
    author=lines,
    license=st.sampled_from(["", "MIT"]),
    homepage=st.sampled_from(["", "https://example.org/x"]),
    repository=st.sampled_from(["", "https://example.org/y"]),
    logo=st.sampled_from(["", "logo.png", "https://example.org/z.svg"]),
    tags=st.lists(words, unique=True).map(tuple),
    targets=st.just(("*",)) | lists,
    features=st.just(("*",)) | lists,
    dependencies=st.dictionaries(names, st.sampled_from(["*", "^1.0.0", "1.x || 2"])).map(
        lambda found: tuple(found.items())
    ),
    conflicts=st.lists(names, unique=True).map(tuple),
    extra=st.dictionaries(words.map("x-{}".format), extras, max_size=2),
)


def parsed(**fields: object) -> Manifest:
    return parse_manifest(json.dumps(LEAST | fields).encode(), "pack.json")[0]


def problems(data: bytes, filename: str = "pack.json") -> list[tuple[str, str]]:
    with pytest.raises(FormatError) as caught:
        parse_manifest(data, filename)
    return [(error.code, error.message.partition(":")[0]) for error in errors_of(caught.value)]


def refused(**fields: object) -> list[tuple[str, str]]:
    return problems(json.dumps(LEAST | fields).encode())


def test_three_fields_are_enough() -> None:
    manifest, notes = parse_manifest(json.dumps(LEAST).encode(), "pack.json")
    assert manifest == Manifest("hello", "1.2.0", "Greets", "", "", "", "", "", (), ("*",), ("*",), (), (), {})
    assert notes == ()


def test_yaml_says_the_same() -> None:
    text = b"""name: "@acme/hello"
version: 1.2.0
description: Greets
author: {name: Alice, email: alice@example.org}
repository: {type: git, url: https://example.org/hello}
targets: [cursor, zed]
features: "*"
dependencies: {base-rules: 1.x}
"""
    manifest, notes = parse_manifest(text, "pack.yaml")
    assert (manifest.author, manifest.repository) == ("Alice <alice@example.org>", "https://example.org/hello")
    assert (manifest.targets, manifest.features) == (("cursor", "zed"), ("*",))
    assert (manifest.dependencies, notes) == ((("base-rules", "1.x"),), ())


def test_forms_of_fields() -> None:
    assert parsed(author="A <a@b>").author == "A <a@b>"
    assert parsed(author={"name": "A"}).author == "A"
    assert [parsed(targets=form).targets for form in ("*", ["*"], [], ["cursor"])] == [("*",)] * 3 + [("cursor",)]
    assert parsed(dependencies=["a-b", "@c1/d1"]).dependencies == (("a-b", "*"), ("@c1/d1", "*"))
    assert parsed(dependencies={"a-b": "^1"}).dependencies == (("a-b", "^1"),)
    assert parsed(homepage="", license="").homepage == ""


def test_what_is_unknown_is_noted_and_kept() -> None:
    fields = {
        "$schema": "x",
        "targets": ["cursor", "agentsmd"],
        "features": ["rules", "dreams"],
        "hints": {"a": [1, True]},
    }
    manifest, notes = parse_manifest(json.dumps(LEAST | fields, indent=1).encode(), "pack.json")
    assert manifest.targets == ("cursor", "agentsmd")
    assert manifest.features == ("rules", "dreams")
    assert manifest.extra == {"$schema": "x", "hints": {"a": [1, True]}}
    assert [(note.code, note.line, note.message.partition(":")[0]) for note in notes] == [
        ("field-unknown", 5, "$schema"),
        ("field-unknown", 14, "hints"),
        ("target-unknown", 8, "targets[1]"),
        ("feature-unknown", 12, "features[1]"),
    ]


def test_what_people_write_is_taken_as_it_is_meant() -> None:
    manifest = parsed(description="Two\n  lines ", tags=["C++", "Machine learning"], other={"weight": 0.5})
    assert (manifest.description, manifest.tags) == ("Two lines", ("C++", "Machine learning"))
    assert manifest.extra == {"other": {"weight": 0.5}}
    assert parsed(description="").description == ""


@pytest.mark.parametrize("repository", ["git@example.org:x", {"type": "git", "url": "javascript:x"}, "alice/hello"])
def test_a_repository_that_is_no_web_address_is_noted_and_not_linked(repository: object) -> None:
    manifest, notes = parse_manifest(json.dumps(LEAST | {"repository": repository}).encode(), "pack.json")
    assert (manifest.repository, [note.code for note in notes]) == ("", ["url-invalid"])


def test_a_misspelt_field_gets_a_hint() -> None:
    _, notes = parse_manifest(json.dumps(LEAST | {"licence": "MIT"}).encode(), "pack.json")
    assert [note.help for note in notes] == ["did you mean license?"]


def test_a_text_where_a_list_should_be() -> None:
    for name in ("tags", "conflicts", "dependencies", "targets"):
        with pytest.raises(FormatError) as caught:
            parsed(**{name: "foo"})
        error = caught.value
        assert (error.message, error.expected, error.found) == (f"{name}: is not a list", "a list", "a text")
    with pytest.raises(FormatError) as caught:
        parsed(tags=[str(number) for number in range(1001)])
    assert (caught.value.expected, caught.value.found) == ("at most 1000 items", "1001 items")


def test_a_misspelt_target_or_feature_gets_a_hint() -> None:
    data = json.dumps(LEAST | {"targets": ["cursr", "Cursor"], "features": ["rulez", "x"]}).encode()
    notes = parse_manifest(data, "pack.json")[1]
    assert [note.help.removeprefix("did you mean ") for note in notes] == ["cursor?", "cursor?", "rules?", ""]
    assert [note.expected for note in notes] == [", ".join(TARGETS)] * 2 + [", ".join(FEATURES)] * 2
    data = json.dumps(LEAST | {"targets": [f"cursr{number}" for number in range(1000)]}).encode()
    assert sum(bool(note.help) for note in parse_manifest(data, "pack.json")[1]) == 20


@given(manifests)
def test_format_and_parse_are_inverse(manifest: Manifest) -> None:
    assert parse_manifest(format_manifest(manifest), "pack.json")[0] == manifest


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({"name": "Hello"}, ("name-invalid", "name")),
        ({"name": ["hello"], "dependencies": {"a-b": "1"}}, ("field-type", "name")),
        ({"version": "1.2"}, ("version-invalid", "version")),
        ({"version": "1.2.0+build"}, ("version-invalid", "version")),
        ({"description": "\u202egnp.exe"}, ("field-invalid", "description")),
        ({"description": "x" * 2001}, ("field-invalid", "description")),
        ({"author": 1}, ("field-type", "author")),
        ({"author": {"email": "a@b"}}, ("field-missing", "author.name")),
        ({"author": {"name": "A", "email": "a<b"}}, ("field-invalid", "author.email")),
        ({"homepage": "javascript:alert(1)"}, ("url-invalid", "homepage")),
        ({"logo": "../x.png"}, ("path-invalid", "logo")),
        ({"logo": "javascript://x"}, ("url-invalid", "logo")),
        ({"tags": "a"}, ("field-type", "tags")),
        ({"tags": ["a", "a"]}, ("field-invalid", "tags[1]")),
        ({"targets": "cursor"}, ("field-type", "targets")),
        ({"features": [1]}, ("field-type", "features[0]")),
        ({"dependencies": ["a-b@1"]}, ("name-invalid", "dependencies[0]")),
        ({"dependencies": {"A": "1"}}, ("name-invalid", "dependencies.A")),
        ({"dependencies": {"a-b": "latest"}}, ("range-invalid", "dependencies.a-b")),
        ({"dependencies": {"a-b": 1}}, ("field-type", "dependencies.a-b")),
        ({"dependencies": {"hello": "1"}}, ("field-invalid", "dependencies")),
        ({"dependencies": ["hello"]}, ("field-invalid", "dependencies")),
        ({"conflicts": ["Goodbye"]}, ("name-invalid", "conflicts[0]")),
        ({"other": "\0"}, ("field-invalid", "other")),
        ({"other": {"\x1b": 1}}, ("field-invalid", "other")),
        ({"other": json.loads("[" * 17 + "]" * 17)}, ("field-invalid", "other")),
    ],
)
def test_one_mistake(fields: dict[str, object], problem: tuple[str, str]) -> None:
    assert refused(**fields) == [problem]


def test_all_mistakes_at_once() -> None:
    assert problems(b"{}") == [("field-missing", name) for name in ("name", "version")]
    assert problems(b"[]") == [("field-type", "the file is not a mapping")]
    assert problems(b"a: [", "pack.yaml") == [("yaml-invalid", "not YAML")]


def test_features_of_a_folder() -> None:
    paths = {
        "rules": ["rules/a.md"],
        "commands": ["commands/a.md"],
        "agents": ["agents/b c.md"],
        "skills": ["skills/x/SKILL.md"],
        "hooks": ["hooks/hooks.json"],
        "plugins": ["plugins/a.ts", "plugins/b.js"],
        "mcp": ["mcp.json"],
        "ignore": ["ignore", ".aiignore"],
        "models": ["models.json"],
    }
    assert tuple(paths) == FEATURES
    assert derive_features(path for found in paths.values() for path in found) == FEATURES
    for feature, found in paths.items():
        assert [derive_features([path]) for path in found] == [(feature,)] * len(found)
    others = [
        "README.md",
        "rules/a.txt",
        "rules/x/a.md",
        "skills/SKILL.md",
        "skills/x/y/SKILL.md",
        "hooks/x.json",
        "x/mcp.json",
    ]
    assert derive_features([*others, "plugins/a/b.ts", ".ignore", "ignore/x", "models.json/x"]) == ()


def test_the_lists_have_their_published_lengths() -> None:
    assert (len(set(TARGETS)), len(set(FEATURES))) == (20, 9)


@given(st.binary(max_size=100) | extras.map(json.dumps).map(str.encode), st.sampled_from(["pack.json", "pack.yaml"]))
def test_nothing_but_format_error(data: bytes, filename: str) -> None:
    with pytest.raises(FormatError):
        parse_manifest(data, filename)


@given(st.dictionaries(st.sampled_from(Manifest._fields), extras | st.lists(extras)))
def test_any_value_of_any_field(fields: dict[str, object]) -> None:
    data = json.dumps(LEAST | fields).encode()
    try:
        manifest, _ = parse_manifest(data, "pack.json")
    except FormatError:
        return
    assert parse_manifest(format_manifest(manifest), "pack.json")[0] == manifest
