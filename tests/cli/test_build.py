"""The arguments of a build: one definition, two readers that agree."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from packyard.cli import build as command
from packyard.cli.build import OPTIONS, click_command, quick
from packyard.unchanged import Request
from tests.cli.conftest import Packyard
from tests.registry import small

VALUES = {Path: st.sampled_from(["site", "a/b", "x=y"]), str: st.sampled_from(["HEAD", "v1"]), int: st.just("3")}
WORDS = st.lists(
    st.sampled_from(OPTIONS).flatmap(
        lambda option: (
            st.just([option.flag])
            if option.kind is bool
            else VALUES[option.kind].map(lambda value: [option.flag, value])
        )
    )
)


class Recorder:
    """A build that only remembers what it was asked."""

    def __init__(self) -> None:
        self.requests: list[Request] = []

    def __call__(self, request: Request) -> str:
        self.requests.append(request)
        return "done"


def by_click(arguments: list[str]) -> dict[str, Any]:
    given: dict[str, Any] = {}
    made = click_command(None)
    made.callback = lambda **values: given.update({name: value for name, value in values.items() if value})
    made.main(arguments, standalone_mode=False)
    return given


@given(WORDS)
def test_the_quick_reader_agrees_with_click(words: list[list[str]]) -> None:
    arguments = [word for part in words for word in part]
    assert quick(arguments) == by_click(arguments)


@pytest.mark.parametrize(
    "arguments", [["--help"], ["--out=site"], ["site"], ["--jobs", "x"], ["--out"], ["--out", "--quiet"], ["--ref", ""]]
)
def test_what_is_not_plain_is_left_to_click(arguments: list[str]) -> None:
    assert quick(arguments) is None


@pytest.mark.parametrize("arguments", [["--jobs", "x"], ["--out"], ["site"], ["--jobs", "-1"]])
def test_a_wrong_call(arguments: list[str], packyard: Packyard) -> None:
    said = packyard("build", *arguments)
    assert said.code == 2
    assert said.err.startswith("error[usage-wrong]: ")


def test_what_is_asked_and_said(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    record = Recorder()
    assert command.main(record, ["--repo", "r", "--ref", "v1", "--keys", "k", "--jobs", "2", "--new-log"]) == 0
    assert record.requests == [Request(Path("r"), "v1", keys=Path("k"), jobs=2, new_log=True)]
    said = capsys.readouterr()
    assert (said.out, said.err) == ("", "done\n")


def test_equal_signs_are_read_too(home: Path) -> None:
    record = Recorder()
    assert command.main(record, ["--repo=r", "--quiet"]) == 0
    assert record.requests == [Request(Path("r"), quiet=True)]


def test_development_keys_are_told_once(home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    repo = small(tmp_path / "repo").path
    for _ in range(2):
        command.main(None, ["--repo", str(repo)])
        assert capsys.readouterr().err.count("warning: signed with development keys") == 1
    command.main(None, ["--repo", str(repo), "--quiet"])
    assert capsys.readouterr().err == ""


def test_settings_stand_in_for_options(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (home / "config" / "packyard").mkdir(parents=True)
    (home / "config" / "packyard" / "config.yaml").write_text("jobs: 3\nref: written\nout: there\n")
    monkeypatch.setenv("PACKYARD_REF", "told")
    record = Recorder()
    command.main(record, ["--out", "here"])
    assert record.requests == [Request(ref="told", out=Path("here"), jobs=3)]


@pytest.mark.parametrize("text", ["jobs: many\n", "nosuch: 1\n", "- a\n", "key: &a b\n"])
def test_a_wrong_settings_file_is_named(text: str, home: Path, packyard: Packyard) -> None:
    path = home / "config" / "packyard" / "config.yaml"
    path.parent.mkdir(parents=True)
    path.write_text(text)
    said = packyard("build")
    assert said.code in (1, 2)
    assert f"--> {path}" in said.err


def test_no_repository(packyard: Packyard) -> None:
    said = packyard("build", "--repo", "nowhere", "--quiet")
    assert said.code == 3
    assert said.err.startswith("error[git-unreadable]: ")


def test_a_document_about_the_site(registry: Path, packyard: Packyard) -> None:
    said = packyard("build", "--repo", registry, "--json")
    assert said.code == 0, said.err
    found = json.loads(said.out)
    assert found["format"] == "packyard/build/1"
    assert (found["origin"], found["snapshot"], found["site"]) == ("packs.example.org", 1, str(registry / "site"))
