"""`SKILL.md`."""

from __future__ import annotations

import pytest

from packyard.formats import skill
from packyard.formats.skill import parse_skill


def problems(text: str) -> list[tuple[str, int]]:
    return [(problem.code, problem.line) for problem in parse_skill(text.encode())[1]]


def named(name: str) -> list[tuple[str, int]]:
    return problems(f"---\ndescription: x\nname: {name}\n---\ny\n")


def test_the_example_of_the_specification() -> None:
    text = (skill.__doc__ or "").replace("\n    ", "\n").partition("\n\n")[2].partition("\n\n`name`")[0]
    found, wrong = parse_skill(text.encode())
    assert wrong == ()
    assert (found.name, found.line) == ("release-notes", 5)
    assert found.description == "Drafts release notes. Use when a version is about to be tagged."
    assert found.body.startswith("# Release notes\n")


@pytest.mark.parametrize("name", ["a", "release-notes", "a1-2-b", "x" * 64])
def test_names(name: str) -> None:
    assert named(name) == []


@pytest.mark.parametrize("name", ["", "Release", "a--b", "-a", "a-", "a_b", "a b", "ä", "x" * 65, "[a]"])
def test_what_is_no_name(name: str) -> None:
    assert named(name) == [("skill-name-invalid", 3)]


def test_all_that_is_wrong_is_told() -> None:
    assert problems("# Title\n") == [("skill-frontmatter-missing", 1)]
    assert problems("---\n---\n") == [("skill-frontmatter-missing", 1)]
    assert problems("---\nname: a\n# How\n") == [("skill-frontmatter-missing", 1)]
    assert problems("---\n- a\n---\n") == [("skill-frontmatter-missing", 2)]
    assert problems("---\n&a b\n---\n") == [("frontmatter-refused", 2)]
    assert problems("---\nlicense: MIT\n---\n") == [("skill-name-invalid", 0), ("skill-description-missing", 0)]
    long = "x" * 1025
    assert problems(f"---\nname: a\ndescription: {long}\n---\n") == [("skill-description-long", 3)]
    assert problems(f"---\nname: a\ndescription: {long[1:]}\n---\n") == []


def test_white_space_in_texts_is_one_space() -> None:
    found, wrong = parse_skill(b"---\nname: a\ndescription: |\n  Drafts\n  notes\nmetadata: {x: y}\n---\n")
    assert (found.description, wrong) == ("Drafts notes", ())
    assert found.fields["metadata"] == {"x": "y"}


def test_what_is_not_yaml_is_read_line_by_line() -> None:
    found, wrong = parse_skill(b"---\nname: a\ndescription: Use when: b\n---\n")
    assert found.description == "Use when: b"
    assert [problem.code for problem in wrong] == ["frontmatter-loose"]
    assert problems("---\nname: a\nname: a\n---\n") == [("frontmatter-refused", 3), ("skill-description-missing", 0)]
