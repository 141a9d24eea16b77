"""Names of packs and people, and paths that mean one file everywhere."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from packyard.errors import FormatError
from packyard.formats import names

PARTS = st.from_regex(r"[a-z0-9][a-z0-9-]{0,62}[a-z0-9]", fullmatch=True)
NAMES = PARTS | st.builds("@{}/{}".format, PARTS, PARTS)


def code_of(text: str, parse: object) -> str:
    assert callable(parse)
    with pytest.raises(FormatError) as caught:
        parse(text)
    return caught.value.code


@pytest.mark.parametrize("text", ["hello", "he", "0a", "a--b", "x" * 64, "@acme/hello", f"@{'o' * 64}/{'p' * 64}"])
def test_names(text: str) -> None:
    assert names.parse_name(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a",
        "x" * 65,
        "Hello",
        "-ab",
        "ab-",
        "a_b",
        "a.b",
        "hé",
        "ab\n",
        "@acme",
        "@acme/",
        "@/hello",
        "acme/hello",
        "@@a/bc",
        "@a/hello",
        "@acme/h",
        f"@{'o' * 65}/hello",
        "@acme/hello/x",
        "@acme//hello",
        "../ab",
        "a/../b",
    ],
)
def test_no_names(text: str) -> None:
    assert code_of(text, names.parse_name) == "name-invalid"


@pytest.mark.parametrize("text", ["", "a", "@acme", "Alice", "alice/", "x" * 65])
def test_no_handles(text: str) -> None:
    assert code_of(text, names.parse_handle) == "name-invalid"


@given(NAMES)
def test_folder_and_its_inverse(text: str) -> None:
    name = names.parse_name(text)
    assert names.parse_folder(names.folder(name)) == name
    assert names.scope(name) == (text[1:].split("/", maxsplit=1)[0] if text.startswith("@") else "")
    assert len(names.folder(name).split("/")) == 3


def test_folders() -> None:
    assert names.folder(names.parse_name("hello")) == "packs/he/hello"
    assert names.folder(names.parse_name("@acme/hello")) == "packs/@acme/hello"


@given(st.from_regex(r"(packs/)?[a-z@]{1,3}/[a-z/]{1,6}", fullmatch=True) | st.text(max_size=20))
def test_a_folder_is_that_of_one_name(path: str) -> None:
    try:
        name = names.parse_folder(path)
    except FormatError:
        return
    assert names.folder(name) == path


@pytest.mark.parametrize(
    "path",
    [
        "pack.json",
        "a",
        ".aiignore",
        "..a",
        "skills/x y/SKILL.md",
        "a/b/c/d/e/f/g/h/i/j/k/l",
        "a" * 200,
        "a(1)+b@c,[d]_-.md",
        "console",
        "com",
        "lpt",
        "com10.txt",
        "nulls.md",
        ".gitignore",
        ".github/x",
        "a.git",
    ],
)
def test_paths(path: str) -> None:
    names.check_path(path)


@pytest.mark.parametrize(
    "path",
    [
        "",
        "/a",
        "a/",
        "a//b",
        ".",
        "..",
        "a/../b",
        "./a",
        "a/.",
        "a ",
        " a",
        "a/ b",
        "a.",
        "a./b",
        "...",
        "a\\b",
        "a:b",
        "a\nb",
        "é",
        "a*",
        "a?",
        'a"',
        "a|b",
        "a~1",
        "$a",
        "a\x00",
        "a\n",
        "con",
        "CON.txt",
        "a/nul.tar.gz",
        "Aux.",
        "prn",
        "COM1",
        "lpt9.md",
        "com1 .txt",
        ".git",
        ".GIT",
        "a/.Git/config",
        "nul/a",
    ],
)
def test_no_paths(path: str) -> None:
    assert code_of(path, names.check_path) == "path-invalid"


@pytest.mark.parametrize("path", ["a" * 201, "a/" * 12 + "a", "é" * 300])
def test_paths_that_are_too_long(path: str) -> None:
    assert code_of(path, names.check_path) == "path-too-long"


def test_collisions() -> None:
    assert list(names.collisions(["README.md", "rules/a.md", "rules/b.md"])) == []
    assert list(names.collisions(["readme.md", "README.md"])) == [("README.md", "readme.md")]
    assert list(names.collisions(["A/b", "a"])) == [("A/b", "a")]
    assert list(names.collisions(["a", "a/b"])) == [("a", "a/b")]
    assert list(names.collisions(["Rules/a", "rules/b"])) == [("Rules/a", "rules/b")]
    assert list(names.collisions(["x/a/1", "x/A/2", "x/b"])) == [("x/A/2", "x/a/1")]


PATHS = st.lists(st.from_regex(r"[aAbB](/[aAbB]){0,2}", fullmatch=True), unique=True, max_size=6)


@given(PATHS)
def test_collisions_are_what_a_system_without_case_says(paths: list[str]) -> None:
    """Pour the paths into a model of such a file system and see whether every file and folder finds its own place."""
    places: dict[str, set[tuple[str, bool]]] = {}
    for path in paths:
        parts = path.split("/")
        for end in range(1, len(parts) + 1):
            place = "/".join(parts[:end])
            places.setdefault(place.lower(), set()).add((place, end == len(parts)))
    assert bool(list(names.collisions(paths))) == any(len(claims) > 1 for claims in places.values())


@given(st.text(max_size=30))
def test_nothing_but_format_error(text: str) -> None:
    for parse in (names.parse_name, names.parse_handle, names.parse_folder, names.check_path):
        try:
            parse(text)
        except FormatError as error:
            assert error.found.isprintable()
