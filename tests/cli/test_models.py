"""`packyard models explain`: for folders, for the packs of a project, on its page, and what it refuses."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Packyard, Said
from tests.dialects import sample
from tests.test_readme import DOCS, run, tour
from tests.test_readme import home as reader

__all__ = ["reader"]

OPUS, HAIKU, GPT = "anthropic/claude-opus-4-1", "anthropic/claude-haiku-4-5", "openai/gpt-5"
HOSTILE = "\x1b[2J\u202e\n::error::x ##[group]"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample registry's site; it is only read."""
    return sample.site(tmp_path_factory.mktemp("models"), ())


def write(folder: Path, **fields: Any) -> Path:
    """A folder with a models.json."""
    folder.mkdir()
    (folder / "models.json").write_text(json.dumps(fields))
    return folder


def lines(said: Said, word: str) -> list[list[str]]:
    """The cells of the lines that begin with a word."""
    assert said.code == 0, said.err
    return [line.split("\t")[1:] for line in said.out.splitlines() if line.startswith(f"{word}\t")]


def test_the_packs_of_a_project(packyard: Packyard, site: Path, home: Path) -> None:
    assert packyard("install", "hello@2.1.0-beta.1", "active", "--registry", site, "--target", "claudecode").code == 0
    said = packyard("models", "explain", "--task", "a refactor", "--target", "cursor")
    assert lines(said, "dimension") == [["complexity", "high", "words: refactor"]]
    assert lines(said, "route") == [["hello", "1", "deep (profile)", "complexity=high", "counts"]]
    assert lines(said, "model") == [
        ["default", GPT, "", "override cursor of hello"],
        ["small", HAIKU, "", "base of hello"],
        ["agent reviewer", OPUS, "temperature=0.2", "base of hello"],
    ]
    assert said.err.splitlines() == [
        "packs in their order: hello",
        "active has no models.json",
        "profile deep: deep → quick",
    ]
    assert packyard("models", "explain", "hello").code == 0
    assert packyard("models", "explain", "--project", home).code == 0


def test_a_pack_that_is_not_there(packyard: Packyard, site: Path, home: Path) -> None:
    said = packyard("models", "explain")
    assert (said.code, "lock-missing" in said.err) == (2, True)
    assert packyard("install", "hello@2.1.0-beta.1", "active", "--registry", site, "--target", "claudecode").code == 0
    said = packyard("models", "explain", "hallo")
    assert (said.code, "did you mean hello?" in said.err) == (2, True)
    for path in sorted((home / ".agentpacks/.curated/hello").rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()
    (home / ".agentpacks/.curated/hello").rmdir()
    said = packyard("models", "explain")
    assert (said.code, "is locked, and is not installed" in said.err) == (2, True)


def test_a_link_in_a_project_is_not_followed(packyard: Packyard, site: Path, home: Path) -> None:
    assert packyard("install", "hello@2.1.0-beta.1", "active", "--registry", site, "--target", "claudecode").code == 0
    file = home / ".agentpacks/.curated/hello/models.json"
    file.unlink()
    file.symlink_to(write(home / "other", default=GPT) / "models.json")
    said = packyard("models", "explain")
    assert (said.code, "place-unsafe" in said.err) == (3, True)


def test_the_document_has_every_step(packyard: Packyard, home: Path) -> None:
    one = write(
        home / "one", default=OPUS, profiles={"p": {"small": HAIKU}}, routing=[{"when": {"team": "x"}, "use": "p"}]
    )
    two = write(home / "two", default=GPT, providers={"acme": {"options": {"region": "eu"}}})
    found = json.loads(packyard("models", "explain", one, two, "--when", "team=x", "--json").out)
    assert found["format"] == "packyard/models/1"
    assert found["packs"] == [str(one), str(two)]
    assert (found["profile"], found["chain"], found["target"]) == ("p", ["p"], None)
    assert found["task"] == [{"dimension": "team", "value": "x", "words": [], "beaten": False}]
    assert (found["route"], found["followed"], found["routes"][0]["lacks"]) == (0, True, [])
    assert found["providers"] == {"acme": {"options": {"region": "eu"}}}
    default, small = found["models"]
    assert (default["for"], default["agent"], default["model"], default["temperature"]) == ("default", None, OPUS, None)
    assert [(step["place"], step["name"], step["pack"], step["model"], step["taken"]) for step in default["steps"]] == [
        ("profile", "p", str(one), None, False),
        ("base", None, str(one), OPUS, True),
        ("base", None, str(two), GPT, False),
    ]
    assert (small["model"], [step["taken"] for step in small["steps"]]) == (HAIKU, [True, False, False])


def test_nothing_is_said_of_a_task_that_was_not_given(packyard: Packyard, home: Path) -> None:
    folder = write(home / "one", routing=[{"when": {}, "use": OPUS}])
    assert json.loads(packyard("models", "explain", folder, "--json").out)["task"] is None
    said = packyard("models", "explain", folder, "--task", "")
    assert lines(said, "model")[0] == ["default", OPUS, "", f"route 1 of {folder}"]
    said = packyard("models", "explain", folder)
    assert lines(said, "model")[0] == ["default", "", "", "no pack says anything: the program's own"]


def test_everything_that_is_wrong_is_told(packyard: Packyard, home: Path) -> None:
    one = write(home / "one", profiles={"a": {"extends": "b"}, "b": {"extends": "a"}}, default=1)
    two = write(home / "two", agents={"x": {"model": OPUS, "temperature": 3}})
    said = packyard("models", "explain", one, two)
    assert said.code == 1
    assert said.err.count("error[") == 3
    assert "a → b → a" in said.err
    assert f"{two}/models.json" in said.err


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (("--profile", "carefull"), "did you mean careful?"),
        (("--when", "complexity=huge"), "low, medium, high, critical"),
        (("--when", "complexity"), "NAME=VALUE"),
    ],
)
def test_what_is_called_wrongly(packyard: Packyard, home: Path, arguments: tuple[str, ...], expected: str) -> None:
    folder = write(home / "one", profiles={"careful": {}})
    said = packyard("models", "explain", folder, *arguments)
    assert (said.code, said.out, expected in said.err) == (2, "", True)


