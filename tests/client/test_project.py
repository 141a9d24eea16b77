"""`packyard.json`, `registries.json`, and which registry a name belongs to."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from packyard.client.offers import Demand
from packyard.client.project import (
    FORMAT,
    KnownRegistry,
    Project,
    demands,
    format_project,
    format_registries,
    home,
    join,
    parse_project,
    parse_registries,
    with_pack,
    without_pack,
)
from packyard.client.references import parse_reference
from packyard.errors import FormatError
from packyard.formats.fields import errors_of
from packyard.formats.minisign import format_public_key
from packyard.formats.names import PackName
from tests.client.test_references import names, parts
from tests.refusals import code_of

KEY = format_public_key("0000000000000002", b"\x02" * 32)

TEXT = f"""{{
  "format": "{FORMAT}",
  "targets": [
    "claudecode"
  ],
  "packs": {{
    "hello": "^1.2.0",
    "work:base-rules": "beta"
  }},
  "registries": [
    {{
      "name": "main",
      "url": "https://packs.example.org/",
      "key": "{KEY}",
      "scopes": [
        "@acme"
      ],
      "mirrors": [
        "https://mirror.example.net/packs/",
        "../packs"
      ]
    }},
    {{
      "name": "work",
      "folder": "/srv/packs"
    }}
  ]
}}
"""
MAIN = KnownRegistry(
    "main", "https://packs.example.org/", KEY, ("@acme",), ("https://mirror.example.net/packs/", "../packs")
)
WORK = KnownRegistry("work", "/srv/packs")

places = st.sampled_from(
    ["https://a.example/x/", "http://127.0.0.1:8000/", "file:///srv/packs/", "../packs", "C:\\packs"]
)


@st.composite
def registries(draw: st.DrawFn) -> tuple[KnownRegistry, ...]:
    called = draw(st.lists(parts.filter(lambda name: name != "registry"), max_size=3, unique=True))
    scopes = draw(st.lists(parts.map("@{}".format), max_size=4, unique=True))
    return tuple(
        KnownRegistry(
            name,
            draw(places),
            draw(st.sampled_from(["", KEY])),
            tuple(scopes[index :: len(called)]),
            tuple(draw(st.lists(places, max_size=2, unique=True))),
        )
        for index, name in enumerate(called)
    )


@st.composite
def projects(draw: st.DrawFn) -> Project:
    prefixes = st.sampled_from(["", "work:", "registry:"])
    wanted = draw(st.dictionaries(names, st.sampled_from(["*", "^1", "beta"]), max_size=4))
    packs = tuple(parse_reference(f"{draw(prefixes)}{name}@{text}") for name, text in wanted.items())
    targets = draw(st.lists(st.sampled_from(["claudecode", "cursor", "agentsmd"]), unique=True))
    return Project(draw(registries()), packs, tuple(targets))


def problems(**fields: Any) -> list[tuple[str, int]]:
    with pytest.raises(FormatError) as caught:
        parse_project(json.dumps({"format": FORMAT} | fields, indent=1).encode())
    return [(error.code, error.line) for error in errors_of(caught.value)]


def test_a_project_is_read() -> None:
    project = parse_project(TEXT.encode())
    assert project == Project(
        (MAIN, WORK), (*map(parse_reference, ("hello@^1.2.0", "work:base-rules@beta")),), ("claudecode",)
    )
    assert demands(project, project.registries) == (
        Demand("work", "base-rules", "beta"),
        Demand("main", "hello", "^1.2.0"),
    )
    assert parse_project(f'{{"format": "{FORMAT}"}}'.encode()) == Project()


@given(projects())
def test_format_and_parse_are_inverse(project: Project) -> None:
    assert parse_project(format_project(project)) == project
    assert parse_registries(format_registries(project.registries)) == project.registries


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"pack": {}}, [("field-unknown", 3)]),
        ({"packs": []}, [("field-type", 3)]),
        ({"packs": {"hello": "^1", "Hello": "^1"}}, [("name-invalid", 5)]),
        ({"packs": {"hello@^1": "^1"}}, [("reference-invalid", 4)]),
        ({"packs": {"hello": "not a range"}}, [("range-or-channel", 4)]),
        ({"packs": {"hello": ""}}, [("field-missing", 4)]),
        ({"packs": {"hello": "^1", "work:hello": "^2"}}, [("field-invalid", 5)]),
        ({"targets": ["claudcode"]}, [("field-invalid", 4)]),
        ({"registries": [{"name": "main"}]}, [("field-missing", 4)]),
        ({"registries": [{"name": "main", "url": "https://a.example/", "folder": "x"}]}, [("field-missing", 4)]),
        ({"registries": [{"name": "main", "url": "ftp://a.example/"}]}, [("url-invalid", 6)]),
        ({"registries": [{"name": "main", "url": "https://user@a.example/"}]}, [("url-invalid", 6)]),
        ({"registries": [{"name": "main", "folder": "https://a.example/"}]}, [("field-invalid", 6)]),
        ({"registries": [{"name": "registry", "folder": "x"}]}, [("registry-name", 5)]),
        ({"registries": [{"name": "main", "folder": "x", "key": "RWQ"}]}, [("key-invalid", 7)]),
        ({"registries": [{"name": "main", "folder": "x", "scopes": ["acme"]}]}, [("field-invalid", 8)]),
        ({"registries": [{"name": "ab", "folder": "x"}, {"name": "ab", "folder": "y"}]}, [("field-invalid", 9)]),
        (
            {
                "registries": [
                    {"name": "ab", "folder": "x", "scopes": ["@aa"]},
                    {"name": "cd", "folder": "y", "scopes": ["@aa"]},
                ]
            },
            [("scope-twice", 14)],
        ),
    ],
)
def test_refusals(fields: dict[str, Any], expected: list[tuple[str, int]]) -> None:
    assert problems(**fields) == expected


# --- editing ---


def test_editing_changes_one_line() -> None:
    data = TEXT.encode()
    added = with_pack(data, parse_reference("@acme/new@^2"))
    assert added.decode() == TEXT.replace('"beta"\n', '"beta",\n    "@acme/new": "^2"\n')
    assert without_pack(added, PackName("@acme/new")) == data
    assert with_pack(data, parse_reference("hello@beta")).decode() == TEXT.replace("^1.2.0", "beta")
    assert with_pack(data, parse_reference("base-rules")).decode() == TEXT.replace(
        'work:base-rules": "beta', 'base-rules": "*'
    )
    assert without_pack(data, PackName("hello")).decode() == TEXT.replace('    "hello": "^1.2.0",\n', "")
    assert code_of(without_pack, data, PackName("helo")) == "pack-not-wanted"
    assert code_of(with_pack, b"[]", parse_reference("hello")) == "field-type"


@given(projects(), names.map(PackName), st.sampled_from(["^3", "edge"]))
def test_editing_keeps_everything_else(project: Project, name: PackName, wanted: str) -> None:
    data = format_project(project)
    reference = parse_reference(f"{name}@{wanted}")
    edited = parse_project(with_pack(data, reference))
    assert reference in edited.packs
    assert edited._replace(packs=()) == project._replace(packs=())
    others = [pack for pack in project.packs if pack.name != name]
    assert [pack for pack in edited.packs if pack.name != name] == others
    assert parse_project(without_pack(with_pack(data, reference), name)).packs == tuple(others)


# --- registries ---


@pytest.mark.parametrize(
    ("name", "named", "beside", "answer"),
    [
        ("hello", "", "", "main"),
        ("hello", "work", "", "work"),
        ("hello", "registry", "", "main"),
        ("hello", "", "work", "work"),
        ("@acme/hello", "", "", "main"),
        ("@acme/hello", "", "work", "main"),
        ("@acme/hello", "registry", "work", "main"),
        ("@acme/hello", "main", "", "main"),
        ("@other/hello", "", "work", "work"),
        ("@acme/hello", "work", "", "scope-elsewhere"),
        ("hello", "wrk", "", "registry-unknown"),
    ],
)
def test_where_a_name_belongs(name: str, named: str, beside: str, answer: str) -> None:
    if "-" in answer:
        assert code_of(home, (MAIN, WORK), name, named, beside) == answer
    else:
        assert home((MAIN, WORK), name, named, beside) == answer


def test_without_registries_there_is_nowhere_to_look() -> None:
    assert code_of(home, (), "hello") == "registry-missing"


def test_registries_of_project_and_user_are_joined() -> None:
    mine = KnownRegistry("mine", "../mine", scopes=("@mine",))
    assert join((WORK,), (mine,)) == (WORK, mine)
    theirs = KnownRegistry("work", "/srv/packs", KEY, ("@work",))
    assert join((WORK,), (theirs, mine)) == (theirs, mine)
    assert code_of(join, (WORK,), (WORK._replace(place="https://evil.example/"),)) == "registry-differs"
    assert (
        code_of(join, (MAIN,), (MAIN._replace(key=format_public_key("0" * 15 + "3", b"\x03" * 32)),))
        == "registry-differs"
    )
    assert code_of(join, (MAIN,), (mine._replace(scopes=("@acme",)),)) == "scope-twice"


def test_the_users_registries_are_read_as_strictly() -> None:
    assert code_of(parse_registries, b'{"format": "packyard/registries/1", "packs": {}}') == "field-unknown"
    assert code_of(parse_registries, TEXT.encode()) == "field-invalid"
