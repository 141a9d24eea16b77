"""`packyard new`, as somebody at a terminal has it, and as a script."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from packyard.formats.manifest import FEATURES
from tests.cli.conftest import Packyard, Said

Answer = Callable[..., Said]


class Terminal(io.StringIO):
    """What somebody types."""

    def isatty(self) -> bool:
        """Says so."""
        return True


@pytest.fixture
def at_terminal(packyard: Packyard, monkeypatch: pytest.MonkeyPatch) -> Answer:
    """Calls a command for somebody who types these lines."""

    def call(*arguments: str, lines: tuple[str, ...] = ()) -> Said:
        monkeypatch.setattr(sys, "stdin", Terminal("".join(f"{line}\n" for line in lines)))
        return packyard(*arguments)

    return call


def manifest(folder: Path) -> dict[str, object]:
    return dict(json.loads((folder / "pack.json").read_text()))


def test_everything_is_asked_and_explained(at_terminal: Answer, home: Path) -> None:
    answers = ("tidy", "Keeps commits small", "apache-2.0", "rules,commands", "cursor,claudecode", "Ada")
    said = at_terminal("new", lines=answers)
    assert said.code == 0, said.err
    found = manifest(home / "tidy")
    assert (found["name"], found["description"], found["license"]) == ("tidy", "Keeps commits small", "Apache-2.0")
    assert (found["features"], found["targets"]) == (["rules", "commands"], ["cursor", "claudecode"])
    assert found["author"] == "Ada"
    for question in ("Name", "Description", "Licence", "Features", "Targets", "Author"):
        assert question in said.err
    assert said.out == ""
    assert "SPDX-License-Identifier: Apache-2.0" in (home / "tidy" / "LICENSE").read_text()


def test_an_answer_that_does_not_fit_is_asked_for_again(at_terminal: Answer, home: Path) -> None:
    answers = ("Tidy!", "a", "tidy", "short", "Keeps commits small", "GPL", "MIT", "magic", "", "emacs", "*", "Ada")
    said = at_terminal("new", lines=answers)
    assert said.code == 0, said.err
    assert said.err.count("Error: ") == 6
    assert "2 to 64 of a-z, 0-9 and inner hyphens" in said.err
    assert manifest(home / "tidy")["features"] == ["rules"]


def test_return_alone_takes_what_is_usual(at_terminal: Answer, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("packyard.cli.new.identity", lambda: "Grace Example")
    assert at_terminal("new", "tidy", lines=("",) * 5).code == 0
    found = manifest(home / "tidy")
    assert (found["author"], found["license"], found["targets"]) == ("Grace Example", "MIT", "*")
    assert "Grace Example" in (home / "tidy" / "LICENSE").read_text()


def test_whoever_goes_away_leaves_nothing(at_terminal: Answer, home: Path) -> None:
    said = at_terminal("new", "tidy", lines=("Keeps commits small",))
    assert said.code == 130
    assert list(home.iterdir()) == []


@pytest.mark.parametrize("arguments", [["--yes"], ["--license", "MIT"], ["--author", "Ada"]])
def test_an_option_means_that_nothing_is_asked(arguments: list[str], at_terminal: Answer, home: Path) -> None:
    said = at_terminal("new", "tidy", *arguments)
    assert said.code == 0, said.err
    assert (home / "tidy" / "pack.json").is_file()


def test_a_script_must_name_the_pack(packyard: Packyard) -> None:
    said = packyard("new")
    assert said.code == 2
    assert "error[usage-wrong]" in said.err


@pytest.mark.parametrize(
    "arguments",
    [
        ["--license", "GPL"],
        ["--license", ""],
        ["--target", "emacs"],
        ["--feature", "magic"],
        ["--description", "short"],
        ["--description", "x" * 501],
        ["--author", "a\nb\x1b[31m"],
    ],
)
def test_what_would_not_be_sound_is_refused(arguments: list[str], packyard: Packyard, home: Path) -> None:
    said = packyard("new", "tidy", *arguments)
    assert (said.code, said.out) == (2, "")
    assert "\x1b" not in said.err
    assert list(home.iterdir()) == []


@pytest.mark.parametrize("feature", FEATURES)
def test_every_start_is_sound_but_for_the_words_to_be_changed(feature: str, packyard: Packyard) -> None:
    assert packyard("new", "tidy", "--feature", feature, "--author", "Ada").code == 0
    said = packyard("validate", "tidy", "--json")
    found = json.loads(said.out)
    assert found["problems"] == [], said.out
    assert all(each["code"].startswith("template-") for each in (*found["reviews"], *found["notes"]))


def test_the_next_steps_are_told(packyard: Packyard, home: Path) -> None:
    said = packyard("new", "tidy", "--author", "Ada")
    assert [line.strip() for line in said.err.splitlines()[1:]] == [
        "packyard validate tidy",
        "packyard keygen",
        f"in a clone of the registry: packyard submit {home / 'tidy'}",
    ]
    packyard("keygen", "--no-password")
    assert "keygen" not in packyard("new", "other", "--author", "Ada").err