def test_packs_that_are_too_deep_together(packyard: Packyard, home: Path) -> None:
    low = {"p0": {}, **{f"p{at}": {"extends": f"p{at - 1}"} for at in range(1, 9)}}
    high = {"p8": {}, **{f"p{at}": {"extends": f"p{at - 1}"} for at in range(9, 13)}}
    folders = write(home / "low", profiles=low), write(home / "high", profiles=high)
    assert packyard("models", "explain", *folders, "--profile", "p10").code == 0
    said = packyard("models", "explain", *folders, "--profile", "p12")
    assert (said.code, "error[profile-depth]" in said.err, "p12 → p11 → p10" in said.err) == (1, True, True)


def test_a_folder_without_the_file(packyard: Packyard, home: Path) -> None:
    (home / "empty").mkdir()
    said = packyard("models", "explain", home / "empty")
    assert said.code == 0
    assert said.err.splitlines() == ["no pack says anything", f"{home / 'empty'} has no models.json"]


def test_what_the_manifest_does_not_list_does_not_count(packyard: Packyard, home: Path) -> None:
    folder = write(home / "one", default=OPUS)
    for features, counts in ((["rules"], False), (["models"], True), ("*", True)):
        manifest = {"name": "one", "version": "1.0.0", "description": "One", "targets": "*", "features": features}
        (folder / "pack.json").write_text(json.dumps(manifest))
        said = packyard("models", "explain", folder)
        assert (f"the manifest of {folder} does not list models" in said.err) is not counts
        assert (lines(said, "model")[0][1] == OPUS) is counts
    (folder / "pack.json").write_text("not a manifest")
    assert lines(packyard("models", "explain", folder), "model")[0][1] == OPUS


def test_strangers_text_is_harmless(packyard: Packyard, home: Path) -> None:
    line = "##[group] ::error::x"
    folder = write(
        home / "one",
        default=line,
        agents={HOSTILE: {"model": line}},
        profiles={HOSTILE: {"default": line}},
        routing=[{"when": {HOSTILE: line}, "use": line}],
        overrides={HOSTILE: {"default": line}},
    )
    wrong = write(home / "two", default=HOSTILE, agents={HOSTILE: {"model": HOSTILE}})
    for more in ((), ("--profile", HOSTILE), ("--target", HOSTILE), ("--task", HOSTILE), ("--json", "--task", "x")):
        said, refused = packyard("models", "explain", folder, *more), packyard("models", "explain", wrong, *more)
        assert (said.code, refused.code) == (0, 1)
        for text in (said.out, said.err, refused.err):
            assert text.replace("\t", "").replace("\n", "").replace("→", "").isprintable()
            assert "##[" not in text
            assert not [line for line in text.splitlines() if line.startswith("::")]


@pytest.mark.parametrize("query", ["has:routing", "routing:complexity", "has:models routing:COMPLEXITY"])
def test_packs_are_found_by_what_their_routes_ask_for(packyard: Packyard, site: Path, query: str) -> None:
    found = packyard("search", "--site", site, query)
    assert [line.split("\t")[0] for line in found.out.splitlines()] == ["hello"]
    assert packyard("search", "--site", site, "routing:budget").out == ""


@pytest.mark.interop
def test_the_page_shows_what_is_said(reader: Path) -> None:
    run(reader, tour(DOCS / "models.md"))
